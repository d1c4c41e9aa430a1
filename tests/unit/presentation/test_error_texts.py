"""Every code that is raised anywhere has words of its own, and the words say what happened and how to go on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from countersign.presentation.error_texts import codes, is_known, sentence, title

APP: Final = Path(__file__).parents[3] / "app" / "countersign"
ROOTS: Final = {"CountersignError"}
CODE: Final = re.compile(r"[a-z_]+(\.[a-z_0-9]+)+")
# One sentence for each of these on purpose: forms and rules that only a damaged or foreign record breaks. Nobody at the
# keyboard can do one thing about one of them and another about the next.
FAMILIES: Final = {
    "assessment", "bytes", "canonical", "checkpoint", "envelope", "event", "evidence", "export", "failpoint",
    "governance", "head", "ledger", "order", "payee", "policy", "statement",
}  # fmt: skip
# Built while the program runs: by the bank's own code, by what differs, by what the practice bank's control says.
BUILT: Final = {"bank.tpp.", "binding.", "practice."}


def modules() -> Iterator[ast.Module]:
    """Read the program; what stands in for it in tests raises nothing of its own."""
    for path in APP.rglob("*.py"):
        if "testing" not in path.relative_to(APP).parts:
            yield ast.parse(path.read_text("utf-8"))


def error_classes() -> set[str]:
    """Name every class that carries a code, by its bases."""
    bases = {
        node.name: {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        for tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = set(ROOTS)
    while more := {name for name, above in bases.items() if above & found} - found:
        found |= more
    return found


def spoken(node: ast.expr) -> Iterator[str]:
    """Yield what an argument may say: a code, or the beginning of one that ends while the program runs."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from spoken(node.body)
        yield from spoken(node.orelse)
    elif isinstance(node, ast.JoinedStr) and isinstance(beginning := node.values[0], ast.Constant):
        yield f"{beginning.value!s}*"


def raised() -> set[str]:
    """Collect all codes: from errors that are made, and from sentences that are asked for without one."""
    classes = error_classes() | {"_RefusedReply", "sentence", "title"}
    found: set[str] = set()
    for tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (name := ast.unparse(node.func).rpartition(".")[2]) in classes:
                place = 1 if name == "ConnectorError" else 0
                found |= {text for arg in node.args[place : place + 1] for text in spoken(arg)}
    return found


def named_faults() -> set[str]:
    """Collect codes that are chosen from a table before they are raised: reasons against an approval or an intent."""
    texts = {node.value for tree in modules() for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return {text for text in texts if isinstance(text, str) and re.fullmatch(r"(approval|intent)\.[a-z_]+", text)}


RAISED: Final = sorted(raised() | named_faults())
TABLE: Final = sorted(codes())


def test_codes_are_found_in_every_way_they_are_written() -> None:
    assert {
        "unlock.empty",  # one of two
        "bank.reply_too_deep",  # by a private class
        "bank.link_other_origin",  # by a class three steps from the root
        "bank.not_found_proves_nothing",  # second argument
        "binding.*",  # built
        "vault.passphrase_short",  # asked for without an error
        "approval.lapsed",  # from a table
        "intent.payee_conflict",
    } <= set(RAISED)
    assert {code for code in RAISED if not CODE.fullmatch(code)} == {f"{prefix}*" for prefix in BUILT}


@pytest.mark.parametrize("code", RAISED)
def test_it_has_words_of_its_own_or_a_family_chosen_for_it(code: str) -> None:
    assert code in TABLE or (code.partition(".")[0] in FAMILIES and is_known(code))


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_chosen_family_has_its_sentence(family: str) -> None:
    assert f"{family}.*" in TABLE


def test_a_code_that_nobody_knows_is_told_from_the_others() -> None:
    assert not is_known("made.up")
    assert sentence("made.up").startswith("Something unexpected")


@pytest.mark.parametrize("code", TABLE)
def test_the_words_say_what_happened_and_how_to_go_on(code: str) -> None:
    words, heading = sentence(code), title(code)
    assert words.endswith(".")
    assert len(re.findall(r"[.;:](?:\s|$)", words)) >= 2, "what happened, then how to go on"
    assert heading
    assert not heading.endswith(".")
    for text in (words, heading):
        assert not re.search(r"\b(please|invalid|error|failed|oops)\b", text, re.IGNORECASE)
        assert "  " not in text
        assert "{" not in text


def test_no_code_stands_in_two_blocks() -> None:
    assert len(TABLE) == len(set(TABLE))


def test_parameters_are_filled_in() -> None:
    assert "at least 12 characters" in sentence("vault.passphrase_short", {"minimum": 12})
    assert "“A/B”" in sentence("profile.name", {"name": "A/B"})
    assert "canonical.type" in sentence("canonical.type", {"path": "a.b"})
    assert sentence("bank.tpp.format_error", {"text": "{not} ours"}).count("{not} ours") == 1
