"""Many customers to one person at once: rights, refusals, one change set."""

import pytest

from db.session import SYSTEM, Actor
from db.vocabulary import Role, Seat
from desktop_app.errors import InvalidInputError, NotAllowedError
from desktop_app.services import charge_giving, charges
from tests import factories
from tests.factories import Desk
from tests.services import charge_world

MAY = frozenset({Role.STORE_MANAGER, Role.DEPT_MANAGER, Role.HEAD_OFFICE, Role.ADMINISTRATOR})


def test_that_customers_get_a_backup_and_somebody_in_charge_as_one_change(
    desk: Desk, actors: dict[Role, Actor]
) -> None:
    admin = actors[Role.ADMINISTRATOR]
    first = desk.do(SYSTEM, factories.add_user, Role.FIELD_STAFF)
    second = desk.do(SYSTEM, factories.add_user, Role.AGENT)
    keys = desk.do(SYSTEM, charge_world.plant, 3, None)
    made = len(desk.made)
    give, user = charge_giving.set_holders, first.user_id
    assert desk.do(admin, give, [*keys, keys[0]], Seat.PRIMARY, user) == 3
    assert len(desk.made) == made + 1
    assert desk.do(admin, give, keys[:2], Seat.BACKUP, second.user_id) == 2
    teams = [desk.look(admin, charges.holders, key) for key in keys]
    assert [(team.primary_id, team.backup_id) for team in teams] == [
        (first.user_id, second.user_id),
        (first.user_id, second.user_id),
        (first.user_id, None),
    ]
    desk.undo()
    assert desk.look(admin, charges.holders, keys[0]).backup_id is None
    assert desk.do(admin, give, keys[:2], Seat.PRIMARY, None) == 2
    assert desk.look(admin, charges.holders, keys[1]).primary_id is None
    assert desk.do(admin, give, keys[2:], Seat.BACKUP, second.user_id) == 1


def test_that_what_makes_no_sense_is_refused(desk: Desk, actors: dict[Role, Actor]) -> None:
    admin = actors[Role.ADMINISTRATOR]
    first = desk.do(SYSTEM, factories.add_user, Role.FIELD_STAFF)
    auditor = actors[Role.AUDITOR]
    keys = desk.do(SYSTEM, charge_world.plant, 2, first.user_id)
    for chosen, seat, user in (
        ([], Seat.PRIMARY, first.user_id),
        (keys, Seat.BACKUP, first.user_id),
        (keys, Seat.PRIMARY, auditor.user_id),
    ):
        with pytest.raises(InvalidInputError):
            desk.do(admin, charge_giving.set_holders, chosen, seat, user)


def test_that_only_who_hands_over_gives_and_sees_who_may_receive(
    desk: Desk, actors: dict[Role, Actor]
) -> None:
    first = desk.do(SYSTEM, factories.add_user, Role.FIELD_STAFF)
    (key,) = desk.do(SYSTEM, charge_world.plant, 1, None)
    for role, user in actors.items():
        if role in MAY:
            names = {each.user_id for each in desk.look(user, charge_giving.receivers)}
            assert first.user_id in names
            continue
        with pytest.raises(NotAllowedError, match="Your role"):
            desk.look(user, charge_giving.receivers)
        with pytest.raises(NotAllowedError, match="Your role"):
            desk.do(user, charge_giving.set_holders, [key], Seat.PRIMARY, first.user_id)
