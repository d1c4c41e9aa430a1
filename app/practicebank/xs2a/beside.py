"""What the standard (1.3.11) has no room for: name checks, and what the bank says of itself."""

from __future__ import annotations

import re
from http import HTTPStatus

from practicebank.http_door import Reply
from practicebank.problems import format_error, unknown_resource
from practicebank.vop import CHINA, EPC, PENDING, SCHEMES, TAIWAN, Question
from practicebank.xs2a import fields
from practicebank.xs2a.bodies import read_chinese_account, read_member_id, read_payee
from practicebank.xs2a.call import Call

_VERIFICATIONS = "/v1/payee-verifications"
_TAIWANESE_ACCOUNT = re.compile(r"[0-9]{10,16}")
_TAIWANESE_BANK = re.compile(r"[0-9]{3}([0-9]{4})?")


def verify_payee(call: Call) -> Reply:
    """Answer ``POST /v1/payee-verifications``."""
    answer = call.bank.name_checks.ask(read_question(call.json()), call.request_id)
    return Reply(HTTPStatus.OK, _linked(call, answer))


def verification(call: Call, verification_id: str) -> Reply:
    """Answer ``GET /v1/payee-verifications/{verificationId}``: an answer that was awaited."""
    answer = call.bank.name_checks.poll(verification_id)
    if answer is None:
        raise unknown_resource("There is no such verification.")
    return Reply(HTTPStatus.OK, _linked(call, answer))


def profile(call: Call) -> Reply:
    """Answer ``GET /v1/bank-profile``."""
    return Reply(HTTPStatus.OK, call.bank.profile())


def _linked(call: Call, answer: dict[str, object]) -> dict[str, object]:
    if PENDING not in (answer.get("outcome"), answer.get("resultCode")):
        return answer
    return {**answer, "_links": call.links(status=f"{_VERIFICATIONS}/{answer['verificationId']}")}


def read_question(body: fields.Body) -> Question:
    """Read the name, the account and the scheme of a name check, or refuse with FORMAT_ERROR."""
    scheme = body.get("scheme", EPC)
    if scheme not in SCHEMES:
        raise format_error(f"{', '.join(SCHEMES)}: one was expected.", "scheme")
    if scheme == EPC:
        name, iban = read_payee(body)
        return Question(EPC, name, iban, {"iban": iban})
    given = body.get("creditorAccount")
    reference = given if isinstance(given, dict) else {}
    if scheme == CHINA:
        name = fields.read_text(body, "creditorName", fields.MAX_NAME, required=True)
        account, shown = read_chinese_account(reference)
        return Question(CHINA, name, account, shown, read_member_id(body))
    number, bank = reference.get("bban"), body.get("creditorAgentMemberId")
    if not isinstance(number, str) or not _TAIWANESE_ACCOUNT.fullmatch(number):
        raise format_error("A Taiwanese account has 10 to 16 digits.", "creditorAccount.bban")
    if not isinstance(bank, str) or not _TAIWANESE_BANK.fullmatch(bank):
        raise format_error("A Taiwanese bank code has three digits, with a branch seven.", "creditorAgentMemberId")
    name = fields.read_text(body, "creditorName", fields.MAX_NAME)
    return Question(TAIWAN, name, number, {"bban": number}, bank[:3])
