"""The tour's second chapter: paying from one's own bank, by a payment file and by hand, until the statement says so.

The practice bank stands in for one's own. Nothing of its door for programs is used: files go up and come down at its
portal, and a payment is typed into its app, by the buttons that do with it what a person's hands would do.
"""

from __future__ import annotations

from dataclasses import dataclass

from countersign.application.flows.submission import Phase
from countersign.application.ports.bank import Reach
from countersign.application.ports.bank_files import StatementHead
from countersign.domain.order import last_digits
from countersign.testing.conductor import Play, Until
from countersign.tour import Guide
from countersign.ui.widgets import ArmingButton

BY_HAND_AMOUNT = "1250.00"
_STATEMENT = "camt.053.001.08"
_SETTLE_SECONDS = 90
_ANSWERS = {"name": "same", "from": "same", "amount": "same", "date": "same", "warning": "none"}


@dataclass(slots=True)
class OwnBankGuide(Guide):
    """Leads through the second chapter."""

    _account: str = ""

    def whole(self) -> Play:
        """Play everything."""
        yield from self.first_run()
        yield from self.add_account(Reach.FILES)
        yield from self.prepare()
        yield from self.review_of("file")
        yield from self.by_file()
        yield from self.add_account(Reach.MANUAL)
        yield from self.prepare_again()
        yield from self.review_of("typed")
        yield from self.by_hand()
        yield from self.check()

    # — the account —

    def add_account(self, reach: Reach) -> Play:
        """Add the account, or say that it is reached in another way now."""
        window = self.window
        if not self._account:
            yield window.showing("setup.account")
            window.press("setup.account")
            self._account = yield from self.ask(self._own_account)
        else:
            window.press("shell.home")
            yield window.showing("home.add_account")
            window.press("home.add_account")
        yield window.showing("own.add.number")
        window.type("own.add.number", self._account)
        window.type("own.add.name", "Main account")
        window.type("own.add.bank", "Alder Practice Bank")
        window.choose("own.add.reach", reach.value)
        yield window.idle()
        if reach is Reach.FILES:
            window.press("own.add.choose_folder")
            yield window.idle()
        self.picture(f"add-account-{reach.value}")
        window.press("own.add.add")
        yield window.showing("own.added.rows")
        self.picture(f"account-added-{reach.value}")

    def _own_account(self) -> str:
        """Find the number of the account in euro, as it stands on the person's own statements."""
        for offer in self.practice.downloads():
            if offer.kind == _STATEMENT and self._currency_of(offer.download) == "EUR":
                return offer.account
        raise LookupError("an account in euro")

    def _currency_of(self, download: str) -> str:
        path = self.out / "looked-at.xml"
        path.write_bytes(self.practice.download(download))
        heads = (part for part in self.session.files.read(path) if isinstance(part, StatementHead))
        return next((head.currency for head in heads), "")

    # — the payments —

    def prepare(self) -> Play:
        """Fill in the payment of the contract: nobody can be asked about the name, so the payee is called."""
        yield from self._open_letter("contract")
        self.window.choose("transfer.payee.source", "contract")
        yield from self._to_review("")

    def prepare_again(self) -> Play:
        """Pay the same payee again, another amount."""
        yield from self._open_letter("contract")
        self.window.choose("transfer.payee.source", "contract")
        yield from self._to_review(BY_HAND_AMOUNT)

    def _to_review(self, amount: str) -> Play:
        window = self.window
        yield window.idle()
        window.press("transfer.payee.continue")
        yield window.showing("transfer.name_check.call_back")
        self.picture("nobody-to-ask")
        window.tick("transfer.name_check.call_back")
        yield window.idle()
        window.press("transfer.name_check.continue")
        yield window.showing("transfer.amount.continue")
        if amount:
            window.type("transfer.amount.amount", amount)
            yield window.idle()
        self.picture("amount")
        window.press("transfer.amount.continue")
        yield from self._past_the_risk()

    def review_of(self, what: str) -> Play:
        """Read everything back, and type the last digits from the contract."""
        window = self.window
        yield window.showing("transfer.review.digits")
        record = next(item for item in self.session.reader.orders_in_flight() if not item.intent_event)
        self._order = record.content.order
        window.type("transfer.review.digits", last_digits(record.content.payment.creditor_account))
        right = window.find_as("transfer.review.right", ArmingButton)
        yield Until(right.is_armed, "the final button to be ready")
        self.picture(f"review-{what}")
        window.press("transfer.review.right")
        yield Until(self._carrying, "the payment to be laid out")

    def _carrying(self) -> bool:
        laid_out = self.session.submission(self._order).progress.phase is Phase.CARRYING
        return laid_out and self.running.tasks.idle

    # — by file —

    def by_file(self) -> Play:
        """Hand the file over at the portal, and bring back what it says."""
        window = self.window
        yield window.showing("carry.practice.upload")
        self.picture("file-laid-out")
        window.press("carry.practice.upload")
        yield window.showing("carry.practice.release")
        self.picture("file-uploaded")
        window.press("carry.practice.release")
        yield window.showing("carry.practice.report")
        window.press("carry.handed_over")
        yield window.showing("carry.bring")
        self.picture("file-handed-over")
        yield from self._bring("report")
        yield from self._settle()
        self._note("file")
        yield from self._receipt("receipt-file.pdf")

    # — by hand —

    def by_hand(self) -> Play:
        """Type the payment into the bank's app, and bring the statement back."""
        window = self.window
        yield window.showing("carry.practice.type")
        self.picture("fields-to-copy")
        window.press("carry.practice.type")
        yield window.showing("carry.practice.confirm")
        self.picture("typed-in")
        window.press("carry.practice.confirm")
        yield window.showing("carry.practice.reference")
        for question, answer in _ANSWERS.items():
            window.choose(f"carry.question.{question}", answer)
            yield window.idle()
        window.type("carry.reference", window.text("carry.practice.reference"))
        self.picture("confirmed-at-the-bank")
        window.press("carry.handed_over")
        yield window.showing("carry.bring")
        yield from self._settle()
        self._note("typed")
        yield from self._receipt("receipt-typed.pdf")

    # — before paying —

    def check(self) -> Play:
        """Check the message that names another account: a second opinion, without any transfer."""
        window = self.window
        window.press("shell.check")
        yield window.showing("check.message")
        mailbox = yield from self.ask(self.practice.mailbox)
        letter = next(item for item in mailbox if item.kind == "invoice_redirected")
        window.type("check.message", f"{letter.text}\n\n{letter.creditor_name}\n{letter.creditor_account}")
        yield window.showing("check.verdict")
        self.notes.outcome["verdict"] = window.text("check.verdict")
        self.picture("check")

    # — what the bank writes —

    def _bring(self, what: str) -> Play:
        """Download a file at the practice bank, and bring it in."""
        window = self.window
        window.press(f"carry.practice.{what}")
        yield window.idle()
        window.press("carry.bring")
        yield window.showing("bring.choose")
        window.press("bring.choose")
        yield window.showing("bring.report")
        self.picture(f"brought-in-{what}")
        self.running.program.presenter.open_order(self._order)
        yield window.showing("order.page")

    def _settle(self) -> Play:
        """Bring statements in until one shows the payment."""
        for _ in range(_SETTLE_SECONDS):
            record = self.session.reader.order(self._order)
            if record is not None and record.final:
                break
            yield from self._a_moment()
            yield from self._bring("statement")
        yield self.window.showing("order.receipt")
        self.picture("settled")

    def _a_moment(self) -> Play:
        """Let the practice bank's clock go on: it settles after some seconds."""
        clock = self.session.clock
        until = clock.monotonic_ms() + 1000
        yield Until(lambda: clock.monotonic_ms() > until, "a moment to pass")

    def _receipt(self, name: str) -> Play:
        self.window.press("order.receipt")
        yield Until(lambda: self.running.tasks.idle and self.files.saved.suffix == ".pdf", "the receipt")
        self.files.saved.rename(self.out / name)
        self.files.saved = self.out / name

    def _note(self, how: str) -> None:
        """Keep what became of a payment; the chapter's status is the worst of them."""
        record = self.session.reader.order(self._order)
        if record is None:
            return
        payment = record.content.payment
        status = record.status.value if record.status else ""
        paid = {
            "how": how,
            "status": status,
            "settled_by": record.settled_by,
            "rule": record.settled_rule,
            "amount_minor": payment.instructed_amount.minor,
            "currency": payment.instructed_amount.currency,
            "debtor_account": payment.debtor_account,
            "creditor_account": payment.creditor_account,
            "end_to_end_id": payment.end_to_end_id,
            "file_sha256": record.file,
            "reference": record.bank_reference,
            "digest": record.digest,
        }
        earlier = self.notes.outcome.get("payments", [])
        payments = [*(earlier if isinstance(earlier, list) else []), paid]
        done = len(payments) > 1 and all(item["status"] == "ACSC" and item["settled_by"] for item in payments)
        overall = "ACSC" if done else "PART"
        self.notes.outcome |= {"chapter": "own-bank", "payments": payments, "status": overall}
