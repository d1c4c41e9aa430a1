"""What a lying, broken or endless reply means: never a payment sent twice, never a wrong one believed (SECURITY 19)."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import repeat

import pytest

from countersign.adapters.banks.xs2a.connection import Xs2aBank
from countersign.adapters.banks.xs2a.credentials import Credentials
from countersign.adapters.banks.xs2a.handles import Handle
from countersign.adapters.system.clock import SystemClock, SystemEntropy
from countersign.application import failpoints
from countersign.domain.errors import ConnectorError, CountersignError, FailureKind, SecurityError
from countersign.domain.money import Money
from countersign.domain.order import BindingError
from countersign.domain.order_state import TransactionStatus
from countersign.domain.payee import VopOutcome
from countersign.domain.payment import PaymentFields, PaymentProduct
from tests.contract.practice_fixture import HASTY, QUICK, request_id
from tests.integration.xs2a.hostile_bank import (
    Behaviour,
    HostileBank,
    Pki,
    Seen,
    credentials_for,
    hostile_bank,
    reply,
)

PAYMENT = PaymentFields(
    Money(25_000_000, "EUR"),
    "LU939993618359991493",
    "Hartwell & Stone",
    "GB56SVVP99001745379678",
    "SVVPGB2L",
    "E2E-1",
    "Invoice",
    "2026-12-01",
    PaymentProduct.SEPA,
)
PAY = "/v1/payments/sepa-credit-transfers/pay-1"
ANSWER_HANDLE = Handle(
    "payment", "pay-1", PAYMENT.product.value, "auth-1", {"authoriseTransaction": f"{PAY}/authorisations/auth-1"}
).write()
ECHO = {
    "endToEndIdentification": "E2E-1",
    "debtorAccount": {"iban": "LU93 9993 6183 5999 1493"},
    "instructedAmount": {"currency": "EUR", "amount": "250000"},
    "creditorAccount": {"iban": "GB56SVVP99001745379678"},
    "creditorAgent": "SVVPGB2LXXX",
    "creditorName": "Hartwell & Stone",
    "remittanceInformationUnstructured": "Invoice",
    "transactionStatus": "RCVD",
    "unheardOf": {"of": [None, 1.5]},
}
HELD = {
    "transactionStatus": "RCVD",
    "paymentId": "pay-1",
    "transactionFees": {"currency": "EUR", "amount": "0.3"},
    "_links": {"self": {"href": PAY}, "startAuthorisation": {"href": f"{PAY}/authorisations"}},
}


def taking(held: Mapping[str, object] = HELD, echo: Mapping[str, object] = ECHO) -> Behaviour:
    """Behave as a bank that takes a payment and shows it."""
    return lambda seen: seen.json(held, 201) if seen.method == "POST" else seen.json(echo)


class SlowDrip:
    """Drips until released."""

    def __init__(self, bank: HostileBank, body: bytes = b"") -> None:
        self._bank = bank
        self._head = body

    def __call__(self, _: Seen) -> Iterable[bytes]:
        yield self._head
        while not self._bank.released.wait(0.05):
            yield b"x"


ENDLESS_BODY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
ENDLESS_HEADER = b"HTTP/1.1 200 OK\r\nX-Never-Ends: "
FLOOD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
MEBIBYTE_CHUNK = b"100000\r\n" + b" " * 0x100000 + b"\r\n"


def flood(_: Seen) -> Iterable[bytes]:
    """Send ten gigabytes, if anybody reads them."""
    yield FLOOD
    yield from repeat(MEBIBYTE_CHUNK, 10_000)


BROKEN: dict[str, tuple[Behaviour, str]] = {
    "dropped": (lambda _: b"", "bank.disconnected"),
    "half a status line": (lambda _: b"HTTP/1.1 2", "bank.disconnected"),
    "half a body": (lambda seen: seen.json({"scaStatus": "finalised"})[:-5], "bank.disconnected"),
    "no HTTP at all": (lambda _: b"220 mail ready\r\n\r\n", "bank.disconnected"),
    "redirect": (lambda seen: seen.json({}, 302, {"Location": "https://127.0.0.1/"}), "bank.redirect_refused"),
    "permanent redirect": (lambda seen: seen.json({}, 308, {"Location": "/v1/elsewhere"}), "bank.redirect_refused"),
    "server error": (lambda seen: seen.json({"tppMessages": []}, 503), "bank.server_error"),
    "page": (lambda seen: seen.json({}, 200, headers={"Content-Type": "text/html"}), "bank.content_type"),
    "no content type": (lambda seen: seen.json({}, 200, headers={"Content-Type": "-"}), "bank.content_type"),
    "garbage": (lambda _: reply(200, b"\x00\xff{", {}), "bank.reply_unreadable"),
    "squeezed": (lambda seen: seen.json({}, 200, headers={"Content-Encoding": "gzip"}), "bank.reply_unreadable"),
    "refusal without words": (lambda seen: seen.json({"why": "not"}, 400), "bank.reply_unreadable"),
    "no scaStatus": (lambda seen: seen.json({"scaStatus": None}), "bank.reply_unreadable"),
    "not an object": (lambda seen: seen.json([["scaStatus", "finalised"]]), "bank.reply_unreadable"),
    "deep": (lambda _: reply(200, b"[" * 500 + b"]" * 500, {}), "bank.reply_too_deep"),
    "deeper": (lambda _: reply(200, b"[" * 50_000 + b"]" * 50_000, {}), "bank.reply_unreadable"),
    "declared huge": (lambda _: reply(200, b"{}", {"Content-Length": "10737418240"}), "bank.reply_too_large"),
    "huge": (flood, "bank.reply_too_large"),
}


@pytest.mark.parametrize("trouble", BROKEN)
def test_a_broken_reply_to_the_answer_leaves_the_outcome_unknown(
    trouble: str, hostile: HostileBank, connected: Xs2aBank
) -> None:
    hostile.behaviour, code = BROKEN[trouble]
    with pytest.raises(ConnectorError) as failed:
        connected.answer(ANSWER_HANDLE, "123456", request_id())
    assert (failed.value.kind, failed.value.code) == (FailureKind.UNKNOWN, code)
    assert len(hostile.seen) == 1  # and nothing was sent again


@pytest.mark.parametrize("trouble", [name for name in BROKEN if name != "no scaStatus"])
def test_a_broken_reply_to_a_lookup_may_be_asked_for_again(
    trouble: str, hostile: HostileBank, connected: Xs2aBank
) -> None:
    hostile.behaviour, code = BROKEN[trouble]
    with pytest.raises(ConnectorError) as failed:
        connected.profile()
    assert (failed.value.kind, failed.value.code) == (FailureKind.RETRYABLE, code)


@pytest.mark.parametrize("head", [b"", ENDLESS_HEADER, ENDLESS_BODY], ids=["silence", "headers", "body"])
def test_a_dripping_reply_ends_at_the_deadline(
    head: bytes, hostile: HostileBank, pki: Pki, client: tuple[str, str]
) -> None:
    clock = SystemClock()
    connected = Xs2aBank(credentials_for(hostile, pki, client), clock, SystemEntropy(), HASTY)
    if head:
        hostile.behaviour = SlowDrip(hostile, head)
    else:
        hostile.behaviour = lambda _: [b"" for _ in (hostile.released.wait(10),)]
    began = clock.monotonic_ms()
    with pytest.raises(ConnectorError) as failed:
        connected.answer(ANSWER_HANDLE, "123456", request_id())
    assert (failed.value.kind, failed.value.code) == (FailureKind.UNKNOWN, "bank.timeout")
    assert clock.monotonic_ms() - began < HASTY.total_ms + 1_000
    connected.close()


def test_a_refusal_is_final_and_its_words_are_cleaned(hostile: HostileBank, connected: Xs2aBank) -> None:
    message = {"category": "ERROR", "code": "SCA_INVALID", "text": "Try\u202e again\n\u200bnow", "attemptsLeft": 2}
    hostile.behaviour = lambda seen: seen.json({"tppMessages": [message]}, 400)
    with pytest.raises(ConnectorError) as refused:
        connected.answer(ANSWER_HANDLE, "123456", request_id())
    assert (refused.value.kind, refused.value.code) == (FailureKind.TERMINAL, "bank.code_refused")
    assert refused.value.params == {"text": "Try again now", "status": 400, "attempts_left": 2}
    hostile.behaviour = lambda seen: seen.json({"title": "x", "code": "SERVICE_BLOCKED", "detail": "No"}, 403)
    with pytest.raises(ConnectorError) as refused:
        connected.cancel("pay-1", PAYMENT.product, request_id())
    assert (refused.value.kind, refused.value.code) == (FailureKind.TERMINAL, "bank.tpp.service_blocked")


@pytest.mark.parametrize("echoed", ["", "-", "nonsense", "00000000-0000-4000-8000-000000000000"])
def test_a_reply_to_another_request_is_refused(echoed: str, hostile: HostileBank, connected: Xs2aBank) -> None:
    hostile.behaviour = lambda seen: seen.json({"scaStatus": "finalised"}, headers={"X-Request-ID": echoed})
    with pytest.raises(BindingError) as refused:
        connected.answer(ANSWER_HANDLE, "123456", request_id())
    assert (refused.value.code, refused.value.params["field"]) == ("binding.reply", "request_id")


def test_bytes_after_a_reply_belong_to_nobody(hostile: HostileBank, connected: Xs2aBank) -> None:
    """A second reply on the same connection must not be taken for the answer to the next request."""
    lie = {"scaStatus": "finalised"}
    hostile.behaviour = lambda seen: seen.json({"scaStatus": "scaMethodSelected"}) + seen.json(lie)
    first = connected.authorisation("pay-1", PAYMENT.product, "auth-1")
    second = connected.authorisation("pay-1", PAYMENT.product, "auth-1")
    assert first.state == second.state == "open"
    assert len(hostile.seen) == 2


# — a payment's echo —


def test_an_honest_bank_is_believed(hostile: HostileBank, connected: Xs2aBank) -> None:
    """Spaces in an IBAN, an amount without decimals, a head office's XXX, an absent date: all fine."""
    hostile.behaviour = taking()
    asked = request_id()
    initiation = connected.initiate(PAYMENT, asked)
    assert initiation.payment_id == "pay-1"
    assert initiation.status is TransactionStatus.RCVD
    assert initiation.fee == Money(30, "EUR")
    assert [seen.method for seen in hostile.seen] == ["POST", "GET"]
    assert hostile.seen[0].headers["x-request-id"].replace("-", "") == asked
    assert hostile.seen[0].headers["psu-ip-address"] in {"127.0.0.1", "::1"}


WRONG_ECHO: dict[str, tuple[dict[str, object], str]] = {
    "amount": ({"instructedAmount": {"currency": "EUR", "amount": "250000.01"}}, "instructed_amount"),
    "amount as number": ({"instructedAmount": {"currency": "EUR", "amount": 250000}}, "instructed_amount"),
    "currency": ({"instructedAmount": {"currency": "CHF", "amount": "250000"}}, "instructed_amount"),
    "no amount": ({"instructedAmount": None}, "instructed_amount"),
    "creditor": ({"creditorAccount": {"iban": "DE89370400440532013000"}}, "creditor_account"),
    "debtor": ({"debtorAccount": {"iban": "DE89370400440532013000"}}, "debtor_account"),
    "no creditor": ({"creditorAccount": {}}, "creditor_account"),
    "name": ({"creditorName": "Hartwell and Stone"}, "creditor_name"),
    "agent": ({"creditorAgent": "DEUTDEFF"}, "creditor_agent"),
    "reference": ({"endToEndIdentification": "E2E-2"}, "end_to_end_id"),
    "no reference": ({"endToEndIdentification": None}, "end_to_end_id"),
    "remittance": ({"remittanceInformationUnstructured": "invoice"}, "remittance"),
    "date": ({"requestedExecutionDate": "2026-12-02"}, "requested_execution_date"),
    "id": ({"paymentId": "pay-2"}, "payment_id"),
}


@pytest.mark.parametrize("lie", WRONG_ECHO)
def test_a_wrong_echo_stops_the_payment(lie: str, hostile: HostileBank, connected: Xs2aBank) -> None:
    change, field = WRONG_ECHO[lie]
    hostile.behaviour = taking(echo=ECHO | change)
    with pytest.raises(BindingError) as refused:
        connected.initiate(PAYMENT, request_id())
    assert refused.value.code == "binding.reply"
    assert refused.value.params["field"] == field
    assert refused.value.params["payment_id"] == "pay-1"
    with pytest.raises(BindingError) as refused:
        connected.report("pay-1", PAYMENT.product, PAYMENT)
    assert refused.value.params["field"] == field


def test_a_status_of_another_payment_is_refused(hostile: HostileBank, connected: Xs2aBank) -> None:
    status = {"transactionStatus": "ACSC", "paymentId": "pay-2"}
    hostile.behaviour = lambda seen: seen.json(status if seen.target.endswith("/status") else ECHO)
    with pytest.raises(BindingError) as refused:
        connected.report("pay-1", PAYMENT.product, PAYMENT)
    assert refused.value.params["field"] == "payment_id"


def test_a_payment_that_the_bank_will_not_show_is_unknown_and_not_lost(
    hostile: HostileBank, connected: Xs2aBank
) -> None:
    hostile.behaviour = lambda seen: seen.json(HELD, 201) if seen.method == "POST" else b""
    with pytest.raises(ConnectorError) as failed:
        connected.initiate(PAYMENT, request_id())
    assert (failed.value.kind, failed.value.code) == (FailureKind.UNKNOWN, "bank.read_back_failed")
    assert failed.value.params == {"payment_id": "pay-1", "cause": "bank.disconnected"}
    assert [seen.method for seen in hostile.seen] == ["POST", "GET", "GET"]


@pytest.mark.parametrize("identifier", ["", "..", "a/b", "a?b", "a b", "x" * 71, 7, None])
def test_an_identifier_that_means_something_in_a_path_is_refused(
    identifier: object, hostile: HostileBank, connected: Xs2aBank
) -> None:
    hostile.behaviour = taking(HELD | {"paymentId": identifier})
    with pytest.raises(ConnectorError) as failed:
        connected.initiate(PAYMENT, request_id())
    assert (failed.value.kind, failed.value.code) == (FailureKind.UNKNOWN, "bank.reply_unreadable")


# — links —

FOREIGN_LINKS = [
    "https://elsewhere.example/v1/payments/sepa-credit-transfers/pay-1",
    "https://127.0.0.1:1/v1/payments/sepa-credit-transfers/pay-1",
    "http://127.0.0.1:{port}/v1/payments/sepa-credit-transfers/pay-1",
    "//elsewhere.example/pay-1",
    "https://127.0.0.1:{port}@elsewhere.example/pay-1",
    "https://elsewhere.example@127.0.0.1:{port}/pay-1",
    "https://127.0.0.1.elsewhere.example:{port}/pay-1",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "\\\\elsewhere.example\\pay-1",
    "/v1/pay-1\r\nHost: elsewhere.example",
    "https://[::1/pay-1",
]


@pytest.mark.parametrize("link", FOREIGN_LINKS)
@pytest.mark.parametrize("name", ["self", "startAuthorisation"])
def test_a_link_that_leads_away_is_not_followed(
    name: str, link: str, hostile: HostileBank, connected: Xs2aBank
) -> None:
    hostile.behaviour = taking(HELD | {"_links": {name: {"href": link.replace("{port}", str(hostile.port))}}})
    with pytest.raises(SecurityError) as refused:
        connected.initiate(PAYMENT, request_id())
    assert refused.value.code in {"bank.link_other_origin", "bank.link_unreadable"}
    assert refused.value.params == {"field": "link", "payment_id": "pay-1"}
    assert [seen.method for seen in hostile.seen] == ["POST"]


def test_a_link_to_another_payment_is_not_followed(hostile: HostileBank, connected: Xs2aBank) -> None:
    other = {"startAuthorisation": {"href": "/v1/payments/sepa-credit-transfers/pay-2/authorisations"}}
    hostile.behaviour = taking(HELD | {"_links": other})
    with pytest.raises(BindingError) as refused:
        connected.initiate(PAYMENT, request_id())
    assert (refused.value.code, refused.value.params["field"]) == ("binding.reply", "link")


@pytest.mark.parametrize("link", ["{url}" + PAY, PAY, "pay-1", "./pay-1", "//127.0.0.1:{port}" + PAY])
def test_links_may_be_absolute_or_relative(link: str, hostile: HostileBank, connected: Xs2aBank) -> None:
    href = link.format(url=hostile.url, port=hostile.port)
    hostile.behaviour = lambda seen: seen.json(
        HELD | {"_links": {"self": {"href": href}}} if seen.method == "POST" else ECHO,
        headers={"Location": "https://elsewhere.example"},
    )
    assert connected.initiate(PAYMENT, request_id()).handle == ""  # no link to start with: nothing is wanted
    expected = PAY if link not in {"pay-1", "./pay-1"} else "/v1/payments/pay-1"
    assert hostile.seen[1].target == expected


def test_a_step_that_was_not_offered_is_not_taken(connected: Xs2aBank, hostile: HostileBank) -> None:
    handle = Handle("payment", "pay-1", "p", "auth-1", {"scaStatus": "/"}).write()
    with pytest.raises(SecurityError) as refused:
        connected.answer(handle, "1", request_id())
    assert refused.value.code == "bank.step_not_offered"
    assert hostile.seen == []


# — authorisations —


def test_an_answer_about_another_authorisation_is_refused(hostile: HostileBank, connected: Xs2aBank) -> None:
    hostile.behaviour = lambda seen: seen.json({"scaStatus": "finalised", "authorisationId": "auth-2"})
    with pytest.raises(BindingError) as refused:
        connected.answer(ANSWER_HANDLE, "1", request_id())
    assert refused.value.params["field"] == "authorisation_id"
    with pytest.raises(BindingError) as refused:
        connected.authorisation("pay-1", PAYMENT.product, "auth-1")
    assert refused.value.params["field"] == "authorisation_id"


def test_a_final_answer_is_believed_whatever_its_links_are(hostile: HostileBank, connected: Xs2aBank) -> None:
    """Money may have moved: a bad link in this reply is no reason not to know it."""
    links = {"scaStatus": {"href": "https://elsewhere.example"}}
    hostile.behaviour = lambda seen: seen.json({"scaStatus": "finalised", "_links": links})
    assert connected.answer(ANSWER_HANDLE, "1", request_id()).state == "finalised"


def test_another_method_than_the_chosen_one_is_refused(hostile: HostileBank, connected: Xs2aBank) -> None:
    link = {"selectAuthenticationMethod": f"{PAY}/authorisations/auth-1"}
    handle = Handle("payment", "pay-1", "p", "auth-1", link).write()
    chosen = {"authenticationMethodId": "other", "authenticationType": "SMS_OTP"}
    hostile.behaviour = lambda seen: seen.json({"scaStatus": "scaMethodSelected", "chosenScaMethod": chosen})
    with pytest.raises(BindingError) as refused:
        connected.choose_method(handle, "sms")
    assert refused.value.params["field"] == "method"


def test_a_bank_that_wants_the_name_first_is_told(hostile: HostileBank, connected: Xs2aBank) -> None:
    step = {"href": f"{PAY}/authorisations/auth-1"}

    def asks(seen: Seen) -> bytes:
        if seen.body == b"{}":
            return seen.json({"scaStatus": "psuIdentified", "_links": {"updatePsuAuthentication": step}})
        method = {"authenticationMethodId": "m", "authenticationType": "EMAIL", "name": "Post"}
        challenge = {"data": [None], "otpMaxLength": 8, "otpFormat": "characters"}
        return seen.json(
            {
                "scaStatus": "scaMethodSelected",
                "chosenScaMethod": method,
                "challengeData": challenge,
                "_links": {"authoriseTransaction": step},
            }
        )

    hostile.behaviour = asks
    handle = Handle("payment", "pay-1", "p", "auth-1", {"updatePsuIdentification": step["href"]}).write()
    found = connected.authenticate(handle, "word")
    assert [seen.headers.get("psu-id") for seen in hostile.seen] == ["somebody", None]
    assert found.challenge is not None
    assert (found.challenge.method.kind, found.challenge.data, found.challenge.otp_max_length) == ("EMAIL", (), 8)


# — name checks —

CHECK = {
    "outcome": "MTCH",
    "creditorAccount": {"iban": PAYMENT.creditor_account},
    "creditorName": PAYMENT.creditor_name,
    "accountHash": hashlib.sha256(PAYMENT.creditor_account.encode()).hexdigest(),
}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, ""),
        ({"creditorAccount": {"iban": "DE89370400440532013000"}}, "creditor_account"),
        ({"accountHash": "0" * 64}, "creditor_account"),
        ({"creditorName": "Somebody"}, "creditor_name"),
        ({"requestId": "00000000-0000-4000-8000-000000000000"}, "request_id"),
    ],
)
def test_a_name_check_of_something_else_is_refused(
    change: dict[str, object], field: str, hostile: HostileBank, connected: Xs2aBank
) -> None:
    hostile.behaviour = lambda seen: seen.json(CHECK | {"requestId": seen.headers["x-request-id"]} | change)
    if not field:
        assert connected.verify_payee(PAYMENT.creditor_name, PAYMENT.creditor_account).outcome is VopOutcome.MATCH
        return
    with pytest.raises(BindingError) as refused:
        connected.verify_payee(PAYMENT.creditor_name, PAYMENT.creditor_account)
    assert refused.value.params["field"] == field


@pytest.mark.parametrize("outcome", ["", "none", "match", "OK", None])
def test_an_answer_that_the_scheme_does_not_know_is_no_answer(
    outcome: object, hostile: HostileBank, connected: Xs2aBank
) -> None:
    lie = {"outcome": outcome}
    hostile.behaviour = lambda seen: seen.json(CHECK | lie | {"requestId": seen.headers["x-request-id"]})
    with pytest.raises(ConnectorError) as failed:
        connected.verify_payee(PAYMENT.creditor_name, PAYMENT.creditor_account)
    assert failed.value.kind is FailureKind.RETRYABLE


# — statements —


def test_a_statement_without_end_is_given_up(hostile: HostileBank, connected: Xs2aBank) -> None:
    links = {"transactions": {"href": "/v1/accounts/1/transactions"}}
    amount = {"currency": "EUR", "amount": "1"}
    account = {"resourceId": "1", "balances": [{"balanceType": "expected", "balanceAmount": amount}], "_links": links}
    page = {"transactions": {"booked": [], "_links": {"next": {"href": "/v1/accounts/1/transactions?page=2"}}}}
    hostile.behaviour = lambda seen: seen.json(page if "transactions" in seen.target else {"accounts": [account]})
    with pytest.raises(ConnectorError) as failed:
        connected.entries("1", 0)
    assert failed.value.code == "bank.statement_endless"
    assert len(hostile.seen) == 3


# — trust —


def other_credentials(hostile: HostileBank, pki: Pki, tmp_path_pki: Pki, which: str) -> Credentials:
    ours = pki.client()
    right = credentials_for(hostile, pki, ours)
    if which == "bank":
        return replace(right, ca_pem=tmp_path_pki.pem)
    stranger = tmp_path_pki.client()
    return credentials_for(hostile, pki, stranger)


@pytest.mark.parametrize(
    ("which", "code"), [("bank", "bank.not_trusted"), ("us", "bank.certificate_refused")], ids=["bank", "us"]
)
def test_strangers_are_refused_before_anything_is_sent(
    which: str, code: str, hostile: HostileBank, pki: Pki, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = Pki(tmp_path_factory.mktemp("stranger"), "Stranger")
    credentials = other_credentials(hostile, pki, stranger, which)
    bank = Xs2aBank(credentials, SystemClock(), SystemEntropy(), QUICK)
    try:
        for _ in range(5):
            with pytest.raises(ConnectorError) as refused:
                bank.profile()
            assert (refused.value.kind, refused.value.code) == (FailureKind.RETRYABLE, code)
    finally:
        bank.close()
    assert hostile.seen == []


def test_a_certificate_for_another_host_is_not_trusted(pki: Pki, client: tuple[str, str]) -> None:
    with hostile_bank(pki, "elsewhere.example") as bank:
        connected = Xs2aBank(credentials_for(bank, pki, client), SystemClock(), SystemEntropy(), QUICK)
        with pytest.raises(ConnectorError) as refused:
            connected.initiate(PAYMENT, request_id())
        connected.close()
        assert (refused.value.kind, refused.value.code) == (FailureKind.RETRYABLE, "bank.not_trusted")
        assert bank.seen == []


@pytest.mark.parametrize(("newest", "spoken"), [(ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_1, False)])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated:DeprecationWarning")
def test_tls_1_2_is_the_floor(newest: ssl.TLSVersion, spoken: bool, pki: Pki, client: tuple[str, str]) -> None:
    with hostile_bank(pki, newest=newest) as bank:
        bank.behaviour = taking()
        connected = Xs2aBank(credentials_for(bank, pki, client), SystemClock(), SystemEntropy(), QUICK)
        try:
            if spoken:
                assert connected.initiate(PAYMENT, request_id()).payment_id == "pay-1"
                return
            with pytest.raises(ConnectorError) as refused:
                connected.initiate(PAYMENT, request_id())
            assert (refused.value.kind, refused.value.code) == (FailureKind.RETRYABLE, "bank.tls_refused")
        finally:
            connected.close()


def test_nobody_at_home(pki: Pki, client: tuple[str, str]) -> None:
    with hostile_bank(pki) as bank:
        credentials = credentials_for(bank, pki, client)
    connected = Xs2aBank(credentials, SystemClock(), SystemEntropy(), QUICK)
    with pytest.raises(ConnectorError) as failed:
        connected.answer(ANSWER_HANDLE, "1", request_id())
    connected.close()
    assert (failed.value.kind, failed.value.code) == (FailureKind.RETRYABLE, "bank.unreachable")


def test_no_proxy_is_taken_from_the_environment(
    hostile: HostileBank, connected: Xs2aBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    hostile.behaviour = taking()
    assert connected.initiate(PAYMENT, request_id()).payment_id == "pay-1"


# — failpoints —


def test_every_send_has_its_failpoints_in_order(hostile: HostileBank, connected: Xs2aBank) -> None:
    passed: list[str] = []
    hostile.behaviour = taking()
    failpoints.arm(passed.append)
    try:
        connected.initiate(PAYMENT, request_id())
        hostile.behaviour = lambda _: b""
        with pytest.raises(CountersignError):
            connected.answer(ANSWER_HANDLE, "1", request_id())
    finally:
        failpoints.arm(None)
    assert passed == [
        *(f"bank.{name}.{place}" for name in ("initiate", "read_back") for place in PLACES),
        "bank.answer.send.before",
        "bank.answer.send.after",
    ]


PLACES = ("send.before", "send.after", "reply.after")


def test_nothing_is_sent_when_the_first_failpoint_stops_it(hostile: HostileBank, connected: Xs2aBank) -> None:
    class StoppedError(Exception):
        pass

    def stop(name: str) -> None:
        if name == "bank.answer.send.before":
            raise StoppedError

    failpoints.arm(stop)
    try:
        with pytest.raises(StoppedError):
            connected.answer(ANSWER_HANDLE, "1", request_id())
    finally:
        failpoints.arm(None)
    assert hostile.seen == []
