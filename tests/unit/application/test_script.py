"""Scripts go through their lanes in order, and end in exactly one way."""

from __future__ import annotations

import pytest

from countersign.application.flows.script import Script, on_network, on_read, on_vault, run_script
from countersign.application.ports.tasks import Lane
from countersign.testing.fakes import InlineTasks, ManualTasks


def fail(error: Exception) -> int:
    raise error


def story() -> Script[list[int]]:
    first = yield from on_vault(lambda: 1)
    second = yield from on_network(lambda: first + 1)
    third = yield from on_read(lambda: second + 1)
    return [first, second, third]


def test_each_piece_runs_in_its_lane_with_what_came_before() -> None:
    tasks, ends = InlineTasks(), list[object]()
    run_script(tasks, story(), ends.append, ends.append)
    assert ends == [[1, 2, 3]]
    assert tasks.lanes == [Lane.VAULT, Lane.NETWORK, Lane.READ]


def test_nothing_runs_before_its_turn() -> None:
    tasks, ends = ManualTasks(), list[object]()
    run_script(tasks, story(), ends.append, ends.append)
    seen = []
    while tasks.waiting:
        seen.append(tuple(tasks.waiting))
        tasks.step()
    assert seen == [(Lane.VAULT,), (Lane.NETWORK,), (Lane.READ,)]
    assert ends == [[1, 2, 3]]


def test_a_failing_piece_is_raised_in_the_script_which_may_go_on() -> None:
    def careful() -> Script[str]:
        try:
            yield from on_vault(lambda: fail(OSError("full")))
        except OSError as error:
            told = f"told of {error}"
        return (yield from on_network(lambda: told))

    ends: list[object] = []
    run_script(InlineTasks(), careful(), ends.append, ends.append)
    assert ends == ["told of full"]


@pytest.mark.parametrize("where", ["piece", "script"])
def test_what_the_script_does_not_catch_is_its_end(where: str) -> None:
    def careless() -> Script[int]:
        found = yield from on_vault(lambda: fail(OSError("full")) if where == "piece" else 1)
        raise OSError("full", found)

    done: list[object] = []
    failed: list[Exception] = []
    run_script(InlineTasks(), careless(), done.append, failed.append)
    assert done == []
    assert [type(error) for error in failed] == [OSError]


def test_a_script_without_pieces_ends_at_once() -> None:
    def short() -> Script[int]:
        yield from ()
        return 7

    ends: list[object] = []
    run_script(InlineTasks(), short(), ends.append, ends.append)
    assert ends == [7]
