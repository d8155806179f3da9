"""Files as answers: attached, shown, opened."""

import uuid
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QListWidget
from pytestqt.qtbot import QtBot

from db.session import Actor, Database
from db.vocabulary import QuestionnairePurpose
from desktop_app.domain.questionnaires import QuestionnaireDraft
from desktop_app.questionnaire import media
from desktop_app.services import interviews, questionnaire_life, questionnaires
from desktop_app.services.questionnaires import FormSource
from desktop_app.ui.designer_preview import PreviewPane
from desktop_app.ui.page import PageContext
from desktop_app.ui.picture_viewer import PictureViewer
from tests.ui.casework import open_case
from tests.ui.interview_forms import converted_text
from tests.ui.interview_stage import shown, stored
from tests.ui.shop import Stage, fill


@pytest.fixture
def shop(database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    return fill(database, admin)


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def case_id(stage: Stage, shop: dict[str, uuid.UUID]) -> uuid.UUID:
    return open_case(stage, shop["K2"])


PHOTO_FORM = """
| survey |  |  |  |
|  | type | name | label |
|  | image | shelf | The shelf |
|  | text | words | Anything else |
| settings |  |  |
|  | form_title | form_id |
|  | Shelf | shelf |
"""


@pytest.fixture
def photos(stage: Stage, case_id: uuid.UUID) -> uuid.UUID:
    """An interview with a questionnaire that asks for a picture."""
    draft = QuestionnaireDraft(
        code="shelf", zh="货架", en="Shelf", purpose=QuestionnairePurpose.SATISFACTION
    )
    source = FormSource(converted_text(PHOTO_FORM).xml)
    version = stage.write(questionnaire_life.create, draft, {}, source)
    stage.write(questionnaire_life.publish, version)
    key = stage.read(questionnaires.load_version, version).questionnaire.id
    begun: uuid.UUID = stage.write(interviews.start, case_id, questionnaire_id=key)
    return begun


def picture() -> bytes:
    image = QImage(80, 60, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    content = QBuffer()
    image.save(content, "PNG")  # type: ignore[call-overload]
    return bytes(content.data().data())


def test_that_a_picture_is_attached_shown_and_opened(stage: Stage, photos: uuid.UUID) -> None:
    page = shown(stage, photos)
    file = page.view.pane.file_input("/data/shelf")
    assert file is not None
    file.given.emit("shelf.png", picture())
    stage.wait(lambda: stored(stage, photos).get("/data/shelf") == "shelf.png")
    stage.wait(lambda: not file.picture.pixmap().isNull())
    file.open.click()
    stage.wait(lambda: page.findChildren(PictureViewer))
    page.findChildren(PictureViewer)[0].close()
    page.view.go("/data/words")
    page.view.go("/data/shelf")  # shown again from what is stored
    again = page.view.pane.file_input("/data/shelf")
    assert again is not None
    assert again is not file
    stage.wait(lambda: not again.picture.pixmap().isNull())


def test_that_a_file_that_cannot_be_read_waits_in_the_strip(
    stage: Stage, photos: uuid.UUID, tmp_path: Path
) -> None:
    page = shown(stage, photos)
    file = page.view.pane.file_input("/data/shelf")
    assert file is not None
    file.given.emit("gone.png", tmp_path / "gone.png")
    stage.wait(page.strip.isVisible)
    assert "gone.png" in page.strip.words.text()
    assert stored(stage, photos) == {}


PICTURED = """
| survey |  |  |  |  |  |
|  | type | name | label | media::image | media::audio |
|  | select_one kind | shelf | Which shelf? | shelf.png | said.mp3 |
|  | text | words | Anything else |  |  |
| choices |
|  | list_name | name | label | image |
|  | kind | a | The left one | left.png |
|  | kind | b | The right one |  |
| settings |  |  |
|  | form_title | form_id |
|  | Pictured | pictured |
"""
HELD = {"said.mp3": b"ID3 heard"}


def files() -> dict[str, bytes]:
    return HELD | {"shelf.png": picture(), "left.png": picture()}


@pytest.fixture
def pictured(stage: Stage, case_id: uuid.UUID) -> uuid.UUID:
    """An interview with a questionnaire that shows pictures and plays a recording."""
    draft = QuestionnaireDraft(
        code="pictured", zh="看图", en="Pictured", purpose=QuestionnairePurpose.SATISFACTION
    )
    packed = {name: media.packed(name, content) for name, content in files().items()}
    source = FormSource(converted_text(PICTURED).xml, files=packed)
    version = stage.write(questionnaire_life.create, draft, {}, source)
    stage.write(questionnaire_life.publish, version)
    key = stage.read(questionnaires.load_version, version).questionnaire.id
    begun: uuid.UUID = stage.write(interviews.start, case_id, questionnaire_id=key)
    return begun


def test_that_pictures_and_recordings_of_the_form_are_shown_in_the_interview(
    stage: Stage, pictured: uuid.UUID
) -> None:
    page = shown(stage, pictured)
    card = page.view.pane.cards["/data/shelf"]
    bar = card.media
    assert bar.isVisible()
    assert (bar.picture.pixmap().width(), bar.picture.pixmap().height()) == (80, 60)
    assert bar.listen.isVisible()
    assert "said.mp3" in bar.listen.text()
    assert not bar.watch.isVisible()
    choices = card.findChild(QListWidget)
    assert [choices.item(at).icon().isNull() for at in range(2)] == [False, True]
    handed: list[Path] = []
    page.files.opener._hand_over = handed.append
    page.files.opener.place = None  # nothing can be heard here: the system plays
    bar.listen.click()
    assert [(path.name, path.read_bytes()) for path in handed] == [("said.mp3", b"ID3 heard")]
    page.view.go("/data/words")
    assert not page.view.pane.cards["/data/words"].media.isVisible()


def test_that_the_preview_shows_them_too(qtbot: QtBot) -> None:
    pane = PreviewPane()
    qtbot.addWidget(pane)
    pane.show()
    pane.show_form(converted_text(PICTURED).form, files())
    pane.show_path("shelf")
    (card,) = pane.cards
    assert not card.media.picture.pixmap().isNull()
    choices = card.findChild(QListWidget)
    assert [choices.item(at).icon().isNull() for at in range(2)] == [False, True]
    pane.show_form(converted_text(PICTURED).form, {})
    (card,) = pane.cards
    assert not card.media.isVisible()
