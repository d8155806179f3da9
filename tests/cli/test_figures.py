"""`winback figures team`: one JSON document with every figure, its n, and if that is enough."""

from pathlib import Path

import pytest

from db import workspace
from db.vocabulary import Outcome
from desktop_app.domain.cases import CloseDraft
from desktop_app.services import cases
from tests import factories


@pytest.fixture
def saves(folder: Path, quick_keys: None) -> None:
    """Four closed cases of one person, three of them saved; one was never reached."""
    opened = workspace.open_workspace(folder, "admin", "correct horse")
    for outcome in (Outcome.SAVED, Outcome.SAVED, Outcome.WON_BACK, Outcome.UNREACHABLE):
        with opened.database.write(opened.actor) as session:
            case_id = factories.open_case(session)
            assert opened.actor.user_id is not None
            cases.assign(session, [case_id], opened.actor.user_id)
            factories.attempt(session, case_id)
            cases.close(session, case_id, CloseDraft(outcome=outcome, root_reason="unknown_other"))
    opened.database.close()


def test_that_every_figure_has_its_n(run, saves) -> None:
    found = run("figures", "team", "--json")
    assert (found.status, found.err) == (0, "")
    document = found.document
    rate = document["saves"]["of_contacted"]
    assert (rate["hits"], rate["n"], rate["share"], rate["is_enough"]) == (3, 4, 0.75, False)
    assert rate["interval"] == pytest.approx([0.3006, 0.9544], abs=1e-4)  # Wilson
    assert document["saves"]["watching"] == 3
    assert document["saves"]["confirmed_of_contacted"]["share"] is None
    assert document["saves"]["above_reference"] is None
    (agent,) = document["agents"]
    assert (agent["name"], agent["observed"], agent["standing"]) == ("Ada", 3, "not_enough")
    assert agent["expected"] == pytest.approx(3)
    assert [one["approach"] for one in document["after_save"]] == [
        None, "relationship", "price", "mixed",
    ]  # fmt: skip
    assert document["after_save"][0]["survival"]["n"] == 3
    assert document["approaches"]["verdict"] == "not_enough"
    assert document["attempts_per_case"] == {"mean": 1, "n": 4, "is_enough": False}
    assert document["attempts"] == {"1": 4}
    assert (document["experiments"], document["coupons"], document["load"]) == ([], None, [])


def test_that_the_period_narrows_and_a_wrong_one_is_refused(run, saves) -> None:
    early = run("figures", "team", "--json", "--to", "2001-01-01").document
    assert (early["to"], early["saves"]["closed"]) == ("2001-01-01", 0)
    assert run("figures", "team", "--json", "--from", "2001-01-01").document["saves"]["closed"] == 4
    wrong = run("figures", "team", "--from", "2026-02-01", "--to", "2026-01-01")
    assert wrong.status == 2
    assert "ends before it starts" in wrong.err


def test_that_people_can_read_it_too(run, saves) -> None:
    found = run("figures", "team")
    assert found.status == 0
    assert "of_contacted" in found.out
