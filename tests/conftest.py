"""What holds for every test: no display, no leaks, no unexpected warnings, repeatable examples."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.leaks import LeftoverThreads, QtWatch, UnexpectedWarnings, expects_warnings

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from tests.postgres import PostgresServer

# Before anything imports Qt.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# A test never speaks to the keyring of the person who runs it.
os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")

# No deadlines: machines are shared, and slowness has tests of its own.
settings.register_profile("dev", deadline=None, print_blob=True)
settings.register_profile("ci", parent=settings.get_profile("dev"), derandomize=True, database=None)
settings.register_profile(
    "nightly",
    parent=settings.get_profile("dev"),
    max_examples=2_000,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Keep the settings of pytest-qt known where the plugin itself is left out (the core without Qt)."""
    if pluginmanager.is_blocked("pytest-qt"):
        for name in ("qt_api", "qt_log_level_fail"):
            parser.addini(name, "a setting of pytest-qt, which is not loaded")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the window tests alone where Qt is blocked."""
    blocked = config.pluginmanager.is_blocked("pytest-qt")
    rooms = Path(__file__).parent
    return True if blocked and collection_path in {rooms / "gui", rooms / "unit" / "ui"} else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Fail the test during which somebody logged a warning that nobody expected.

    A test that provokes warnings asks for ``caplog`` and asserts what was said.
    """
    if expects_warnings(item):
        return (yield)
    with UnexpectedWarnings() as seen:
        result = yield
    if seen.lines:
        pytest.fail("unexpected warnings were logged:\n  " + "\n  ".join(seen.lines), pytrace=False)
    return result


@pytest.fixture(scope="session", autouse=True)
def _qt_watch(qt_is_blocked: bool) -> Iterator[QtWatch | None]:
    """Watch Qt's timers and threads from before any wider fixture starts one."""
    if qt_is_blocked:
        yield None
        return
    watch = QtWatch()
    yield watch
    watch.stop()


@pytest.fixture(autouse=True)
def _no_leaks(_qt_watch: QtWatch | None) -> Iterator[None]:
    """Fail the guilty test, not a later one, when a thread or a timer is left running."""
    threads = LeftoverThreads()
    if _qt_watch:
        _qt_watch.begin()
    yield
    left = [*threads.left(), *(_qt_watch.left() if _qt_watch else ())]
    if left:
        pytest.fail("left running: " + "; ".join(left), pytrace=False)


@pytest.fixture(scope="session")
def project_root() -> Path:
    """Give the directory that holds ``pyproject.toml``."""
    return Path(__file__).parent.parent


@pytest.fixture(scope="session")
def real_input(project_root: Path) -> Path:
    """Give the directory of real standards and samples beside the checkout; skip, saying so, where it is absent."""
    found = project_root.parent / "shared" / "data"
    if not found.is_dir():
        pytest.skip("no ../shared/data beside this checkout: the real samples can't be read")
    return found


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Run a real PostgreSQL server, for the whole session."""
    from tests.postgres import running_postgres  # noqa: PLC0415 - few tests need a database

    with running_postgres() as server:
        yield server


@pytest.fixture(scope="module")
def postgres(postgres_server: PostgresServer) -> PostgresServer:
    """Give a real PostgreSQL server without what others left: the same names make the same workspace."""
    postgres_server.empty()
    return postgres_server


@pytest.fixture(scope="session")
def qt_is_blocked() -> bool:
    """Tell whether this process runs without Qt."""
    try:
        return importlib.util.find_spec("PySide6") is None
    except ModuleNotFoundError:
        return True
