"""Words for the bank, and for the practice bank."""

from __future__ import annotations

from countersign.presentation.error_texts.entry import Block, ErrorText
from countersign.presentation.messages import _


def bank() -> Block:
    """Return the words for what a bank says and does."""
    untrusted = ErrorText(
        _("The bank's answer can't be used"),
        _("The bank's answer could not be read safely, so it was not believed. Check again in a moment."),
    )
    not_reached = ErrorText(
        _("The bank can't be reached"),
        _("The bank can't be reached at the moment. This step sent nothing; try it again in a moment."),
    )
    return {
        "bank.not_connected": ErrorText(
            _("No bank is connected"), _("No bank is connected yet. Connect one under Set-up; your draft is kept.")
        ),
        "bank.unreachable": not_reached,
        "bank.closed": not_reached,
        "bank.timeout": ErrorText(
            _("Still waiting for the bank"),
            _("The bank took too long to answer. Nothing was sent twice. Check again in a moment."),
        ),
        "bank.disconnected": ErrorText(
            _("The connection broke"),
            _("The connection to the bank broke before its answer came. Nothing was sent twice. Check again."),
        ),
        "bank.no_reply": ErrorText(
            _("The bank's answer was lost"),
            _("The bank's answer did not arrive. Nothing was sent twice. Check again in a moment."),
        ),
        "bank.password_refused": ErrorText(
            _("The bank does not know this password"),
            _("The bank did not accept this password. Type it again; a few wrong ones block this confirmation."),
        ),
        "bank.code_refused": ErrorText(
            _("The bank did not accept the code"),
            _("The bank did not accept this code. Type the newest one; a code works only once."),
        ),
        "bank.authorisation_open": ErrorText(
            _("The bank wants one more step"), _("The bank wants one more step before it says anything. Check again.")
        ),
        "bank.cancellation_refused": ErrorText(
            _("The bank did not cancel it"),
            _("The bank did not take the payment back: it may have gone out already. Check where it stands."),
        ),
        "bank.consent_missing": ErrorText(
            _("The bank wants your consent"),
            _("The bank wants your consent again before it shows accounts. Connect it again under Set-up."),
        ),
        "bank.account_unknown": ErrorText(
            _("The bank does not know this account"), _("The bank does not know this account. Choose another one.")
        ),
        "bank.server_error": ErrorText(
            _("The bank has a fault"),
            _("The bank's computer reported a fault of its own. Nothing was sent twice. Check again in a moment."),
        ),
        "bank.certificate_refused": ErrorText(
            _("The bank refused this device"),
            _("The bank no longer accepts this device's certificate. Connect the bank again under Set-up."),
        ),
        "bank.tls_refused": ErrorText(
            _("The bank refused this device"),
            _("No secure connection to the bank came about. Nothing was sent. Connect the bank again under Set-up."),
        ),
        "bank.not_trusted": ErrorText(
            _("This is not your bank's computer"),
            _("Whoever answered could not prove to be your bank. Nothing was sent. Try again on a network you trust."),
        ),
        "bank.read_back_failed": ErrorText(
            _("The bank could not read the payment back"),
            _("The bank took the payment but did not read it back to us. Nothing is authorised. Check again."),
        ),
        "bank.not_found_proves_nothing": ErrorText(
            _("The bank could not find it"),
            _(
                "The bank could not find it. That proves nothing: it may still arrive, so nothing is sent again. "
                "Check again later, or ask your bank."
            ),
        ),
        "bank.start_not_found": ErrorText(
            _("The bank knows of no confirmation"),
            _(
                "The bank lists no confirmation that was begun for this payment. One may still arrive. Go on to begin "
                "another: it can be paid only once."
            ),
        ),
        "bank.authorisation_failed": ErrorText(
            _("The bank ended the confirmation"),
            _("The bank ended this confirmation without an approval. Start the step again; you will get a new code."),
        ),
        "bank.reply_too_large": ErrorText(
            _("The bank's answer is too large"),
            _(
                "The bank's answer was larger than any answer of its kind, so we stopped reading. Nothing was sent "
                "twice. Check again in a moment."
            ),
        ),
        "bank.reply_too_deep": ErrorText(
            _("The bank's answer can't be used"),
            _(
                "The bank's answer was built in a way that no bank needs, so it was not believed. Nothing was sent "
                "twice. Check again in a moment."
            ),
        ),
        "bank.reply_unreadable": ErrorText(
            _("The bank's answer can't be read"),
            _(
                "The bank's answer was garbled or lacked something, so it was not believed. Nothing was sent twice. "
                "Check again in a moment."
            ),
        ),
        "bank.content_type": ErrorText(
            _("The bank sent something else"),
            _(
                "A page came where the bank's answer should be, as when a network asks you to sign in. Nothing was "
                "sent twice. Look at your connection, then check again."
            ),
        ),
        "bank.redirect_refused": ErrorText(
            _("The bank pointed elsewhere"),
            _(
                "The bank's computer pointed to another address, and we do not follow. Nothing was sent twice. Check "
                "again later; if it goes on, call your bank."
            ),
        ),
        "bank.refused": ErrorText(
            _("The bank said no"),
            _(
                "The bank did not take this step (number {status}). Try again in a moment; if it goes on, call your "
                "bank."
            ),
        ),
        "bank.statement_endless": ErrorText(
            _("The statement does not end"),
            _(
                "The bank sent more than {limit} pages of movements, so we stopped reading. Try again later; the "
                "movements you have are kept."
            ),
        ),
        "bank.link_other_origin": ErrorText(
            _("A link leads away from the bank"),
            _(
                "The bank's answer led to an address that is not the bank's, so we stopped. Nothing went there. Call "
                "your bank on a number you already have."
            ),
        ),
        "bank.link_unreadable": ErrorText(
            _("A link can't be read"),
            _(
                "The bank's answer held an address that can't be read, so we stopped. Nothing was sent twice. Check "
                "again in a moment."
            ),
        ),
        "bank.credentials": ErrorText(
            _("This device's bank key can't be used"),
            _(
                "The certificate or the key for this bank can't be read, so nothing was sent. Connect the bank again "
                "under Set-up."
            ),
        ),
        "bank.identifier": ErrorText(
            _("The bank's answer can't be used"),
            _(
                "The bank named this with a number that can't be used safely, so we stopped. Nothing was sent twice. "
                "Check again in a moment."
            ),
        ),
        "bank.handle": ErrorText(
            _("This step can't be taken up again"),
            _(
                "What was noted about this step can't be read any more. Nothing was sent. Go back, and start the step "
                "again."
            ),
        ),
        "bank.step_not_offered": ErrorText(
            _("The bank does not offer this step now"),
            _("The bank does not offer this step at the moment. Nothing was sent. Check again where it stands."),
        ),
        "bank.tpp.*": ErrorText(
            _("The bank said no"),
            _("The bank did not take this step. In its own words: “{text}”. Change what it names, or ask your bank."),
        ),
        "bank.*": untrusted,
    }


def practice() -> Block:
    """Return the words for the practice bank's own troubles."""
    return {
        "practice.not_running": ErrorText(
            _("The practice bank is not running"),
            _(
                "The practice bank is not running, so there is nobody to ask. Start the program again; your drafts "
                "are kept."
            ),
        ),
        "practice.not_started": ErrorText(
            _("The practice bank did not start"),
            _(
                "The practice bank could not be started, so nothing was sent. Close other windows of this program and "
                "start it again."
            ),
        ),
        "practice.not_ended": ErrorText(
            _("The practice bank did not end"),
            _("The practice bank did not end in time. Wait a moment, then start the program again."),
        ),
        "practice.no_code": ErrorText(
            _("No code has come yet"),
            _("The practice phone has no code for this step yet. Wait a moment, or ask for a new one."),
        ),
        "practice.reply_unreadable": ErrorText(
            _("The practice bank's answer can't be read"),
            _("The practice bank answered in a way that can't be read. Nothing was sent. Start the program again."),
        ),
        "practice.*": ErrorText(
            _("The practice bank does not answer"),
            _("The practice bank does not answer. Wait a moment and try again; nothing was sent."),
        ),
    }
