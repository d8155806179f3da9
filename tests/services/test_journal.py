"""History and undo as people see them."""

import uuid
from datetime import timedelta

import pytest
import time_machine

from db import journal as engine
from db.culprits import Cause
from db.models import Customer
from db.queries import journal as queries
from db.queries.paging import Sort
from db.session import Actor, Database
from db.undo import UndoPlan
from db.vocabulary import ChangeKind, Op, Role, RuleKind
from desktop_app import clock
from desktop_app.domain.customers import CustomerDraft
from desktop_app.errors import ConflictError, NotAllowedError, NotFoundError
from desktop_app.services import customers, detection, history, journal, undo_words


@pytest.fixture
def made(database: Database, agent: Actor) -> tuple[uuid.UUID, uuid.UUID]:
    """A customer made by the agent: its key and the change set."""
    with database.write(agent) as session:
        customer_id = customers.create(session, CustomerDraft(number="A1", name="王思远"))
    return customer_id, session.info["changes"].change_set_id


def rename(database: Database, actor: Actor, customer_id: uuid.UUID, name: str) -> uuid.UUID:
    with database.write(actor) as session:
        row = session.get_one(Customer, customer_id)
        customers.change(session, customer_id, row.version, CustomerDraft(number="A1", name=name))
    return session.info["changes"].change_set_id


def test_that_undo_takes_the_own_change_back_and_says_its_title(
    database: Database, agent: Actor, made: tuple[uuid.UUID, uuid.UUID]
) -> None:
    with database.read(agent) as session:
        assert journal.last_own(session) == made[1]
        assert journal.last_own(session, clock.now() + timedelta(days=1)) is None
        preview = journal.preview_undo(session, made[1])
    assert (preview.title, preview.changes, preview.blocked) == ("Create customer A1 王思远", 1, 0)
    with database.write(agent) as session:
        journal.undo(session, made[1])
    changes = session.info["changes"]
    assert journal.title_text(changes.title, changes.args) == "Undo: Create customer A1 王思远"
    with database.read(agent) as session:
        assert session.get(Customer, made[0]) is None
        assert journal.last_own(session) is None
    with pytest.raises(ConflictError, match="already"), database.write(agent) as session:
        journal.undo(session, made[1])


def test_that_a_newer_change_stands_in_the_way_and_is_named(
    database: Database, agent: Actor, admin: Actor, made: tuple[uuid.UUID, uuid.UUID]
) -> None:
    first = rename(database, admin, made[0], "王远")
    rename(database, admin, made[0], "王二")
    with pytest.raises(ConflictError, match="administrator"), database.write(admin) as session:
        journal.undo(session, first)
    with database.write(admin) as session:
        preview = journal.undo(session, first, skip_blocked=True)
    assert preview.blocked == 1
    assert preview.sentences == (
        "Customer: was changed later. First undo “Change customer A1 王二” of administrator.",
    )


def test_that_what_needs_the_row_is_named(
    database: Database, agent: Actor, made: tuple[uuid.UUID, uuid.UUID]
) -> None:
    from desktop_app.domain.customers import ContactDraft

    with database.write(agent) as session:
        for number in range(7):
            customers.add_contact(session, made[0], ContactDraft(name=f"联系人{number}"))
    with database.read(agent) as session:
        preview = journal.preview_undo(session, made[1])
    (sentence,) = preview.sentences
    assert sentence == (
        "Contact (7): came later and belongs to it. "
        "First undo “Add contact 联系人0 to A1” of agent."
    )
    for number in range(7, 12):
        with database.write(agent) as session:
            customers.add_contact(session, made[0], ContactDraft(name=f"联系人{number}"))
    with database.read(agent) as session:
        (sentence,) = journal.preview_undo(session, made[1]).sentences
    assert sentence == (
        "Contact (12): came later and belongs to it. First undo “Add contact 联系人11 to A1” of "
        "agent; then “Add contact 联系人10 to A1” of agent; then “Add contact 联系人9 to A1” of "
        "agent. 3 older changes are in the way, too."
    )


@pytest.mark.parametrize(
    ("kind", "advice"),
    [
        ("exists", "Contact: is there again. Nothing has to be done about it."),
        ("missing", "Contact: is gone, and without it nothing can be put back. Enter or import"),
        (
            "taken",
            "Contact: another one has its number, name or place by now. Change the other one",
        ),
        ("deleted", "Contact: was removed later. Undo the rest; this stays as it is."),
        ("changed", "Contact: was changed later. Undo the rest; this stays as it is."),
    ],
)
def test_that_what_nobody_did_is_told_with_what_to_do(
    database: Database, agent: Actor, kind: str, advice: str
) -> None:
    plan = UndoPlan(uuid.uuid4(), "x", {}, None, blocked=1)
    plan.causes = [Cause(kind, "contact", 1)]
    with database.read(agent) as session:
        (sentence,) = undo_words.sentences(session, plan)
    assert sentence.startswith(advice)


def test_that_kinds_of_obstacles_beyond_five_are_counted(database: Database, agent: Actor) -> None:
    plan = UndoPlan(uuid.uuid4(), "x", {}, None, blocked=1200)
    plan.causes = [Cause("changed", f"table{n}", n) for n in range(1, 8)]
    with database.read(agent) as session:
        told = undo_words.sentences(session, plan)
    assert told[0].startswith("table7 (7)")
    assert told[5:] == ("1,175 more records cannot be put back.",)


def test_that_others_changes_need_the_right_and_unknown_ones_are_refused(
    database: Database, actors: dict[Role, Actor], made: tuple[uuid.UUID, uuid.UUID]
) -> None:
    with pytest.raises(NotAllowedError), database.write(actors[Role.FIELD_STAFF]) as session:
        journal.undo(session, made[1])
    with pytest.raises(NotFoundError), database.write(actors[Role.AGENT]) as session:
        journal.undo(session, uuid.uuid4())
    with pytest.raises(NotFoundError), database.read(actors[Role.AGENT]) as session:
        journal.preview_undo(session, uuid.uuid4())
    with database.write(actors[Role.STORE_MANAGER]) as session:
        journal.undo(session, made[1])


def test_that_events_cannot_be_undone(database: Database, agent: Actor, made: tuple) -> None:
    with database.write(agent) as session:
        customers.reveal_phone(session, made[0])
    event = session.info["changes"].change_set_id
    with pytest.raises(ConflictError, match="nothing to undo"), database.write(agent) as session:
        journal.undo(session, event)


def test_that_the_history_of_a_record_names_field_old_and_new(
    database: Database, agent: Actor, made: tuple[uuid.UUID, uuid.UUID]
) -> None:
    rename(database, agent, made[0], "王远")
    with database.write(agent) as session:
        engine.name_change(session, "Remove")
        session.delete(session.get_one(Customer, made[0]))
    with database.read() as session:
        rows = queries.record_history(session, "customer", made[0])
    updates = [row for row in rows if row.op is Op.UPDATE]
    assert [(row.field, row.old, row.new) for row in updates] == [("name", "王思远", "王远")]
    assert {row.op for row in rows} == {Op.INSERT, Op.UPDATE, Op.DELETE}


def test_that_change_sets_are_listed_newest_first_and_filtered(
    database: Database, agent: Actor, made: tuple[uuid.UUID, uuid.UUID]
) -> None:
    rename(database, agent, made[0], "王远")
    with database.read() as session:
        rows = queries.list_change_sets(session, queries.ChangeSetFilter(), None, 0, 10)
        assert [row.seq for row in rows] == sorted((row.seq for row in rows), reverse=True)
        mine = queries.ChangeSetFilter(
            kind=ChangeKind.EDIT, actor_id=agent.user_id, since=rows[0].at, text="change"
        )
        assert queries.count_change_sets(session, mine) == 1
        for column in ("at", "kind", "actor", "changes"):
            assert len(queries.list_change_sets(session, mine, Sort(column), 0, 10)) == 1


def test_that_the_newest_is_what_was_done_last_whatever_the_clock_says(
    database: Database, agent: Actor, fixed_time: time_machine.Traveller
) -> None:
    fixed_time.shift(timedelta(hours=6))  # somebody's clock went wrong
    for name in ("甲", "乙"):
        with database.write(agent) as session:
            customers.create(session, CustomerDraft(name=name))
        fixed_time.shift(timedelta(hours=-6))
    with database.read(agent) as session:
        found = history.list_change_sets(session, history.ChangeSetFilter())
        by_time = history.list_change_sets(
            session, history.ChangeSetFilter(), Sort("at", descending=True)
        )
    assert [row.args["name"] for row in found[:2]] == ["乙", "甲"]
    assert by_time[0].args["name"] == "甲"


def test_that_without_the_right_to_the_journal_one_sees_ones_own_changes(
    database: Database, agent: Actor, admin: Actor, made: tuple[uuid.UUID, uuid.UUID]
) -> None:
    theirs = rename(database, admin, made[0], "王远")
    everything = queries.ChangeSetFilter()
    with database.read(agent) as session:
        assert [row.id for row in history.list_change_sets(session, everything)] == [made[1]]
        assert history.count_change_sets(session, everything) == 1
        assert len(history.changes_of(session, made[1])) == 1
        with pytest.raises(NotAllowedError):
            history.changes_of(session, theirs)
        others = queries.ChangeSetFilter(actor_id=admin.user_id)
        assert history.count_change_sets(session, others) == 1  # one's own, whoever is asked for
    with database.read(admin) as session:
        assert history.count_change_sets(session, everything) == 3


def test_that_titles_are_told_in_words_of_the_present_language(
    database: Database, admin: Actor, chinese: None
) -> None:
    from desktop_app.labels import label

    with database.write(admin) as session:
        detection.define_rule(session, RuleKind.LAPSING, {})
    changes = session.info["changes"]
    assert label(RuleKind.LAPSING) in journal.title_text(changes.title, changes.args)
    assert journal.title_text("{missing}", {}) == "{missing}"


def test_that_ages_read_naturally(fixed_time: object) -> None:
    def ago(**span: int) -> str:
        return journal.age_text(clock.now() - timedelta(**span))

    assert [ago(seconds=5), ago(minutes=1), ago(hours=3), ago(days=2)] == [
        "just now", "1 minute ago", "3 hours ago", "2 days ago",
    ]  # fmt: skip


def test_that_every_table_of_the_journal_has_a_word(database: Database) -> None:
    from db.models import ENTITIES

    journalled = [name for name, model in ENTITIES.items() if model.__journalled__]
    assert [name for name in journalled if journal.entity_text(name) == name] == []
