"""Attaching documents, and opening those of an order: what is said and refused, and that nothing opens by itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from countersign.application.flows.transfer import Step
from countersign.application.use_cases.freeze_order import freeze_order
from countersign.application.use_cases.save_draft import saved_drafts
from countersign.domain.documents import attachment_of
from countersign.domain.errors import UserFacingError
from countersign.domain.order import Attachment, OrderContent
from countersign.domain.payee import PayeeKind
from countersign.domain.risk import Assessment
from countersign.presentation.document_words import hash_text, kind_text, size_text
from countersign.presentation.order_documents import OrderDocuments, OrderDocumentsState
from countersign.presentation.read_back import read_back
from countersign.presentation.transfer_amount import assess
from countersign.presentation.transfer_desk import TransferDesk
from countersign.presentation.transfer_documents import DocumentsPart, DocumentsState
from countersign.testing import fakes
from countersign.testing.fake_documents import MemoryDocuments, ScriptedFiles
from countersign.testing.fake_team import HARTWELL, ME, TOM, Team, make_team
from tests.unit.application.orders import draft_of
from tests.unit.domain.test_documents import PDF, PNG
from tests.unit.presentation.recorded import Went
from tests.unit.presentation.transfer_pages import WORDS


@dataclass
class Hands:
    """Answers every dialog, and notes what another program was to show."""

    chosen: Path = Path("contract.pdf")
    shows: bool = True
    shown: list[Path] = field(default_factory=list)
    suggested: list[str] = field(default_factory=list)

    def choose_file(self, kinds: str, then: Callable[[Path], None]) -> None:
        assert "*.pdf" in kinds
        then(self.chosen)

    def save_file(self, name: str, kinds: str, then: Callable[[Path], None]) -> None:
        assert kinds
        self.suggested.append(name)
        then(Path("saved") / name)

    def open_document(self, path: Path) -> bool:
        self.shown.append(path)
        return self.shows

    def choose_folder(self, start: Path | None, then: Callable[[Path], None]) -> None:
        raise AssertionError(start, then)

    def open_folder(self, folder: Path) -> None:
        raise AssertionError(folder)

    def home_folder(self) -> Path:
        raise AssertionError("nobody goes home")


class Attaching:
    """The part of the third step, at a desk with a complete draft."""

    def __init__(self, tasks: fakes.ManualTasks | None = None, *, hands: bool = True) -> None:
        self.world = fakes.make_world(tasks=tasks)
        files = self.world.session.documents
        assert isinstance(files, ScriptedFiles)
        self.files = files
        self.files.files |= {Path("contract.pdf"): PDF, Path("scan.png"): PNG, Path("bad.pdf"): b"MZ\x90\x00"}
        self.draft, self.version = draft_of(self.world)
        self.rendered = 0
        self.desk = TransferDesk(self.world.session, Went(), self.draft, self._render)
        self.part = DocumentsPart(self.desk, Hands() if hands else None)

    def _render(self) -> None:
        self.rendered += 1

    @property
    def state(self) -> DocumentsState:
        return self.part.state()

    @property
    def names(self) -> list[str]:
        return [plain(row.name) for row in self.state.rows]


def plain(text: str) -> str:
    return text.strip("\u2066\u2069")


def test_what_is_chosen_is_attached_and_kept() -> None:
    desk = Attaching()
    desk.part.choose()
    assert desk.names == ["contract.pdf"]
    assert desk.state.rows[0].detail == "PDF · 1 kB"
    assert "contract.pdf" in desk.state.said
    (saved,) = saved_drafts(desk.world.vault)
    assert saved.documents == desk.desk.draft.documents == (attachment_of("contract.pdf", PDF),)


def test_several_come_one_after_the_other_and_one_that_is_refused_ends_it() -> None:
    desk = Attaching()
    desk.part.add([Path("scan.png"), Path("bad.pdf"), Path("contract.pdf")])
    assert desk.names == ["scan.png"]
    assert "program" in desk.state.problem.text
    assert desk.state.said == ""
    desk.part.add([Path("contract.pdf")])
    assert desk.names == ["scan.png", "contract.pdf"]
    assert desk.state.problem.text == ""
    desk.part.add([Path("scan.png")])
    assert "scan.png" in desk.state.problem.text


def test_what_is_removed_is_erased() -> None:
    desk = Attaching()
    desk.part.add([Path("contract.pdf"), Path("scan.png")])
    desk.part.remove(desk.state.rows[0].sha256)
    desk.part.remove("nobody's")
    assert desk.names == ["scan.png"]
    assert "contract.pdf" in desk.state.said
    assert len(desk.world.vault.drafted) == 1
    (saved,) = saved_drafts(desk.world.vault)
    assert len(saved.documents) == 1


def test_reading_can_be_stopped() -> None:
    tasks = fakes.ManualTasks()
    desk = Attaching(tasks)
    desk.part.add([Path("contract.pdf"), Path("scan.png")])
    assert desk.state.busy
    desk.part.stop()
    tasks.finish()
    assert (desk.names, desk.state.busy, desk.state.problem.text) == ([], "", "")
    desk.part.add([Path("scan.png")])
    desk.part.stop()
    desk.part.add([Path("contract.pdf")])  # before the first noticed that it was stopped
    tasks.finish()
    assert desk.names == ["contract.pdf"]


def test_going_on_waits_for_what_is_being_read() -> None:
    tasks = fakes.ManualTasks()
    desk = Attaching(tasks)
    assert desk.part.require_read()
    desk.part.add([Path("contract.pdf")])
    assert not desk.part.require_read()
    assert desk.state.problem.text
    tasks.finish()
    assert desk.part.require_read()
    assert desk.state.problem.text == ""


def test_what_was_read_after_it_was_stopped_is_not_attached(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = fakes.ManualTasks()
    desk = Attaching(tasks)
    desk.part.add([Path("contract.pdf")])
    files = desk.files.files
    monkeypatch.setattr(ScriptedFiles, "read", lambda _self, path, _stopped: files[path])  # reads to its end
    desk.part.stop()
    tasks.finish()
    assert (desk.names, desk.state.busy) == ([], "")


def test_what_can_not_be_kept_is_taken_off_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Attaching()

    def full(_vault: MemoryDocuments, _draft: str, _data: bytes) -> str:
        raise UserFacingError("vault.disk_full")

    monkeypatch.setattr(MemoryDocuments, "keep_for_draft", full)
    desk.part.choose()
    assert desk.names == []
    assert desk.state.problem.text


def test_an_error_of_the_program_comes_to_light(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Attaching()
    monkeypatch.setattr(ScriptedFiles, "read", lambda _self, _path, _stopped: 1 // 0)  # a mistake
    with pytest.raises(ZeroDivisionError):
        desk.part.choose()


def test_without_dialogs_nothing_is_offered() -> None:
    desk = Attaching(hands=False)
    desk.part.choose()
    assert not desk.state.may_choose
    desk.world.session.documents = None
    desk.part.add([Path("contract.pdf")])
    assert desk.names == []


# — an order's —


@dataclass
class Card:
    """What the card shows."""

    states: list[OrderDocumentsState] = field(default_factory=list)

    def show_documents(self, state: OrderDocumentsState) -> None:
        self.states.append(state)

    @property
    def now(self) -> OrderDocumentsState:
        return self.states[-1]


class Looking:
    """An order of another person with two documents."""

    def __init__(self, by: str = TOM, names: tuple[str, str] = ("contract.pdf", "scan.png")) -> None:
        self.team: Team = make_team()
        self.items = tuple(attachment_of(name, data) for name, data in zip(names, (PDF, PNG), strict=True))
        self.team.attachments = self.items
        for data in (PDF, PNG):
            self.team.vault.keep_blob(data)
        self.payee = self.team.payee(HARTWELL, "GB79SVVP99001731926819")
        self.order = self.team.request(by, self.payee, 600_000, "HS/1")
        self.card, self.hands = Card(), Hands()
        files = self.team.world.session.documents
        assert isinstance(files, ScriptedFiles)
        self.files = files
        self.presenter = OrderDocuments(self.team.world.session, self.hands, self.card)

    def start(self) -> OrderDocumentsState:
        self.presenter.start(self.order)
        return self.card.now

    def hostile(self, item: Attachment, data: bytes) -> None:
        """Have an order wait that names bytes which no honest program attaches."""
        self.team.attachments = (item,)
        self.team.vault.documents[item.sha256] = data
        self.order = self.team.request(TOM, self.payee, 700_000, "HS/2")


def test_it_is_said_from_whom_they_came_and_nothing_opens_by_itself() -> None:
    look = Looking()
    state = look.start()
    assert TOM in state.lead
    assert [plain(line.name) for line in state.lines] == ["contract.pdf", "scan.png"]
    assert hash_text(look.items[0]) in state.lines[0].detail
    assert [line.missing for line in state.lines] == ["", ""]
    assert (look.hands.shown, look.files.copies) == ([], {})


def test_one_s_own_are_said_to_be_one_s_own() -> None:
    assert "by you" in Looking(by=ME).start().lead


def test_opening_hands_a_private_copy_to_another_program() -> None:
    look = Looking()
    look.start()
    look.presenter.open(look.items[0].sha256)
    (path,) = look.hands.shown
    assert look.files.copies[path] == PDF
    assert "very file that was signed" in look.card.now.said
    look.team.world.session.close()
    assert look.files.copies == {}


def test_where_no_program_shows_it_that_is_said() -> None:
    look = Looking()
    look.hands.shows = False
    look.start()
    look.presenter.open(look.items[0].sha256)
    assert "Save a copy" in look.card.now.problem.text


def test_saving_writes_where_the_person_says() -> None:
    look = Looking(names=("contract.pdf", "../scan.jpeg"))
    look.start()
    for item in look.items:
        look.presenter.save(item.sha256)
    assert look.hands.suggested == ["contract.pdf", "scan.jpeg.png"]
    assert list(look.files.saved.values()) == [PDF, PNG]
    assert "Saved as" in look.card.now.said
    look.files.unwritable = True
    look.presenter.save(look.items[0].sha256)
    assert look.card.now.problem.text
    look.presenter.open(look.items[0].sha256)
    assert look.hands.shown == []


@pytest.mark.parametrize("act", ["open", "save"])
def test_what_was_tampered_with_is_never_shown(act: str) -> None:
    look = Looking()
    look.start()
    sha256 = look.items[0].sha256
    look.team.vault.documents[sha256] = PDF.replace(b"obj", b"OBJ")
    getattr(look.presenter, act)(sha256)
    assert look.card.now.problem.title == "This is not the document that was signed"
    assert (look.hands.shown, look.files.copies, look.files.saved) == ([], {}, {})


def test_a_program_under_a_document_s_name_is_not_opened() -> None:
    look = Looking()
    program = b"MZ\x90\x00"
    named = replace(attachment_of("a.txt", b"x"), name="invoice\u202e.pdf", size=len(program))
    item = replace(named, sha256=hashlib.sha256(program).hexdigest())
    look.hostile(item, program)
    state = look.start()
    assert "\u202e" not in state.lines[0].name
    look.presenter.open(item.sha256)
    assert look.card.now.problem.title == "This document is not opened"
    assert look.hands.shown == []


def test_what_has_not_arrived_says_so_and_whom_to_ask() -> None:
    look = Looking()
    held = look.team.vault.documents.pop(look.items[1].sha256)
    state = look.start()
    assert [bool(line.missing) for line in state.lines] == [False, True]
    assert TOM in state.lines[1].missing
    look.presenter.open(look.items[1].sha256)
    assert look.card.now.problem.text
    assert look.hands.shown == []
    look.team.vault.documents[look.items[1].sha256] = held
    assert [line.missing for line in look.start().lines] == ["", ""]
    own = Looking(by=ME)
    own.team.vault.documents.clear()
    assert "copy of the vault" in own.start().lines[0].missing


def test_an_order_without_documents_shows_nothing() -> None:
    look = Looking()
    look.team.attachments = ()
    look.order = look.team.request(TOM, look.payee, 100, "none")
    assert look.start() == OrderDocumentsState()
    look.order = "nobody's"
    assert look.start() == OrderDocumentsState()
    look.presenter.open("00" * 32)
    look.presenter.save("00" * 32)
    assert look.hands.suggested == []


def test_nothing_opens_behind_a_person_s_back() -> None:
    look = Looking()
    look.start()
    count = len(look.card.states)
    look.presenter.close()
    look.presenter.open(look.items[0].sha256)
    assert look.hands.shown == []
    assert len(look.card.states) == count


def test_words() -> None:
    item = Attachment("a.pdf", "0123456789abcdef" * 4, 1)
    sizes = [size_text(size) for size in (0, 1, 1024, 1025, 1_048_575, 1_048_576, 1_048_577)]
    assert sizes == ["1 kB", "1 kB", "1 kB", "2 kB", "1024 kB", "1.0 MB", "1.1 MB"]
    assert plain(hash_text(item)) == "SHA-256 01234567…89abcdef"
    kinds = [kind_text(replace(item, name=name)) for name in ("a.pdf", "b.png", "c.JPEG", "d.jpg", "e.txt", "none")]
    assert kinds == ["PDF", "Picture (PNG)", "Picture (JPEG)", "Picture (JPEG)", "Text", "Text"]


def test_the_review_reads_them_back() -> None:
    desk = Attaching()
    desk.part.add([Path("contract.pdf"), Path("scan.png")])
    found: list[Assessment] = []
    desk.desk.run(assess(desk.desk), found.append)
    frozen = freeze_order(desk.world.vault, desk.world.entropy, desk.desk.draft, desk.version, found[0])
    back = read_back(OrderContent.parse(frozen.content.content_bytes), WORDS, (), ("", "ok"), PayeeKind.COMPANY)
    rows = {row.key: row for row in back.rows}
    assert plain(rows["document.1"].value) == "contract.pdf"
    assert (rows["document.1"].step, rows["document.2"].step) == (Step.AMOUNT, None)
    assert rows["document.2"].detail.startswith("1 kB · ")
