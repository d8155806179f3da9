"""Who may do what with the queue, the pool, the day, the calendar and skills."""

import datetime as dt
from types import ModuleType

import pytest

from db.vocabulary import CallbackFor
from desktop_app import clock
from desktop_app.services import calendar, day, pool, queue, skills, spreading, work
from desktop_app.services.calendar import DayDraft, HoursDraft
from desktop_app.services.skills import SkillsDraft
from tests.services import rights
from tests.services.rights import (
    AGENTS,
    DECIDERS,
    EVERYBODY,
    OFFICE,
    ROOMY,
    TODAY,
    WORKERS,
    Entry,
    Filled,
)
from tests.services.rights_ground import TOMORROW, fresh, nothing, own

MODULES: tuple[ModuleType, ...] = (
    queue, pool, spreading, skills, work, day, calendar,
)  # fmt: skip

pytestmark = pytest.mark.usefixtures("fixed_time")


READING: dict[str, Entry] = {
    "queue.queue": (EVERYBODY, own, lambda s, _p: queue.queue(s)),
    "queue.tallies": (EVERYBODY, own, lambda s, _p: queue.tallies(s)),
    "queue.standing": (EVERYBODY, own, lambda s, p: queue.standing(s, [p["case_id"]])),
    "pool.recycling": (EVERYBODY, own, lambda s, _p: pool.recycling(s, TODAY)),
    "pool.policy": (EVERYBODY, nothing, lambda s, _p: pool.policy(s)),
    "spreading.helpers": (DECIDERS, fresh, lambda s, p: spreading.helpers(s, [p["case_id"]])),
    "spreading.plan": (
        DECIDERS,
        fresh,
        lambda s, p: spreading.plan(s, [p["case_id"]], [p["agent"]]),
    ),
    "skills.read": (EVERYBODY, nothing, lambda s, p: skills.read(s, p["agent"])),
    "skills.list_people": (EVERYBODY, nothing, lambda s, _p: skills.list_people(s)),
    "skills.suggest_owner": (DECIDERS, fresh, lambda s, p: skills.suggest_owner(s, p["case_id"])),
    "work.lines": (EVERYBODY, own, lambda s, _p: work.lines(s)),
    "work.counts": (EVERYBODY, own, lambda s, _p: work.counts(s)),
    "work.holds_until": (EVERYBODY, nothing, lambda s, _p: work.holds_until(s, [], clock.now())),
    "work.count": (EVERYBODY, own, lambda s, _p: work.count(s)),
    "calendar.list_days": (EVERYBODY, nothing, lambda s, _p: calendar.list_days(s)),
    "calendar.work_calendar": (EVERYBODY, nothing, lambda s, _p: calendar.work_calendar(s)),
    "calendar.festivals": (EVERYBODY, nothing, lambda s, _p: calendar.festivals(s)),
    "calendar.named_days": (EVERYBODY, nothing, lambda s, _p: calendar.named_days(s, 2027)),
    "calendar.hours": (EVERYBODY, nothing, lambda s, _p: calendar.hours(s)),
}

WRITING: dict[str, Entry] = {
    "pool.claim": (AGENTS, fresh, lambda s, p: pool.claim(s, p["case_id"])),
    "pool.give_back": (WORKERS, own, lambda s, p: pool.give_back(s, p["case_id"], "x")),
    "pool.recycle": (DECIDERS, own, lambda s, _p: pool.recycle(s, TODAY + dt.timedelta(days=400))),
    "pool.set_callback": (
        WORKERS,
        own,
        lambda s, p: pool.set_callback(s, p["case_id"], TOMORROW, CallbackFor.ME),
    ),
    "pool.drop_callback": (WORKERS, own, lambda s, p: pool.drop_callback(s, p["case_id"])),
    "pool.change_policy": (
        OFFICE,
        nothing,
        lambda s, p: pool.change_policy(
            s, ROOMY.model_copy(update={"capacity": ROOMY.capacity - int(p["number"][1:])})
        ),
    ),
    "spreading.spread": (
        DECIDERS,
        fresh,
        lambda s, p: spreading.spread(s, [p["case_id"]], [p["agent"]]),
    ),
    "skills.change": (
        DECIDERS,
        nothing,
        lambda s, p: skills.change(s, p["agent"], SkillsDraft(service=2)),
    ),
    "day.hand_over": (EVERYBODY, nothing, lambda s, _p: day.hand_over(s)),
    "day.recycle": (EVERYBODY, nothing, lambda s, _p: day.recycle(s)),
    "day.recover": (EVERYBODY, nothing, lambda s, _p: day.recover(s)),
    "day.judge": (EVERYBODY, nothing, lambda s, _p: day.judge(s)),
    "calendar.change_hours": (
        OFFICE,
        nothing,
        lambda s, _p: calendar.change_hours(s, HoursDraft(start=dt.time(8))),
    ),
    "calendar.set_day": (
        OFFICE,
        nothing,
        lambda s, _p: calendar.set_day(s, DayDraft(day=TODAY, is_working=False)),
    ),
    "calendar.remove_day": (
        OFFICE,
        nothing,
        lambda s, _p: calendar.remove_day(s, dt.date(2026, 10, 1)),
    ),
}


@pytest.mark.parametrize("service", [*READING, *WRITING])
def test_that_each_role_may_do_what_it_should_and_nothing_else(
    filled_desk: Filled, service: str
) -> None:
    rights.check(filled_desk, service, READING, WRITING)


def test_that_every_public_service_is_in_the_matrix() -> None:
    assert rights.public(MODULES, with_taken=True) == rights.tried(READING, WRITING)
