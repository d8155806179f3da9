"""`winback handover`, `list orphans`, `list holdings`, and what `check` says of charges."""

from pathlib import Path

import pytest

from db import workspace
from db.session import Session
from db.vocabulary import Role
from tests import factories
from tests.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def staff(folder: Path) -> tuple[str, str]:
    """Logins of two field staff; the first has two customers, one customer has nobody."""
    opened = workspace.open_workspace(folder, "admin", "correct horse")
    try:
        with opened.database.write(opened.actor) as session:
            return people(session)
    finally:
        opened.database.close()


def people(session: Session) -> tuple[str, str]:
    first, second = (factories.add_user(session, Role.FIELD_STAFF) for _number in range(2))
    for number in ("H1", "H2"):
        factories.add_customer(session, number, owner_id=first.user_id)
    factories.add_customer(session, "H3", name="孤单")
    return first.login, second.login


def test_that_a_handover_is_shown_made_and_undone(run: Run, staff: tuple[str, str]) -> None:
    first, second = staff
    asked = ("handover", "--from", first, "--to", second, "--cause", "rotation")
    shown = run(*asked, "--dry-run", "--json").document
    assert (shown["is_dry_run"], shown["customers"], shown["change_set"]) == (True, 2, None)
    assert [line["customer"] for line in shown["lines"]] == ["H1", "H2"]
    assert {line["to"] for line in shown["lines"]} == {f"员工 {second}"}
    assert shown["lines"][0]["to_tidy"] == ["no_phone", "no_address"]
    assert shown["receivers"][0]["gets"] == 2
    rows = {row["customer_number"]: row for row in run("list", "holdings", "--json").document}
    assert rows["H1"]["user"] == f"员工 {first}"
    made = run(*asked, "--on", "2026-09-16", "--overlap-until", "2026-09-30", "--json").document
    assert made["moved"]["customers"] == made["moved"]["told"] == 2
    rows = {row["customer_number"]: row for row in run("list", "holdings", "--json").document}
    assert (rows["H1"]["user"], rows["H1"]["first_on"]) == (f"员工 {second}", "2026-09-16")
    assert run("check", "--json").document["charges"] == 0
    assert run("undo", made["change_set"]).status == 0
    rows = {row["customer_number"]: row for row in run("list", "holdings", "--json").document}
    assert rows["H1"]["user"] == f"员工 {first}"


def test_that_who_leaves_is_written_down_as_having_left(run: Run, staff: tuple[str, str]) -> None:
    first, second = staff
    asked = ("handover", "--from", first, "--to", second)
    refused = run(*asked, "--cause", "left")
    assert (refused.status, refused.out) == (2, "")
    assert "--left-on" in refused.sentence
    made = run(*asked, "--left-on", "2026-09-20", "--json").document
    assert made["moved"]["customers"] == 2
    people = {row["login"]: row for row in run("list", "staff", "--json").document}
    assert people[first]["left_on"] == "2026-09-20"


def test_that_orphans_are_listed_and_handed_over(run: Run, staff: tuple[str, str]) -> None:
    (row,) = run("list", "orphans", "--json").document
    assert (row["number"], row["reason"], row["class"]) == ("H3", "never", "c")
    assert "孤单" in run("list", "orphans").out
    assert run("show", "orphan", "H3", "--json").document == row
    assert "H1" in run("show", "orphan", "H1").sentence
    said = run("handover", "--orphans", "--to", staff[1])
    assert "H3 孤单" in said.out
    assert run("list", "orphans", "--json").document == []
    nobody = run("handover", "--orphans", "--json").document
    assert (nobody["lines"], nobody["change_set"]) == ([], None)


def test_that_what_nobody_can_take_is_told(run: Run, staff: tuple[str, str]) -> None:
    shown = run("handover", "--from", staff[1], "--dry-run")
    assert shown.sentence == "Nothing was changed."
    first = run("handover", "--from", staff[0], "--to", staff[0], "--dry-run")
    assert first.status == 1
    assert "somebody else" in first.sentence


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ((), 2, "--orphans"),
        (("--from", "nobody"), 2, "nobody"),
        (("--from", "admin", "--cause", "x"), 2, "left, rotation, load"),
        (("--from", "admin", "--on", "2026-02-30"), 1, "2026-02-30"),
        (("--from", "admin", "--overlap-until", "2020-01-01"), 1, "last day"),
    ],
)
def test_that_a_wrong_line_gets_one_sentence(
    run: Run, folder: Path, arguments: tuple[str, ...], status: int, words: str
) -> None:
    ran = run("handover", *arguments)
    assert (ran.status, ran.out) == (status, "")
    assert words in ran.sentence
