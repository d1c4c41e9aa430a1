"""Signing baskets as resources: tie payments together, read, authorise, dissolve (NextGenPSD2 IG section 8)."""

from __future__ import annotations

from http import HTTPStatus

from practicebank import matters
from practicebank.baskets import Basket
from practicebank.http_door import Reply
from practicebank.problems import Problem, format_error, unknown_resource
from practicebank.xs2a import authorising
from practicebank.xs2a.call import Call, created

_MOST = 100
_BASKETS = "/v1/signing-baskets"


def create(call: Call) -> Reply:
    """Answer ``POST /v1/signing-baskets``."""
    call.require_ip_address()
    call.bank.authorisations.known(call.psu_id)
    body = call.json()
    if body.get("consentIds"):
        told = "A basket of this bank holds payments only."
        raise Problem(HTTPStatus.BAD_REQUEST, "REFERENCE_MIX_INVALID", told, "consentIds")
    listed = body.get("paymentIds")
    if not isinstance(listed, list) or not 0 < len(listed) <= _MOST:
        raise format_error(f"1 to {_MOST} identifiers of payments were expected.", "paymentIds")
    wanted = [one for one in listed if isinstance(one, str)]
    if len(set(wanted)) != len(listed):
        raise format_error("Identifiers, each once, were expected.", "paymentIds")
    basket = call.bank.baskets.create(wanted, call.psu_id)
    path = _path(basket)
    content = {
        "transactionStatus": basket.status,
        "basketId": basket.basket_id,
        "_links": call.links(self=path, status=f"{path}/status", startAuthorisation=f"{path}/authorisations"),
    }
    return created(content, f"{call.origin}{path}", authorising.preferred_approach(call))


def read(call: Call, basket_id: str) -> Reply:
    """Answer ``GET /v1/signing-baskets/{basketId}``."""
    basket = _find(call, basket_id)
    path = _path(basket)
    links = {"startAuthorisation": f"{path}/authorisations"} if basket.status in ("RCVD", "PATC") else {}
    body = {
        "payments": list(basket.payment_ids),
        "transactionStatus": basket.status,
        "_links": call.links(self=path, status=f"{path}/status", **links),
    }
    return Reply(HTTPStatus.OK, body)


def status(call: Call, basket_id: str) -> Reply:
    """Answer ``GET /v1/signing-baskets/{basketId}/status``."""
    return Reply(HTTPStatus.OK, {"transactionStatus": _find(call, basket_id).status})


def dissolve(call: Call, basket_id: str) -> Reply:
    """Answer ``DELETE /v1/signing-baskets/{basketId}``: the payments stay."""
    call.bank.baskets.dissolve(_find(call, basket_id))
    return Reply(HTTPStatus.NO_CONTENT)


def start_authorisation(call: Call, basket_id: str) -> Reply:
    """Answer ``POST /v1/signing-baskets/{basketId}/authorisations``."""
    basket = _find(call, basket_id)
    matter = matters.of_basket(call.bank, basket)
    return authorising.start(call, matters.BASKET, basket_id, matter, f"{_path(basket)}/authorisations")


def list_authorisations(call: Call, basket_id: str) -> Reply:
    """Answer ``GET /v1/signing-baskets/{basketId}/authorisations``."""
    _find(call, basket_id)
    return authorising.listed(call, matters.BASKET, basket_id)


def read_authorisation(call: Call, basket_id: str, authorisation_id: str) -> Reply:
    """Answer ``GET /v1/signing-baskets/{basketId}/authorisations/{authorisationId}``."""
    path = f"{_path(_find(call, basket_id))}/authorisations"
    return authorising.status(call, matters.BASKET, basket_id, authorisation_id, path)


def advance_authorisation(call: Call, basket_id: str, authorisation_id: str) -> Reply:
    """Answer ``PUT /v1/signing-baskets/{basketId}/authorisations/{authorisationId}``."""
    basket = _find(call, basket_id)
    current = call.bank.authorisations.get(matters.BASKET, basket_id, authorisation_id)
    matter = matters.of_basket(call.bank, basket)
    return authorising.advance(call, current, matter, f"{_path(basket)}/authorisations")


def _find(call: Call, basket_id: str) -> Basket:
    basket = call.bank.baskets.find(basket_id)
    if basket is None:
        raise unknown_resource("There is no such basket.")
    return basket


def _path(basket: Basket) -> str:
    return f"{_BASKETS}/{basket.basket_id}"
