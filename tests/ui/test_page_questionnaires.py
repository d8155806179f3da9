"""The list of questionnaires: made, imported, exported, duplicated, retired."""

import uuid
from collections.abc import Mapping
from pathlib import Path

import pytest
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import select
from typing_extensions import override

from db.models import ChangeSet
from db.vocabulary import QuestionnairePurpose
from desktop_app import i18n
from desktop_app.importing.xlsforms import convert
from desktop_app.progress import Silent
from desktop_app.questionnaire.outline import outline
from desktop_app.questionnaire.sheets import Sheets, from_cells
from desktop_app.services import questionnaires
from desktop_app.settings import Settings, Theme
from desktop_app.ui import designer_work, dialogs, questionnaire_flows, theme
from desktop_app.ui.actions import ROUTES
from desktop_app.ui.dialogs import ProgressDialog
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.questionnaires import QuestionnairesPage, read_list
from desktop_app.ui.problem_list import ProblemList
from tests.ui.casework import nameless
from tests.ui.shop import Stage
from tests.ui.shop import press as press_button
from tests.ui.test_pages_look import cut, unnamed

GOOD = """
| survey |
|  | type | name | label |
|  | select_one_from_file shops.csv | shop | Which shop? |
|  | text | why | Why? |
| settings |
|  | form_title | form_id |
|  | Shops | shops form |
"""

PICTURED = """
| survey |
|  | type | name | label | media::image | media::audio |
|  | text | shelf | The shelf | shelf.png | said.mp3 |
| settings |
|  | form_title | form_id |
|  | Shelf | shelf |
"""


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext, english: None) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def page(stage: Stage) -> QuestionnairesPage:
    made: QuestionnairesPage = stage.show(QuestionnairesPage)
    stage.wait(made.table.current_row)
    return made


def listed(stage: Stage) -> Mapping[str, questionnaires.QuestionnaireRow]:
    return {row.code: row for row in stage.read(read_list)}


def sheets_of(stage: Stage, code: str) -> Sheets:
    row = listed(stage)[code]
    key = row.draft_id or row.current_id
    assert key is not None
    return Sheets.from_json(stage.read(questionnaires.load_version, key).source.content)


def went_to_designer(stage: Stage) -> uuid.UUID:
    stage.wait(stage.went)
    where, key = stage.went()[-1]
    assert where == "designer"
    assert isinstance(key, uuid.UUID)
    return key


def test_that_the_list_shows_and_filters(stage: Stage, page: QuestionnairesPage) -> None:
    assert page.table.count() == len(listed(stage))
    row = page.table.current_row()
    assert (row.code, row.current_version) == ("exit_interview", 1)
    page.kinds.set_value(QuestionnairePurpose.SATISFACTION)
    stage.wait(lambda: page.table.count() == 1)
    page.kinds.set_value(None)
    page.filters.search.set_value("exit")
    stage.wait(lambda: getattr(page.table.current_row(), "code", "") == "exit_interview")
    stage.run(page, "questionnaire.open")
    assert went_to_designer(stage) == row.id
    assert ROUTES["questionnaire.list"][0] == "questionnaires"


def test_that_a_new_one_begins_with_what_it_needs(stage: Stage, page: QuestionnairesPage) -> None:
    stage.run(page, "questionnaire.new")
    assert "code" in stage.refused(page, zh="渠道", code="1 x")
    stage.run(page, "questionnaire.new")
    stage.submit(page, zh="渠道离网", en="Channel exit", code="channel_exit")
    key = went_to_designer(stage)
    row = listed(stage)["channel_exit"]
    assert (row.id, row.purpose, row.questions) == (key, QuestionnairePurpose.EXIT, 2)
    made = sheets_of(stage, "channel_exit")
    assert (made.setting("title"), made.setting("id")) == ("渠道离网", "channel_exit")
    stage.run(page, "questionnaire.new")
    problems = stage.refused(page, zh="渠道", code="channel_exit")
    assert "already" in problems["code"]


def test_that_one_is_duplicated(stage: Stage, page: QuestionnairesPage) -> None:
    stage.run(page, "questionnaire.duplicate")
    stage.submit(page, zh="离网访谈（渠道）", en="Exit interview for channels")
    went_to_designer(stage)
    copy = sheets_of(stage, "exit_interview_2")
    assert copy.survey == sheets_of(stage, "exit_interview").survey


def test_that_an_xlsform_is_imported_with_its_lists(
    stage: Stage, page: QuestionnairesPage, tmp_path: Path
) -> None:
    file = tmp_path / "form.md"
    file.write_text(GOOD, encoding="utf-8")
    (tmp_path / "shops.csv").write_text("name,label\nnj,南京路店\n", encoding="utf-8")
    page.flows.import_file(file)
    dialog = stage.dialog(page)
    assert dialog.form.values()["code"] == "shops_form"
    assert dialog.form.values()["zh"] == "Shops"
    stage.submit(page, purpose=QuestionnairePurpose.SATISFACTION)
    went_to_designer(stage)
    row = listed(stage)["shops_form"]
    assert row.draft_id is not None
    version = stage.read(questionnaires.load_version, row.draft_id)
    assert version.source.files == {"shops.csv": "name,label\nnj,南京路店\n"}
    assert version.form is not None
    names = [entry.name for entry in outline(sheets_of(stage, "shops_form"))]
    assert names == ["shop", "why"]


@pytest.mark.parametrize("agrees", [True, False])
def test_that_a_file_with_a_known_code_becomes_the_next_version_if_wanted(
    stage: Stage,
    page: QuestionnairesPage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    agrees: bool,
) -> None:
    monkeypatch.setattr(dialogs, "confirm", lambda *_args, **_named: agrees)
    file = tmp_path / "form.md"
    file.write_text(GOOD.replace("shops form", "satisfaction"), encoding="utf-8")
    page.flows.import_file(file)
    if not agrees:
        assert stage.dialog(page).form.values()["code"] == "satisfaction_2"
        return
    went_to_designer(stage)
    row = listed(stage)["satisfaction"]
    assert (row.current_version, row.draft_id is not None) == (1, True)
    assert [entry.name for entry in outline(sheets_of(stage, "satisfaction"))] == ["shop", "why"]


def problem_list(stage: Stage, page: QuestionnairesPage) -> ProblemList:
    def shown() -> list[ProblemList]:
        return [each for each in page.findChildren(ProblemList) if each.isVisible()]

    stage.wait(shown)
    return shown()[-1]


def test_that_all_mistakes_of_a_file_are_told_with_their_cells(
    stage: Stage, page: QuestionnairesPage, tmp_path: Path
) -> None:
    file = tmp_path / "form.md"
    wrong = GOOD.replace("text | why", "tekst | why").replace(
        "Why? |", "Why? |\n|  | text |  | N |"
    )
    file.write_text(wrong, encoding="utf-8")
    page.flows.import_file(file)
    told = problem_list(stage, page)
    assert told.windowTitle() == "form.md has mistakes"
    lines = [
        "survey, row 5, column B (type): There is no question type “tekst”.",
        "survey, row 6, column C (name): This row has no name.",
    ]
    assert told.list.toPlainText().splitlines() == lines
    told.copy_button.click()
    assert QApplication.clipboard().text().splitlines() == lines
    told.close_button.click()
    (tmp_path / "form.xml").write_text(
        convert(_good(tmp_path)).xml.replace("shops form", "other"), encoding="utf-8"
    )
    page.flows.import_file(tmp_path / "form.xml")
    stage.wait(lambda: "is an XForm" in stage.context.messages.text)


def test_that_the_box_with_the_progress_is_closed_before_mistakes_or_a_question(
    stage: Stage, page: QuestionnairesPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialogs, "PROGRESS_AFTER_MS", 0)
    seen: list[list[ProgressDialog]] = []
    shown: list[str] = []

    class Box(ProgressDialog):
        @override
        def showEvent(self, event: QShowEvent) -> None:
            shown.append(self.windowTitle())
            super().showEvent(event)

    monkeypatch.setattr(dialogs, "ProgressDialog", Box)

    def open_boxes() -> list[ProgressDialog]:
        return [one for one in page.findChildren(ProgressDialog) if one.isVisible()]

    def confirm(*_args: object, **_named: object) -> bool:
        seen.append(open_boxes())
        return False

    monkeypatch.setattr(dialogs, "confirm", confirm)
    monkeypatch.setattr(
        questionnaire_flows, "show_problems", lambda *_args: seen.append(open_boxes())
    )
    file = tmp_path / "form.md"
    for text in (
        GOOD.replace("text | why", "tekst | why"),
        GOOD.replace("shops form", "satisfaction"),
    ):
        file.write_text(text, encoding="utf-8")
        before = len(seen)
        page.flows.import_file(file)
        stage.wait(open_boxes)
        stage.wait(lambda: len(seen) > before)  # noqa: B023  (waited for in the same round)
    assert seen == [[], []]


def test_that_pictures_come_in_and_missing_ones_are_told_first(
    stage: Stage, page: QuestionnairesPage, tmp_path: Path
) -> None:
    file = tmp_path / "form.md"
    file.write_text(PICTURED, encoding="utf-8")
    (tmp_path / "form-media").mkdir()
    (tmp_path / "form-media" / "shelf.png").write_bytes(b"\x89PNG")
    page.flows.import_file(file)
    told = problem_list(stage, page)
    (line,) = told.list.toPlainText().splitlines()
    assert line.startswith("survey, row 4, column F (media::audio): The file “said.mp3” is not")
    told.close_button.click()
    stage.submit(page, purpose=QuestionnairePurpose.SATISFACTION)
    went_to_designer(stage)
    row = listed(stage)["shelf"]
    assert row.draft_id is not None
    files = stage.read(questionnaires.used_files, row.draft_id)
    assert files == {"shelf.png": b"\x89PNG"}
    out = tmp_path / "out.xlsx"
    stage.read(designer_work.write_file, Silent(), row.draft_id, out)
    assert (tmp_path / "out-media" / "shelf.png").read_bytes() == b"\x89PNG"


def _good(folder: Path) -> Path:
    file = folder / "good.md"
    file.write_text(GOOD, encoding="utf-8")
    return file


def test_that_one_is_saved_as_an_xlsform(
    stage: Stage, page: QuestionnairesPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "exit.xlsx"
    monkeypatch.setattr(dialogs, "save_file", lambda *_args: target.with_suffix(""))
    stage.run(page, "questionnaire.export")
    stage.wait(target.is_file)
    stage.idle()
    assert from_cells(convert(target).cells) == sheets_of(stage, "exit_interview")
    titles = stage.read(lambda session: list(session.scalars(select(ChangeSet.title))))
    assert "Export “{list}”, {n} rows" in titles


def test_that_one_is_retitled_retired_and_offered_again(
    stage: Stage, page: QuestionnairesPage
) -> None:
    everything = page.table.count()
    assert page.table.select_key(listed(stage)["satisfaction"].id)
    stage.run(page, "questionnaire.title")
    stage.submit(page, zh="回访", en="Follow-up")
    stage.wait(lambda: any(row.en == "Follow-up" for row in page.table.source()))
    assert page.table.current_row().en == "Follow-up"
    waiting = press_button("Retire")
    stage.run(page, "questionnaire.retire")
    stage.wait(lambda: page.table.count() == everything - 1)
    assert waiting.is_done
    page.retired.set_value(True)
    stage.wait(lambda: page.table.count() == everything)
    page.table.select_key(listed(stage)["satisfaction"].id)
    stage.run(page, "questionnaire.restore")
    stage.wait(lambda: listed(stage)["satisfaction"].retired_on is None)


@pytest.mark.parametrize(
    ("language", "scheme"), [("en", Theme.LIGHT), ("zh_CN", Theme.DARK)], ids=["en", "zh"]
)
def test_that_the_list_is_whole_in_each_language(
    stage: Stage, qapp: QApplication, language: str, scheme: Theme
) -> None:
    i18n.set_language(language)
    theme.apply(qapp, Settings(theme=scheme))
    page = stage.show(QuestionnairesPage)
    stage.wait(page.table.current_row)
    stage.wait(lambda: cut(page) == [])
    assert unnamed(page) == []
    assert nameless(page) == []
