"""The practice bank's life, seen from the client: one bank per world, started or attached to, kept by a lease.

The child's standard input is the lease: when this process ends, however it ends, the pipe ends, and the bank ends some
seconds later. The control token comes back over the child's standard output; it is never in argv or the environment.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from countersign.adapters.practice.control import PracticeControl
from countersign.application.ports.clock import Clock
from countersign.domain.errors import ConnectorError, FailureKind
from countersign.domain.secret import SecretText

READY_SECONDS = 60.0  # a new world is populated first
_ATTEMPTS = 3
_LOG = "bank.log"
_LINE_LIMIT = 256 * 1024

_given_back: list[subprocess.Popen[bytes]] = []  # banks whose lease is over; they end by themselves, and are reaped


@dataclass(frozen=True, slots=True)
class Address:
    """Where a practice bank serves."""

    world: str
    api_url: str
    control_url: str
    control_token: SecretText
    ca_pem: str


@dataclass(slots=True)
class Lease:
    """A practice bank that lives at least as long as this is held."""

    address: Address
    control: PracticeControl
    _child: subprocess.Popen[bytes] | None
    _let_go: Callable[[], None] | None

    def ended(self) -> bool:
        """Tell whether the bank has ended. Asks it, where somebody else started it."""
        if self._child is not None:
            return self._child.poll() is not None
        try:
            self.control.call("GET", "/health")
        except ConnectorError:
            return True
        return False

    def give_back(self) -> None:
        """Give the lease back. The bank ends once nobody needs it; nobody waits for that here."""
        child, self._child = self._child, None
        let_go, self._let_go = self._let_go, None
        if let_go is not None:
            let_go()
        self.control.close()
        if child is not None:
            _close_pipes(child)
            _given_back.append(child)
        reap()


def default_command() -> tuple[str, ...]:
    """Return how the practice bank is started: by this interpreter, or by the frozen program itself."""
    if getattr(sys, "frozen", False):
        return (sys.executable, "practice-bank")
    return (sys.executable, "-m", "practicebank")


def take_lease(
    world: Path,
    clock: Clock,
    command: Sequence[str] = (),
    options: Sequence[str] = (),
    ready_seconds: float = READY_SECONDS,
) -> Lease:
    """Start the world's bank, or attach to the one that runs already.

    Args:
        world: The world's directory; made where it is missing.
        clock: For deadlines.
        command: What to run; ``default_command()`` where empty.
        options: More of the bank's options, such as ``--seed 7``.
        ready_seconds: How long a start may take.

    Raises:
        ConnectorError: RETRYABLE: ``practice.not_started`` (its words are in ``bank.log`` in the world's directory).
    """
    reap()
    world.mkdir(mode=0o700, parents=True, exist_ok=True)
    full = [*(command or default_command()), "--world", str(world), "--lease-stdin", *options]
    for _ in range(_ATTEMPTS):
        child = _start(full, world / _LOG)
        try:
            said = _first_line(child, ready_seconds)
            address = _address(said)
        except BaseException:
            _end(child)
            raise
        control = PracticeControl(address.control_url, address.control_token, clock)
        if said.get("status") == "ready":
            return Lease(address, control, child, None)
        _close_pipes(child)
        child.wait()
        try:
            return Lease(address, control, None, control.lease())
        except ConnectorError:
            control.close()  # it ended between saying so and being asked: start it anew
    raise ConnectorError(FailureKind.RETRYABLE, "practice.not_started")


def reap() -> int:
    """Collect banks that have ended since their lease was given back. Returns how many still run."""
    _given_back[:] = [child for child in _given_back if child.poll() is None]
    return len(_given_back)


def wait_until_ended(seconds: float) -> None:
    """Wait for the banks whose lease was given back.

    Raises:
        ConnectorError: ``practice.not_ended``: one still runs; another program may need it.
    """
    for child in tuple(_given_back):
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise ConnectorError(FailureKind.RETRYABLE, "practice.not_ended") from error
    reap()


def _start(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as errors:
        log.chmod(0o600)
        try:
            return subprocess.Popen(  # noqa: S603 - our own program, with arguments of our own
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,  # Ctrl-C in a terminal is for the client; the bank hears of it by its lease
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise ConnectorError(FailureKind.RETRYABLE, "practice.not_started") from error


def _first_line(child: subprocess.Popen[bytes], seconds: float) -> dict[str, object]:
    """Read the line that says where the bank serves. A thread reads: pipes can't be waited for on every system."""
    lines: list[bytes] = []
    output = child.stdout
    if output is None:
        raise ConnectorError(FailureKind.RETRYABLE, "practice.not_started")
    reader = threading.Thread(target=lambda: lines.append(output.readline(_LINE_LIMIT)), name="practice-bank-ready")
    reader.start()
    reader.join(seconds)
    if reader.is_alive():
        child.kill()  # ends the pipe, and with it the thread
        reader.join()
        raise ConnectorError(FailureKind.RETRYABLE, "practice.not_started")
    try:
        said = orjson.loads(lines[0])
    except orjson.JSONDecodeError as error:
        raise ConnectorError(FailureKind.RETRYABLE, "practice.not_started") from error
    if not isinstance(said, dict):
        raise ConnectorError(FailureKind.RETRYABLE, "practice.not_started")
    return said


def _address(said: dict[str, object]) -> Address:
    names = ("world_id", "api_url", "control_url", "control_token", "ca_pem")
    found = [said.get(name) for name in names]
    texts = [item for item in found if isinstance(item, str)]
    if len(texts) != len(names):
        raise ConnectorError(FailureKind.RETRYABLE, "practice.not_started")
    world, api_url, control_url, token, ca_pem = texts
    return Address(world, api_url, control_url, SecretText(token), ca_pem)


def _close_pipes(child: subprocess.Popen[bytes]) -> None:
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()


def _end(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    _close_pipes(child)
    child.wait()
