"""What stands in the table: a code's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class ErrorText:
    """The words for a code; ``{name}`` in them stands for a parameter."""

    title: str
    sentence: str


Block: TypeAlias = Mapping[str, ErrorText]
