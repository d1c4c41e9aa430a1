"""The rules that no ready-made tool knows. Each takes one module and names the places that break it."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from tests.architecture.source import Finding, Module

LONGEST_MODULE: Final = 400
EMPTY_NAMES: Final = frozenset(
    {"util", "utils", "common", "helper", "helpers", "manager", "managers", "misc", "shared"}
)
PLAIN_LABEL_HOME: Final = "countersign.ui.widgets.labels"
GETTEXT: Final = frozenset({"_", "N_", "ngettext"})
MESSAGES_HOME: Final = "countersign.presentation.messages"
UI: Final = "countersign.ui"
PROGRAM_NAME: Final = "Countersign"
"""A name, the same in every language."""
GALLERY: Final = "countersign.ui.gallery_sheets"
"""Sample sheets for those who build the windows: what they show is made up, and nobody else sees it."""

# What people read, by the method that shows it.
SHOWING_METHODS: Final = frozenset({
    "addAction", "addButton", "addItem", "addMenu", "addRow", "addTab", "insertItem", "insertTab",
    "setAccessibleDescription", "setAccessibleName", "setButtonText", "setDetailedText", "setHeaderLabels",
    "setHorizontalHeaderLabels",
    "setInformativeText", "setLabelText", "setPlaceholderText", "setPlainText", "setPrefix", "setStatusTip",
    "setSubTitle", "setSuffix", "setTabText", "setText", "setTitle", "setToolTip", "setWhatsThis", "setWindowTitle",
    "showMessage",
})  # fmt: skip
SHOWING_CLASSES: Final = re.compile(r"(Button|Label|CheckBox|RadioButton|GroupBox|QAction|QMenu|Heading|Caption)$")

INVISIBLE: Final = frozenset(
    "\u061c\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u00ad"
)
LOOK_ALIKE: Final = re.compile(
    r"^(CYRILLIC|GREEK|ARMENIAN|CHEROKEE|COPTIC|MATHEMATICAL|FULLWIDTH LATIN|HALFWIDTH LATIN)\b"
)


def _at(module: Module, node: ast.expr | ast.stmt | ast.arg, advice: str) -> Finding:
    return Finding(module.path, node.lineno, advice)


def no_float_in_the_domain(module: Module) -> Iterator[Finding]:
    """The rules of payments count in whole minor units."""
    if not module.is_in("countersign.domain"):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield _at(module, node, "a float in the domain: count in whole units")
        elif isinstance(node, ast.Name) and node.id == "float" and not _tests_a_type(module, node):
            yield _at(module, node, "`float` in the domain: count in whole units")


def _tests_a_type(module: Module, name: ast.Name) -> bool:
    """Allow ``isinstance(value, float)``: that is how a float is refused."""
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "isinstance"
        and name in ast.walk(node)
        for node in ast.walk(module.tree)
    )


def no_nested_event_loop(module: Module) -> Iterator[Finding]:
    """Only the application's own loop turns; a loop inside a slot lets payments overtake each other."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called = node.func.attr
            owner = ast.unparse(node.func.value)
            if called in {"exec", "exec_"} and owner.rpartition(".")[2] not in {
                "QApplication",
                "QGuiApplication",
                "QCoreApplication",
            }:
                yield _at(
                    module, node, f"{owner}.{called}(): open() a dialog; run the loop as QApplication.exec() only"
                )
            elif called == "processEvents":
                yield _at(module, node, "processEvents() turns a loop inside a loop: use the Tasks port")
        elif isinstance(node, (ast.Name, ast.Attribute)) and _last(node) == "QEventLoop":
            yield _at(module, node, "QEventLoop: no loops inside loops")


def _last(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr


def no_raw_label(module: Module) -> Iterator[Finding]:
    """Text from outside must never be read as markup."""
    if module.is_in(PLAIN_LABEL_HOME, "countersign.testing"):
        return  # page walks look for every label, and build none
    for node in ast.walk(module.tree):
        if isinstance(node, (ast.Name, ast.Attribute)) and _last(node) == "QLabel":
            yield _at(module, node, "QLabel guesses at markup: use PlainLabel")


def no_untranslated_text_in_widgets(module: Module) -> Iterator[Finding]:
    """What a window shows comes from a presenter or through ``_()``."""
    if not module.is_in(UI) or module.is_in(GALLERY):
        return
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, (ast.Name, ast.Attribute)):
            continue
        name = _last(node.func)
        method = isinstance(node.func, ast.Attribute)
        if name == "tr" and method:
            yield _at(module, node, "tr(): messages come from gettext, through _()")
        if (name in SHOWING_METHODS and method) or (name.startswith("Q") and SHOWING_CLASSES.search(name)):
            is_prose = _has_letters
        elif SHOWING_CLASSES.search(name):
            is_prose = _reads_like_prose  # own widgets also take names of icons and kinds
        else:
            continue
        values = [*node.args, *(word.value for word in node.keywords if word.arg in {"text", "title", "label"})]
        for literal, text in _literals(values):
            if text != PROGRAM_NAME and is_prose(text):
                yield _at(module, literal, f"{text!r} is shown by {name} without _()")


def _literals(values: list[ast.expr]) -> Iterator[tuple[ast.Constant, str]]:
    for value in values:
        if isinstance(value, ast.Constant):
            if isinstance(value.value, str):
                yield value, value.value
        elif isinstance(value, ast.IfExp):
            yield from _literals([value.body, value.orelse])
        elif isinstance(value, (ast.BoolOp, ast.JoinedStr, ast.List, ast.Tuple)):
            yield from _literals(value.elts if isinstance(value, (ast.List, ast.Tuple)) else value.values)
        elif isinstance(value, ast.BinOp):
            yield from _literals([value.left, value.right])
        elif isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "format":
            yield from _literals([value.func.value])


def _has_letters(text: str) -> bool:
    return any(character.isalpha() for character in text)


def _reads_like_prose(text: str) -> bool:
    return _has_letters(text) and (" " in text.strip() or text[:1].isupper() or not text.isascii())


def only_literals_are_translated(module: Module) -> Iterator[Finding]:
    """A catalogue holds what stands in the source: an f-string or a variable is never found in it."""
    if module.is_in(MESSAGES_HOME) or not module.is_in("countersign"):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in GETTEXT:
            messages = node.args[:2] if node.func.id == "ngettext" else node.args[:1]
            for message in messages:
                if not (isinstance(message, ast.Constant) and isinstance(message.value, str)):
                    yield _at(module, message, f"{node.func.id}() takes a literal; fill {{fields}} afterwards")
                elif re.search(r"\b(please|invalid)\b", message.value, re.IGNORECASE):
                    yield _at(module, message, "say what happened and how to go on; never “please”, never “invalid”")


def secrets_hide_themselves(module: Module) -> Iterator[Finding]:
    """A class that holds a secret shows nothing of it, wherever it is printed."""
    if not module.is_in("countersign", "practicebank") or module.is_in(UI):
        return  # a widget's repr is Qt's, and holds an address only
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.ClassDef) or not node.name.startswith("Secret") or node.name.endswith("Error"):
            continue
        if any(isinstance(base, ast.Name) and base.id in {"Protocol", "Enum", "StrEnum"} for base in node.bases):
            continue
        methods = {item.name: item for item in node.body if isinstance(item, ast.FunctionDef)}
        if "__repr__" not in methods:
            yield _at(module, node, f"{node.name} needs a __repr__ that shows nothing")
        for name in ("__repr__", "__str__", "__format__"):
            if name in methods and _shows_fields(methods[name]):
                yield _at(module, methods[name], f"{node.name}.{name} shows a field")


def _shows_fields(method: ast.FunctionDef) -> bool:
    return any(
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
        and node.attr != "__class__"
        for node in ast.walk(method)
    )


def modules_stay_short(module: Module) -> Iterator[Finding]:
    """A module that can't be read in one sitting holds two things."""
    length = module.text.count("\n")
    if length > LONGEST_MODULE:
        yield Finding(module.path, length, f"{length} lines: over {LONGEST_MODULE}; find the second thing in it")


def modules_say_what_they_are(module: Module) -> Iterator[Finding]:
    """Every module begins by saying what it is for."""
    if not ast.get_docstring(module.tree):
        yield Finding(module.path, 1, "no docstring: say what the module is for")


def names_mean_something(module: Module) -> Iterator[Finding]:
    """A name from payments always exists."""
    for part in module.dotted.split("."):
        if part in EMPTY_NAMES or any(word in EMPTY_NAMES for word in part.split("_")):
            yield Finding(module.path, 1, f"“{part}” says nothing: find the name from payments")


def no_hidden_characters(module: Module) -> Iterator[Finding]:
    """What a reviewer sees is what the compiler reads (bidirectional and invisible characters)."""
    for number, line in enumerate(module.text.split("\n"), 1):
        for character in line:
            if character in INVISIBLE or (character != "\t" and unicodedata.category(character) == "Cc"):
                yield Finding(module.path, number, f"hidden character U+{ord(character):04X}: write it as an escape")


def no_look_alikes(module: Module) -> Iterator[Finding]:
    """Letters that look Latin and aren't are written as escapes; Chinese stands as it is."""
    for number, line in enumerate(module.text.split("\n"), 1):
        for character in line:
            if not character.isascii() and LOOK_ALIKE.match(unicodedata.name(character, "")):
                yield Finding(
                    module.path, number, f"U+{ord(character):04X} looks like another letter: write it as an escape"
                )
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Name) and not node.id.isascii():
            yield _at(module, node, f"{node.id!r}: names are ASCII")


def no_sleeping_test(module: Module) -> Iterator[Finding]:
    """A test waits for a condition; a test that sleeps is slow on a good day and wrong on a bad one."""
    if not module.path.rpartition("/")[2].startswith(("test_", "conftest")):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {
            "time.sleep",
            "sleep",
            "qtbot.wait",
            "QTest.qWait",
            "QTest.qSleep",
        }:
            yield _at(module, node, f"{ast.unparse(node.func)}(): wait for a condition (qtbot.waitUntil, Event.wait)")


def no_skipped_test(module: Module) -> Iterator[Finding]:
    """A test that is skipped for good is a test that is not there."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"pytest.mark.skip", "pytest.mark.xfail"}:
            yield _at(module, node, f"{ast.unparse(node)}: mend it or take it away")
