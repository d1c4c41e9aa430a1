"""Payments as resources: initiate, read, status, authorise, cancel."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from http import HTTPStatus

from practicebank import amounts, ibans
from practicebank.authorisations import Matter
from practicebank.http_door import Reply
from practicebank.payments import PRODUCTS, Payment
from practicebank.problems import Problem, format_error, unknown_resource, wrong_state
from practicebank.xs2a import authorising
from practicebank.xs2a.bodies import read_payment
from practicebank.xs2a.call import EMBEDDED, Call, created

_SETTLED = ("ACSC", "ACCC")


def initiate(call: Call, product: str) -> Reply:
    """Answer ``POST /v1/payments/{product}``."""
    _check_product(product)
    call.require_ip_address()
    bank = call.bank
    bank.authorisations.known(call.psu_id)
    body_hash = hashlib.sha256(call.request.body).hexdigest()
    if bank.outcomes.flag("deduplicate"):
        repeated = bank.payments.repeated(call.request_id)
        if repeated is not None:
            if repeated[1] != body_hash or repeated[0].product != product:
                raise format_error("This X-Request-ID was used for something else.", "X-Request-ID")
            return _initiated(call, repeated[0])
    new = read_payment(call.json(), product, bank.clock.today(), _owned_currency(call))
    payment = bank.payments.initiate(new, call.psu_id, call.request_id, call.serial, body_hash)
    if payment.status == "RCVD":
        no_funds = call.flag("tpp-rejection-nofunds-preferred")
        if no_funds and not bank.payments.covered(payment):
            payment = bank.payments.reject(payment, "AM04")
        elif bank.outcomes.exemption() == "at_initiation":
            payment = bank.payments.accept(payment)
    return _initiated(call, payment)


def read(call: Call, product: str, payment_id: str) -> Reply:
    """Answer ``GET /v1/payments/{product}/{paymentId}``: everything that was asked for."""
    payment = _find(call, product, payment_id)
    body = {**payment.echo, "transactionStatus": payment.status, **_reason(payment)}
    return Reply(HTTPStatus.OK, body)


def status(call: Call, product: str, payment_id: str) -> Reply:
    """Answer ``GET …/status``."""
    payment = _find(call, product, payment_id)
    body: dict[str, object] = {"transactionStatus": payment.status}
    if payment.status == "RCVD":
        body["fundsAvailable"] = call.bank.payments.covered(payment)
    return Reply(HTTPStatus.OK, {**body, **_reason(payment)})


def cancel(call: Call, product: str, payment_id: str) -> Reply:
    """Answer ``DELETE …/{paymentId}``: done at once, or after an authorisation of its own."""
    payment = _find(call, product, payment_id)
    _check_cancellable(call, payment)
    if payment.status == "RCVD":
        call.bank.payments.cancel(payment)
        return Reply(HTTPStatus.NO_CONTENT)
    path = _path(payment)
    body = {
        "transactionStatus": payment.status,
        "_links": call.links(
            self=path, status=f"{path}/status", startAuthorisation=f"{path}/cancellation-authorisations"
        ),
    }
    return Reply(HTTPStatus.ACCEPTED, body, EMBEDDED)


def start_authorisation(call: Call, product: str, payment_id: str, collection: str) -> Reply:
    """Answer ``POST …/authorisations`` and ``POST …/cancellation-authorisations``."""
    payment = _find(call, product, payment_id)
    matter = _matter(call, payment, collection)
    path = f"{_path(payment)}/{collection}"
    return authorising.start(call, _purpose(collection), payment_id, matter, path)


def list_authorisations(call: Call, product: str, payment_id: str, collection: str) -> Reply:
    """Answer ``GET …/authorisations`` and ``GET …/cancellation-authorisations``."""
    _find(call, product, payment_id)
    return authorising.listed(call, _purpose(collection), payment_id)


def read_authorisation(call: Call, product: str, payment_id: str, collection: str, authorisation_id: str) -> Reply:
    """Answer ``GET …/authorisations/{authorisationId}``."""
    path = f"{_path(_find(call, product, payment_id))}/{collection}"
    return authorising.status(call, _purpose(collection), payment_id, authorisation_id, path)


def advance_authorisation(call: Call, product: str, payment_id: str, collection: str, authorisation_id: str) -> Reply:
    """Answer ``PUT …/authorisations/{authorisationId}``."""
    payment = _find(call, product, payment_id)
    current = call.bank.authorisations.get(_purpose(collection), payment_id, authorisation_id)
    matter = _matter(call, payment, collection)
    return authorising.advance(call, current, matter, f"{_path(payment)}/{collection}")


def _matter(call: Call, payment: Payment, collection: str) -> Matter:
    payments = call.bank.payments
    told = (
        f"{amounts.to_spoken(payment.amount_minor, payment.currency)} to {payment.creditor_name},"
        f" account ending {ibans.last_digits(payment.creditor_iban)}."
    )
    binding = "|".join(
        (
            collection,
            payment.payment_id,
            str(payment.amount_minor),
            payment.currency,
            payment.creditor_iban,
            payment.creditor_name,
        )
    ).encode()
    if collection == "authorisations":
        if payment.status != "RCVD":
            raise wrong_state(f"The payment is {payment.status}.")
        return Matter(
            psu_id=payment.psu_id,
            purpose=told,
            binding=binding,
            granted=lambda: _ignore(payments.accept(payment)),
            refused=lambda: payments.authorisation_failed(payment),
            exempt=call.bank.outcomes.exemption() == "after_password",
        )
    _check_cancellable(call, payment)
    return Matter(
        psu_id=payment.psu_id,
        purpose=f"Calling off {told}",
        binding=binding,
        granted=lambda: _ignore(payments.cancel(payment)),
        refused=lambda: None,
    )


def _ignore(_payment: Payment) -> None:
    """Take a result nobody needs: what became of the payment is read from its status."""


def _check_cancellable(call: Call, payment: Payment) -> None:
    if payment.status in ("RJCT", "CANC"):
        raise Problem(HTTPStatus.BAD_REQUEST, "RESOURCE_BLOCKED", f"The payment is {payment.status}.")
    if payment.status in _SETTLED or not call.bank.outcomes.flag("cancellation_allowed"):
        raise Problem(
            HTTPStatus.METHOD_NOT_ALLOWED,
            "CANCELLATION_INVALID",
            "The payment can no longer be called off.",
        )


def _initiated(call: Call, payment: Payment) -> Reply:
    path = _path(payment)
    links = {"self": path, "status": f"{path}/status"}
    if payment.status == "RCVD":
        links["startAuthorisation"] = f"{path}/authorisations"
    body = {
        "transactionStatus": payment.status,
        "paymentId": payment.payment_id,
        "transactionFees": amounts.standard(payment.fee_minor, payment.currency),
        "transactionFeeIndicator": payment.fee_minor > 0,
        "_links": call.links(**links),
        **_reason(payment),
    }
    return created(body, f"{call.origin}{path}")


def _reason(payment: Payment) -> dict[str, object]:
    if payment.reason_code is None:
        return {}
    # The standard has no field for the ISO 20022 reason in JSON; real banks add one of their own.
    return {
        "psuMessage": f"{payment.reason_code}: {payment.reason_text}",
        "reasonCode": payment.reason_code,
    }


def _find(call: Call, product: str, payment_id: str) -> Payment:
    _check_product(product)
    payment = call.bank.payments.find(payment_id)
    if payment is None or payment.product != product:
        raise unknown_resource("There is no such payment.")
    return payment


def _check_product(product: str) -> None:
    if product not in PRODUCTS:
        raise Problem(HTTPStatus.NOT_FOUND, "PRODUCT_UNKNOWN", "This bank doesn't have the payment product.")


def _owned_currency(call: Call) -> Callable[[str], str | None]:
    def owns(iban: str) -> str | None:
        account = call.bank.accounts.by_iban(iban)
        return None if account is None else account.currency

    return owns


def _path(payment: Payment) -> str:
    return f"/v1/payments/{payment.product}/{payment.payment_id}"


def _purpose(collection: str) -> str:
    return "payment" if collection == "authorisations" else "cancellation"
