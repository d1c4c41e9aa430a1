"""The practice bank's life seen from the client: enrolment, leases, and no process left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import orjson
import pyotp
import pytest
from cryptography import x509

from countersign.adapters.banks.xs2a.connection import Xs2aBank
from countersign.adapters.practice import launcher
from countersign.adapters.practice.world import PracticeBank, open_practice_bank
from countersign.adapters.system.clock import SystemClock, SystemEntropy
from countersign.adapters.transport.exchange import Request, Transport
from countersign.adapters.transport.origin import Origin
from countersign.adapters.transport.tls import client_context
from countersign.application.ports.bank import AuthorisationState
from countersign.domain.errors import ConnectorError, FailureKind, UserFacingError
from countersign.domain.secret import SecretText
from tests.contract.practice_fixture import END_SECONDS, QUICK, Practice, request_id, some_payment

QUIET = ("--linger", "0")


def opened(world: Path, *options: str) -> PracticeBank:
    return open_practice_bank(world, SystemClock(), SystemEntropy(), options=options or QUIET)


def alive(pid: int) -> bool:
    """Tell whether a process runs: a zombie doesn't."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def serving_pid(world: Path) -> int:
    return int(orjson.loads((world / "bank.json").read_bytes())["pid"])


def test_the_bank_refuses_a_client_without_a_certificate(practice: Practice) -> None:
    credentials = practice.credentials
    transport = Transport(Origin.of(practice.bank.api_url), SystemClock(), client_context(credentials.ca_pem), QUICK)
    try:
        for lookup in (True, False):
            with pytest.raises(ConnectorError) as refused:
                transport.exchange(Request("GET", "/v1/bank-profile", lookup=lookup))
            assert refused.value.code == "bank.certificate_refused"
    finally:
        transport.close()


def test_the_bank_refuses_a_revoked_certificate(practice: Practice) -> None:
    credentials = practice.bank.enrol_device()
    bank = practice.bank.connect_with(credentials)
    try:
        assert bank.profile().practice
        practice.bank.control.revoke(x509.load_pem_x509_certificate(credentials.certificate_pem.encode()).serial_number)
        with pytest.raises(ConnectorError) as refused:
            bank.profile()
        assert refused.value.code == "bank.tpp.certificate_revoked"
    finally:
        bank.close()


def test_the_bank_refuses_a_signature_by_another_key(practice: Practice) -> None:
    """TLS with one certificate, signatures with another."""
    other = practice.bank.enrol_device()
    bank = practice.connect(QUICK)
    stranger = Xs2aBank(replace(other, api_url=practice.bank.api_url), SystemClock(), SystemEntropy(), QUICK)
    try:
        bank._channel._signer = stranger._channel._signer  # noqa: SLF001 - the lie under test
        with pytest.raises(ConnectorError) as refused:
            bank.profile()
        assert refused.value.code == "bank.tpp.certificate_invalid"
    finally:
        bank.close()
        stranger.close()


def test_an_enrolment_code_works_once(practice: Practice) -> None:
    code = practice.bank.control.call("POST", "/enrolments", {})["code"]
    for given in ("XXXX-XXXX-XX", code):
        with pytest.raises(ConnectorError) as refused:
            practice.bank.control.call("POST", "/enrolments/redeem", {"code": given, "csr_pem": "nothing"})
        assert refused.value.kind is FailureKind.TERMINAL


def test_an_authenticator_app_answers_a_challenge(practice: Practice, bank: Xs2aBank) -> None:
    offer = practice.bank.offer_authenticator()
    assert offer.uri.reveal().startswith("otpauth://totp/")
    assert offer.secret.reveal() not in repr(offer)
    app = pyotp.parse_uri(offer.uri.reveal())
    assert isinstance(app, pyotp.TOTP)
    with pytest.raises(UserFacingError) as wrong:
        practice.bank.activate_authenticator(offer.authenticator, SecretText("abcdef"))
    assert wrong.value.code == "authenticator.code_wrong"
    practice.bank.activate_authenticator(offer.authenticator, SecretText(app.now()))
    initiation = bank.initiate(some_payment(practice, bank), request_id())
    opened_one = bank.start_authorisation(initiation.handle)
    known = bank.authenticate(opened_one.handle, practice.bank.practice_password())
    chip = next(method for method in known.methods if method.kind == "CHIP_OTP")
    wanted = bank.choose_method(known.handle, chip.method)
    practice.bank.control.set_clock({"advance_ms": 30_000})  # a code is accepted once, and one was spent above
    try:
        later = app.at(SystemClock().now_ms() // 1000 + 30)
        assert bank.answer(wanted.handle, later, request_id()).state is AuthorisationState.FINALISED
    finally:
        practice.bank.control.set_clock({"reset": True})


def test_phone_and_mailbox(practice: Practice) -> None:
    messages = practice.bank.phone(0)
    assert messages
    assert practice.bank.phone(messages[-1].seq) == ()
    letters = practice.bank.mailbox()
    redirected = [letter for letter in letters if letter.kind == "invoice_redirected"]
    assert redirected
    assert redirected[0].creditor_account
    assert redirected[0].currency == "EUR"


def test_the_credentials_can_be_kept_and_used_again(practice: Practice) -> None:
    kept = orjson.loads(orjson.dumps(practice.credentials.to_canonical()))
    bank = practice.bank.connect(kept)
    try:
        assert bank.accounts()
    finally:
        bank.close()


def test_a_second_client_attaches_and_the_bank_outlives_the_first(tmp_path: Path) -> None:
    world = tmp_path / "world"
    first = opened(world)
    pid = serving_pid(world)
    second = opened(world)
    assert second.world_id == first.world_id
    assert second.api_url == first.api_url
    assert serving_pid(world) == pid
    first.close()
    assert second.control.accounts()
    assert alive(pid)
    second.close()
    launcher.wait_until_ended(END_SECONDS)
    assert not alive(pid)
    assert launcher.reap() == 0


def test_a_bank_that_died_is_started_again_where_it_was(tmp_path: Path) -> None:
    bank = opened(tmp_path / "world")
    try:
        _, credential = bank.enrol()
        before = bank.api_url, bank.world_id
        assert not bank.revive()
        bank.control.set_faults({"method": "GET", "path": "bank-profile", "kind": "kill_self_before"})
        connected = bank.connect(credential)
        with pytest.raises(ConnectorError):
            connected.profile()
        child = bank._lease._child  # noqa: SLF001 - to wait for its end
        assert child is not None
        child.wait(END_SECONDS)
        assert bank.revive()
        assert not alive(child.pid)
        assert (bank.api_url, bank.world_id) == before
        assert connected.profile().practice
        connected.close()
    finally:
        bank.close_and_wait(END_SECONDS)


def test_whoever_is_left_starts_the_bank_again(tmp_path: Path) -> None:
    """The bank was another client's child, and died with it."""
    world = tmp_path / "world"
    first, second = opened(world), opened(world)
    try:
        assert not second.revive()
        first.control.shutdown()
        first.close_and_wait(END_SECONDS)
        assert second.revive()
        assert not second.revive()
        assert second.control.accounts()
    finally:
        second.close_and_wait(END_SECONDS)


def test_a_crash_of_the_client_leaves_no_bank_behind(tmp_path: Path) -> None:
    """The client is killed as by kill -9; the pipe ends, and with it the bank."""
    world = tmp_path / "world"
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from countersign.adapters.practice.world import open_practice_bank\n"
        "from countersign.adapters.system.clock import SystemClock, SystemEntropy\n"
        "open_practice_bank(Path(sys.argv[1]), SystemClock(), SystemEntropy(), options=('--linger', '0'))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(world)], check=False, timeout=60)
    clock = SystemClock()
    until = clock.monotonic_ms() + 20_000
    while orjson.loads((world / "bank.json").read_bytes())["pid"] is not None:
        assert clock.monotonic_ms() < until
        os.sched_yield()


@pytest.mark.parametrize(
    "program",
    ["import sys; sys.exit(3)", "print('nothing of use')", "print('[]')", 'print(\'{"status":"ready"}\')'],
)
def test_a_bank_that_does_not_start_is_said_so(program: str, tmp_path: Path) -> None:
    with pytest.raises(ConnectorError) as failed:
        launcher.take_lease(tmp_path / "world", SystemClock(), (sys.executable, "-c", program))
    assert (failed.value.kind, failed.value.code) == (FailureKind.RETRYABLE, "practice.not_started")


def test_a_bank_that_hangs_is_given_up(tmp_path: Path) -> None:
    program = (sys.executable, "-c", "import sys; sys.stdin.read()")
    with pytest.raises(ConnectorError) as failed:
        launcher.take_lease(tmp_path / "world", SystemClock(), program, ready_seconds=0.5)
    assert failed.value.code == "practice.not_started"


def test_a_program_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ConnectorError) as failed:
        launcher.take_lease(tmp_path / "world", SystemClock(), (str(tmp_path / "nothing"),))
    assert failed.value.code == "practice.not_started"


def test_the_token_is_in_no_argument_and_no_environment(tmp_path: Path) -> None:
    world = tmp_path / "world"
    bank = opened(world)
    try:
        token = bank._lease.address.control_token.reveal().encode()  # noqa: SLF001
        pid = serving_pid(world)
        for what in ("cmdline", "environ"):
            assert token not in Path(f"/proc/{pid}/{what}").read_bytes()
        assert token.decode() not in repr(bank._lease)  # noqa: SLF001
        assert (world / "bank.json").stat().st_mode & 0o077 == 0
        assert (world / "bank.log").stat().st_mode & 0o077 == 0
    finally:
        bank.close_and_wait(END_SECONDS)


def test_the_frozen_program_starts_the_bank_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    assert launcher.default_command() == (sys.executable, "-m", "practicebank")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert launcher.default_command() == (sys.executable, "practice-bank")
