"""Reading the steps of an authorisation (NextGenPSD2 1.3 §7.2, §14.12 to §14.15): open lists stay open."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from countersign.adapters.banks.xs2a.channel import Answer, Channel, require_id
from countersign.adapters.banks.xs2a.handles import START_LINKS, STEP_LINKS, Handle, read_links
from countersign.adapters.banks.xs2a.reading import Body, shown
from countersign.application.ports.bank import Authorisation, AuthorisationState, Challenge, ScaMethod

NAME_LIMIT = 140
INFORMATION_LIMIT = 1000
_LONGEST_CODE = 100
_IDENTIFIER = re.compile(r"[A-Za-z0-9._~:-]{1,70}")
_STARTED = "started"
_FIRST_STEPS = STEP_LINKS[:-1]  # what comes before a method is chosen
_FINAL = {
    "finalised": AuthorisationState.FINALISED,
    "failed": AuthorisationState.FAILED,
    "exempted": AuthorisationState.EXEMPTED,
}


def is_identifier(text: str) -> bool:
    """Tell whether a text can be part of a path and mean nothing else there."""
    return bool(_IDENTIFIER.fullmatch(text)) and set(text) != {"."}


def read_identifier(body: Body, name: str) -> str:
    """Read an identifier that will be part of a path.

    Raises:
        ConnectorError: ``bank.reply_unreadable``: it is missing, or has characters that would mean something there.
    """
    found = body.text(name)
    if not is_identifier(found):
        raise body.unreadable(name)
    return found


def read_list(body: Body) -> tuple[str, ...]:
    """Read the identifiers of all authorisations of something (NextGenPSD2 1.3, ``authorisationIds``).

    Raises:
        ConnectorError: The reply can't be read; one name that could not be asked for is enough.
    """
    listed = body.get("authorisationIds")
    found = tuple(item for item in listed if isinstance(item, str)) if isinstance(listed, list) else ()
    if not isinstance(listed, list) or len(found) != len(listed) or not all(is_identifier(name) for name in found):
        raise body.unreadable("authorisationIds")
    return found


def begun_by_itself(body: Body, links: Mapping[str, str]) -> str:
    """Return the authorisation that the bank began of itself with what it took (implicit start); empty if it didn't.

    It gives a link to the authorisation's status then, and none to start one.
    """
    parts = links.get("scaStatus", "").partition("?")[0].split("/")
    named = body.text_or_empty("authorisationId") or next(
        (after for before, after in pairwise(parts) if before == "authorisations"), ""
    )
    return named if "scaStatus" in links and is_identifier(named) and not any(n in links for n in START_LINKS) else ""


def read_state(body: Body) -> AuthorisationState:
    """Read scaStatus; whatever isn't final is a step on the way."""
    return _FINAL.get(body.text("scaStatus"), AuthorisationState.OPEN)


def read_step(channel: Channel, answer: Answer, target: str, matter: Handle, chosen: str = "") -> Authorisation:
    """Read what an authorisation wants next.

    Args:
        channel: Where the bank lives.
        answer: Its reply.
        target: What was asked.
        matter: What is authorised, and by which authorisation.
        chosen: The method that was chosen just now.

    Raises:
        ConnectorError: The reply can't be read.
        BindingError: ``binding.reply``: it is about another authorisation.
    """
    body = answer.body
    require_id(answer, "authorisationId", "authorisation_id", matter.authorisation)
    state = read_state(body)
    methods = read_methods(body, matter)
    challenge, links, elsewhere = None, {}, False
    if state is AuthorisationState.OPEN:  # what is final wants no links, and none is worth an error then
        links = read_links(body, channel.origin, channel.url(target), matter.resource, matter.authorisation)
        selected = bool(chosen or body.within("chosenScaMethod").text_or_empty("authenticationMethodId"))
        wants_code = _wants_code(answer, links)
        elsewhere = _asks_elsewhere(answer, links, selected=selected, wants_code=wants_code)
        challenge = read_challenge(body, methods, chosen) if wants_code else None
        if challenge is not None and matter.authorisation in target.split("/"):  # §7.2: all steps update one resource
            links.setdefault("authoriseTransaction", target)
    kept = tuple((item.method, item.kind, item.name) for item in methods)
    handle = replace(matter.authorising(matter.authorisation, links), methods=kept)
    return Authorisation(
        authorisation_id=matter.authorisation,
        state=state,
        methods=methods,
        challenge=challenge,
        message=_message(body, elsewhere=elsewhere and challenge is None),
        handle=handle.write(),
        reply=answer.raw,
        elsewhere=elsewhere,
    )


def found_again(channel: Channel, answer: Answer, target: str, matter: Handle) -> Authorisation:
    """Read an authorisation that was looked up, so that it can be gone on with; raises as ``read_step``."""
    found = read_step(channel, answer, target, matter)
    if found.state is not AuthorisationState.OPEN:
        return found
    # NextGenPSD2 1.3 §7.2: every step of an authorisation is an update of this one resource.
    open_matter = Handle.read(found.handle)
    links = dict.fromkeys(STEP_LINKS, target) | dict(open_matter.links)
    return replace(found, handle=open_matter.authorising(matter.authorisation, links).write())


def read_methods(body: Body, handle: Handle) -> tuple[ScaMethod, ...]:
    """Read the methods that are offered, or recall those offered before."""
    offered = tuple(_method(item) for item in body.each("scaMethods") if item.text_or_empty("authenticationMethodId"))
    return offered or tuple(ScaMethod(*item) for item in handle.methods)


def read_challenge(body: Body, methods: tuple[ScaMethod, ...], asked: str = "") -> Challenge | None:
    """Read what the bank wants to be shown and answered; None where it wants nothing yet.

    Args:
        body: The reply.
        methods: What was offered.
        asked: The method that was chosen; empty where none was.
    """
    chosen, data = body.within("chosenScaMethod"), body.within("challengeData")
    said = chosen.text_or_empty("authenticationMethodId")
    if not (asked or said or isinstance(data.value, dict)):
        return None
    known = next((item for item in methods if item.method == (said or asked)), None)
    method = known or (_method(chosen) if said else ScaMethod(asked, "", ""))
    longest = data.get("otpMaxLength")
    return Challenge(
        method=method,
        otp_format="integer" if data.text_or_empty("otpFormat") == "integer" else "characters",
        otp_max_length=longest if type(longest) is int and 0 < longest <= _LONGEST_CODE else 0,
        information=shown(data.text_or_empty("additionalInformation"), INFORMATION_LIMIT),
        data=_lines(data.get("data")),
    )


def _wants_code(answer: Answer, links: Mapping[str, str]) -> bool:
    """Tell whether a code can be sent from here: a link takes it, or the challenge says what it looks like.

    A challenge that only has something to read goes with a code, too; unless the bank's app asks, which may show the
    same to be compared.
    """
    data = answer.body.within("challengeData")
    if "authoriseTransaction" in links or data.get("otpFormat") or data.get("otpMaxLength"):
        return True
    return bool(isinstance(data.value, dict) and data.value) and not says_decoupled(answer)


def _asks_elsewhere(answer: Answer, links: Mapping[str, str], *, selected: bool, wants_code: bool) -> bool:
    """Tell whether the bank's own app may be asking: it says so, or a method is chosen and no code can be sent."""
    if answer.body.text("scaStatus") == _STARTED or (selected and not wants_code):
        return True
    return asks_at_once(answer, links) or (selected and says_decoupled(answer))


def asks_at_once(answer: Answer, links: Mapping[str, str]) -> bool:
    """Tell whether a reply says that the bank's own app decides, and wants nothing before that, such as a password."""
    return says_decoupled(answer) and not any(name in links for name in _FIRST_STEPS)


def says_decoupled(answer: Answer) -> bool:
    """Tell whether a reply says that the bank's own app decides (ASPSP-SCA-Approach, scaStatus)."""
    approach = answer.reply.headers.get("aspsp-sca-approach", "").strip().upper()
    return approach == "DECOUPLED" or answer.body.text_or_empty("scaStatus") == _STARTED


def _message(body: Body, *, elsewhere: bool) -> str:
    """Return the bank's words; where its app asks, with what is to be compared there."""
    told = [shown(body.text_or_empty("psuMessage"))]
    if elsewhere:
        data = body.within("challengeData")
        told += [shown(data.text_or_empty("additionalInformation"), INFORMATION_LIMIT), *_lines(data.get("data"))]
    return " ".join(part for part in told if part)


def _method(item: Body) -> ScaMethod:
    method = item.text_or_empty("authenticationMethodId")
    name = shown(item.text_or_empty("name"), NAME_LIMIT)
    return ScaMethod(
        method, shown(item.text_or_empty("authenticationType"), NAME_LIMIT), name or shown(method, NAME_LIMIT)
    )


def _lines(data: object) -> tuple[str, ...]:
    """Read challengeData.data: a list by the standard, one text at some banks, ``[null]`` at others."""
    found = data if isinstance(data, list) else [data]
    return tuple(shown(item, INFORMATION_LIMIT) for item in found if isinstance(item, str) and item)
