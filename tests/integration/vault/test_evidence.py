"""Evidence from a real vault holds for an outsider, and what is exported is on private record."""

from __future__ import annotations

from pathlib import Path

from countersign.adapters.vault.cryptography_suite import verify_ed25519
from countersign.adapters.vault.door import FileVaultDoor
from countersign.application.use_cases.approve_order import approve_order
from countersign.application.use_cases.check_receipt import ReceiptFile, Verdict, check_receipt
from countersign.application.use_cases.export_receipt import receipt_ground, record_export
from countersign.application.use_cases.finish_lesson import finish_lesson
from countersign.application.use_cases.hand_in_order import hand_in_order
from countersign.application.use_cases.look_at_order import look_at_order
from countersign.domain.canonical import Json
from countersign.domain.guidance import LESSONS
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain
from countersign.domain.proof import check_evidence
from countersign.testing.fake_team import QUIET
from tests.integration.vault.office import Office
from tests.integration.vault.story import Place, Story


def test_an_order_of_a_real_vault_is_proven_to_who_knows_the_device(story: Story, place: Place) -> None:
    vault = story.vault
    first = story.approved("CS0001")
    finish_lesson(vault, place.entropy, "invoice_redirection", {})
    second = story.approved("CS0002")
    for content in (first, second):
        ground = receipt_ground(vault, content.order)
        record_export(vault, place.entropy, content.order, ground.content)
        finding = check_evidence(ground.evidence, verify_ed25519)
        assert finding.faults == ()
        assert finding.record is not None
        assert finding.record.content == content
        trusted = check_receipt(ReceiptFile(ground.content, None), vault.identity.device, verify_ed25519)
        assert trusted.verdict is Verdict.PROVEN
        other = {event.header.subject for item in ground.evidence.disclosed for event in (item.event,)}
        assert (second if content is first else first).order not in other
    private = [event.kind for event in vault.events(Chain.PRIVATE)]
    assert private.count(kinds.RECEIPT_EXPORTED) == 2
    assert private.count(kinds.LESSON_FINISHED) == 1


def test_a_lesson_is_marked_by_its_best_result(door: FileVaultDoor, story: Story, place: Place) -> None:
    right = {question.code: question.right for question in LESSONS["invoice_redirection"].questions}
    finish_lesson(story.vault, place.entropy, "invoice_redirection", right)
    finish_lesson(story.vault, place.entropy, "invoice_redirection", {})
    assert door.projections().lessons_finished() == {"invoice_redirection": 5}


def test_what_several_real_vaults_signed_is_proven_from_one_file(tmp_path: Path) -> None:
    office = Office(tmp_path)
    ada, ben, cho = office.of_three()
    payee, version = ada.story.payee()
    content = ada.story.content(payee, version, "CS0001")
    body: dict[str, Json] = {"content": content.canonical(), "digest": content.digest}
    ada.story.add(kinds.ORDER_FROZEN, content.order, body, (version,))
    digits = content.payment.creditor_account[-4:]
    hand_in_order(ada.vault, content.order, content.payment, content.digest, digits, QUIET)
    ben.vault.take_in(ada.shared())
    look_at_order(ben.vault, content.order, content.digest)
    approve_order(ben.vault, content.order, content.payment, content.digest, digits)
    for desk in (ada, cho):
        desk.vault.take_in([*ada.shared(), *ben.shared()])
    for desk in (ada, cho):
        ground = receipt_ground(desk.vault, content.order)
        assert ground.evidence.shared is not None
        check = check_receipt(ReceiptFile(ground.content, None), desk.device, verify_ed25519)
        assert check.faults == ()
        assert check.verdict is Verdict.PROVEN
        assert check.finding is not None
        assert check.finding.quorum is not None
        assert check.finding.quorum.met
        assert [item.name for item in check.finding.quorum.approvals] == ["Ben"]
        other = check_receipt(ReceiptFile(ground.content, None), ben.device, verify_ed25519)
        assert other.faults == ("signer.other",)
    office.close()
