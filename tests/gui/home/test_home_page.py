"""The first page: what is on it can be pressed, read aloud, and is not made anew for nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QWidget

from countersign.presentation.home import HomePresenter, Safety
from countersign.testing import fakes
from countersign.testing.page_walk import walk
from countersign.ui.theme.tokens import Theme
from countersign.ui.views.home import HomePage
from countersign.ui.widgets import PlainLabel, SafeButton
from tests.signed_orders import begun_order
from tests.unit.presentation.recorded import Went

Open = Callable[..., tuple[HomePage, Went]]


@pytest.fixture
def opened(show: Callable[..., QWidget]) -> Open:
    def open_home(world: fakes.World, width: int = 1240, height: int = 800) -> tuple[HomePage, Went]:
        page, went = HomePage(), Went()
        page.attach(HomePresenter(world.session, page, went, lambda: Safety(keyring=True, lock_minutes=5)))
        show(page, width, height)
        return page, went

    return open_home


def test_what_waits_is_opened_by_its_button(opened: Open) -> None:
    world = fakes.make_world()
    order = begun_order(world)
    page, went = opened(world)
    for button in page.findChildren(SafeButton):
        if button.objectName().startswith("home.open."):
            button.click()
    page.new_transfer.click()
    assert went.to == [("order", order), ("transfer", ""), ("transfer", "")]
    named = [button.accessibleName() for button in page.findChildren(SafeButton)]
    assert any("EUR 6,000.00" in name and fakes.LANDLORD[0] in name for name in named)


def test_refreshing_leaves_what_did_not_change_in_place(opened: Open) -> None:
    world = fakes.make_world()
    page, _ = opened(world)
    before = page.findChild(QWidget, "home.account.acc-1")
    assert before is not None
    page.refresh.click()
    assert page.findChild(QWidget, "home.account.acc-1") is before


def test_the_empty_page_offers_a_practice_transfer(opened: Open) -> None:
    world = fakes.make_world()
    world.practice.letters = ()
    page, went = opened(world)
    button = page.findChild(QWidget, "home.try")
    assert button is not None
    button.click()  # type: ignore[attr-defined]  # a button of the kit
    assert went.to == [("transfer", "")]


def test_an_error_is_quiet_and_goes_away(opened: Open) -> None:
    world = fakes.make_world()
    world.session.banks.clear()
    page, _ = opened(world)
    banner = page.findChild(QWidget, "home.error")
    assert banner is not None
    assert banner.isVisible()
    assert "can't be reached" in " ".join(label.text() for label in banner.findChildren(PlainLabel))
    world.session.banks["practice"] = world.bank
    page.refresh.click()
    assert not banner.isVisible()


@pytest.mark.parametrize("theme", list(Theme))
@pytest.mark.parametrize(("percent", "width", "height"), [(100, 1240, 800), (100, 812, 680), (200, 812, 680)])
def test_a_walk_finds_nothing(
    opened: Open, dress: Callable[..., object], theme: Theme, percent: int, width: int, height: int
) -> None:
    dress(theme, "en", percent)
    world = fakes.make_world()
    begun_order(world)
    page, _ = opened(world, width, height)
    assert walk(page) == []
