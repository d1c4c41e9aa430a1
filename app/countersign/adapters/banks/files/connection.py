"""A bank that is reached by files: a payment file is laid out in a folder, and the person hands it over in the portal.

The file is written beside its final name, read again and compared; then it is noted, and only then renamed. So a crash
leaves one of three things: no note (nothing was ever to be seen), a note and the file beside its name (nothing was to
be seen yet: it is renamed now), or a note and perhaps the file (the person may have taken it: it is never written
again).
"""

from __future__ import annotations

import hashlib
import io
import os
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from countersign.adapters.banks.files.camt055 import (
    Camt055Version,
    CancellationReason,
    original_payment,
    write_camt055,
)
from countersign.adapters.banks.files.pain001.usage import UsageRules, charset_for
from countersign.adapters.banks.files.pain001.versions import Pain001Version
from countersign.adapters.banks.files.pain001.writer import (
    PaymentFile,
    not_carried,
    write_pain001,
)
from countersign.adapters.carrying.connection import CarriedBank, carried_profile
from countersign.adapters.carrying.notes import LaidOut
from countersign.adapters.system.durable_file import OWNER_ONLY_FILE, flush_folder
from countersign.application.failpoints import failpoint
from countersign.application.ports.bank import Handover, Reach
from countersign.application.ports.clock import Clock
from countersign.domain.canonical import JsonObject
from countersign.domain.character_sets import transliterate
from countersign.domain.order import NAME_LIMIT, REMITTANCE_LIMIT, TOWN_LIMIT, require_same
from countersign.domain.payment import PaymentFields, PaymentProduct

_BESIDE = ".part"
_WITHDRAWN = ".withdrawn"
_PRACTICE = "PRACTICE-"  # nobody shall take it for a real one, whatever folder it lies in
_RECALL = "RECALL-"
_NO_NAME = re.compile(r"[^A-Za-z0-9]")


@dataclass(frozen=True, slots=True)
class FileRules:
    """How this bank wants its payment files.

    Attributes:
        folder: Where they are laid out.
        holder: The account holder's name, which is also the initiating party's.
    """

    folder: Path
    holder: str
    version: Pain001Version
    usage: UsageRules
    products: tuple[PaymentProduct, ...]

    @classmethod
    def read(cls, settings: JsonObject) -> FileRules:
        """Read the rules from a connection's settings."""
        usage = UsageRules(str(settings["usage"]))
        return cls(
            folder=Path(str(settings["folder"])),
            holder=str(settings["holder"]),
            version=Pain001Version(str(settings["version"])),
            usage=usage,
            products=tuple(PaymentProduct),
        )


def files_bank(
    name: str, bic: str, rules: FileRules, notes: Path, key: bytes, clock: Clock, *, practice: bool
) -> CarriedBank:
    """Make the connector of a bank that takes payment files.

    Args:
        name: The bank's name, as the person gave it.
        bic: Or empty.
        rules: How it wants its files.
        notes: Where it is noted what was laid out.
        key: From the vault: 32 bytes.
        clock: Time.
        practice: Whether it is the practice bank.
    """
    profile = carried_profile(name, bic, Reach.FILES, rules.products, practice=practice)
    outbox = _Outbox(rules, clock, practice=practice)
    return CarriedBank(profile, LaidOut(notes, key), outbox, outbox)


class _Outbox:
    """The folder in which payment files are laid out."""

    def __init__(self, rules: FileRules, clock: Clock, *, practice: bool) -> None:
        self._rules, self._clock = rules, clock
        self._prefix = _PRACTICE if practice else ""

    def not_carried(self, payment: PaymentFields) -> str:
        """Name a field that the file can't say."""
        if not self._holder(payment):
            return "debtor_name"
        return not_carried(payment, self._rules.version, self._rules.usage)

    def _holder(self, payment: PaymentFields) -> str:
        """Return the account holder's name in the rail's characters."""
        return transliterate(self._rules.holder, charset_for(payment.product, self._rules.usage)).text[:NAME_LIMIT]

    def in_its_letters(self, payment: PaymentFields) -> PaymentFields:
        """Spell names and reference in the rail's characters."""
        charset = charset_for(payment.product, self._rules.usage)
        return replace(
            payment,
            creditor_name=transliterate(payment.creditor_name, charset).text[:NAME_LIMIT],
            remittance=transliterate(payment.remittance, charset).text[:REMITTANCE_LIMIT],
            ultimate_debtor=transliterate(payment.ultimate_debtor, charset).text[:NAME_LIMIT],
            ultimate_creditor=transliterate(payment.ultimate_creditor, charset).text[:NAME_LIMIT],
            creditor_town=transliterate(payment.creditor_town, charset).text[:TOWN_LIMIT],
        )

    def prepare(self, payment: PaymentFields) -> str:
        """Write the file beside its name, durably."""
        content = self._write(payment).content
        path, beside = self._places(payment)
        self._rules.folder.mkdir(parents=True, exist_ok=True)
        if path.exists():
            raise FileExistsError(path)  # somebody else's: it is neither overwritten nor handed over
        failpoint("files.write.before")
        _write_flushed(beside, content)
        failpoint("files.write.after")
        return hashlib.sha256(content).hexdigest()

    def show(self, payment: PaymentFields) -> Handover:
        """Give the file its name. One that was taken away is named without a path, and never written again."""
        path, beside = self._places(payment)
        if not path.exists() and beside.is_file():  # it never had its name, so that nobody can have handed it over
            failpoint("files.show.before")
            beside.replace(path)
            with suppress(OSError):  # a name that is lost is given again: the file is still beside it then
                flush_folder(path.parent)
            failpoint("files.show.after")
        if not path.is_file():
            return Handover(None, path.name, "")
        return Handover(path, path.name, hashlib.sha256(path.read_bytes()).hexdigest())

    def is_seen(self, payment: PaymentFields) -> bool:
        """Tell whether a file has the name; one that is still beside it was never to be seen."""
        return self._places(payment)[0].exists()

    def withdraw(self, payment: PaymentFields) -> bool:
        """Rename the file so that neither a person nor a program takes it for one that is to be handed over."""
        path, beside = self._places(payment)
        withdrawn = path.with_name(path.name + _WITHDRAWN)
        for place in (path, beside):
            if place.is_file():
                place.replace(withdrawn)
        with suppress(OSError):
            flush_folder(self._rules.folder)
        return withdrawn.is_file()

    def sent(self, payment: PaymentFields) -> bytes | None:
        """Read the payment file as it lies there."""
        path, _ = self._places(payment)
        return path.read_bytes() if path.is_file() else None

    def recall(self, payment: PaymentFields, sent: bytes, reason: str, note: str) -> Handover:
        """Write a camt.055 beside the payment file, under a name that no file has."""
        original = original_payment(io.BytesIO(sent), payment.end_to_end_id)
        said = original.payment  # a file has a day, and perhaps the payer's bank's number, where the agreement has none
        agreed = replace(
            said,
            requested_execution_date=payment.requested_execution_date and said.requested_execution_date,
            debtor_agent_member=payment.debtor_agent_member and said.debtor_agent_member,
        )
        require_same(payment, agreed, "message")
        now = self._clock.now_ms()
        written = write_camt055(
            [original],
            reason=CancellationReason(reason),
            initiating_party=self._holder(payment),
            message_id=f"RC{now}-{hashlib.sha256(sent).hexdigest()[:12].upper()}",
            created_at=now,
            note=note,
            version=Camt055Version.V08,
        )
        path = self._free_place(payment)
        beside = path.with_name(path.name + _BESIDE)
        _write_flushed(beside, written.content)
        beside.rename(path)
        with suppress(OSError):
            flush_folder(path.parent)
        return Handover(path, path.name, written.sha256)

    def _free_place(self, payment: PaymentFields) -> Path:
        """Name a recall after the payment's file; every further one has a number, so that none is written over."""
        stem = f"{self._prefix}{_RECALL}{Path(_file_name(payment)).stem}"
        names = (f"{stem}.xml" if number == 1 else f"{stem}-{number}.xml" for number in count(1))
        return next(path for name in names if not os.path.lexists(path := self._rules.folder / name))

    def _places(self, payment: PaymentFields) -> tuple[Path, Path]:
        path = self._rules.folder / f"{self._prefix}{_file_name(payment)}"
        return path, path.with_name(path.name + _BESIDE)

    def _write(self, payment: PaymentFields) -> PaymentFile:
        return write_pain001(
            [payment],
            initiating_party=self._holder(payment),
            debtor_name=self._holder(payment),
            message_id=payment.end_to_end_id,
            created_at=self._clock.now_ms(),
            version=self._rules.version,
            usage=self._rules.usage,
        )


def _file_name(payment: PaymentFields) -> str:
    """Name the file after its message, so that it is found again."""
    return f"{_NO_NAME.sub('-', payment.end_to_end_id)}.xml"


def _write_flushed(path: Path, content: bytes) -> None:
    """Write a file anew, and return once it and its name are on disk."""
    path.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(path, flags, OWNER_ONLY_FILE), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    with suppress(OSError):  # some network folders can't be flushed
        flush_folder(path.parent)
