"""`winback queue`: the order of work, explained, without anybody who may not be contacted."""

from collections.abc import Callable
from pathlib import Path

import pytest

from db import workspace
from db.queries.cases import CaseFilter
from db.session import SYSTEM, Session
from db.vocabulary import Role
from desktop_app import clock
from desktop_app.domain.contacts import VisitDraft
from desktop_app.services import cases, contacts, staff
from tests.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("fixed_time")

CUSTOMERS = """客户编号,客户名称,请勿联系
K1,王思远,否
K2,李梅,是
K3,华信集团,否
"""


@pytest.fixture
def at_work(run: Run, folder: Path, orders: Path) -> Path:
    """Everybody who lapsed has a case; one of them asked not to be contacted afterwards."""
    run("import", "orders", orders)
    run("scan", "--as-of", "2026-09-15")
    assert run("open-cases", "--kind", "lapsing", "--json").document["cases"] == 2
    return folder


def test_that_the_queue_says_where_each_case_stands_and_why(run: Run, at_work: Path) -> None:
    lines = run("queue", "--agent", "admin", "--json").document
    columns = "case customer place tier section score why due callback_at allowed_from"
    assert [list(line) for line in lines] == [columns.split()] * 2
    assert {line["customer"] for line in lines} == {"K1", "K2"}
    assert {line["place"] for line in lines} == {"pool"}
    assert all("Value at stake ¥" in line["why"] for line in lines)
    assert [line["score"] for line in lines] == sorted((x["score"] for x in lines), reverse=True)
    assert run("queue", "--agent", "Ada", "--json").document == lines
    assert run("queue", "--json").document == lines
    assert run("queue", "--limit", 1, "--json").document == lines[:1]
    shown = run("queue")
    assert shown.status == 0
    assert shown.out.splitlines()[0].split()[:4] == ["Whose", "Case", "Customer", "Due"]
    assert shown.out.splitlines()[1].startswith("Pool")
    assert shown.sentence == "2 records"


def within(folder: Path, service: Callable[..., object], *arguments: object) -> object:
    """Run a service in the workspace."""
    opened = workspace.open_workspace(folder, "admin", "correct horse")
    try:
        with opened.database.write(SYSTEM) as session:
            return service(session, *arguments)
    finally:
        opened.database.close()


def plan_visits(session: Session) -> None:
    for row in cases.list_cases(session, CaseFilter()):
        plan = VisitDraft(planned_on=clock.today())
        contacts.plan_visit(session, None, row.customer_id, plan)


def test_that_who_asked_not_to_be_contacted_is_not_in_the_queue(
    run: Run, at_work: Path, tmp_path: Path
) -> None:
    within(at_work, plan_visits)
    file = tmp_path / "客户.csv"
    file.write_text(CUSTOMERS, encoding="utf-8")
    assert run("import", "customers", file).status == 0
    refused = [row["number"] for row in run("list", "customers", "--json").document
               if row["do_not_contact"]]  # fmt: skip
    assert refused == ["K2"]
    assert [line["customer"] for line in run("queue", "--json").document] == ["K1"]
    visits = run("list", "visits", "--json").document
    assert {row["customer_number"]: row["state"] for row in visits} == {
        "K1": "planned", "K2": "cancelled",
    }  # fmt: skip


def test_that_an_unknown_name_is_said_to_be_unknown(run: Run, at_work: Path) -> None:
    ran = run("queue", "--agent", "Bob")
    assert ran.status == 2
    assert ran.sentence.endswith("Nobody who works here is called Bob.")


def test_that_a_name_of_several_people_is_refused(run: Run, at_work: Path) -> None:
    for login in ("bo", "bob"):
        draft = staff.UserDraft(login=login, name="Bo", role=Role.AGENT)
        within(at_work, staff.add_user, draft)
    ran = run("queue", "--agent", "Bo", "--user", "admin")
    assert ran.status == 2
    assert "Several people are called Bo" in ran.sentence
