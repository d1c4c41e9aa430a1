"""Words for one's own bank: accounts added by hand, and payments that a person carries to the bank."""

from __future__ import annotations

from countersign.presentation.error_texts.entry import Block, ErrorText
from countersign.presentation.messages import _


def own_bank() -> Block:
    """Return the words for accounts and for what is carried by hand."""
    return {
        "account.known": ErrorText(
            _("This account is here already"),
            _("This account was added before. Find it on the home page, or type another number."),
        ),
        "account.not_practice": ErrorText(
            _("Only accounts of the practice bank belong here"),
            _(
                "This is a practice workspace, and the practice bank does not keep this account. Type an account of "
                "the practice bank; for a real account, make a workspace for real money."
            ),
        ),
        "account.incomplete": ErrorText(
            _("Something is still missing"),
            _("An account needs its number, a name, a currency and its bank's name. Fill in what is missing."),
        ),
        "carried.not_waiting": ErrorText(
            _("This payment does not wait to be carried"),
            _("You have already said what became of this payment, or it was never laid out. See its page."),
        ),
        "carried.no_recall": ErrorText(
            _("Nothing to ask back by file"),
            _(
                "A request is written only for a payment file that your bank took and that has not ended. Where money "
                "left all the same, call your bank on a number you already have."
            ),
        ),
        "carried.reference_long": ErrorText(
            _("The reference is too long"),
            _("A bank's reference has at most {limit} characters. Type only the reference itself."),
        ),
        "carried.proof_size": ErrorText(
            _("This document can't be kept"),
            _("A document must have something in it, and at most {megabytes} MB. Choose a smaller picture or PDF."),
        ),
        "elsewhere.incomplete": ErrorText(
            _("Something is still missing"),
            _(
                "A payment made elsewhere needs its account, an amount above zero and who was paid, in at most 70 "
                "characters. Fill in what is missing."
            ),
        ),
        "elsewhere.future": ErrorText(
            _("That day has not come yet"),
            _("A payment made elsewhere lies in the past. Choose the day on which it was made."),
        ),
        "elsewhere.form": ErrorText(
            _("This record can't be read"),
            _("A record of a payment made elsewhere has another form than this version knows. Update the program."),
        ),
        "difference.unknown": ErrorText(
            _("This difference is closed already"),
            _("Somebody has said what it is, or it was settled meanwhile. See the page of its order."),
        ),
        "difference.answer": ErrorText(
            _("Nothing was chosen yet"),
            _("A difference closes with what it is. Choose one of the answers, or write it in your own words."),
        ),
        "difference.reason": ErrorText(
            _("Another amount needs a reason"),
            _("The entry has another amount than the order. Write down why it is this payment all the same."),
        ),
        "difference.shown": ErrorText(
            _("This entry or order is taken already"),
            _("One entry shows one payment, and one of the two belongs to another. Look at both, and answer again."),
        ),
        "bank.not_carried": ErrorText(
            _("This way can't carry the whole order"),
            _(
                "Your bank's way of taking payments has no place for one detail: {field}. Nothing was sent. Change it, "
                "or choose another way to pay, then review again."
            ),
        ),
        "bank.nothing_handed_over": ErrorText(
            _("Nothing was laid out yet"),
            _("The payment was interrupted before anybody could see it. Nothing was sent. Go on with it."),
        ),
        "bank.file_not_written": ErrorText(
            _("The payment file could not be written"),
            _(
                "The folder for payment files can't be written, or holds a file of this name. Nothing was handed over. "
                "Make room in the folder, then try again."
            ),
        ),
        "bank.file_differs": ErrorText(
            _("The payment file would say something else"),
            _("What was written doesn't say what you approved, so it was thrown away. Nothing was handed over."),
        ),
        "bank.already_laid_out": ErrorText(
            _("It may be at your bank already"),
            _(
                "The payment was laid out before, so it may have been carried to your bank. Look there, and bring in a "
                "statement or a status file. It is never laid out twice."
            ),
        ),
        "bank.perhaps_handed_over": ErrorText(
            _("The payment file is gone"),
            _(
                "The payment file is no longer where it was laid, so somebody or something may have taken it to your "
                "bank. Look in your bank's portal; only its statement or status file can end this order now."
            ),
        ),
        "bank.no_door": ErrorText(
            _("This bank can't be asked"),
            _("This bank has no door for programs. Bring in its newest statement or status file instead."),
        ),
        "bank.recall_needs_file": ErrorText(
            _("The payment file is needed for this"),
            _(
                "The request is written from the payment file, and that is no longer where it was laid. Put it back "
                "into its folder under its own name, then try again; or ask your bank by phone, now."
            ),
        ),
        "bank.recall_not_written": ErrorText(
            _("The request could not be written"),
            _(
                "The folder for payment files can't be read or written. Make room in it, then try again; or ask your "
                "bank by phone, now."
            ),
        ),
        "bank.no_name_check": ErrorText(
            _("This bank can't check names here"),
            _("Your bank shows its name check in its own app. Call the payee on a number you already had."),
        ),
        "bank.cancel_at_the_bank": ErrorText(
            _("Cancel at your bank"),
            _("You carried this payment to your bank, so only your bank can stop it. Call it, or use its app, now."),
        ),
    }
