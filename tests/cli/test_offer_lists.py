"""`winback list offers` and `list approvals`: the library, and what waits for a yes."""

from pathlib import Path

import pytest

from db import workspace
from db.session import Actor, Session
from desktop_app.services import offers
from tests import offered
from tests.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def waiting(folder: Path) -> str:
    """The number of a case with an offer that waits."""
    opened = workspace.open_workspace(folder, "admin", "correct horse")
    try:
        with opened.database.write(opened.actor) as session:
            return propose(session, opened.actor)
    finally:
        opened.database.close()


def propose(session: Session, who: Actor) -> str:
    case = offered.case(session, who.user_id, name="王芳")
    offer = offered.offer(session, code="dear", cost=offered.CEILING + 100)
    return offers.propose(session, case, offer, "weil").case_number


def test_that_what_waits_is_listed_with_what_is_at_stake(run: Run, waiting: str) -> None:
    (row,) = run("list", "approvals", "--json").document
    assert (row["case"], row["customer"], row["offer"]) == (waiting, "王芳", "dear")
    assert (row["value_at_stake"], row["ceiling"], row["cost"]) == (10000.0, 852.63, 853.63)
    assert (row["needs"], row["budget_left"], row["obstacle"]) == (["ceiling"], None, "")
    assert run("show", "approval", waiting, "--json").document == row
    assert waiting in run("list", "approvals").out
    missing = run("show", "approval", "2026-99999")
    assert (missing.status, missing.out) == (1, "")
    assert "2026-99999" in missing.sentence


def test_that_the_library_is_listed(run: Run, waiting: str) -> None:
    rows = {row["code"]: row for row in run("list", "offers", "--json").document}
    assert rows["voucher_50"]["cost"] == 50.0
    assert run("show", "offer", "dear", "--json").document == rows["dear"]
    assert run("show", "offer", "none").status == 1
