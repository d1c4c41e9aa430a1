"""The export of the whole workspace for an audit: what is in it, how far it is, and how it is checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from countersign.application.exporting import export_workspace
from countersign.application.flows.script import on_vault, run_script
from countersign.application.session import Session
from countersign.application.use_cases.export_workspace import Exported, may_export
from countersign.domain.ledger.governance import Role
from countersign.domain.order import fingerprint_phrase
from countersign.domain.workspace_export import EXPORT_ENDING
from countersign.presentation.error_texts import sentence, words_of
from countersign.presentation.file_hands import FileHands
from countersign.presentation.messages import _, ngettext
from countersign.presentation.team_words import names_text

_STEPS: Final = 100


@dataclass(frozen=True, slots=True)
class AuditState:
    """What the page shows.

    Attributes:
        phrase: The workspace's fingerprint in six words, with the hex digits in ``fingerprint``.
        contents: What is in the file, and what is not.
        blocked: Why nothing can be exported from here; empty where it can be.
        busy: How far it is, in words; empty where nothing is under way. ``done`` of ``total`` likewise.
        check: How whoever gets the file checks it.
    """

    heading: str
    lead: str
    phrase: str = ""
    fingerprint: str = ""
    contents: tuple[str, ...] = ()
    check: str = ""
    blocked: str = ""
    busy: str = ""
    done: int = 0
    total: int = 0
    problem: str = ""
    said: str = ""


class AuditView(Protocol):
    """The page."""

    def show_state(self, state: AuditState) -> None:
        """Show the state."""


class AuditPresenter:
    """Exports the workspace to a file that the person chooses."""

    def __init__(self, session: Session, view: AuditView, words: Sequence[str], hands: FileHands) -> None:
        """Make the presenter.

        Args:
            session: The unlocked work.
            view: The page.
            words: The list that fingerprint phrases are made from.
            hands: The system's dialogs.
        """
        self._session, self._view, self._words, self._hands = session, view, words, hands
        self._genesis, self._blocked = "", _("The workspace is being read.")
        self._busy = self._problem = self._said = ""
        self._done = self._total = 0
        self._stopped = self._closed = False

    def start(self) -> None:
        """Show the page."""
        self._render()
        run_script(self._session.tasks, on_vault(self._read), self._known, self._failed)

    def close(self) -> None:
        """Leave: what is under way is stopped, and nothing is left of it."""
        self._closed = self._stopped = True

    def save(self) -> None:
        """Ask where to put the file, and write it."""
        if not self._busy and not self._blocked:
            kinds = _("Workspace export (*{ending})").format(ending=EXPORT_ENDING)
            self._hands.save_file(f"workspace{EXPORT_ENDING}", kinds, self._write)

    def cancel(self) -> None:
        """Stop writing; nothing is left of the file."""
        self._stopped = True
        self._busy = _("Stopping …")
        self._render()

    # — work —

    def _read(self) -> tuple[str, str]:
        """Return the genesis, and why nothing can be exported. VAULT lane."""
        vault = self._session.sharing.vault
        if not vault.admitted:
            return "", sentence("export.not_admitted")
        rules = vault.rules
        genesis, state = rules.epochs[0].event, rules.governance
        if not vault.may_sign:
            return genesis, _("This copy of the vault can only be read.")
        if may_export(state, vault.identity.device):
            return genesis, ""
        able = [item.member for item in state.members if {Role.ADMINISTRATOR, Role.AUDITOR} & set(item.roles)]
        text = _("Auditors and administrators export: ask {names}.")
        return genesis, text.format(names=names_text(state, able))

    def _known(self, found: tuple[str, str]) -> None:
        self._genesis, self._blocked = found
        self._render()

    def _write(self, path: Path) -> None:
        if self._closed or self._busy:
            return
        session, sharing = self._session, self._session.sharing
        self._busy, self._problem, self._said, self._stopped = _("The export begins"), "", "", False
        self._done = self._total = 0
        script = export_workspace(
            sharing.vault, session.clock, session.entropy, partial(sharing.parcels.begin_export, path), self._go_on
        )
        self._render()
        run_script(session.tasks, script, partial(self._written, path), self._failed)

    def _go_on(self, done: int, total: int) -> bool:
        """Show how far it is, a hundred times at most."""
        if self._stopped:
            return False
        if total and done * _STEPS // total != self._done * _STEPS // max(self._total, 1):
            self._done, self._total = done, total
            self._busy = _("{done} of {total} records").format(done=done, total=total)
            self._render()
        return True

    def _written(self, path: Path, found: Exported | None) -> None:
        self._busy = ""
        if found is None:
            self._said = _("Stopped. Nothing is left of the file.")
        else:
            text = ngettext(
                "Saved as {name}: {count} record.", "Saved as {name}: {count} records.", found.events
            ).format(name=path.name, count=found.events)
            self._said = f"{text} {_withheld(found.withheld)}".strip()
        self._render()

    def _failed(self, error: Exception) -> None:
        self._busy = ""
        self._problem = words_of(error)
        self._render()

    # — showing —

    def _render(self) -> None:
        if self._closed:
            return
        self._view.show_state(
            AuditState(
                heading=_("Export for an audit"),
                lead=_("One file that proves to an outsider who saw what and when, and who signed what."),
                phrase=" ".join(fingerprint_phrase(self._genesis, self._words)) if self._genesis else "",
                fingerprint=" ".join(self._genesis[at : at + 8] for at in range(0, len(self._genesis), 8)),
                contents=(
                    _("Every record that the members' devices signed for each other, from the beginning on."),
                    _("Amounts, names and account numbers in the clear: whoever has the file can read it."),
                    _("What you may not see is there by its hash only. Your own private record is not in it."),
                    _("That you exported it is put on your private record."),
                ),
                check=_(
                    "Whoever gets it runs: countersign verify FILE. It needs no vault, and shows six words. Read yours "
                    "to them by a way they trust; only where the words are the same is it this workspace."
                ),
                blocked=self._blocked,
                busy=self._busy,
                done=self._done,
                total=self._total,
                problem=self._problem,
                said=self._said,
            )
        )


def _withheld(count: int) -> str:
    if not count:
        return ""
    text = ngettext(
        "{count} is there without what it says: it never came here.",
        "{count} are there without what they say: it never came here.",
        count,
    )
    return text.format(count=count)
