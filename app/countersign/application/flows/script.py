"""Scripts: work that goes through several lanes, written in one line of thought.

A script is a generator that yields jobs. Whoever runs it hands each job to its lane and resumes the script, on the
owner's thread, with the result or the exception. So a chain such as *record, send, record* reads from top to bottom.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias, TypeVar, cast

from countersign.application.ports.tasks import Lane, Tasks
from countersign.domain.errors import ConnectorError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Job:
    """Work for one lane."""

    lane: Lane
    work: Callable[[], object]


Script: TypeAlias = Generator[Job, object, T]


def in_lane(lane: Lane, work: Callable[[], T]) -> Script[T]:
    """Do ``work`` in ``lane`` and return its result; its exception is raised here."""
    return cast("T", (yield Job(lane, work)))


def on_vault(work: Callable[[], T]) -> Script[T]:
    """Do ``work`` in the VAULT lane."""
    return in_lane(Lane.VAULT, work)


def on_network(work: Callable[[], T]) -> Script[T]:
    """Do ``work`` in the NETWORK lane."""
    return in_lane(Lane.NETWORK, work)


def on_read(work: Callable[[], T]) -> Script[T]:
    """Do ``work`` in the READ lane."""
    return in_lane(Lane.READ, work)


def kept(script: Script[ConnectorError | None]) -> Script[ConnectorError | None]:
    """Ask the bank; return why it couldn't be asked: something else may say all the same what became of a payment."""
    try:
        return (yield from script)
    except ConnectorError as error:
        return error


def run_script(tasks: Tasks, script: Script[T], done: Callable[[T], None], failed: Callable[[Exception], None]) -> None:
    """Run a script to its end; exactly one of ``done`` and ``failed`` is called, on the owner's thread."""
    _advance(tasks, script, done, failed, partial(next, script))


def _advance(
    tasks: Tasks,
    script: Script[T],
    done: Callable[[T], None],
    failed: Callable[[Exception], None],
    resume: Callable[[], Job],
) -> None:
    try:
        job = resume()
    except StopIteration as end:
        done(end.value)
        return
    except Exception as error:  # noqa: BLE001 - whatever the script raises is its outcome
        failed(error)
        return
    tasks.run(
        job.lane,
        job.work,
        lambda result: _advance(tasks, script, done, failed, lambda: script.send(result)),
        lambda error: _advance(tasks, script, done, failed, lambda: script.throw(error)),
    )
