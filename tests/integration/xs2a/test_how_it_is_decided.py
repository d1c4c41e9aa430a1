"""Whether a code is wanted here, or the bank's own app decides: by what the bank answers, never by a method's name.

NextGenPSD2 1.3 §4.12 (links), §5.1 (decoupled), §14.12 (challengeData), §14.13 (kinds), §14.15 (scaStatus).
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from countersign.adapters.banks.xs2a.connection import Xs2aBank
from countersign.adapters.banks.xs2a.handles import Handle
from countersign.application.ports.bank import Authorisation
from tests.contract.practice_fixture import request_id
from tests.integration.xs2a.hostile_bank import HostileBank
from tests.integration.xs2a.test_hostile_replies import PAY, PAYMENT

STEP = f"{PAY}/authorisations/auth-1"
SELECT = Handle("payment", "pay-1", PAYMENT.product.value, "auth-1", {"selectAuthenticationMethod": STEP}).write()
START = Handle("payment", "pay-1", PAYMENT.product.value, links={"startAuthorisation": f"{PAY}/authorisations"}).write()
Said = dict[str, object]
SELECTED: Said = {"scaStatus": "scaMethodSelected"}
OTP: Said = {"otpMaxLength": 6, "otpFormat": "integer"}
DECOUPLED = {"ASPSP-SCA-Approach": "DECOUPLED"}
EMBEDDED = {"ASPSP-SCA-Approach": "EMBEDDED"}


def linked(*names: str) -> Said:
    return {"_links": {name: {"href": STEP} for name in ("scaStatus", *names)}}


def method(kind: str) -> Said:
    return {"chosenScaMethod": {"authenticationMethodId": "m", "authenticationType": kind, "name": "Mine"}}


# what the bank answers, its headers, whether a code is wanted here, whether its own app may decide
CHOSEN: dict[str, tuple[Said, Mapping[str, str], bool, bool]] = {
    "a code": (SELECTED | {"challengeData": OTP} | linked("authoriseTransaction"), {}, True, False),
    "a code, said embedded": (
        SELECTED | {"challengeData": OTP} | linked("authoriseTransaction"),
        EMBEDDED,
        True,
        False,
    ),
    "only the link of a code": (SELECTED | linked("authoriseTransaction"), {}, True, False),
    "only what a code looks like": (SELECTED | {"challengeData": OTP} | linked(), {}, True, False),
    "something to read": (SELECTED | {"challengeData": {"data": ["1 2 3"]}} | linked(), {}, True, False),
    "PUSH_OTP with a code": (
        SELECTED | method("PUSH_OTP") | {"challengeData": OTP} | linked("authoriseTransaction"),
        {},
        True,
        False,
    ),
    "PUSH_OTP without": (SELECTED | method("PUSH_OTP") | linked(), {}, False, True),
    "a kind of its own": (SELECTED | method("VENDOR_APP") | linked(), {}, False, True),
    "one may choose again": (SELECTED | method("VENDOR_APP") | linked("selectAuthenticationMethod"), {}, False, True),
    "no words at all": (SELECTED, {}, False, True),
    "an empty challenge": (SELECTED | {"challengeData": {}} | linked(), {}, False, True),
    "SMS_OTP, and yet none": (SELECTED | method("SMS_OTP") | linked(), {}, False, True),
    "started": ({"scaStatus": "started"} | linked(), {}, False, True),
    "started, with a number to compare": (
        {"scaStatus": "started", "challengeData": {"data": ["42"], "additionalInformation": "Compare."}} | linked(),
        {},
        False,
        True,
    ),
    "decoupled, with a number to compare": (
        SELECTED | {"challengeData": {"data": ["42"], "additionalInformation": "Compare."}} | linked(),
        DECOUPLED,
        False,
        True,
    ),
    "started, and a code": (
        {"scaStatus": "started", "challengeData": OTP} | linked("authoriseTransaction"),
        {},
        True,
        True,
    ),
    "decoupled, and a code": (SELECTED | linked("authoriseTransaction"), DECOUPLED, True, True),
    "an unknown status": ({"scaStatus": "unheardOf"} | linked(), {}, False, True),
}


@pytest.mark.parametrize("said", CHOSEN)
def test_after_a_method_was_chosen(said: str, hostile: HostileBank, connected: Xs2aBank) -> None:
    body, headers, wants_code, elsewhere = CHOSEN[said]
    hostile.behaviour = lambda seen: seen.json(body, 200, headers)
    found = connected.choose_method(SELECT, "m")
    assert (found.challenge is not None, found.elsewhere) == (wants_code, elsewhere)


def test_a_code_goes_where_its_step_was_taken_if_no_link_says_where(hostile: HostileBank, connected: Xs2aBank) -> None:
    hostile.behaviour = lambda seen: seen.json(SELECTED | {"challengeData": OTP} | linked())
    wanted = connected.choose_method(SELECT, "m")
    hostile.behaviour = lambda seen: seen.json({"scaStatus": "finalised"})
    connected.answer(wanted.handle, "123456", request_id())
    assert hostile.seen[-1].target == STEP


def test_what_is_to_be_compared_is_told_where_no_code_is_typed(hostile: HostileBank, connected: Xs2aBank) -> None:
    body = CHOSEN["started, with a number to compare"][0]
    hostile.behaviour = lambda seen: seen.json(body)
    assert connected.choose_method(SELECT, "m").message == "Compare. 42"
    hostile.behaviour = lambda seen: seen.json(body | {"psuMessage": "Open the app."})
    assert connected.choose_method(SELECT, "m").message == "Open the app. Compare. 42"


# the same at the start, where nothing was chosen
STARTED: dict[str, tuple[Said, Mapping[str, str], bool, bool]] = {
    "the password first": ({"scaStatus": "psuIdentified"} | linked("updatePsuAuthentication"), {}, False, False),
    "decoupled, and the password first": (
        {"scaStatus": "psuIdentified"} | linked("updatePsuAuthentication"),
        DECOUPLED,
        False,
        False,
    ),
    "decoupled": ({"scaStatus": "received"} | linked(), DECOUPLED, False, True),
    "decoupled, in small letters": (
        {"scaStatus": "received"} | linked(),
        {"aspsp-sca-approach": "decoupled "},
        False,
        True,
    ),
    "started": ({"scaStatus": "started"} | linked(), {}, False, True),
    "a method of the bank's choice": (SELECTED | method("VENDOR_APP") | linked(), {}, False, True),
    "a code of the bank's choice": (
        SELECTED | method("SMS_OTP") | {"challengeData": OTP} | linked("authoriseTransaction"),
        {},
        True,
        False,
    ),
    "nothing": ({"scaStatus": "received"}, {}, False, False),
}


@pytest.mark.parametrize("said", STARTED)
def test_at_the_start(said: str, hostile: HostileBank, connected: Xs2aBank) -> None:
    body, headers, wants_code, elsewhere = STARTED[said]
    hostile.behaviour = lambda seen: seen.json({"authorisationId": "auth-1"} | body, 201, headers)
    found = connected.start_authorisation(START)
    assert (found.challenge is not None, found.elsewhere) == (wants_code, elsewhere)


@pytest.mark.parametrize("state", ["finalised", "failed", "exempted"])
def test_what_has_ended_asks_nobody(state: str, hostile: HostileBank, connected: Xs2aBank) -> None:
    hostile.behaviour = lambda seen: seen.json({"scaStatus": state, "challengeData": OTP}, 200, DECOUPLED)
    found = connected.choose_method(SELECT, "m")
    assert (found.challenge, found.elsewhere) == (None, False)


def test_a_lookup_tells_only_what_it_says(hostile: HostileBank, connected: Xs2aBank) -> None:
    def looked_up(body: Said, headers: Mapping[str, str] | None = None) -> Authorisation:
        hostile.behaviour = lambda seen: seen.json(body, 200, headers)
        return connected.authorisation("pay-1", PAYMENT.product, "auth-1")

    assert not looked_up(SELECTED).elsewhere
    assert not looked_up(SELECTED | linked("authoriseTransaction")).elsewhere
    assert looked_up({"scaStatus": "started"}).elsewhere
    assert looked_up(SELECTED, DECOUPLED).elsewhere
