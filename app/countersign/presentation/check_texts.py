"""What vetting found, in sentences: what was noticed and why it matters, and what to ask before paying."""

from __future__ import annotations

from collections.abc import Mapping

from countersign.domain.accounts import AccountFault
from countersign.domain.national_accounts import ReadAccount
from countersign.domain.vetting import DetailsCheck, Finding, Level, Verdict
from countersign.presentation.error_texts import field_name, is_known, sentence
from countersign.presentation.formats import isolate
from countersign.presentation.messages import _
from countersign.presentation.national_account_texts import own_account_fault
from countersign.presentation.transfer_fault_texts import country_name

_SHOWN: int = 80
"""Characters of foreign text in a sentence."""


def printable(text: str) -> str:
    """Keep foreign text from moving the cursor, turning the line round or hiding anything: as U+202E, not as it is."""
    return "".join(char if char.isprintable() else f"[U+{ord(char):04X}]" for char in text)


def heading(verdict: Verdict) -> str:
    """Return the verdict in a few words."""
    return {
        Verdict.CLEAR: _("Nothing found that speaks against it"),
        Verdict.LOOK: _("Look at this before you pay"),
        Verdict.STOP: _("Stop: do not pay yet"),
        Verdict.UNREADABLE: _("This can't be checked"),
    }[verdict]


def lead(verdict: Verdict) -> str:
    """Say what the verdict means, and what it doesn't."""
    return {
        Verdict.CLEAR: _(
            "That is no proof. Only the bank knows whose account it is, and only the payee knows whether it is theirs."
        ),
        Verdict.LOOK: _("Something here needs a second look. Clear it up with the payee before any money moves."),
        Verdict.STOP: _("Something here is wrong, or is how people are cheated. Clear it up first; money can wait."),
        Verdict.UNREADABLE: _("Nothing was checked, so nothing can be said."),
    }[verdict]


def fault_text(check: DetailsCheck, typed: str = "") -> str:
    """Say why nothing can be said."""
    params = dict(check.fault_params)
    room, _dot, code = check.fault.partition(".")
    if room == "account":
        return own_account_fault(AccountFault(code, params), printable(typed))
    texts = {
        "message.too_long": _("The text has {found} characters; {limit} can be checked at once. Paste a part of it."),
        "message.nothing_found": _(
            "No account was found in this text. Paste the whole message, with the account number and the bank's code."
        ),
        "file.not_payments": _("This file holds no list of payments. Open a pain.001 or a CSV list."),
        "file.unknown_kind": _(
            "This file is neither a list of payments nor a text. Open a pain.001 file, a CSV list or a text, or paste "
            "the message."
        ),
        "file.no_payments": _("The list is empty: there is no payment in it."),
    }
    text = texts.get(check.fault)
    return text.format_map(params) if text else sentence(check.fault, params)


def finding_text(finding: Finding) -> str:
    """Say what was noticed."""
    given = {key: isolate(printable(str(value))[:_SHOWN]) for key, value in finding.params.items()}
    room, _dot, code = finding.rule.partition(".")
    if room == "account" and finding.level is Level.STOP:
        written = str(finding.params.get("written", ""))
        return own_account_fault(AccountFault(code, finding.params), printable(written))
    if finding.rule == "payments.fault":
        return _payment_fault(str(finding.params.get("field", "")), str(finding.params.get("code", "")))
    texts = {**_account_notes(), **_texts(), **_list_texts()}
    return texts[finding.rule].format_map(given)


def _payment_fault(field: str, code: str) -> str:
    """Say what is wrong with one payment of a list."""
    texts: Mapping[str, str] = {
        "formula": _(
            "A spreadsheet would run this as a formula: {field}. In the spreadsheet, copy the cell and paste the "
            "values in its place, then save the list and open it again. If it should be no formula, ask "
            "whoever made the list."
        ),
        "rounded": _("A spreadsheet has rounded this number and lost its digits: {field}. Get the number again."),
        "ambiguous": _("This can be read as two amounts. Ask whoever made the list what is to be paid."),
        "encoding": _("Some characters of this row can't be read. Save the list as UTF-8 and open it again."),
        "columns": _("This row has more columns than the head of the list, so its cells may be in the wrong place."),
        "direction": _("A character in this turns the direction of reading and can hide what is there: {field}."),
        "invisible": _("A character in this can't be seen: {field}. Type it anew."),
        "control": _("This holds a line break or a control character: {field}. Type it anew."),
        "length": _("This does not have the length it must have: {field}. Compare it with the invoice."),
    }
    known = code if code.startswith("file.payment.") else f"file.payment.{code}"
    if code not in texts and is_known(known):
        return sentence(known, {"field": field})
    text = texts.get(code, _("This can't be read as it stands: {field} ({code}). Compare it with the invoice."))
    return text.format(field=field_name(field), code=code)


def _account_notes() -> Mapping[str, str]:
    return {
        "account.uk.modulus.not_loaded": _(
            "{account}: the check digits were not checked, because the UK's table for it is not on this computer."
        ),
        "account.uk.modulus.not_listed": _("{account}: the UK's table has no check digits for this sort code."),
        "account.uk.modulus.not_applicable": _("{account}: accounts of this kind have no check digits."),
        "account.uk.padded": _("{account}: zeros were put in front, because UK accounts have eight digits."),
        "account.us.account.not_checkable": _("{account}: only the routing number has a check digit, and it holds."),
        "account.cn.account.not_checkable": _("{account}: only the bank's code has a check digit, and it holds."),
        "account.cn.issuer.not_known": _("{account}: the check digit holds; which bank issued the card is not known."),
        "account.tw.bank.not_known": _("{account}: no bank with this code is known here."),
        "account.tw.account.not_checkable": _("{account}: accounts in Taiwan have no check digits of their own."),
        "account.bank_not_known": _("{account}: the check digits hold, but no bank with this code is known here."),
    }


def _texts() -> Mapping[str, str]:
    hidden = _("Character {place} ({code_point}) of this line can't be seen. Somebody may have hidden something.")
    strange = _("Character {place} ({code_point}) of this line is no character of any language.")
    return {
        "name.direction": _("Character {place} ({code_point}) of the name turns the direction of reading."),
        "name.invisible": _("Character {place} ({code_point}) of the name can't be seen."),
        "name.not_text": _("Character {place} ({code_point}) of the name is no character of any language."),
        "name.control": _("Character {place} ({code_point}) of the name is a control character."),
        "name.private_use": _("Character {place} ({code_point}) of the name looks different on every computer."),
        "name.stacked_marks": _("Too many marks stand on one letter of the name (character {place})."),
        "name.too_long": _("The name has {found} characters; no bank takes more than {limit}."),
        "name.mixed_scripts": _("“{word}” in the name mixes alphabets, as names that imitate others do."),
        "name.digit_in_word": _("“{part}” in the name: a digit stands where a letter belongs."),
        "text.direction": _(
            "Character {place} ({code_point}) of this line turns the direction of reading, and can hide what is there."
        ),
        "text.invisible": hidden,
        "text.control": hidden,
        "text.private_use": strange,
        "text.not_text": strange,
        "text.mixed_scripts": _("“{word}” mixes alphabets ({scripts}) to look like a word that it isn't."),
        "words.safe_account": _(
            "“{words}”: no bank and no police ever ask anybody to move money to a safe account. This is a fraud."
        ),
        "words.secrecy": _("“{words}”: whoever asks you to keep a payment secret wants nobody to stop it."),
        "words.changed_details": _(
            "“{words}”: changed bank details in a message are how most large payments are stolen."
        ),
        "words.new_details": _("“{words}”: new bank details in a message are how most large payments are stolen."),
        "words.fee_in_advance": _("“{words}”: a fee before money, a prize or a parcel arrives is a known fraud."),
        "words.investment": _("“{words}”: investments that come by message are often a fraud."),
        "words.urgency": _("“{words}”: hurry is what keeps people from checking."),
        "message.several_accounts": _("There are {count} different accounts in this text."),
        "message.no_account": _("There is no account in this text, so none was checked."),
        "amount.ambiguous": _("“{written}” can be read as two amounts."),
    }


def _list_texts() -> Mapping[str, str]:
    return {
        "payments.duplicate": _("The same payment stands on line {other}: account, name, amount and reference."),
        "payments.same_end_to_end": _("The payment on line {other} has the same end-to-end identification."),
        "payments.other_name": _("The same account is paid under another name: {name}, before that {known}."),
        "payments.look_alike": _("“{name}” looks like “{known}” in this list, but is written differently."),
        "payments.other_account": _("{name} is paid to two accounts: {account} and {known}."),
        "payments.near_account": _(
            "{name} is paid to two accounts that differ in one or two characters: {account} and {known}."
        ),
        "payments.count": _("By its own count the file holds {stated} payments, but there are {found} in it."),
        "payments.sum": _("The sum that the file states ({stated}) is not the sum of its payments."),
        "payments.total_too_large": _("The sum of this list is more than any bank can move."),
        "payments.partly_compared": _("Only the first {limit} payments were compared with each other."),
        "payments.totals": _("{count} payments. Compare their number and their totals with your own list."),
    }


def question_text(code: str) -> str:
    """Say what to ask before paying."""
    return {
        "hang_up": _("Is somebody on the phone with you now? Hang up, and call your bank on the number on your card."),
        "call_known_number": _(
            "Call the payee on a number that you knew before, not one from the message, and have them read the account "
            "out."
        ),
        "why_changed": _("Ask the payee, on that call, whether their account really changed."),
        "get_again": _("Get the details again, from a contract or in person. Don't repair them yourself."),
        "what_for": _("What do you get for this money, and who besides the sender says so? Ask somebody you trust."),
        "why_hurry": _("What happens if you pay tomorrow? Ask for a day; an honest payee gives it."),
        "which_account": _("Which of these accounts is the right one, and why is there more than one?"),
        "how_much": _("How much is it, written out in words?"),
        "their_bank": _("Is that the payee's own bank and country?"),
        "name_at_bank": _("Does your bank confirm this name for this account? Use its name check before you pay."),
        "whose_name": _("Whose name is on the account? Ask for it as it stands on a bank statement."),
        "duplicates": _("Is each payment that stands there twice really due twice?"),
        "compare_totals": _("Do the number of payments and the totals agree with your own list?"),
    }[code]


def check_text(account: ReadAccount) -> str:
    """Say what was checked of an account, in a few words."""
    checked = [code for code in account.checks if ".not_" not in code]
    if not checked or checked == ["uk.padded"]:
        return _("form checked")
    return _("check digits hold") if account.fully_checked else _("form and some check digits hold")


def place_text(account: ReadAccount) -> str:
    """Name the bank and the country of an account."""
    country = country_name(account.country)
    if not account.bank_name:
        return country
    return _("{bank}, {country}").format(bank=account.bank_name, country=country)
