"""Where pictures of codes come from: the screen, and a camera whose part of Qt may not be there."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from countersign.ui import picture_sources
from countersign.ui.picture_sources import MULTIMEDIA, CameraSource, ComputerSources, ScreenSource


def image(shade: int = 255) -> QImage:
    found = QImage(2, 1, QImage.Format.Format_RGB32)
    found.fill(QColor(shade, shade, shade))
    return found


def test_every_screen_is_looked_at_in_turn() -> None:
    source = ScreenSource(image, lambda: 3)
    source.open()
    looks = [source.latest() for _ in range(4)]
    assert [look and look()[-1] for look in looks] == [1, 2, 0, 1]
    assert source.failure == ""
    source.close()


@pytest.mark.parametrize("count", [0, 1])
def test_a_desktop_that_shows_nothing_says_how_to_go_on(count: int) -> None:
    source = ScreenSource(lambda _place: QImage(), lambda: count)
    source.open()
    assert source.latest() is None
    assert source.failure == ""  # once may be chance
    assert source.latest() is None
    assert "screenshot" in source.failure
    source.open()
    assert source.failure == ""


def test_this_computer_has_a_screen(qapp: QApplication) -> None:
    source = ComputerSources().screen()
    source.open()
    look = source.latest()
    assert look is None or look().startswith(b"P5")


def test_without_its_part_the_camera_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_sources, "find_spec", lambda _name: None)
    assert "countersign-desktop[camera]" in ComputerSources().no_camera
    monkeypatch.setattr(picture_sources, "find_spec", lambda _name: object())
    assert ComputerSources().no_camera == ""
    assert isinstance(ComputerSources().camera(), CameraSource)


class Camera(QObject):
    """Stands in for Qt's camera, as much of it as is used."""

    errorOccurred = Signal(int, str)  # noqa: N815 - as Qt calls it

    def __init__(self, device: object) -> None:
        super().__init__()
        self.device, self.on = device, False

    def start(self) -> None:
        self.on = True

    def stop(self) -> None:
        self.on = False


class Sink(QObject):
    """Stands in for where its pictures go."""

    videoFrameChanged = Signal(object)  # noqa: N815 - as Qt calls it


class Multimedia(ModuleType):
    """Stands in for Qt Multimedia, which need not be installed."""

    def __init__(self, *, there: bool) -> None:
        super().__init__(MULTIMEDIA)
        self.cameras: list[Camera] = []
        self.sinks: list[Sink] = []
        self.QMediaDevices = SimpleNamespace(defaultVideoInput=lambda: SimpleNamespace(isNull=lambda: not there))

    def QCamera(self, device: object) -> Camera:
        self.cameras.append(Camera(device))
        return self.cameras[-1]

    def QMediaCaptureSession(self) -> SimpleNamespace:
        return SimpleNamespace(setCamera=lambda _camera: None, setVideoSink=lambda _sink: None)

    def QVideoSink(self) -> Sink:
        self.sinks.append(Sink())
        return self.sinks[-1]


@pytest.fixture
def multimedia(monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> Callable[[bool], Multimedia]:
    """Give what puts Qt Multimedia in place, with a camera or without."""

    def put(there: bool) -> Multimedia:
        found = Multimedia(there=there)
        monkeypatch.setitem(sys.modules, MULTIMEDIA, found)
        return found

    return put


def frame(shade: int, *, valid: bool = True) -> SimpleNamespace:
    return SimpleNamespace(isValid=lambda: valid, toImage=lambda: image(shade))


def test_a_camera_gives_its_newest_picture_once(multimedia: Callable[[bool], Multimedia], qtbot: QtBot) -> None:
    media = multimedia(True)
    source = CameraSource()
    source.open()
    qtbot.waitUntil(lambda: bool(media.sinks))
    assert (media.cameras[0].on, source.failure) == (True, "")
    assert source.latest() is None
    media.sinks[0].videoFrameChanged.emit(frame(7))
    media.sinks[0].videoFrameChanged.emit(frame(9))
    look = source.latest()
    assert look is not None
    assert look()[-1] == 9
    assert source.latest() is None
    media.sinks[0].videoFrameChanged.emit(frame(0, valid=False))
    assert source.latest() is None
    source.close()
    source.close()
    assert not media.cameras[0].on


def test_a_camera_that_is_missing_in_use_or_forbidden_says_how_to_go_on(
    multimedia: Callable[[bool], Multimedia], qtbot: QtBot
) -> None:
    multimedia(False)
    source = CameraSource()
    source.open()
    qtbot.waitUntil(lambda: bool(source.failure))
    assert source.failure.startswith("No camera was found")
    media = multimedia(True)
    source.open()
    qtbot.waitUntil(lambda: bool(media.cameras))
    assert source.failure == ""
    media.cameras[0].errorOccurred.emit(1, "busy")
    assert source.failure.startswith("The camera can’t be used")
    refused = SimpleNamespace(status=lambda: Qt.PermissionStatus.Denied)
    source.close()
    source._answered(refused)  # type: ignore[arg-type]  # noqa: SLF001 - the system can't be made to refuse here
    assert source.failure.startswith("The camera can’t be used")


def test_what_can_not_be_loaded_is_said(monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    monkeypatch.setitem(sys.modules, MULTIMEDIA, None)
    source = CameraSource()
    source.open()
    qtbot.waitUntil(lambda: bool(source.failure))
    assert source.failure.startswith("Qt Multimedia does not work")


def test_a_camera_that_is_no_longer_wanted_is_not_switched_on(
    multimedia: Callable[[bool], Multimedia],
) -> None:
    media = multimedia(True)
    source = CameraSource()
    source.open()
    source.close()
    source._answered(SimpleNamespace(status=lambda: Qt.PermissionStatus.Granted))  # type: ignore[arg-type]  # noqa: SLF001
    assert media.cameras == []
