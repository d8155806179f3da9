"""What a user keeps: half-typed drafts and saved views."""

import datetime as dt
import uuid

import pytest

from db.queries.cases import CaseFilter
from db.queries.scope import Reach, Visible
from db.queries.visits import VisitFilter
from db.session import SYSTEM, Actor
from db.vocabulary import CaseStage, CustomerClass, Outcome, Role, VisitState
from desktop_app.errors import InvalidInputError, NotAllowedError, NotFoundError
from desktop_app.services import drafts, views
from tests.factories import Desk

# ---------------------------------------------------------------- drafts


def test_that_a_draft_is_kept_replaced_and_forgotten(desk: Desk, agent: Actor, fixed_time) -> None:
    desk.do(agent, drafts.save_draft, "case:1", {"note": "第一"})
    fixed_time.shift(dt.timedelta(minutes=1))
    desk.do(agent, drafts.save_draft, "case:1", {"note": "第二"})
    found = desk.look(agent, drafts.load_draft, "case:1")
    assert found is not None
    assert (found.key, found.content) == ("case:1", {"note": "第二"})
    assert found.saved_at == dt.datetime(2026, 9, 15, 2, 1, tzinfo=dt.UTC)
    fixed_time.shift(dt.timedelta(minutes=1))
    desk.do(agent, drafts.save_draft, "case:1", {"note": "第二"})
    assert desk.look(agent, drafts.load_draft, "case:1") == found  # nothing new was typed
    assert desk.do(agent, drafts.discard_draft, "case:1") is True
    assert desk.do(agent, drafts.discard_draft, "case:1") is False
    assert desk.look(agent, drafts.load_draft, "case:1") is None


def test_that_drafts_belong_to_their_user_and_stay_out_of_the_journal(
    desk: Desk, agent: Actor, admin: Actor
) -> None:
    desk.do(agent, drafts.save_draft, "case:1", {"note": "mine"})
    assert desk.made == []
    assert desk.look(admin, drafts.load_draft, "case:1") is None
    assert desk.look(admin, drafts.open_drafts) == []


def test_that_open_drafts_are_listed_by_prefix_newest_first(
    desk: Desk, agent: Actor, fixed_time
) -> None:
    for key in ("case:1", "case:2", "case%", "customer:1"):
        fixed_time.shift(dt.timedelta(seconds=1))
        desk.do(agent, drafts.save_draft, key, {})
    keys = [one.key for one in desk.look(agent, drafts.open_drafts)]
    assert keys == ["customer:1", "case%", "case:2", "case:1"]
    assert [one.key for one in desk.look(agent, drafts.open_drafts, "case:")] == [
        "case:2", "case:1",
    ]  # fmt: skip
    assert [one.key for one in desk.look(agent, drafts.open_drafts, "case%")] == ["case%"]


@pytest.mark.parametrize("key", ["", "x" * 641])
def test_that_a_draft_needs_a_short_key(desk: Desk, agent: Actor, key: str) -> None:
    with pytest.raises(InvalidInputError):
        desk.do(agent, drafts.save_draft, key, {})


def test_that_the_program_itself_types_nothing(desk: Desk) -> None:
    with pytest.raises(NotAllowedError):
        desk.do(SYSTEM, drafts.save_draft, "case:1", {})


# ---------------------------------------------------------------- views


def test_that_a_view_is_saved_listed_replaced_and_removed(desk: Desk, agent: Actor) -> None:
    first = desk.do(agent, views.save_view, "cases", " 我的大客户 ", {"klass": "a"})
    again = desk.do(agent, views.save_view, "cases", "我的大客户", {"klass": "b"})
    assert first == again
    (row,) = desk.look(agent, views.list_views, "cases")
    assert (row.name, row.criteria, row.is_shared, row.may_remove) == (
        "我的大客户", {"klass": "b"}, False, True,
    )  # fmt: skip
    assert desk.look(agent, views.list_views, "visits") == []
    made = len(desk.made)
    desk.do(agent, views.save_view, "cases", "我的大客户", {"klass": "b"})
    assert len(desk.made) == made
    before = desk.rows()
    desk.do(agent, views.remove_view, first)
    assert desk.look(agent, views.list_views, "cases") == []
    desk.undo()
    assert desk.rows() == before
    for _change_set in range(made):
        desk.undo()
    assert desk.look(agent, views.list_views, "cases") == []


def test_that_shared_views_are_everybodys_and_managed_by_those_who_may(
    desk: Desk, agent: Actor, actors: dict[Role, Actor]
) -> None:
    manager = actors[Role.STORE_MANAGER]
    shared = desk.do(manager, views.save_view, "cases", "到期", {}, shared=True)
    own = desk.do(agent, views.save_view, "cases", "到期", {"overdue": True})
    assert own != shared
    rows = desk.look(agent, views.list_views, "cases")
    assert {(row.id, row.is_shared, row.may_remove) for row in rows} == {
        (shared, True, False),
        (own, False, True),
    }
    auditor = desk.look(actors[Role.AUDITOR], views.list_views, "cases")
    assert [(row.id, row.may_remove) for row in auditor] == [(shared, False)]
    with pytest.raises(NotAllowedError):
        desk.do(agent, views.remove_view, shared)
    with pytest.raises(NotAllowedError):
        desk.do(manager, views.remove_view, own)
    with pytest.raises(NotAllowedError):
        desk.do(agent, views.save_view, "cases", "x", {}, shared=True)
    desk.do(manager, views.remove_view, shared)
    with pytest.raises(NotFoundError):
        desk.do(manager, views.remove_view, shared)


@pytest.mark.parametrize("name", ["  ", "x" * 121])
def test_that_a_view_needs_a_name(desk: Desk, agent: Actor, name: str) -> None:
    with pytest.raises(InvalidInputError) as raised:
        desk.do(agent, views.save_view, "cases", name, {})
    assert raised.value.problems[0].field == "name"


def test_that_a_filter_comes_back_from_a_view_without_its_rights(desk: Desk, agent: Actor) -> None:
    criteria = CaseFilter(
        text="王",
        stages=frozenset({CaseStage.ASSIGNED, CaseStage.CONTACTING}),
        outcome=Outcome.LOST,
        owner_id=agent.user_id,
        klass=CustomerClass.A,
        opened_from=dt.date(2026, 1, 1),
        visible=Visible(Reach.OWN, agent.user_id),
    )
    view_id = desk.do(agent, views.save_view, "cases", "x", views.to_json(criteria))
    (row,) = desk.look(agent, views.list_views, "cases")
    assert row.id == view_id
    read = views.from_json(CaseFilter, {**row.criteria, "visible": {"reach": "all"}})
    assert views.to_json(read) == views.to_json(criteria)
    assert row.criteria["stages"] == ["assigned", "contacting"]
    assert (read.stages, read.owner_id) == (criteria.stages, criteria.owner_id)
    assert read.visible == Visible()


def test_that_what_a_saved_filter_says_of_older_times_is_left_out() -> None:
    saved = {"states": ["planned", "dreamt"], "text": "王", "customer_id": str(uuid.uuid4())}
    read = views.from_json(VisitFilter, saved)
    assert (read.states, read.text) == (frozenset(), "王")
    assert str(read.customer_id) == saved["customer_id"]
    known = views.from_json(VisitFilter, {"states": ["planned"]})
    assert known.states == {VisitState.PLANNED}
