"""The bank's customers and their pockets, as calls of the control interface: phones, the app, a photo device."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from http import HTTPStatus

from practicebank import matters
from practicebank.authorisations import Authorisation
from practicebank.bank import Bank
from practicebank.clock import iso
from practicebank.http_door import Reply, Request, read_object
from practicebank.problems import Problem, unknown_resource
from practicebank.world.cast import PSU_ID

_Call = Callable[..., Reply]


class PeopleCalls:
    """Carry out what people do outside of any interface for programs.

    Args:
        bank: The bank.
    """

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._calls: tuple[tuple[str, re.Pattern[str], _Call], ...] = (
            ("GET", re.compile("/customers"), self._customers),
            ("GET", re.compile("/phone/approvals"), self._approvals),
            ("POST", re.compile("/phone/approvals/([^/]+)"), self._decide),
            ("POST", re.compile("/phone/photo"), self._photo),
        )

    def answer(self, request: Request) -> Reply | None:
        """Answer a call, or nothing where it isn't one of these."""
        for method, path, call in self._calls:
            match = path.fullmatch(request.path)
            if match is not None and method == request.method:
                try:
                    with self._bank.store.transaction():
                        self._bank.payments.settle_due()
                        self._bank.authorisations.expire()
                        return call(request, *match.groups())
                except Problem as problem:
                    return Reply(problem.status, {"error": problem.code.lower(), "text": problem.text})
                except ValueError as error:
                    return Reply(HTTPStatus.BAD_REQUEST, {"error": "unfit", "text": str(error)})
        return None

    def _customers(self, _request: Request) -> Reply:
        found = [
            {
                **customer.describe(),
                "accounts": [account.iban for account in self._bank.accounts.of(customer.psu_id)],
            }
            for customer in self._bank.customers.all()
        ]
        return Reply(HTTPStatus.OK, {"customers": found})

    def _approvals(self, request: Request) -> Reply:
        psu_id = request.query.get("psu_id", PSU_ID)
        shown = [self._shown(one) for one in self._bank.authorisations.undecided(psu_id)]
        return Reply(HTTPStatus.OK, {"approvals": [one for one in shown if one is not None]})

    def _shown(self, current: Authorisation) -> dict[str, object] | None:
        """Return what the app shows: the matter as it would be carried out now."""
        try:
            matter = matters.matter_of(self._bank, current.purpose, current.subject_id)
        except Problem:
            return None
        return {
            "authorisation_id": current.authorisation_id,
            "psu_id": current.psu_id,
            "text": matter.purpose,
            "asked_at": iso(current.sent_ms or 0),
        }

    def _decide(self, request: Request, authorisation_id: str) -> Reply:
        decision = read_object(request.body).get("decision")
        if decision not in ("approve", "decline"):
            raise ValueError("decision is approve or decline")
        machine = self._bank.authorisations
        current = machine.find(authorisation_id)
        if current is None:
            raise unknown_resource("Nothing like this is asked.")
        matter = matters.matter_of(self._bank, current.purpose, current.subject_id)
        done = machine.decide(current, matter, approve=decision == "approve")
        return Reply(HTTPStatus.OK, {"authorisation_id": authorisation_id, "sca_status": done.status})

    def _photo(self, request: Request) -> Reply:
        written = read_object(request.body).get("image")
        try:
            image = base64.b64decode(written if isinstance(written, str) else "", validate=True)
        except binascii.Error as error:
            raise ValueError("image is a PNG in base64") from error
        found = self._bank.factors.read_photo(image)
        if found is None:
            raise unknown_resource("The device reads nothing in this picture.")
        return Reply(HTTPStatus.OK, found)
