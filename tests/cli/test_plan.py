"""`winback plan` and `winback figures compliance`."""

import datetime as dt
from pathlib import Path

import pytest

from db import workspace
from db.session import Session
from db.vocabulary import Channel, CustomerClass
from tests import factories
from tests.cadence_world import classify, employee, made

pytestmark = pytest.mark.usefixtures("fixed_time")  # 15 September 2026

OCTOBER = ("--from", "2026-10-01", "--to", "2026-10-31")


def build(session: Session) -> None:
    """A customer of class B whose visits are done, one of class C, an orphan, one who died."""
    li = employee(session)
    b = factories.add_customer(session, "B1", owner_id=li)
    factories.add_customer(session, "C1", owner_id=li)
    factories.add_customer(session, "C2", name="无主")
    factories.add_customer(session, "C3", owner_id=li, is_deceased=True)
    for day in (3, 4):
        made(session, b, li, dt.date(2026, 8, day), rule="b_sales_visit")
    made(session, b, li, dt.date(2026, 8, 5), Channel.CALL, rule="b_sales_call")


@pytest.fixture
def firm(folder: Path, quick_keys: None) -> None:
    opened = workspace.open_workspace(folder, "admin", "correct horse")
    with opened.database.write(opened.actor) as session:
        build(session)
    with opened.database.write(opened.actor) as session:
        b, *_others = session.query(factories.Customer.id).order_by("number").first() or ()
        classify(session, {b: CustomerClass.B})
    opened.database.close()


def test_that_a_plan_says_what_is_required_planned_and_impossible(run, firm) -> None:
    found = run("plan", *OCTOBER, "--json")
    assert (found.status, found.err) == (0, "")
    document = found.document
    # B1: 2 visits, 1 call by sales; nobody is manager or director. C1 and C2: 1 visit, 1 call each.
    cells = {(c["class"], c["role"], c["channel"]): c for c in document["cells"]}
    b_visits = cells["b", "sales", "visit"]
    assert (b_visits["required"], b_visits["planned"], b_visits["impossible"]) == (2, 2, 0)
    c_calls = cells["c", "sales", "call"]
    assert (c_calls["required"], c_calls["planned"], c_calls["impossible"]) == (2, 1, 1)
    assert document["required"] == document["planned"] + document["impossible"]
    assert sum(one["planned"] for one in document["by_channel"].values()) == document["planned"]
    assert document["by_class"]["c"] == {"required": 4, "planned": 2, "impossible": 2}
    assert document["by_role"]["sales"] == {"required": 7, "planned": 5, "impossible": 2}
    impossible = document["impossible_contacts"]
    assert len(impossible) == document["impossible"] == sum(document["reasons"].values())
    orphan = [one for one in impossible if one["customer"] == "C2"]
    assert {one["reason"] for one in orphan} == {"no_role"}
    assert (orphan[0]["name"], orphan[0]["from"], orphan[0]["to"]) == (
        "无主", "2026-10-01", "2026-10-31",
    )  # fmt: skip
    assert document["left_out"] == {"stopped": 1, "unidentified": 0}
    assert document["saved"] is None
    capacity = {(one["role"], one["channel"]): one for one in document["capacity"]}
    visits = capacity["sales", "visit"]
    assert visits["needed_a_month"] == 4
    assert visits["available_a_month"] == 6 * 18  # 18 working days in October 2026
    assert visits["missing_a_month"] == 0


def test_that_a_plan_is_saved_and_stays(run, firm) -> None:
    saved = run("plan", *OCTOBER, "--save", "--json").document["saved"]
    assert (saved["added"], saved["moved"], saved["removed"], saved["kept"]) == (5, 0, 0, 0)
    assert saved["change_set"]
    again = run("plan", *OCTOBER, "--save")
    assert again.status == 0
    assert "0 new, 0 moved, 0 removed, 5 as before" in again.err
    assert run("undo", saved["change_set"]).status == 0
    assert run("plan", *OCTOBER, "--save", "--json").document["saved"]["added"] == 5


def test_that_people_can_read_the_plan(run, firm) -> None:
    found = run("plan", "--from", "2027-01-01", "--to", "2027-12-31")
    assert found.status == 0
    assert "Required" in found.out
    assert "30 × Nobody with this function looks after the customer" in " ".join(found.out.split())
    assert "C2 无主: Sales · Visit · 1 a month, 2027-01-01 Fri to 2027-01-31 Sun:" in found.out
    assert "more are impossible." in found.out
    assert "Left out: 1 who are not to be contacted" in found.out
    assert "Provisional, holidays are not published yet: 2027" in found.out


def test_that_wrong_days_are_refused(run, firm) -> None:
    wrong = run("plan", "--from", "2026-10-02", "--to", "2026-10-01")
    assert (wrong.status, "ends before it starts" in wrong.err) == (2, True)
    past = run("plan", "--from", "2026-01-01", "--to", "2026-01-31")
    assert past.status == 1
    assert "These days are over" in past.sentence
    late = run("plan", "--from", "2026-10-01", "--to", "2027-01-31", "--save")
    assert "at most 3 months at once" in late.sentence


def test_that_compliance_is_told_with_what_it_is_made_of(run, firm) -> None:
    found = run("figures", "compliance", "--from", "2026-08-01", "--to", "2026-08-31", "--json")
    assert (found.status, found.err) == (0, "")
    document = found.document
    # B1: 2 of 2 visits, 1 of 1 call. C1 and C2: nothing of one visit and one call each.
    assert document["by_class"]["b"]["made"] == 3
    assert document["by_class"]["b"]["share"] == 1
    assert document["by_class"]["c"] == {
        "required": 4, "made": 0, "late": 0, "missed": 4, "open": 0, "waived": 0, "share": 0,
    }  # fmt: skip
    assert document["by_role"]["sales"]["required"] == 7
    assert document["total"]["made"] == 3
    *others, nobody = document["people"]
    assert (nobody["id"], nobody["required"]) == (None, 2)
    assert (nobody["kind"], nobody["name"]) == ("nobody", "Nobody in charge")
    assert {each["kind"] for each in others} == {"person"}
    assert document["above_maximum"] == []
    assert len(document["cells"]) == 4
    shown = run("figures", "compliance", "--from", "2026-08-01", "--to", "2026-08-31")
    assert "by_class" in shown.out
    wrong = run("figures", "compliance", "--from", "2026-08-02", "--to", "2026-08-01")
    assert wrong.status == 2
