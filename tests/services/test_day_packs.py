"""The day pack: whose, with what, in which order, and who may have it."""

import datetime as dt
import uuid
from dataclasses import replace

import pytest

from db.models import Customer, Visit
from db.queries.visit_marks import mark_of, marked
from db.queries.visits import VisitFilter
from db.session import Actor
from db.vocabulary import Channel, Role, VisitState, WinBackStepKind
from desktop_app.errors import NotAllowedError, NotFoundError
from desktop_app.services import day_packs, history, visits
from desktop_app.services.day_packs import Card, DayPack
from desktop_app.services.journal import title_text
from tests import factories
from tests.day_packed import DAY, PHONE, fill, promise_call
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def worker(actors: dict[Role, Actor]) -> Actor:
    return actors[Role.FIELD_STAFF]


@pytest.fixture
def keys(desk: Desk, admin: Actor, worker: Actor, agent: Actor) -> dict[str, uuid.UUID]:
    return desk.do(admin, fill, worker, agent)


def pack_of(desk: Desk, who: Actor, worker: Actor, *, whole_phones: bool = False) -> DayPack:
    assert worker.user_id is not None
    return desk.look(who, day_packs.pack, worker.user_id, DAY, whole_phones=whole_phones)


def card_of(made: DayPack, number: str) -> Card:
    return next(card for card in (*made.visits, *made.calls) if card.contact.number == number)


def test_that_the_route_goes_by_district_and_calls_stand_apart(
    desk: Desk, worker: Actor, keys: dict[str, uuid.UUID]
) -> None:
    made = pack_of(desk, worker, worker)
    assert [card.contact.number for card in made.visits] == ["K1", "K2", "K5", "K4", "K3"]
    assert [(leg.district, len(leg.stops)) for leg in made.legs] == [
        ("静安区", 2), ("", 1), ("徐汇区", 2),
    ]  # fmt: skip
    assert [card.contact.number for card in made.calls] == ["K6", "K7"]


def test_that_a_card_holds_what_is_known_of_the_customer(
    desk: Desk, worker: Actor, keys: dict[str, uuid.UUID]
) -> None:
    card = card_of(pack_of(desk, worker, worker), "K1")
    assert [(each.name, each.duty) for each in card.people] == [
        ("陈经理", "采购经理"), ("周会计", "财务"),
    ]  # fmt: skip
    assert [each.amount for each in card.orders] == [1_234_550, 800_000, 950_000]
    assert card.contact.spend_total == 2_984_650
    assert (card.contact.owner, card.contact.backup) == ("field_staff", "agent")
    assert [each.words for each in card.promises] == ["补发 9 月对账单"]
    assert [each.product for each in card.renewals] == ["印刷耗材年度合同"]
    assert [each.words for each in card.tasks] == ["是否升级到金牌服务"]
    assert [(each.note, each.next_step) for each in card.past] == [
        ("交货慢，客户有意见", "下月带样品")
    ]
    assert not card.is_win_back
    assert card.is_asked
    assert [field.code for field in card.fields] == [
        "business", "decider", "stock", "rivals_seen", "example", "needs",
    ]  # fmt: skip


def test_that_a_visit_for_a_case_brings_its_reasons_and_the_steps_that_are_done(
    desk: Desk, worker: Actor, keys: dict[str, uuid.UUID]
) -> None:
    card = card_of(pack_of(desk, worker, worker), "K3")
    (file,) = card.cases
    assert file.row.customer_id == keys["K3"]
    assert [reason.verbatim for reason in file.reasons.values()] == ["修了三次都没修好"]
    assert card.steps == {WinBackStepKind.IDENTIFY: DAY}
    assert [each.note for each in card.past] == ["同意面谈"]
    assert card.is_win_back
    assert not card.is_asked, "only active customers are asked how satisfied they are"


def test_that_who_has_died_or_refused_is_never_there(
    desk: Desk, worker: Actor, keys: dict[str, uuid.UUID]
) -> None:
    desk.do(worker, factories.change_customer, keys["K2"], is_deceased=True)
    desk.do(worker, factories.change_customer, keys["K6"], do_not_contact=True)
    made = pack_of(desk, worker, worker)
    assert [card.contact.number for card in made.visits] == ["K1", "K5", "K4", "K3"]
    assert [card.contact.number for card in made.calls] == ["K7"]
    listed = desk.look(worker, day_packs.contacts_of_day, worker.user_id, DAY)
    assert {row.number for row in listed} == {"K1", "K3", "K4", "K5", "K7"}


def test_that_only_what_is_planned_on_that_day_is_there(
    desk: Desk, worker: Actor, admin: Actor, keys: dict[str, uuid.UUID]
) -> None:
    def change(session) -> None:
        factories.name(session)
        rows = {row.customer_id: row for row in session.query(Visit) if row.planned_on == DAY}
        rows[keys["K1"]].state = VisitState.CANCELLED
        rows[keys["K2"]].planned_on = DAY + dt.timedelta(days=1)
        rows[keys["K4"]].by_id = admin.user_id

    desk.do(admin, change)
    made = pack_of(desk, worker, worker)
    assert [card.contact.number for card in made.visits] == ["K5", "K3"]


def test_that_calls_promised_for_the_day_are_among_the_calls(
    desk: Desk, admin: Actor, worker: Actor, agent: Actor, keys: dict[str, uuid.UUID]
) -> None:
    at = dt.datetime.combine(DAY, dt.time(15, 30)).astimezone()

    def calls() -> list[tuple[str, dt.time | None, str, bool]]:
        return [
            (card.contact.number, card.contact.starts_at, card.mark[:2], card.contact.is_callback)
            for card in pack_of(desk, worker, worker).calls
        ]

    planned = [("K6", dt.time(16), "V-", False), ("K7", None, "V-", False)]
    desk.do(worker, promise_call, keys["K3"], at)
    assert calls() == [("K3", dt.time(15, 30), "", True), *planned]
    card = card_of(pack_of(desk, worker, worker), "K3")
    listed = desk.look(worker, day_packs.contacts_of_day, worker.user_id, DAY)
    assert {row.phone for row in listed} == {"138****5678"}
    (call,) = (each for each in pack_of(desk, worker, worker).calls if each.contact.is_callback)
    assert [file.row.customer_id for file in call.cases] == [keys["K3"]]
    assert call.contact.case_id == card.contact.case_id
    whole = pack_of(desk, admin, worker, whole_phones=True)
    assert {each.contact.phone for each in whole.calls} == {PHONE}
    for elsewhere in (at - dt.timedelta(hours=16), at + dt.timedelta(hours=9)):
        desk.do(worker, promise_call, keys["K3"], elsewhere)
        assert calls() == planned, elsewhere
    desk.do(worker, promise_call, keys["K3"], at)
    desk.do(admin, factories.change_customer, keys["K3"], do_not_contact=True)
    assert calls() == planned


def test_that_a_call_planned_for_the_promise_is_not_there_twice(
    desk: Desk, worker: Actor, keys: dict[str, uuid.UUID]
) -> None:
    desk.do(worker, promise_call, keys["K3"], dt.datetime.combine(DAY, dt.time(10)).astimezone())

    def plan(session) -> None:
        factories.name(session)
        visit = session.query(Visit).filter(Visit.customer_id == keys["K3"]).one()
        visit.channel, visit.starts_at = Channel.CALL, None

    desk.do(worker, plan)
    found = pack_of(desk, worker, worker).calls
    assert [(each.contact.number, each.contact.starts_at) for each in found] == [
        ("K3", dt.time(10)), ("K6", dt.time(16)), ("K7", None),
    ]  # fmt: skip
    assert found[0].mark.startswith("V-")


def test_that_phones_are_masked_unless_the_role_may_take_them_out(
    desk: Desk, worker: Actor, actors: dict[Role, Actor], keys: dict[str, uuid.UUID]
) -> None:
    def phones(made: DayPack) -> set[str]:
        every = (*made.visits, *made.calls)
        return {card.contact.phone for card in every} | {
            person.phone for card in every for person in card.people
        }

    masked = {"138****5678", "139****1111", "021****6666"}
    assert phones(pack_of(desk, worker, worker)) == masked
    manager = actors[Role.STORE_MANAGER]
    assert phones(pack_of(desk, manager, worker)) == masked
    whole = pack_of(desk, manager, worker, whole_phones=True)
    assert phones(whole) == {PHONE, "13900001111", "02155556666"}
    for role in (Role.FIELD_STAFF, Role.HEAD_OFFICE):  # neither may both see and export them
        with pytest.raises(NotAllowedError):
            pack_of(desk, actors[role], worker, whole_phones=True)


@pytest.mark.parametrize("role", list(Role))
def test_who_may_have_the_day_of_somebody_else(
    desk: Desk, worker: Actor, actors: dict[Role, Actor], keys: dict[str, uuid.UUID], role: Role
) -> None:
    planners = {Role.STORE_MANAGER, Role.DEPT_MANAGER, Role.HEAD_OFFICE, Role.ADMINISTRATOR}
    who = actors[role]
    if role in planners or role is Role.FIELD_STAFF:
        assert len(pack_of(desk, who, worker).visits) == 5
        assert len(desk.look(who, day_packs.contacts_of_day, worker.user_id, DAY)) == 7
        return
    for service in (day_packs.pack, day_packs.contacts_of_day):
        with pytest.raises(NotAllowedError):
            desk.look(who, service, worker.user_id, DAY)
    with pytest.raises(NotAllowedError):
        desk.look(who, day_packs.allow, worker.user_id, ["pdf"])


def test_that_own_paper_needs_no_right_to_export_but_excel_does(
    desk: Desk, worker: Actor, keys: dict[str, uuid.UUID]
) -> None:
    desk.look(worker, day_packs.allow, worker.user_id, ["pdf"])
    with pytest.raises(NotAllowedError):
        desk.look(worker, day_packs.allow, worker.user_id, ["pdf", "xlsx"])
    made = pack_of(desk, worker, worker)
    with pytest.raises(NotAllowedError):
        desk.do(worker, day_packs.note, made, ["xlsx"])
    with pytest.raises(NotAllowedError):
        desk.do(worker, day_packs.note, replace(made, whole_phones=True), ["pdf"])


def test_that_another_store_does_not_see_the_visits(
    desk: Desk, admin: Actor, worker: Actor, keys: dict[str, uuid.UUID]
) -> None:
    store = desk.do(admin, factories.add_store)
    stranger = desk.do(admin, factories.add_user, Role.STORE_MANAGER, store)
    made = pack_of(desk, stranger, worker)
    assert made.visits == ()
    assert made.calls == ()


def test_that_the_journal_tells_who_took_a_pack_along_and_with_whole_phones(
    desk: Desk, worker: Actor, actors: dict[Role, Actor], keys: dict[str, uuid.UUID]
) -> None:
    manager = actors[Role.STORE_MANAGER]
    for whole in (False, True):
        made = pack_of(desk, manager, worker, whole_phones=whole)
        desk.do(manager, day_packs.note, made, ["pdf", "xlsx"])
    rows = desk.look(manager, history.list_change_sets, history.ChangeSetFilter(), None, 0, 99)
    titles = [title_text(row.title, row.args) for row in rows]
    told = "Write the day pack of field_staff for 2026-09-15 as pdf, xlsx, 7 contacts"
    assert sorted(title for title in titles if title.startswith("Write")) == [
        told,
        f"{told}, with whole phones",
    ]


def test_that_a_pack_of_nobody_is_a_clear_sentence(desk: Desk, admin: Actor) -> None:
    with pytest.raises(NotFoundError, match="user is gone"):
        desk.look(admin, day_packs.pack, uuid.uuid4(), DAY)


# The mark ----------------------------------------------------------------------------------------


def test_that_a_scanned_or_typed_mark_finds_the_visit(
    desk: Desk, worker: Actor, agent: Actor, keys: dict[str, uuid.UUID]
) -> None:
    made = pack_of(desk, worker, worker)
    marks = {card.mark: card.contact.id for card in (*made.visits, *made.calls)}
    assert len(marks) == 7
    for mark, visit_id in marks.items():
        for typed in (mark, mark.lower(), mark.replace("-", " "), mark.replace("-", "")):
            assert desk.look(worker, day_packs.find_visit, typed) == visit_id
        rows = desk.look(worker, visits.list_visits, VisitFilter(text=mark))
        assert [row.id for row in rows] == [visit_id]
    full = "".join(chr(ord(char) + 0xFEE0) for char in mark)
    assert desk.look(worker, day_packs.find_visit, full) == visit_id


def test_that_a_mark_out_of_reach_finds_nothing(
    desk: Desk, admin: Actor, worker: Actor, keys: dict[str, uuid.UUID]
) -> None:
    mark = pack_of(desk, worker, worker).visits[0].mark
    other = desk.do(admin, factories.add_user, Role.FIELD_STAFF, worker.store_id)
    for text in (mark, "V-0000-0000-0000", "K1", ""):
        with pytest.raises(NotFoundError, match="There is no visit"):
            desk.look(other, day_packs.find_visit, text)


def test_that_marks_of_keys_made_at_once_differ() -> None:
    from db.base import new_id

    keys = [new_id() for _n in range(2000)]
    assert len({mark_of(key) for key in keys}) == len(keys)
    assert marked("V-9F3A-27C1-04B") is None
    assert marked("V-9F3A-27C1-04BG") is None


def test_that_the_time_of_a_visit_goes_through_the_journal_and_back(
    desk: Desk, admin: Actor, worker: Actor, keys: dict[str, uuid.UUID]
) -> None:
    def move(session) -> None:
        factories.name(session)
        visit = session.query(Visit).filter(Visit.starts_at == dt.time(9, 30)).one()
        assert session.get_one(Customer, visit.customer_id).number == "K1"
        visit.starts_at = dt.time(11, 15)

    desk.do(admin, move)
    assert pack_of(desk, worker, worker).visits[0].contact.starts_at == dt.time(11, 15)
    desk.undo()
    assert pack_of(desk, worker, worker).visits[0].contact.starts_at == dt.time(9, 30)
