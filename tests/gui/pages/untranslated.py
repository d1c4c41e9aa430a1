"""Find text of our own that never went through the catalogue: in a language that marks every message it gives."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from html import unescape
from itertools import chain
from pathlib import Path
from typing import Final

from babel.dates import get_month_names
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from PySide6.QtWidgets import QWidget

from countersign.adapters.banks.files.bank_files import LocalBankFiles
from countersign.domain.money import Money
from countersign.domain.order_state import TransactionStatus
from countersign.presentation.amount_words import amount_in_words
from countersign.testing import fakes
from countersign.testing.fake_bank import CHIP, SMS
from countersign.testing.fake_door import KIT
from countersign.testing.page_walk import shown_texts, visible_widgets
from tests.gui.pages.batch_scenes import LIST
from tests.gui.pages.check_scenes import SUSPICIOUS
from tests.gui.pages.documents_scenes import NAMES
from tests.gui.pages.inbox_scenes import NOTES
from tests.gui.pages.stage import WORDS
from tests.gui.pages.team_scenes import ANNA, LIN, RAVI, TOM

OPEN, CLOSE = "⟦", "⟧"
_INNER: Final = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_CODES: Final = re.compile(
    r"\b\w+\.xml\b"  # files
    r"|\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{1,4})+\b"  # accounts, whole
    r"|\b[A-Z]{2}\d{2} [A-Z0-9]{4}…"  # and their beginnings
    r"|\bCS[0-9A-F]{24}\b"  # end-to-end numbers
    r"|\b[0-9a-f]{4,8}(?: [0-9a-f]{4,8}){3,}\b"  # digests and fingerprints, in groups
    r"|\b[0-9a-f]{4} [0-9a-f]{4}\b"  # names of devices
    r"|\bSHA-256 [0-9a-f]{8}…[0-9a-f]{8}\b"  # of documents
    r"|\b(?:EUR|GBP)(?= ?-?\d|$)|^[A-Z]{3}$"  # currencies, alone in a list or before an amount
    r"|\b(?:pain|camt)\.\d{3}\.\d{3}\.\d{2}\b"  # formats
    "|\\S*\u200b\\S*"  # paths, which may break anywhere
)
_MONTHS: Final = "|".join(
    dict.fromkeys(
        re.escape(name)
        for width in ("abbreviated", "wide")
        for tag in ("en_GB", "en")
        for name in get_month_names(width, locale=tag).values()
    )
)
_DATES: Final = re.compile(rf"\b\d{{1,2}} (?:{_MONTHS})\b|\b(?:{_MONTHS}) \d{{4}}\b|^(?:{_MONTHS})$|\bUTC\b")
_TIP: Final = re.compile(r"^<p style='white-space:pre-wrap'>(.*)</p>$", re.DOTALL)
_AMOUNTS: Final = (600_000, 1_846_000, 2_000_000, 6_000_000, 1_200_000, 123_400)
_LISTED: Final = frozenset((*WORDS, *KIT, "harbour"))
_OWN_NAMES: Final = ("Countersign", "English", "简体中文", "繁體中文")
"""What is called the same in every language."""


def write_pseudo_catalogue(template: Catalog, folder: Path) -> None:
    """Write a catalogue of "English" that puts every message in brackets.

    Args:
        template: Every message of the sources.
        folder: Holds the compiled catalogue afterwards, where `gettext` looks for it.
    """
    pseudo = Catalog(locale="en", fuzzy=False)
    for message in template:
        if isinstance(message.id, str):
            if message.id:
                pseudo.add(message.id, f"{OPEN}{message.id}{CLOSE}")
        else:
            pseudo.add(message.id, tuple(f"{OPEN}{form}{CLOSE}" for form in message.id))
    place = folder / "en" / "LC_MESSAGES"
    place.mkdir(parents=True)
    with (place / "countersign.mo").open("wb") as stream:
        write_mo(stream, pseudo)


def foreign_texts(world: fakes.World) -> tuple[str, ...]:
    """Return what others have written or what was typed: names, letters, messages of the bank; longest first."""
    found = {*_OWN_NAMES, fakes.PASSWORD, world.vault.identity.member_name, "Mei Chen", "Rent December"}
    found |= {"zzzz", "nobody", "safe account", "JBSW Y3DP EHPK 3PXP", "Safe Keeping Desk"}
    found |= {"Household", "Alder Bank", "ALD77F", "ALDREFERENCE1", "Garage Schmidt"}
    found |= {SMS.name, CHIP.name, "Hartwell and Stone Solicitors", "reading your accounts", "pay-1"}
    found |= {"Nordholm Joinery", "accounts@nordho1m-joinery.example"}  # senders in a lesson's example
    found |= {"United Kingdom", "United States", "China", "Taiwan"}  # the locale's own names of countries
    found |= set(SUSPICIOUS.splitlines()) | {SUSPICIOUS}  # pasted as a message
    found |= {status.value for status in TransactionStatus}
    for name, _account, agent in (fakes.SOLICITORS, fakes.LANDLORD, fakes.SUPPLIER):
        found |= {name, agent}
    for letter in world.practice.mailbox():
        found |= {letter.sender_name, letter.sender_address, letter.subject, letter.text, letter.reference}
    for message in world.bank.phone:
        found |= {message.sender, message.text, message.text.partition(" is your code for ")[2].partition(". ")[0]}
    for account in world.bank.own_accounts:
        found.add(account.name)
    for entries in world.bank.own_entries.values():
        found |= {entry.remittance for entry in entries}
    found |= {amount_in_words(Money(minor, "EUR"), "en") for minor in _AMOUNTS}
    if world.session.admitted:  # before that, nobody is known yet
        found |= {member.name for member in world.vault.rules.governance.members} | set(NOTES)
    found |= {"Ines Vogt", "Lena Sauber", "Kestrel & Vogt", "One more signature is needed."}
    found |= {TOM, RAVI, ANNA, LIN, "Finance", "Passport", "/srv/shared"} | set(NAMES)
    for record in world.reader.orders_in_flight():
        payment = record.content.payment
        words = amount_in_words(payment.instructed_amount, "en")
        found |= {payment.creditor_name, payment.remittance, words}
    if isinstance(world.session.files, LocalBankFiles):  # the cells of a list that is really read
        found |= {LIST.name, *chain(*csv.reader(LIST.read_text("utf-8").splitlines(), delimiter=";"))}
    return tuple(sorted((text for text in found if text), key=len, reverse=True))


def untranslated(root: QWidget, foreign: Sequence[str]) -> Iterator[str]:
    """Yield every text of what is visible in ``root`` that holds words of our own outside the brackets."""
    texts = [root.windowTitle()]
    for widget in visible_widgets(root):
        texts += [*shown_texts(widget), widget.accessibleName(), widget.accessibleDescription(), widget.toolTip()]
    for text in dict.fromkeys(texts):
        left = own_words(text, foreign)
        if left:
            yield f"{' '.join(left)!r} in {text!r}"


def own_words(text: str, foreign: Sequence[str]) -> list[str]:
    """Return the words of a text that are neither in brackets nor foreign."""
    tip = _TIP.match(text)
    left = unescape(tip[1]) if tip else text
    while (shorter := _INNER.sub(" ", left)) != left:
        left = shorter
    if _is_list(left):
        return []
    for known in foreign:
        left = re.sub(rf"(?<!\w){re.escape(known)}(?!\w)", " ", left)
    return _WORD.findall(_CODES.sub(" ", _DATES.sub(" ", left)))


def _is_list(text: str) -> bool:
    """Tell whether a text is six words of a list, one with its number, or one of the kit: an offer, a phrase, a kit."""
    parts = text.split()
    if text in KIT:
        return True
    words = [part for part in parts if not part.isdigit()]
    return all(word in _LISTED for word in words) and (len(words) == 6 or (len(words) == 1 and len(parts) == 2))
