"""Files of visits that were made and of what expires."""

import datetime as dt
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from db.models import ImportJob, Renewal, User, Visit
from db.session import SYSTEM, Actor, Database, Session
from db.vocabulary import Channel, ImportKind, MatchKey, RenewalState, Role, VisitState
from desktop_app.errors import InvalidInputError
from desktop_app.importing.load import ImportResult, check_file, import_file, suggest_mapping
from desktop_app.progress import Silent
from tests import factories
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")
VISITS, RENEWALS = ImportKind.VISITS, ImportKind.RENEWALS
Run = Callable[..., ImportResult]
DAY = dt.date(2026, 9, 1)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.fixture
def li(desk: Desk) -> uuid.UUID:
    """Somebody who has left, and a customer of each number."""

    def make(session: Session) -> uuid.UUID:
        actor = factories.add_user(session, Role.FIELD_STAFF, is_active=False)
        session.get_one(User, actor.user_id).login = "lisi"
        session.get_one(User, actor.user_id).name = "李四"
        for number, name in (("K1", "张三"), ("K2", "王五"), ("K3", "王五")):
            factories.add_customer(session, number, name=name)
        assert actor.user_id is not None
        return actor.user_id

    return desk.do(SYSTEM, make)


@pytest.fixture
def run(desk: Desk, admin: Actor, tmp_path: Path) -> Run:
    """Write a file, suggest, check and import it; the check promises what the import does."""

    def do(kind: ImportKind, *lines: str, **choices: object) -> ImportResult:
        path = tmp_path / "file.csv"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        mapping = desk.look(admin, suggest_mapping, kind, path)[1].model_copy(update=choices)
        promised = desk.look(admin, check_file, Silent(), path, mapping)
        done = desk.do(admin, import_file, Silent(), path, mapping)
        assert counts(done) == counts(promised)
        assert done.rows == done.new + done.changed + done.same + done.rejected
        return done

    return do


def counts(result: ImportResult) -> tuple[int, int, int, int]:
    return result.new, result.changed, result.same, result.rejected


def reasons(result: ImportResult) -> list[str]:
    return [each.reason for each in result.rejects]


def all_of(desk: Desk, model: type[Any]) -> list[Any]:
    return desk.look(SYSTEM, lambda s: list(s.scalars(select(model).order_by(model.id))))


# Visits ------------------------------------------------------------------------------------------


def test_that_visits_keep_their_author_and_day(desk: Desk, run: Run, li: uuid.UUID) -> None:
    before = desk.rows()
    desk.made.clear()
    lines = (
        "客户编号,走访日期,走访人,方式,走访记录,满意度,非正式",
        "K1,2026-09-01,李四,走访,谈了货架,4,",
        "K1,2026/9/1,lisi,电话,提醒对账,,是",
        "K2,2026-09-02,李四,,,,",
    )
    result = run(VISITS, *lines)
    assert counts(result) == (3, 0, 0, 0)
    first, second, third = all_of(desk, Visit)
    assert (first.by_id, first.done_on, first.planned_on, first.state) == (
        li,
        DAY,
        DAY,
        VisitState.DONE,
    )
    assert (first.channel, first.note, first.satisfaction, first.is_informal) == (
        Channel.VISIT,
        "谈了货架",
        4,
        False,
    )
    assert (second.channel, second.is_informal) == (Channel.CALL, True)
    assert (third.channel, third.note, third.satisfaction) == (Channel.VISIT, "", None)
    (job,) = all_of(desk, ImportJob)
    assert {each.import_id for each in (first, second, third)} == {job.id}
    assert (job.new, job.kind) == (3, VISITS)
    assert counts(run(VISITS, *lines)) == (0, 0, 3, 0)
    assert len(desk.made) == 1  # one change set; the second changed nothing
    desk.undo()
    assert desk.rows() == before


def test_that_a_planned_visit_is_the_one_that_was_made(desk: Desk, run: Run, li: uuid.UUID) -> None:
    def plan(session: Session) -> uuid.UUID:
        customer = factories.add_customer(session, "K9")
        planned = Visit(customer_id=customer, planned_on=DAY, by_id=li, rule="a_sales_visit")
        session.add(planned)
        session.flush()
        return planned.id

    key = desk.do(SYSTEM, plan)
    lines = ["客户编号,走访日期,走访人,备注", "K9,2026-09-01,lisi,好"]
    assert counts(run(VISITS, *lines)) == (0, 1, 0, 0)
    (visit,) = all_of(desk, Visit)
    assert (visit.id, visit.state, visit.done_on, visit.note, visit.rule) == (
        key,
        VisitState.DONE,
        DAY,
        "好",
        "a_sales_visit",
    )
    assert counts(run(VISITS, lines[0], "K9,2026-09-01,lisi,改")) == (0, 1, 0, 0)  # corrected
    both = run(VISITS, lines[0], "K9,2026-09-01,lisi,改", "K9,2026-09-01,lisi,下午又去")
    assert counts(both) == (1, 0, 1, 0)
    assert [each.note for each in all_of(desk, Visit)] == ["改", "下午又去"]


def test_that_a_blank_cell_takes_nothing_away_and_no_row_counts_twice(
    desk: Desk, run: Run, li: uuid.UUID
) -> None:
    heading = "客户编号,走访日期,走访人,走访记录,满意度,非正式"
    run(VISITS, heading, "K1,2026-09-01,lisi,谈了货架,4,是")
    assert counts(run(VISITS, heading, "K1,2026-09-01,lisi,,,")) == (0, 0, 1, 0)
    assert counts(run(VISITS, heading, "K1,2026-09-01,lisi,谈了新货架,,")) == (0, 1, 0, 0)
    (visit,) = all_of(desk, Visit)
    assert (visit.note, visit.satisfaction, visit.is_informal) == ("谈了新货架", 4, True)
    twice = ["K1,2026-09-02,lisi,好,5,"] * 2
    assert counts(run(VISITS, heading, *twice)) == (1, 0, 1, 0)
    assert len(all_of(desk, Visit)) == 2


def test_that_rows_that_cannot_be_told_are_rejected_with_the_reason(
    desk: Desk, run: Run, li: uuid.UUID
) -> None:
    for _double in range(2):
        desk.do(SYSTEM, factories.add_user, Role.AGENT)

    def same_name(session: Session) -> None:
        factories.name(session)
        for user in session.scalars(select(User).where(User.name.startswith("员工"))):
            user.name = "同名"

    desk.do(SYSTEM, same_name)
    result = run(
        VISITS,
        "客户编号,日期,员工,方式,满意度",
        "K1,2026-09-01,谁,走访,",
        "K1,2026-09-01,同名,走访,",
        "K1,2026-09-20,李四,走访,",
        "K1,,李四,走访,",
        "K1,2026-09-01,,走访,",
        "K1,2026-09-01,李四,微信,",
        "K1,2026-09-01,李四,走访,6",
        "K8,2026-09-01,李四,走访,",
        ",2026-09-01,李四,走访,",
        "K1,2026-09-01,李四,走访,5",
        "K2,2026-09-01,李四,走访,5",
        "K3,2026-09-01,李四,电话,5",
    )
    assert counts(result) == (3, 0, 0, 9)
    for words, reason in zip(
        (
            "Nobody is called 谁",
            "Several people are called 同名",
            "in the future",
            "no date",
            "who was there",
            "neither a visit nor a call",
            "from 1 to 5",
            "no customer K8",
            "names no customer",
        ),
        reasons(result),
        strict=True,
    ):
        assert words in reason
    named = run(VISITS, "姓名,日期,员工", "王五,2026-09-03,李四", key=MatchKey.NAME_PHONE)
    assert "Several customers have 王五" in reasons(named)[0]


def test_that_all_columns_of_a_visit_are_taken_and_the_others_named(
    desk: Desk, run: Run, li: uuid.UUID
) -> None:
    result = run(
        VISITS,
        "客户编号,走访日期,走访人,见到的人,礼品,下一步,下一步日期,天气",
        "K1,2026-09-01,李四,陈经理,月饼,送样品,2026-09-20,晴",
    )
    (visit,) = all_of(desk, Visit)
    assert (visit.met, visit.gift, visit.next_step) == ("陈经理", "月饼", "送样品 (2026-09-20)")
    assert result.unused_columns == ("天气",)
    assert "Nothing is taken of this column: 天气." in result.warnings
    result = run(
        VISITS,
        "customer no,visit date,visited by,met with,gift,gift cost,next step,next step date,a,b",
        "K1,2026-09-02,lisi,Mr Chen,tea,12.50,call,2026-09-21,1,2",
        "K1,2026-09-03,lisi,,tea,-1,,,,",
    )
    assert ["Only a case bears costs" in each for each in reasons(result)] == [True, False]
    assert "-1 cannot be the cost of a gift" in reasons(result)[1]
    assert "Nothing is taken of these columns: a, b." in result.warnings


def test_that_every_kind_of_import_names_what_it_does_not_take(run: Run, li: uuid.UUID) -> None:
    result = run(RENEWALS, "客户编号,产品,到期日,颜色", "K1,卡,2026-10-31,红")
    assert result.unused_columns == ("颜色",)
    result = run(ImportKind.CUSTOMERS, "客户编号,姓名,颜色", "K1,张三,红")
    assert result.unused_columns == ()  # kept as a further attribute


def test_that_a_file_of_visits_says_whose_and_when(run: Run, li: uuid.UUID) -> None:
    with pytest.raises(InvalidInputError, match="By whom"):
        run(VISITS, "客户编号,日期", "K1,2026-09-01")


# Renewals ----------------------------------------------------------------------------------------


def test_that_renewals_are_made_changed_and_recognised(desk: Desk, run: Run, li: uuid.UUID) -> None:
    before = desk.rows()
    desk.made.clear()
    lines = [
        "客户编号,产品,到期日,续费金额,负责人,备注",
        "K1,会员年卡,2026-10-31,1200.00,李四,老客户",
        "K1,保险,2026/11/30,,,",
        "K2,会员年卡,2026-10-31,980,,",
        "K2,会员年卡,2026-10-31,980,,",
    ]
    assert counts(run(RENEWALS, *lines)) == (3, 0, 1, 0)
    first, second, third = all_of(desk, Renewal)
    assert (first.product, first.expires_on, first.fee, first.owner_id, first.note) == (
        "会员年卡",
        dt.date(2026, 10, 31),
        120_000,
        li,
        "老客户",
    )
    assert (second.fee, second.state, second.currency) == (None, RenewalState.OPEN, "CNY")
    assert third.fee == 98_000
    lines[3] = lines[4] = "K2,会员年卡,2026-10-31,1080,,"
    assert counts(run(RENEWALS, *lines)) == (0, 1, 3, 0)
    assert all_of(desk, Renewal)[2].fee == 108_000
    assert len(desk.made) == 2
    desk.undo()
    desk.undo()
    assert desk.rows() == before


def test_that_renewals_that_cannot_be_told_are_rejected(run: Run, li: uuid.UUID) -> None:
    result = run(
        RENEWALS,
        "客户编号,产品,到期日,费用,负责人",
        "K1,,2026-10-31,,",
        "K1,卡,,,",
        "K1,卡,2026-10-31,-5,",
        "K1,卡,2026-10-31,5,谁",
        "K7,卡,2026-10-31,5,",
        "K1,卡,2026-10-31,5,",
        "K1,卡,2026-10-31,6,",
    )
    assert counts(result) == (1, 0, 0, 6)
    for words, reason in zip(
        (
            "what expires",
            "no date",
            "cannot be a fee",
            "Nobody is called 谁",
            "no customer K7",
            "Row 7 is about the same product",
        ),
        reasons(result),
        strict=True,
    ):
        assert words in reason
    with pytest.raises(InvalidInputError, match="Expires on"):
        run(RENEWALS, "客户编号,产品", "K1,卡")
