"""What becomes of signals from scan to scan."""

import uuid
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import event, select

from db import undo
from db.models import Case, CaseEvent, ChangeSet, DefectionRule, DefectionSignal
from db.queries.paging import Sort
from db.queries.signals import SignalFilter, count_by_kind, count_signals, list_signals
from db.session import Actor, Database
from db.vocabulary import CaseStage, ChangeKind, CustomerClass, Role, RuleKind, SignalState
from desktop_app.domain.cases import OpenDraft
from desktop_app.errors import (
    CancelledError,
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from desktop_app.progress import Silent
from desktop_app.services import cases, detection, journal, triage
from tests import factories
from tests.world import add_customers, add_orders

START = date(2026, 1, 1)


def every(days: int, times: int, start: date = START) -> list[tuple[date, int]]:
    return [(start + timedelta(days=days * index), 10_000) for index in range(times)]


@pytest.fixture
def lapsed(database: Database, admin: Actor) -> uuid.UUID:
    """A customer who bought every ten days until 31 January 2026."""
    customer_id = add_customers(database, admin, {"K1": "王思远"})["K1"]
    add_orders(database, admin, customer_id, every(10, 4))
    return customer_id


def scan(database: Database, actor: Actor, day: date) -> detection.ScanResult:
    with database.write(actor) as session:
        return detection.scan(session, Silent(), day)


def signals(database: Database, *states: SignalState) -> list[DefectionSignal]:
    with database.read() as session:
        statement = select(DefectionSignal).order_by(DefectionSignal.as_of)
        if states:
            statement = statement.where(DefectionSignal.state.in_(states))
        found = list(session.scalars(statement))
        session.expunge_all()
        return found


def test_that_a_signal_states_rule_version_measure_limit_and_a_sentence_in_both_languages(
    database: Database, admin: Actor, lapsed: uuid.UUID
) -> None:
    result = scan(database, admin, date(2026, 2, 21))
    assert result.found[RuleKind.LAPSING] == result.new[RuleKind.LAPSING] == 1
    (signal,) = signals(database)
    assert (signal.measured, signal.limit) == (21.0, 20.0)
    assert "21" in signal.sentence_zh
    assert "天" in signal.sentence_zh
    assert "21 days" in signal.sentence_en
    with database.read() as session:
        rule = session.get_one(DefectionRule, signal.rule_id)
        assert (rule.kind, rule.rule_version) == (RuleKind.LAPSING, 1)


def test_that_the_limit_itself_is_not_a_finding(
    database: Database, admin: Actor, lapsed: uuid.UUID
) -> None:
    assert scan(database, admin, date(2026, 2, 20)).found[RuleKind.LAPSING] == 0


def test_that_scanning_again_changes_nothing(
    database: Database, admin: Actor, lapsed: uuid.UUID
) -> None:
    scan(database, admin, date(2026, 3, 1))
    with database.write(admin) as session:
        again = detection.scan(session, Silent(), date(2026, 3, 1))
    assert sum(again.new.values()) == 0
    assert session.info["changes"].change_set_id is None


def test_that_a_later_scan_refreshes_a_standing_signal(
    database: Database, admin: Actor, lapsed: uuid.UUID
) -> None:
    scan(database, admin, date(2026, 3, 1))
    later = scan(database, admin, date(2026, 3, 11))
    assert sum(later.new.values()) == 0
    (signal,) = signals(database)
    assert (signal.as_of, signal.measured) == (date(2026, 3, 11), 39.0)


def test_that_a_customer_who_came_back_is_cleared_and_can_be_found_anew(
    database: Database, admin: Actor, lapsed: uuid.UUID
) -> None:
    scan(database, admin, date(2026, 3, 1))
    add_orders(database, admin, lapsed, [(date(2026, 3, 5), 10_000)])
    assert scan(database, admin, date(2026, 3, 6)).cleared == 1
    assert [row.state for row in signals(database)] == [SignalState.CLEARED]
    assert scan(database, admin, date(2026, 6, 1)).new[RuleKind.LAPSING] == 1


def test_that_a_dismissed_signal_stays_quiet_until_the_customer_bought_again(
    database: Database, admin: Actor, lapsed: uuid.UUID
) -> None:
    scan(database, admin, date(2026, 3, 1))
    with database.write(admin) as session:
        assert triage.dismiss(session, triage.waiting_ids(session), "搬迁，已电话确认") == 1
    assert sum(scan(database, admin, date(2026, 4, 1)).new.values()) == 0
    add_orders(database, admin, lapsed, [(date(2026, 4, 5), 10_000)])
    assert scan(database, admin, date(2026, 9, 1)).new[RuleKind.LAPSING] == 1


def test_that_a_snoozed_signal_comes_back_on_its_day(
    database: Database, admin: Actor, lapsed: uuid.UUID, fixed_time: time_machine.Traveller
) -> None:
    scan(database, admin, date(2026, 9, 1))
    with database.write(admin) as session:
        triage.snooze(session, triage.waiting_ids(session), date(2026, 9, 20))
    fixed_time.shift(timedelta(days=4))
    scan(database, admin, date(2026, 9, 19))
    assert [row.state for row in signals(database)] == [SignalState.SNOOZED]
    fixed_time.shift(timedelta(days=1))
    scan(database, admin, date(2026, 9, 20))
    assert [row.state for row in signals(database)] == [SignalState.OPEN]


def test_that_a_day_in_the_future_is_refused(
    database: Database, admin: Actor, lapsed: uuid.UUID, fixed_time: time_machine.Traveller
) -> None:
    """As of then everybody would seem to have left, and what is true would be cleared."""
    with pytest.raises(InvalidInputError, match="2026-09-16 lies in the future"):
        scan(database, admin, date(2026, 9, 16))
    assert signals(database) == []
    scan(database, admin, date(2026, 9, 15))
    assert len(signals(database)) == 1


def test_that_snoozed_signals_wake_without_a_scan(
    database: Database, admin: Actor, lapsed: uuid.UUID, fixed_time: object
) -> None:
    scan(database, admin, date(2026, 9, 1))
    with database.write(admin) as session:
        triage.snooze(session, triage.waiting_ids(session), date(2026, 9, 20))
    with database.write(admin) as session:
        assert triage.wake(session, date(2026, 9, 19)) == 0
    with database.write(admin) as session:
        assert triage.wake(session, date(2026, 9, 20)) == 1
    (signal,) = signals(database)
    assert (signal.state, signal.snoozed_until) == (SignalState.OPEN, None)
    assert session.info["changes"].kind is ChangeKind.SYSTEM
    with database.read(admin) as session:
        newest = session.get_one(ChangeSet, journal.last_own(session))
        assert newest.title.startswith("Snooze"), "nobody takes back that a day came"


def test_that_a_scan_of_an_older_day_says_that_signals_of_a_later_one_are_there(
    database: Database, admin: Actor, lapsed: uuid.UUID
) -> None:
    first = scan(database, admin, date(2026, 6, 1))
    assert (first.newer, first.warning()) == (None, "")
    older = scan(database, admin, date(2026, 5, 1))
    assert older.newer == date(2026, 6, 1)
    assert older.warning() == (
        "Signals as of 2026-06-01 Mon are there already; those of 2026-05-01 Fri stand beside them."
    )
    assert scan(database, admin, date(2026, 6, 2)).newer is None
    with database.write(admin) as session:
        triage.dismiss(session, triage.waiting_ids(session), "moved away")
    assert scan(database, admin, date(2026, 5, 1)).newer is None, "nothing waits any more"


@pytest.mark.parametrize("bought_again", [False, True])
def test_that_a_scan_of_older_orders_wakes_what_a_later_one_found(
    database: Database,
    admin: Actor,
    lapsed: uuid.UUID,
    fixed_time: time_machine.Traveller,
    bought_again: bool,
) -> None:
    scan(database, admin, date(2026, 9, 10))
    with database.write(admin) as session:
        triage.snooze(session, triage.waiting_ids(session), date(2026, 9, 20))
    if bought_again:  # as of the older day there is nothing to find
        add_orders(database, admin, lapsed, [(date(2026, 9, 1), 10_000)])
    scan(database, admin, date(2026, 9, 5))
    assert [row.state for row in signals(database)] == [SignalState.SNOOZED]
    fixed_time.move_to(datetime(2026, 9, 20, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai")))
    scan(database, admin, date(2026, 9, 5))
    (signal,) = signals(database)
    assert (signal.state, signal.as_of) == (SignalState.OPEN, date(2026, 9, 10))


def test_that_accepting_opens_one_case_with_value_extent_and_event(
    database: Database, admin: Actor, lapsed: uuid.UUID, fixed_time: object
) -> None:
    scan(database, admin, date(2026, 3, 1))
    with database.write(admin) as session:
        accepted = triage.accept(session, triage.waiting_ids(session))
    with database.read() as session:
        case = session.get_one(Case, accepted.case_ids[0])
        events = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id)).all()
        assert (case.number, case.kind, case.stage) == ("2026-00001", "lapsing", "identified")
        assert (case.value_at_stake, case.extent) == (40_000, "lapsing")
        assert [event.new_value for event in events] == [CaseStage.IDENTIFIED]
    (signal,) = signals(database, SignalState.ACCEPTED)
    assert signal.case_id == accepted.case_ids[0]


def test_that_a_signal_joins_the_open_case_of_its_kind(
    database: Database, admin: Actor, lapsed: uuid.UUID
) -> None:
    scan(database, admin, date(2026, 3, 1))
    with database.write(admin) as session:
        first = triage.accept(session, triage.waiting_ids(session))
    with database.write(admin) as session:
        session.add(
            DefectionSignal(
                customer_id=lapsed, kind=RuleKind.LAPSING, as_of=date(2026, 4, 1),
                sentence_zh="再次", sentence_en="again",
            )
        )  # fmt: skip
        from db import journal

        journal.name_change(session, "Another signal")
    with database.write(admin) as session:
        second = triage.accept(session, triage.waiting_ids(session))
    assert (second.case_ids, second.joined) == ((), 1)
    (one, two) = signals(database, SignalState.ACCEPTED)
    assert one.case_id == two.case_id == first.case_ids[0]


def test_that_case_numbers_go_on_within_the_year(
    database: Database, admin: Actor, fixed_time: object
) -> None:
    ids = add_customers(database, admin, {"K1": "甲", "K2": "乙"})
    for customer_id in ids.values():
        add_orders(database, admin, customer_id, every(10, 4))
    scan(database, admin, date(2026, 3, 1))
    with database.write(admin) as session:
        triage.accept(session, triage.waiting_ids(session)[:1])
    with database.write(admin) as session:
        triage.accept(session, triage.waiting_ids(session))
    with database.read() as session:
        numbers = session.scalars(select(Case.number).order_by(Case.number)).all()
    assert numbers == ["2026-00001", "2026-00002"]


def test_that_a_decided_or_missing_signal_is_refused(
    database: Database, admin: Actor, lapsed: uuid.UUID, fixed_time: object
) -> None:
    scan(database, admin, date(2026, 3, 1))
    with database.read(admin) as session:
        ids = triage.waiting_ids(session)
    with database.write(admin) as session:
        triage.dismiss(session, ids, "x")
    with pytest.raises(ConflictError), database.write(admin) as session:
        triage.accept(session, ids)
    with pytest.raises(NotFoundError), database.write(admin) as session:
        triage.accept(session, [uuid.uuid4()])
    with pytest.raises(InvalidInputError), database.write(admin) as session:
        triage.dismiss(session, ids, "  ")
    with pytest.raises(InvalidInputError), database.write(admin) as session:
        triage.snooze(session, ids, date(2026, 9, 15))


def test_that_a_rule_version_changes_what_is_found_and_old_signals_keep_theirs(
    database: Database, admin: Actor, lapsed: uuid.UUID
) -> None:
    scan(database, admin, date(2026, 3, 1))
    with database.write(admin) as session:
        assert detection.define_rule(session, RuleKind.LAPSING, {"k": "5"}) == 2
    assert scan(database, admin, date(2026, 3, 2)).found[RuleKind.LAPSING] == 0
    (signal,) = signals(database)
    with database.read(admin) as session:
        assert session.get_one(DefectionRule, signal.rule_id).rule_version == 1
        row = detection.current_rules(session)[RuleKind.LAPSING]
    assert (row.rule_version, row.params["k"], row.is_enabled) == (2, "5", True)


def test_that_a_disabled_rule_finds_nothing_and_a_bad_parameter_is_refused(
    database: Database, admin: Actor, lapsed: uuid.UUID
) -> None:
    with database.write(admin) as session:
        detection.define_rule(session, RuleKind.VALUE_DOWNGRADE, {}, enabled=False)
    with database.write(admin) as session:
        detection.define_rule(session, RuleKind.LAPSING, {}, enabled=False)
    assert scan(database, admin, date(2026, 3, 1)).found[RuleKind.LAPSING] == 0
    with pytest.raises(InvalidInputError), database.write(admin) as session:
        detection.define_rule(session, RuleKind.LAPSING, {"k": "-1"})


def test_that_a_scan_can_be_undone_and_cancelled(
    database: Database, admin: Actor, lapsed: uuid.UUID
) -> None:
    with database.write(admin) as session:
        detection.scan(session, Silent(), date(2026, 3, 1))
    with database.write(admin) as session:
        undo.undo(session, session.info["changes"].change_set_id or last(database))
    assert signals(database) == []

    class Impatient:
        def step(self, done: int, total: int | None, text: str = "") -> None:
            raise CancelledError(f"{done} {total} {text}")

    ids = add_customers(database, admin, {f"N{n:04d}": "客户" for n in range(501)})
    with database.write(admin) as session:
        from db import journal
        from db.models import ImportJob, Order

        journal.name_change(session, "Orders")
        job = ImportJob(kind="orders", file_name="f", digest="d")
        session.add(job)
        session.flush()
        journal.mark_import(session, job.id)
        rows = [
            {"customer_id": one, "number": "1", "day": START.toordinal(), "amount": 1}
            for one in ids.values()
        ]
        journal.insert_facts(session, Order, rows)
    with pytest.raises(CancelledError), database.write(admin) as session:
        detection.scan(session, Impatient(), date(2026, 3, 1))
    assert signals(database) == []


def last(database: Database) -> uuid.UUID:
    from db.models import ChangeSet

    with database.read() as session:
        return session.scalars(select(ChangeSet.id).order_by(ChangeSet.seq.desc())).first()


def test_that_the_default_day_is_the_newest_order(
    database: Database, admin: Actor, lapsed: uuid.UUID, fixed_time: object
) -> None:
    with database.write(admin) as session:
        assert detection.scan(session, Silent()).as_of == date(2026, 1, 31)
    with database.write(admin) as session:
        undo.undo(session, last(database))


def test_that_an_empty_workspace_is_scanned_as_of_today(
    database: Database, admin: Actor, fixed_time: object
) -> None:
    with database.write(admin) as session:
        assert detection.scan(session, Silent()).as_of == date(2026, 9, 15)


def test_that_signal_lists_filter_sort_and_count(
    database: Database, admin: Actor, fixed_time: object
) -> None:
    ids = add_customers(database, admin, {"K1": "王思远", "K2": "单雄信"})
    add_orders(database, admin, ids["K1"], every(10, 4))
    add_orders(database, admin, ids["K2"], [(day, 5) for day, _amount in every(5, 6)])
    scan(database, admin, date(2026, 5, 1))
    everything = SignalFilter()
    with database.read() as session:
        rows = list_signals(session, everything, None, 0, 10)
        assert [row.customer for row in rows] == ["王思远", "单雄信"]
        up = list_signals(session, everything, Sort("spend_window"), 0, 10)
        assert [row.customer for row in up] == ["单雄信", "王思远"]
        assert list_signals(session, everything, None, 1, 10) == rows[1:]
        assert count_signals(session, SignalFilter(text="shan")) == 1
        assert count_signals(session, SignalFilter(kind=RuleKind.PARTIAL_SHARE)) == 0
        assert count_signals(session, SignalFilter(klass=rows[0].klass)) == 1
        assert count_signals(session, SignalFilter(customer_id=ids["K2"])) == 1
        assert count_signals(session, SignalFilter(store_id=uuid.uuid4())) == 0
        assert count_signals(session, SignalFilter(states=frozenset())) == 2
        assert count_by_kind(session, everything) == {RuleKind.LAPSING: 2}
    assert rows[0].klass is CustomerClass.A


def test_that_only_some_roles_scan_decide_and_define(
    database: Database, actors: dict[Role, Actor], lapsed: uuid.UUID
) -> None:
    with pytest.raises(NotAllowedError):
        scan(database, actors[Role.AGENT], date(2026, 3, 1))
    with pytest.raises(NotAllowedError), database.write(actors[Role.AUDITOR]) as session:
        triage.accept(session, [])
    with pytest.raises(NotAllowedError), database.write(actors[Role.AGENT]) as session:
        detection.define_rule(session, RuleKind.LAPSING, {})


def test_that_cases_of_customers_without_spend_in_the_window_are_worth_their_last_year(
    database: Database, admin: Actor, fixed_time: object
) -> None:
    ids = add_customers(database, admin, {"K1": "甲", "K2": "乙"})
    add_orders(
        database, admin, ids["K1"], [(day - timedelta(days=800), 700) for day, _ in every(10, 4)]
    )
    add_orders(database, admin, ids["K2"], [(date(2026, 9, 1), 100)])
    scan(database, admin, date(2026, 9, 1))
    with database.write(admin) as session:
        accepted = triage.accept(session, triage.waiting_ids(session))
    with database.read() as session:
        assert session.get_one(Case, accepted.case_ids[0]).value_at_stake == 2_800


def test_that_accepting_many_reads_in_lots_and_only_what_it_needs(
    database: Database, admin: Actor, fixed_time: object
) -> None:
    ids = add_customers(database, admin, {f"K{number:02d}": "甲" for number in range(30)})
    with database.write(admin) as session:
        factories.name(session)
        for place, customer_id in enumerate(ids.values()):
            if place % 2:
                draft = OpenDraft(kind=RuleKind.LAPSING)
                cases.open_case(session, customer_id, draft)
            session.add(
                DefectionSignal(
                    customer_id=customer_id,
                    kind=RuleKind.LAPSING,
                    as_of=date(2026, 9, 1),
                    sentence_zh="",
                    sentence_en="",
                )
            )
    with database.read(admin) as session:
        waiting = triage.waiting_ids(session)
    asked: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(" ".join(statement.split()))

    event.listen(database._engine, "before_cursor_execute", listen)
    with database.write(admin) as session:
        accepted = triage.accept(session, waiting)
    event.remove(database._engine, "before_cursor_execute", listen)
    assert (len(accepted.case_ids), accepted.joined) == (15, 15)
    figures = [one for one in asked if "SELECT customer_stat.customer_id" in one]
    assert len(figures) == 1
    assert "customer_stat.customer_id IN (" in figures[0]
    known = [one for one in asked if one.startswith("SELECT departure_case.customer_id")]
    assert len(known) == 1


def test_that_a_sign_in_is_written_down_and_wakes_signals_for_those_who_decide(
    database: Database, actors: dict[Role, Actor], lapsed: uuid.UUID, fixed_time: object
) -> None:
    admin = actors[Role.ADMINISTRATOR]
    scan(database, admin, date(2026, 9, 1))
    with database.write(admin) as session:
        triage.snooze(session, triage.waiting_ids(session), date(2026, 9, 20))
    for role, state in ((Role.AUDITOR, SignalState.SNOOZED), (Role.AGENT, SignalState.OPEN)):
        with database.write(actors[role]) as session:
            triage.begin_day(session, date(2026, 9, 20))
        assert [row.state for row in signals(database)] == [state]
    with database.read() as session:
        titles = session.scalars(select(ChangeSet.title)).all()
    assert titles.count("{login} signed in") == 2
