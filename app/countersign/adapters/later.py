"""What is loaded while nobody waits for it, name by name."""

from __future__ import annotations

from typing import Final

LATER: Final = (
    "countersign.adapters.transport.engine",
    "countersign.adapters.practice.world",
    "encodings.idna",
    "lxml.etree",
    "holidays",
    "countersign.adapters.banks.files.connection",
    "countersign.adapters.banks.manual.connection",
    "countersign.adapters.banks.files.bank_files",
    "countersign.adapters.banks.files.lists.csv_list",
    "countersign.adapters.banks.files.lists.message_file",
    "countersign.adapters.banks.files.pain001.reader",
    "countersign.adapters.banks.files.reading.account_report",
    "countersign.adapters.banks.files.reading.messages",
    "countersign.adapters.banks.files.reading.mt940",
    "countersign.adapters.banks.files.reading.recall_answer",
    "countersign.adapters.banks.files.reading.status_report",
    "countersign.adapters.accounts.modulus_files",
    "countersign.application.sharing",
    "countersign.application.use_cases.vetter",
    "mt940.models",
)
"""What a session and the first files need: loading it then would take the interpreter from pages being made."""
