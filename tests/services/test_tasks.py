"""Tasks of one owner each, and what they do to a customer who may not be contacted."""

import datetime as dt
import uuid

import pytest

from db.models import Customer, Task
from db.queries.paging import Sort
from db.session import SYSTEM, Actor, Session
from db.vocabulary import Role, TaskKind, TaskState
from desktop_app.domain.renewals import RenewalDraft
from desktop_app.domain.tasks import TaskDraft
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from desktop_app.services import customers, journal, renewals, tasks
from desktop_app.services.tasks import TaskFilter, TaskRow
from tests import factories
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)
pytestmark = pytest.mark.usefixtures("fixed_time")
EVERY = TaskFilter(states=frozenset())


@pytest.fixture
def customer(desk: Desk, agent: Actor) -> uuid.UUID:
    return desk.do(agent, factories.add_customer, store_id=agent.store_id, name="王小明")


def draft(owner: Actor, customer_id: uuid.UUID | None = None, **fields: object) -> TaskDraft:
    values = {"words": "问升级", "owner_id": owner.user_id, "due_on": TODAY + dt.timedelta(days=2)}
    return TaskDraft.model_validate(values | {"customer_id": customer_id} | fields)


def rows(desk: Desk, actor: Actor, criteria: TaskFilter = EVERY) -> list[TaskRow]:
    found = desk.look(actor, tasks.list_tasks, criteria)
    assert desk.look(actor, tasks.count_tasks, criteria) == len(found)
    return found


def test_that_a_task_is_given_changed_handed_on_and_done(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    other = desk.do(SYSTEM, factories.add_user, Role.FIELD_STAFF, agent.store_id)
    desk.made.clear()
    before = desk.rows()
    key = desk.do(agent, tasks.add, draft(agent, customer))
    (row,) = rows(desk, agent)
    assert (row.customer, row.words, row.owner, row.state) == (
        "王小明",
        "问升级",
        agent.name,
        TaskState.OPEN,
    )
    desk.do(agent, tasks.change, key, row.version, draft(agent, customer, words="再问"))
    with pytest.raises(ConflictError, match="meanwhile"):
        desk.do(agent, tasks.change, key, row.version, draft(agent, customer))
    desk.do(agent, tasks.reassign, key, other.user_id)
    (row,) = rows(desk, other)  # who has it reaches it without seeing the customer
    assert (row.words, row.owner_id) == ("再问", other.user_id)
    desk.do(other, tasks.finish, key, " 已办 ")
    assert rows(desk, other, TaskFilter()) == []
    (row,) = rows(desk, other)
    assert (row.state, row.answer, row.done_on) == (TaskState.DONE, "已办", TODAY)
    with pytest.raises(ConflictError, match="done or dropped"):
        desk.do(other, tasks.drop, key, "x")
    while desk.made:
        desk.undo()
    assert desk.rows() == before


def test_that_who_has_a_task_or_renewal_may_take_back_what_they_did(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    other = desk.do(SYSTEM, factories.add_user, Role.FIELD_STAFF, agent.store_id)
    case_id = desk.do(SYSTEM, factories.assigned_case, agent.user_id, customer_id=customer)
    expiring = RenewalDraft(product="x", expires_on=TODAY, owner_id=other.user_id)
    renewal = desk.do(agent, renewals.add, customer, expiring)
    keys = [desk.do(agent, tasks.add, draft(other, customer))]
    keys.append(desk.do(agent, tasks.add, draft(other, case_id=case_id)))
    keys.append(desk.do(agent, tasks.add, draft(other)))
    for key in keys:
        desk.do(other, tasks.finish, key)
        desk.do(other, journal.undo, desk.made[-1])
    desk.do(other, renewals.notify, renewal)
    done = desk.made[-1]
    desk.do(other, journal.undo, done)
    assert len(rows(desk, other, TaskFilter())) == 3
    stranger = desk.do(SYSTEM, factories.add_user, Role.FIELD_STAFF, agent.store_id)
    desk.do(SYSTEM, factories.change_customer, customer, owner_id=stranger.user_id)
    desk.do(stranger, tasks.add, draft(stranger, customer))
    mine = desk.made[-1]
    desk.do(SYSTEM, factories.change_customer, customer, owner_id=None)
    with pytest.raises(NotAllowedError):
        desk.do(stranger, journal.undo, mine)


def test_that_a_task_is_dropped_for_a_reason(desk: Desk, agent: Actor) -> None:
    key = desk.do(agent, tasks.add, draft(agent))
    with pytest.raises(InvalidInputError, match="why"):
        desk.do(agent, tasks.drop, key, " ")
    desk.do(agent, tasks.drop, key, "不需要了")
    (row,) = rows(desk, agent)
    assert (row.state, row.answer, row.customer, row.case_number) == (
        TaskState.DROPPED,
        "不需要了",
        "",
        "",
    )
    with pytest.raises(NotFoundError):
        desk.do(agent, tasks.finish, uuid.uuid4())


def test_that_an_upgrade_is_passed_on_to_a_technician(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    technician = desk.do(SYSTEM, factories.add_user, Role.FIELD_STAFF, None)
    talk = desk.do(agent, tasks.add, draft(agent, customer, kind=TaskKind.UPGRADE_TALK))
    with pytest.raises(InvalidInputError, match="what the customer answered"):
        desk.do(agent, tasks.finish, talk)
    soon = TODAY + dt.timedelta(days=5)
    key = desk.do(agent, tasks.pass_on, talk, "要升级", technician.user_id, soon)
    (row,) = rows(desk, technician)
    assert (row.id, row.kind, row.follows_id, row.words, row.due_on, row.customer_id) == (
        key,
        TaskKind.UPGRADE,
        talk,
        "要升级",
        soon,
        customer,
    )
    made = {each.id: each.state for each in rows(desk, agent)}
    assert made == {talk: TaskState.DONE, key: TaskState.OPEN}
    with pytest.raises(ConflictError, match="talk about an upgrade"):
        desk.do(technician, tasks.pass_on, key, "x", technician.user_id, soon)
    desk.undo()  # both in one
    assert [each.id for each in rows(desk, agent, TaskFilter())] == [talk]


def test_that_nothing_is_to_be_done_by_a_day_that_is_over(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    past, days = TODAY - dt.timedelta(days=1), {}
    with pytest.raises(InvalidInputError, match="is over"):
        desk.do(agent, tasks.add, draft(agent, customer, due_on=past))
    talk = desk.do(
        agent, tasks.add, draft(agent, customer, kind=TaskKind.UPGRADE_TALK, due_on=TODAY)
    )
    with pytest.raises(InvalidInputError, match="is over"):
        desk.do(agent, tasks.pass_on, talk, "要升级", agent.user_id, past)
    desk.do(SYSTEM, factories.change_row, Task, talk, due_on=past)  # nobody did it in time
    days["due_on"] = past
    (row,) = rows(desk, agent)
    desk.do(agent, tasks.change, talk, row.version, draft(agent, customer, words="再问", **days))
    (row,) = rows(desk, agent)
    assert (row.words, row.due_on) == ("再问", past)
    days["due_on"] = past - dt.timedelta(days=1)
    with pytest.raises(InvalidInputError, match="is over"):
        desk.do(agent, tasks.change, talk, row.version, draft(agent, customer, **days))


def test_that_a_task_has_an_owner_who_works_here_and_a_case_of_its_customer(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    gone = desk.do(SYSTEM, factories.add_user, Role.AGENT, agent.store_id, is_active=False)
    with pytest.raises(InvalidInputError, match="still works here"):
        desk.do(agent, tasks.add, draft(gone))
    looker = desk.do(SYSTEM, factories.add_user, Role.AUDITOR, agent.store_id)
    with pytest.raises(InvalidInputError, match="may do tasks"):
        desk.do(agent, tasks.add, draft(looker))
    case_id = desk.do(agent, factories.open_case)
    with pytest.raises(InvalidInputError, match="another customer"):
        desk.do(agent, tasks.add, draft(agent, customer, case_id=case_id))
    key = desk.do(agent, tasks.add, draft(agent, case_id=case_id))
    (row,) = rows(desk, agent, TaskFilter(case_id=case_id))
    assert row.customer_id is not None
    with pytest.raises(NotFoundError, match="follows"):
        desk.do(agent, tasks.add, draft(agent, follows_id=uuid.uuid4()))
    desk.do(agent, tasks.add, draft(agent, follows_id=key))


def test_that_nobody_reaches_the_tasks_of_others_unseen(
    desk: Desk, agent: Actor, actors: dict[Role, Actor]
) -> None:
    field = desk.do(SYSTEM, factories.add_user, Role.FIELD_STAFF, agent.store_id)
    key = desk.do(agent, tasks.add, draft(agent))
    assert rows(desk, field) == []
    with pytest.raises(NotAllowedError, match="somebody else"):
        desk.do(field, tasks.finish, key)
    manager = desk.do(SYSTEM, factories.add_user, Role.STORE_MANAGER, agent.store_id)
    far = desk.do(SYSTEM, factories.add_store, "S77", "远店")
    stranger = desk.do(SYSTEM, factories.add_user, Role.STORE_MANAGER, far)
    for role in (Role.HEAD_OFFICE, Role.DEPT_MANAGER):
        assert [row.id for row in rows(desk, actors[role])] == [key]
    assert [row.id for row in rows(desk, manager)] == [key]
    assert rows(desk, stranger) == []
    with pytest.raises(NotAllowedError):
        desk.do(actors[Role.AUDITOR], tasks.add, draft(agent))


def test_that_tasks_are_found_by_words_customer_day_and_kind(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    late = TODAY + dt.timedelta(days=30)
    first = desk.do(agent, tasks.add, draft(agent, customer))
    second = desk.do(agent, tasks.add, draft(agent, words="发资料", due_on=late))
    for criteria, keys in (
        (TaskFilter(text="资料"), [second]),
        (TaskFilter(text="王小明"), [first]),
        (TaskFilter(due_until=TODAY + dt.timedelta(days=3)), [first]),
        (TaskFilter(kinds=frozenset({TaskKind.OTHER}), owner_id=agent.user_id), [first, second]),
        (TaskFilter(kinds=frozenset({TaskKind.UPGRADE})), []),
        (TaskFilter(customer_id=customer), [first]),
    ):
        assert [row.id for row in rows(desk, agent, criteria)] == keys
    newest = desk.look(agent, tasks.list_tasks, EVERY, Sort("due_on", descending=True))
    assert [row.id for row in newest] == [second, first]
    assert [row.id for row in desk.look(agent, tasks.open_of, agent.user_id)] == [first, second]
    of_customer = desk.look(agent, tasks.open_of, agent.user_id, [customer])
    assert [row.id for row in of_customer] == [first]


def test_that_a_death_ends_the_tasks_that_turn_to_the_customer(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    told = desk.do(agent, tasks.add, draft(agent, customer, kind=TaskKind.TELL_CUSTOMER))
    kept = desk.do(agent, tasks.add, draft(agent, customer))

    def died(session: Session) -> None:
        record = session.get_one(Customer, customer)
        form = customers.CustomerDraft
        known = {name: getattr(record, name) for name in form.model_fields}
        dead = form.model_validate(known | {"is_deceased": True})
        customers.change(session, customer, record.version, dead)

    desk.do(agent, died)
    states = desk.look(SYSTEM, lambda s: {key: s.get_one(Task, key).state for key in (told, kept)})
    assert states == {told: TaskState.DROPPED, kept: TaskState.OPEN}
    with pytest.raises(InvalidInputError, match="not to be contacted"):
        desk.do(agent, tasks.add, draft(agent, customer, kind=TaskKind.UPGRADE_TALK))


def test_that_a_task_for_who_refused_unheard_stands_on_no_list(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    desk.do(agent, tasks.add, draft(agent, customer, kind=TaskKind.TELL_CUSTOMER))
    desk.do(SYSTEM, factories.change_customer, customer, do_not_contact=True)
    assert rows(desk, agent) == []
