"""What the people of the demo are in the firm, when they are away, and who leaves it."""

import datetime as dt
import uuid
from typing import Final

from db.vocabulary import AbsenceKind, ExitDestination, ExitReason, StaffFunction
from desktop_app import clock
from desktop_app.demo.chain import UserFacts
from desktop_app.demo.team import HEAD, LOGIN, MANAGER, Process, World, at, working_day
from desktop_app.domain.handover_drafts import ExitDraft
from desktop_app.services import handovers, skills, staff, staff_profiles
from desktop_app.services.skills import SkillsDraft
from desktop_app.services.staff_profiles import AbsenceDraft, ProfileDraft

_DAYS_A_MONTH: Final = 30.4
_BRIEFLY: Final = 60  # days before the end on which somebody leaves who never settled in
_OWN: Final = ProfileDraft(
    functions=(StaffFunction.SALES, StaffFunction.CUSTOMER_SERVICE),
    department="静安大客户部",
    visits_a_day=3,
    calls_a_day=4,
    most_customers=60,
)
"""What whoever opens the demo is: looks after a few customers, and sees everything."""
_EXITS: Final = {
    "songtao": {
        "reason": ExitReason.POACHED,
        "destination": ExitDestination.COMPETITOR,
        "destination_name": "云采商城",
        "note": "对方给了区域经理的职位，几家老客户跟着走了。",
    },
    "renjie": {
        "reason": ExitReason.PRESSURE,
        "destination": ExitDestination.OTHER_TRADE,
        "note": "试用期内离开，觉得走访压力大。",
    },
}
_AWAY: Final = (
    ("hejiayi", 2, 3, AbsenceKind.LEAVE, "年假"),
    ("zhaomin", 1, 4, AbsenceKind.TRAINING, "讲师认证班"),
    ("huangtao", -2, 1, AbsenceKind.SICK, "感冒发烧"),
)
"""Who is away: first and last day from the end, why."""


def staff_work(world: World) -> Process:
    """Everybody is written down when the workspace is new; somebody new does not stay long."""
    yield at(clock.today(), 9)
    for user in world.chain.users:
        _write_down(world, user)
    _write_down_owner(world)
    yield at(working_day(world.end - dt.timedelta(days=_BRIEFLY)), 17)
    sign_out(world, "renjie")
    yield at(working_day(world.end - dt.timedelta(days=5)), 16)
    for login, first, last, kind, note in _AWAY:
        with world.acting(MANAGER) as session:
            draft = AbsenceDraft(
                user_id=world.id_of(login),
                first_on=world.end + dt.timedelta(days=first),
                last_on=world.end + dt.timedelta(days=last),
                kind=kind,
                note=note,
            )
            staff_profiles.add_absence(session, draft)


def sign_out(world: World, login: str) -> None:
    """Today is somebody's last day: the exit is written down and the login taken away."""
    key = world.id_of(login)
    with world.acting(MANAGER) as session:
        draft = ExitDraft.model_validate({"left_on": clock.today()} | _EXITS[login])
        handovers.record_exit(session, key, draft)
    with world.looking(LOGIN) as session:
        row = next(one for one in staff.list_users(session) if one.id == key)
    with world.acting(LOGIN) as session:
        user = staff.UserDraft(
            login=row.login, name=row.name, role=row.role, store_id=row.store_id, is_active=False
        )
        staff.change_user(session, row.id, row.version, user)
    world.gone.add(login)


def _write_down(world: World, user: UserFacts) -> None:
    """Profile and skills of one person."""
    hired = world.end - dt.timedelta(days=round(user.months * _DAYS_A_MONTH))
    profile = ProfileDraft(
        functions=tuple(StaffFunction(one) for one in user.functions),
        department=user.department,
        districts=user.districts,
        manager_id=_manager_of(world, user),
        hired_on=hired,
        visits_a_day=user.visits,
        calls_a_day=12,
        most_customers=420 if user.cases else 120,
    )
    with world.acting(LOGIN) as session:
        staff_profiles.change(session, world.id_of(user.login), profile)
        if user.skills:
            names = SkillsDraft.model_fields
            levels = SkillsDraft(**dict(zip(names, user.skills, strict=True)))
            skills.change(session, world.id_of(user.login), levels)


def _write_down_owner(world: World) -> None:
    values = {
        "manager_id": world.id_of("liuyan"),
        "hired_on": world.end - dt.timedelta(days=700),
    }
    with world.acting(LOGIN) as session:
        staff_profiles.change(session, world.id_of(LOGIN), _OWN.model_copy(update=values))
        levels = SkillsDraft(professional=2, service=3, communication=3)
        skills.change(session, world.id_of(LOGIN), levels)


def _manager_of(world: World, user: UserFacts) -> uuid.UUID | None:
    """Whom the facts name, else who leads the store, else who leads the department."""
    found = (
        each.login
        for each in world.chain.users
        if each.role == "store_manager" and each.store == user.store
    )
    login = user.manager or next(found, MANAGER)
    return world.id_of(login) if user.login not in {login, HEAD} else None
