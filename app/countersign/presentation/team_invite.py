"""Invite somebody: who and as what, the invitation, the request, the words that are compared by voice, admitting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from countersign.application.flows.script import Script, on_vault
from countersign.application.ports.vault_door import VaultDoor
from countersign.application.session import Session
from countersign.application.use_cases.admit_member import admit_member, refuse_request, state_with
from countersign.application.use_cases.invite_member import Asking, Stage, askings, invite_member
from countersign.application.use_cases.recover_device import add_with_kit
from countersign.domain.ledger.governance import Governance, Role
from countersign.domain.order import fingerprint_phrase
from countersign.domain.secret import SecretText
from countersign.domain.unicode_safety import CleanText, clean_text
from countersign.presentation.error_texts import sentence
from countersign.presentation.formats import isolate
from countersign.presentation.messages import _
from countersign.presentation.parcels import ParcelDesk, PictureHands
from countersign.presentation.relay_words import travels_by_hand
from countersign.presentation.team_changes import change_sentences
from countersign.presentation.team_desk import Picture, Work, effect_text, may_not_change, picture_of
from countersign.presentation.team_invite_state import InviteState, InviteStep, InviteView
from countersign.presentation.team_invite_words import (
    compare_first,
    compare_lead,
    compare_tick,
    device_notes,
    is_for_device,
    step_texts,
)
from countersign.presentation.team_member import end_of_next_quarter, role_faults
from countersign.presentation.team_state import DEVICE_OF, TeamNavigate
from countersign.presentation.team_words import day_text, groups_of, in_a_row, name_of, read_groups, role_options
from countersign.presentation.transfer_desk import Fault
from countersign.presentation.transfer_fault_texts import name_fault

NAME_LIMIT: Final = 70
_STEPS: Final = {
    Stage.OUT: InviteStep.OUT,
    Stage.ASKED: InviteStep.COMPARE,
    Stage.PROPOSED: InviteStep.WAITING,
    Stage.JOINED: InviteStep.WELCOME,
}


@dataclass(frozen=True, slots=True)
class _Known:
    """What the vault says of an invitation."""

    picture: Picture
    asking: Asking | None
    after: Governance | None
    welcome: tuple[bytes, ...]
    welcomed: str = ""


class InvitePresenter:
    """Leads from a name to a member who was admitted."""

    def __init__(
        self,
        session: Session,
        view: InviteView,
        go: TeamNavigate,
        words: Sequence[str],
        hands: PictureHands,
        door: VaultDoor,
    ) -> None:
        self._session, self._view, self._go, self._words, self._door = session, view, go, words, door
        self._work = Work(session, self._render)
        self._parcel = ParcelDesk(session.sharing.parcels, session.tasks, hands, self._arrived, self._render_open)
        self._invitation = self._member = ""
        self._known: _Known | None = None
        self._faults: tuple[Fault, ...] = ()
        self._chosen: tuple[str, ...] = (Role.APPROVER.value,)
        self._leave = session.sharing.listen(self._refresh)

    def start(self, invitation: str = "") -> None:
        """Begin anew, for somebody new or for a member's other device; or go on with an invitation."""
        if invitation.startswith(DEVICE_OF):
            self._member, invitation = invitation.removeprefix(DEVICE_OF), ""
        self._invitation = invitation
        self._render()
        self._refresh()

    def close(self) -> None:
        """Show nothing any more."""
        self._work.closed = True
        self._leave()

    def _refresh(self) -> None:
        self._work.run(self._reading(), "", self._was_read)

    def _reading(self) -> Script[_Known]:
        """Read, and seal the welcome once: it may be long."""
        known = yield from on_vault(self._read)
        if known.welcomed and not known.welcome:
            welcome = yield from self._session.sharing.gather((known.welcomed,), self._work.tell)
            known = replace(known, welcome=welcome)
        return known

    def _read(self) -> _Known:
        vault, now = self._session.sharing.vault, self._session.clock.now_ms()
        found = next((item for item in askings(vault, now) if item.invitation.id == self._invitation), None)
        picture = picture_of(self._session)
        if found is None or found.request is None:
            return _Known(picture, found, None, ())
        device = found.request.device.device
        if found.stage is Stage.ASKED:
            after = state_with(vault.rules, found, access_until=end_of_next_quarter(now, self._session.zone))
            return _Known(picture, found, after, ())
        if picture.governance.device(device) is not None:
            made = self._known.welcome if self._known is not None else ()
            return _Known(picture, found, None, made, device)
        proposed = (item.state for item in picture.changes if item.state.device(device) is not None)
        return _Known(picture, found, next(proposed, None), ())

    def _was_read(self, known: _Known) -> None:
        self._known = known
        asking = known.asking
        if asking is None:
            return
        if asking.stage is Stage.OUT:
            self._parcel.offer((asking.content,), _("invitation.countersign"))
        elif known.welcome:
            self._parcel.offer(known.welcome, _("welcome.countersign"))

    # — what the person does —

    def make(self, name: str, roles: Sequence[str], groups: str) -> None:
        """Make the invitation; for another device neither name nor roles are asked for."""
        if self._member:
            self._work.run(self._making("", (), ""), _("Making the invitation"), self._was_read)
            return
        cleaned = clean_text(name, NAME_LIMIT)
        chosen = tuple(role for role in Role if role.value in roles)
        faults = list(role_faults(chosen))
        if not name.strip():
            faults.insert(0, Fault("name", _("Type the name of whom you invite.")))
        elif not isinstance(cleaned, CleanText):
            faults.insert(0, Fault("name", name_fault(cleaned)))
        self._faults, self._chosen = tuple(faults), tuple(roles)
        if faults or not isinstance(cleaned, CleanText):
            self._render()
            return
        script = self._making(cleaned.text, chosen, groups)
        self._work.run(script, _("Making the invitation"), self._was_read)

    def _making(self, name: str, roles: Sequence[Role], groups: str) -> Script[_Known]:
        session = self._session

        def work() -> str:
            found = invite_member(
                session.sharing.vault,
                session.entropy,
                name=name,
                roles=roles,
                groups=read_groups(groups),
                relay=session.sharing.settings_for_others(),
                member=self._member,
            )
            return found.invitation.id

        self._invitation = yield from on_vault(work)
        return (yield from self._reading())

    def save_parcel(self) -> None:
        """Save the invitation, or the welcome, as a file."""
        self._parcel.save()

    def read_parcel(self) -> None:
        """Read the request to join from a file or a picture."""
        self._parcel.read()

    def paste_parcel(self, picture: bytes, text: str) -> None:
        """Read the request to join from the clipboard."""
        self._parcel.paste(picture, text)

    def _arrived(self, contents: Sequence[bytes]) -> None:
        def script() -> Script[tuple[_Known, str]]:
            taken = yield from self._session.sharing.take(contents)
            return (yield from self._reading()), taken.refused or taken.passed

        def done(found: tuple[_Known, str]) -> None:
            known, refused = found
            self._was_read(known)
            if refused:
                self._work.problem = sentence(refused)
            elif known.asking is not None and known.asking.stage is Stage.OUT:
                self._work.problem = _("That was read. It is no answer to this invitation.")

        self._work.run(script(), _("Reading the request"), done)

    def admit(self, *, same: bool) -> None:
        """Propose the new member, once both sides have read the same words."""
        known, session = self._known, self._session
        if known is None or known.asking is None:
            return
        if not same:
            self._work.problem = compare_first()
            self._render()
            return
        asking = known.asking
        until = end_of_next_quarter(session.clock.now_ms(), session.zone)

        def script() -> Script[_Known]:
            yield from on_vault(
                partial(
                    admit_member,
                    session.sharing.vault,
                    session.sharing.verify,
                    asking.invitation.id,
                    asking.phrase_digest,
                    access_until=until,
                )
            )
            session.sharing.tell_others()
            return (yield from self._reading())

        self._work.run(script(), _("Signing the change"), self._was_read)

    def add_with_kit(self, typed: str, *, same: bool) -> None:
        """Add one's own other device by the recovery kit alone, once both screens have shown the same words."""
        known, sharing, secret = self._known, self._session.sharing, SecretText(typed)
        if known is None or known.asking is None:
            return
        if not same:
            self._work.problem = compare_first()
            self._render()
            return
        asking = known.asking

        def script() -> Script[_Known]:
            sign, words = self._door.kit_signature, secret.reveal().lower().split()
            what = (asking.invitation.id, asking.phrase_digest)
            yield from on_vault(partial(add_with_kit, sharing.vault, sharing.verify, sign, words, *what))
            sharing.tell_others()
            return (yield from self._reading())

        self._work.run(script(), _("Adding the device"), self._was_read)

    def differ(self) -> None:
        """Refuse who asks: the words were not the same. The page stays, and says how to go on."""
        vault, invitation = self._session.sharing.vault, self._invitation

        def script() -> Script[_Known]:
            yield from on_vault(partial(refuse_request, vault, invitation))
            return (yield from self._reading())

        self._work.run(script(), _("Refusing the request"), self._was_read)

    def leave(self) -> None:
        """Go back to the team."""
        self._go.open_team()

    # — showing —

    def _render_open(self) -> None:
        if not self._work.closed:
            self._render()

    def _render(self) -> None:
        known = self._known
        asking = known.asking if known else None
        if asking is None or known is None:
            self._view.show_state(self._form())
        elif asking.stage is Stage.ENDED:
            self._view.show_state(self._ended(asking))
        else:
            step = InviteStep.WELCOME if known.welcome else _STEPS[asking.stage]
            self._view.show_state(self._stage(known, asking, step))

    def _form(self) -> InviteState:
        state = self._known.picture.governance if self._known else None
        groups = in_a_row(groups_of(state)) if state else ""
        if self._member:
            name = name_of(state, self._member) if state else ""
            return InviteState(
                step=InviteStep.FORM,
                heading=_("Another device of {name}").format(name=name) if name else _("Another device"),
                lead=_("The invitation works once, for a week. Nothing is admitted by it: you compare words first."),
                notes=device_notes(),
                device=True,
                blocked=self._may_not_invite(state) if state else "",
                busy=self._work.busy,
                problem=self._work.problem,
            )
        return InviteState(
            step=InviteStep.FORM,
            heading=_("Invite somebody"),
            lead=_("An invitation works once, for a week. Nobody is admitted by it: you compare words by voice first."),
            roles=role_options(),
            chosen=self._chosen,
            known_groups=_("With commas between them. In use: {groups}.").format(groups=groups) if groups else "",
            blocked=may_not_change(self._session, state) if state else "",
            faults=self._faults,
            busy=self._work.busy,
            problem=self._work.problem,
        )

    def _may_not_invite(self, state: Governance) -> str:
        """Say why no other device can be invited: of one's own it always can, where anything can be signed."""
        vault = self._session.sharing.vault
        own = self._member == vault.identity.member and vault.may_sign
        return "" if own else may_not_change(self._session, state)

    def _ended(self, asking: Asking) -> InviteState:
        texts = {
            "expired": _("Nobody answered it in time."),
            "withdrawn": _("You took it back."),
            "refused": _(
                "Nobody was admitted. The words differed, so somebody else may have answered it. Tell {name} by "
                "voice, and hand a new invitation over on another way."
            ),
        }
        name = isolate(asking.invitation.name)
        return InviteState(
            step=InviteStep.WAITING,
            heading=_("The invitation of {name} has ended").format(name=name),
            lead=texts[asking.reason].format(name=name),
        )

    def _stage(self, known: _Known, asking: Asking, step: InviteStep) -> InviteState:
        session, work, state = self._session, self._work, known.picture.governance
        invitation, request = asking.invitation, asking.request
        name = isolate(request.name if request else invitation.name)
        device = is_for_device(asking)
        own = device and invitation.member == session.sharing.vault.identity.member
        heading, lead = step_texts(step, device=device)
        if device:
            name = isolate(invitation.name)
        phrase = " ".join(fingerprint_phrase(asking.phrase_digest, self._words)) if request else ""
        after = known.after
        hand = travels_by_hand(session)
        notes = {
            InviteStep.OUT: _("Their request then comes by itself, the way messages travel here."),
            InviteStep.WELCOME: _("The welcome is on its way already; by hand it is needed only where that fails."),
        }
        day = day_text(invitation.expires_at, session.zone)
        return InviteState(
            step=step,
            heading=heading.format(name=name),
            lead=lead.format(name=name, day=day),
            frames=self._parcel.frames,
            as_file=self._parcel.as_file,
            saved=self._parcel.saved,
            parcel_name=self._parcel.name,
            by_relay="" if hand else notes.get(step, ""),
            reading=self._parcel.reading,
            phrase=phrase,
            device=device,
            phrase_lead=compare_lead(name, own=own),
            tick=compare_tick(own=own),
            kit=own and step is InviteStep.COMPARE,
            admit_blocked=may_not_change(session, state) if step is InviteStep.COMPARE else "",
            lines=change_sentences(state, after, session.zone) if after else (),
            effect=effect_text(session, known.picture, after) if after and step is InviteStep.COMPARE else "",
            busy=work.busy,
            problem=work.problem or self._parcel.problem,
        )
