"""Files of a case in the window: added by key, drop and paste, opened in place, taken away."""

import types
import uuid
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QIODevice,
    QMimeData,
    QObject,
    QPoint,
    Qt,
    QUrl,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QDesktopServices,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from db.queries.attachments import AttachmentRow
from db.queries.journal import ChangeSetFilter
from db.session import Actor, Database
from db.vocabulary import ChangeKind
from desktop_app.columns.attachments import size_text
from desktop_app.services import attachments, history, interviews
from desktop_app.ui import attachments as files
from desktop_app.ui import sound_player
from desktop_app.ui.attachments import FileOpener, FilesPane
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.case_file import CaseFilePage
from desktop_app.ui.picture_viewer import PictureViewer
from desktop_app.ui.sound_player import SoundPlayer, time_text
from tests.conftest import let_go
from tests.ui.casework import nameless, open_case
from tests.ui.shop import Stage, fill

SOUND = b"RIFF a call"


@pytest.fixture
def shop(database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    return fill(database, admin)


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def case_id(stage: Stage, shop: dict[str, uuid.UUID]) -> uuid.UUID:
    return open_case(stage, shop["K2"])


@pytest.fixture
def page(stage: Stage, case_id: uuid.UUID) -> CaseFilePage:
    shown: CaseFilePage = stage.show(CaseFilePage, case_id)
    stage.wait(lambda: shown.view is not None)
    shown.tabs.setCurrentWidget(shown.files)
    return shown


@pytest.fixture
def handed_over(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What the system was asked to open."""
    opened: list[Path] = []

    def open_url(url: QUrl) -> bool:
        opened.append(Path(url.toLocalFile()))
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    return opened


def png(width: int = 400, height: int = 200) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("tan"))
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(content.data())


def rows(stage: Stage, case_id: uuid.UUID) -> list[AttachmentRow]:
    found: list[AttachmentRow] = stage.read(attachments.rows_of_case, case_id)
    return found


def pane_row(stage: Stage, page: CaseFilePage, name: str) -> AttachmentRow:
    """A file in the list, once it is there; the cursor is put on it."""
    stage.wait(lambda: any(row.name == name for row in page.files._rows))
    row = next(row for row in page.files._rows if row.name == name)
    page.files.table.select_key(row.id)
    return row


def drop(page: CaseFilePage, data: QMimeData) -> bool:
    """Drop something onto the page; whether it was welcome."""
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier
    enter = QDragEnterEvent(QPoint(50, 50), copy, data, left, none.NoModifier)
    enter.ignore()
    QApplication.sendEvent(page, enter)
    if not enter.isAccepted():
        return False
    QApplication.sendEvent(
        page, QDropEvent(QPoint(50, 50).toPointF(), copy, data, left, none.NoModifier)
    )
    return True


# ---------------------------------------------------------------- adding


def test_that_files_come_in_by_the_dialog_by_drop_and_by_paste(
    stage: Stage, page: CaseFilePage, case_id: uuid.UUID, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    letter, call = tmp_path / "解约书.pdf", tmp_path / "通话.mp3"
    letter.write_bytes(b"%PDF")
    call.write_bytes(SOUND)
    monkeypatch.setattr(
        QFileDialog, "getOpenFileNames", lambda *_args, **_named: ([str(letter)], "")
    )
    stage.run(page, "case.attach")
    stage.wait(lambda: page.tabs.tabText(page.tabs.indexOf(page.files)) == "Files (1)")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(call))])
    assert drop(page, data)
    stage.wait(lambda: page.files.table.count() == 2)
    words = QMimeData()
    words.setText("nothing to keep")
    assert not drop(page, words)
    QGuiApplication.clipboard().setImage(QImage.fromData(png()))
    QTest.keyClick(page, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    let_go()
    stage.wait(lambda: page.files.table.count() == 3)
    names = [row.name for row in rows(stage, case_id)]
    assert names[0].startswith("pasted 20")
    assert names[0].endswith(".png")
    assert names[1:] == ["通话.mp3", "解约书.pdf"]
    shown = [column.heading() for column in page.files.table.visible_columns()]
    assert shown == ["Name", "Kind", "Size", "By", "Time"]
    assert any("File · 解约书.pdf" in entry.title for entry in page.timeline._model.shown)


def test_that_text_is_pasted_where_one_types(
    stage: Stage, page: CaseFilePage, case_id: uuid.UUID
) -> None:
    QGuiApplication.clipboard().setText("just words")
    QTest.keyClick(page, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    let_go()
    stage.idle()
    assert rows(stage, case_id) == []


def test_that_a_file_that_cannot_be_kept_is_said(
    stage: Stage, page: CaseFilePage, case_id: uuid.UUID, tmp_path: Path
) -> None:
    empty = tmp_path / "leer.png"
    empty.touch()
    page.files.add([(empty, "")])
    stage.wait(lambda: page.context.messages.text)
    assert page.context.messages.text == "“leer.png” is empty. Choose another file."
    assert rows(stage, case_id) == []


def test_that_an_empty_list_says_what_belongs_there(page: CaseFilePage) -> None:
    assert page.tabs.tabText(page.tabs.indexOf(page.files)) == "Files"
    assert "Drop them here" in page.files.table.empty.accessibleName()


# ---------------------------------------------------------------- opening


def test_that_a_picture_opens_in_a_viewer_and_is_no_event(
    stage: Stage, page: CaseFilePage, case_id: uuid.UUID, handed_over: list[Path]
) -> None:
    page.files.add([(png(), "箱子.png")])
    row = pane_row(stage, page, "箱子.png")
    events = ChangeSetFilter(kind=ChangeKind.EVENT)
    before = len(stage.read(history.list_change_sets, events))
    page.files.table.opened.emit(row)
    stage.wait(lambda: page.findChildren(PictureViewer))
    viewer = page.findChildren(PictureViewer)[0]
    assert viewer.windowTitle() == "箱子.png"
    assert not viewer.isModal()
    assert handed_over == []
    assert len(stage.read(history.list_change_sets, events)) == before
    viewer.close()


def test_that_a_picture_is_enlarged_turned_and_fitted_by_keys(qtbot: QtBot) -> None:
    viewer = PictureViewer(files.read_picture(png(3000, 1000)), "a.png", None)
    qtbot.addWidget(viewer)
    viewer.show()
    fitted = viewer.scale
    assert fitted < 0.5
    for key, modifier in (
        (Qt.Key.Key_Plus, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_R, Qt.KeyboardModifier.NoModifier),
    ):
        QTest.keyClick(viewer, key, modifier)
    assert (viewer.angle, round(viewer.scale / fitted, 2)) == (90, 1.25)
    QTest.keyClick(viewer, Qt.Key.Key_Minus)
    assert viewer.scale == pytest.approx(fitted)
    QTest.keyClick(viewer, Qt.Key.Key_0)  # high now: it fits at another size
    assert viewer.scale != pytest.approx(fitted)
    for _turn in range(2):
        QTest.keyClick(viewer, Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)
    let_go()
    assert viewer.angle == 270
    viewer.turn(90)
    assert viewer.scale == pytest.approx(fitted)
    for _step in range(60):
        viewer.zoom(1.25)
    assert viewer.scale == pytest.approx(16)
    for delta, larger in ((120, True), (-120, False)):
        before = viewer.scale
        viewer.zoom(0.5)
        before = viewer.scale
        wheel = QWheelEvent(
            QPoint(9, 9).toPointF(), QPoint(9, 9).toPointF(), QPoint(), QPoint(0, delta),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        viewer.canvas.wheelEvent(wheel)
        assert (viewer.scale > before) is larger
    assert [made.text() for made in viewer.findChildren(QPushButton)] == [
        "Larger  +", "Smaller  −", "Fit  0", "Turn  R",
    ]  # fmt: skip


def test_that_a_small_picture_is_not_blown_up(qtbot: QtBot) -> None:
    viewer = PictureViewer(files.read_picture(png(40, 20)), "a.png", None)
    qtbot.addWidget(viewer)
    viewer.show()
    assert viewer.scale == 1
    assert viewer.scale_text.text() == "100%"


def test_that_a_recording_is_an_event_and_its_copy_goes(
    stage: Stage, page: CaseFilePage, shop: dict[str, uuid.UUID], handed_over: list[Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(sound_player, "multimedia", lambda: None)
    page.files.add([(SOUND, "通话.mp3")])
    row = pane_row(stage, page, "通话.mp3")
    stage.run(page, "file.open")
    stage.wait(lambda: handed_over)
    (path,) = handed_over
    assert (path.name, path.read_bytes()) == ("通话.mp3", SOUND)
    assert path.parent.parent.stat().st_mode & 0o077 == 0  # nobody else looks into it
    events = stage.read(history.list_change_sets, ChangeSetFilter(kind=ChangeKind.EVENT))
    assert events[0].title == "Open the recording {name} of case {number}"
    page.files.opener.open(row)
    stage.wait(lambda: len(handed_over) == 2)
    page.show_record(open_case(stage, shop["K3"]))
    stage.wait(lambda: not path.exists())


def test_that_what_may_be_a_program_is_not_opened(
    stage: Stage, page: CaseFilePage, handed_over: list[Path]
) -> None:
    for name, content in (("rechnung.pdf.exe", b"MZ"), ("ohne endung", b"x"), ("a.lnk", b"x")):
        page.files.add([(content, name)])
        page.files.opener.open(pane_row(stage, page, name))
        stage.wait(lambda: page.context.messages.text)
        assert f"“{name}” is not opened here" in page.context.messages.text
        page.context.messages.dismiss()
    page.files.add([(b"%PDF", "brief.pdf"), (b"no picture", "kaputt.png")])
    for name in ("brief.pdf", "kaputt.png"):
        page.files.opener.open(pane_row(stage, page, name))
        stage.wait(lambda name=name: name in [path.name for path in handed_over])


def test_that_a_missing_program_or_file_is_said(
    stage: Stage, page: CaseFilePage, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: False)
    page.files.add([(b"%PDF", "brief.pdf")])
    row = pane_row(stage, page, "brief.pdf")
    page.files.opener.open(row)
    stage.wait(lambda: page.context.messages.text)
    assert page.context.messages.text == "This computer has no program that opens “brief.pdf”."
    for path in (database.path.parent / "attachments").iterdir():
        path.unlink()
    page.files.opener.open(row)
    stage.wait(lambda: "is missing in the folder" in page.context.messages.text)


def test_that_a_copy_that_cannot_be_written_is_said(
    stage: Stage, page: CaseFilePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.files.add([(b"%PDF", "brief.pdf")])
    row = pane_row(stage, page, "brief.pdf")

    def full(*_args: object, **_named: object) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    page.files.opener.open(row)
    stage.wait(lambda: "cannot be opened: No space left" in page.context.messages.text)


def test_that_the_timeline_opens_a_file(
    stage: Stage, page: CaseFilePage, handed_over: list[Path]
) -> None:
    page.files.add([(b"%PDF", "brief.pdf")])
    row = pane_row(stage, page, "brief.pdf")
    page.timeline.opened.emit(("file", row.id))
    stage.wait(lambda: handed_over)


def test_that_the_file_of_an_answer_is_opened_by_its_name(
    stage: Stage, page: CaseFilePage, case_id: uuid.UUID, handed_over: list[Path]
) -> None:
    run = stage.write(interviews.start, case_id)
    stage.write(attachments.add, case_id, b"%PDF", "brief.pdf", interview_id=run, address="/data/x")
    opener, failures = FileOpener(page.tasks, page, page.messages), []
    opener.failed.connect(failures.append)
    opener.open_named(run, "brief.pdf")
    stage.wait(lambda: handed_over)
    opener.open_named(run, "anders.pdf")
    stage.wait(lambda: failures)
    assert failures == ["There is no file “anders.pdf” in this interview."]


# ---------------------------------------------------------------- removing and saving


def test_that_files_are_removed_and_brought_back(
    stage: Stage, page: CaseFilePage, case_id: uuid.UUID
) -> None:
    page.files.add([(png(), "a.png")])
    pane_row(stage, page, "a.png")
    stage.run(page, "file.remove")
    stage.wait(lambda: page.files.table.count() == 0)
    assert rows(stage, case_id) == []
    assert page.tabs.tabText(page.tabs.indexOf(page.files)) == "Files"
    run = stage.write(interviews.start, case_id)
    stage.write(
        attachments.add, case_id, png(), "b.png", interview_id=run, address="/data/where_now"
    )
    stage.write(interviews.save_answer, run, "/data/where_now", "b.png")
    page.load()
    pane_row(stage, page, "b.png")
    stage.run(page, "file.remove")
    stage.wait(lambda: "answer to a question" in page.context.messages.text)


def test_that_a_copy_is_saved_outside_and_written_down(
    stage: Stage, page: CaseFilePage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.files.add([(b"%PDF", "brief.pdf")])
    pane_row(stage, page, "brief.pdf")
    target = tmp_path / "kopie.pdf"
    chosen = [str(target)]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_named: (chosen[0], ""))
    stage.run(page, "file.save")
    stage.wait(target.exists)
    assert target.read_bytes() == b"%PDF"
    events = stage.read(history.list_change_sets, ChangeSetFilter(kind=ChangeKind.EVENT))
    assert events[0].title == "Save a copy of the file {name} of case {number}"
    chosen[0] = str(tmp_path / "none" / "kopie.pdf")
    stage.run(page, "file.save")
    stage.wait(lambda: "cannot be written" in page.context.messages.text)


def test_that_what_cannot_be_done_is_not_offered(
    stage: Stage, page: CaseFilePage, context: PageContext
) -> None:
    assert not {"file.open", "file.remove", "file.save"} & page.all_slots().keys()
    pane = FilesPane(context)
    assert "case.attach" not in pane.slots()
    pane.add([(b"x", "a.txt")])  # no case: nothing happens
    pane.deleteLater()


def test_that_every_control_has_a_name(
    stage: Stage, page: CaseFilePage, each_language: str
) -> None:
    assert nameless(page.files) == []


# ---------------------------------------------------------------- playing


class FakePlayer(QObject):
    """What of Qt's player is used, without a sound device."""

    PlaybackState = types.SimpleNamespace(PlayingState=1, StoppedState=0)
    durationChanged = Signal(int)  # noqa: N815  (Qt's names)
    positionChanged = Signal(int)  # noqa: N815
    playbackStateChanged = Signal(int)  # noqa: N815
    errorOccurred = Signal(int, str)  # noqa: N815
    can_play = True
    has_plugin = True

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.state, self.source, self.place = 0, QUrl(), 0

    def isAvailable(self) -> bool:
        return self.has_plugin

    def setAudioOutput(self, _output: object) -> None:
        pass

    def playbackState(self) -> int:
        return self.state

    def setSource(self, source: QUrl) -> None:
        self.source = source
        self.durationChanged.emit(0 if source.isEmpty() else 65_000)

    def setPosition(self, place: int) -> None:
        self.place = place
        self.positionChanged.emit(place)

    def _go(self, state: int) -> None:
        self.state = state
        self.playbackStateChanged.emit(state)

    def play(self) -> None:
        if self.can_play:
            self._go(1)
        else:
            self.errorOccurred.emit(1, "no device")

    def pause(self) -> None:
        self._go(0)

    def stop(self) -> None:
        self._go(0)


@pytest.fixture
def qt_sound(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A stand-in for Qt's multimedia."""
    device = types.SimpleNamespace(isNull=lambda: False)
    made = types.SimpleNamespace(
        QMediaPlayer=FakePlayer,
        QAudioOutput=QObject,
        QMediaDevices=types.SimpleNamespace(defaultAudioOutput=lambda: device),
    )
    monkeypatch.setattr(sound_player.importlib, "import_module", lambda _name: made)
    return made


def playing(stage: Stage, page: CaseFilePage) -> SoundPlayer:
    page.files.add([(SOUND, "通话.mp3")])
    page.files.opener.open(pane_row(stage, page, "通话.mp3"))
    stage.wait(lambda: page.files.opener.player is not None)
    player = page.files.opener.player
    assert player is not None
    return player


def test_that_a_recording_plays_in_place(
    stage: Stage, page: CaseFilePage, handed_over: list[Path], qt_sound: Any
) -> None:
    player = playing(stage, page)
    assert player.isVisible()
    assert page.files.isAncestorOf(player)
    assert player.is_playing
    assert (player.name.text(), player.toggle_button.text()) == ("通话.mp3", "Pause")
    QTest.keyClick(player, Qt.Key.Key_Right)
    QTest.keyClick(player, Qt.Key.Key_Right)
    QTest.keyClick(player, Qt.Key.Key_Left)
    let_go()
    assert player.time.text() == "0:05 / 1:05"
    player.slider.triggerAction(player.slider.SliderAction.SliderToMaximum)
    assert player.time.text() == "1:05 / 1:05"
    player.toggle_button.click()
    assert (player.is_playing, player.toggle_button.text()) == (False, "Play")
    player.toggle_button.click()
    assert player.is_playing
    page.tabs.setCurrentIndex(0)
    assert not player.is_playing  # nobody hears what nobody sees
    page.tabs.setCurrentWidget(page.files)
    QTest.keyClick(player, Qt.Key.Key_Escape)
    let_go()
    assert player.isHidden()
    assert handed_over == []
    page.files.opener.forget_copies()


@pytest.mark.parametrize("lacks", ["device", "plugin"])
def test_that_without_what_qt_needs_the_system_plays(
    stage: Stage, page: CaseFilePage, handed_over: list[Path], qt_sound: Any, lacks: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    if lacks == "device":
        none = types.SimpleNamespace(isNull=lambda: True)
        qt_sound.QMediaDevices.defaultAudioOutput = lambda: none
    else:
        monkeypatch.setattr(FakePlayer, "has_plugin", False)
    page.files.add([(SOUND, "通话.mp3")])
    page.files.opener.open(pane_row(stage, page, "通话.mp3"))
    stage.wait(lambda: handed_over)
    assert page.files.opener.player is None
    assert page.messages.text == "“通话.mp3” cannot be played here; another program opens it."


def test_that_a_recording_that_cannot_be_played_says_so_and_offers_another_program(
    stage: Stage, page: CaseFilePage, handed_over: list[Path], qt_sound: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(FakePlayer, "can_play", False)
    player = playing(stage, page)
    assert player.isHidden()
    assert "“通话.mp3” cannot be played here" in page.messages.text
    assert handed_over == []
    page.messages.button.click()
    assert [path.name for path in handed_over] == ["通话.mp3"]
    page.files.opener.open(pane_row(stage, page, "通话.mp3"))
    stage.wait(lambda: page.messages.text)
    page.files.opener.forget_copies()
    assert page.messages.text == ""


@pytest.mark.parametrize("error", [ImportError, OSError])
def test_that_without_qts_multimedia_there_is_no_player(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_name: str) -> None:
        raise error

    monkeypatch.setattr(sound_player.importlib, "import_module", fail)
    assert sound_player.multimedia() is None


@pytest.mark.parametrize(
    ("length", "text"), [(0, "0:00"), (-5, "0:00"), (65_999, "1:05"), (3_600_000, "60:00")]
)
def test_that_lengths_are_minutes_and_seconds(length: int, text: str) -> None:
    assert time_text(length) == text


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 bytes"), (1, "1 byte"), (2048, "2 KB"), (3_670_016, "3.5 MB")]
)
def test_that_sizes_are_said_as_people_do(size: int, text: str) -> None:
    assert size_text(size) == text
