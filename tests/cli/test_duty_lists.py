"""`winback list tasks|renewals|absences|staff|visits`, and `show` of each."""

import datetime as dt
import uuid
from pathlib import Path

import pytest

from db import workspace
from db.models import Visit
from db.session import Actor, Session
from db.vocabulary import AbsenceKind, Role, StaffFunction, TaskKind
from desktop_app.domain.renewals import RenewalDraft
from desktop_app.domain.tasks import TaskDraft
from desktop_app.services import renewals, staff_profiles, tasks
from desktop_app.services.staff_profiles import AbsenceDraft, ProfileDraft
from tests import factories
from tests.cli.conftest import Run

TODAY = dt.date(2026, 9, 15)
WHOLE, MASKED = "13812345678", "138****5678"
KINDS = ("tasks", "renewals", "absences", "staff", "visits")
pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def filled(folder: Path, fixed_time: object) -> None:
    """A workspace with one of each, and two tasks of which one is done."""
    opened = workspace.open_workspace(folder, "admin", "correct horse")
    try:
        with opened.database.write(opened.actor) as session:
            fill(session, opened.actor)
    finally:
        opened.database.close()


def fill(session: Session, me: Actor) -> None:
    seller = factories.add_user(session, Role.FIELD_STAFF)
    assert me.user_id is not None
    assert seller.user_id is not None
    customer = factories.add_customer(
        session, "K1", name="王芳", phone=WHOLE, owner_id=seller.user_id
    )
    ask = TaskDraft(
        kind=TaskKind.UPGRADE_TALK, words="问升级", owner_id=me.user_id, due_on=TODAY,
        customer_id=customer,
    )  # fmt: skip
    tasks.finish(session, tasks.add(session, ask), "要")
    later = {"kind": TaskKind.OTHER, "words": "盘点", "due_on": TODAY + dt.timedelta(days=1)}
    tasks.add(session, ask.model_copy(update=later | {"customer_id": None}))
    renewals.add(session, customer, RenewalDraft(product="年卡", expires_on=TODAY, fee=12050))
    profile = ProfileDraft(
        functions=(StaffFunction.SALES,), districts=("静安区",), manager_id=me.user_id
    )
    staff_profiles.change(session, seller.user_id, profile)
    sick = AbsenceDraft(
        user_id=seller.user_id, first_on=TODAY, last_on=TODAY, kind=AbsenceKind.SICK, note="手术"
    )
    staff_profiles.add_absence(session, sick)
    session.add(Visit(customer_id=customer, planned_on=TODAY, by_id=seller.user_id))
    session.flush()


@pytest.mark.usefixtures("filled")
def test_that_tasks_in_every_state_are_listed_by_day(run: Run) -> None:
    rows = run("list", "tasks", "--json").document
    told = [(row["words"], row["state"], row["customer_number"], row["due_on"]) for row in rows]
    assert told == [
        ("问升级", "done", "K1", "2026-09-15"),
        ("盘点", "open", "", "2026-09-16"),
    ]
    assert rows[0]["answer"] == "要"
    assert run("list", "tasks", "--filter", "盘点", "--json").document == rows[1:]
    assert run("list", "tasks", "--offset", 1, "--limit", 1, "--json").document == rows[1:]


@pytest.mark.usefixtures("filled")
def test_that_renewals_are_listed_with_their_fee_in_yuan(run: Run) -> None:
    (row,) = run("list", "renewals", "--json").document
    assert (row["product"], row["fee"], row["currency"], row["state"]) == (
        "年卡", 120.5, "CNY", "open",
    )  # fmt: skip
    assert (row["customer"], row["expires_on"]) == ("王芳", "2026-09-15")
    assert "120.50" in run("list", "renewals").out


@pytest.mark.usefixtures("filled")
def test_that_absences_and_staff_are_listed(run: Run) -> None:
    (away,) = run("list", "absences", "--json").document
    assert (away["first_on"], away["last_on"], away["kind"], away["note"]) == (
        "2026-09-15", "2026-09-15", "sick", "手术",
    )  # fmt: skip
    staff = {row["name"]: row for row in run("list", "staff", "--json").document}
    seller = staff[away["user"]]
    assert (seller["functions"], seller["districts"], seller["visits_a_day"]) == (
        ["sales"], ["静安区"], 6,
    )  # fmt: skip
    assert (seller["manager"], seller["is_here"], staff["Ada"]["login"]) == ("Ada", True, "admin")
    assert run("list", "staff", "--filter", "静安", "--json").document == [seller]
    assert run("show", "staff", seller["login"], "--json").document == seller
    assert seller["login"] in run("list", "staff").out
    assert seller["name"] in run("list", "absences").out


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("kind", KINDS)
def test_that_each_is_shown_by_its_key_with_masked_phones(run: Run, kind: str) -> None:
    rows = run("list", kind, "--json").document
    assert rows
    for row in rows:
        assert run("show", kind, row["id"], "--json").document == row
    table = run("list", kind)
    assert (table.status, len(table.out.splitlines())) == (0, 1 + len(rows))
    assert WHOLE not in str(rows) + table.out
    assert (MASKED in str(rows)) is (kind in ("renewals", "visits"))
    key = uuid.uuid4()
    missing = run("show", kind, key)
    assert (missing.status, missing.out) == (1, "")
    assert str(key) in missing.sentence
