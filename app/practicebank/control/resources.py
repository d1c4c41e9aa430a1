"""The control interface's calls: JSON in, JSON out, for the owner of the world only."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus

from practicebank.bank import Bank
from practicebank.certificates import EnrolmentRefusedError
from practicebank.clock import from_iso, iso
from practicebank.control.people import PeopleCalls
from practicebank.files.resources import FileCalls
from practicebank.http_door import Reply, Request, read_object
from practicebank.outcomes import OutcomeRefusedError
from practicebank.world import cast, company, national, populate


class ControlRefusedError(Exception):
    """Refuse a control call.

    Args:
        status: HTTP status.
        code: A short code for programs.
        text: Words for a developer.
    """

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.reply = Reply(status, {"error": code, "text": text})


class Control:
    """Carry out the control interface's calls.

    Args:
        bank: The bank.
        api_url: Where its API is, for newly enrolled clients.
    """

    def __init__(self, bank: Bank, api_url: str) -> None:
        self._bank = bank
        self._api_url = api_url
        self._files = FileCalls(bank)
        self._people = PeopleCalls(bank)
        self._calls: dict[tuple[str, str], Callable[[Request], Reply]] = {
            ("POST", "/enrolments"): self._new_code,
            ("POST", "/enrolments/redeem"): self._redeem,
            ("GET", "/psu"): self._psu,
            ("GET", "/authenticators"): self._authenticators,
            ("POST", "/authenticators"): self._new_authenticator,
            ("GET", "/phone/messages"): self._messages,
            ("GET", "/mailbox"): self._mailbox,
            ("GET", "/world"): self._world,
            ("GET", "/accounts"): self._accounts,
            ("GET", "/journal"): self._journal,
            ("GET", "/requests"): self._requests,
            ("GET", "/clock"): self._clock,
            ("PUT", "/clock"): self._move_clock,
            ("GET", "/faults"): self._faults,
            ("PUT", "/faults"): self._set_faults,
            ("GET", "/outcomes"): self._outcomes,
            ("PUT", "/outcomes"): self._set_outcomes,
        }

    def answer(self, request: Request) -> Reply:
        """Answer a call."""
        try:
            call = self._calls.get((request.method, request.path))
            if call is not None:
                return call(request)
            activation = re.fullmatch(r"/authenticators/([^/]+)/activate", request.path)
            if activation and request.method == "POST":
                return self._activate(activation.group(1), request)
            revocation = re.fullmatch(r"/enrolments/([0-9A-Fa-f]+)", request.path)
            if revocation and request.method == "DELETE":
                return self._revoke(revocation.group(1))
            for others in (self._files, self._people):
                by_hand = others.answer(request)
                if by_hand is not None:
                    return by_hand
        except ControlRefusedError as refusal:
            return refusal.reply
        return Reply(HTTPStatus.NOT_FOUND, {"error": "unknown", "text": "No such call."})

    def _new_code(self, _request: Request) -> Reply:
        return Reply(HTTPStatus.CREATED, self._bank.enrolments.new_code())

    def _redeem(self, request: Request) -> Reply:
        body = _body(request)
        try:
            certificate = self._bank.enrolments.redeem(_text(body, "code"), _text(body, "csr_pem"))
        except EnrolmentRefusedError as refusal:
            raise ControlRefusedError(
                HTTPStatus.FORBIDDEN, str(refusal), "The bank doesn't enrol this client."
            ) from refusal
        return Reply(
            HTTPStatus.CREATED,
            {
                "certificate_pem": certificate,
                "ca_pem": self._bank.authority.pem,
                "api_url": self._api_url,
                "bank_profile": self._bank.profile(),
            },
        )

    def _revoke(self, serial: str) -> Reply:
        if not self._bank.enrolments.revoke(serial):
            raise ControlRefusedError(HTTPStatus.NOT_FOUND, "unknown", "No such certificate.")
        return Reply(HTTPStatus.NO_CONTENT)

    def _psu(self, _request: Request) -> Reply:
        return Reply(HTTPStatus.OK, _person())

    def _authenticators(self, _request: Request) -> Reply:
        return Reply(HTTPStatus.OK, {"authenticators": self._bank.factors.authenticators()})

    def _new_authenticator(self, request: Request) -> Reply:
        body = _body(request)
        label, whose = body.get("label", "Authenticator app"), body.get("psu_id", cast.PSU_ID)
        if not isinstance(label, str) or not label:
            raise _unfit("label must be text")
        if not isinstance(whose, str) or self._bank.customers.find(whose) is None:
            raise _unfit("psu_id must be a customer's")
        return Reply(HTTPStatus.CREATED, self._bank.factors.enrol(whose, label))

    def _activate(self, authenticator_id: str, request: Request) -> Reply:
        done = self._bank.factors.activate(authenticator_id, _text(_body(request), "code"))
        if done is None:
            raise ControlRefusedError(HTTPStatus.NOT_FOUND, "unknown", "No such authenticator.")
        if not done:
            raise ControlRefusedError(HTTPStatus.FORBIDDEN, "code_wrong", "The code is not right.")
        return Reply(HTTPStatus.OK, {"authenticator_id": authenticator_id, "status": "active"})

    def _messages(self, request: Request) -> Reply:
        whose = request.query.get("psu_id", cast.PSU_ID)
        return Reply(HTTPStatus.OK, {"messages": self._bank.factors.messages(_after(request), whose)})

    def _mailbox(self, _request: Request) -> Reply:
        return Reply(HTTPStatus.OK, {"messages": populate.mailbox(self._bank.store)})

    def _world(self, _request: Request) -> Reply:
        bank = self._bank
        bank.catch_up()
        own = {"name": cast.OWN_BANK.name, "bic": cast.OWN_BANK.bic, "country": "LU"}
        return Reply(
            HTTPStatus.OK,
            {
                "seed": bank.facts["seed"],
                "start_date": bank.facts["start_date"],
                "world_id": bank.facts["world_id"],
                "bank": own,
                "psu": _person(),
                "accounts": [account.describe() for account in bank.accounts.all()],
                "payees": populate.payees(bank.store),
                "mailbox": populate.mailbox(bank.store),
                "company": company.describe_company(bank.store),
                "national_payees": national.describe_directory(bank.store),
            },
        )

    def _accounts(self, _request: Request) -> Reply:
        self._bank.catch_up()
        found = [account.describe() for account in self._bank.accounts.all()]
        return Reply(HTTPStatus.OK, {"accounts": found})

    def _journal(self, _request: Request) -> Reply:
        self._bank.catch_up()
        return Reply(HTTPStatus.OK, {"journal": self._bank.payments.journal()})

    def _requests(self, request: Request) -> Reply:
        rows = self._bank.store.all("SELECT * FROM requests WHERE seq > ? ORDER BY seq", _after(request))
        found = [{**dict(row), "at": iso(row["at_ms"]), "committed": bool(row["committed"])} for row in rows]
        return Reply(HTTPStatus.OK, {"requests": found})

    def _clock(self, _request: Request) -> Reply:
        return Reply(HTTPStatus.OK, self._bank.clock.describe())

    def _move_clock(self, request: Request) -> Reply:
        body = _body(request)
        clock = self._bank.clock
        try:
            for name, value in body.items():
                if name == "offset_ms" and type(value) is int:
                    clock.set_offset(value)
                elif name == "advance_ms" and type(value) is int:
                    clock.move(by_ms=value)
                elif name == "now" and isinstance(value, str):
                    clock.move(to_ms=from_iso(value))
                elif name == "frozen" and isinstance(value, bool):
                    clock.freeze(frozen=value)
                elif name == "reset" and value is True:
                    clock.set_offset(0)
                else:
                    raise _unfit(f"the clock has no {name!r} of this kind")
        except ValueError as error:
            raise _unfit(str(error)) from error
        return Reply(HTTPStatus.OK, clock.describe())

    def _faults(self, _request: Request) -> Reply:
        return Reply(HTTPStatus.OK, self._bank.faults.describe())

    def _set_faults(self, request: Request) -> Reply:
        try:
            self._bank.faults.replace(_body(request).get("rules"))
        except ValueError as error:
            raise _unfit(str(error)) from error
        return Reply(HTTPStatus.OK, self._bank.faults.describe())

    def _outcomes(self, _request: Request) -> Reply:
        return Reply(HTTPStatus.OK, self._bank.outcomes.describe())

    def _set_outcomes(self, request: Request) -> Reply:
        wanted = _body(request)
        try:
            changed = self._bank.outcomes.change(wanted)
        except ValueError as error:
            raise _unfit(str(error)) from error
        except OutcomeRefusedError as refusal:
            raise ControlRefusedError(HTTPStatus.CONFLICT, "contradicts_profile", str(refusal)) from refusal
        if "settle_seconds" in wanted:
            self._bank.payments.replan()
        return Reply(HTTPStatus.OK, changed)


def _person() -> dict[str, object]:
    return {
        "psu_id": cast.PSU_ID,
        "name": cast.PERSON,
        "practice_password": cast.PRACTICE_PASSWORD,
        "phone": cast.PHONE,
    }


def _body(request: Request) -> Mapping[str, object]:
    try:
        return read_object(request.body)
    except ValueError as error:
        raise _unfit("a JSON object was expected") from error


def _text(body: Mapping[str, object], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise _unfit(f"{name!r} is missing")
    return value


def _after(request: Request) -> int:
    text = request.query.get("after", "0")
    if not text.isascii() or not text.isdigit():
        raise _unfit("after must be a number")
    return int(text)


def _unfit(text: str) -> ControlRefusedError:
    return ControlRefusedError(HTTPStatus.BAD_REQUEST, "unfit", text)
