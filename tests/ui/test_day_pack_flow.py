"""The day pack from the window: whose, which day, as what, and what the journal says."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db.models import ChangeSet
from db.session import Actor, Database
from db.vocabulary import Role
from desktop_app import clock
from desktop_app.domain.contacts import VisitDraft
from desktop_app.errors import FileProblemError
from desktop_app.reports import day_pack
from desktop_app.services import visits
from desktop_app.services.journal import title_text
from desktop_app.ui import day_pack_flow
from desktop_app.ui.action_set import ActionSet
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.calendar import CalendarPage
from desktop_app.ui.pages.visits import VisitsPage
from desktop_app.ui.tasks import Tasks
from tests.ui.shop import Stage, fill, press

EMPTY_DAY = dt.date(2089, 1, 4)
PHONE, MASKED = "13812348000", "138****8000"


@pytest.fixture
def shop(database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    return fill(database, admin)


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext, shop: dict[str, uuid.UUID]) -> Stage:
    """One visit of the administrator is planned for today."""
    made = Stage(qtbot, context)
    made.write(visits.plan_visit, None, shop["K2"], VisitDraft(planned_on=clock.today()))
    return made


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would be opened on the desktop."""
    found: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: found.append(url.toLocalFile()))
    return found


def asked(stage: Stage, page_type: type[Any] = VisitsPage) -> Any:
    """A page over which the day pack is asked for."""
    page = stage.show(page_type)
    stage.idle()
    stage.run(page, "visit.day_pack")
    return page


def events(stage: Stage) -> list[str]:
    """What the journal says of day packs."""
    sets = stage.read(lambda s: s.scalars(select(ChangeSet).order_by(ChangeSet.seq)).all())
    return [title for row in sets if "day pack" in (title := title_text(row.title, row.args))]


def written(stage: Stage) -> str:
    """What the message bar says once the files are there."""
    stage.wait(lambda: "written" in stage.context.messages.text)
    return stage.context.messages.text


def test_that_a_pack_is_written_told_and_never_over_another(
    stage: Stage, tmp_path: Path, opened: list[str]
) -> None:
    page = asked(stage)
    form = stage.dialog(page).form
    assert form.values()["user_id"] == stage.context.actor.user_id
    assert form.values()["folder"] == tmp_path
    stage.submit(page, xlsx=True)
    text = written(stage)
    pdf, xlsx = sorted(path for path in tmp_path.iterdir() if path.suffix in {".pdf", ".xlsx"})
    assert pdf.read_bytes().startswith(b"%PDF")
    assert pdf.stem == xlsx.stem
    assert pdf.name in text
    cells = [str(cell.value) for sheet in load_workbook(xlsx) for row in sheet for cell in row]
    assert any(MASKED in cell for cell in cells)
    assert not any(PHONE in cell for cell in cells)
    assert [event for event in events(stage) if event.endswith("pdf, xlsx, 1 contacts")]
    stage.context.messages.button.click()
    assert opened == [str(tmp_path)]
    stage.run(page, "visit.day_pack")
    stage.submit(page)
    assert f"{pdf.stem}-2.pdf" in written(stage)


def test_that_whole_phones_are_asked_for_and_stand_in_the_journal(
    stage: Stage, tmp_path: Path
) -> None:
    page = asked(stage)
    stage.submit(page, pdf=False, xlsx=True, whole_phones=True)
    written(stage)
    (xlsx,) = tmp_path.glob("*.xlsx")
    cells = [str(cell.value) for sheet in load_workbook(xlsx) for row in sheet for cell in row]
    assert any(PHONE in cell for cell in cells)
    assert "with whole phones" in events(stage)[-1]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"pdf": False}, "pdf"),
        ({"folder": Path("/nowhere/at/all")}, "folder"),
        ({"day": EMPTY_DAY}, "day"),
    ],
)
def test_that_what_cannot_be_written_is_said_beside_its_field(
    stage: Stage, values: dict[str, object], field: str
) -> None:
    page = asked(stage)
    assert list(stage.refused(page, **values)) == [field]
    assert events(stage) == []


def test_that_the_calendar_proposes_the_day_one_stands_on(stage: Stage, tmp_path: Path) -> None:
    page = asked(stage, CalendarPage)
    row = page.grid.current()
    assert stage.dialog(page).form.values()["day"] == (page.day if row is None else row.day)
    stage.submit(page, day=clock.today())
    written(stage)
    assert list(tmp_path.glob("*.pdf"))


def test_that_what_cannot_be_drawn_is_said_before_anything_is_written(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day_pack_flow, "find_losses", lambda *_what: ["U+1F600: no glyph"])
    page = asked(stage)
    refused = press("Cancel")
    stage.submit(page)
    stage.wait(lambda: refused.is_done)
    stage.idle()
    assert events(stage) == []
    assert not list(tmp_path.glob("*.pdf"))
    agreed = press("Write it")
    stage.run(page, "visit.day_pack")
    stage.submit(page)
    stage.wait(lambda: agreed.is_done)
    written(stage)


def test_that_a_disk_that_does_not_take_the_file_is_named(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_what: object, **_more: object) -> object:
        raise FileProblemError("The disk is full.")

    monkeypatch.setattr(day_pack, "write", full)
    page = asked(stage)
    stage.submit(page)
    stage.wait(lambda: "The disk is full." in stage.context.messages.text)
    assert "the journal names the attempt" in stage.context.messages.text
    assert len(events(stage)) == 1


@pytest.fixture
def as_role(
    stage: Stage, database: Database, actors: dict[Role, Actor]
) -> Iterator[Callable[[Role], Stage]]:
    """The same window for somebody else."""
    made: list[Tasks] = []

    def sign_in(role: Role) -> Stage:
        actor = actors[role]
        tasks = Tasks(database, actor)
        made.append(tasks)
        actions = ActionSet(role, stage.context.messages)
        context = replace(stage.context, tasks=tasks, actor=actor, actions=actions)
        return Stage(stage.qtbot, context)

    yield sign_in
    for tasks in made:
        tasks.shutdown()


def test_that_who_goes_out_takes_the_own_day_as_paper_only(
    as_role: Callable[[Role], Stage], tmp_path: Path
) -> None:
    stage = as_role(Role.FIELD_STAFF)
    page = asked(stage)
    assert set(stage.dialog(page).form.editors) == {"day", "folder"}
    assert list(stage.refused(page)) == ["day"]  # nothing is planned
    assert not list(tmp_path.glob("*.pdf"))


def test_that_who_neither_goes_out_nor_plans_has_no_pack(
    as_role: Callable[[Role], Stage],
) -> None:
    stage = as_role(Role.TRAINER)
    page = stage.show(VisitsPage)
    stage.idle()
    assert "visit.day_pack" not in page.actions()


def test_that_head_office_chooses_whose_and_masks_phones(
    as_role: Callable[[Role], Stage],
) -> None:
    stage = as_role(Role.HEAD_OFFICE)
    page = asked(stage)
    editors = stage.dialog(page).form.editors
    assert {"user_id", "pdf", "xlsx"} < set(editors)
    assert "whole_phones" not in editors
