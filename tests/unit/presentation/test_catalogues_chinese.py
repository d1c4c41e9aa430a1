"""The Chinese catalogues keep the rules of the house: its terms, its characters, its punctuation, short labels."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from countersign.domain.order_state import OrderState
from countersign.presentation import messages
from countersign.presentation.error_texts import sentence
from countersign.presentation.order_words import state_words

ROOT = Path(__file__).resolve().parents[3]
CODECS = {"zh_CN": "gb2312", "zh_TW": "big5"}
"""Every character of ours is a common one of its script; one of the other script would not be."""

LONGEST_BUTTON = 12
BANNED = {
    # Our own stop is no freezing of an account: that is an act of a bank or a court.
    "zh_CN": re.compile("冻结|无效|帐|登陆"),
    "zh_TW": re.compile("凍結|無效|[“”]|账|短信|默認|軟件|屏幕|打印|信息|網絡|激活|文件夾|數據|設置|登錄|質量"),
}
HAN = "\u3400-\u9fff"
HALF_WIDTH = re.compile(rf"[{HAN}][,;:!?]|[,;:!?][{HAN}]|[{HAN}]\([^)]*[{HAN}]")
CRAMPED = re.compile(rf"[{HAN}][A-Za-z0-9]|[A-Za-z0-9%][{HAN}]")


def translations(locale: str) -> dict[str, str]:
    """Read what a catalogue holds: message to translation, the plural for those that count."""
    path = ROOT / "i18n" / locale / "LC_MESSAGES" / "countersign.po"
    with path.open("rb") as stream:
        catalogue = read_po(stream, locale=locale, abort_invalid=True)
    found = {}
    for message in catalogue:
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[-1]
            found[key] = message.string if isinstance(message.string, str) else "".join(message.string or ())
    return found


@pytest.fixture(params=sorted(CODECS))
def locale(request: pytest.FixtureRequest) -> str:
    """Give each of the two."""
    return str(request.param)


def test_only_characters_of_the_right_script(locale: str) -> None:
    foreign = {
        (sign, text)
        for text in translations(locale).values()
        for sign in re.findall(f"[{HAN}]", text)
        if not _writes(sign, CODECS[locale])
    }
    assert not foreign


def test_no_term_that_means_something_else_there(locale: str) -> None:
    assert not [text for text in translations(locale).values() if BANNED[locale].search(text)]


def test_punctuation_is_full_width_and_latin_stands_apart(locale: str) -> None:
    # "Pictures (*.png)" is how Qt is told which files a dialog shows.
    texts = [text for text in translations(locale).values() if "(*" not in text]
    assert not [text for text in texts if HALF_WIDTH.search(text) or CRAMPED.search(text)]


def test_buttons_stay_short(locale: str) -> None:
    found = translations(locale)
    buttons = sorted(set(_buttons()))
    assert len(buttons) > 40
    long = [found[text] for text in buttons if len(re.sub(r"\{\w+\}", "", found.get(text, ""))) > LONGEST_BUTTON]
    assert not long


def test_presenters_speak_the_language(locale: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / locale / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source = ROOT / "i18n" / locale / "LC_MESSAGES" / "countersign.po"
    binary = BytesIO()
    with source.open("rb") as stream:
        write_mo(binary, read_po(stream, locale=locale))
    (folder / "countersign.mo").write_bytes(binary.getvalue())
    monkeypatch.setattr(messages, "catalogue_folders", lambda: (tmp_path,))
    before = messages.language()
    try:
        messages.set_language(locale)
        words = [state_words(state) for state in OrderState]
        assert all(re.search(f"[{HAN}]", word.word) and re.search(f"[{HAN}]", word.sentence) for word in words)
        assert "{" not in sentence("binding.reply", {"field": "creditor_account"})
        expected = {"zh_CN": "收款账号", "zh_TW": "轉入帳號"}[locale]
        assert expected in sentence("binding.reply", {"field": "creditor_account"})
        assert messages.ngettext("{count} minute", "{count} minutes", 1) != "{count} minute"
    finally:
        messages.set_language(before)


def _writes(sign: str, codec: str) -> bool:
    try:
        sign.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


def _buttons() -> Iterator[str]:
    """Find the words that buttons are made with."""
    for path in sorted((ROOT / "app" / "countersign" / "ui").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.endswith("Button"):
                yield from (_text(argument) for argument in node.args[:1] if _text(argument))


def _text(node: ast.expr) -> str:
    marked = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"
    if not (marked and isinstance(node, ast.Call)):
        return ""
    given = node.args[0]
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else ""
