"""The versions of pain.001: those that are written, and those that are read."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:"
MESSAGE: Final = "CstmrCdtTrfInitn"
_READABLE: Final = re.compile(r"pain\.001\.001\.(0[3-9]|1[0-3])")


class Pain001Version(StrEnum):
    """What banks take: the version of 2009, and that of 2019."""

    V03 = "pain.001.001.03"
    V09 = "pain.001.001.09"


def version_of(namespace: str) -> str:
    """Return a message's version by its namespace: ``pain.001.001.03`` to ``.13``; an empty text for any other.

    National schemas carry the message's name with their own prefix (``http://www.six-interbank-clearing.com/de/
    pain.001.001.03.ch.02.xsd``) or suffix (``…:pain.001.001.03_GBIC_2``); inside they are the same message.
    """
    found = _READABLE.search(namespace)
    return found.group() if found else ""
