"""The radar over interviews as they are stored: what the domain judges is what was answered."""

import datetime as dt
import uuid

import pytest
import time_machine

from db.session import SYSTEM, Actor
from db.vocabulary import Role
from desktop_app.domain.quality_findings import QualityKind
from desktop_app.errors import NotAllowedError
from desktop_app.services import quality
from desktop_app.services.quality import QualityFilter
from tests import factories
from tests.factories import Desk
from tests.interviewed import WHY, WHY_REASON, finish_interview

pytestmark = pytest.mark.usefixtures("fixed_time")
PROBED = {WHY: "因为换了司机", WHY_REASON: "service_inefficient"}


def kinds(desk: Desk, actor: Actor, **criteria: object) -> dict[QualityKind, list[str]]:
    found = desk.look(actor, quality.radar, QualityFilter(**criteria))  # type: ignore[arg-type]
    return {each.kind: sorted(each.interviews) for each in found.findings}


def test_that_planted_faults_are_found_in_what_is_stored(
    desk: Desk, admin: Actor, agent: Actor
) -> None:
    good = [
        desk.do(admin, finish_interview, agent, f"第{n}次来的时候{'甲乙丙丁'[n] * 9}", more=PROBED)
        for n in range(4)
    ]
    copied = [
        desk.do(admin, finish_interview, agent, "客户说价格实在太贵了！", more=PROBED)
        for _n in range(2)
    ]
    fast = desk.do(admin, finish_interview, agent, "随便说一句不同的话", more=PROBED, seconds=1)
    shallow = desk.do(admin, finish_interview, agent, "没有问下去就结束了这次")
    found = kinds(desk, admin)
    assert found == {
        QualityKind.COPIED_TEXT: sorted(map(str, copied)),
        QualityKind.TOO_FAST: [str(fast)],
        QualityKind.NOT_PROBED: [str(shallow)],
    }
    by_interview = desk.look(admin, quality.flags)
    assert set(by_interview) == {*copied, fast, shallow}
    assert not set(by_interview) & set(good)
    seen = desk.look(admin, quality.radar, QualityFilter())
    row = seen.interviews[str(fast)]
    assert (row.seconds, row.answered, row.by) == (4, 4, "agent")  # no calculation is counted
    assert seen.agents[str(agent.user_id)] == "agent"


def test_that_the_radar_sees_what_its_reader_sees(
    desk: Desk, admin: Actor, agent: Actor, actors: dict[Role, Actor]
) -> None:
    far = desk.do(SYSTEM, factories.add_store)
    stranger = desk.do(SYSTEM, factories.add_user, Role.STORE_MANAGER, far)
    key = desk.do(admin, finish_interview, agent, store_id=agent.store_id)
    assert kinds(desk, admin) == {QualityKind.NOT_PROBED: [str(key)]}
    assert kinds(desk, admin, store_id=far) == {}
    assert kinds(desk, stranger) == {}
    with pytest.raises(NotAllowedError):
        desk.look(actors[Role.AUDITOR], quality.flags)


def test_that_a_period_and_the_last_half_year_limit_it(
    desk: Desk, admin: Actor, agent: Actor, fixed_time: time_machine.Traveller
) -> None:
    key: uuid.UUID = desk.do(admin, finish_interview, agent)
    day = dt.date(2026, 9, 15)
    assert kinds(desk, admin, finished_from=day, finished_until=day)
    assert not kinds(desk, admin, finished_from=day + dt.timedelta(days=1))
    assert not kinds(desk, admin, finished_until=day - dt.timedelta(days=1))
    assert set(desk.look(admin, quality.flags)) == {key}
    fixed_time.shift(dt.timedelta(days=quality.FLAGGED_DAYS + 2))
    assert desk.look(admin, quality.flags) == {}
