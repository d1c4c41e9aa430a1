"""Words of an invitation, for a new member or for another device of somebody who belongs here already."""

from __future__ import annotations

from countersign.application.use_cases.invite_member import Asking
from countersign.presentation.formats import isolate
from countersign.presentation.messages import _
from countersign.presentation.team_invite_state import InviteStep


def is_for_device(asking: Asking) -> bool:
    """Tell whether an invitation is for another device of a known member: it gives no roles."""
    return not asking.invitation.roles


def invited_name(asking: Asking) -> str:
    """Name who is invited, as they call themselves once they asked."""
    if is_for_device(asking):
        return _("{name}, another device").format(name=isolate(asking.invitation.name))
    return isolate(asking.request.name if asking.request else asking.invitation.name)


def step_texts(step: InviteStep, *, device: bool) -> tuple[str, str]:
    """Return heading and lead of a step, with ``{name}`` and ``{day}`` still in them."""
    return (_of_device if device else _of_member)()[step]


def _of_member() -> dict[InviteStep, tuple[str, str]]:
    return {
        InviteStep.OUT: (
            _("The invitation of {name}"),
            _("Hand it over the way you trust most. It can be answered until {day}, once."),
        ),
        InviteStep.COMPARE: (_("{name} asks to join"), _("The invitation was answered. Make sure by whom.")),
        InviteStep.WAITING: (
            _("{name} is proposed"),
            _("Other people have to sign before {name} is admitted. You find it on the page of the team."),
        ),
        InviteStep.WELCOME: (
            _("{name} is admitted"),
            _("What {name} needs to begin is ready: who belongs here, the rules, and what their role may read."),
        ),
    }


def _of_device() -> dict[InviteStep, tuple[str, str]]:
    return {
        InviteStep.OUT: (
            _("The invitation of another device of {name}"),
            _("Bring it to the other device and choose “I was invited” there. It can be answered until {day}, once."),
        ),
        InviteStep.COMPARE: (
            _("Another device of {name} asks to join"),
            _("The invitation was answered. Make sure that it was by that device."),
        ),
        InviteStep.WAITING: (
            _("Another device of {name} is proposed"),
            _("Other people have to sign before it is admitted. You find it on the page of the team."),
        ),
        InviteStep.WELCOME: (
            _("Another device of {name} is admitted"),
            _("What it needs to begin is ready: who belongs here, the rules, and what {name} may read."),
        ),
    }


def device_notes() -> tuple[str, ...]:
    """Say what another device means, before one is invited."""
    return (
        _("It gets a vault, a passphrase and keys of its own; nothing is copied from a device that is there."),
        _("It signs as the same person: two devices never count as two people."),
        _("It comes with a recovery kit of its own, which takes the place of the earlier one. Keep the new words."),
        _("A payment is still sent by the one device that it names, unless that one hands it over."),
    )


def compare_lead(name: str, *, own: bool) -> str:
    """Say how the words are compared; by oneself, where one's own other device asks."""
    if own:
        return _(
            "Look at both screens: they must show the same words. They follow from both devices' keys: where somebody "
            "stands in between, they differ."
        )
    return _(
        "Call {name} on a number you knew before, and read the words to each other. They follow from both "
        "devices' keys: where somebody stands in between, they differ."
    ).format(name=name)


def compare_first() -> str:
    """Say that the words come before anything is signed."""
    return _("Compare the words by voice first, then tick that they are the same.")


def compare_tick(*, own: bool) -> str:
    """Return what the person says by ticking."""
    if own:
        return _("Both screens are before me, and they show the same six words.")
    return _("I know this voice, and we both read the same six words.")
