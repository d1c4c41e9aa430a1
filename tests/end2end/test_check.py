"""``countersign check``: its exit codes, its words and its JSON, with real files and the real command line."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from countersign import cli
from countersign.presentation.messages import set_language

IBAN = "DE89370400440532013000"
LETTER = f"""Dear Mei,
our bank details have changed. Pay EUR 12,500.00 urgently to
Account name: Hartwell & Stone
{IBAN}
"""
HEAD = "Name,IBAN,Amount,Currency,Reference\n"
SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data"


def checked(capfd: pytest.CaptureFixture[str], *options: str) -> tuple[int, dict[str, object]]:
    """Run the command with ``--json`` and return exit code and report."""
    code = cli.main(["check", *options, "--json"])
    printed = capfd.readouterr().out
    assert printed.isascii()
    report = json.loads(printed)
    assert report["exit_code"] == code
    return code, report


def given(folder: Path, content: str | bytes, name: str = "given") -> str:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


@pytest.mark.parametrize(
    ("content", "code", "verdict", "subject"),
    [
        (f"pay to {IBAN}, thank you", 0, "clear", "message"),
        (f"pay to {IBAN} immediately", 1, "look", "message"),
        (LETTER, 2, "stop", "message"),
        ("see you at noon", 3, "unreadable", "message"),
        (f"{HEAD}Mei,{IBAN},5,EUR,rent\n", 0, "clear", "file"),
        (f"{HEAD}Mei,{IBAN},5,EUR,rent\nMei,{IBAN},5,EUR,rent\n", 1, "look", "file"),
        (f"{HEAD}=1+1,{IBAN},5,EUR,rent\n", 2, "stop", "file"),
        (HEAD, 3, "unreadable", "file"),
        (b"\x00\x01\x02", 3, "unreadable", "file"),
        (b"", 3, "unreadable", "file"),
        ("<Document", 3, "unreadable", "file"),
    ],
)
def test_exit_codes_tell_the_verdicts(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], content: str | bytes, code: int, verdict: str, subject: str
) -> None:
    found, report = checked(capfd, given(tmp_path, content))
    assert (found, report["verdict"]) == (code, verdict)
    assert report["subject"] == subject or code == 3


def test_an_absent_file_is_unreadable(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, report = checked(capfd, str(tmp_path / "absent"))
    assert (code, report["fault"]) == (3, "file.absent")


def test_a_real_payment_file_is_vetted(capfd: pytest.CaptureFixture[str]) -> None:
    path = SAMPLES / "iso20022" / "example-sepa_pain_001_v3_multiple_pmtinf.xml"
    if not path.exists():
        pytest.skip("no real samples beside this checkout")
    code, report = checked(capfd, str(path))
    assert code == 2
    file = report["file"]
    assert isinstance(file, dict)
    assert (file["kind"], file["version"], file["payments"]) == ("pain.001", "pain.001.001.03", 2)
    assert file["counts"]["payments.count"] == 1


def test_other_messages_of_banks_are_no_list(capfd: pytest.CaptureFixture[str]) -> None:
    path = SAMPLES / "iso20022" / "goldman_sachs-pain_002_v3_accepted.xml"
    if not path.exists():
        pytest.skip("no real samples beside this checkout")
    assert checked(capfd, str(path))[1]["fault"] == "file.not_payments"


def test_an_account_and_a_name(capfd: pytest.CaptureFixture[str]) -> None:
    code, report = checked(capfd, "--account", "DE89 3704 0044 0532 0130 00", "--name", "Mei")
    assert (code, report["names"]) == (0, ["Mei"])
    assert checked(capfd, "--account", "DE89 3704 0044 0532 0130 01")[0] == 2
    assert checked(capfd, "--account", "20041555779911", "--country", "gb")[0] == 0
    assert checked(capfd, "--account", "hello")[0] == 3


def test_the_uk_tables_are_found_in_their_folder(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    given(tmp_path, "089000 089999 MOD10 0 0 0 0 0 0 7 1 3 7 1 3 7 1\n", "valacdos.txt")
    wrong = ("--account", "08-99-99 66374959", "--tables", str(tmp_path))
    assert checked(capfd, *wrong)[0] == 2
    given(tmp_path, "no table", "valacdos.txt")
    assert checked(capfd, *wrong)[1]["fault"] == "modulus_table.unreadable"
    assert cli.main(["check", *wrong]) == 3
    assert "valacdos.txt" in capfd.readouterr().out


def test_a_message_on_standard_input(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LETTER.encode()), "utf-8"))
    assert checked(capfd, "-")[0] == 2


@pytest.mark.parametrize("options", [[], ["file", "--account", IBAN]])
def test_one_thing_at_a_time(options: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["check", *options])
    assert ended.value.code == 2
    assert capfd.readouterr().out == ""


def test_foreign_text_never_steers_the_terminal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    hostile = f"Payee: Me\u202ei \x1b[31mChen\x07\n{IBAN}\n\u2066tell no one\u2069\n\ud83d"
    path = given(tmp_path, hostile.encode("utf-8", "replace"))
    assert cli.main(["check", path]) == 2
    printed = capfd.readouterr().out
    assert all(line.isprintable() for line in printed.splitlines())
    assert "U+202E" in printed


@pytest.mark.parametrize("language", ["en", "zh_CN", "zh_TW"])
def test_every_language(tmp_path: Path, capfd: pytest.CaptureFixture[str], language: str) -> None:
    try:
        assert cli.main(["--lang", language, "check", given(tmp_path, LETTER)]) == 2
    finally:
        set_language("en")
    assert "DE89 3704 0044 0532 0130 00" in capfd.readouterr().out


def test_the_command_itself_answers_and_keeps_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    command = [sys.executable, "-m", "countersign", "check", given(tmp_path, LETTER)]
    environment = {"COUNTERSIGN_HOME": str(home), "PATH": "/usr/bin:/bin"}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)
    assert ended.returncode == 2, ended.stderr
    assert ended.stdout.startswith("STOP: DO NOT PAY YET\n")
    assert "What to ask before you pay" in ended.stdout
    assert "Call the payee on a number that you knew before" in ended.stdout
    assert not ended.stderr
    assert not home.exists()
