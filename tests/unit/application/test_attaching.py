"""Documents on their way into an order: kept with the draft, handed on by freezing, part of what is signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from countersign.application.flows.transfer import TransferDraft
from countersign.application.ports.vault import LocalSpace
from countersign.application.use_cases.approve_order import approve_order, stop_order
from countersign.application.use_cases.assess_transfer import assess_transfer
from countersign.application.use_cases.attach_documents import (
    erase_document,
    keep_document,
    read_document,
    with_document,
    without_document,
)
from countersign.application.use_cases.freeze_order import FrozenOrder, freeze_order
from countersign.application.use_cases.repair_order import repair_order
from countersign.application.use_cases.save_draft import drop_draft, saved_drafts
from countersign.domain.documents import attachment_of
from countersign.domain.errors import CountersignError, SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.order import Attachment, OrderContent, last_digits
from countersign.testing import fakes
from countersign.testing.fake_documents import ScriptedFiles
from tests.unit.application.orders import draft_of
from tests.unit.domain.test_documents import PDF, PNG

CONTRACT = attachment_of("contract.pdf", PDF)
SCAN = attachment_of("scan.png", PNG)


class Writing:
    """A draft that documents are attached to."""

    def __init__(self) -> None:
        self.world = fakes.make_world()
        self.draft, self.version = draft_of(self.world)

    def attach(self, added: Attachment, data: bytes) -> None:
        self.draft = with_document(self.draft, added)
        keep_document(self.world.vault, self.draft, data)

    def freeze(self) -> FrozenOrder:
        world = self.world
        assessment = assess_transfer(world.reader, self.draft, world.clock.now_ms(), fakes.ZONE, "Mei")
        frozen = freeze_order(world.vault, world.entropy, self.draft, self.version, assessment)
        self.draft = frozen.draft
        return frozen

    def approve(self, content: OrderContent) -> None:
        digits = last_digits(content.payment.creditor_account)
        approve_order(self.world.vault, content.order, content.payment, content.digest, digits)

    @property
    def kept(self) -> set[str]:
        return {name for _draft, name in self.world.vault.drafted}


@pytest.fixture
def writing() -> Writing:
    return Writing()


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(CountersignError) as caught:
        act()
    return caught.value.code


def test_a_file_is_read_and_named() -> None:
    files = ScriptedFiles({Path("x/contract.pdf"): PDF})
    assert read_document(files, Path("x/contract.pdf"), lambda: False) == (CONTRACT, PDF)
    assert code_of(lambda: read_document(files, Path("x/contract.pdf"), lambda: True)) == "document.stopped"
    assert code_of(lambda: read_document(files, Path("elsewhere"), lambda: False)) == "document.unreadable"


def test_a_draft_keeps_what_is_attached(writing: Writing) -> None:
    writing.attach(CONTRACT, PDF)
    writing.attach(SCAN, PNG)
    (found,) = saved_drafts(writing.world.vault)
    assert found.documents == (CONTRACT, SCAN)
    assert writing.kept == {CONTRACT.sha256, SCAN.sha256}
    assert TransferDraft.read(found.canonical()) == found


def test_the_same_twice_is_refused(writing: Writing) -> None:
    writing.attach(CONTRACT, PDF)
    assert code_of(lambda: with_document(writing.draft, CONTRACT)) == "document.already"


def test_what_is_removed_is_erased(writing: Writing) -> None:
    writing.attach(CONTRACT, PDF)
    writing.attach(SCAN, PNG)
    writing.draft = without_document(writing.draft, CONTRACT.sha256)
    erase_document(writing.world.vault, writing.draft, CONTRACT.sha256)
    (found,) = saved_drafts(writing.world.vault)
    assert found.documents == (SCAN,)
    assert writing.kept == {SCAN.sha256}
    drop_draft(writing.world.vault, writing.draft.draft)
    assert writing.kept == set()
    assert writing.world.vault.documents == {}


def test_the_order_names_them_and_keeps_them_for_good(writing: Writing) -> None:
    bare = writing.freeze().content
    writing.attach(CONTRACT, PDF)
    content = writing.freeze().content
    assert content.attachments == (CONTRACT,)
    assert b'"attachments":[{"name":"contract.pdf"' in content.content_bytes
    assert content.digest != bare.digest
    assert OrderContent.parse(content.content_bytes) == content
    drop_draft(writing.world.vault, writing.draft.draft)
    assert writing.kept == set()
    assert writing.world.vault.blob(CONTRACT.sha256) == PDF


def test_another_document_is_another_order(writing: Writing) -> None:
    writing.attach(CONTRACT, PDF)
    first = writing.freeze().content
    writing.approve(first)
    writing.draft = without_document(writing.draft, CONTRACT.sha256)
    erase_document(writing.world.vault, writing.draft, CONTRACT.sha256)
    writing.attach(replace(SCAN), PNG)
    second = writing.freeze().content
    assert writing.world.vault.kinds_of(first.order)[-1] == kinds.ORDER_STOPPED  # its approval is void
    assert (second.order != first.order, second.digest != first.digest) == (True, True)
    shown = (second.order, second.payment, first.digest, last_digits(second.payment.creditor_account))
    with pytest.raises(SecurityError) as caught:
        approve_order(writing.world.vault, *shown)
    assert caught.value.code == "binding.screen"
    assert writing.world.vault.blob(CONTRACT.sha256) == PDF  # evidence of what was signed


def test_what_is_gone_can_not_be_signed(writing: Writing) -> None:
    writing.attach(CONTRACT, PDF)
    writing.world.vault.drafted.clear()
    with pytest.raises(UserFacingError) as caught:
        writing.freeze()
    assert (caught.value.code, caught.value.params) == ("document.gone", {"name": "contract.pdf"})


def test_nobody_signs_what_they_can_not_open(writing: Writing) -> None:
    writing.attach(CONTRACT, PDF)
    content = writing.freeze().content
    held = writing.world.vault.documents.pop(CONTRACT.sha256)
    assert code_of(lambda: writing.approve(content)) == "document.not_here"
    assert kinds.ORDER_APPROVED not in writing.world.vault.kinds_of(content.order)
    writing.world.vault.documents[CONTRACT.sha256] = held
    writing.approve(content)
    assert kinds.ORDER_APPROVED in writing.world.vault.kinds_of(content.order)


@pytest.mark.parametrize("here", [True, False])
def test_an_order_that_is_repaired_takes_its_documents_along(writing: Writing, *, here: bool) -> None:
    writing.attach(CONTRACT, PDF)
    content = writing.freeze().content
    drop_draft(writing.world.vault, writing.draft.draft)
    stop_order(writing.world.vault, content.order, "not_right")
    if not here:
        writing.world.vault.documents.clear()
    made = repair_order(writing.world.vault, writing.world.entropy, content.order)
    assert made.documents == ((CONTRACT,) if here else ())
    assert writing.world.vault.drafted == ({(made.draft, CONTRACT.sha256): PDF} if here else {})


def test_a_draft_from_before_documents_has_none() -> None:
    draft = TransferDraft("aa" * 16)
    old = {**draft.canonical(), "v": 2}
    old.pop("documents")
    assert TransferDraft.read(old) == draft


def test_only_drafts_take_their_documents_along(writing: Writing) -> None:
    writing.attach(CONTRACT, PDF)
    with writing.world.vault.transaction() as change:
        change.drop(LocalSpace.SETTING, writing.draft.draft)
    assert writing.kept == {CONTRACT.sha256}
