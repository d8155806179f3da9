"""`winback calendar export`: contacts as a calendar file."""

import datetime as dt
from pathlib import Path
from typing import Any

import icalendar
import pytest
import vobject

from db import workspace
from db.session import Session
from desktop_app.domain.contacts import VisitDraft
from desktop_app.services import visits
from tests import factories
from tests.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("fixed_time")

TODAY = dt.date(2026, 9, 15)


def plan(session: Session) -> None:
    customer = factories.add_customer(session, "K1", name="王小明", phone="13812345678")
    drafts = (
        VisitDraft(planned_on=TODAY, starts_at=dt.time(14), note="只给自己看"),
        VisitDraft(planned_on=dt.date(2028, 2, 29)),
    )
    keys = [visits.plan_visit(session, None, customer, draft) for draft in drafts]
    far = VisitDraft(planned_on=TODAY + dt.timedelta(days=9))
    visits.cancel_visit(session, visits.plan_visit(session, None, customer, far))
    assert len(keys) == 2


@pytest.fixture
def planned(folder: Path) -> Path:
    opened = workspace.open_workspace(folder, "admin", "correct horse")
    try:
        with opened.database.write(opened.actor) as session:
            plan(session)
    finally:
        opened.database.close()
    return folder


def events(path: Path) -> list[Any]:
    """The events of a file that both parsers read."""
    content = path.read_text(encoding="utf-8")
    vobject.readOne(content).validate(raiseException=True)
    return list(icalendar.Calendar.from_ical(content).events)


def test_that_contacts_are_written_and_the_journal_says_so(
    run: Run, planned: Path, tmp_path: Path
) -> None:
    path = tmp_path / "走访.ics"
    told = run("calendar", "export", path, "--json")
    assert told.document == {
        "file": str(path),
        "from": "2026-09-15",
        "to": "2027-09-15",
        "employee": None,
        "events": 2,
        "cancelled": 1,
    }
    found = events(path)
    assert [str(each["status"]) for each in found] == ["CONFIRMED", "CANCELLED"]
    content = path.read_text(encoding="utf-8")
    assert "138****5678" in content
    assert "13812345678" not in content
    assert "只给自己看" not in content
    told = run("history", "--json").document
    assert any(row["title"] == "Export 2 contacts as a calendar file" for row in told)
    assert run("calendar", "export", path).status == 1  # the file is there
    assert run("calendar", "export", path, "--overwrite").sentence == "2 contacts"


def test_that_days_and_employee_narrow_it(run: Run, planned: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.ics"
    days = ("--from", "2028-02-29", "--to", "2028-02-29")
    told = run("calendar", "export", path, *days, "--employee", "ada", "--json").document
    assert (told["events"], told["employee"]) == (1, "admin")
    (event,) = events(path)
    assert event.start == dt.date(2028, 2, 29)
    assert "X-WR-CALNAME:Visits and calls of Ada" in path.read_text(encoding="utf-8")
    before = dict.fromkeys(planned.parent.glob("*.ics"))
    wrong = run("calendar", "export", tmp_path / "b.ics", "--employee", "Bob")
    assert (wrong.status, wrong.sentence) == (2, "You see no calendar of anybody called Bob.")
    upside = run(
        "calendar", "export", tmp_path / "b.ics", "--from", "2027-01-02", "--to", "2027-01-01"
    )
    assert (upside.status, upside.sentence) == (2, "The period ends before it starts.")
    assert dict.fromkeys(planned.parent.glob("*.ics")) == before
