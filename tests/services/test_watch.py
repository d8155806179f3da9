"""Saves are watched: confirmed by later orders, or found not to have held and taken up again."""

import uuid
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import func, select

from db.models import Case, ChangeSet, DefectionSignal, Order
from db.queries.customers import CustomerFilter
from db.session import Actor, Session
from db.vocabulary import (
    CaseStage,
    ChangeKind,
    CustomerClass,
    ImportKind,
    MatchKey,
    Outcome,
    Role,
    RuleKind,
    SaveState,
    UnknownCustomer,
)
from desktop_app.domain.cases import CloseDraft, OpenDraft, ReopenDraft
from desktop_app.errors import NotAllowedError
from desktop_app.progress import Silent
from desktop_app.services import (
    cases,
    customers,
    detection,
    imports,
    outcome_settings,
    triage,
    watch,
)
from desktop_app.services.import_orders import OrderChoices, OrderImport, OrderRow
from desktop_app.services.imports import Outcome as Came
from desktop_app.services.imports import Source
from desktop_app.services.outcome_settings import OutcomeSettings
from tests import factories
from tests.factories import Desk

SAVED_ON = date(2026, 3, 2)
END = SAVED_ON + timedelta(days=30)
ROOT = "price_competitor_lower"
_ZONE = ZoneInfo("Asia/Shanghai")


def on(day: date) -> time_machine.travel:
    """Half past ten of a day."""
    return time_machine.travel(datetime(day.year, day.month, day.day, 10, 30, tzinfo=_ZONE))


def closed(
    session: Session, outcome: Outcome = Outcome.SAVED, kind: RuleKind = RuleKind.LAPSING
) -> uuid.UUID:
    case_id = factories.open_case(session, kind=kind)
    draft = CloseDraft(outcome=outcome, root_reason=ROOT, churn_type="active_competitive")
    cases.close(session, case_id, draft)
    return case_id


def saved(desk: Desk, admin: Actor, **how: object) -> uuid.UUID:
    with on(SAVED_ON):
        return desk.do(admin, closed, **how)


def bought(desk: Desk, admin: Actor, case_id: uuid.UUID, *orders: tuple[date, int]) -> None:
    customer = state(desk, admin, case_id)["customer_id"]
    desk.do(admin, factories.add_orders, customer, orders)


def others_bought(desk: Desk, admin: Actor, day: date) -> None:
    """Orders are known up to a day: somebody else's."""
    customer = desk.do(admin, factories.add_customer)
    desk.do(admin, factories.add_orders, customer, [(day, 100)])


def judge(desk: Desk, admin: Actor, day: date, as_of: date | None = None) -> watch.Judged:
    with on(day):
        return desk.do(admin, watch.judge_all, as_of)


def state(desk: Desk, admin: Actor, case_id: uuid.UUID) -> dict[str, object]:
    def columns(session: Session) -> dict[str, object]:
        case = session.get_one(Case, case_id)
        return {column.name: getattr(case, column.name) for column in Case.__table__.columns}

    return desk.look(admin, columns)


def following(desk: Desk, admin: Actor, case_id: uuid.UUID) -> list[uuid.UUID]:
    statement = select(Case.id).where(Case.follows_id == case_id)
    return desk.look(admin, lambda session: list(session.scalars(statement)))


# ---------------------------------------------------------------- the watch begins


@pytest.mark.parametrize("outcome", [Outcome.SAVED, Outcome.WON_BACK])
def test_that_a_save_is_watched_from_the_day_of_closing(
    desk: Desk, admin: Actor, outcome: Outcome
) -> None:
    found = state(desk, admin, saved(desk, admin, outcome=outcome))
    assert (found["save_state"], found["watch_until"]) == (SaveState.WATCHING, END)


def test_that_what_is_no_save_is_not_watched(desk: Desk, admin: Actor) -> None:
    with on(SAVED_ON):
        case_id = desk.do(admin, factories.open_case)
        desk.do(admin, cases.close, case_id, CloseDraft(outcome=Outcome.UNREACHABLE))
    found = state(desk, admin, case_id)
    assert (found["save_state"], found["watch_until"]) == (None, None)


def test_that_each_class_is_watched_as_long_as_is_set(desk: Desk, admin: Actor) -> None:
    draft = OutcomeSettings(watch_days_a=60, watch_days_c=10)
    desk.do(admin, outcome_settings.change, draft)
    assert desk.look(admin, outcome_settings.read) == draft
    best = desk.do(admin, factories.add_customer)
    desk.do(admin, factories.add_orders, best, [(date(2026, 2, 1), 900_000)])
    for _number in range(4):
        customer = desk.do(admin, factories.add_customer)
        desk.do(admin, factories.add_orders, customer, [(date(2026, 2, 1), 100)])
    rows = desk.look(admin, customers.list_customers, CustomerFilter())
    days = {}
    for row in rows:
        with on(SAVED_ON):
            case_id = desk.do(admin, factories.open_case, row.id)
            draft = CloseDraft(outcome=Outcome.SAVED, root_reason="unknown_other")
            desk.do(admin, cases.close, case_id, draft)
        days[row.klass] = (state(desk, admin, case_id)["watch_until"] - SAVED_ON).days
    assert days[CustomerClass.A] == 60
    assert days[CustomerClass.C] == 10


def test_that_reopening_ends_the_watch_and_undo_brings_it_back(desk: Desk, admin: Actor) -> None:
    case_id = saved(desk, admin)
    draft = ReopenDraft(stage=CaseStage.CONTACTING, note="closed by mistake")
    desk.do(admin, cases.reopen, case_id, draft)
    assert state(desk, admin, case_id)["save_state"] is None
    desk.undo()
    assert state(desk, admin, case_id)["save_state"] == SaveState.WATCHING


# ---------------------------------------------------------------- judged


def test_that_an_order_in_the_window_confirms(desk: Desk, admin: Actor) -> None:
    case_id = saved(desk, admin)
    bought(desk, admin, case_id, (SAVED_ON - timedelta(days=1), 500), (END, 100))
    result = judge(desk, admin, END)
    assert (result.confirmed, result.lost, result.opened) == (1, 0, ())
    found = state(desk, admin, case_id)
    assert (found["save_state"], found["confirmed_on"]) == (SaveState.CONFIRMED, END)


def test_that_a_return_confirms_nothing(desk: Desk, admin: Actor) -> None:
    case_id = saved(desk, admin)
    bought(desk, admin, case_id, (END, -100))
    assert judge(desk, admin, END) == watch.Judged(END)
    assert state(desk, admin, case_id)["save_state"] == SaveState.WATCHING


def test_that_nothing_is_decided_before_later_orders_are_known(desk: Desk, admin: Actor) -> None:
    case_id = saved(desk, admin)
    others_bought(desk, admin, END)
    assert judge(desk, admin, date(2026, 9, 1)).lost == 0
    assert judge(desk, admin, date(2026, 9, 1), as_of=date(2026, 9, 1)).lost == 0
    assert state(desk, admin, case_id)["save_state"] == SaveState.WATCHING


def test_that_without_orders_nothing_is_judged(desk: Desk, admin: Actor) -> None:
    saved(desk, admin)
    assert judge(desk, admin, date(2026, 9, 1)) == watch.Judged(None)


def test_that_a_save_without_an_order_is_taken_up_again(desk: Desk, admin: Actor) -> None:
    case_id = saved(desk, admin, kind=RuleKind.CANCEL_REQUEST)
    others_bought(desk, admin, END + timedelta(days=1))
    result = judge(desk, admin, END + timedelta(days=5))
    assert (result.as_of, result.confirmed, result.lost) == (END + timedelta(days=1), 0, 1)
    assert state(desk, admin, case_id)["save_state"] == SaveState.LOST_DEFLECT
    (new,) = following(desk, admin, case_id)
    assert result.opened == (new,)
    file = desk.look(admin, cases.case_file, new)
    before = desk.look(admin, cases.case_file, case_id)
    assert (file.follows_id, file.row.kind) == (case_id, RuleKind.CANCEL_REQUEST)
    assert (file.row.stage, file.row.owner_id) == (CaseStage.IDENTIFIED, None)
    assert file.row.opened_on == END + timedelta(days=5)
    (event,) = file.events
    assert event.note == f"Follows case {before.row.number}: the save of 2026-03-02 did not hold."


def test_that_judging_again_changes_nothing(desk: Desk, admin: Actor) -> None:
    first, second = saved(desk, admin), saved(desk, admin)
    bought(desk, admin, first, (SAVED_ON, 100))
    others_bought(desk, admin, END + timedelta(days=1))
    assert len(judge(desk, admin, END + timedelta(days=5)).opened) == 1
    rows, made = desk.rows(), len(desk.made)
    result = judge(desk, admin, END + timedelta(days=6))
    assert (result.confirmed, result.lost, result.opened) == (0, 0, ())
    assert (desk.rows(), len(desk.made)) == (rows, made)
    assert len(following(desk, admin, second)) == 1


def test_that_judging_is_one_change_set_with_a_name_that_is_undone_whole(
    desk: Desk, admin: Actor
) -> None:
    for _number in range(3):
        saved(desk, admin)
    bought(desk, admin, saved(desk, admin), (END, 100))
    others_bought(desk, admin, END + timedelta(days=1))
    before, made = desk.rows(), len(desk.made)
    judge(desk, admin, END + timedelta(days=5))
    assert len(desk.made) == made + 1
    with desk.database.read() as session:
        change_set = session.get_one(ChangeSet, desk.made[-1])
        assert change_set.kind == ChangeKind.SCAN
        assert change_set.title.format(**change_set.args) == (
            "Judge saves as of 2026-04-02: 1 confirmed, 3 did not hold"
        )
    assert desk.rows() != before
    desk.undo()
    assert desk.rows() == before


@pytest.mark.parametrize("mark", ["do_not_contact", "is_deceased"])
def test_that_nobody_is_taken_up_who_is_not_to_be_contacted(
    desk: Desk, admin: Actor, mark: str
) -> None:
    case_id = saved(desk, admin)
    customer = state(desk, admin, case_id)["customer_id"]
    desk.do(admin, factories.change_customer, customer, **{mark: True})
    others_bought(desk, admin, END + timedelta(days=1))
    result = judge(desk, admin, END + timedelta(days=5))
    assert (result.lost, result.opened) == (1, ())


# ---------------------------------------------------------------- leaving again


def test_that_leaving_again_within_the_window_overrides_an_order(desk: Desk, admin: Actor) -> None:
    case_id = saved(desk, admin)
    customer = state(desk, admin, case_id)["customer_id"]
    bought(desk, admin, case_id, (SAVED_ON + timedelta(days=3), 100))
    with on(SAVED_ON + timedelta(days=9)):
        draft = OpenDraft(kind=RuleKind.CANCEL_REQUEST)
        new = desk.do(admin, cases.open_case, customer, draft)
    others_bought(desk, admin, SAVED_ON + timedelta(days=10))
    result = judge(desk, admin, END)
    assert (result.confirmed, result.lost, result.opened) == (0, 1, ())
    assert following(desk, admin, case_id) == [new]
    (event,) = desk.look(admin, cases.case_file, new).events
    assert event.note.endswith(": saved on 2026-03-02, now leaving again.")


def test_that_leaving_later_is_no_lost_deflect(desk: Desk, admin: Actor) -> None:
    case_id = saved(desk, admin, outcome=Outcome.WON_BACK)
    bought(desk, admin, case_id, (SAVED_ON, 100))
    judge(desk, admin, END)
    customer = state(desk, admin, case_id)["customer_id"]
    with on(END + timedelta(days=100)):
        new = desk.do(admin, cases.open_case, customer, OpenDraft(kind=RuleKind.LAPSING))
    others_bought(desk, admin, END + timedelta(days=101))
    assert judge(desk, admin, END + timedelta(days=102)).lost == 0
    assert state(desk, admin, case_id)["save_state"] == SaveState.CONFIRMED
    (event,) = desk.look(admin, cases.case_file, new).events
    assert event.note.endswith(": won back on 2026-03-02, now leaving again.")


def test_that_a_duplicate_is_no_leaving_again(desk: Desk, admin: Actor) -> None:
    case_id = saved(desk, admin)
    customer = state(desk, admin, case_id)["customer_id"]
    with on(SAVED_ON + timedelta(days=2)):
        new = desk.do(admin, cases.open_case, customer, OpenDraft(kind=RuleKind.CANCEL_REQUEST))
        desk.do(admin, cases.close, new, CloseDraft(outcome=Outcome.DUPLICATE))
    bought(desk, admin, case_id, (END, 100))
    assert judge(desk, admin, END).confirmed == 1


def signal(session: Session, customer: uuid.UUID, as_of: date) -> uuid.UUID:
    factories.name(session)
    found = DefectionSignal(
        customer_id=customer,
        kind=RuleKind.VALUE_DOWNGRADE,
        as_of=as_of,
        sentence_zh="",
        sentence_en="",
    )
    session.add(found)
    session.flush()
    return found.id


@pytest.mark.parametrize(("later", "follows"), [(-1, False), (0, True)])
def test_that_a_case_from_a_signal_follows_an_earlier_save_only(
    desk: Desk, admin: Actor, later: int, follows: bool
) -> None:
    case_id = saved(desk, admin)
    customer = state(desk, admin, case_id)["customer_id"]
    found = desk.do(admin, signal, customer, SAVED_ON + timedelta(days=later))
    with on(SAVED_ON + timedelta(days=4)):
        accepted = desk.do(admin, triage.accept, [found])
    assert following(desk, admin, case_id) == (list(accepted.case_ids) if follows else [])


# ---------------------------------------------------------------- judged anew


def leave_and_lose(desk: Desk, admin: Actor, case_id: uuid.UUID, day: date) -> uuid.UUID:
    """The customer leaves once more, and is lost the day after."""
    customer = state(desk, admin, case_id)["customer_id"]
    with on(day):
        new = desk.do(admin, cases.open_case, customer, OpenDraft(kind=RuleKind.LAPSING))
    with on(day + timedelta(days=1)):
        desk.do(admin, cases.close, new, CloseDraft(outcome=Outcome.UNREACHABLE))
    return new


def verdict(desk: Desk, admin: Actor, case_id: uuid.UUID) -> tuple[object, object]:
    found = state(desk, admin, case_id)
    return found["save_state"], found["confirmed_on"]


def test_that_who_leaves_in_the_window_after_all_was_not_saved(desk: Desk, admin: Actor) -> None:
    case_id, day = saved(desk, admin), SAVED_ON + timedelta(days=3)
    bought(desk, admin, case_id, (day, 100))
    assert judge(desk, admin, day).confirmed == 1
    new = leave_and_lose(desk, admin, case_id, SAVED_ON + timedelta(days=9))
    assert judge(desk, admin, END) == watch.Judged(day)  # orders of that day are not known yet
    others_bought(desk, admin, SAVED_ON + timedelta(days=9))
    before = desk.rows()
    result = judge(desk, admin, END)
    assert (result.confirmed, result.lost, result.opened) == (0, 1, ())
    assert verdict(desk, admin, case_id) == (SaveState.LOST_DEFLECT, None)
    assert following(desk, admin, case_id) == [new]
    rows, made = desk.rows(), len(desk.made)
    judge(desk, admin, END)
    assert (desk.rows(), len(desk.made)) == (rows, made)
    desk.undo()
    assert desk.rows() == before


@pytest.mark.parametrize("steps", [(3, 9, 31), (31,), (9, 31), (3, 31)])
def test_that_the_verdict_does_not_depend_on_when_it_is_asked_for(
    desk: Desk, admin: Actor, steps: tuple[int, ...]
) -> None:
    """A customer who bought and left in the window, one who bought, one who did neither."""
    left, held, gone = (saved(desk, admin) for _number in range(3))
    for after in (3, 9, 31):
        day = SAVED_ON + timedelta(days=after)
        others_bought(desk, admin, day)
        if after == 3:
            bought(desk, admin, left, (day, 100))
            bought(desk, admin, held, (day, 100))
        elif after == 9:
            leave_and_lose(desk, admin, left, day)
        if after in steps:
            judge(desk, admin, day)
    assert [verdict(desk, admin, one) for one in (left, held, gone)] == [
        (SaveState.LOST_DEFLECT, None),
        (SaveState.CONFIRMED, SAVED_ON + timedelta(days=3)),
        (SaveState.LOST_DEFLECT, None),
    ]
    assert len(following(desk, admin, gone)) == 1


def remove_orders(session: Session, customer: uuid.UUID) -> None:
    factories.name(session)
    for order in session.scalars(select(Order).where(Order.customer_id == customer)):
        session.delete(order)
    session.flush()


def test_that_an_order_taken_back_confirms_no_longer(desk: Desk, admin: Actor) -> None:
    case_id, day = saved(desk, admin), SAVED_ON + timedelta(days=3)
    bought(desk, admin, case_id, (day, 100))
    others_bought(desk, admin, END)
    judge(desk, admin, END)
    desk.do(admin, remove_orders, state(desk, admin, case_id)["customer_id"])
    result = judge(desk, admin, END)
    assert (result.confirmed, result.lost, result.watched_again) == (0, 0, 1)
    assert verdict(desk, admin, case_id) == (SaveState.WATCHING, None)
    with desk.database.read() as session:
        change_set = session.get_one(ChangeSet, desk.made[-1])
        assert change_set.title.format(**change_set.args).endswith("1 watched again")
    others_bought(desk, admin, END + timedelta(days=1))
    result = judge(desk, admin, END + timedelta(days=1))
    assert (result.lost, len(result.opened)) == (1, 1)


def test_that_an_order_imported_late_confirms_after_all(desk: Desk, admin: Actor) -> None:
    case_id, late = saved(desk, admin), END + timedelta(days=5)
    others_bought(desk, admin, END + timedelta(days=1))
    (new,) = judge(desk, admin, late).opened
    bought(desk, admin, case_id, (END, 100))
    assert judge(desk, admin, late).confirmed == 1
    assert verdict(desk, admin, case_id) == (SaveState.CONFIRMED, END)
    bought(desk, admin, case_id, (SAVED_ON, 100))  # an earlier one: it was that order
    assert judge(desk, admin, late).confirmed == 1
    assert verdict(desk, admin, case_id) == (SaveState.CONFIRMED, SAVED_ON)
    assert judge(desk, admin, late).confirmed == 0
    assert following(desk, admin, case_id) == [new]


def test_that_a_scan_as_of_an_earlier_day_takes_no_verdict_back(desk: Desk, admin: Actor) -> None:
    case_id, day = saved(desk, admin), SAVED_ON + timedelta(days=20)
    bought(desk, admin, case_id, (day, 100))
    judge(desk, admin, day)
    made = len(desk.made)
    judge(desk, admin, day, as_of=SAVED_ON + timedelta(days=2))
    assert (verdict(desk, admin, case_id), len(desk.made)) == ((SaveState.CONFIRMED, day), made)


# ---------------------------------------------------------------- by itself


def take_orders(session: Session, number: str, day: date) -> uuid.UUID | None:
    came = Came(is_dry=False)
    source = Source(ImportKind.ORDERS, "orders.csv", "x", {"kind": "orders"})
    choices = OrderChoices(MatchKey.NUMBER, UnknownCustomer.REJECT)
    rows = [OrderRow(2, number, "B1", day.toordinal(), 100, None, "CNY", ("", "", ""))]
    OrderImport(session, source, choices, came).take(rows, {}, set(), Silent())
    return imports.finish_job(session, came, len(came.rejected))


def test_that_an_import_of_orders_judges_and_its_undo_takes_it_back(
    desk: Desk, admin: Actor
) -> None:
    case_id = saved(desk, admin)
    number = desk.look(admin, cases.case_file, case_id).row.customer_number
    made = len(desk.made)
    with on(END):
        change_set = desk.do(admin, take_orders, number, END)
    assert desk.made[made:] == [change_set]
    assert state(desk, admin, case_id)["save_state"] == SaveState.CONFIRMED
    desk.undo()
    assert state(desk, admin, case_id)["save_state"] == SaveState.WATCHING


def test_that_a_scan_judges_but_not_beyond_the_known_orders(desk: Desk, admin: Actor) -> None:
    case_id = saved(desk, admin)
    others_bought(desk, admin, END)
    with on(END + timedelta(days=40)):
        desk.do(admin, detection.scan, Silent(), END + timedelta(days=40))
    assert state(desk, admin, case_id)["save_state"] == SaveState.WATCHING
    others_bought(desk, admin, END + timedelta(days=1))
    made = len(desk.made)
    with on(END + timedelta(days=40)):
        desk.do(admin, detection.scan, Silent())
    assert len(desk.made) == made + 1
    assert state(desk, admin, case_id)["save_state"] == SaveState.LOST_DEFLECT


def test_that_only_who_may_scan_may_judge(desk: Desk, actors: dict[Role, Actor]) -> None:
    for role in (Role.AGENT, Role.FIELD_STAFF, Role.TRAINER, Role.AUDITOR):
        with pytest.raises(NotAllowedError, match="Your role"):
            desk.do(actors[role], watch.judge_all)


def test_that_only_head_office_sets_the_window(desk: Desk, actors: dict[Role, Actor]) -> None:
    for role in (Role.AGENT, Role.STORE_MANAGER, Role.DEPT_MANAGER):
        with pytest.raises(NotAllowedError, match="Your role"):
            desk.do(actors[role], outcome_settings.change, OutcomeSettings())
    desk.do(actors[Role.HEAD_OFFICE], outcome_settings.change, OutcomeSettings(watch_days_a=90))
    count = select(func.count()).select_from(ChangeSet)
    before = desk.look(actors[Role.HEAD_OFFICE], lambda session: session.scalar(count))
    desk.do(actors[Role.HEAD_OFFICE], outcome_settings.change, OutcomeSettings(watch_days_a=90))
    assert desk.look(actors[Role.HEAD_OFFICE], lambda session: session.scalar(count)) == before


def test_that_a_save_is_looked_at_with_its_orders_and_the_cases_around_it(
    desk: Desk, admin: Actor
) -> None:
    case_id = saved(desk, admin)
    with on(SAVED_ON):
        assert desk.look(admin, watch.ends_on, case_id) == END
        seen = desk.look(admin, watch.look, case_id)
    assert (seen.state, seen.saved_on, seen.until) == (SaveState.WATCHING, SAVED_ON, END)
    assert (seen.as_of, seen.orders, seen.before, seen.after) == (None, (), None, ())
    early, late = SAVED_ON + timedelta(days=3), END + timedelta(days=9)
    bought(desk, admin, case_id, (early, 900), (early, -100), (late, 500))
    with on(late):
        desk.do(admin, watch.judge_all)
        customer = state(desk, admin, case_id)["customer_id"]
        again = desk.do(admin, factories.open_case, customer)
        seen = desk.look(admin, watch.look, case_id)
        after = desk.look(admin, watch.look, again)
    assert (seen.state, seen.confirmed_on, seen.as_of) == (SaveState.CONFIRMED, early, late)
    assert [(order.on, order.amount) for order in seen.orders] == [(early, 900)]
    assert [case.id for case in seen.after] == [again]
    assert (after.state, after.orders, after.after) == (None, (), ())
    assert after.before is not None
    assert after.before.id == case_id
