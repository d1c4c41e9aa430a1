"""Words for what must agree before anything is sent: bindings, approvals, intents."""

from __future__ import annotations

from countersign.presentation.error_texts.entry import Block, ErrorText
from countersign.presentation.messages import _


def binding() -> Block:
    """Return the words for what would have been sent and was not what was agreed."""
    return {
        "binding.screen": ErrorText(
            _("The page and the order differ"),
            _("What this page showed is not what was agreed ({field}). Nothing was approved. Review the order again."),
        ),
        "binding.otp": ErrorText(
            _("The code was asked for something else"),
            _("The code belongs to other details than those of this order ({field}). It was not sent."),
        ),
        "binding.approval": ErrorText(
            _("The approval was for something else"),
            _("The approval belongs to other details ({field}). Nothing was sent. Review the order again."),
        ),
        "binding.message": ErrorText(
            _("The outgoing message differs"),
            _("The message to the bank did not say what was agreed ({field}). It was not sent."),
        ),
        "binding.reply": ErrorText(
            _("The bank's reply does not agree"),
            _(
                "The bank's reply does not say what you agreed to ({field}). We stopped, and kept the reply as "
                "evidence. Call your bank on a number you already have."
            ),
        ),
        "binding.*": ErrorText(
            _("Something differs from what was agreed"),
            _("What was about to happen is not what was agreed ({field}). Nothing was sent. Review the order again."),
        ),
    }


def approval() -> Block:
    """Return the words for an approval that doesn't count."""
    return {
        "approval.unknown_device": ErrorText(
            _("This device may not approve"),
            _("This device does not belong to the workspace, or was closed. Approve on a device that belongs to it."),
        ),
        "approval.no_authority": ErrorText(
            _("You may not approve here"),
            _("The rules of this workspace do not let you approve. Ask somebody who may."),
        ),
        "approval.other_digest": ErrorText(
            _("The approval was for another order"),
            _(
                "The order changed after this approval, so it does not count. Review the order as it stands and "
                "approve it again."
            ),
        ),
        "approval.other_assessment": ErrorText(
            _("The checks were made again"),
            _(
                "The order was checked again after this approval, so it does not count. Read the new result and "
                "approve it again."
            ),
        ),
        "approval.other_epoch": ErrorText(
            _("The rules changed meanwhile"),
            _(
                "The rules of this workspace changed after this approval, so it does not count. Review the order and "
                "approve it again."
            ),
        ),
        "approval.own_request": ErrorText(
            _("Somebody else must approve"),
            _("You made this order, and the rules want another person's approval. Ask somebody else to approve it."),
        ),
        "approval.twice": ErrorText(
            _("You have approved already"),
            _("Your approval of this order stands already, so nothing was added. Go on, or wait for the others."),
        ),
        "approval.expired": ErrorText(
            _("The approval's time is over"),
            _(
                "This approval came after its time was over, so it does not count. Review the order and approve it "
                "again."
            ),
        ),
        "approval.lapsed": ErrorText(
            _("The approval's time is over"),
            _(
                "This approval no longer counts: its time is over, or the rules changed. Review the order and approve "
                "it again."
            ),
        ),
        "approval.too_late": ErrorText(
            _("It is too late to approve"),
            _("This order needs no more approvals, or has moved on. Its page shows where it stands."),
        ),
        "approval.hard_stop": ErrorText(
            _("A check stopped this order"),
            _("A check stopped this order, so no approval counts. Make a new transfer once its reason is gone."),
        ),
        "approval.ahead_of_time": ErrorText(
            _("The order's time lies ahead"),
            _(
                "By its own time this order was made later than it is now on this computer, so it was not approved. "
                "Compare the clocks of both computers, and ask whoever made it to make it anew."
            ),
        ),
        "approval.not_recorded": ErrorText(
            _("The approval was not kept"),
            _("The approval could not be kept, so nothing was sent. Review the order and approve it again."),
        ),
        "approval.*": ErrorText(
            _("This approval would not count"),
            _("Your approval would not count for this order. Go back one step and review it again."),
        ),
    }


def intent() -> Block:
    """Return the words for what keeps an order from being sent."""
    return {
        "intent.frozen": ErrorText(
            _("Payments are stopped here"),
            _(
                "Your emergency stop is in force: this program sends nothing. The bank knows nothing of it; what it "
                "already holds goes on. To send again, lift the stop under Settings."
            ),
        ),
        "intent.stopped_meanwhile": ErrorText(
            _("Somebody stopped it meanwhile"),
            _(
                "Somebody stopped this payment or assessed it anew, and this device knew of that only after it had "
                "begun to send it. Nothing was signed. Talk to each other; then give it up, or leave it unsigned."
            ),
        ),
        "intent.not_the_first": ErrorText(
            _("This order was sent already"),
            _("This order was handed to the bank before and is never sent twice. Check again what the bank says."),
        ),
        "intent.rule_not_met": ErrorText(
            _("An approval is missing"), _("This order lacks an approval, or one has expired. Review it again.")
        ),
        "intent.not_approved": ErrorText(
            _("An approval is missing"), _("This order is not approved. Review it and say that it is right.")
        ),
        "intent.not_the_sender": ErrorText(
            _("Another device sends this order"),
            _("This order was made on another device, and only that one may send it. Nothing went out. Open it there."),
        ),
        "intent.device_closed": ErrorText(
            _("This device was closed"),
            _(
                "This device was closed by its workspace and sends nothing any more. Make the transfer on another "
                "device."
            ),
        ),
        "intent.governance_contested": ErrorText(
            _("The rules are contested"),
            _(
                "Two versions of this workspace's rules contradict each other, so nothing is sent. Its administrators "
                "must settle it first."
            ),
        ),
        "intent.other_account": ErrorText(
            _("This is not the bank of that account"),
            _(
                "The order pays from an account that is reached in another way. Nothing went out. Close the program "
                "and open it again; if that doesn't help, make the transfer anew."
            ),
        ),
        "intent.other_world": ErrorText(
            _("Practice and real money don't mix"),
            _(
                "This order belongs to the other world: practice or real money. Nothing went out. Make the transfer "
                "anew in this one."
            ),
        ),
        "intent.payee_conflict": ErrorText(
            _("The payee is contested"),
            _(
                "Two devices changed this payee in different ways, so nothing was sent. Choose the right details, "
                "then review the order again."
            ),
        ),
        "intent.payee_changed": ErrorText(
            _("The payee changed meanwhile"),
            _(
                "The payee's details changed after this order was made, so nothing was sent. Make the transfer anew "
                "with the details you trust."
            ),
        ),
        "intent.payee_unknown": ErrorText(
            _("The payee is unknown here"),
            _(
                "This device does not have the payee's details that the order names, so nothing was sent. Exchange "
                "with the others, then try again."
            ),
        ),
        "intent.unread": ErrorText(
            _("Part of the record is missing here"),
            _(
                "Somebody signed something about this order or its payee that this device cannot read yet, so nothing "
                "was sent. Exchange with the others, then try again."
            ),
        ),
        "intent.over_daily_limit": ErrorText(
            _("Too much was approved in one day"),
            _(
                "Somebody who approved this order also approved others that day, on another device at the same time. "
                "Together they are more than that signature carries in a day, so nothing was sent. Return the order "
                "for repair and have it approved anew, on another day or by somebody else."
            ),
        ),
        "intent.withheld": ErrorText(
            _("Part of the record has not arrived"),
            _(
                "{by} speaks of {count} entries by {member} that have not arrived here for more than 30 seconds. One "
                "of them may be a rejection, so nothing was sent. Wait for the next exchange, or bring them by a file "
                "from another device, then try again. If they never come, ask {by}."
            ),
        ),
        "intent.claimed": ErrorText(
            _("One device speaks of what nobody else has"),
            _(
                "Only device {device} of {by} says that {count} entries by {member} exist that are not here; neither "
                "that member's own device nor another one does. One of them may be a rejection, so nothing was sent. "
                "Ask {by} to bring them by a file. If that can't be done, have an administrator close that device, on "
                "the page of its member; then nothing holds this up any more."
            ),
        ),
        "intent.older_copy": ErrorText(
            _("This copy is older than what others have"),
            _(
                "Others hold {count} entries that this device signed and that are missing here, so nothing was sent. "
                "Wait for the next exchange, or bring them by a file from another device. If this computer was put "
                "back to an earlier state, make the transfer on another device."
            ),
        ),
        "intent.ahead_of_time": ErrorText(
            _("The order's time lies ahead"),
            _(
                "By its own time this order was made later than it is now on this computer, so nothing was sent. "
                "Compare the clocks of both computers, then make the transfer anew."
            ),
        ),
        "intent.refs": ErrorText(
            _("The order's record is incomplete"),
            _("The record does not name all that this order rests on, so nothing was sent. Make the transfer anew."),
        ),
        "intent.approvals": ErrorText(
            _("The approvals do not fit"),
            _("The approvals named are not those that stand, so nothing was sent. Review the order again."),
        ),
        "intent.epoch": ErrorText(
            _("The rules changed meanwhile"),
            _(
                "The rules of this workspace changed while the order was on its way out, so nothing was sent. Review "
                "the order again."
            ),
        ),
        "intent.end_to_end_id": ErrorText(
            _("The order's number differs"),
            _(
                "The end-to-end identification is not the one that was agreed, so nothing was sent. Make the transfer "
                "anew."
            ),
        ),
        "intent.*": ErrorText(
            _("This order can't be sent from here"),
            _("This device may not send this order. Nothing went out. Make the transfer anew on this device."),
        ),
        "submission.unexpected": ErrorText(
            _("Something unexpected happened"),
            _(
                "Something unexpected happened on the way to the bank. Nothing is sent twice. The order's page shows "
                "what is known; check there again."
            ),
        ),
    }
