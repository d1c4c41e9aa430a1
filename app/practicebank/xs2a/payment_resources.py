"""Payments as resources: initiate, read, status, authorise, cancel; one at a time or in bulk, as JSON or pain.001."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from http import HTTPStatus

from practicebank import amounts, matters
from practicebank.authorisations import Matter
from practicebank.http_door import Reply
from practicebank.payment_rows import BULK, SINGLE, NewPayment, Payment
from practicebank.payments import WAITING
from practicebank.problems import Problem, format_error, unknown_resource
from practicebank.products import PRODUCTS
from practicebank.world.cast import PSU_ID
from practicebank.xs2a import authorising, pain001
from practicebank.xs2a.bodies import read_bulk, read_payment
from practicebank.xs2a.call import EMBEDDED, Call, created


def initiate(call: Call, service: str, product: str) -> Reply:
    """Answer ``POST /v1/{payment-service}/{payment-product}``."""
    base = _check_product(service, product)
    call.require_ip_address()
    bank = call.bank
    bank.authorisations.known(call.psu_id)
    body_hash = hashlib.sha256(call.request.body).hexdigest()
    if bank.outcomes.flag("deduplicate"):
        repeated = bank.payments.repeated(call.request_id)
        if repeated is not None:
            payment, earlier_hash = repeated
            if earlier_hash != body_hash or _path(call, payment).split("/")[2:4] != [service, product]:
                raise format_error("This X-Request-ID was used for something else.", "X-Request-ID")
            return _initiated(call, payment)
    new, parts = _asked(call, service, product, base)
    who = (call.psu_id, call.request_id, call.serial, body_hash)
    bulk = service == BULK
    payment = bank.payments.initiate_bulk(new, parts, *who) if bulk else bank.payments.initiate(new, *who)
    if product != base:
        bank.payments.keep_file(payment, call.request.body)
    if payment.status == "RCVD":
        no_funds = call.flag("tpp-rejection-nofunds-preferred")
        alone = bank.customers.enough(payment.debtor_iban, [call.psu_id or PSU_ID], payment.amount_minor)
        if no_funds and not bank.payments.covered(payment):
            payment = bank.payments.reject(payment, "AM04")
        elif alone and bank.outcomes.exemption() == "at_initiation":
            payment = bank.payments.accept(payment)
    return _initiated(call, payment)


def _asked(call: Call, service: str, product: str, base: str) -> tuple[NewPayment, list[NewPayment]]:
    """Read what is asked for: a payment, or the total and the parts of a bulk."""
    today, owns = call.bank.clock.today(), _owned_currency(call)
    bulk = service == BULK
    body = call.json() if product == base else pain001.as_json(call.xml(), base, today, many=bulk)
    if bulk:
        return read_bulk(body, base, today, owns)
    return read_payment(body, base, today, owns), []


def read(call: Call, service: str, product: str, payment_id: str) -> Reply:
    """Answer ``GET …/{paymentId}``: everything that was asked for, as it came or as JSON."""
    payment = _find(call, service, product, payment_id)
    content = call.bank.payments.file_of(payment)
    if content is not None and not call.accepts("application/json"):
        return Reply(HTTPStatus.OK, content=content, content_type="application/xml")
    body = {**payment.echo, "transactionStatus": payment.status, **_reason(payment)}
    if payment.is_bulk:
        # The reply for a bulk has no reason of its own; its parts do.
        body = {**payment.echo, "transactionStatus": payment.status}
        body["payments"] = [_part(part, payment) for part in call.bank.payments.parts(payment)]
    return Reply(HTTPStatus.OK, body)


def _part(part: Payment, bulk: Payment) -> dict[str, object]:
    own = {name: value for name, value in part.echo.items() if name not in bulk.echo}
    told: dict[str, object] = {"transactionStatus": part.status}
    if part.reason_code is not None:
        told["reasonCode"] = part.reason_code
    return {**own, **told}


def status(call: Call, service: str, product: str, payment_id: str) -> Reply:
    """Answer ``GET …/status``: JSON, or pain.002 where that is asked for of a pain.001."""
    payment = _find(call, service, product, payment_id)
    content = call.bank.payments.file_of(payment)
    if content is not None and call.accepts("application/xml"):
        report = pain001.report(call.bank, payment, content)
        return Reply(HTTPStatus.OK, content=report, content_type="application/xml")
    body: dict[str, object] = {"transactionStatus": payment.status}
    if payment.status == "RCVD":
        body["fundsAvailable"] = call.bank.payments.covered(payment)
    if payment.status == "PATC":
        body["psuMessage"] = f"One more signature is needed. Who can give it: {_missing(call, payment)}."
    return Reply(HTTPStatus.OK, {**body, **_reason(payment)})


def _missing(call: Call, payment: Payment) -> str:
    """Name those who may sign and have not."""
    customers, signed = call.bank.customers, call.bank.payments.signers(payment)
    able = [one.psu_id for one in customers.signatories(payment.debtor_iban) if one.may_sign]
    found = [customers.find(psu_id) for psu_id in able if psu_id not in signed]
    return ", ".join(one.name for one in found if one is not None)


def cancel(call: Call, service: str, product: str, payment_id: str) -> Reply:
    """Answer ``DELETE …/{paymentId}``: done at once, or after an authorisation of its own."""
    payment = _find(call, service, product, payment_id)
    matters.check_cancellable(call.bank, payment)
    if payment.status in WAITING:
        call.bank.payments.cancel(payment)
        return Reply(HTTPStatus.NO_CONTENT)
    path = _path(call, payment)
    body = {
        "transactionStatus": payment.status,
        "_links": call.links(
            self=path, status=f"{path}/status", startAuthorisation=f"{path}/cancellation-authorisations"
        ),
    }
    return Reply(HTTPStatus.ACCEPTED, body, EMBEDDED)


def start_authorisation(call: Call, service: str, product: str, payment_id: str, collection: str) -> Reply:
    """Answer ``POST …/authorisations`` and ``POST …/cancellation-authorisations``."""
    payment = _find(call, service, product, payment_id)
    matter = _matter(call, payment, collection)
    path = f"{_path(call, payment)}/{collection}"
    return authorising.start(call, _purpose(collection), payment_id, matter, path)


def list_authorisations(call: Call, service: str, product: str, payment_id: str, collection: str) -> Reply:
    """Answer ``GET …/authorisations`` and ``GET …/cancellation-authorisations``."""
    _find(call, service, product, payment_id)
    return authorising.listed(call, _purpose(collection), payment_id)


def read_authorisation(
    call: Call, service: str, product: str, payment_id: str, collection: str, authorisation_id: str
) -> Reply:
    """Answer ``GET …/authorisations/{authorisationId}``."""
    path = f"{_path(call, _find(call, service, product, payment_id))}/{collection}"
    return authorising.status(call, _purpose(collection), payment_id, authorisation_id, path)


def advance_authorisation(
    call: Call, service: str, product: str, payment_id: str, collection: str, authorisation_id: str
) -> Reply:
    """Answer ``PUT …/authorisations/{authorisationId}``."""
    payment = _find(call, service, product, payment_id)
    current = call.bank.authorisations.get(_purpose(collection), payment_id, authorisation_id)
    matter = _matter(call, payment, collection)
    return authorising.advance(call, current, matter, f"{_path(call, payment)}/{collection}")


def _matter(call: Call, payment: Payment, collection: str) -> Matter:
    if collection == "authorisations":
        return matters.of_payment(call.bank, payment)
    return matters.of_cancellation(call.bank, payment)


def _initiated(call: Call, payment: Payment) -> Reply:
    path, bank = _path(call, payment), call.bank
    links = {"self": path, "status": f"{path}/status"}
    if payment.status == "RCVD" and bank.outcomes.flag("starts_itself"):
        step = authorising.begin(call, matters.PAYMENT, payment.payment_id, matters.of_payment(bank, payment), {})
        links["scaStatus"] = f"{path}/authorisations/{step.authorisation.authorisation_id}"
        payment = bank.payments.find(payment.payment_id) or payment
    elif payment.status == "RCVD":
        links["startAuthorisation"] = f"{path}/authorisations"
    body = {
        "transactionStatus": payment.status,
        "paymentId": payment.payment_id,
        "transactionFees": amounts.standard(payment.fee_minor, payment.currency),
        "transactionFeeIndicator": payment.fee_minor > 0,
        "_links": call.links(**links),
        **_reason(payment),
    }
    return created(body, f"{call.origin}{path}", authorising.preferred_approach(call))


def _reason(payment: Payment) -> dict[str, object]:
    if payment.reason_code is None:
        return {}
    # The standard has no field for the ISO 20022 reason in JSON; real banks add one of their own.
    return {
        "psuMessage": f"{payment.reason_code}: {payment.reason_text}",
        "reasonCode": payment.reason_code,
    }


def _find(call: Call, service: str, product: str, payment_id: str) -> Payment:
    _check_product(service, product)
    payment = call.bank.payments.find(payment_id)
    if payment is None or payment.parent_id is not None:
        raise unknown_resource("There is no such payment.")
    if _path(call, payment) != f"/v1/{service}/{product}/{payment_id}":
        raise unknown_resource("There is no such payment under this product.")
    return payment


def _check_product(service: str, product: str) -> str:
    """Return the product without the prefix of its XML form, or refuse one this bank doesn't have."""
    base = product.removeprefix(pain001.PREFIX)
    found = PRODUCTS.get(base)
    if found is None or ((service != SINGLE or product != base) and not found.in_bulk):
        raise Problem(HTTPStatus.NOT_FOUND, "PRODUCT_UNKNOWN", "This bank doesn't have the payment product.")
    return base


def _owned_currency(call: Call) -> Callable[[str], str | None]:
    bank, psu_id = call.bank, call.psu_id

    def owns(iban: str) -> str | None:
        account = bank.accounts.find(iban)
        if account is None or (psu_id is not None and not bank.customers.may_use(psu_id, iban)):
            return None
        return account.currency

    return owns


def _path(call: Call, payment: Payment) -> str:
    prefix = "" if call.bank.payments.file_of(payment) is None else pain001.PREFIX
    return f"/v1/{payment.service}/{prefix}{payment.product}/{payment.payment_id}"


def _purpose(collection: str) -> str:
    return matters.PAYMENT if collection == "authorisations" else matters.CANCELLATION
