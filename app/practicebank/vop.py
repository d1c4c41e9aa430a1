"""Whether a name belongs to an account: verification of payee in the EU, and how China and Taiwan do it.

* ``EPC-VOP`` (Regulation (EU) 2024/886 art. 5c): MTCH, CMTC, NMTC, NOAP.
* ``CN-NAME``: the payee's bank says whether the name is the account's, sign by sign; never what the name is.
* ``TW-MASKED``: the payee's bank shows the holder's name with signs left out; the payer compares.
"""

from __future__ import annotations

import unicodedata
import uuid
from dataclasses import asdict, dataclass

import orjson

from practicebank import ibans
from practicebank.clock import BankClock, iso
from practicebank.names import Likeness, compare_holders
from practicebank.outcomes import Outcomes
from practicebank.store import Store

EPC = "EPC-VOP"
CHINA = "CN-NAME"
TAIWAN = "TW-MASKED"
SCHEMES = (EPC, CHINA, TAIWAN)
PENDING = "PDNG"
_OUTCOMES = {Likeness.SAME: "MTCH", Likeness.CLOSE: "CMTC", Likeness.DIFFERENT: "NMTC"}
_REASONS = {
    "CMTC": "The name is nearly that of the account's holder.",
    "NMTC": "The name is not that of the account's holder.",
    "NOAP": "The payee's bank gives no answer for this account.",
}
# Result codes of this bank's own, in the words that Chinese and Taiwanese banks use.
_RESULTS = {
    "NM00": "户名相符",
    "NM01": "户名不符",
    "NM09": "无法核验",
    "MN00": "戶名已顯示",
    "MN09": "無法查詢戶名",
}
# What a tester prescribes, in the codes of the other schemes.
_PRESCRIBED = {
    CHINA: {"MTCH": "NM00", "CMTC": "NM01", "NMTC": "NM01", "NOAP": "NM09"},
    TAIWAN: {"MTCH": "MN00", "CMTC": "MN00", "NMTC": "MN00", "NOAP": "MN09"},
}
_MASK = "○"


@dataclass(frozen=True, slots=True)
class Question:
    """A name and an account.

    Attributes:
        scheme: One of ``SCHEMES``.
        name: The name that was typed; may be empty where the holder's name is shown masked.
        account: The account's number.
        reference: The account as the standard writes it, such as ``{"iban": …}``.
        member_id: The national code of the payee's bank, where given.
    """

    scheme: str
    name: str
    account: str
    reference: dict[str, object]
    member_id: str | None = None


class NameChecks:
    """Answer whether a name belongs to an account.

    Args:
        store: Holds the directory of accounts at all banks of this world.
        clock: The bank's clock.
        outcomes: Answers a tester prescribed.
    """

    def __init__(self, store: Store, clock: BankClock, outcomes: Outcomes) -> None:
        self._store = store
        self._clock = clock
        self._outcomes = outcomes

    def ask(self, question: Question, request_id: str) -> dict[str, object]:
        """Answer at once, or say that the answer is awaited and give it a number to ask for."""
        times = self._outcomes.name_check_pending()
        if not times:
            return self.answer(question, request_id)
        verification_id = str(uuid.uuid4())
        self._store.run(
            "INSERT INTO name_checks VALUES (?, ?, ?, ?)",
            verification_id,
            orjson.dumps(asdict(question)).decode(),
            request_id,
            times - 1,
        )
        return self._pending(question, request_id, verification_id)

    def poll(self, verification_id: str) -> dict[str, object] | None:
        """Return what has become of an awaited answer; nothing if there is no such question."""
        row = self._store.one("SELECT * FROM name_checks WHERE verification_id = ?", verification_id)
        if row is None:
            return None
        question = Question(**orjson.loads(row["question"]))
        if row["pending"]:
            self._store.run("UPDATE name_checks SET pending = pending - 1 WHERE verification_id = ?", verification_id)
            return self._pending(question, row["request_id"], verification_id)
        return {**self.answer(question, row["request_id"]), "verificationId": verification_id}

    def answer(self, question: Question, request_id: str) -> dict[str, object]:
        """Return the answer in the words of the question's scheme, bound to the account by its hash."""
        if question.scheme == EPC:
            return self.verify(question.name, question.account, request_id)
        code, masked = self._national(question)
        result = {**self._head(question, request_id), "resultCode": code, "resultText": _RESULTS[code]}
        return {**result, "maskedName": masked} if masked else result

    def verify(self, name: str, iban: str, request_id: str) -> dict[str, object]:
        """Return the outcome of an EPC verification, bound to the account by its hash."""
        row = self._store.one("SELECT holders FROM directory WHERE iban = ?", iban)
        holders: list[str] = [] if row is None else orjson.loads(row["holders"])
        outcome = self._outcomes.verdict(iban)
        if outcome is None and holders:
            outcome = _OUTCOMES[compare_holders(name, holders)]
        elif outcome is None:
            outcome = "NOAP"
        answer = {**self._head(Question(EPC, name, iban, {"iban": iban}), request_id), "outcome": outcome}
        if outcome == "CMTC":
            # Only a close match may tell the holder's name; a mismatch never does.
            answer["matchedName"] = " & ".join(holders) or name
        if outcome in _REASONS:
            answer["reason"] = _REASONS[outcome]
        return answer

    def _national(self, question: Question) -> tuple[str, str]:
        """Return the result code, and the masked name where one is shown."""
        country = "CN" if question.scheme == CHINA else "TW"
        row = self._store.one(
            "SELECT * FROM national_directory WHERE account = ? AND country = ?", question.account, country
        )
        known = row is not None and bool(row["answers"]) and question.member_id in (None, row["member_id"])
        holder, kind = (row["holder"], row["kind"]) if row is not None and known else ("", "")
        prescribed = self._outcomes.verdict(question.account)
        if prescribed is not None:
            code = _PRESCRIBED[question.scheme][prescribed]
        elif question.scheme == TAIWAN:
            code = "MN00" if known else "MN09"
        elif not known:
            code = "NM09"
        else:
            code = "NM00" if _exact(question.name) == _exact(holder) else "NM01"
        if code != "MN00":
            return code, ""
        shown = holder or question.name
        return code, mask(shown) if kind != "company" else shown

    def _head(self, question: Question, request_id: str) -> dict[str, object]:
        head: dict[str, object] = {
            "scheme": question.scheme,
            "requestId": request_id,
            "creditorName": question.name,
            "creditorAccount": question.reference,
            "accountHash": ibans.account_hash(question.account),
            "checkedAt": iso(self._clock.now_ms()),
        }
        if question.member_id is not None:
            head["creditorAgentMemberId"] = question.member_id
        return head

    def _pending(self, question: Question, request_id: str, verification_id: str) -> dict[str, object]:
        said = "outcome" if question.scheme == EPC else "resultCode"
        return {**self._head(question, request_id), said: PENDING, "verificationId": verification_id}


def mask(name: str) -> str:
    """Return a person's name as Taiwanese banks show it: 王○明, 陳○, 歐○○華."""
    if len(name) < 3:  # noqa: PLR2004 - a family name and one sign more
        return name[:1] + _MASK * (len(name) - 1)
    return name[0] + _MASK * (len(name) - 2) + name[-1]


def _exact(name: str) -> str:
    """Return a name with the width of its signs and its spaces evened out; nothing else is forgiven."""
    return "".join(unicodedata.normalize("NFKC", name).split())
