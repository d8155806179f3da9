"""The report sheet of a day pack: written, filled in as a person would, and brought back."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from db import reference
from db.models import Case, Visit
from db.queries.visit_marks import mark_of
from db.session import SYSTEM, Actor, Session
from db.vocabulary import CaseStage, ImportKind, NextStep, Role, VisitState
from desktop_app.i18n import LANGUAGES, _, in_language
from desktop_app.importing.load import ImportResult, check_file, import_file, suggest_mapping
from desktop_app.importing.mapping import is_day_pack, suggest_columns
from desktop_app.importing.pack_rows import pack_line
from desktop_app.progress import Silent
from desktop_app.reports import day_pack_sheet, day_pack_words
from desktop_app.reports.day_pack_xlsx import write_pack_xlsx
from desktop_app.services import case_life, day_packs
from desktop_app.services.import_day_packs import FORM, DayPackImport, PackLine
from desktop_app.services.imports import Outcome, Source
from tests import factories
from tests.day_packed import DAY, fill
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")
Answers = Mapping[tuple[str, str], Any]
"""By number of the customer and field."""


@pytest.fixture
def worker(actors: dict[Role, Actor]) -> Actor:
    return actors[Role.FIELD_STAFF]


@pytest.fixture
def visits(desk: Desk, admin: Actor, worker: Actor, agent: Actor) -> dict[str, uuid.UUID]:
    """What is planned, by number of the customer."""
    keys = desk.do(admin, fill, worker, agent)
    planned = select(Visit.customer_id, Visit.id).where(Visit.state == VisitState.PLANNED)
    of_customer = desk.look(
        SYSTEM, lambda s: {one.customer_id: one.id for one in s.execute(planned)}
    )
    return {number: of_customer[key] for number, key in keys.items()}


@pytest.fixture
def bring(
    desk: Desk, admin: Actor, worker: Actor, visits: dict[str, uuid.UUID], tmp_path: Path
) -> Callable[[Answers], ImportResult]:
    """Write the pack, fill it in, and import the file as it is suggested."""
    assert worker.user_id is not None
    path = tmp_path / "day.xlsx"
    write_pack_xlsx(desk.look(worker, day_packs.pack, worker.user_id, DAY), path)

    def do(answers: Answers) -> ImportResult:
        book = openpyxl.load_workbook(path)
        sheet = book[_(day_pack_sheet.TITLE)]
        title = _(day_pack_sheet.HEADINGS[0])
        head = next(row for row in sheet.iter_rows() if title in {cell.value for cell in row})
        place = {cell.value: cell.column for cell in head}
        mark, _question, answer, field = (place[_(one)] for one in day_pack_sheet.HEADINGS)
        wanted = {(mark_of(visits[number]), name): one for (number, name), one in answers.items()}
        for row in range(head[0].row + 1, sheet.max_row + 1):
            key = (sheet.cell(row, mark).value, sheet.cell(row, field).value)
            if key in wanted:
                sheet.cell(row, answer).value = wanted.pop(key)
        assert not wanted
        filled = tmp_path / "filled.xlsx"
        book.save(filled)
        mapping = desk.look(admin, suggest_mapping, ImportKind.VISITS, filled)[1]
        before = desk.rows()
        promised = desk.look(admin, check_file, Silent(), filled, mapping)
        assert desk.rows() == before
        done = desk.do(admin, import_file, Silent(), filled, mapping)
        assert (done.changed, done.rejects) == (promised.changed, promised.rejects)
        assert done.rows == done.new + done.changed + done.same + done.rejected
        return done

    return do


def take(session: Session, rows: list[PackLine]) -> Outcome:
    outcome = Outcome(is_dry=False)
    source = Source(ImportKind.VISITS, "v.xlsx", "0" * 64, {"signature": "v"})
    DayPackImport(session, source, outcome).take(rows, Silent())
    return outcome


def test_that_a_sheet_that_still_asks_for_a_step_of_winning_back_is_told_where_to_say_it(
    desk: Desk, admin: Actor, visits: dict[str, uuid.UUID]
) -> None:
    line = pack_line(2, mark_of(visits["K3"]), "calm", "是")
    assert isinstance(line, PackLine)
    ((_row, reason),) = desk.do(admin, take, [line]).rejected
    assert "enter it at the case" in reason
    assert visit_of(desk, visits["K3"]).state == VisitState.PLANNED


def test_that_a_visit_out_of_reach_is_as_unknown_as_none(
    desk: Desk, admin: Actor, actors: dict[Role, Actor], visits: dict[str, uuid.UUID]
) -> None:
    """A store manager fills in nothing of another store, and cannot tell what there is."""
    manager = actors[Role.STORE_MANAGER]
    store = desk.do(admin, factories.add_store)
    own, others = visits["K2"], visits["K1"]
    key = visit_of(desk, others).customer_id
    desk.do(admin, factories.change_customer, key, store_id=store)
    nothing = uuid.UUID(int=1)

    marks = [mark_of(one) for one in (own, others, nothing)]
    rows = [PackLine(at, mark, "note", "好") for at, mark in enumerate(marks)]
    assert desk.do(manager, take, rows).rejected == [
        (at, f"There is no visit {mark_of(one)} within your reach.")
        for at, one in enumerate((others, nothing), start=1)
    ]
    assert visit_of(desk, own).note == "好"
    untouched = visit_of(desk, others)
    assert (untouched.state, untouched.note) == (VisitState.PLANNED, "")


def test_that_only_who_may_make_visits_is_said_to_have_made_one(
    desk: Desk, visits: dict[str, uuid.UUID], bring: Callable[[Answers], ImportResult]
) -> None:
    done = bring({("K1", "by"): "auditor"})
    assert [each.reason for each in done.rejects] == ["Choose somebody who may have made it."]
    assert visit_of(desk, visits["K1"]).state == VisitState.PLANNED


def visit_of(desk: Desk, key: uuid.UUID) -> Visit:
    return desk.look(SYSTEM, lambda s: s.get_one(Visit, key))


def test_that_a_filled_in_day_pack_reports_its_visits(
    desk: Desk, agent: Actor, visits: dict[str, uuid.UUID],
    bring: Callable[[Answers], ImportResult],
) -> None:  # fmt: skip
    case_id = visit_of(desk, visits["K3"]).case_id
    assert case_id is not None

    def assigned(session: Session) -> None:
        factories.name(session)
        case = session.get_one(Case, case_id)
        case.stage = CaseStage.ASSIGNED
        case_life.plan(case, NextStep.VISIT, DAY)

    desk.do(agent, assigned)
    before = desk.rows()
    business = next(one for one in reference.visit_fields() if one.code == "business")
    answers = {
        ("K1", "made_on"): dt.date(2026, 9, 14),
        ("K1", "met"): "陈经理",
        ("K1", "note"): "交货仍慢",
        ("K1", "agreed"): "周五前答复",
        ("K1", "satisfaction"): 4,
        ("K1", "gift"): "月饼",
        ("K1", "next_step"): "带样品",
        ("K1", "next_on"): dt.date(2026, 9, 20),
        ("K1", "form.business"): business.choices_zh[1],
        ("K1", "form.decider"): "是",
        ("K3", "note"): "接受道歉",
        ("K3", "next_step"): "再访",
        ("K3", "next_on"): "2026-09-18",
        ("K2", "by"): "agent",
    }
    done = bring(answers)
    assert (done.new, done.changed, done.rejected) == (0, len(answers), 0)
    first = visit_of(desk, visits["K1"])
    assert (first.state, first.done_on, first.met) == (
        VisitState.DONE, dt.date(2026, 9, 14), "陈经理",
    )  # fmt: skip
    assert (first.note, first.satisfaction, first.gift, first.next_step) == (
        "交货仍慢\n周五前答复", 4, "月饼", "带样品 (2026-09-20)",
    )  # fmt: skip
    assert first.answers == {"business": "steady", "decider": True}
    third = visit_of(desk, visits["K3"])
    assert (third.state, third.done_on, third.note) == (VisitState.DONE, DAY, "接受道歉")
    case = desk.look(SYSTEM, lambda s: s.get_one(Case, case_id))
    assert (case.stage, case.next_step, case.next_due) == (
        CaseStage.CONTACTING, NextStep.FOLLOW_UP, dt.date(2026, 9, 18),
    )  # fmt: skip
    assert visit_of(desk, visits["K2"]).by_id == agent.user_id
    assert visit_of(desk, visits["K5"]).state == VisitState.PLANNED  # nothing filled in
    again = bring(answers)
    assert (again.changed, again.rejected, again.change_set) == (0, 0, None)
    desk.undo()
    assert desk.rows() == before


def test_that_an_answer_that_cannot_be_taken_is_rejected_alone(
    desk: Desk, visits: dict[str, uuid.UUID], bring: Callable[[Answers], ImportResult]
) -> None:
    done = bring(
        {
            ("K1", "met"): "陈经理",
            ("K1", "form.business"): "很好",
            ("K1", "satisfaction"): 9,
            ("K1", "by"): "谁",
            ("K2", "made_on"): dt.date(2026, 9, 16),
            ("K2", "note"): "好",
        }
    )
    assert (done.changed, done.rejected) == (1, 5)
    words = " ".join(each.reason for each in done.rejects)
    for part in ("none of the answers", "from 1 to 5", "Nobody is called 谁", "in the future"):
        assert part in words
    assert visit_of(desk, visits["K1"]).met == "陈经理"
    assert visit_of(desk, visits["K2"]).state == VisitState.PLANNED


def test_that_every_field_of_the_sheet_is_known_here() -> None:
    assert FORM == day_pack_words.FORM
    mark = mark_of(uuid.UUID(int=1))
    forms = [FORM + one.code for one in reference.visit_fields()]
    for name in (*day_pack_sheet.FIELDS, *forms):
        assert pack_line(2, mark, name, None) == PackLine(2, mark, name)
    assert isinstance(pack_line(2, mark, "other", "x"), str)
    assert isinstance(pack_line(2, "x", "met", "x"), str)


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_the_headings_of_the_sheet_are_known_in_each_language(language: str) -> None:
    with in_language(language):
        headings = [_(one) for one in day_pack_sheet.HEADINGS]
    assert is_day_pack(suggest_columns(ImportKind.VISITS, headings))
    chinese = ["走访码", "问题", "填写", "字段"]
    assert is_day_pack(suggest_columns(ImportKind.VISITS, chinese))


def test_that_unknown_and_cancelled_visits_are_told(
    desk: Desk, worker: Actor, visits: dict[str, uuid.UUID],
    bring: Callable[[Answers], ImportResult],
) -> None:  # fmt: skip
    def change(session: Session) -> None:
        factories.name(session)
        session.get_one(Visit, visits["K1"]).state = VisitState.CANCELLED
        session.delete(session.get_one(Visit, visits["K2"]))

    desk.do(worker, change)
    done = bring({("K1", "note"): "好", ("K2", "note"): "好"})
    reasons = {each.reason for each in done.rejects}
    assert reasons == {
        "This visit was cancelled. Plan a new one.",
        f"There is no visit {mark_of(visits['K2'])}.",
    }
