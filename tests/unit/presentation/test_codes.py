"""One order as a code: shown, read from whatever source, answered, and every way in which that can fail."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from countersign.application.ports.tasks import Tasks
from countersign.application.use_cases.approve_order import approve_order
from countersign.application.use_cases.confirm_order import confirm_order
from countersign.domain.approval.rule import ApprovalRule, Need
from countersign.domain.canonical import Json
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.ledger.governance import Role, recovery_message
from countersign.domain.order import Attachment, last_digits
from countersign.domain.order_state import OrderState
from countersign.domain.policy import Policy
from countersign.presentation.code_offer import CodeOffer, CodeOfferState
from countersign.presentation.code_reading import FILES_LIMIT, PATIENCE, ReadCodePresenter, ReadCodeState
from countersign.presentation.code_showing import ShowCodePresenter, ShowCodeState
from countersign.presentation.error_texts import sentence
from countersign.testing.fake_sharing import WORKSPACE, Colleague, Office, gathered, member_like
from countersign.testing.fake_workspace import FakeKeys, MemoryWorkspace
from countersign.testing.fakes import FakeClock, FakeEntropy, ManualTasks
from tests.unit.application.workspace.payments import ORDER, known, request
from tests.unit.presentation.recorded import Seen, Went
from tests.unit.presentation.team_desk import FOLDER, WORDS, Desk, four

TOM, ANNA = "Tom Okoro", "Anna Weiss"


@dataclass
class Source:
    """A screen, or a camera, that shows what it is told. Implements ``PictureSource``."""

    pictures: list[bytes] = field(default_factory=list)
    failure: str = ""
    open_now: bool = False

    def open(self) -> None:
        self.open_now = True

    def latest(self) -> Callable[[], bytes] | None:
        if not self.pictures:
            return None
        picture = self.pictures.pop(0)
        return lambda: picture

    def close(self) -> None:
        self.open_now = False


@dataclass
class Sources:
    """Implements ``PictureSources``."""

    of_screen: Source = field(default_factory=Source)
    of_camera: Source = field(default_factory=Source)
    no_camera: str = ""

    def screen(self) -> Source:
        return self.of_screen

    def camera(self) -> Source:
        return self.of_camera


class Routes(Went):
    """A shell that keeps where it was sent, by the names of pages too."""

    def open_page(self, key: str, about: str = "") -> None:
        self.to.append((key, about))


@dataclass
class Sender:
    """Somebody's vault, as the payments of tests want it."""

    vault: MemoryWorkspace

    @property
    def device(self) -> str:
        return self.vault.identity.device


def at_desk(office: Office, mei: Colleague, name: str, tasks: Tasks | None = None) -> Colleague:
    """Let somebody who belongs to Mei's workspace sit down at a desk of their own."""
    vault = office.present(mei, name)
    return office.colleague(vault, FakeClock(mei.world.clock.now_ms()), FakeEntropy(f"desk {name}"), tasks)


class Shows:
    """The page that shows a code, without a window."""

    def __init__(self, who: Colleague, order: str = ORDER) -> None:
        self.seen, self.went, self.desk = Seen[ShowCodeState](), Routes(), Desk()
        self.presenter = ShowCodePresenter(who.world.session, self.seen, self.went, WORDS, self.desk)
        self.presenter.start(order)

    @property
    def now(self) -> ShowCodeState:
        return self.seen.now


class Reads:
    """The page that reads one, without a window."""

    def __init__(self, who: Colleague, order: str = "") -> None:
        self.seen, self.went, self.desk, self.sources = Seen[ReadCodeState](), Routes(), Desk(), Sources()
        self.presenter = ReadCodePresenter(who.world.session, self.seen, self.went, self.desk, self.sources)
        self.presenter.start(order)

    @property
    def now(self) -> ReadCodeState:
        return self.seen.now

    def paste(self, *texts: str) -> None:
        for text in texts:
            self.presenter.paste(None, text)


class Offers:
    """The card, without a window."""

    def __init__(self, who: Colleague) -> None:
        self.now = CodeOfferState()
        self.went = Routes()
        self.presenter = CodeOffer(who.world.session, self, self.went)

    def show_offer(self, state: CodeOfferState) -> None:
        self.now = state


def asked(tasks: ManualTasks | None = None) -> tuple[Office, Colleague, Colleague]:
    """Give Mei, who asks for a payment, and Tom, who sat down at another desk before that."""
    office = Office()
    mei = four(office)
    tom = at_desk(office, mei, TOM, tasks)
    request(Sender(mei.vault))
    return office, mei, tom


def do_all(tasks: ManualTasks) -> None:
    """Do what waits, and all that follows from it."""
    while tasks.waiting:
        tasks.step()


def approve(who: Colleague) -> None:
    """Sign the order."""
    record = known(Sender(who.vault))
    payment = record.content.payment
    approve_order(who.vault, ORDER, payment, record.digest, last_digits(payment.creditor_account))


# — showing —


def test_an_order_is_shown_for_everybody_and_for_one() -> None:
    office, mei, _tom = asked()
    page = Shows(mei)
    now = page.now
    assert (now.heading, now.payee, now.amount) == ("This payment as a code", "Notariat Beispiel", "EUR 250,000.00")
    assert len(now.phrase) == 6
    names = ("Everybody in the workspace", TOM, "Ravi Singh", ANNA)
    assert all(name in shown for name, (_value, shown) in zip(names, now.readers, strict=True))
    assert len(now.frames) == 3
    assert now.parts[0].startswith("Sealed for 3 devices")
    assert (now.blocked, now.problem, now.busy, now.answered) == ("", "", "", False)
    page.presenter.choose_reader(now.readers[1][0])
    assert page.now.parts[0].startswith("Sealed for 1 device:")
    assert page.now.frames != now.frames
    page.presenter.choose_reader(now.readers[1][0])  # the same once more changes nothing
    assert len(office.parcels.shown) == 2
    page.presenter.read_answer()
    page.presenter.leave()
    assert page.went.to == [("read_code", ORDER), ("order", ORDER)]


def test_it_can_be_saved_as_a_file_and_says_where_it_could_not() -> None:
    office, mei, _tom = asked()
    page = Shows(mei)
    page.presenter.save()
    assert page.now.saved == "Saved as payment.countersign."
    assert list(office.parcels.files) == [Path("/desk/payment.countersign")]
    page.desk.save_file = lambda _name, _kinds, then: then(Path("/desk/full.countersign"))  # type: ignore[method-assign,assignment]
    page.presenter.save()
    assert page.now.problem == sentence("envelope.file_unwritable")
    page.presenter.close()
    states = len(page.seen.states)
    page.presenter.save()
    assert len(page.seen.states) == states


def test_what_is_too_long_goes_as_a_file() -> None:
    office, mei, _tom = asked()
    office.parcels.longest = 10
    page = Shows(mei)
    assert (page.now.frames, page.now.blocked) == ((), "")
    assert page.now.as_file == sentence("qr.too_long") + " It may be shorter for one reader: choose one."
    page.presenter.choose_reader(page.now.readers[1][0])
    assert page.now.as_file == sentence("qr.too_long")


def test_documents_that_are_too_large_are_said_to_be_in_the_file() -> None:
    office = Office()
    mei = four(office)
    data = bytes(20_000)
    with mei.vault.transaction() as change:
        change.keep_blob(data)
    request(Sender(mei.vault), attachments=(Attachment("plan.pdf", hashlib.sha256(data).hexdigest(), len(data)),))
    assert Shows(mei).now.parts[2] == "1 document is too large for a code. It is in the file."


def test_what_can_not_be_shown_says_why() -> None:
    office, mei, _tom = asked()
    assert "not known here" in Shows(mei, "dd" * 16).now.blocked
    alone = Office().begin()
    request(Sender(alone.vault))
    page = Shows(alone)
    assert "no other device" in page.now.blocked
    page.presenter.save()
    assert page.now.saved == ""
    mei.sharing.hears = False
    page = Shows(mei)
    assert page.now.blocked == page.now.problem == sentence("relay.no_key")
    assert office.parcels.files == {}


def test_an_error_of_another_kind_is_said() -> None:
    office, mei, _tom = asked()

    def broken(_contents: object) -> tuple[str, ...]:
        raise SecurityError("vault.damaged")

    office.parcels.frames = broken  # type: ignore[method-assign,assignment]
    assert Shows(mei).now.problem == sentence("vault.damaged")


def test_whoever_chooses_another_reader_meanwhile_gets_that_one() -> None:
    tasks = ManualTasks()
    _office, mei, tom = asked(tasks)
    do_all(tasks)
    Reads(tom).paste(*Shows(mei).now.frames)
    do_all(tasks)
    page = Shows(tom)
    page.presenter.choose_reader("early")  # nothing is known yet
    while not page.now.readers:
        tasks.step()
    assert page.now.blocked.startswith("It is being made ready")
    anna = next(value for value, name in page.now.readers if ANNA in name)
    page.presenter.choose_reader(anna)
    do_all(tasks)
    assert page.now.reader == anna
    assert page.now.parts[0].startswith("Sealed for 1 device:")
    assert page.now.busy == ""


def test_a_page_that_was_left_makes_nothing_more() -> None:
    tasks = ManualTasks()
    _office, mei, tom = asked(tasks)
    do_all(tasks)
    Reads(tom).paste(*Shows(mei).now.frames)
    do_all(tasks)
    page = Shows(tom)
    page.presenter.close()
    states = len(page.seen.states)
    do_all(tasks)
    assert len(page.seen.states) == states


def test_an_answer_says_that_it_is_one() -> None:
    office, mei, tom = asked()
    frames = Shows(mei).now.frames
    reads = Reads(tom)
    reads.paste(*frames)
    assert reads.went.to == [("inbox", ORDER)]
    approve(tom)
    page = Shows(tom)
    assert (page.now.heading, page.now.answered) == ("Your answer as a code", True)
    page.presenter.save()
    assert Path("/desk/answer.countersign") in office.parcels.files
    back = Reads(mei, ORDER)
    assert back.now.heading == "Read the answer"
    back.paste(*page.now.frames)
    assert back.went.to == [("order", ORDER)]
    assert known(Sender(mei.vault)).state is OrderState.APPROVED
    assert not office.store.put_honestly  # no store had anything to do with it


def test_a_second_device_of_ones_own_confirms_by_code() -> None:
    office = Office()
    rule = ApprovalRule("large", "EUR", 100_000, needs=(Need("", 1),), second_device=True)
    mei = office.begin(policy=Policy(rules=(rule,)))
    keys = FakeKeys("Mei's phone")
    device = keys.device(mei.member)
    signed = mei.vault.keys.kit_sign(recovery_message(mei.vault.identity.workspace, device)).hex()
    added: dict[str, Json] = {"device": device.canonical(), "recovery_signature": signed}
    with mei.vault.transaction() as change:
        change.append(EventDraft(kinds.DEVICE_ADDED, mei.vault.identity.workspace, added))
    genesis, clock = mei.vault.rules.epochs[0].event, FakeClock(mei.world.clock.now_ms())
    vault = MemoryWorkspace(
        clock, FakeEntropy("phone"), keys=keys, workspace=WORKSPACE, member=mei.member, genesis=genesis
    )
    vault.take_in(mei.vault.shared_events(mei.vault.identity.device, 0, 10))
    phone = office.colleague(vault, clock, FakeEntropy("phone's desk"))
    request(Sender(mei.vault))
    page = Shows(mei)
    assert page.now.readers == (("", "My own other devices"),)
    reads = Reads(phone)
    reads.paste(*page.now.frames)
    assert reads.went.to == [("inbox", ORDER)]
    record = known(Sender(vault))
    payment = record.content.payment
    confirm_order(vault, ORDER, payment, record.digest, last_digits(payment.creditor_account))
    card = Offers(phone)
    card.presenter.answered()
    assert card.now.show == "Show my answer as a code"
    back = Reads(mei, ORDER)
    back.paste(*Shows(phone).now.frames)
    assert back.went.to == [("order", ORDER)]
    assert [item.header.device for item in mei.vault.events_of(ORDER) if item.kind == kinds.ORDER_CONFIRMED] == [
        device.device
    ]


# — reading —


def test_pictures_are_read_in_any_order_and_progress_is_said() -> None:
    office, mei, tom = asked()
    frames = Shows(mei).now.frames
    page = Reads(tom)
    paths = [Path(f"/desk/{place}.png") for place in range(4)]
    for path, texts in zip(paths, ((frames[2],), (frames[0], frames[2]), (), (frames[1],)), strict=True):
        page.desk.pictures[path] = path.name.encode()
        office.parcels.pictures[path.name.encode()] = texts
    page.desk.next = paths[0]
    page.presenter.choose_file()
    assert (page.now.progress, page.now.have, page.now.total) == ("1 of 3 pictures read.", 1, 3)
    assert page.now.hint == "Read the other pictures, too, in any order."
    page.presenter.read_files(paths[1:])
    assert page.went.to == [("inbox", ORDER)]
    assert tom.sharing.by_code == {ORDER}


def test_a_file_is_read_too() -> None:
    office, mei, tom = asked()
    shows = Shows(mei)
    shows.presenter.save()
    page = Reads(tom)
    page.desk.next = shows.desk.next
    page.presenter.choose_file()
    assert page.went.to == [("inbox", ORDER)]
    assert len(office.parcels.files) == 1


def test_pictures_that_are_none_are_said_and_the_others_read_on() -> None:
    office, mei, tom = asked()
    frames = Shows(mei).now.frames
    page = Reads(tom)
    good = Path("/desk/good.png")
    page.desk.pictures[good] = b"good"
    office.parcels.pictures[b"good"] = frames
    page.presenter.read_files([Path("/desk/none.png")])
    assert page.now.problem == sentence("qr.no_picture")
    page.presenter.read_files([Path("/desk/gone.countersign"), good])
    assert page.went.to == [("inbox", ORDER)]


def test_a_picture_without_a_code_and_an_empty_clipboard_are_said() -> None:
    _office, _mei, tom = asked()
    page = Reads(tom)
    page.presenter.paste(lambda: b"nothing", "")
    assert page.now.problem.startswith("No code was found")
    page.paste("  ")
    assert page.now.problem.startswith("There is no picture on the clipboard")


def test_garbage_other_messages_and_damage_are_said_and_do_not_spoil_it() -> None:
    office, mei, tom = asked()
    frames = Shows(mei).now.frames
    office.parcels.frames((b"another",))
    page = Reads(tom)
    page.paste(frames[0], "https://example.org")
    assert page.now.hint == sentence("qr.foreign")
    page.paste("PARCEL 1 2")
    assert page.now.hint.startswith("Codes of two messages")
    page.paste("DAMAGED")
    assert page.now.hint == sentence("qr.damaged")
    page.paste(*frames[1:])
    assert page.went.to == [("inbox", ORDER)]


def test_what_belongs_to_others_is_refused_in_words() -> None:
    office, mei, tom = asked()
    page = Shows(mei)
    anna = next(value for value, name in page.now.readers if ANNA in name)
    page.presenter.choose_reader(anna)
    reads = Reads(tom)
    reads.paste(*page.now.frames)
    assert reads.now.problem == sentence("envelope.not_for_us")
    reads.paste(*office.parcels.frames((b"no envelope at all",)))
    assert "nothing was taken" in reads.now.problem or reads.now.problem == sentence("envelope.not_one")
    stranger = Office().begin("Somebody Else", members=(), devices=())
    stranger.sharing.parcels = office.parcels
    other = Reads(stranger)
    other.paste(*Shows(mei).now.frames)
    assert other.now.problem == sentence("envelope.not_for_us")
    assert stranger.vault.order(ORDER) is None


def test_what_is_kept_back_from_a_role_is_said_to_be() -> None:
    office = Office()
    clerk, clerk_device = member_like("Lin Wei", Role.REQUESTER)
    tom, tom_device = member_like(TOM, Role.APPROVER)
    mei = office.begin(members=(clerk, tom), devices=(clerk_device, tom_device))
    lin = at_desk(office, mei, "Lin Wei")
    request(Sender(mei.vault), purpose="SALA")
    reads = Reads(lin)
    reads.paste(*Shows(mei).now.frames)
    assert reads.now.said.startswith("The messages were read. Your role")
    assert (reads.went.to, reads.now.problem, lin.sharing.by_code) == ([], "", set())


def test_messages_that_are_about_no_order_are_read_too() -> None:
    office, mei, tom = asked()
    page = Reads(tom)
    page.paste(*office.parcels.frames(gathered(mei.sharing)))
    assert page.now.said == "The messages were read; 3 were new."
    assert page.went.to == []


def test_an_order_that_can_not_be_shown_says_how_to_go_on() -> None:
    office, mei, tom = asked()
    frames = Shows(mei).now.frames
    tom.vault.order = lambda _order: None  # type: ignore[method-assign,assignment]
    page = Reads(tom)
    page.paste(*frames)
    assert page.now.problem.startswith("The payment can’t be shown")
    assert tom.sharing.by_code == set()
    assert office.store.put_honestly == {}


def test_the_screen_is_looked_at_until_the_code_is_whole() -> None:
    office, mei, tom = asked()
    frames = Shows(mei).now.frames
    page = Reads(tom)
    screen = page.sources.of_screen
    page.presenter.tick()  # nothing is looked at
    page.presenter.watch_screen()
    assert (page.now.watching, page.now.progress, page.now.may_stop) == ("screen", "Looking for a code…", True)
    for place, text in enumerate(frames):
        office.parcels.pictures[bytes([place])] = (text,)
    screen.pictures = [b"desk"] * PATIENCE
    for _ in range(PATIENCE + 1):
        page.presenter.tick()
    assert page.now.hint.startswith("No code is in sight. Move this window")
    screen.pictures = [bytes([place]) for place in (1, 2, 1)]
    for _ in range(3):
        page.presenter.tick()
    assert (page.now.progress, page.now.hint) == ("2 of 3 pictures read.", "")
    page.presenter.stop()
    assert (page.now.watching, screen.open_now) == ("", False)
    page.presenter.watch_screen()  # what was read stays
    screen.pictures = [bytes([0])]
    page.presenter.tick()
    assert page.went.to == [("inbox", ORDER)]
    assert not screen.open_now


def test_one_picture_is_looked_at_at_a_time() -> None:
    tasks = ManualTasks()
    _office, _mei, tom = asked(tasks)
    do_all(tasks)
    page = Reads(tom)
    page.sources.of_screen.pictures = [b"a", b"b", b"c"]
    page.presenter.watch_screen()
    for _ in range(5):
        page.presenter.tick()
    assert page.sources.of_screen.pictures == [b"b", b"c"]
    page.presenter.close()
    states = len(page.seen.states)
    do_all(tasks)
    page.presenter.tick()
    assert len(page.seen.states) == states


def test_a_camera_that_fails_or_is_missing_says_how_to_go_on() -> None:
    _office, _mei, tom = asked()
    page = Reads(tom)
    page.sources.no_camera = "Take pictures instead."
    page.presenter.watch_camera()
    assert (page.now.watching, page.now.camera_blocked) == ("", "")
    page.sources.no_camera = ""
    page.presenter.watch_camera()
    camera = page.sources.of_camera
    camera.pictures = [b"dark"] * PATIENCE
    for _ in range(PATIENCE):
        page.presenter.tick()
    assert page.now.hint.startswith("No code is in sight. Hold it straight")
    camera.failure = "It is in use."
    page.presenter.tick()
    assert (page.now.problem, page.now.watching, camera.open_now) == ("It is in use.", "", False)


def test_many_pictures_can_be_stopped_and_are_bounded() -> None:
    tasks = ManualTasks()
    _office, _mei, tom = asked(tasks)
    do_all(tasks)
    page = Reads(tom)
    page.presenter.read_files([Path(f"/desk/{place}.png") for place in range(FILES_LIMIT + 50)])
    assert page.now.progress == f"Looking at picture 1 of {FILES_LIMIT}."
    assert page.now.may_stop
    page.presenter.stop()
    do_all(tasks)
    assert (page.now.may_stop, page.now.problem) == (False, sentence("qr.no_picture"))
    page.presenter.leave()
    assert page.went.to == [("inbox", "")]


def test_an_error_in_the_program_is_not_hidden() -> None:
    _office, _mei, tom = asked()
    page = Reads(tom)

    def broken() -> bytes:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        page.presenter.paste(broken, "")


def test_a_vault_without_its_key_reads_nothing() -> None:
    _office, _mei, tom = asked()
    tom.sharing.hears = False
    page = Reads(tom, ORDER)
    assert page.now.blocked == sentence("relay.no_key")
    page.presenter.leave()
    assert page.went.to == [("order", ORDER)]


# — offering —


def test_an_order_offers_its_code_and_reading_the_answer() -> None:
    _office, mei, tom = asked()
    card = Offers(mei)
    card.presenter.start(ORDER)
    assert (card.now.show, card.now.reads) == ("Show as a code", True)
    card.presenter.show_code()
    card.presenter.read_code()
    card.presenter.read_code(any_code=True)
    assert card.went.to == [("show_code", ORDER), ("read_code", ORDER), ("read_code", "")]
    card.presenter.close()
    Reads(tom).paste(*Shows(mei).now.frames)
    approve(tom)
    card = Offers(tom)
    card.presenter.start(ORDER)
    assert (card.now.show, card.now.reads) == ("Show my answer as a code", False)


def test_nothing_is_offered_where_nobody_could_read_it() -> None:
    alone = Office().begin()
    request(Sender(alone.vault))
    card = Offers(alone)
    card.presenter.start(ORDER)
    card.presenter.answered()
    assert card.now == CodeOfferState()
    card.presenter.show_code()
    assert card.went.to == []
    _office, mei, _tom = asked()
    unknown = Offers(mei)
    unknown.presenter.start("dd" * 16)
    assert unknown.now == CodeOfferState()


@pytest.mark.parametrize(("connected", "by_code", "offered"), [(False, False, 1), (True, False, 0), (True, True, 1)])
def test_an_answer_is_offered_where_it_does_not_travel_by_itself(
    connected: bool,
    by_code: bool,
    offered: int,
) -> None:
    _office, mei, tom = asked()
    Reads(tom).paste(*Shows(mei).now.frames)
    card = Offers(tom)
    card.presenter.answered()
    assert card.now == CodeOfferState()  # nothing was answered
    card.presenter.show_code()
    assert card.went.to == []
    approve(tom)
    if connected:
        tom.sharing.settings = FOLDER
    if not by_code:
        tom.sharing.by_code.clear()
    card.presenter.answered()
    assert bool(card.now.text) is bool(offered)
    card.presenter.show_code()
    assert card.went.to == [("show_code", ORDER)] * offered
