"""Words for the confirmation of one's own order on another device."""

from __future__ import annotations

from countersign.presentation.error_texts.entry import Block, ErrorText
from countersign.presentation.messages import _


def confirming() -> Block:
    """Return the words for a confirmation that doesn't count, or that is missing."""
    return {
        "confirmation.unknown_device": ErrorText(
            _("This device may not confirm"),
            _("This device does not belong to the workspace, or was closed. Confirm on another of your devices."),
        ),
        "confirmation.not_the_requester": ErrorText(
            _("Only who asked can confirm"),
            _("This confirmation comes from whoever asked for the payment, on another device of theirs. Ask them."),
        ),
        "confirmation.same_device": ErrorText(
            _("Confirm it on another device"),
            _(
                "The rules want this payment confirmed on another device of yours than the one that made it and the "
                "one that sends it. Open Approvals there."
            ),
        ),
        "confirmation.not_asked": ErrorText(
            _("No confirmation is needed"),
            _("No rule asks for a second device for this payment, so nothing was signed. Its page shows what comes."),
        ),
        "confirmation.given": ErrorText(
            _("It is confirmed already"),
            _("Another device of yours has confirmed this payment, so nothing was added. Wait for the approvals."),
        ),
        "confirmation.too_late": ErrorText(
            _("It is too late to confirm"),
            _("This payment was sent or has ended. Its page shows where it stands."),
        ),
        "confirmation.hard_stop": ErrorText(
            _("A check stopped this order"),
            _("A check stopped this order, so no confirmation counts. Make a new transfer once its reason is gone."),
        ),
        "confirmation.*": ErrorText(
            _("This confirmation does not count"),
            _("Its time is over, or the payment, its checks or the rules changed. Read it again and confirm it anew."),
        ),
        "intent.not_confirmed": ErrorText(
            _("Your other device has not confirmed it"),
            _(
                "The rules want whoever asked to confirm this payment on another device, too. Nothing went out. Open "
                "Approvals on that device; it takes neither the one that made the payment nor the one that sends it."
            ),
        ),
        "rules.newer_version": ErrorText(
            _("The rules are newer than this program"),
            _(
                "This workspace's rules were changed by a newer version of Countersign. Update this program before it "
                "signs or sends anything."
            ),
        ),
        "sending.none_left": ErrorText(
            _("No device would be left to confirm it"),
            _(
                "The rules want this payment confirmed on another device of whoever asked than the one that sends it, "
                "and that is the only one. Choose another device, or send it from here."
            ),
        ),
        "sending.confirmed_there": ErrorText(
            _("That device confirmed it"),
            _(
                "The device that confirmed this payment can't be the one that sends it. Choose another device, or "
                "send it from here."
            ),
        ),
    }
