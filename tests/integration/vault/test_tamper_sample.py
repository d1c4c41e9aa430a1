"""A sample of the tamper campaign, with its planted defects: the campaign itself takes minutes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.security.tamper_campaign import own_vault, profile_at_rest, try_forgeries
from tests.security.tamper_cases import DEFECTS, PAGE, Profile, Scratch, Verdict, cases_of, unnoticed_pages

_OF_EACH_KIND = 5


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Profile:
    """Give a vault at rest, with commits that only its WAL holds."""
    home = tmp_path_factory.mktemp("tamper")
    found = profile_at_rest(*own_vault(home / "own"), home / "copy")
    assert found.files["vault/vault.db-wal"]
    return found


def verdicts(profile: Profile, home: Path, defect: str) -> Counter[Verdict]:
    """Judge a few cases of each kind under a defect."""
    scratch = Scratch(home / "scratch", profile)
    scratch.put_up({})
    original = scratch.digest()
    scratch.put_up({})
    assert scratch.judge(original) is Verdict.IDENTICAL, "what nobody changed is the same each time"
    cases = list(cases_of(profile))
    found: Counter[Verdict] = Counter()
    for kind in sorted({(case.file, case.act) for case in cases}):
        of_kind = [case for case in cases if (case.file, case.act) == kind]
        for case in of_kind[len(of_kind) // 7 :: max(1, len(of_kind) // _OF_EACH_KIND)]:
            scratch.put_up({case.file: case.apply(profile.files[case.file])})
            with DEFECTS[defect]():
                found[scratch.judge(original)] += 1
    return found


def test_nothing_is_silent(profile: Profile, tmp_path: Path) -> None:
    found = verdicts(profile, tmp_path, "none")
    assert found[Verdict.SILENT] == found[Verdict.UNCLEAN] == 0
    assert found[Verdict.REFUSED] > 40
    assert set(try_forgeries(tmp_path, profile)) <= {"refused", "absent"}


@pytest.mark.parametrize("defect", [name for name in DEFECTS if name != "none"])
def test_a_planted_defect_goes_silent(profile: Profile, tmp_path: Path, defect: str) -> None:
    silent = verdicts(profile, tmp_path, defect)[Verdict.SILENT]
    assert silent + try_forgeries(tmp_path, profile, defect)[Verdict.SILENT.value] > 0


@pytest.mark.parametrize("offset", [0, 1, 2048, PAGE - 1])
def test_every_page_is_named_wherever_its_byte_was_flipped(profile: Profile, tmp_path: Path, offset: int) -> None:
    pages, unnoticed = unnoticed_pages(tmp_path, profile, offset)
    assert pages > 30
    assert unnoticed == 0
