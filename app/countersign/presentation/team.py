"""The team: who belongs to the workspace, what waits for endorsement, who is about to join, how messages travel."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from countersign.application.flows.script import Script, on_vault
from countersign.application.session import Session
from countersign.application.use_cases.change_governance import (
    OpenChange,
    carrier_of,
    decline_change,
    endorse_change,
    next_state,
    propose_change,
    settle_changes,
    signable_from,
    with_ends,
)
from countersign.application.use_cases.invite_member import Asking, Stage, askings, withdraw_invitation
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger.authority import endorsers
from countersign.domain.ledger.governance import Governance
from countersign.presentation.formats import isolate
from countersign.presentation.messages import _, ngettext
from countersign.presentation.relay_words import relay_line
from countersign.presentation.rule_words import policy_sentences
from countersign.presentation.team_changes import change_sentences
from countersign.presentation.team_desk import DAY_MS, Picture, Work, effect_text, looking, may_not_change, picture_of
from countersign.presentation.team_invite_words import invited_name
from countersign.presentation.team_member import end_of_next_quarter
from countersign.presentation.team_state import AskingLine, ChangeCard, TeamNavigate, TeamState, TeamView
from countersign.presentation.team_words import (
    day_text,
    device_title,
    in_a_row,
    member_cards,
    moment_text,
    name_of,
    names_text,
)

SILENT_MS: Final = DAY_MS
"""So long a device that proposed a change must be silent before another puts it in force: two of them would rival."""
_SEVERAL: Final = 2
_SHOWN: Final = frozenset({Stage.OUT, Stage.ASKED, Stage.PROPOSED})


class TeamPresenter:
    """Shows the team, and signs or declines what others propose."""

    def __init__(self, session: Session, view: TeamView, go: TeamNavigate) -> None:
        self._session, self._view, self._go = session, view, go
        self._work = Work(session, self._render)
        self._picture: Picture | None = None
        self._askings: tuple[Asking, ...] = ()
        self._said = ""
        self._leave: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Show the page, and follow what arrives while it is shown."""
        self._leave = self._session.sharing.listen(self._refresh)
        self._render()
        self._refresh()

    def close(self) -> None:
        """Show nothing any more."""
        self._work.closed = True
        self._leave()

    def _refresh(self) -> None:
        self._work.run(on_vault(self._read), "", self._known)

    def _read(self) -> tuple[Picture, tuple[Asking, ...]]:
        found = askings(self._session.sharing.vault, self._session.clock.now_ms())
        return picture_of(self._session), tuple(item for item in found if item.stage in _SHOWN)

    def _known(self, found: tuple[Picture, tuple[Asking, ...]]) -> None:
        self._picture, self._askings = found

    # — what the person does —

    def endorse(self, change: str) -> None:
        """Sign a change that somebody proposed."""
        sign = partial(endorse_change, self._session.sharing.vault, self._session.sharing.verify, change)
        self._change(sign, _("Signing the change"), _("You signed the change."))

    def decline(self, change: str) -> None:
        """Say no to a change, or take one's own back."""
        say_no = partial(decline_change, self._session.sharing.vault, self._session.sharing.verify, change)
        self._change(say_no, _("Declining the change"), _("You declined the change. It is on record."))

    def settle(self, change: str) -> None:
        """Put a change in force that enough have signed, in place of the device that proposed it and is gone."""

        def work() -> None:
            sharing = self._session.sharing
            if change not in settle_changes(sharing.vault, sharing.verify, gone=change):
                raise UserFacingError("change.not_open")

        self._change(work, _("Putting the change in force"), _("The change is in force."))

    def settle_ends(self) -> None:
        """Propose an end for everybody's access that has none."""
        after, sharing = self._ended(), self._session.sharing
        if after is not None:
            propose = partial(propose_change, sharing.vault, sharing.verify, after)
            self._change(propose, _("Signing the change"), _("You signed that access ends unless it is confirmed."))

    def withdraw(self, invitation: str) -> None:
        """Take back an invitation that nobody has answered."""
        work = partial(withdraw_invitation, self._session.sharing.vault, invitation)
        self._change(work, _("Taking the invitation back"), _("The invitation was taken back. It admits nobody."))

    def _change(self, work: Callable[[], object], busy: str, said: str) -> None:
        def script() -> Script[tuple[Picture, tuple[Asking, ...]]]:
            yield from on_vault(work)
            self._session.sharing.tell_others()
            return (yield from on_vault(self._read))

        def done(found: tuple[Picture, tuple[Asking, ...]]) -> None:
            self._said = said
            self._known(found)

        self._said = ""
        self._work.run(script(), busy, done)

    def invite(self) -> None:
        """Invite somebody."""
        self._go.open_invite()

    def open_invitation(self, invitation: str) -> None:
        """Go on with an invitation."""
        self._go.open_invite(invitation)

    def open_member(self, member: str) -> None:
        """Show one member."""
        self._go.open_member(member)

    def open_rules(self) -> None:
        """Show the approval rules."""
        self._go.open_rules()

    def open_export(self) -> None:
        """Show the export for an audit."""
        self._go.open_export()

    def open_relay(self) -> None:
        """Show how messages travel."""
        self._go.open_relay()

    # — showing —

    def _ended(self) -> Governance | None:
        """Return the workspace with an end to everybody's access; None where it has one, or that is proposed already.

        One person alone has nobody who could confirm it: theirs needs none.
        """
        if self._picture is None:
            return None
        rules, until = self._picture.rules, end_of_next_quarter(self._session.clock.now_ms(), self._session.zone)
        members = rules.governance.members
        proposed = any(
            all(item.access_until for item in one.state.members if item.roles) for one in self._picture.changes
        )
        if proposed or sum(item.signs for item in members) < _SEVERAL or with_ends(members, until) == members:
            return None
        return next_state(rules, members=with_ends(members, until))

    def _endless(self, picture: Picture) -> dict[str, str]:
        after, session = self._ended(), self._session
        if after is None:
            return {}
        found = [item.member for item in picture.governance.members if item.roles and not item.access_until]
        text = _("Nobody has to confirm anew each quarter that {names} still belong here, so it never lapses.")
        until = end_of_next_quarter(session.clock.now_ms(), session.zone)
        return {
            "endless": text.format(names=names_text(picture.governance, found)),
            "endless_offer": _("Let it end on {day} unless confirmed").format(day=day_text(until, session.zone)),
            "endless_effect": effect_text(session, picture, after),
        }

    def _render(self) -> None:
        work, picture, session = self._work, self._picture, self._session
        heading = _("Team")
        if picture is None:
            lead = _("Who belongs to this workspace, and what they may do.")
            self._view.show_state(TeamState(heading, lead, busy=work.busy, problem=work.problem))
            return
        state, zone = picture.governance, session.zone
        relay = relay_line(session)
        self._view.show_state(
            TeamState(
                heading=heading,
                lead=_lead(state),
                members=member_cards(state, looking(session, picture)),
                changes=tuple(self._card(picture, item) for item in picture.changes),
                asking=tuple(self._asking(item) for item in self._askings),
                may_invite=may_not_change(session, state),
                rules=policy_sentences(state.policy, partial(name_of, state), zone),
                relay=relay.text,
                relay_title=relay.chip,
                relay_tone=relay.tone,
                contested=_contested(picture),
                **self._endless(picture),
                busy=work.busy,
                problem=work.problem,
                said=self._said,
            )
        )

    def _card(self, picture: Picture, change: OpenChange) -> ChangeCard:
        state, me = picture.governance, self._session.sharing.vault.identity.member
        lines = change_sentences(state, change.state, self._session.zone)
        mine = change.member == me
        return ChangeCard(
            change=change.change,
            title=_title(state, change, lines, mine=mine),
            progress=_progress(picture, change, self._session),
            lines=lines if len(lines) > 1 else (),
            end=_end(change, self._session),
            may_endorse=self._may_endorse(picture, change),
            may_decline=self._may_decline(picture, change),
            mine=mine,
            may_settle=self._may_settle(picture, change),
        )

    def _may_endorse(self, picture: Picture, change: OpenChange) -> str:
        me = self._session.sharing.vault.identity.member
        if not self._session.sharing.vault.may_sign:
            return _("This copy of the vault can only be read.")
        if me in change.signed:
            return _("You signed this change. It waits for others.")
        if any(member == me for member, _reason in change.declined):
            return _("You declined this change.")
        if me not in change.may_sign:
            names = names_text(picture.governance, sorted(change.may_sign))
            return _("Your role doesn't sign changes: ask {names}.").format(names=names)
        if not change.expires_at:
            return _("It was proposed without an end: a signature would count for ever. Have it proposed again.")
        begins = signable_from(change.expires_at)
        if begins > picture.signs_at(self._session):
            return _("It ends too late to be signed before {time}.").format(
                time=moment_text(begins, self._session.zone)
            )
        return ""

    def _may_decline(self, picture: Picture, change: OpenChange) -> str:
        me = self._session.sharing.vault.identity.member
        if not self._session.sharing.vault.may_sign:
            return _("This copy of the vault can only be read.")
        if any(member == me for member, _reason in change.declined):
            return _("You declined this change already.")
        if me not in endorsers(picture.governance) | {change.member}:
            return _("Only who may sign a change can decline it.")
        return ""

    def _may_settle(self, picture: Picture, change: OpenChange) -> str | None:
        vault, now = self._session.sharing.vault, self._session.clock.now_ms()
        me, carrier = vault.identity, carrier_of(picture.rules, change)
        if change.missing or carrier == me.device or not vault.may_sign:
            return None
        if me.member not in picture.governance.administrators:
            return None
        heard = picture.heard.get(carrier, 0)
        if now - heard >= SILENT_MS:
            return ""
        text = _(
            "{device} was heard of {time}: it does this itself. If it stays silent for a day, it can be done here."
        )
        return text.format(device=device_title(carrier), time=moment_text(heard, self._session.zone))

    def _asking(self, asking: Asking) -> AskingLine:
        invitation = asking.invitation
        name = invited_name(asking)
        day = day_text(invitation.expires_at, self._session.zone)
        texts = {
            Stage.OUT: (
                _("The invitation is out. It can be answered until {day}.").format(day=day),
                _("Invited"),
                "info",
                _("Go on"),
            ),
            Stage.ASKED: (
                _("{name} asks to join. Compare the words by voice before you admit anybody.").format(name=name),
                _("Asks to join"),
                "warn",
                _("Compare and admit"),
            ),
            Stage.PROPOSED: (_("Proposed; others still have to sign."), _("Proposed"), "info", _("Look")),
        }
        text, chip, tone, action = texts[asking.stage]
        if asking.rivals:
            count = ngettext(
                "{count} other request used the same invitation: somebody else has got hold of it.",
                "{count} other requests used the same invitation: somebody else has got hold of it.",
                asking.rivals,
            )
            text, tone = f"{text} {count.format(count=asking.rivals)}", "danger"
        return AskingLine(invitation.id, name, text, chip, tone, action, may_withdraw=asking.stage is Stage.OUT)


def _lead(state: Governance) -> str:
    count = sum(bool(item.roles) for item in state.members)
    text = ngettext("{count} person belongs to this workspace.", "{count} people belong to this workspace.", count)
    if count == 1:
        return f"{text.format(count=count)} " + _("Invite a second one, and four eyes see each payment.")
    return text.format(count=count)


def _title(state: Governance, change: OpenChange, lines: tuple[str, ...], *, mine: bool) -> str:
    count, name = len(lines), name_of(state, change.member)
    if count == 1:
        words = _("You propose: {change}") if mine else _("{name} proposes: {change}")
        return words.format(name=name, change=lines[0])
    words = _("You propose {count} changes at once") if mine else _("{name} proposes {count} changes at once")
    return words.format(name=name, count=count)


def _progress(picture: Picture, change: OpenChange, session: Session) -> str:
    state = picture.governance
    when = moment_text(change.at, session.zone)
    signed = _("Signed by {names}; proposed {time}.").format(names=names_text(state, sorted(change.signed)), time=when)
    parts = [signed]
    parts += (
        _missing(picture, change)
        if change.missing
        else [
            _("Enough have signed: it takes effect when the device that proposed it hears of that.")
            if carrier_of(picture.rules, change) == change.device
            else _("Enough have signed: it takes effect when an administrator's device hears of that.")
        ]
    )
    against = in_a_row(
        _("{name} (“{reason}”)").format(name=name_of(state, member), reason=isolate(reason))
        if reason
        else name_of(state, member)
        for member, reason in change.declined
    )
    if against:
        parts.append(_("Declined by {names}.").format(names=against))
    return " ".join(parts)


def _missing(picture: Picture, change: OpenChange) -> list[str]:
    """Say whose signatures are missing."""
    state = picture.governance
    found: list[str] = []
    for others in change.lacking:
        names = names_text(state, sorted(others & change.may_sign))
        if not names:
            text = _(
                "A rival change gives {names} a say, and one of them has to sign, too. They can't as long as the two "
                "rival each other."
            )
            known = next(rival for _event, rival in picture.rules.rivals if all(map(rival.member, others)))
            return [text.format(names=names_text(known, sorted(others)))]
        text = _("One of those who have a say by a rival change has to sign, too: {names}.")
        found.append(text.format(names=names))
    count = ngettext("{count} more signature is needed", "{count} more signatures are needed", change.missing)
    words = count.format(count=change.missing)
    who = names_text(state, sorted(change.may_sign))
    if who:
        return [_("{needed}: {names} can sign.").format(needed=words, names=who), *found]
    return [_("{needed}, and nobody is left who can sign.").format(needed=words)]


def _end(change: OpenChange, session: Session) -> str:
    """Say when a proposal ends, and from when on it can be signed where that is too late to be signed now."""
    if not change.expires_at:
        return ""
    end, begins = moment_text(change.expires_at, session.zone), signable_from(change.expires_at)
    if not change.missing or begins <= session.clock.now_ms():
        return _("Unless it is in force by then, it ends on {time}.").format(time=end)
    if change.device == session.sharing.vault.identity.device:
        text = _(
            "The clock of this device once ran ahead, and nothing that it signs can be dated before that. This would "
            "end on {end}: others can sign it from {begins} on. Sooner: have another administrator propose the same."
        )
    else:
        text = _(
            "The clock of the device that proposed this once ran ahead, or the clock here is behind. This would end on "
            "{end}: it can be signed from {begins} on. Sooner: have it proposed from another device."
        )
    return text.format(end=end, begins=moment_text(begins, session.zone))


def _contested(picture: Picture) -> str:
    if not picture.rivals:
        return ""
    return _(
        "Neither holds, and nothing is sent, until a majority of the administrators signs which one does. Talk to each "
        "other; then one of you proposes the change again as it shall be."
    )
