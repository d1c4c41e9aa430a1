"""One member: other roles, evidence of identity, access for the quarter, a lost device, leaving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, tzinfo
from functools import partial
from typing import Final

from countersign.application.flows.script import Script, on_vault
from countersign.application.ports.vault_door import VaultDoor
from countersign.application.session import Session
from countersign.application.use_cases.change_governance import (
    propose_change,
    with_device_end,
    with_member,
    without_device,
    without_member,
)
from countersign.application.use_cases.recover_device import close_with_kit
from countersign.domain.ledger.governance import Evidence, Governance, Member, Role
from countersign.domain.secret import SecretText
from countersign.domain.unicode_safety import CleanText, clean_text
from countersign.presentation.formats import isolate
from countersign.presentation.messages import _
from countersign.presentation.team_changes import change_sentences
from countersign.presentation.team_desk import (
    DAY_MS,
    Picture,
    Work,
    effect_text,
    looking,
    may_not_change,
    picture_of,
)
from countersign.presentation.team_state import DEVICE_OF, MemberState, MemberView, TeamNavigate
from countersign.presentation.team_words import (
    access_text,
    check_ends_soon,
    day_text,
    device_lines,
    device_title,
    evidence_text,
    groups_of,
    in_a_row,
    read_groups,
    role_options,
    roles_text,
)
from countersign.presentation.transfer_desk import Fault
from countersign.presentation.transfer_fault_texts import name_fault

NOTE_LIMIT: Final = 200
_YEAR_DAYS: Final = 365
_QUARTER_MONTHS: Final = 3
_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class _Asked:
    """A change that is about to be proposed."""

    title: str
    state: Governance


class MemberPresenter:
    """Shows one member; each change is read back before it is signed."""

    def __init__(self, session: Session, view: MemberView, go: TeamNavigate, door: VaultDoor) -> None:
        self._session, self._view, self._go, self._door = session, view, go, door
        self._kit_for = ""
        self._work = Work(session, self._render)
        self._picture: Picture | None = None
        self._member = ""
        self._asked: _Asked | None = None
        self._faults: tuple[Fault, ...] = ()

    def start(self, member: str) -> None:
        """Show a member."""
        self._member = member
        self._render()
        self._work.run(on_vault(partial(picture_of, self._session)), "", self._known)

    def close(self) -> None:
        """Show nothing any more."""
        self._work.closed = True

    def _known(self, picture: Picture) -> None:
        self._picture = picture

    # — what the person asks for —

    def change_roles(self, roles: Sequence[str], groups: str) -> None:
        """Give other roles and groups."""
        found = self._found()
        chosen = tuple(role for role in Role if role.value in roles)
        if found is None:
            return
        self._faults = role_faults(chosen)
        if self._faults:
            self._render()
            return
        member = replace(found, roles=chosen, groups=read_groups(groups))
        self._ask(_("Change what {name} may do?"), self._with(member))

    def record_evidence(self, checked: str, note: str, until: str) -> None:
        """Write down what was checked of the member's identity."""
        found, session = self._found(), self._session
        if found is None:
            return
        cleaned = clean_text(note, NOTE_LIMIT)
        if note.strip() and not isinstance(cleaned, CleanText):
            self._faults = (Fault("check_note", name_fault(cleaned)),)
            self._render()
            return
        self._faults = ()
        what = dict(checks())[checked]
        if isinstance(cleaned, CleanText) and cleaned.text:
            what = _("{what}; {note}").format(what=what, note=cleaned.text)
        now = session.clock.now_ms()
        evidence = Evidence(
            what, session.sharing.vault.identity.member, now, max(_end_of_day(until, session.zone), now + DAY_MS)
        )
        self._ask(_("Write down how {name} was checked?"), self._with(replace(found, evidence=evidence)))

    def confirm_access(self) -> None:
        """Confirm access until the end of the next quarter."""
        found, at = self._found(), self._session.clock.now_ms()
        if found is not None and not _check_over(found, at):
            until = confirmed_until(found, at, self._session.zone)
            self._ask(_("Confirm the access of {name}?"), self._with(replace(found, access_until=until)))

    def close_device(self, device: str) -> None:
        """Close a device that was lost, or is not used any more."""
        self._ask_vault(_("Close a device of {name}?"), partial(without_device, self._session.sharing.vault, device))

    def renew_device(self, device: str) -> None:
        """Let a device's keys hold for a year from now; what nobody renews by then signs nothing that counts."""
        until = self._session.clock.now_ms() + _YEAR_DAYS * DAY_MS
        state = with_device_end(self._picture.rules, device, until) if self._picture is not None else None
        self._ask(_("Set an end for the keys of a device of {name}?"), state)

    def add_device(self) -> None:
        """Invite another device of this member."""
        self._go.open_invite(DEVICE_OF + self._member)

    def open_kit(self, device: str) -> None:
        """Ask for the recovery kit, to close another device of one's own with it; ``""`` leaves it as it is."""
        self._kit_for, self._work.problem = device, ""
        self._render()

    def close_with_kit(self, typed: str) -> None:
        """Close the device at once: neither an administrator nor a second person is needed."""
        sharing, device = self._session.sharing, self._kit_for
        secret = SecretText(typed)

        def script() -> Script[None]:
            sign, words = self._door.kit_signature, secret.reveal().lower().split()
            yield from on_vault(partial(close_with_kit, sharing.vault, sharing.verify, sign, words, device))
            sharing.tell_others()

        def done(_none: None) -> None:
            self._go.open_team()

        self._work.run(script(), _("Closing the device"), done)

    def remove(self) -> None:
        """Take a member out of the workspace."""
        self._ask_vault(
            _("Remove {name} from the workspace?"), partial(without_member, self._session.sharing.vault, self._member)
        )

    # — reading it back —

    def _with(self, member: Member) -> Governance | None:
        return with_member(self._picture.rules, member) if self._picture is not None else None

    def _ask(self, title: str, state: Governance | None) -> None:
        found, picture = self._found(), self._picture
        if state is None or found is None or picture is None:
            return
        self._work.problem = ""
        if not change_sentences(picture.governance, state, self._session.zone):
            self._work.problem = _("Nothing would change: it is so already.")
        else:
            self._asked = _Asked(title.format(name=isolate(found.name)), state)
        self._render()

    def _ask_vault(self, title: str, make: partial[Governance]) -> None:
        def made(state: Governance) -> None:
            self._ask(title, state)

        self._work.run(on_vault(make), "", made)

    def withdraw(self) -> None:
        """Leave it as it is."""
        self._asked = None
        self._render()

    def propose(self) -> None:
        """Sign the change that was read back, and propose it."""
        asked, session = self._asked, self._session
        if asked is None:
            return

        def script() -> Script[bool]:
            found = yield from on_vault(
                partial(propose_change, session.sharing.vault, session.sharing.verify, asked.state)
            )
            session.sharing.tell_others()
            return found.in_force

        def done(_in_force: bool) -> None:  # noqa: FBT001 - what a script returns
            self._go.open_team()

        self._work.run(script(), _("Signing the change"), done)

    def leave(self) -> None:
        """Go back to the team."""
        self._go.open_team()

    # — showing —

    def _found(self) -> Member | None:
        if self._picture is None:
            return None
        return next((item for item in self._picture.governance.members if item.member == self._member), None)

    def _render(self) -> None:
        found, picture, session, work = self._found(), self._picture, self._session, self._work
        if found is None or picture is None:
            self._view.show_state(MemberState(_("Member"), "", busy=work.busy, problem=work.problem))
            return
        look, asked = looking(session, picture), self._asked
        state = picture.governance
        until = confirmed_until(found, look.at, look.zone)
        known = in_a_row(groups_of(state))
        self._view.show_state(
            MemberState(
                heading=isolate(found.name),
                lead=roles_text(found),
                roles=role_options(),
                chosen=tuple(role.value for role in found.roles),
                groups=", ".join(found.groups),
                known_groups=_("With commas between them. In use: {groups}.").format(groups=known)
                if known
                else _("With commas between them: rules can ask for somebody of a group."),
                evidence=" ".join(filter(None, (evidence_text(state, found, look), _next_check(found, look.at)))),
                checks=checks(),
                check_until=datetime.fromtimestamp(look.at // 1000 + _YEAR_DAYS * 86_400, UTC).date().isoformat(),
                access=access_text(found, look),
                access_blocked=_(
                    "Check the identity again first, and write it down: the last check held until {day}."
                ).format(day=day_text(found.evidence.until, look.zone))
                if found.evidence is not None and _check_over(found, look.at)
                else "",
                access_offer=_("Confirm until {day}").format(day=day_text(until, look.zone)),
                devices=device_lines(state, found, look),
                kit_offered=found.member == look.member and session.sharing.vault.may_sign,
                kit_title=_("Close {device} with the recovery kit?").format(device=device_title(self._kit_for))
                if self._kit_for
                else "",
                adding_blocked="" if found.member == look.member else may_not_change(session, state),
                renewal=_("Let its keys hold until {day}").format(
                    day=day_text(look.at + _YEAR_DAYS * DAY_MS, look.zone)
                ),
                blocked=may_not_change(session, state),
                remove_blocked=self._may_not_remove(state),
                effect=effect_text(session, picture, asked.state) if asked else "",
                asked=asked.title if asked else "",
                asked_lines=change_sentences(state, asked.state, session.zone) if asked else (),
                faults=self._faults,
                busy=work.busy,
                problem=work.problem,
            )
        )

    def _may_not_remove(self, state: Governance) -> str:
        if self._member == self._session.sharing.vault.identity.member:
            return _("You can't remove yourself. Ask another administrator.")
        if state.administrators == {self._member}:
            return _("This is the only administrator. Make somebody else one first.")
        return ""


def checks() -> tuple[tuple[str, str], ...]:
    """Return what can have been checked, as (value, text)."""
    return (
        ("passport", _("Passport seen in person")),
        ("card", _("Identity card seen in person")),
        ("known", _("Known in person for over a year")),
        ("staff", _("Staff record of the company")),
        ("video", _("Identity document seen by video")),
    )


def role_faults(chosen: Sequence[Role]) -> tuple[Fault, ...]:
    """Say what is wrong with a choice of roles."""
    if not chosen:
        return (Fault("roles", _("Choose at least one role.")),)
    if Role.AUDITOR in chosen and len(chosen) > 1:
        return (Fault("roles", _("An auditor reads and signs nothing: choose that role alone, or the others.")),)
    return ()


def confirmed_until(member: Member, at_ms: int, zone: tzinfo) -> int:
    """Return until when access can be confirmed now: to the next quarter's end, and no longer than the check holds."""
    quarter = end_of_next_quarter(at_ms, zone)
    held = member.evidence.until if member.evidence is not None else 0
    return min(quarter, held) if held > at_ms else quarter


def _check_over(member: Member, at_ms: int) -> bool:
    return member.evidence is not None and 0 < member.evidence.until <= at_ms


def _next_check(member: Member, at_ms: int) -> str:
    """Say how a check that ends soon, or has ended, is made anew; empty where there is time."""
    if not check_ends_soon(member, at_ms):
        return ""
    return _("Look at the document again, with the person in front of you; then write down here what you looked at.")


def end_of_next_quarter(at_ms: int, zone: tzinfo) -> int:
    """Return the last second of the quarter that follows the one of ``at_ms``: so long is access given."""
    now = datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(zone)
    months = (now.month - 1) // _QUARTER_MONTHS * _QUARTER_MONTHS + 2 * _QUARTER_MONTHS
    end = datetime(now.year + months // _MONTHS, months % _MONTHS + 1, 1, tzinfo=zone)
    return (int(end.timestamp()) - 1) * 1000


def _end_of_day(day: str, zone: tzinfo) -> int:
    return int(datetime.combine(date.fromisoformat(day), time.max, zone).timestamp()) * 1000
