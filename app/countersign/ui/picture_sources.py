"""Where pictures of codes come from on this computer: its screens, and a camera where there is one.

Cameras need Qt Multimedia, which comes with PySide6-Addons: large, and wanted by few (the extra ``camera``). It is
loaded when a camera is asked for, and everything else works without it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from PySide6.QtCore import QCameraPermission, QCoreApplication, QObject, QPermission, Qt
from PySide6.QtGui import QGuiApplication, QImage

from countersign.presentation.messages import _
from countersign.ui.pictures import grey_map

MULTIMEDIA: Final = "PySide6.QtMultimedia"


class ScreenSource:
    """Looks at one screen after the other. Implements ``presentation.code_reading.PictureSource``."""

    def __init__(self, take: Callable[[int], QImage] | None = None, count: Callable[[], int] | None = None) -> None:
        """Look at nothing yet.

        Args:
            take: Takes a picture of a screen, by its place; the computer's own, if not given.
            count: How many there are.
        """
        self._take, self._count = take or _grab, count or _screens
        self._turn = self._blind = 0
        self._seen = False

    def open(self) -> None:
        """Begin."""
        self._turn = self._blind = 0
        self._seen = False

    def latest(self) -> Callable[[], bytes] | None:
        """Take a picture of the screen whose turn it is; what follows from it is done in a lane."""
        count = self._count()
        self._turn = (self._turn + 1) % max(1, count)
        image = self._take(self._turn) if count else QImage()
        if image.isNull():
            self._blind += 1
            return None
        self._seen = True
        return partial(grey_map, image)

    @property
    def failure(self) -> str:
        """Say where the desktop shows no program what is on screen."""
        if self._seen or self._blind < 2:  # noqa: PLR2004 - once may be chance
            return ""
        return _("This desktop shows programs nothing of the screen. Take a screenshot of the code, then press Paste.")

    def close(self) -> None:
        """End."""


def _screens() -> int:
    return len(QGuiApplication.screens())


def _grab(place: int) -> QImage:
    return QGuiApplication.screens()[place].grabWindow(0).toImage()


class CameraSource(QObject):
    """Looks through the system's first camera. Implements ``presentation.code_reading.PictureSource``.

    Qt Multimedia has no types here: it may not be installed.
    """

    def __init__(self) -> None:
        """Look at nothing yet."""
        super().__init__()
        self._frame: Any = None
        self._parts: tuple[Any, ...] = ()
        self._failure = ""
        self._wanted = False

    def open(self) -> None:
        """Switch the camera on, once the system allows it: some ask the person first."""
        self.close()
        self._failure, self._wanted = "", True
        program = QCoreApplication.instance()
        if program is not None:
            program.requestPermission(QCameraPermission(), self, self._answered)

    def _answered(self, permission: QPermission) -> None:
        if permission.status() != Qt.PermissionStatus.Granted:
            self._failed()
        elif self._wanted:
            self._switch_on()

    def _switch_on(self) -> None:
        try:
            media: Any = import_module(MULTIMEDIA)
        except ImportError:  # a system library that it needs is missing
            self._failure = _unusable()
            return
        device = media.QMediaDevices.defaultVideoInput()
        if device.isNull():
            self._failure = _("No camera was found. Connect one and try again, or take pictures of the code instead.")
            return
        camera, session, sink = media.QCamera(device), media.QMediaCaptureSession(), media.QVideoSink()
        session.setCamera(camera)
        session.setVideoSink(sink)
        sink.videoFrameChanged.connect(self._arrived)
        camera.errorOccurred.connect(self._failed)
        self._parts = (camera, session, sink)
        camera.start()

    def _arrived(self, frame: Any) -> None:  # noqa: ANN401 - see above
        self._frame = frame

    def _failed(self, *_what: object) -> None:
        self._failure = _(
            "The camera can’t be used: another program may have it, or the system doesn’t allow it. "
            "Look at the system’s settings, or take pictures of the code instead."
        )

    def latest(self) -> Callable[[], bytes] | None:
        """Return the newest picture, unless it was returned before."""
        frame, self._frame = self._frame, None
        return partial(_grey_frame, frame) if frame is not None and frame.isValid() else None

    @property
    def failure(self) -> str:
        """Say why there are no pictures."""
        return self._failure

    def close(self) -> None:
        """Switch it off."""
        self._wanted = False
        parts, self._parts, self._frame = self._parts, (), None
        if parts:
            parts[0].stop()


def _grey_frame(frame: Any) -> bytes:  # noqa: ANN401 - see above
    return grey_map(frame.toImage())


def _unusable() -> str:
    return _("Qt Multimedia does not work on this computer. Take pictures of the code, or read it from the screen.")


class ComputerSources:
    """Implements ``presentation.code_reading.PictureSources`` over this computer."""

    def screen(self) -> ScreenSource:
        """Return what looks at the screen."""
        return ScreenSource()

    def camera(self) -> CameraSource:
        """Return the camera."""
        return CameraSource()

    @property
    def no_camera(self) -> str:
        """Say why there is no camera, and how to go on: nothing is loaded to find that out."""
        if find_spec(MULTIMEDIA) is not None:
            return ""
        return _(
            "This program was installed without its camera part. Take pictures of the code with a phone, or install "
            "the part: pip install “countersign-desktop[camera]”."
        )
