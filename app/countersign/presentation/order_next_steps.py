"""What happens next with an order, and what the person can do."""

from __future__ import annotations

from countersign.domain.order_state import OrderState
from countersign.presentation.messages import _


def next_steps(state: OrderState) -> tuple[str, ...]:
    """Say what happens next, and what the person can do."""
    texts = {
        OrderState.PREPARED: (_("Review it from its draft on the home page, or stop it here."),),
        OrderState.APPROVED: (_("Go on to hand it to your bank, or stop it: nothing was sent."),),
        OrderState.INTENDED: (_("Check again. If the bank never got it, it can be sent or given up."),),
        OrderState.INITIATED: (_("Go on to confirm it, or give it up. The bank pays nothing before."),),
        OrderState.AUTHORISING: (_("Go on to confirm it, or give it up. The bank pays nothing before."),),
        OrderState.ANSWERING: (_("We ask the bank. Don't pay this anywhere else meanwhile."),),
        OrderState.UNKNOWN: (
            _("Don't pay this anywhere else meanwhile: the money may have left."),
            _("We ask the bank by itself. You can check again at any time; nothing is sent twice."),
            _("If it stays so for hours, call your bank and name the end-to-end number below."),
        ),
        OrderState.ACCEPTED: (
            _("The bank sends the money on its way; this page follows it by itself."),
            _("Until it is settled you can ask the bank to take it back."),
        ),
        OrderState.CANCELLING: (_("We ask the bank whether it is cancelled. Until it says so, presume that it pays."),),
        OrderState.SETTLED: (
            _("Tell the payee to look for it, and keep the receipt."),
            _("If something is wrong now, call your bank at once and ask it to recall the payment."),
        ),
        OrderState.REJECTED: (_("Nothing left your account. Your draft is kept: mend it and send it anew."),),
        OrderState.CANCELLED: (_("Nothing left your account. If you still want to pay, begin a new transfer."),),
        OrderState.STOPPED: (_("This order can never be sent. Your draft, if you kept it, is on the home page."),),
        OrderState.ABANDONED: (_("This order can never be sent. If you still want to pay, begin a new transfer."),),
    }
    return texts[state]
