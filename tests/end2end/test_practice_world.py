"""Several profiles of one machine can share one practice bank."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from countersign import bootstrap, cli
from countersign.bootstrap import Ground
from countersign.ui import start


def test_a_practice_world_can_be_named_instead_of_the_profiles_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Ground] = []

    def begin(ground: Ground, _opener: object, **_looks: object) -> int:
        begun.append(ground)
        return 0

    monkeypatch.setattr(start, "start", begin)
    monkeypatch.setattr(bootstrap, "lay_ground", partial(bootstrap.lay_ground, home=tmp_path / "home"))
    assert cli.main(["--profile", "anna", "--practice-world", str(tmp_path / "bank")]) == 0
    assert cli.main(["--profile", "anna"]) == 0
    shared, own = (ground.paths.practice for ground in begun)
    assert shared == tmp_path / "bank"
    assert own.is_relative_to(tmp_path / "home")
