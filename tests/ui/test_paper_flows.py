"""Answers, filled questionnaires and paper forms from the window: asked, written down, written."""

import uuid
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db.models import ChangeSet
from db.session import Actor, Database
from desktop_app.services import interview_end, interviews
from desktop_app.services.journal import title_text
from desktop_app.ui import dialogs, paper_flows
from desktop_app.ui.forms.export_forms import AnswerFormat
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.interviews import InterviewsPage
from tests.ui.casework import file_of, open_case
from tests.ui.shop import Stage, fill


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def case_id(stage: Stage, database: Database, admin: Actor) -> uuid.UUID:
    return open_case(stage, fill(database, admin)["K2"])


@pytest.fixture
def interview_id(stage: Stage, case_id: uuid.UUID) -> uuid.UUID:
    """A finished exit interview."""
    made: uuid.UUID = stage.write(interviews.start, case_id)
    answers = {"/data/what_happened": "等了两周", "/data/stated_reason": "unknown_other"}
    stage.write(interviews.save_answers, made, answers)
    stage.write(interview_end.finish, made)
    return made


@pytest.fixture
def page(stage: Stage, interview_id: uuid.UUID) -> InterviewsPage:
    shown: InterviewsPage = stage.show(InterviewsPage)
    stage.wait(lambda: shown.table.current_row() is not None)
    return shown


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the person wants the file; its name has no ending."""
    path = tmp_path / "file"
    monkeypatch.setattr(dialogs, "save_file", lambda *_args, **_more: path)
    monkeypatch.setattr(dialogs, "pick_folder", lambda *_args, **_more: tmp_path)
    return path


def newest(stage: Stage) -> str:
    row = stage.read(lambda s: s.scalars(select(ChangeSet).order_by(ChangeSet.seq.desc())).first())
    return title_text(row.title, row.args)


def text_of(file: Path) -> str:
    return "".join(page.extract_text() for page in PdfReader(file).pages)


@pytest.mark.parametrize("kind", list(AnswerFormat))
def test_that_answers_are_written_in_each_format(
    stage: Stage, page: InterviewsPage, target: Path, kind: AnswerFormat
) -> None:
    stage.run(page, "interview.export")
    assert stage.dialog(page).form.editors["questionnaire"].value() == "exit_interview"
    stage.submit(page, format=kind)
    place = {
        AnswerFormat.EXCEL: target.with_suffix(".xlsx"),
        AnswerFormat.SPSS: target.parent / "interviews.sps",
        AnswerFormat.STATA: target.parent / "interviews.do",
        AnswerFormat.R: target.parent / "interviews.R",
    }.get(kind, target.with_suffix(".zip"))
    stage.wait(place.exists)
    named = kind.partition("-")[0]
    assert newest(stage) == (
        f"Export the answers of 1 interviews of questionnaire exit_interview as {named}"
    )
    if kind is AnswerFormat.EXCEL:
        rows = list(load_workbook(place)["Interviews"].values)
        assert len(rows) == 2
        assert "等了两周" in rows[1]
    if place.suffix == ".zip":
        assert len(zipfile.ZipFile(place).namelist()) == (1 if kind is AnswerFormat.XML else 2)


def test_that_a_filled_questionnaire_is_written(
    stage: Stage, page: InterviewsPage, case_id: uuid.UUID, target: Path
) -> None:
    number = file_of(stage, case_id).row.number
    stage.run(page, "interview.save")
    file = target.with_suffix(".pdf")
    stage.wait(file.exists)
    assert "等了两周" in text_of(file)
    assert newest(stage) == f"Export an interview of case {number} as pdf"


def test_that_a_paper_form_is_written(
    stage: Stage, page: InterviewsPage, case_id: uuid.UUID, target: Path
) -> None:
    number = file_of(stage, case_id).row.number
    stage.run(page, "interview.print")
    stage.submit(page, spoken="zh")
    file = target.with_suffix(".pdf")
    stage.wait(file.exists)
    text = text_of(file)
    assert number in text
    assert "您离开的原因是什么" in text
    assert newest(stage) == f"Print the paper form exit_interview for case {number}"


def test_that_nothing_is_written_down_when_nobody_chose_a_place(
    stage: Stage, page: InterviewsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = newest(stage)
    monkeypatch.setattr(dialogs, "save_file", lambda *_args, **_more: None)
    for name in ("interview.export", "interview.print"):
        stage.run(page, name)
        stage.submit(page)
    stage.run(page, "interview.save")
    assert newest(stage) == before


def test_that_a_file_that_cannot_be_written_is_told(
    stage: Stage, page: InterviewsPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "gone" / "a.pdf"
    monkeypatch.setattr(dialogs, "save_file", lambda *_args, **_more: place)
    said: list[str] = []
    monkeypatch.setattr(page.messages, "error", said.append)
    stage.run(page, "interview.save")
    stage.wait(lambda: bool(said))
    assert "No file was written; the journal names the attempt." in said[0]


def test_that_the_name_of_a_file_has_no_signs_a_disk_refuses() -> None:
    assert paper_flows._NOT_IN_NAMES.sub("_", 'a/b:c"d') == "a_b_c_d"
