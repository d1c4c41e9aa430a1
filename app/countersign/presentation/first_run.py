"""First run: a list of tasks that can be left and taken up again. Only the vault is required (PRODUCT row 1)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Protocol

from countersign.application.ports.tasks import Lane, Tasks
from countersign.application.ports.vault import Vault
from countersign.application.ports.vault_door import NewVault, VaultDoor
from countersign.domain.errors import CountersignError
from countersign.domain.ledger.governance import World
from countersign.domain.secret import SecretText
from countersign.domain.unicode_safety import CleanText, clean_text
from countersign.presentation.error_texts import sentence
from countersign.presentation.messages import _, ngettext

if TYPE_CHECKING:
    from countersign.presentation.join import InvitationReader
    from countersign.presentation.join_state import InvitationState

NAME_LIMIT = 70
PASSPHRASE_MINIMUM = 12
PROOF_WORDS = 2
_AGES = 1_000_000
_STRONG_YEARS = 100


class VaultStep(StrEnum):
    """The steps of making a vault. It is made at the end, when the kit has been proved."""

    PASSPHRASE = "passphrase"  # noqa: S105 - a step
    KIT = "kit"
    PROOF = "proof"
    MAKING = "making"


@dataclass(frozen=True, slots=True)
class NewVaultState:
    """What the page of the vault shows. The kit's words are handed to the view apart from the state."""

    step: VaultStep
    heading: str
    lead: str
    world: str = ""
    offer: str = ""
    strength: str = ""
    strong: bool = False
    asked: tuple[str, ...] = ()
    errors: tuple[tuple[str, str], ...] = ()
    protection: str = ""
    invitation: InvitationState | None = None


class NewVaultView(Protocol):
    """The page."""

    def show_state(self, state: NewVaultState) -> None:
        """Show the state."""

    def show_kit(self, words: Sequence[str]) -> None:
        """Show the words of the kit; the view forgets them when its step ends."""


@dataclass(slots=True)
class _Making:
    name: str = ""
    passphrase: SecretText = field(default_factory=lambda: SecretText(""))
    kit: tuple[str, ...] = field(default=(), repr=False)
    asked: tuple[int, ...] = ()


class NewVaultPresenter:
    """Leads from a passphrase over the proved recovery kit to the vault."""

    def __init__(
        self,
        door: VaultDoor,
        tasks: Tasks,
        view: NewVaultView,
        made: Callable[[Vault], None],
        *,
        keyring: bool,
        reader: InvitationReader | None = None,
    ) -> None:
        self._door, self._tasks, self._view, self._made = door, tasks, view, made
        self._reader = reader
        self._step = VaultStep.PASSPHRASE
        self._making = _Making()
        self._offer = " ".join(door.offer_passphrase())
        self._errors: tuple[tuple[str, str], ...] = ()
        self._strength: tuple[str, bool] = ("", False)
        self._typed = ""
        self._judging = False
        self._keyring = keyring
        self._world = World.PRACTICE

    def start(self) -> None:
        """Show the page."""
        self._render()

    def offer_to_join(self, reader: InvitationReader) -> None:
        """Let the person join others instead, by an invitation that ``reader`` reads."""
        self._reader = reader
        reader.attach(self._render)
        self._render()

    @property
    def reader(self) -> InvitationReader | None:
        """What reads an invitation; None where nobody can be invited."""
        return self._reader

    def choose_world(self, world: str) -> None:
        """Choose between practice and real money; it holds for as long as the vault does."""
        self._world = World(world)
        self._render()

    def offer_another(self) -> None:
        """Offer six other words."""
        self._offer = " ".join(self._door.offer_passphrase())
        self._render()

    def passphrase_edited(self, text: str) -> None:
        """Judge a passphrase while it is typed: in a worker, since judging takes longer than a keystroke."""
        self._typed = text
        if not self._judging:
            self._judge()

    def _judge(self) -> None:
        judged, self._judging = self._typed, True

        def known(strength: tuple[str, bool]) -> None:
            self._judging = False
            self._strength = strength
            self._render()
            if judged != self._typed:
                self._judge()

        self._tasks.run(Lane.READ, partial(strength_text, judged), known, self._fail)

    def choose(self, name: str, passphrase: str, repeated: str) -> None:
        """Take name and passphrase, and go on to the kit once the passphrase was judged."""
        go_on = partial(self._judged, name, passphrase, repeated)
        self._tasks.run(Lane.READ, partial(strength_text, passphrase), go_on, self._fail)

    def _judged(self, name: str, passphrase: str, repeated: str, strength: tuple[str, bool]) -> None:
        errors: list[tuple[str, str]] = []
        reader = self._reader
        if reader is not None and reader.joining and reader.invitation is None:
            errors.append(("invitation", _("Read your invitation first: a file, or a picture of its code.")))
        cleaned = clean_text(name, NAME_LIMIT)
        if not isinstance(cleaned, CleanText) or not cleaned.text:
            errors.append(("name", _("Type your name as it stands on your bank account.")))
        if len(passphrase) < PASSPHRASE_MINIMUM:
            errors.append(("passphrase", sentence("vault.passphrase_short", {"minimum": PASSPHRASE_MINIMUM})))
        elif not strength[1]:
            errors.append(("passphrase", sentence("vault.passphrase_weak", {})))
        elif passphrase != repeated:
            errors.append(("repeated", _("The two passphrases differ. Type the same one twice.")))
        self._errors = tuple(errors)
        if not errors and isinstance(cleaned, CleanText):
            self._making = _Making(cleaned.text, SecretText(passphrase), tuple(self._door.new_kit()))
            self._step, self._typed, self._offer = VaultStep.KIT, "", ""  # what was offered may be the passphrase
        self._render()
        if self._step is VaultStep.KIT:
            self._view.show_kit(self._making.kit)

    def kit_kept(self) -> None:
        """Go on to the proof: two words of the kit, chosen by chance."""
        places = list(range(len(self._making.kit)))
        chosen = [places.pop(secrets.randbelow(len(places))) for _word in range(PROOF_WORDS)]
        self._making.asked = tuple(sorted(chosen))
        self._step, self._errors = VaultStep.PROOF, ()
        self._render()

    def back_to_kit(self) -> None:
        """Show the kit again."""
        self._step, self._errors = VaultStep.KIT, ()
        self._render()
        self._view.show_kit(self._making.kit)

    def prove(self, typed: Sequence[str]) -> None:
        """Take the words, and make the vault where they are right."""
        right = [self._making.kit[place] for place in self._making.asked]
        wrong = [
            place for place, (word, given) in enumerate(zip(right, typed, strict=True)) if word != given.strip().lower()
        ]
        self._errors = tuple(
            (
                f"word{place}",
                _("Word {number} of your kit is another one. Look at your paper or file again.").format(
                    number=self._making.asked[place] + 1
                ),
            )
            for place in wrong
        )
        if wrong:
            self._render()
            return
        self._step = VaultStep.MAKING
        self._render()
        making = self._making
        reader = self._reader
        if reader is not None and reader.joining and reader.invitation is not None:
            new = NewVault(making.name, reader.invitation.world, making.passphrase, making.kit)
            work = partial(reader.make_vault, new)
        else:
            new = NewVault(making.name, self._world, making.passphrase, making.kit)
            work = partial(self._door.create, new)
        self._tasks.run(Lane.VAULT, work, self._succeed, self._fail)

    def _succeed(self, vault: Vault) -> None:
        self._making = _Making()
        self._made(vault)

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, CountersignError):
            raise error
        self._step = VaultStep.PROOF
        self._errors = (("", sentence(error.code, error.params)),)
        self._render()

    def _render(self) -> None:
        if self._reader is not None and (self._reader.invitation is not None or not self._reader.joining):
            self._errors = tuple(item for item in self._errors if item[0] != "invitation")
        heading, lead = _step_texts(self._step)
        self._view.show_state(
            NewVaultState(
                step=self._step,
                heading=heading,
                lead=lead,
                world=self._world.value,
                offer=self._offer,
                strength=self._strength[0],
                strong=self._strength[1],
                asked=tuple(_("Word {number}").format(number=place + 1) for place in self._making.asked),
                errors=self._errors,
                protection="" if self._keyring else no_keyring(),
                invitation=self._reader.state if self._reader is not None else None,
            )
        )


def world_choices() -> tuple[tuple[str, str, str], ...]:
    """Return what a vault can be for, as (value, title, what it means)."""
    return (
        (
            World.PRACTICE.value,
            _("Practice"),
            _("A practice bank on this computer, with practice money. Everything is as it will be; nothing is real."),
        ),
        (
            World.REAL.value,
            _("Real money"),
            _("Your own accounts. You carry each payment to your bank, as a file or in its app, and confirm it there."),
        ),
    )


def no_keyring() -> str:
    """Say what is missing without a keyring, before the vault is made."""
    return _(
        "This computer offers no keyring. The vault will rest on its passphrase alone: choose the six words, and an "
        "older copy of it would not be noticed."
    )


def _step_texts(step: VaultStep) -> tuple[str, str]:
    return {
        VaultStep.PASSPHRASE: (
            _("Choose a passphrase"),
            _(
                "It opens the encrypted file on this computer that holds your payees, orders and proof. Nobody can "
                "reset it for you."
            ),
        ),
        VaultStep.KIT: (
            _("Keep your recovery kit"),
            _(
                "With these twelve words you can read your vault if the passphrase is lost. Print them or save them, "
                "away from this computer."
            ),
        ),
        VaultStep.PROOF: (
            _("Show that you have it"),
            _("Type two words from your paper or file. A kit that nobody can find is no kit."),
        ),
        VaultStep.MAKING: (_("Making your vault"), _("Keys are made and locked away. This takes a few seconds.")),
    }[step]


def strength_text(passphrase: str) -> tuple[str, bool]:
    """Say how long guessing would take, and whether that is long enough.

    A guesser with the file needs some 10 000 guesses a second at most against Argon2id: the slow-hash figure.
    """
    if not passphrase:
        return "", False
    from zxcvbn import zxcvbn  # noqa: PLC0415 - large word lists, for one page

    found = zxcvbn(passphrase[:72])
    guesses = int(found["guesses"])
    seconds = guesses // 10_000
    years = seconds // 31_557_600
    if years >= _AGES:
        return _("Guessing it would take more than a million years."), True
    if years >= 1:
        text = ngettext(
            "Guessing it would take about {count} year.", "Guessing it would take about {count} years.", years
        )
        return text.format(count=years), years >= _STRONG_YEARS
    hours = seconds // 3600
    if hours >= 1:
        text = ngettext(
            "Guessing it would take about {count} hour.", "Guessing it would take about {count} hours.", hours
        )
        return text.format(count=hours), False
    return _("It would be guessed within the hour."), False
