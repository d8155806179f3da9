"""The list of questionnaires: made, imported, exported, duplicated, retired."""

import uuid
from collections.abc import Mapping
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db.models import ChangeSet
from db.vocabulary import QuestionnairePurpose
from desktop_app import i18n
from desktop_app.importing.xlsforms import convert
from desktop_app.questionnaire.outline import outline
from desktop_app.questionnaire.sheets import Sheets, from_cells
from desktop_app.services import questionnaires
from desktop_app.settings import Settings, Theme
from desktop_app.ui import dialogs, theme
from desktop_app.ui.actions import ROUTES
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.questionnaires import QuestionnairesPage, read_list
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
    page.purpose.set_value(QuestionnairePurpose.SATISFACTION)
    stage.wait(lambda: page.table.count() == 1)
    page.purpose.set_value(None)
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


def test_that_the_mistakes_of_a_file_are_told_with_their_cells(
    stage: Stage, page: QuestionnairesPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(dialogs, "tell", lambda _page, title, text: told.append((title, text)))
    file = tmp_path / "form.md"
    file.write_text(GOOD.replace("text | why", "tekst | why"), encoding="utf-8")
    page.flows.import_file(file)
    stage.wait(lambda: told)
    assert told == [
        (
            "form.md has mistakes. Correct them and import it again.",
            "survey, row 5, column B (type): There is no question type “tekst”.",
        )
    ]
    file.write_text("nothing", encoding="utf-8")
    page.flows.import_file(file)
    stage.wait(lambda: len(told) == 2)
    (tmp_path / "form.xml").write_text(
        convert(_good(tmp_path)).xml.replace("shops form", "other"), encoding="utf-8"
    )
    page.flows.import_file(tmp_path / "form.xml")
    stage.wait(lambda: "is an XForm" in stage.context.messages.text)


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
