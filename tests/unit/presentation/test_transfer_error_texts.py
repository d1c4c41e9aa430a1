"""No error code is without a sentence, and no sentence is left with a hole."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from countersign.presentation.error_texts import is_known, sentence, title

APP = Path(__file__).parents[3] / "app" / "countersign"
RAISERS = {"UserFacingError", "SecurityError", "ConnectorError", "BindingError", "OrderContentError"}
WITHOUT_WORDS = {"canonical"}  # forms that only a damaged or foreign file has: named by their code


def raised_codes() -> set[str]:
    """Collect the literal codes that application and adapters raise."""
    found = set()
    for room in ("application", "adapters"):
        for path in (APP / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISERS:
                    texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
                    found |= {text for text in texts if isinstance(text, str) and "." in text}
    return found


CODES = sorted(code for code in raised_codes() if code.partition(".")[0] not in WITHOUT_WORDS)


def test_codes_are_found() -> None:
    assert {"review.digits_differ", "intent.frozen"} <= set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_code_that_is_raised_has_its_words(code: str) -> None:
    assert is_known(code)
    assert title(code)
    assert "{" not in sentence(code)


def test_an_unknown_code_is_named_and_nothing_breaks() -> None:
    assert "made.up" in sentence("made.up")
    assert title("made.up") == "Something unexpected happened"


def test_fields_are_named_in_the_persons_words() -> None:
    assert "(payee account)" in sentence("binding.reply", {"field": "creditor_account"})
    assert "(?)" in sentence("binding.reply")
