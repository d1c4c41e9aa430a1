"""Our own rules hold everywhere, and each is shown to find what it looks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import pytest

from tests.architecture import rules
from tests.architecture.source import Finding, Module, modules, texts

Rule = Callable[[Module], Iterator[Finding]]

IN_THE_PROGRAM: Final[tuple[Rule, ...]] = (
    rules.no_float_in_the_domain,
    rules.no_nested_event_loop,
    rules.no_raw_label,
    rules.no_untranslated_text_in_widgets,
    rules.only_literals_are_translated,
    rules.secrets_hide_themselves,
    rules.modules_stay_short,
    rules.modules_say_what_they_are,
    rules.names_mean_something,
    rules.no_look_alikes,
)
IN_THE_TESTS: Final[tuple[Rule, ...]] = (rules.no_sleeping_test, rules.no_skipped_test)

DOC = '"""Says what it is for."""\n'

# rule, path, source that breaks it
PLANTED: Final = (
    (rules.no_float_in_the_domain, "app/countersign/domain/x.py", "RATE = 0.5"),
    (rules.no_float_in_the_domain, "app/countersign/domain/x.py", "def f(amount: float) -> None: ..."),
    (rules.no_float_in_the_domain, "app/countersign/domain/x.py", "fee = float(amount)"),
    (rules.no_nested_event_loop, "app/countersign/ui/x.py", "dialog.exec()"),
    (rules.no_nested_event_loop, "app/countersign/ui/x.py", "self.dialog.exec_()"),
    (rules.no_nested_event_loop, "app/countersign/ui/x.py", "QApplication.processEvents()"),
    (rules.no_nested_event_loop, "app/countersign/ui/x.py", "from PySide6 import QtCore\nloop = QtCore.QEventLoop()"),
    (rules.no_raw_label, "app/countersign/ui/views/x.py", "label = QLabel(text)"),
    (rules.no_raw_label, "app/countersign/ui/views/x.py", "label = QtWidgets.QLabel(text)"),
    (rules.no_untranslated_text_in_widgets, "app/countersign/ui/x.py", "button.setText('Send')"),
    (rules.no_untranslated_text_in_widgets, "app/countersign/ui/x.py", "button.setText(f'Send {amount}')"),
    (rules.no_untranslated_text_in_widgets, "app/countersign/ui/x.py", "button.setText('Send' if on else 'Stop')"),
    (rules.no_untranslated_text_in_widgets, "app/countersign/ui/x.py", "field.setText('to {name}'.format(name=n))"),
    (rules.no_untranslated_text_in_widgets, "app/countersign/ui/x.py", "button = QPushButton('Send')"),
    (rules.no_untranslated_text_in_widgets, "app/countersign/ui/x.py", "button = PrimaryButton('Send money')"),
    (rules.no_untranslated_text_in_widgets, "app/countersign/ui/x.py", "button = PrimaryButton('发送')"),
    (rules.no_untranslated_text_in_widgets, "app/countersign/ui/x.py", "button.setText(self.tr('Send'))"),
    (rules.only_literals_are_translated, "app/countersign/presentation/x.py", "_(f'to {name}')"),
    (rules.only_literals_are_translated, "app/countersign/presentation/x.py", "_(text)"),
    (rules.only_literals_are_translated, "app/countersign/presentation/x.py", "_('to {name}'.format(name=name))"),
    (rules.only_literals_are_translated, "app/countersign/presentation/x.py", "ngettext('one', plural, 2)"),
    (rules.only_literals_are_translated, "app/countersign/presentation/x.py", "_('Please try again.')"),
    (rules.only_literals_are_translated, "app/countersign/presentation/x.py", "_('The code is invalid.')"),
    (rules.secrets_hide_themselves, "app/countersign/domain/x.py", "class SecretKey:\n    key: bytes"),
    (
        rules.secrets_hide_themselves,
        "app/countersign/domain/x.py",
        "class SecretKey:\n    def __repr__(self) -> str:\n        return f'SecretKey({self.key})'",
    ),
    (rules.modules_stay_short, "app/countersign/domain/x.py", "x = 1\n" * 401),
    (rules.modules_say_what_they_are, "app/countersign/domain/x.py", "x = 1"),
    (rules.names_mean_something, "app/countersign/domain/utils.py", DOC),
    (rules.names_mean_something, "app/countersign/ui/window_manager.py", DOC),
    (rules.names_mean_something, "app/countersign/common/__init__.py", DOC),
    (rules.no_hidden_characters, "app/countersign/domain/x.py", "access = 'user\u202e'"),
    (rules.no_hidden_characters, "README.md", "zero\u200bwidth"),
    (rules.no_look_alikes, "app/countersign/domain/x.py", "name = 'p\u0430yee'"),
    (rules.no_look_alikes, "app/countersign/domain/x.py", "\u00e9tat = 1"),
    (rules.no_sleeping_test, "tests/unit/test_x.py", "time.sleep(1)"),
    (rules.no_sleeping_test, "tests/gui/test_x.py", "qtbot.wait(50)"),
    (rules.no_skipped_test, "tests/gui/test_x.py", "@pytest.mark.skip\ndef test_x() -> None: ..."),
)

# rule, path, source that is as it should be
INNOCENT: Final = (
    (rules.no_float_in_the_domain, "app/countersign/ui/x.py", "opacity = 0.5"),
    (rules.no_float_in_the_domain, "app/countersign/domain/x.py", "if isinstance(value, float):\n    raise TypeError"),
    (rules.no_nested_event_loop, "app/countersign/ui/x.py", "dialog.open()\nQApplication.exec()\nrows.execute()"),
    (rules.no_raw_label, "app/countersign/ui/widgets/labels.py", "class PlainLabel(QLabel): ..."),
    (
        rules.no_untranslated_text_in_widgets,
        "app/countersign/ui/x.py",
        "button.setText(_('Send'))\nbutton.setText('•')",
    ),
    (rules.no_untranslated_text_in_widgets, "app/countersign/ui/x.py", "button.setText(_('to {n}').format(n=name))"),
    (rules.no_untranslated_text_in_widgets, "app/countersign/ui/x.py", "button = IconButton('lock', label=_('Lock'))"),
    (rules.no_untranslated_text_in_widgets, "app/countersign/ui/x.py", "button.setObjectName('send')"),
    (
        rules.only_literals_are_translated,
        "app/countersign/presentation/x.py",
        "_('to {name} ' 'today').format(name=name)",
    ),
    (
        rules.secrets_hide_themselves,
        "app/countersign/domain/x.py",
        "class SecretKey:\n    def __repr__(self) -> str:\n        return 'SecretKey(<redacted>)'",
    ),
    (rules.modules_stay_short, "app/countersign/domain/x.py", "x = 1\n" * 400),
    (rules.names_mean_something, "app/countersign/domain/payee.py", DOC),
    (rules.no_hidden_characters, "app/countersign/domain/x.py", "name = '王小明\\u202e'"),
    (rules.no_look_alikes, "app/countersign/domain/x.py", "name = '王小明，é – \\u0430'"),
    (rules.no_sleeping_test, "tests/unit/test_x.py", "qtbot.waitUntil(lambda: done)\nevent.wait(1)"),
    (rules.no_skipped_test, "tests/gui/test_x.py", "pytest.skip('no real samples beside this checkout')"),
)


def _named(rule: Rule) -> str:
    return rule.__name__


def _complain(findings: list[Finding]) -> None:
    assert not findings, "\n".join(str(one) for one in sorted(findings))


@pytest.mark.parametrize("rule", IN_THE_PROGRAM, ids=_named)
def test_the_program_keeps_the_rule(rule: Rule) -> None:
    checked = modules("app")
    assert checked
    _complain([finding for module in checked for finding in rule(module)])


@pytest.mark.parametrize("rule", IN_THE_TESTS, ids=_named)
def test_the_tests_keep_the_rule(rule: Rule) -> None:
    checked = modules("tests")
    assert checked
    _complain([finding for module in checked for finding in rule(module)])


def test_no_text_file_hides_characters() -> None:
    checked = texts()
    assert checked
    _complain([finding for text in checked for finding in rules.no_hidden_characters(text)])


@pytest.mark.parametrize(("rule", "path", "source"), PLANTED)
def test_a_planted_violation_is_found(rule: Rule, path: str, source: str) -> None:
    assert list(rule(Module(path, source)))


@pytest.mark.parametrize(("rule", "path", "source"), INNOCENT)
def test_what_is_as_it_should_be_is_left_alone(rule: Rule, path: str, source: str) -> None:
    _complain(list(rule(Module(path, source))))


def test_every_rule_is_planted_and_spared() -> None:
    every = {
        value
        for name, value in vars(rules).items()
        if name.startswith(("no_", "only_", "secrets_", "modules_", "names_"))
    }
    used = {*IN_THE_PROGRAM, *IN_THE_TESTS, rules.no_hidden_characters}
    assert every == used == {rule for rule, _path, _source in PLANTED}
    assert {rule for rule, _path, _source in INNOCENT} >= used - {rules.modules_say_what_they_are}
