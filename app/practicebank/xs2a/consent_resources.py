"""Consents as resources: ask, authorise, read, end."""

from __future__ import annotations

from http import HTTPStatus

from practicebank import ibans, matters
from practicebank.consents import Consent
from practicebank.http_door import Reply
from practicebank.problems import Problem, format_error
from practicebank.world.cast import PSU_ID
from practicebank.xs2a import authorising
from practicebank.xs2a.call import Call, created
from practicebank.xs2a.fields import read_date

_LISTS = ("accounts", "balances", "transactions")
_GENERAL = ("availableAccounts", "availableAccountsWithBalance", "allPsd2")
_PURPOSE = matters.CONSENT


def create(call: Call) -> Reply:
    """Answer ``POST /v1/consents``."""
    call.require_ip_address()
    call.bank.authorisations.known(call.psu_id)
    body = call.json()
    recurring, frequency = body.get("recurringIndicator"), body.get("frequencyPerDay")
    if not isinstance(recurring, bool):
        raise format_error("true or false was expected.", "recurringIndicator")
    if type(frequency) is not int or frequency < 1:
        raise format_error("A number from 1 on was expected.", "frequencyPerDay")
    if body.get("combinedServiceIndicator") is not False:
        raise format_error("Combined services are not offered.", "combinedServiceIndicator")
    valid_until = read_date(body.get("validUntil"), "validUntil")
    if valid_until < call.bank.clock.today():
        raise format_error("The date is over.", "validUntil")
    consent = call.bank.consents.create(
        _access(call, body.get("access")),
        recurring=recurring,
        valid_until=valid_until,
        frequency=frequency,
        psu_id=call.psu_id,
    )
    path = _path(consent)
    content = {
        "consentStatus": consent.status,
        "consentId": consent.consent_id,
        "_links": call.links(self=path, status=f"{path}/status", startAuthorisation=f"{path}/authorisations"),
    }
    return created(content, f"{call.origin}{path}", authorising.preferred_approach(call))


def read(call: Call, consent_id: str) -> Reply:
    """Answer ``GET /v1/consents/{consentId}``."""
    consent = _find(call, consent_id)
    links = {"account": "/v1/accounts"} if consent.status == "valid" else {}
    return Reply(
        HTTPStatus.OK,
        {
            "access": consent.access,
            "recurringIndicator": consent.recurring,
            "validUntil": consent.valid_until.isoformat(),
            "frequencyPerDay": consent.frequency,
            "lastActionDate": consent.last_action_date.isoformat(),
            "consentStatus": consent.status,
            "_links": call.links(**links),
        },
    )


def status(call: Call, consent_id: str) -> Reply:
    """Answer ``GET /v1/consents/{consentId}/status``."""
    return Reply(HTTPStatus.OK, {"consentStatus": _find(call, consent_id).status})


def end(call: Call, consent_id: str) -> Reply:
    """Answer ``DELETE /v1/consents/{consentId}``: the client needs it no longer."""
    consent = _find(call, consent_id)
    if consent.status in ("received", "valid"):
        call.bank.consents.set_status(consent_id, "terminatedByTpp")
    return Reply(HTTPStatus.NO_CONTENT)


def start_authorisation(call: Call, consent_id: str) -> Reply:
    """Answer ``POST /v1/consents/{consentId}/authorisations``."""
    consent = _find(call, consent_id)
    path = f"{_path(consent)}/authorisations"
    return authorising.start(call, _PURPOSE, consent_id, matters.of_consent(call.bank, consent), path)


def list_authorisations(call: Call, consent_id: str) -> Reply:
    """Answer ``GET /v1/consents/{consentId}/authorisations``."""
    _find(call, consent_id)
    return authorising.listed(call, _PURPOSE, consent_id)


def read_authorisation(call: Call, consent_id: str, authorisation_id: str) -> Reply:
    """Answer ``GET /v1/consents/{consentId}/authorisations/{authorisationId}``."""
    path = f"{_path(_find(call, consent_id))}/authorisations"
    return authorising.status(call, _PURPOSE, consent_id, authorisation_id, path)


def advance_authorisation(call: Call, consent_id: str, authorisation_id: str) -> Reply:
    """Answer ``PUT /v1/consents/{consentId}/authorisations/{authorisationId}``."""
    consent = _find(call, consent_id)
    current = call.bank.authorisations.get(_PURPOSE, consent_id, authorisation_id)
    path = f"{_path(consent)}/authorisations"
    return authorising.advance(call, current, matters.of_consent(call.bank, consent), path)


def _access(call: Call, given: object) -> dict[str, object]:
    if not isinstance(given, dict) or not given:
        raise format_error("What is to be read is missing.", "access")
    for name, value in given.items():
        if name in _GENERAL:
            if value not in ("allAccounts", "allAccountsWithOwnerName"):
                raise format_error("allAccounts was expected.", f"access.{name}")
        elif name in _LISTS:
            _check_references(call, name, value)
        else:
            raise format_error("This kind of access is not offered.", f"access.{name}")
    return given


def _check_references(call: Call, name: str, value: object) -> None:
    if not isinstance(value, list):
        raise format_error("A list of accounts was expected.", f"access.{name}")
    for reference in value:
        iban = reference.get("iban") if isinstance(reference, dict) else None
        if not isinstance(iban, str) or not ibans.is_well_formed(iban):
            raise format_error("An account with its IBAN was expected.", f"access.{name}")
        if not call.bank.customers.may_use(call.psu_id or PSU_ID, iban):
            raise Problem(
                HTTPStatus.BAD_REQUEST,
                "RESOURCE_UNKNOWN",
                "This is not one of the person's accounts.",
                f"access.{name}",
            )


def _find(call: Call, consent_id: str) -> Consent:
    consent = call.bank.consents.find(consent_id)
    if consent is None:
        raise Problem(HTTPStatus.FORBIDDEN, "CONSENT_UNKNOWN", "There is no such consent.")
    return consent


def _path(consent: Consent) -> str:
    return f"/v1/consents/{consent.consent_id}"
