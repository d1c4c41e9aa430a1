"""Runs a script to its end, on the spot."""

from __future__ import annotations

from typing import TypeVar

from countersign.application.flows.script import Script, run_script
from countersign.application.session import Session

T = TypeVar("T")


def run(session: Session, script: Script[T]) -> T:
    """Run a script with a session whose tasks work inline; what it raises is raised."""
    results: list[T] = []

    def failed(error: Exception) -> None:
        raise error

    run_script(session.tasks, script, results.append, failed)
    return results[0]
