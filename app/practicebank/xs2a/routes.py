"""Which path and method leads to which resource."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus

from practicebank.http_door import Reply
from practicebank.problems import Problem, unknown_resource
from practicebank.xs2a import account_resources as accounts
from practicebank.xs2a import basket_resources as baskets
from practicebank.xs2a import beside
from practicebank.xs2a import consent_resources as consents
from practicebank.xs2a import payment_resources as payments
from practicebank.xs2a.call import Call

Resource = Callable[..., Reply]
_PRODUCT = r"/v1/(?P<service>payments|bulk-payments)/(?P<product>[^/]+)"
_PAYMENT = _PRODUCT + r"/(?P<payment_id>[^/]+)"
_COLLECTION = r"/(?P<collection>authorisations|cancellation-authorisations)"
_ONE = r"/(?P<authorisation_id>[^/]+)"
_CONSENT = r"/v1/consents/(?P<consent_id>[^/]+)"
_BASKET = r"/v1/signing-baskets/(?P<basket_id>[^/]+)"
_ACCOUNT = r"/v1/accounts/(?P<resource_id>[^/]+)"

_ROUTES: tuple[tuple[re.Pattern[str], Mapping[str, Resource]], ...] = tuple(
    (re.compile(pattern), resources)
    for pattern, resources in (
        (_PRODUCT, {"POST": payments.initiate}),
        (_PAYMENT, {"GET": payments.read, "DELETE": payments.cancel}),
        (_PAYMENT + "/status", {"GET": payments.status}),
        (
            _PAYMENT + _COLLECTION,
            {"POST": payments.start_authorisation, "GET": payments.list_authorisations},
        ),
        (
            _PAYMENT + _COLLECTION + _ONE,
            {"GET": payments.read_authorisation, "PUT": payments.advance_authorisation},
        ),
        ("/v1/consents", {"POST": consents.create}),
        (_CONSENT, {"GET": consents.read, "DELETE": consents.end}),
        (_CONSENT + "/status", {"GET": consents.status}),
        (
            _CONSENT + "/authorisations",
            {"POST": consents.start_authorisation, "GET": consents.list_authorisations},
        ),
        (
            _CONSENT + "/authorisations" + _ONE,
            {"GET": consents.read_authorisation, "PUT": consents.advance_authorisation},
        ),
        ("/v1/signing-baskets", {"POST": baskets.create}),
        (_BASKET, {"GET": baskets.read, "DELETE": baskets.dissolve}),
        (_BASKET + "/status", {"GET": baskets.status}),
        (
            _BASKET + "/authorisations",
            {"POST": baskets.start_authorisation, "GET": baskets.list_authorisations},
        ),
        (
            _BASKET + "/authorisations" + _ONE,
            {"GET": baskets.read_authorisation, "PUT": baskets.advance_authorisation},
        ),
        ("/v1/accounts", {"GET": accounts.listed}),
        (_ACCOUNT, {"GET": accounts.read}),
        (_ACCOUNT + "/balances", {"GET": accounts.balances}),
        (_ACCOUNT + "/transactions", {"GET": accounts.transactions}),
        (_ACCOUNT + "/transactions/(?P<entry_id>[^/]+)", {"GET": accounts.transaction}),
        ("/v1/payee-verifications", {"POST": beside.verify_payee}),
        ("/v1/payee-verifications/(?P<verification_id>[^/]+)", {"GET": beside.verification}),
        ("/v1/bank-profile", {"GET": beside.profile}),
    )
)
# Services of the standard that this bank doesn't have.
_OTHER_SERVICES = re.compile(r"/v1/(periodic-payments|card-accounts|funds-confirmations)(/.*)?")


def dispatch(call: Call) -> Reply:
    """Answer a call by the resource its path names.

    Raises:
        Problem: There is no such resource, it doesn't have the method, or it refuses.
    """
    for pattern, resources in _ROUTES:
        match = pattern.fullmatch(call.request.path)
        if match is None:
            continue
        resource = resources.get(call.request.method)
        if resource is None:
            raise Problem(
                HTTPStatus.METHOD_NOT_ALLOWED,
                "SERVICE_INVALID",
                f"This resource has {', '.join(sorted(resources))}.",
            )
        return resource(call, **match.groupdict())
    if _OTHER_SERVICES.fullmatch(call.request.path):
        raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, "SERVICE_INVALID", "This bank doesn't have the service.")
    raise unknown_resource("There is nothing at this path.")
