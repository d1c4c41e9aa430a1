"""Unlocking, first run, settings and the frame around all pages, without a window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from countersign.application.flows.script import Script
from countersign.application.flows.submission import Phase
from countersign.application.ports.preferences import Preferences
from countersign.application.ports.vault import Vault
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger.governance import World as WorldKind
from countersign.presentation.first_run import (
    NewVaultPresenter,
    NewVaultState,
    VaultStep,
    strength_text,
    world_choices,
)
from countersign.presentation.settings import SettingsPresenter, SettingsState, with_choice
from countersign.presentation.setup import SetupPresenter, SetupState, SetupStep
from countersign.presentation.shell import Opened, Page, ShellPresenter, ShellState
from countersign.presentation.unlock import UnlockPresenter, UnlockState
from countersign.testing.fake_door import KIT, PASSPHRASE, FakeDoor
from countersign.testing.fakes import CODE, PASSWORD, FakeClock, InlineTasks, ManualTasks, World, make_world


class _UnlockPage:
    def __init__(self) -> None:
        self.states: list[UnlockState] = []

    def show_state(self, state: UnlockState) -> None:
        self.states.append(state)

    @property
    def last(self) -> UnlockState:
        return self.states[-1]


class _Store:
    def __init__(self) -> None:
        self.kept = Preferences()

    def load(self) -> Preferences:
        return self.kept

    def save(self, preferences: Preferences) -> None:
        self.kept = preferences


def _unlocking(door: FakeDoor, clock: FakeClock) -> tuple[UnlockPresenter, _UnlockPage, list[Vault]]:
    page, opened = _UnlockPage(), list[Vault]()
    presenter = UnlockPresenter(door, InlineTasks(), clock, page, opened.append, summary=door.summary())
    presenter.start()
    return presenter, page, opened


def test_right_passphrase_opens() -> None:
    world = make_world(populated=False)
    presenter, page, opened = _unlocking(FakeDoor(world), world.clock)
    presenter.unlock(PASSPHRASE)
    assert opened == [world.vault]
    assert page.last.error == ""
    assert "Mei Chen" in page.last.heading


def test_nothing_typed_is_no_attempt() -> None:
    world = make_world(populated=False)
    door = FakeDoor(world)
    presenter, page, opened = _unlocking(door, world.clock)
    presenter.unlock("   ")
    assert (door.attempts, opened) == (0, [])
    assert page.last.error


def test_wrong_passphrase_slows_down_and_counts_down_in_words() -> None:
    world = make_world(populated=False)
    door = FakeDoor(world)
    presenter, page, opened = _unlocking(door, world.clock)
    for _attempt in range(3):
        presenter.unlock("wrong")
    assert page.last.error
    assert "4 seconds" in page.last.wait
    presenter.unlock(PASSPHRASE)
    assert opened == []  # the wait is kept to
    world.clock.advance(3_000)
    assert presenter.tick()
    assert "1 second." in page.last.wait
    world.clock.advance(1_000)
    assert not presenter.tick()
    presenter.unlock(PASSPHRASE)
    assert opened == [world.vault]


def test_kit_words_are_taken_however_they_are_spaced() -> None:
    world = make_world(populated=False)
    presenter, page, opened = _unlocking(FakeDoor(world), world.clock)
    presenter.use_kit(with_kit=True)
    assert page.last.with_kit
    presenter.unlock("  ".join(KIT).upper())
    assert opened == [world.vault]


def test_freezing_needs_no_passphrase_and_says_what_the_bank_knows() -> None:
    world = make_world(populated=False)
    door = FakeDoor(world, keyring=False)
    presenter, page, _ = _unlocking(door, world.clock)
    assert page.last.protection
    presenter.freeze()
    assert door.stopped
    assert "bank knows nothing" in page.last.frozen


class _NewVaultPage:
    def __init__(self) -> None:
        self.states: list[NewVaultState] = []
        self.words: tuple[str, ...] = ()

    def show_state(self, state: NewVaultState) -> None:
        self.states.append(state)

    def show_kit(self, words: Sequence[str]) -> None:
        self.words = tuple(words)

    @property
    def last(self) -> NewVaultState:
        return self.states[-1]


def _making(door: FakeDoor) -> tuple[NewVaultPresenter, _NewVaultPage, list[Vault]]:
    page, made = _NewVaultPage(), list[Vault]()
    presenter = NewVaultPresenter(door, InlineTasks(), page, made.append, keyring=door.keyring)
    presenter.start()
    return presenter, page, made


def _asked(page: _NewVaultPage) -> list[str]:
    return [page.words[int("".join(filter(str.isdigit, label))) - 1] for label in page.last.asked]


def test_a_vault_is_made_only_when_its_kit_was_proved() -> None:
    door = FakeDoor(make_world(populated=False), exists=False)
    presenter, page, made = _making(door)
    presenter.choose("Mei Chen", page.last.offer, page.last.offer)
    assert page.last.step is VaultStep.KIT
    assert page.words == KIT
    presenter.kit_kept()
    right = _asked(page)
    presenter.prove([right[0], "wrong"])
    assert (page.last.step, made, door.made) == (VaultStep.PROOF, [], [])
    assert [key for key, _ in page.last.errors] == ["word1"]
    presenter.back_to_kit()
    assert page.last.step is VaultStep.KIT
    presenter.kit_kept()
    presenter.prove([word.upper() + " " for word in _asked(page)])
    assert made == [door.world.vault]
    assert door.made[0].member_name == "Mei Chen"
    assert door.made[0].world is WorldKind.PRACTICE


def test_real_money_is_asked_for_and_practice_is_not() -> None:
    door = FakeDoor(make_world(populated=False), exists=False)
    presenter, page, _made = _making(door)
    assert page.last.world == "practice"
    assert [value for value, _title, text in world_choices() if text] == ["practice", "real"]
    presenter.choose_world("real")
    assert page.last.world == "real"
    presenter.choose("Mei Chen", page.last.offer, page.last.offer)
    presenter.kit_kept()
    presenter.prove(_asked(page))
    assert door.made[0].world is WorldKind.REAL


@pytest.mark.parametrize(
    ("name", "passphrase", "repeated", "field"),
    [
        ("", "silent copper meadow ladder", "silent copper meadow ladder", "name"),
        ("Mei\u202eChen", "silent copper meadow ladder", "silent copper meadow ladder", "name"),
        ("Mei", "short", "short", "passphrase"),
        ("Mei", "passwordpassword", "passwordpassword", "passphrase"),
        ("Mei", "silent copper meadow ladder", "silent copper meadow harbour", "repeated"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(name: str, passphrase: str, repeated: str, field: str) -> None:
    presenter, page, made = _making(FakeDoor(make_world(populated=False), exists=False))
    presenter.choose(name, passphrase, repeated)
    assert [key for key, _ in page.last.errors] == [field]
    assert (page.last.step, made) == (VaultStep.PASSPHRASE, [])


def test_a_full_disk_is_said_and_nothing_is_lost() -> None:
    door = FakeDoor(make_world(populated=False), exists=False, fail_create="vault.disk_full")
    presenter, page, made = _making(door)
    presenter.choose("Mei", page.last.offer, page.last.offer)
    presenter.kit_kept()
    presenter.prove(_asked(page))
    assert (page.last.step, made) == (VaultStep.PROOF, [])
    assert page.last.errors[0][1]
    door.fail_create = ""
    presenter.prove(_asked(page))
    assert made


def test_strength_is_told_in_time() -> None:
    assert strength_text("") == ("", False)
    assert not strength_text("password1234")[1]
    assert strength_text("silent copper meadow ladder violin harbour")[1]


class _SettingsPage:
    def __init__(self) -> None:
        self.states: list[SettingsState] = []

    def show_state(self, state: SettingsState) -> None:
        self.states.append(state)


def test_a_setting_takes_effect_at_once_and_is_kept() -> None:
    store, page, changed = _Store(), _SettingsPage(), list[Preferences]()
    presenter = SettingsPresenter(
        store, page, changed.append, fingerprint="ab" * 32, protection="", frozen="", open_setup=lambda: None
    )
    presenter.start()
    presenter.choose("theme", "dark")
    presenter.choose("lock_minutes", "2")
    presenter.choose("text_percent", "200")
    presenter.choose("language", "zh_TW")
    assert store.kept == Preferences("zh_TW", "dark", 200, 2)
    assert changed[-1] == store.kept
    before = len(changed)
    presenter.choose("language", "zh_TW")
    assert len(changed) == before
    assert page.states[-1].fingerprint.startswith("abab abab")


@pytest.mark.parametrize(
    ("key", "value"),
    [("theme", "pink"), ("lock_minutes", "60"), ("text_percent", "x"), ("language", "tlh"), ("x", "y")],
)
def test_what_is_not_on_offer_changes_nothing(key: str, value: str) -> None:
    assert with_choice(Preferences(), key, value) == Preferences()


class _Window:
    def __init__(self) -> None:
        self.states: list[ShellState] = []
        self.blanked = 0
        self.asked = 0
        self.told: list[str] = []

    def show_state(self, state: ShellState) -> None:
        self.states.append(state)

    def blank(self) -> None:
        self.blanked += 1

    def tell(self, text: str) -> None:
        self.told.append(text)

    def ask_freeze(self) -> None:
        self.asked += 1

    @property
    def last(self) -> ShellState:
        return self.states[-1]


def _frame(
    world: World, door: FakeDoor, tasks: InlineTasks | ManualTasks | None = None, *, ready: bool = True
) -> tuple[ShellPresenter, _Window, _Store]:
    store, window = _Store(), _Window()

    def open_session(_vault: Vault) -> Script[Opened]:
        yield from ()
        return Opened(world.session, (), ready=ready)

    presenter = ShellPresenter(door, tasks or InlineTasks(), world.clock, store, open_session)
    presenter.attach(window)
    return presenter, window, store


def test_the_first_page_is_what_there_is() -> None:
    world = make_world()
    assert _frame(world, FakeDoor(world, exists=False))[1].last.page is Page.NEW_VAULT
    presenter, window, _ = _frame(world, FakeDoor(world))
    assert window.last.page is Page.UNLOCK
    assert not window.last.unlocked
    presenter.vault_opened(world.vault)
    assert (window.last.page, window.last.unlocked) == (Page.HOME, True)


def test_practice_money_is_said_of_practice_only() -> None:
    world = make_world()
    assert _frame(world, FakeDoor(world, exists=False))[1].last.ribbon == ""  # nobody has said yet what it is for
    presenter, window, _ = _frame(world, FakeDoor(world))
    assert window.last.ribbon
    world.vault.identity = replace(world.vault.identity, world=WorldKind.REAL)
    presenter.vault_opened(world.vault)
    assert window.last.ribbon == ""


def test_a_vault_that_cannot_be_described_is_no_new_vault() -> None:
    world = make_world()
    door = FakeDoor(world, damaged="vault.damaged")
    presenter, window, _ = _frame(world, door)
    assert window.last.page is Page.UNLOCK
    assert presenter.problem


def test_a_session_that_cannot_begin_leaves_nothing_open() -> None:
    world = make_world()
    door, window = FakeDoor(world, open=True), _Window()

    def open_session(_vault: Vault) -> Script[Opened]:
        yield from ()
        raise UserFacingError("vault.interrupted")

    presenter = ShellPresenter(door, InlineTasks(), world.clock, _Store(), open_session)
    presenter.attach(window)
    presenter.vault_opened(world.vault)
    assert (window.last.page, door.open, presenter.unlocked) == (Page.UNLOCK, False, False)
    assert presenter.problem


def test_without_a_bank_the_list_of_tasks_comes_first() -> None:
    world = make_world(populated=False)
    presenter, window, _ = _frame(world, FakeDoor(world), ready=False)
    presenter.vault_opened(world.vault)
    assert window.last.page is Page.SETUP


def test_a_copy_that_may_not_sign_says_so_on_every_page() -> None:
    world = make_world()
    presenter, window, _ = _frame(world, FakeDoor(world))
    presenter.vault_opened(world.vault)
    assert window.last.read_only == ""
    world.vault.may_sign = False
    presenter.open_settings()
    assert "sends nothing" in window.last.read_only


def test_every_page_can_be_opened() -> None:
    world = make_world()
    presenter, window, _ = _frame(world, FakeDoor(world))
    presenter.vault_opened(world.vault)
    moves: list[tuple[Callable[[], None], Page, str]] = [
        (lambda: presenter.open_transfer("d1"), Page.TRANSFER, "d1"),
        (lambda: presenter.open_order("o1"), Page.ORDER, "o1"),
        (presenter.open_history, Page.HISTORY, ""),
        (presenter.open_learning, Page.LEARN, ""),
        (presenter.open_settings, Page.SETTINGS, ""),
        (presenter.open_setup, Page.SETUP, ""),
        (presenter.open_home, Page.HOME, ""),
        (lambda: presenter.open_page("history"), Page.HISTORY, ""),
    ]
    for move, page, about in moves:
        move()
        assert (window.last.page, window.last.about) == (page, about)


def test_idling_locks_and_activity_does_not() -> None:
    world = make_world()
    door = FakeDoor(world, open=True)
    presenter, window, store = _frame(world, door)
    presenter.vault_opened(world.vault)
    presenter.follow(replace(store.kept, lock_minutes=1))
    world.clock.advance(59_000)
    presenter.tick()
    presenter.activity()
    world.clock.advance(59_000)
    presenter.tick()
    assert window.blanked == 0
    world.clock.advance(1_000)
    presenter.tick()
    assert (window.blanked, door.open, window.last.page) == (1, False, Page.UNLOCK)
    with pytest.raises(RuntimeError):
        _ = presenter.session


def test_locking_blanks_at_once_and_hears_the_bank_out_before_it_wipes() -> None:
    world = make_world()
    door, tasks = FakeDoor(world, open=True), ManualTasks()
    presenter, window, _ = _frame(world, door, tasks)
    presenter.vault_opened(world.vault)
    tasks.finish()
    world.session.tasks = tasks
    submission = world.session.submission("o1")
    submission.reconcile()
    assert submission.progress.phase is Phase.WORKING
    presenter.lock()
    presenter.lock()
    assert (window.blanked, door.open) == (1, True)  # an exchange is under way
    tasks.finish()
    assert (window.last.page, door.open) == (Page.UNLOCK, False)


def test_the_emergency_stop_is_shown_on_every_page() -> None:
    world = make_world()
    door = FakeDoor(world)
    presenter, window, _ = _frame(world, door)
    presenter.vault_opened(world.vault)
    assert window.last.frozen == ""
    presenter.ask_freeze()
    assert (window.asked, door.stopped) == (1, False)
    presenter.freeze()
    assert presenter.frozen
    assert "bank knows nothing" in window.last.frozen
    presenter.unfreeze()
    assert window.last.frozen == ""


class _SetupPage:
    def __init__(self) -> None:
        self.states: list[SetupState] = []
        self.secret = ""

    def show_state(self, state: SetupState) -> None:
        self.states.append(state)

    def show_authenticator(self, uri: str, secret: str) -> None:
        assert uri
        self.secret = secret

    @property
    def last(self) -> SetupState:
        return self.states[-1]


def _at(page: _SetupPage, step: SetupStep) -> None:
    assert page.last.step is step


def test_a_bank_is_connected_step_by_step_and_accounts_are_read() -> None:
    world = make_world(populated=False)
    window = _Window()
    shell, _, _ = _frame(world, FakeDoor(world), ready=False)
    shell.attach(window)
    page = _SetupPage()
    presenter = SetupPresenter(world.session, page, shell)
    presenter.start()
    assert [task.done for task in page.last.tasks] == [True, False, False, False]
    presenter.connect()
    _at(page, SetupStep.PASSWORD)
    assert PASSWORD in page.last.hint
    presenter.authenticate("wrong")
    assert page.last.error
    presenter.authenticate(PASSWORD)
    _at(page, SetupStep.METHOD)
    presenter.choose(page.last.methods[0][0])
    _at(page, SetupStep.CODE)
    presenter.answer(CODE)
    assert page.last.may_finish
    assert [task.done for task in page.last.tasks] == [True, True, False, False]
    presenter.offer_authenticator()
    _at(page, SetupStep.AUTHENTICATOR)
    assert page.secret
    presenter.back_to_list()
    presenter.offer_authenticator()
    presenter.activate(CODE)
    assert [task.done for task in page.last.tasks] == [True, True, True, False]
    presenter.finish()
    assert window.last.page is Page.HOME


def _at_setup(*, populated: bool = False) -> tuple[World, _SetupPage, SetupPresenter]:
    world = make_world(populated=populated)
    shell, _, _ = _frame(world, FakeDoor(world), ready=False)
    shell.attach(_Window())
    page = _SetupPage()
    presenter = SetupPresenter(world.session, page, shell)
    presenter.start()
    return world, page, presenter


def test_whose_device_it_is_at_the_practice_bank_is_chosen_before_it_is_connected() -> None:
    world, page, presenter = _at_setup()
    assert [person for person, _name, _may in page.last.people] == ["mei.hartmann", "ines.vogt", "lena.sauber"]
    assert page.last.person == "mei.hartmann"
    assert "private person" in page.last.people[0][2]
    assert "EUR 50,000.00" in page.last.people[1][2]
    assert "prepares" in page.last.people[2][2]
    presenter.choose_person("nobody.there")
    assert page.last.person == "mei.hartmann"
    presenter.choose_person("ines.vogt")
    assert page.last.person == "ines.vogt"
    presenter.connect()
    _at(page, SetupStep.PASSWORD)
    assert world.session.customer == "ines.vogt"
    assert page.last.people == ()
    presenter.choose_person("mei.hartmann")
    assert world.session.customer == "ines.vogt"
    kept = world.session.credential()
    assert kept is not None
    assert kept[1]["credential"]["psu_id"] == "ines.vogt"  # type: ignore[index,call-overload]  # the fake's own


def test_once_connected_nobody_chooses_another_person() -> None:
    _world, page, _presenter = _at_setup(populated=True)
    assert page.last.people == ()


def test_the_practice_phone_is_looked_at_as_soon_as_a_code_is_wanted() -> None:
    _world, page, presenter = _at_setup()
    presenter.connect()
    presenter.authenticate(PASSWORD)
    presenter.choose(page.last.methods[0][0])
    _at(page, SetupStep.CODE)
    assert CODE in page.last.phone[-1][1]


def test_nobody_is_told_after_the_page_was_closed() -> None:
    world = make_world()
    tasks = ManualTasks()
    world.session.tasks = tasks
    shell, _, _ = _frame(world, FakeDoor(world))
    page = _SetupPage()
    presenter = SetupPresenter(world.session, page, shell)
    presenter.start()
    before = len(page.states)
    presenter.close()
    tasks.finish()
    assert len(page.states) == before
