"""What each part of the bank's questions is called, and what it means for the money."""

from __future__ import annotations

from countersign.application.flows.submission import Phase
from countersign.presentation.formats import isolate
from countersign.presentation.messages import _


def method_text(kind: str) -> str:
    """Say what choosing a method leads to; empty for a kind that is not known."""
    return {
        "SMS_OTP": _("Your bank sends a code to your phone."),
        "CHIP_OTP": _("Your authenticator app shows a code."),
        "PHOTO_OTP": _("You take a picture of a code on this screen."),
        "PUSH_OTP": _("Your bank's app asks you."),
        "SMTP_OTP": _("Your bank sends a code by e-mail."),
    }.get(kind, "")


def asked_in_app(message: str, *, still: bool = False) -> tuple[str, str]:
    """Return heading and lead while the bank's own app asks and no code is typed here.

    Args:
        message: The bank's.
        still: The bank was asked since, and knows of no decision.
    """
    waits = _("Nothing more is sent from here. This page notices when you have decided.")
    if still:
        waits = _("The bank still waits in its app. This page asks again by itself, and sends nothing.")
    told = isolate(message) if message else _("Your bank asks you in its own app.")
    return _("Decide in your bank's app"), f"{told} {waits}"


def or_in_app(information: str) -> str:
    """Add to what the bank shows with a code that its own app may do instead."""
    instead = _("If your bank's app asks you, you can decide there instead. This page notices.")
    return f"{information}\n{instead}" if information else instead


def phase_words(phase: Phase, *, cancels: bool) -> tuple[str, str]:
    """Return heading and lead of a phase."""
    if phase in {Phase.PASSWORD, Phase.METHOD, Phase.CODE} and cancels:
        return _("Confirm the cancellation with your bank"), _("Cancelling needs your confirmation, as paying did.")
    words = {
        Phase.IDLE: (
            _("Ready to hand to your bank"),
            _("Nothing has been sent yet. Your bank takes the order first and asks you to confirm it."),
        ),
        Phase.WORKING: (
            _("Speaking with your bank"),
            _("Still waiting for the bank. Nothing is sent twice."),
        ),
        Phase.NOT_SENT: (
            _("The bank could not be reached"),
            _("Nothing went out. You can try this step again, or leave it: the order waits here."),
        ),
        Phase.CARRYING: (
            _("Take it to your bank"),
            _("Nothing is paid before you confirm it there. Then say here what you did."),
        ),
        Phase.CONTINUE: (
            _("The bank holds this order and waits for you"),
            _("Nothing is authorised, so no money moves. Go on, or give the order up."),
        ),
        Phase.PASSWORD: (_("Say who is there"), _("Your bank asks for your password. It is used once and not kept.")),
        Phase.METHOD: (_("Choose how to confirm"), _("Your bank sends a code, or your authenticator app shows one.")),
        Phase.CODE: (
            _("Type the code for exactly this payment"),
            _("The code is for this amount and this payee only. Tell it to nobody, whoever asks."),
        ),
        Phase.UNKNOWN: (
            _("Outcome unknown"),
            _("The bank may or may not have carried this out. Nothing was sent twice, and nothing will be."),
        ),
        Phase.ACCEPTED: (_("The bank has accepted it"), _("The page of this order shows how it goes on.")),
        Phase.ENDED: (_("This order has ended"), _("The page of this order says why.")),
    }
    return words[phase]
