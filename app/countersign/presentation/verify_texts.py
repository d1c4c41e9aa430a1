"""What the check of a receipt says, by code: for people who may know nothing of this program."""

from __future__ import annotations

from countersign.presentation.messages import _


def fault_text(code: str) -> str:
    """Say what does not hold."""
    return _texts().get(code) or _families(code)


def _families(code: str) -> str:
    families = {
        "page": _("The page does not say what the evidence says."),
        "receipt": _("The file can't be read."),
        "canonical": _("The evidence is not in the one form that it must have."),
        "event": _("A record in the evidence does not have the form that it must have."),
        "head": _("The signed summary does not have the form that it must have."),
        "governance": _("The workspace's founding record is missing or broken."),
        "ledger": _("The records do not fit together as the rules want."),
        "checkpoint": _("The signed statement of how far the records reach does not have the form that it must have."),
        "intent": _("The order was sent against the workspace's own rules."),
        "approval": _("An approval does not count."),
        "export": _("A line of the export does not have the form that it must have."),
    }
    sentence = families.get(code.partition(".")[0], _("A part of the evidence does not hold."))
    return _("{sentence} ({code})").format(sentence=sentence, code=code)


def _texts() -> dict[str, str]:
    return {
        "page.amount": _("The amount on the page is not the amount in the evidence."),
        "page.debtor_account": _("The payer's account on the page is not the one in the evidence."),
        "page.creditor_account": _("The payee's account on the page is not the one in the evidence."),
        "page.end_to_end_id": _("The end-to-end identification on the page is not the one in the evidence."),
        "page.other_account": _("The page shows an account that the evidence does not know."),
        "page.other_amount": _("The page shows an amount that the evidence does not know."),
        "signer.other": _("The evidence was signed by another device than the one you trust."),
        "signer.form": _("What was given with --trust is no fingerprint: it has 64 digits from 0 to 9 and a to f."),
        "evidence.signature": _("A signature does not belong to what it stands under."),
        "evidence.head_signature": _("The signature over the whole record does not hold."),
        "evidence.body": _("A record's content was changed after it was signed."),
        "evidence.inclusion": _("A record is not part of the signed whole."),
        "evidence.order_of_events": _("The records are not in the order in which they were signed."),
        "evidence.no_order": _("There is no such order in the evidence."),
        "evidence.unknown_device": _("The device that signed is not named by the workspace's founding record."),
        "evidence.other_device": _("A record comes from another device than the one that signed the whole."),
        "evidence.other_workspace": _("A record comes from another workspace."),
        "evidence.closed_device": _("The device that signed was closed by its workspace."),
        "evidence.contested": _("The workspace's rules are contested."),
        "evidence.no_payee": _("The payee's details, as they were agreed, are missing from the evidence."),
        "evidence.other_payee": _("The order pays somebody else than the payee it names."),
        "evidence.statement": _("The signature over the whole file does not hold."),
        "evidence.checkpoint": _("The signed statement of how far the records reach does not hold."),
        "evidence.beyond_checkpoint": _("A record stands where the signed statement knows of none, or of another one."),
        "evidence.two_faced": _("A device signed two different records for the same place."),
        "evidence.gap": _("A record that connects the others is missing."),
        "evidence.withheld": _("A record about this order or the workspace's rules is shown without what it says."),
        "evidence.path": _("A record of another device is not shown as it must be."),
        "evidence.format": _("This is no evidence that this version of the program knows."),
        "evidence.too_large": _("The evidence is larger than any evidence is."),
        "export.format": _("This is no export that this version of the program knows."),
        "export.body": _("A record's content was changed after it was signed."),
        "export.private": _("A record is in the export that belongs to nobody but its own device."),
        "export.twice": _("A record is in the export twice."),
        "export.cut": _("The end of the export is missing."),
        "export.after_closing": _("Something stands after the end of the export."),
        "export.altered": _("The export was changed after it was made."),
        "export.signature": _("The signature over the whole export does not hold."),
        "export.parents_missing": _("Records are missing that others rest on, or a device that nobody knows signed."),
        "export.chains": _("A chain of records does not reach as far as the signed statement says."),
        "export.rules_withheld": _("A record about the workspace's rules is shown without what it says."),
        "export.unknown_device": _("The device that made the export does not belong to the workspace."),
        "export.second_intent": _("An order was sent twice."),
        "receipt.absent": _("There is no such file, or it may not be read."),
        "receipt.too_large": _("The file is larger than any receipt is."),
        "receipt.pdf.no_evidence": _("This PDF has no evidence attached: it may be a printout, a scan, or no receipt."),
        "receipt.pdf.several_evidences": _("This PDF has several attachments that claim to be the evidence."),
        "receipt.pdf.encrypted": _("This PDF is locked with a password."),
        "receipt.pdf.pages": _("This PDF has more pages than any receipt."),
        "receipt.pdf.broken": _("This PDF is broken."),
        "receipt.pdf.too_large": _("This PDF holds more than any receipt does."),
        "receipt.pdf.time": _("This PDF took too long to read, as no receipt does."),
        "receipt.pdf.crash": _("This PDF could not be read safely."),
        "canonical.not_json": _("This file is neither a PDF nor evidence."),
    }
