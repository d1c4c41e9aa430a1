"""What the presenters of a workspace's people share: reading who belongs to it, and proposing what shall change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from countersign.application.flows.script import Script, run_script
from countersign.application.session import Session
from countersign.application.sharing import NO_KEY
from countersign.application.use_cases.change_governance import (
    OPEN_FOR_MS,
    OpenChange,
    missing_alone,
    open_changes,
    rival_states,
    signable_from,
)
from countersign.domain.ledger.governance import Governance, Role
from countersign.domain.ledger.rules import Rules
from countersign.presentation.error_texts import sentence, words_of
from countersign.presentation.messages import _, ngettext
from countersign.presentation.team_words import Looking, moment_text, name_of

T = TypeVar("T")

DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Picture:
    """What the vault knows of the workspace's people at one moment."""

    rules: Rules
    changes: tuple[OpenChange, ...]
    rivals: tuple[tuple[str, Governance], ...]
    waiting: int = 0
    heard: Mapping[str, int] = field(default_factory=dict)

    @property
    def governance(self) -> Governance:
        """The epoch in force."""
        return self.rules.governance

    def signs_at(self, session: Session) -> int:
        """Return the time that this device would sign at: its history never goes back, whatever the clock says."""
        own = self.heard.get(session.sharing.vault.identity.device, 0)
        return max(session.clock.now_ms(), own)


def picture_of(session: Session) -> Picture:
    """Read it. VAULT lane."""
    vault = session.sharing.vault
    reaching = {device: head.size for device, head in vault.heads().items() if head.size}
    heard = {device: vault.shared_events(device, size - 1, 1)[0].header.at for device, size in reaching.items()}
    for device, at in session.sharing.heard.items():
        heard[device] = max(at, heard.get(device, 0))
    changes = open_changes(vault, session.sharing.verify, session.clock.now_ms())
    return Picture(vault.rules, changes, rival_states(vault), len(vault.waiting()), heard)


class Work:
    """Runs one script at a time for a page, and keeps what came of it in words.

    Attributes:
        busy: What is under way; empty where nothing is.
        problem: What did not work; empty where all did.
        closed: The page is gone: nothing is shown any more.
    """

    def __init__(self, session: Session, render: Callable[[], None]) -> None:
        """Work for the page that ``render`` shows."""
        self._session, self._render = session, render
        self.busy = self.problem = ""
        self.closed = self._of_a_look = False

    def run(self, script: Script[T], busy: str, done: Callable[[T], None]) -> None:
        """Run a script to its end, unless another is under way."""
        if self.busy:
            script.close()
            return
        self.busy = busy
        if busy or self._of_a_look:  # what went wrong with a deed stays, however often a page looks anew meanwhile
            self.problem, self._of_a_look = "", False

        def ended(found: T) -> None:
            self.busy = ""
            if not self.closed:
                done(found)
                self._render()

        self._render_open()
        run_script(self._session.tasks, script, ended, self.failed if busy else self._not_seen)

    def _not_seen(self, error: Exception) -> None:
        self._of_a_look = True
        self.failed(error)

    def failed(self, error: Exception) -> None:
        """Put an error into words."""
        self.busy = ""
        self.problem = words_of(error)
        self._render_open()

    def tell(self, done: int, total: int) -> bool:
        """Show how far it is; tells whether to go on: not where the page was left meanwhile."""
        if total and not self.closed:
            self.busy = _("Gathering messages: {done} of {total}").format(done=done, total=total)
            self._render()
        return not self.closed

    def _render_open(self) -> None:
        if not self.closed:
            self._render()


def looking(session: Session, picture: Picture) -> Looking:
    """Say who looks, and when."""
    identity = session.sharing.vault.identity
    return Looking(identity.member, identity.device, session.clock.now_ms(), session.zone, picture.heard)


def may_not_change(session: Session, governance: Governance) -> str:
    """Say why this person can't propose changes; empty where they can."""
    if not session.sharing.vault.may_sign:
        return _("This copy of the vault can only be read.")
    if session.sharing.vault.identity.member in governance.administrators:
        return ""
    names = [name_of(governance, item.member) for item in governance.members if Role.ADMINISTRATOR in item.roles]
    return _("Only an administrator can change this: ask {names}.").format(names=_(", ").join(names))


def effect_text(session: Session, picture: Picture, after: Governance) -> str:
    """Say when a change takes effect once this person has signed it, and when it ends if it doesn't."""
    now = session.clock.now_ms()
    missing = missing_alone(picture.rules, after, session.sharing.vault.identity.member, now)
    if not missing:
        return _("Your signature is enough: it takes effect at once.")
    text = ngettext(
        "It takes effect once {count} more person has signed it.",
        "It takes effect once {count} more people have signed it.",
        missing,
    )
    ends_at = picture.signs_at(session) + OPEN_FOR_MS
    end = moment_text(ends_at, session.zone)
    if signable_from(ends_at) <= now:
        return f"{text.format(count=missing)} " + _("Unless it is in force by then, it ends on {time}.").format(
            time=end
        )
    late = _(
        "The clock of this device once ran ahead: what it proposes now would end on {end}, and others can sign that "
        "from {begins} on. Sooner: have another administrator propose it."
    )
    begins = moment_text(signable_from(ends_at), session.zone)
    return f"{text.format(count=missing)} " + late.format(end=end, begins=begins)


def may_not_exchange(session: Session) -> str:
    """Say why nothing can be exchanged now; empty where it can."""
    if not session.sharing.hears:
        return sentence(NO_KEY)
    if not session.sharing.connected:
        return _("No way is set up: messages travel by hand.")
    return _("An exchange is under way.") if session.sharing.busy else ""
