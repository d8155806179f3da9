"""`winback handover`, `list orphans`, `list holdings`, and what `check` says of charges."""

from pathlib import Path

import pytest

from db import workspace
from db.session import Session
from db.vocabulary import Role, Seat
from desktop_app.services import charges, staff_profiles
from desktop_app.services import staff as staff_service
from desktop_app.services.staff_profiles import ProfileDraft
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
    assert (shown.status, shown.out) == (1, "")
    assert shown.sentence == f"{staff[1]} has no customers to hand over, or none within your reach."
    first = run("handover", "--from", staff[0], "--to", staff[0], "--dry-run")
    assert first.status == 1
    assert "somebody else" in first.sentence


def test_that_a_handover_ahead_shows_both_with_their_days(run: Run, staff: tuple[str, str]) -> None:
    first, second = staff
    asked = ("handover", "--from", first, "--to", second, "--on", "2026-09-30")
    assert run(*asked).status == 0
    rows = [row for row in run("list", "holdings", "--json").document if row["seat"] == "primary"]
    assert [(row["user"], row["last_on"]) for row in rows if row["customer_number"] == "H1"] == [
        (f"员工 {first}", "2026-09-29"),
        (f"员工 {second}", None),
    ]
    assert "from 2026-09-30" in run("list", "holdings").out
    assert run("check", "--json").document["charges"] == 0
    again = run(*asked)
    sentence = f"The customers of {first} are handed over already, from 2026-09-30 on."
    assert (again.status, again.sentence) == (1, sentence)


def test_that_who_has_nothing_left_to_hand_over_is_written_down_as_leaving(
    run: Run, staff: tuple[str, str]
) -> None:
    first, second = staff
    run("handover", "--from", first, "--to", second, "--on", "2026-09-30")
    leaves = ("handover", "--from", first, "--left-on", "2026-09-29")
    assert run(*leaves, "--dry-run").status == 1
    said = run(*leaves)
    assert said.status == 0
    assert "handed over already, from 2026-09-30 on" in said.out
    people = {row["login"]: row for row in run("list", "staff", "--json").document}
    assert people[first]["left_on"] == "2026-09-29"
    nobody = run("handover", "--from", "admin", "--left-on", "2026-10-30", "--json").document
    assert (nobody["is_dry_run"], nobody["lines"], nobody["moved"]) == (False, [], None)
    assert run("undo", nobody["change_set"]).status == 0
    people = {row["login"]: row for row in run("list", "staff", "--json").document}
    assert people["admin"]["left_on"] is None


def test_that_customers_and_seats_of_backups_nobody_can_take_are_counted_apart(
    run: Run, folder: Path, staff: tuple[str, str]
) -> None:
    first, second = staff
    run("handover", "--orphans", "--to", first)
    opened = workspace.open_workspace(folder, "admin", "correct horse")
    try:
        with opened.database.write(opened.actor) as session:
            owner = factories.add_user(session, Role.FIELD_STAFF)
            key = factories.add_customer(session, "H4", owner_id=owner.user_id)
            (giver,) = [row.id for row in staff_service.list_users(session) if row.login == first]
            charges.set_holder(session, key, Seat.BACKUP, giver)
            (full,) = [row.id for row in staff_service.list_users(session) if row.login == second]
            staff_profiles.change(session, full, ProfileDraft(most_customers=0))
    finally:
        opened.database.close()
    said = run("handover", "--from", first, "--to", second, "--dry-run")
    assert "Nobody can take 3 customers." in said.out
    assert "Nobody can stand in for 1 customer." in said.out
    shown = run("handover", "--from", first, "--to", second, "--dry-run", "--json").document
    assert (shown["customers_left"], shown["backups_left"]) == (3, 1)


def test_that_receivers_are_listed_what_waits_and_answer_it(
    run: Run, folder: Path, staff: tuple[str, str]
) -> None:
    first, _second = staff
    assert run("handover-answer", "--json").document == []
    made = run("handover", "--from", first, "--to", "admin", "--json").document
    key = made["handover"]
    waiting = run("handover-answer", "--json").document
    assert [(row["handover"], row["customer"], row["seat"]) for row in waiting] == [
        (key, "H1", "primary"),
        (key, "H2", "primary"),
    ]
    assert "H1" in run("handover-answer").out
    took = run("handover-answer", key, "--accept", "--customer", "H1", "--json").document
    assert (took["answer"], took["customers"]) == ("accepted", ["H1"])
    refused = run("handover-answer", key, "--accept", "--customer", "H1")
    assert (refused.status, refused.out) == (1, "")
    assert "H1" in refused.sentence
    said = run("handover-answer", key, "--decline", "太远", "--for", "admin")
    assert said.out == "Declined: 1 customer\n"
    assert run("handover-answer", "--json").document == []
    rows = run("list", "tasks", "--json").document
    assert any("太远" in row["words"] for row in rows)
    assert run("undo", took["change_set"]).status == 0
    assert [row["customer"] for row in run("handover-answer", "--json").document] == ["H1"]


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("x",), 2, "--accept or --decline"),
        (("--accept",), 2, "--accept or --decline"),
        (("x", "--accept", "--decline", "y"), 2, "either"),
        (("x", "--accept"), 1, "handover x"),
        (("x", "--accept", "--for", "nobody"), 2, "nobody"),
    ],
)
def test_that_a_wrong_answer_gets_one_sentence(
    run: Run, folder: Path, arguments: tuple[str, ...], status: int, words: str
) -> None:
    ran = run("handover-answer", *arguments)
    assert (ran.status, ran.out) == (status, "")
    assert words in ran.sentence


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
