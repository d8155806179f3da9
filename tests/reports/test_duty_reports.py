"""Cadence compliance, who looks after whom, churn with leavings: worked out by hand."""

import datetime as dt
import uuid
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from db.models import Customer, Visit
from db.session import Actor, Database, Session
from db.vocabulary import Channel, Role, Seat, VisitState
from desktop_app.domain.compliance import OverrideDraft
from desktop_app.errors import InvalidInputError, NotAllowedError
from desktop_app.reports import report
from desktop_app.reports.base import Document, Paragraph
from desktop_app.reports.json import to_json
from desktop_app.reports.pdf import write_pdf
from desktop_app.reports.xlsx import write_xlsx
from desktop_app.services import cadence
from tests import factories
from tests.duty_world import add_customers, add_leaver, hold, lose_by_quarter
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")

THREE = ("cadence-compliance", "who-looks-after-whom", "churn-and-leavings")


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def build(desk: Desk, actor: Actor, report_id: str, **params: Any) -> Document:
    made = report(report_id)
    return desk.look(actor, lambda session: made.build(session, made.Params(**params)))


def rows_of(document: Document, title: str) -> list[dict[str, Any]]:
    sections = to_json(document)["sections"]
    blocks = [block for section in sections for block in section["blocks"]]
    (found,) = (b for b in blocks if b["kind"] == "table" and b["title"] == title)
    return found["rows"]


def words_of(document: Document) -> str:
    blocks = (block for section in document.sections for block in section.blocks)
    return " ".join(block.text for block in blocks if isinstance(block, Paragraph))


# Cadence compliance ------------------------------------------------------------------------------


def visits(
    session: Session, customer: uuid.UUID, by: Actor, *contacts: tuple[int, Channel]
) -> None:
    """Contacts made in August 2026."""
    for day, channel in contacts:
        on = dt.date(2026, 8, day)
        session.add(
            Visit(
                customer_id=customer, planned_on=on, done_on=on, state=VisitState.DONE,
                by_id=by.user_id, channel=channel,
            )
        )  # fmt: skip
    session.flush()


def fill_august(session: Session, worker: Actor) -> None:
    """One A customer, three B, 16 C; three of them are held and contacted in August."""
    (best,) = add_customers(session, "A", 1, 900_000)
    add_customers(session, "B", 3, 90_000)
    ordinary = add_customers(session, "C", 16, 1_000)
    hold(session, worker.user_id, [best, *ordinary[:2]])
    visit, call = Channel.VISIT, Channel.CALL
    visits(
        session, best, worker, (3, visit), (17, visit), *((day, call) for day in (4, 11, 18, 25))
    )
    visits(session, ordinary[0], worker, (5, visit), (19, call))
    draft = OverrideDraft(rule="c_sales_call", reason="客户只要上门", first=dt.date(2026, 8, 1))
    cadence.add_override(session, ordinary[1], draft)


@pytest.fixture
def august(desk: Desk, admin: Actor, actors: dict[Role, Actor]) -> Document:
    desk.do(admin, fill_august, actors[Role.FIELD_STAFF])
    return build(desk, admin, "cadence-compliance")


def test_that_compliance_is_made_in_time_of_what_is_owed(august: Document) -> None:
    assert august.period == "2026-08-01 – 2026-08-31", "the last whole month"
    cells = {
        (row["name"], row["role"], row["channel"]): (row["made"], row["required"], row["rate"])
        for row in rows_of(august, "Compliance by class, function and channel")
        if row["role"] == "Sales"
    }
    assert cells["Class A", "Sales", "Visit"] == (2, 3, pytest.approx(2 / 3))  # F-19
    assert cells["Class A", "Sales", "Call"] == (2, 2, 1)
    assert cells["Class C", "Sales", "Visit"] == (1, 16, pytest.approx(1 / 16))
    assert cells["Class C", "Sales", "Call"] == (1, 15, pytest.approx(1 / 15))


def test_that_each_person_answers_for_their_customers(august: Document) -> None:
    people = {row["name"]: row for row in rows_of(august, "Compliance by person")}
    mine = people["field_staff"]
    assert (mine["required"], mine["made"], mine["missed"], mine["overridden"]) == (8, 6, 2, 1)
    assert mine["rate"] == pytest.approx(6 / 8)
    assert list(people)[-1] == "nobody"


def test_that_sums_agree_with_each_other(august: Document) -> None:
    def total(title: str) -> list[int]:
        names = ("required", "made", "late", "missed", "open", "overridden")
        return [sum(row[name] for row in rows_of(august, title)) for name in names]

    by_class = total("Compliance by class")
    assert by_class == total("Compliance by function") == total("Compliance by person")
    assert by_class == total("Compliance by class, function and channel")
    assert by_class[0] == sum(by_class[1:5])


def test_that_too_much_pressure_and_exceptions_are_listed_with_their_reasons(
    august: Document,
) -> None:
    (pressed,) = rows_of(august, "Periods with too many contacts")
    assert (pressed["number"], pressed["contacts"], pressed["most"]) == ("A000", 4, 3)
    (agreed,) = rows_of(august, "What was agreed otherwise")
    assert (agreed["number"], agreed["reason"], agreed["minimum"]) == ("C001", "客户只要上门", 0)
    terms = dict(august.definitions)
    assert "divided by owed (F-19)" in terms["Compliance"]


def test_that_a_month_in_which_nothing_is_known_says_so(desk: Desk, admin: Actor) -> None:
    made = build(desk, admin, "cadence-compliance")
    assert "No contact was owed in this period." in words_of(made)
    one_end = build(desk, admin, "cadence-compliance", end=dt.date(2026, 7, 20))
    assert one_end.period == "2026-07-01 – 2026-07-20"
    other_end = build(desk, admin, "cadence-compliance", start=dt.date(2026, 9, 2))
    assert other_end.period == "2026-09-02 – 2026-09-15"


# Who looks after whom ----------------------------------------------------------------------------


def fill_charges(session: Session, worker: Actor, backup: Actor) -> None:
    """Ten customers: six in charge (four with backup), two of a leaver, two never anybody's."""
    keys = add_customers(session, "K", 10, 1_000, store_id=worker.store_id)
    hold(session, worker.user_id, keys[:4], first_on=dt.date(2024, 10, 1))
    hold(session, worker.user_id, keys[4:6], first_on=dt.date(2026, 1, 1))
    hold(session, backup.user_id, keys[:4], Seat.BACKUP)
    add_leaver(session, dt.date(2025, 1, 1), dt.date(2026, 9, 5), keys[6:8])
    for day in (1, 8, 15, 22):
        visits(session, keys[0], worker, (day, Channel.VISIT))
    visits(session, keys[1], worker, (3, Channel.VISIT))
    visits(session, keys[1], backup, (4, Channel.CALL))
    session.get_one(Customer, keys[9]).do_not_contact = True
    session.flush()


@pytest.fixture
def charged(desk: Desk, admin: Actor, actors: dict[Role, Actor]) -> Document:
    desk.do(admin, fill_charges, actors[Role.FIELD_STAFF], actors[Role.AGENT])
    return build(desk, admin, "who-looks-after-whom")


def test_that_orphans_are_listed_with_age_and_reason(charged: Document) -> None:
    rows = rows_of(charged, "Customers nobody looks after")
    assert [(row["number"], row["days"], row["reason"]) for row in rows] == [
        ("K008", 2450, "never anybody"),  # since 2020-01-01; who refused is left out
        ("K006", 10, "employee left"),  # 6 to 15 September
        ("K007", 10, "employee left"),
    ]
    kinds = {row["reason"]: row["count"] for row in rows_of(charged, "Why nobody looks after them")}
    assert kinds == {
        "Nobody was ever put in charge.": 1, "The employee in charge left.": 2,
    }  # fmt: skip
    (ages, _coverage) = charged.figures()
    assert ages.series[0].values == (0, 2, 0, 0, 1, 0)


def test_that_coverage_counts_who_has_a_backup(charged: Document) -> None:
    rows = rows_of(charged, "Coverage by class")
    assert sum(row["hits"] for row in rows) == 4
    assert sum(row["n"] for row in rows) == 9


def test_that_key_persons_and_rotations_are_named(charged: Document) -> None:
    (person,) = rows_of(charged, "What would be at risk if somebody left")
    assert (person["person"], person["customers"]) == ("field_staff", 1)
    (customer,) = rows_of(charged, "Customers that hang on one person")
    assert (customer["number"], customer["index"], customer["n"]) == ("K000", 1, 4)
    due = rows_of(charged, "Rotations due")
    assert [row["number"] for row in due] == ["K000", "K001", "K002", "K003"]
    assert {row["due"] for row in due} == {"2026-10-08"}, "1 to 7 October are holidays"


def test_that_nothing_to_say_is_said(desk: Desk, admin: Actor) -> None:
    text = words_of(build(desk, admin, "who-looks-after-whom"))
    for sentence in ("somebody in charge.", "hangs on one person.", "No rotation is due"):
        assert sentence in text


# Churn and leavings ------------------------------------------------------------------------------


def test_that_churn_and_leavers_stand_beside_each_other(desk: Desk, admin: Actor) -> None:
    def fill(session: Session) -> None:
        customers = add_customers(session, "C", 40)
        lose_by_quarter(session, customers, {dt.date(2026, 2, 1): 10, dt.date(2026, 5, 1): 3})
        add_leaver(session, dt.date(2026, 1, 1), dt.date(2026, 2, 1), customers[:5])

    desk.do(admin, fill)
    made = build(desk, admin, "churn-and-leavings")
    rows = rows_of(made, "Lost customers by quarter and class")
    assert [row["quarter"] for row in rows[-2:]] == ["2026 Q1", "2026 Q2"]
    assert [(row["lost_c"], row["n_c"]) for row in rows[-2:]] == [(10, 40), (3, 30)]
    assert rows[-1]["rate_c"] == pytest.approx(0.1)
    staff = rows_of(made, "Employees by quarter")
    assert [row["leavers"] for row in staff] == [0, 0, 0, 0, 0, 0, 1, 0]
    (pair,) = (row for row in rows_of(made, "Correlation of churn with employees who left")
               if row["klass"] == "Class C")  # fmt: skip
    # shares 0, …, 0, 0.25, 0.1 with 0, …, 0, 1, 0: 0.20625 / √(0.0571875 · 0.875)
    assert pair["same_r"] == pytest.approx(0.92202, abs=1e-5)
    (left,) = rows_of(made, "Customers of leavers that left as well")
    assert (left["n"], left["lost"]) == (5, 5)
    overlay = made.figures()[1]
    assert overlay.series[-1].values == (0, 0, 0, 0, 0, 0, 1, 0)


# All three ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("report_id", THREE)
def test_that_files_are_written_and_who_may_not_see_reports_is_refused(
    desk: Desk, admin: Actor, actors: dict[Role, Actor], tmp_path: Path, report_id: str
) -> None:
    desk.do(admin, fill_charges, actors[Role.FIELD_STAFF], actors[Role.AGENT])
    made = build(desk, admin, report_id)
    assert write_pdf(made, tmp_path / "a.pdf").losses == ()
    assert write_xlsx(made, tmp_path / "a.xlsx").losses == ()
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    charts = sum(len(sheet._charts) for sheet in book.worksheets)
    assert charts == len(made.figures()) > 0
    with desk.database.read() as session, pytest.raises(NotAllowedError):
        report(report_id).build(session, report(report_id).Params())


@pytest.mark.parametrize("report_id", [THREE[0], THREE[2]])
def test_that_a_period_must_not_end_before_it_starts(
    desk: Desk, admin: Actor, report_id: str
) -> None:
    with pytest.raises(InvalidInputError, match="ends before"):
        build(desk, admin, report_id, start=dt.date(2026, 2, 1), end=dt.date(2026, 1, 1))


def test_that_a_store_manager_reads_of_the_own_store_only(
    desk: Desk, admin: Actor, actors: dict[Role, Actor]
) -> None:
    desk.do(admin, fill_charges, actors[Role.FIELD_STAFF], actors[Role.AGENT])
    store = desk.do(admin, factories.add_store)
    stranger = desk.do(admin, factories.add_user, Role.STORE_MANAGER, store)
    made = build(desk, stranger, "who-looks-after-whom")
    assert "Every customer has somebody in charge." in words_of(made)
    assert ("Visible to you", "cases of your store") in made.filters
