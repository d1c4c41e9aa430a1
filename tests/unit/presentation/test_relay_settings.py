"""How messages travel: chosen, tried, used; what a store did is said; parcels by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.application.flows.exchange import ExchangeReport, ExchangeState
from countersign.application.flows.script import run_script
from countersign.application.ports.vault import LocalSpace
from countersign.application.use_cases.publish_envelopes import CARRIED_EVENTS
from countersign.application.use_cases.watch_relay import Forked, Unheard, Watched, WentBack, Withheld
from countersign.domain.errors import ConnectorError, FailureKind, SecurityError
from countersign.domain.ledger.event import EventDraft
from countersign.domain.ledger.kinds import INCIDENT_RAISED
from countersign.presentation.error_texts import sentence
from countersign.presentation.relay_settings import RelayPresenter, relay_faults, trial_problem
from countersign.presentation.relay_settings_state import RelayForm, RelayState
from countersign.presentation.relay_words import relay_line, relay_place
from countersign.testing.fake_keys import FakeKeys
from countersign.testing.fake_sharing import Colleague, Office, gathered
from countersign.testing.fakes import START_MS, ManualTasks
from tests.unit.presentation.recorded import Seen
from tests.unit.presentation.team_desk import FOLDER, Desk, Routes, four

SERVER = RelayForm("postgres", host="db.example.org", database="team", user="mei", password="secret")


class RelayDesk:
    """The page, without a window."""

    def __init__(self, who: Colleague) -> None:
        self.seen, self.went, self.desk = Seen[RelayState](), Routes(), Desk()
        self.presenter = RelayPresenter(who.world.session, self.seen, self.went, self.desk)
        self.presenter.start()

    @property
    def now(self) -> RelayState:
        return self.seen.now


def test_a_folder_is_chosen_tried_and_used() -> None:
    mei = four()
    page = RelayDesk(mei)
    assert (page.now.form.kind, page.now.exchange_blocked != "") == ("none", True)
    page.presenter.choose(replace(page.now.form, kind="folder"))
    page.presenter.test(page.now.form)
    assert page.now.faults[0].field == "folder"
    page.presenter.choose_folder(page.now.form)
    page.presenter.test(page.now.form)
    assert page.now.tested.startswith("It answers")
    page.presenter.save(page.now.form)
    assert page.now.said == "Messages travel this way from now on."
    assert mei.sharing.settings["kind"] == "folder"
    assert dict(page.now.status)["Last exchange"] != "Not yet"
    page.presenter.exchange()
    page.presenter.save(replace(page.now.form, kind="none"))
    assert page.now.said == "Messages travel by hand from now on."
    assert not mei.sharing.connected
    page.presenter.leave()
    assert page.went.to == [("team", "")]


def test_a_vault_that_the_recovery_kit_opened_begins_no_exchange_and_says_so() -> None:
    office = Office()
    mei = four(office)
    mei.vault.keys = _NoKeys(mei.vault.keys.name)
    with mei.vault.transaction() as change:
        change.put(LocalSpace.CREDENTIAL, "relay", FOLDER)
    run_script(mei.world.session.tasks, mei.sharing.begin(), lambda _none: None, _never)
    assert not mei.sharing.hears
    assert (mei.sharing.error, mei.sharing.busy, office.store.put_honestly) == ("relay.no_key", False, {})
    line = relay_line(mei.world.session)
    assert (line.chip, line.tone) == ("Reads and sends nothing", "warn")
    assert "recovery kit" in line.text
    page = RelayDesk(mei)
    said = {page.now.exchange_blocked, page.now.parcel_blocked, page.now.reading_blocked}
    assert said == {sentence("relay.no_key")}
    page.presenter.make_parcel()
    assert page.now.problem == sentence("relay.no_key")
    page.presenter.paste_parcel(b"", "PARCEL 0 1")
    assert page.now.problem


class _NoKeys(FakeKeys):
    """What a kit opens: without the key to which others seal."""

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes:
        del wrapped, info
        raise SecurityError("vault.read_only")


def _never(error: Exception) -> None:
    raise error


def test_a_folder_that_is_not_there_is_said() -> None:
    mei = four()
    page = RelayDesk(mei)
    page.presenter.save(RelayForm("folder", folder="/missing"))
    assert mei.sharing.error == "relay.settings"
    assert relay_line(mei.world.session).chip == "Not reached"
    assert page.now.said
    page.presenter.test(RelayForm("folder", folder="/missing"))
    assert (page.now.tested, page.now.tested_tone) == (sentence("relay.settings", {"field": "folder"}), "danger")
    assert (page.now.said, page.now.problem) == ("", "")  # what was said of the other way is said no more
    page.presenter.choose(RelayForm("none"))
    assert page.now.tested == ""


def test_what_is_only_tried_is_not_said_to_be_tried_again() -> None:
    unreachable = ConnectorError(FailureKind.RETRYABLE, "relay.unreachable")
    assert "Nothing answers there." in trial_problem(unreachable)
    refused = ConnectorError(FailureKind.TERMINAL, "relay.credentials")
    assert trial_problem(refused) == sentence("relay.credentials")


def test_a_folder_that_can_only_be_read_is_neither_passed_nor_used() -> None:
    office = Office()
    mei = four(office)
    office.store.read_only = True
    page = RelayDesk(mei)
    form = RelayForm("folder", folder="/shared")
    page.presenter.test(form)
    assert (page.now.tested, page.now.tested_tone) == (sentence("relay.read_only"), "danger")
    assert "right to write" in page.now.tested
    page.presenter.save(form)
    assert (page.now.problem, page.now.said) == (sentence("relay.read_only"), "")
    assert page.now.form == form
    assert mei.sharing.settings == {}
    office.store.read_only = False
    page.presenter.save(form)
    assert (page.now.problem, page.now.said) == ("", "Messages travel this way from now on.")


def test_a_folder_out_of_reach_just_now_may_be_used_all_the_same() -> None:
    office = Office()
    mei = four(office)
    office.store.down = True
    page = RelayDesk(mei)
    page.presenter.save(RelayForm("folder", folder="/shared"))
    assert (page.now.said, mei.sharing.settings["folder"]) == ("Messages travel this way from now on.", "/shared")
    assert mei.sharing.error == "relay.unreachable"


def test_a_servers_password_stays_until_another_is_typed() -> None:
    mei = four()
    page = RelayDesk(mei)
    assert [fault.field for fault in relay_faults(RelayForm("postgres", port="0"))] == [
        "host",
        "database",
        "user",
        "port",
    ]
    page.presenter.save(replace(SERVER, password=""))
    assert relay_line(mei.world.session).chip == "Password needed"
    page.presenter.save(SERVER)
    page.presenter.save(replace(SERVER, password="", ca_file="/ca.pem"))
    assert mei.sharing.settings["password"] == "secret"
    assert page.now.password_hint.startswith("One is kept")
    page.presenter.save(replace(SERVER, password="", host="other.example.org"))
    assert mei.sharing.settings["password"] == ""
    page.presenter.choose_ca(page.now.form)
    assert page.now.form.ca_file == str(page.desk.next)
    page.presenter.close()


def test_what_a_store_did_is_said_with_what_to_do() -> None:
    mei = four(connected=True)
    devices = [item.device for item in mei.vault.rules.governance.devices]
    watched = Watched(
        withheld=(
            Withheld(devices[1], 2, 5, 0, devices[2]),
            Withheld(devices[0], 2, 5, 0),
            Withheld(devices[2], 1, 2, START_MS),
        ),
        forks=(Forked(devices[2], 1, ("a", "b"), proven=True), Forked("ff" * 32, 1, ("a", "b"), proven=False)),
        unheard=(Unheard(devices[3], 0),),
        went_back=(WentBack("", 1), WentBack(devices[1], 1)),
    )
    mei.sharing.state = ExchangeState(
        connected=True,
        round_at=START_MS,
        report=ExchangeReport(watched=watched),
        refused=(("p", "envelope.altered", 1),),
    )
    page = RelayDesk(mei)
    assert [card.title for card in page.now.warnings] == [
        "A device says two things",
        "Others are shown another history",
        "Messages are withheld",
        "This vault is older than what others have of it",
        "The store was rolled back",
        "A device was rolled back",
    ]
    assert all(card.todo for card in page.now.warnings)
    assert page.now.warnings[2].text.startswith("3 messages of \u2066Tom Okoro\u2069")
    assert "It is \u2066" in page.now.warnings[2].text
    assert dict(page.now.status)["Refused"] == "1 parcel, none of ours"
    line = relay_line(mei.world.session)
    assert (line.chip, line.tone) == ("6 warnings", "danger")


def test_parcels_are_gathered_and_read_by_hand() -> None:
    office = Office()
    mei = four(office)
    page = RelayDesk(mei)
    page.presenter.make_parcel()
    assert len(page.now.frames) == 3
    page.presenter.save_parcel()
    assert page.now.saved == "Saved as messages.countersign."
    tom = office.colleague(office.present(mei, "Tom Okoro"), mei.world.clock, mei.world.entropy)
    other = RelayDesk(tom)
    other.desk.next = page.desk.next
    other.presenter.read_parcel()
    assert other.now.said == "The messages were read; 0 were new."
    other.presenter.paste_parcel(b"", page.now.frames[0])
    assert other.now.reading.startswith("1 of 3")
    office.parcels.files[other.desk.next] = (b"nothing of ours",)
    other.presenter.read_parcel()
    assert other.now.problem


def test_a_file_of_several_parcels_is_read_to_its_end() -> None:
    office, tasks = Office(), ManualTasks()
    mei = four(office)
    here = office.present(mei, "Tom Okoro")
    with mei.vault.transaction() as change:
        for number in range(2 * CARRIED_EVENTS + 1):
            change.append(EventDraft(INCIDENT_RAISED, f"{number:032x}", {}))
    contents = gathered(mei.sharing, here.identity.device)
    assert len(contents) == 3
    tom = office.colleague(here, mei.world.clock, mei.world.entropy, tasks)
    page = RelayDesk(tom)
    tasks.finish()
    office.parcels.files[page.desk.next] = contents
    page.presenter.read_parcel()
    tasks.finish()
    assert page.now.said == "The messages were read; 101 were new."
    assert tom.vault.heads() == mei.vault.heads()
    page.presenter.read_parcel()
    tasks.finish()
    assert page.now.said == "The messages were read; 0 were new."


def test_what_was_sealed_for_others_is_not_said_to_have_been_read() -> None:
    office = Office()
    mei = four(office)
    tom = office.colleague(office.present(mei, "Tom Okoro"), mei.world.clock, mei.world.entropy)
    anna = office.present(mei, "Anna Weiss").identity.device
    page = RelayDesk(tom)
    office.parcels.files[page.desk.next] = gathered(mei.sharing, anna)
    page.presenter.read_parcel()
    assert (page.now.said, page.now.problem) == ("", sentence("envelope.not_for_us"))
    office.parcels.files[page.desk.next] = (
        *gathered(mei.sharing, anna),
        *gathered(mei.sharing, tom.vault.identity.device),
    )
    page.presenter.read_parcel()
    assert (page.now.said, page.now.problem) == ("The messages were read; 0 were new.", "")


def test_what_is_too_long_for_codes_goes_as_a_file() -> None:
    office = Office()
    office.parcels.longest = 10
    page = RelayDesk(four(office))
    page.presenter.make_parcel()
    assert (page.now.frames, page.now.problem) == ((), "")
    assert "as a file" in page.now.as_file
    page.presenter.save_parcel()
    assert office.parcels.files[page.desk.next]


def test_alone_there_is_nobody_to_write_to() -> None:
    page = RelayDesk(Office().begin())
    assert page.now.parcel_blocked
    page.presenter.make_parcel()
    assert page.now.said == "There is nobody to write to yet."


@pytest.mark.parametrize(
    ("settings", "says"),
    [({}, ""), (dict(FOLDER), "the folder"), ({"kind": "postgres", "host": "db"}, "the server \u2066db\u2069")],
)
def test_places_are_named(settings: dict[str, str], says: str) -> None:
    assert relay_place(settings).startswith(says)
