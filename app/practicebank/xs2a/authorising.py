"""The resources ``authorisations`` and ``cancellation-authorisations``, for every matter."""

from __future__ import annotations

from http import HTTPStatus

from practicebank.authorisations import Authorisation, Matter, Step
from practicebank.http_door import Reply
from practicebank.second_factors import IN_APP, PUSH_METHOD
from practicebank.xs2a.call import Call, created

# From each status, the link that leads on (NextGenPSD2 IG section 4.12).
_NEXT = {
    "received": ("updatePsuIdentification",),
    "psuIdentified": ("updatePsuAuthentication",),
    "psuAuthenticated": ("selectAuthenticationMethod",),
    "scaMethodSelected": ("authoriseTransaction", "selectAuthenticationMethod"),
}
_APPROACH = "ASPSP-SCA-Approach"
_DECIDE = "Open the bank's app on your practice phone and decide there."


def start(call: Call, purpose: str, subject_id: str, matter: Matter, path: str) -> Reply:
    """Answer ``POST …/authorisations``: explicit start, perhaps with the password at once.

    Args:
        call: The call.
        purpose: ``payment``, ``cancellation``, ``consent`` or ``basket``.
        subject_id: What it belongs to.
        matter: What is being authorised.
        path: Path of the collection.
    """
    step = begin(call, purpose, subject_id, matter, call.json())
    own_path = f"{path}/{step.authorisation.authorisation_id}"
    content = {
        "authorisationId": step.authorisation.authorisation_id,
        **_describe(call, step, own_path),
    }
    return created(content, f"{call.origin}{own_path}", approach_of(step.authorisation))


def begin(call: Call, purpose: str, subject_id: str, matter: Matter, body: dict[str, object]) -> Step:
    """Begin an authorisation: with the password, or in the app, which may decide at once."""
    machine, upon = call.bank.authorisations, call.bank.outcomes.upon_start()
    current = machine.start(purpose, subject_id, matter, call.psu_id)
    if (upon != "password" or call.flag("tpp-decoupled-preferred")) and machine.takes_push(current):
        step = machine.push(current, matter)
        if upon == "app_approves":
            return Step(machine.decide(step.authorisation, matter, approve=True), step.extra)
        return step
    return machine.advance(current, matter, body, None) if body else Step(current, {})


def listed(call: Call, purpose: str, subject_id: str) -> Reply:
    """Answer ``GET …/authorisations`` with all identifiers."""
    ids = call.bank.authorisations.ids(purpose, subject_id)
    return Reply(HTTPStatus.OK, {"authorisationIds": ids})


def status(call: Call, purpose: str, subject_id: str, authorisation_id: str, path: str) -> Reply:
    """Answer ``GET …/authorisations/{id}`` with the scaStatus."""
    current = call.bank.authorisations.get(purpose, subject_id, authorisation_id)
    own_path = f"{path}/{authorisation_id}"
    body: dict[str, object] = {"scaStatus": current.status, "_links": _links(call, current, own_path)}
    if current.status == "started":
        body["psuMessage"] = _DECIDE
    return Reply(HTTPStatus.OK, body)


def advance(call: Call, current: Authorisation, matter: Matter, path: str) -> Reply:
    """Answer ``PUT …/authorisations/{id}``: one step."""
    step = call.bank.authorisations.advance(current, matter, call.json(), call.psu_id)
    own_path = f"{path}/{current.authorisation_id}"
    approach = {_APPROACH: approach_of(step.authorisation)}
    return Reply(HTTPStatus.OK, _describe(call, step, own_path), approach)


def preferred_approach(call: Call) -> str:
    """Return the approach that a person named in a call will find, before anything is begun."""
    methods = call.bank.factors.methods(call.psu_id) if call.psu_id is not None else []
    decides_in_app = any(method.method_id == PUSH_METHOD for method in methods)
    wanted = call.flag("tpp-decoupled-preferred") or call.bank.outcomes.upon_start() != "password"
    return "DECOUPLED" if wanted and decides_in_app else "EMBEDDED"


def approach_of(current: Authorisation) -> str:
    """Return the approach an authorisation takes (ASPSP-SCA-Approach)."""
    return "DECOUPLED" if current.method_id in IN_APP else "EMBEDDED"


def _describe(call: Call, step: Step, own_path: str) -> dict[str, object]:
    return {
        "scaStatus": step.authorisation.status,
        **step.extra,
        "_links": _links(call, step.authorisation, own_path),
    }


def _links(call: Call, current: Authorisation, own_path: str) -> dict[str, object]:
    names = ("scaStatus", *_NEXT.get(current.status, ()))
    return call.links(**dict.fromkeys(names, own_path))
