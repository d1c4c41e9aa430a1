"""Exchanging with the other devices for as long as the vault is open, whatever page is shown: round after round."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from countersign.application.flows.exchange_round import ExchangeReport, Memory, exchange_once, notes_of
from countersign.application.flows.script import run_script
from countersign.application.ports.relay import Relay
from countersign.application.ports.tasks import Lane, Tasks
from countersign.application.ports.workspace import WorkspaceVault
from countersign.application.use_cases.exchange_envelopes import Tools
from countersign.domain.errors import CountersignError

__all__ = ["Exchange", "ExchangeReport", "ExchangeState", "Memory", "exchange_once"]

ROUND_MS: Final = 30_000
"""A round is made at least this often."""

_FIRST_PAUSE_MS: Final = 1_000


@dataclass(frozen=True, slots=True)
class ExchangeState:
    """What the screens show of the store.

    Attributes:
        connected: Whether the last round went through.
        busy: Whether one is under way.
        round_at: When one went through last, by our clock; 0 for never.
        error: Why the last one didn't; a code, empty where it did.
        heard: Device to when its newest checkpoint came.
        waiting: Parcels that are listed and could not be read.
        report: Of the last round that went through.
        refused: (parcel, code, when) of what was refused, oldest first.
    """

    connected: bool = False
    busy: bool = False
    round_at: int = 0
    error: str = ""
    heard: Mapping[str, int] = field(default_factory=dict)
    waiting: int = 0
    report: ExchangeReport = field(default_factory=ExchangeReport)
    refused: tuple[tuple[str, str, int], ...] = ()


class Exchange:
    """Rounds for as long as the vault is open.

    One at the start, when something was signed, when the store has news, and at least every half minute. It lives on
    the owner's thread; only ``appended`` may be called from another.

    Attributes:
        state: For the screens.
    """

    def __init__(
        self,
        *,
        vault: WorkspaceVault,
        relay: Relay,
        tasks: Tasks,
        tools: Tools,
        changed: Callable[[ExchangeState], None] = lambda _: None,
        took: Callable[[frozenset[str]], None] = lambda _: None,
    ) -> None:
        """Stand ready; ``start`` begins.

        Args:
            vault: The unlocked vault.
            relay: Closed by ``stop``.
            tasks: The lanes.
            tools: Cryptography, clock and chance.
            changed: Called whenever ``state`` changed.
            took: Called with the subjects of what was taken in.
        """
        self._vault, self._relay, self._tasks, self._tools = vault, relay, tasks, tools
        self._changed, self._took = changed, took
        self._memory = Memory()
        self._wanted = self._running = self._waiting = self._stopped = False
        self._next_at = 0
        self._pause_ms = _FIRST_PAUSE_MS
        self._ended: Callable[[], None] = lambda: None
        self.state = ExchangeState()

    def start(self) -> None:
        """Make the first round."""
        self.exchange()

    def exchange(self) -> None:
        """Make a round now; another one after the one that is under way."""
        self._wanted = True
        self._go_on()

    def appended(self) -> None:
        """Say that something was signed here: it is published soon. From any thread."""
        self._wanted = True
        self._relay.wake()

    def tick(self) -> None:
        """Look whether a round is due: to be called about every second."""
        self._go_on()
        self._listen()

    def stop(self, ended: Callable[[], None] = lambda: None) -> None:
        """End, and let go of the store as soon as nothing is under way; ``ended`` is called then."""
        if not self._stopped:
            self._stopped, self._ended = True, ended
            self._relay.wake()
            self._let_go()

    def _go_on(self) -> None:
        due = self._wanted or self._tools.clock.monotonic_ms() >= self._next_at
        held = self.state.error and self._tools.clock.monotonic_ms() < self._next_at
        if self._stopped or self._running or not due or held:
            return
        self._running, self._wanted = True, False
        self._show(replace(self.state, busy=True))
        script = exchange_once(self._vault, self._relay, self._tools, self._memory, self._took)
        run_script(self._tasks, script, self._done, self._failed)

    def _done(self, report: ExchangeReport) -> None:
        self._running = False
        self._pause_ms = _FIRST_PAUSE_MS
        self._next_at = self._tools.clock.monotonic_ms() + ROUND_MS
        self._wanted = self._wanted or report.more
        if self._stopped:
            self._let_go()
            return
        notes = notes_of(self._memory)
        self._show(
            ExchangeState(
                connected=True,
                round_at=self._tools.clock.now_ms(),
                heard={device: item.arrived for device, item in notes.heard.items()},
                waiting=len(self._memory.pending),
                report=report,
                refused=notes.refused,
            )
        )
        if self._wanted:
            self._go_on()
        else:
            self._listen()

    def _failed(self, error: Exception) -> None:
        self._running = False
        if self._stopped:
            self._let_go()
            return
        if not isinstance(error, CountersignError):
            raise error
        self._next_at = self._tools.clock.monotonic_ms() + self._pause_ms
        self._pause_ms = min(2 * self._pause_ms, ROUND_MS)
        self._show(replace(self.state, connected=False, busy=False, error=error.code))

    def _listen(self) -> None:
        """Wait for news of the store, beside everything else."""
        if self._stopped or self._waiting or self._running or not self.state.connected:
            return
        self._waiting = True
        self._tasks.run(Lane.NEWS, partial(self._relay.wait, ROUND_MS), self._woken, self._unheard)

    def _woken(self, news: bool) -> None:  # noqa: FBT001 - what the store says
        self._waiting = False
        self._wanted = self._wanted or news
        if self._stopped:
            self._let_go()
        elif self._wanted:
            self._go_on()

    def _unheard(self, _error: Exception) -> None:
        self._woken(False)  # noqa: FBT003 - the next round will tell why

    def _let_go(self) -> None:
        if not self._running and not self._waiting:
            self._tasks.run(Lane.NETWORK, self._relay.close, lambda _: self._ended(), lambda _: self._ended())

    def _show(self, state: ExchangeState) -> None:
        if state != self.state:
            self.state = state
            self._changed(state)
