"""What every error code means to the person: what happened, and how to go on.

One table for all codes, in blocks by page. To add a code, add it to the block of its page; a new block joins
``_BLOCKS``. A code that nobody wrote a sentence for gets a plain one that names it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from countersign.presentation.messages import _


@dataclass(frozen=True, slots=True)
class ErrorText:
    """The words for a code; ``{name}`` in them stands for a parameter."""

    title: str
    sentence: str


Block: TypeAlias = Mapping[str, ErrorText]


def sentence(code: str, params: Mapping[str, str | int] | None = None) -> str:
    """Say what happened and how to go on.

    Args:
        code: From a ``CountersignError``.
        params: Its parameters; one that a sentence names and that is missing reads as "?".
    """
    found = _find(code)
    if found is None:
        return _(
            "Something unexpected happened, and the program stopped there. Nothing was sent because of it. "
            "For a report, the code is {code}."
        ).format(code=code)
    given = _Given(params or {})
    if "field" in given:
        given["field"] = _field_name(str(given["field"]))
    return found.sentence.format_map(given)


def title(code: str) -> str:
    """Name what happened in a few words."""
    found = _find(code)
    return found.title if found else _("Something unexpected happened")


def is_known(code: str) -> bool:
    """Tell whether somebody wrote a sentence for exactly this code or its family."""
    return _find(code) is not None


class _Given(dict[str, str | int]):
    """Parameters for a sentence; none of them can be missing."""

    def __missing__(self, key: str) -> str:
        """Stand in for a parameter that wasn't given."""
        return "?"


def _field_name(field: str) -> str:
    """Name a part of an order in the person's language; an unknown one as it is."""
    names = {
        "instructed_amount": _("amount"),
        "debtor_account": _("your account"),
        "creditor_name": _("payee"),
        "creditor_account": _("payee account"),
        "creditor_agent": _("payee bank"),
        "end_to_end_id": _("end-to-end identification"),
        "remittance": _("reference"),
        "requested_execution_date": _("date"),
        "product": _("how it travels"),
        "digest": _("fingerprint"),
        "authorisation_id": _("confirmation"),
        "request_id": _("request number"),
        "link": _("link"),
    }
    return names.get(field, field)


def _find(code: str) -> ErrorText | None:
    """Find a code, or the nearest family it belongs to: ``vault.damaged.slot``, ``vault.damaged.*``, ``vault.*``."""
    parts = code.split(".")
    families = (".".join([*parts[:depth], "*"]) for depth in range(len(parts) - 1, 0, -1))
    for name in (code, *families):
        for block in _BLOCKS:
            if found := block().get(name):
                return found
    return None


# — guided transfer and the page of an order —


def _transfer() -> Block:
    return {
        "transfer.incomplete": ErrorText(
            _("A detail is missing"),
            _("A detail of this transfer is missing. Go back to the step that is marked and fill it in."),
        ),
        "transfer.stopped": ErrorText(
            _("This transfer is stopped"),
            _("The check before sending stopped this transfer. Change what it names, or call the payee first."),
        ),
        "transfer.draft_unknown": ErrorText(
            _("This draft is gone"), _("This draft is no longer there. It was sent or deleted; see History.")
        ),
        "review.digits_differ": ErrorText(
            _("The last four digits differ"),
            _(
                "The four digits you typed are not the last four of this account. Look at your contract or invoice "
                "again. If it really shows other digits, press “Something is not right”."
            ),
        ),
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
        "approval.*": ErrorText(
            _("This approval would not count"),
            _("Your approval would not count for this order. Go back one step and review it again."),
        ),
        "payee.incomplete": ErrorText(_("A detail is missing"), _("The payee needs a name and an account number.")),
        "payee.other_check": ErrorText(
            _("The name check is for other details"),
            _("The bank's answer belongs to another name or account. Check the name again."),
        ),
        "payee.*": ErrorText(
            _("The payee could not be kept"),
            _("The payee could not be kept as it stands. Go back to the first step and check the details."),
        ),
        "practice.*": ErrorText(
            _("The practice bank does not answer"),
            _("The practice bank does not answer. Wait a moment and try again; nothing was sent."),
        ),
    }


def _order() -> Block:
    return {
        "order.unknown": ErrorText(
            _("There is no such order"), _("This vault has no such order. Look for it under History.")
        ),
        "order.not_open": ErrorText(
            _("This order can't be changed any more"),
            _("This order has ended or was sent already. Its page shows where it stands."),
        ),
        "order.already_sent": ErrorText(
            _("This transfer is at the bank already"),
            _("Sending it again could pay twice. Its page shows where it stands; another payment begins anew."),
        ),
        "order.may_be_executed": ErrorText(
            _("Only the bank can say"),
            _("The bank may have carried this order out, so only its answer can end it. Check again what it says."),
        ),
        "order.form": ErrorText(
            _("A detail can't be sent"),
            _("A detail has a form that no bank takes ({field}). Go back and change it."),
        ),
        "order.illegal_move": ErrorText(
            _("That is not possible now"), _("The order has moved on meanwhile. Its page shows where it stands.")
        ),
        "order.*": ErrorText(
            _("The order can't be read"),
            _("This order has a part that this version of the program can't read. Nothing was sent."),
        ),
        "intent.frozen": ErrorText(
            _("Payments are stopped here"),
            _(
                "Your emergency stop is in force: this program sends nothing. The bank knows nothing of it; what it "
                "already holds goes on. To send again, lift the stop under Settings."
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
        "intent.*": ErrorText(
            _("This order can't be sent from here"),
            _("This device may not send this order. Nothing went out. Make the transfer anew on this device."),
        ),
        "reply.*": ErrorText(
            _("The bank's reply does not agree"), _("A reply of the bank did not say what you agreed to. We stopped.")
        ),
    }


# — the bank —


def _bank() -> Block:
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
        "bank.tpp.*": ErrorText(
            _("The bank said no"), _("The bank did not take this step. In its own words: “{text}”")
        ),
        "bank.*": untrusted,
    }


# — vault, unlocking and files —


def _vault() -> Block:
    return {
        "unlock.empty": ErrorText(_("Type your passphrase"), _("Type the passphrase of this vault.")),
        "unlock.empty_kit": ErrorText(_("Type the words"), _("Type the twelve words of your recovery kit.")),
        "vault.passphrase_wrong": ErrorText(
            _("That is not the passphrase"),
            _("That passphrase does not open this vault. Look at Caps Lock and at the keyboard's language."),
        ),
        "vault.kit_wrong": ErrorText(
            _("These are not the words"),
            _("These words do not open this vault. Compare each with your printed recovery kit, in its order."),
        ),
        "vault.wait": ErrorText(_("Wait a moment"), _("Too many attempts in a row. The next one must wait a little.")),
        "vault.in_use": ErrorText(
            _("The vault is open elsewhere"), _("Another window of this program has this vault open. Use that one.")
        ),
        "vault.device_secret_missing": ErrorText(
            _("This computer's part of the key is missing"),
            _("The keyring of this computer no longer has its part of the key. Open the vault with your recovery kit."),
        ),
        "vault.keyring_in_clear": ErrorText(
            _("The keyring keeps secrets unprotected"),
            _("The keyring of this computer keeps its secrets readable. Give it a password, then make the vault."),
        ),
        "vault.exists": ErrorText(_("There is a vault already"), _("A vault is here already. Unlock it instead.")),
        "vault.none": ErrorText(_("There is no vault yet"), _("There is no vault here yet. Make one first.")),
        "vault.locked": ErrorText(_("The vault is locked"), _("The vault was locked meanwhile. Unlock it and go on.")),
        "vault.interrupted": ErrorText(_("Interrupted"), _("This was interrupted. Do it once more.")),
        "vault.busy": ErrorText(_("The vault is busy"), _("The vault is busy. Try again in a moment.")),
        "vault.disk_full": ErrorText(
            _("The disk is full"),
            _("The disk is full, so nothing was saved and nothing was sent. Make room, then do it once more."),
        ),
        "vault.anchor_failed": ErrorText(
            _("The keyring can't be written"),
            _("The keyring did not take the mark that protects this vault, so the program stopped. Unlock it anew."),
        ),
        "vault.read_only": ErrorText(
            _("This vault can only be read"),
            _("This is a restored or older copy of the vault: it can be read, but it can't sign or send anything."),
        ),
        "vault.format": ErrorText(
            _("This vault is newer than the program"),
            _("A newer version of the program wrote this vault. Install that version to open it."),
        ),
        "vault.*": ErrorText(
            _("The vault is damaged or was changed"),
            _("A part of the vault does not prove genuine, so it was not opened. Restore your newest backup."),
        ),
        "authenticator.code_wrong": ErrorText(
            _("That is not the code"),
            _("That code does not fit. Type the one showing now; look at the clock of your phone if it goes on."),
        ),
        "statement.*": ErrorText(_("A statement is unreadable"), _("The bank sent something unreadable. Try again.")),
        "receipt.*": ErrorText(
            _("This file is not a receipt of ours"), _("This file can't be read as a receipt. Choose the original PDF.")
        ),
        "profile.*": ErrorText(
            _("This name can't be used"), _("The name of a profile has letters, digits and hyphens only.")
        ),
        "ledger.*": ErrorText(
            _("The ledger refused this"), _("This would break a rule of the ledger, so nothing was recorded or sent.")
        ),
        "verify.cancelled": ErrorText(_("Stopped"), _("The check was stopped before its end. Nothing was changed.")),
        "failpoint.*": ErrorText(_("A test setting is wrong"), _("A setting for tests of this program can't be read.")),
    }


# — pages beside a transfer: home, history, lessons, receipts —


def _reading() -> Block:
    return {
        "receipt.not_written": ErrorText(
            _("The receipt could not be saved"),
            _("The receipt could not be saved there ({reason}). Choose another folder and save it again."),
        ),
    }


_BLOCKS: Final[list[Callable[[], Block]]] = [_transfer, _order, _bank, _reading, _vault]
