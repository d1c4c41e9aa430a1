"""Plays some worlds of the adversary campaign, one after the other, in a process of its own.

``python -m tests.security.adversary_lane FIRST COUNT STEPS [DEFECT]`` writes one line of JSON. Every world has a
temper: what happens often in one never happens in another, so that long runs of the same are met too.
"""

from __future__ import annotations

import gc
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

import orjson

from tests.security.adversary_planted import DEFECTS
from tests.security.adversary_steps import STEPS, attempt
from tests.security.adversary_store import STORE, up_again
from tests.security.adversary_stories import STORIES
from tests.security.adversary_villains import VILLAINS
from tests.security.adversary_watch import Watch
from tests.security.adversary_world import Setting, make_world

OPERATIONS: Final = {**STEPS, **STORIES, **VILLAINS, **STORE}
FINDINGS: Final = ("forged", "lost", "doubled", "unnoticed", "apart", "broken")
_ALWAYS: Final = {"request", "approve", "send_on", "exchange", "wait", "endorse", "store.heal"}
_TEMPERS: Final = (0, 1, 1, 3)
_DEPTH: Final = 20_000
"""Calls inside calls: tasks are done on the spot here, so that a round with hundreds of parcels goes that deep."""
_IDLE: Final = 5
"""Tries for each step: what finds nothing to do is no step."""


def main(argv: Sequence[str]) -> int:
    """Play the worlds and say what was found."""
    sys.setrecursionlimit(_DEPTH)
    gc.disable()  # the process is a short one, and what a world leaves behind is small
    first, count, steps = (int(item) for item in argv[:3])
    until = ""
    if len(argv) > 3:
        DEFECTS[argv[3]].plant()
        until = DEFECTS[argv[3]].shows
    sys.stdout.buffer.write(orjson.dumps(play(first, count, steps, until)) + b"\n")
    return 0


def play(first: int, count: int, steps: int, until: str = "") -> dict[str, object]:
    """Play worlds and add up what came of them; where a finding is awaited, not longer than that."""
    began = time.process_time()
    done, refused, sums = Counter[str](), Counter[str](), Counter[str]()
    findings: dict[str, list[str]] = {name: [] for name in FINDINGS}
    slowest = played = 0
    for number in range(first, first + count):
        watch, acted, denied = play_world(number, steps)
        played += 1
        done += acted
        refused += denied
        slowest = max(slowest, watch.recovered_after)
        for name, found in asdict(watch.found).items():
            findings[name] += [f"world {number}: {item}" for item in found]
        truth = watch.world.truth
        if until and findings[until]:
            break
        sums["events"] += len(truth.numbered)
        sums["sent"] += len(watch.accepted)
        sums["two_faced_places"] += sum(map(len, truth.doubled.values()))
        sums["two_faced_sendings"] += watch.two_faced
        sums["epochs"] += max(seat.vault.rules.governance.epoch for seat in watch.world.seats)
        sums["closed"] += sum(item.closed for item in watch.world.seats[0].vault.rules.governance.devices)
        sums["contested"] += bool(watch.world.seats[0].vault.rules.contested)
    return {
        "worlds": played,
        "steps": done.total() + refused.total(),
        "done": dict(done),
        "refused": dict(refused),
        "recovered_after": slowest,
        "cpu": round(time.process_time() - began, 1),
        **sums,
        "findings": findings,
    }


def play_world(number: int, steps: int) -> tuple[Watch, Counter[str], Counter[str]]:
    """Play one world until so many steps were taken, and let it come to rest."""
    world = make_world(number)
    watch = Watch(world)
    names = list(OPERATIONS)
    weights = [OPERATIONS[name][0] * _temper(world, name) for name in names]
    done, refused = Counter[str](), Counter[str]()
    for _ in range(_IDLE * steps):
        if done.total() + refused.total() >= steps:
            break
        up_again(world)
        (name,) = world.chance.choices(names, weights)
        came = attempt(world, name, OPERATIONS[name][1])
        done[name] += came == "done"
        refused[name] += came == "refused"
        for seat in world.seats:
            if seat.vault.news:
                watch.after(seat)
    world.store.down, world.store.lost_answers = False, 0
    if world.chance.random() < 0.5:
        world.store.heal()  # all that was ever left is there again; else what is gone stays gone
    else:
        world.store.be_honest()
    watch.end()
    return watch, +done, +refused


def _temper(world: Setting, name: str) -> int:
    drawn = world.chance.choice(_TEMPERS)
    return max(1, drawn) if name in _ALWAYS else drawn


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
