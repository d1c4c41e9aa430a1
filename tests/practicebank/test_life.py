"""The bank's life: one a world, held by leases, durable, remembered."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.practicebank.running_bank import START, RunningBank, dump

if TYPE_CHECKING:
    from pathlib import Path

    from tests.practicebank.running_bank import Client

COMMAND = (sys.executable, "-m", "practicebank")


def run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, check=False, timeout=30)


def test_a_second_start_points_to_the_first(shared_bank: RunningBank) -> None:
    second = run("--world", str(shared_bank.world))
    assert second.returncode == 0
    told = json.loads(second.stdout)
    assert told["status"] == "already running"
    for name in ("pid", "api_port", "control_port", "control_token", "ca_pem", "world_id"):
        assert told[name] == shared_bank.ready[name]


def test_what_is_remembered_is_for_the_owner_only(shared_bank: RunningBank) -> None:
    record = shared_bank.world / "bank.json"
    assert record.stat().st_mode & 0o777 == 0o600
    assert shared_bank.world.stat().st_mode & 0o777 == 0o700
    for kept in shared_bank.world.glob("bank.sqlite3*"):
        assert kept.stat().st_mode & 0o777 == 0o600
    for key in (shared_bank.world / "certificates").glob("*.key"):
        assert key.stat().st_mode & 0o777 == 0o600
    remembered = json.loads(record.read_bytes())
    assert remembered["control_token"] == shared_bank.ready["control_token"]
    with open(f"/proc/{shared_bank.process.pid}/cmdline", "rb") as line:  # noqa: PTH123 - not a file of ours
        assert shared_bank.ready["control_token"].encode() not in line.read()


def test_it_ends_when_its_starter_is_gone(tmp_path: Path) -> None:
    world = tmp_path / "world"
    with RunningBank(world) as bank:
        assert bank.process.stdin is not None
        bank.process.stdin.close()
        assert bank.process.wait(15) == 0
    remembered = json.loads((world / "bank.json").read_bytes())
    assert (remembered["pid"], remembered["control_token"]) == (None, None)
    with RunningBank(world) as again:
        for name in ("api_port", "control_port", "world_id", "ca_pem"):
            assert again.ready[name] == bank.ready[name]
        assert again.ready["control_token"] != bank.ready["control_token"]


def test_another_lease_keeps_it(tmp_path: Path) -> None:
    with RunningBank(tmp_path / "world", "--linger", "0.1") as bank:
        with bank.control.stream("GET", "/lease") as lease:
            lines = lease.iter_lines()  # Letting go of this would close the connection.
            assert next(lines) == '{"lease":"held"}'
            assert bank.process.stdin is not None
            bank.process.stdin.close()
            with pytest.raises(subprocess.TimeoutExpired):
                bank.process.wait(0.7)
            assert bank.get("/clock")["frozen"] is False
        assert bank.process.wait(15) == 0


def test_no_orphan_after_its_client_was_killed(tmp_path: Path) -> None:
    arguments = [*COMMAND, "--world", str(tmp_path), "--lease-stdin", "--linger", "0.2"]
    script = f"import subprocess; subprocess.Popen({arguments!r}, stdin=subprocess.PIPE).wait()"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as client:
        assert client.stdout is not None
        ready = json.loads(client.stdout.readline())
        assert httpx.get(f"{ready['control_url']}/health").status_code == 200
        assert ready["pid"] != client.pid
        client.kill()
        # The bank writes to the same pipe: it ends when both are gone, and not before.
        assert client.stdout.read() == b""
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{ready['control_url']}/health")


def test_started_by_a_person_it_serves_until_told(tmp_path: Path) -> None:
    arguments = [*COMMAND, "--world", str(tmp_path), "--linger", "0.1"]
    with subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        headers = {"Authorization": f"Bearer {ready['control_token']}"}
        with httpx.stream("GET", f"{ready['control_url']}/lease", headers=headers) as lease:
            lines = lease.iter_lines()
            assert next(lines) == '{"lease":"held"}'
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.7)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0


def test_it_can_be_told_to_end(bank: RunningBank) -> None:
    bank.post("/shutdown", expect=202)
    assert bank.process.wait(15) == 0


def test_killed_it_comes_back_with_everything(bank: RunningBank, client: Client) -> None:
    payment = client.pay()
    bank.put("/clock", {"offset_ms": 86_400_000})
    bank.kill()
    before = dump(bank.world)
    with RunningBank(bank.world) as again:
        assert again.dump() == before
        assert again.get("/clock")["offset_ms"] == 86_400_000
        client.http.close()
        client.http = httpx.Client(verify=client.context, base_url=again.ready["api_url"])
        assert client.status(payment) == "ACSC"
    assert dump(bank.world)["journal"][0]["status"] == "ACSC"


def test_a_dump_needs_a_world(tmp_path: Path) -> None:
    done = run("--world", str(tmp_path), "--dump")
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"no practice world" in done.stderr
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "bank.sqlite3").touch()
    assert run("--world", str(tmp_path), "--dump").returncode == 1


def facts(bank: RunningBank) -> dict[str, Any]:
    world = bank.get("/world")
    del world["world_id"]
    return world


def test_the_same_seed_makes_the_same_world(tmp_path: Path) -> None:
    with RunningBank(tmp_path / "one", seed=3) as one, RunningBank(tmp_path / "two", seed=3) as two:
        assert one.dump() == two.dump()
        assert facts(one) == facts(two)
    with RunningBank(tmp_path / "three", seed=4) as three:
        assert three.dump()["accounts"] != one.dump()["accounts"]
        assert facts(three)["start_date"] == START
