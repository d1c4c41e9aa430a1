"""Connectors whose payments a person carries keep the contract; the practice bank's portal and app are the hands."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from countersign.adapters.banks.files.bank_files import LocalBankFiles
from countersign.adapters.banks.files.connection import FileRules, files_bank
from countersign.adapters.banks.files.pain001.usage import UsageRules
from countersign.adapters.banks.files.pain001.versions import Pain001Version
from countersign.adapters.banks.manual.connection import manual_bank
from countersign.adapters.carrying.connection import CarriedBank
from countersign.adapters.system.clock import SystemClock
from countersign.application.ports.bank import Bank, Initiation
from countersign.application.ports.bank_files import FileHead, FileKind, PaymentStatus
from countersign.application.ports.practice import AppWish
from countersign.domain.errors import ConnectorError, FailureKind
from countersign.domain.order import BindingError
from countersign.domain.payment import PaymentFields, PaymentProduct
from tests.contract.bank_contract import CarriedContract, Wired
from tests.contract.practice_fixture import Practice, executions, request_id, running_practice, some_payment

KEY = bytes(range(32))


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    with running_practice(tmp_path_factory.mktemp("carried") / "world") as found:
        yield found


def upload(practice: Practice, initiation: Initiation, _payment: PaymentFields) -> None:
    """Upload the payment file in the practice bank's portal, and release it there."""
    assert initiation.handover is not None
    assert initiation.handover.path is not None
    uploaded = practice.bank.upload(initiation.handover.path.read_bytes())
    assert uploaded.status == "waiting", uploaded.reasons
    practice.bank.release(uploaded.upload)


def type_in(practice: Practice, _initiation: Initiation, payment: PaymentFields) -> None:
    """Type the payment into the practice bank's app."""
    amount = payment.instructed_amount
    wish = AppWish(
        debtor_account=payment.debtor_account,
        creditor_name=payment.creditor_name,
        creditor_account=payment.creditor_account,
        amount=amount.plain(),
        currency=amount.currency,
        remittance=payment.end_to_end_id,
    )
    prepared = practice.bank.prepare_in_app(wish)
    practice.bank.confirm_in_app(prepared.payment)


_amounts = count(20_001)


def typed_payment(practice: Practice, source: Bank) -> PaymentFields:
    """Return a payment whose amount no other has: the bank's app knows no end-to-end identification."""
    return some_payment(practice, source, next(_amounts))


def typed_executions(practice: Practice, payment: PaymentFields) -> int:
    """Count in the bank's own journal how often a payment of this amount was executed."""
    return sum(1 for line in practice.bank.control.journal() if line["amount_minor"] == payment.instructed_amount.minor)


def rules(folder: Path, version: Pain001Version = Pain001Version.V09) -> FileRules:
    return FileRules(folder, "Mei Hartmann", version, UsageRules.SEPA_EPC, tuple(PaymentProduct))


class TestFilesConnector(CarriedContract):
    """``adapters.banks.files``."""

    @pytest.fixture(params=list(Pain001Version))
    def wired(self, practice: Practice, tmp_path: Path, request: pytest.FixtureRequest) -> Wired:
        def connect() -> CarriedBank:
            own = rules(tmp_path / "out", request.param)
            return files_bank("Own bank", "", own, tmp_path / "notes", KEY, SystemClock(), practice=True)

        source, bank = practice.connect(), connect()
        return Wired(
            bank=bank,
            reconnect=connect,
            payment=lambda: bank.in_its_letters(replace(some_payment(practice, source), creditor_agent="")),
            executed=partial(executions, practice),
            carry=partial(upload, practice),
        )

    def test_a_file_is_beside_its_name_until_it_is_noted(self, wired: Wired) -> None:
        """Killed between note and name: the file was never to be seen, and gets its name now."""
        payment = wired.payment()
        first = wired.bank.initiate(payment, request_id())
        assert first.handover is not None
        path = first.handover.path
        assert path is not None
        path.rename(path.with_name(path.name + ".part"))
        again = wired.reconnect().recall_initiation(payment.end_to_end_id, payment.product, payment)
        assert again.handover == first.handover

    def test_a_file_that_was_taken_away_is_never_written_again(self, wired: Wired) -> None:
        payment = wired.payment()
        first = wired.bank.initiate(payment, request_id())
        assert first.handover is not None
        assert first.handover.path is not None
        first.handover.path.unlink()
        again = wired.bank.initiate(payment, request_id())
        assert again.handover is not None
        assert again.handover.path is None
        assert not first.handover.path.exists()

    def test_a_file_that_somebody_changed_is_not_the_one_that_was_laid_out(self, wired: Wired) -> None:
        payment = wired.payment()
        first = wired.bank.initiate(payment, request_id())
        assert first.handover is not None
        path = first.handover.path
        assert path is not None
        path.write_bytes(path.read_bytes().replace(b"123.45", b"923.45"))
        looks: tuple[Callable[[], object], ...] = (
            lambda: wired.bank.recall_initiation(payment.end_to_end_id, payment.product, payment),
            lambda: wired.bank.initiate(payment, request_id()),
        )
        for look in looks:
            with pytest.raises(BindingError) as refused:
                look()
            assert (refused.value.code, refused.value.params["field"]) == ("binding.message", "file")

    def test_what_is_taken_back_can_not_be_handed_over(self, wired: Wired) -> None:
        payment = wired.payment()
        first = wired.bank.initiate(payment, request_id())
        assert first.handover is not None
        assert first.handover.path is not None
        wired.bank.withdraw(payment)
        assert not first.handover.path.exists()
        assert not list(first.handover.path.parent.glob(f"{first.handover.path.stem}*.xml"))
        wired.bank.withdraw(payment)  # once more, as after a crash
        wired.bank.withdraw(wired.payment())  # nothing was laid out

    def test_what_is_gone_is_not_taken_back(self, wired: Wired) -> None:
        payment = wired.payment()
        first = wired.bank.initiate(payment, request_id())
        assert first.handover is not None
        assert first.handover.path is not None
        first.handover.path.unlink()
        with pytest.raises(ConnectorError, match=r"bank\.perhaps_handed_over"):
            wired.bank.withdraw(payment)

    def test_a_lost_note_does_not_make_it_new(self, wired: Wired, tmp_path: Path) -> None:
        payment = wired.payment()
        wired.bank.initiate(payment, request_id())
        for note in (tmp_path / "notes").iterdir():
            note.unlink()
        with pytest.raises(ConnectorError, match=r"bank\.already_laid_out") as refused:
            wired.bank.recall_initiation(payment.end_to_end_id, payment.product, payment)
        assert refused.value.kind is FailureKind.UNKNOWN
        with pytest.raises(ConnectorError, match=r"bank\.file_not_written"):
            wired.bank.initiate(payment, request_id())

    @pytest.mark.parametrize(("practice_bank", "prefix"), [(True, "PRACTICE-"), (False, "")])
    def test_a_practice_file_says_so_in_its_name(
        self, wired: Wired, tmp_path: Path, *, practice_bank: bool, prefix: str
    ) -> None:
        payment = wired.payment()
        own = rules(tmp_path / "named")
        bank = files_bank("Own bank", "", own, tmp_path / "named-notes", KEY, SystemClock(), practice=practice_bank)
        handover = bank.initiate(payment, request_id()).handover
        assert handover is not None
        assert handover.path == tmp_path / "named" / f"{prefix}{payment.end_to_end_id}.xml"
        assert bank.initiate(payment, request_id()).handover == handover

    def test_somebody_elses_file_is_left_alone(self, wired: Wired, tmp_path: Path) -> None:
        payment = wired.payment()
        theirs = tmp_path / "out" / f"PRACTICE-{payment.end_to_end_id}.xml"
        theirs.parent.mkdir(exist_ok=True)
        theirs.write_text("theirs")
        with pytest.raises(ConnectorError) as refused:
            wired.bank.initiate(payment, request_id())
        assert (refused.value.kind, refused.value.code) == (FailureKind.RETRYABLE, "bank.file_not_written")
        assert theirs.read_text() == "theirs"
        with pytest.raises(ConnectorError, match=r"bank\.already_laid_out"):  # nobody knows whose it is
            wired.bank.recall_initiation(payment.end_to_end_id, payment.product, payment)

    def test_a_request_to_call_it_off_is_taken_and_answered(
        self, wired: Wired, practice: Practice, tmp_path: Path
    ) -> None:
        payment = wired.payment()
        initiation = wired.bank.initiate(payment, request_id())
        assert initiation.handover is not None
        practice.bank.control.set_clock({"frozen": True})
        try:
            wired.carry(initiation, payment)
            written = wired.reconnect().write_recall(payment, "FRAD", "Call me")
            assert written.path is not None
            assert written.path == tmp_path / "out" / f"PRACTICE-RECALL-{payment.end_to_end_id}.xml"
            content = written.path.read_bytes()
            assert hashlib.sha256(content).hexdigest() == written.sha256
            asked = practice.bank.upload(content)
            assert (asked.status, asked.message, asked.reasons) == ("waiting", "camt.055.001.08", ())
            assert practice.bank.release(asked.upload).transactions[0].status == "ACCR"
        finally:
            practice.bank.control.set_clock({"frozen": False})
        (offer,) = [one for one in practice.bank.downloads() if one.upload == asked.upload]
        answer = tmp_path / "answer.xml"
        answer.write_bytes(practice.bank.download(offer.download))
        head, *parts = LocalBankFiles().read(answer)
        assert isinstance(head, FileHead)
        assert head.kind is FileKind.CAMT_029
        (said,) = [part for part in parts if isinstance(part, PaymentStatus)]
        assert (said.status, said.end_to_end_id) == ("ACCR", payment.end_to_end_id)
        assert said.original_message == payment.end_to_end_id, "what an order is found by, where it was a file"
        assert said.amount in {None, payment.instructed_amount}
        assert said.creditor.account in {"", payment.creditor_account}

    def test_a_request_is_written_over_no_file(self, wired: Wired, tmp_path: Path) -> None:
        payment = wired.payment()
        wired.bank.initiate(payment, request_id())
        theirs = tmp_path / "out" / f"PRACTICE-RECALL-{payment.end_to_end_id}.xml"
        theirs.write_text("theirs")
        names = [wired.bank.write_recall(payment, reason).name for reason in ("DUPL", "TECH", "CUST")]
        assert names == [f"{theirs.stem}-{number}.xml" for number in (2, 3, 4)]
        assert theirs.read_text() == "theirs"
        assert not list(theirs.parent.glob("*.part"))

    def test_a_request_needs_the_very_file_that_was_laid_out(self, wired: Wired, tmp_path: Path) -> None:
        payment = wired.payment()
        with pytest.raises(ConnectorError, match=r"bank\.recall_needs_file"):  # nothing was laid out at all
            wired.bank.write_recall(payment, "FRAD")
        first = wired.bank.initiate(payment, request_id())
        assert first.handover is not None
        path = first.handover.path
        assert path is not None
        content = path.read_bytes()
        path.write_bytes(content + b"\n")
        with pytest.raises(BindingError) as changed:
            wired.bank.write_recall(payment, "FRAD")
        assert (changed.value.code, changed.value.params["field"]) == ("binding.message", "file")
        path.unlink()
        with pytest.raises(ConnectorError) as gone:
            wired.bank.write_recall(payment, "FRAD")
        assert (gone.value.kind, gone.value.code) == (FailureKind.TERMINAL, "bank.recall_needs_file")
        assert not list((tmp_path / "out").glob("*RECALL*"))
        path.write_bytes(content)  # put back, as the words say
        assert wired.bank.write_recall(payment, "FRAD").path is not None

    def test_a_request_that_can_not_be_written_may_be_tried_again(
        self, wired: Wired, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        payment = wired.payment()
        wired.bank.initiate(payment, request_id())

        def full(_source: Path, _target: Path) -> None:
            raise OSError

        with monkeypatch.context() as disk:
            disk.setattr(Path, "rename", full)
            with pytest.raises(ConnectorError) as refused:
                wired.bank.write_recall(payment, "FRAD")
        assert (refused.value.kind, refused.value.code) == (FailureKind.RETRYABLE, "bank.recall_not_written")
        assert wired.bank.write_recall(payment, "FRAD").path is not None

    def test_notes_tell_a_reader_of_the_disk_nothing(self, wired: Wired, tmp_path: Path) -> None:
        payment = wired.payment()
        wired.bank.initiate(payment, request_id())
        notes = b"".join(path.read_bytes() + path.name.encode() for path in (tmp_path / "notes").iterdir())
        for secret in (payment.creditor_account, payment.creditor_name, payment.remittance, payment.end_to_end_id):
            assert secret.encode() not in notes
        for path in (tmp_path / "notes").iterdir():
            path.write_text("[]")
        with pytest.raises(BindingError):
            wired.bank.recall_initiation(payment.end_to_end_id, payment.product, payment)


class TestManualConnector(CarriedContract):
    """``adapters.banks.manual``."""

    @pytest.fixture
    def wired(self, practice: Practice, tmp_path: Path) -> Wired:
        def connect() -> CarriedBank:
            return manual_bank("Own bank", "", tmp_path / "notes", KEY, practice=True)

        source = practice.connect()
        return Wired(
            bank=connect(),
            reconnect=connect,
            payment=partial(typed_payment, practice, source),
            executed=partial(typed_executions, practice),
            carry=partial(type_in, practice),
        )

    def test_there_is_no_file_to_ask_back_with(self, wired: Wired) -> None:
        payment = wired.payment()
        wired.bank.initiate(payment, request_id())
        with pytest.raises(ConnectorError) as refused:
            wired.bank.write_recall(payment, "FRAD")
        assert (refused.value.kind, refused.value.code) == (FailureKind.TERMINAL, "bank.no_door")
