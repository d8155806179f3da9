"""To whom somebody reports."""

import uuid

import pytest

from db.vocabulary import Role
from desktop_app.domain.superiors import Member, Superiors

HERE, FAR = uuid.uuid4(), uuid.uuid4()


def member(role: Role, store: uuid.UUID | None = HERE, **more: object) -> Member:
    return Member(uuid.uuid4(), role, store, **more)  # type: ignore[arg-type]


STORE, OTHER = member(Role.STORE_MANAGER), member(Role.STORE_MANAGER, FAR)
DEPT, HEAD = member(Role.DEPT_MANAGER, None), member(Role.HEAD_OFFICE, None)
EVERYBODY = (OTHER, STORE, DEPT, HEAD)


@pytest.mark.parametrize(
    ("who", "above"),
    [
        (member(Role.AGENT), STORE),
        (member(Role.AGENT, FAR), OTHER),
        (member(Role.FIELD_STAFF, uuid.uuid4()), DEPT),  # a store nobody leads
        (member(Role.STORE_MANAGER), DEPT),
        (DEPT, HEAD),
        (HEAD, None),
        (member(Role.ADMINISTRATOR), None),
        (member(Role.AUDITOR), None),
        (member(Role.AGENT, manager_id=OTHER.id), OTHER),
        (member(Role.AGENT, manager_id=uuid.uuid4()), STORE),  # the profile names nobody
    ],
)
def test_that_somebody_reports_to_the_next_above(who: Member, above: Member | None) -> None:
    found = Superiors([*EVERYBODY, who])
    assert found.of(who.id) == (None if above is None else above.id)
    if above is not None:
        assert who.id in found.team(above.id)


def test_that_who_has_left_leads_nobody() -> None:
    gone = member(Role.STORE_MANAGER, is_active=False)
    agent, named = member(Role.AGENT), member(Role.AGENT, manager_id=gone.id)
    found = Superiors([gone, DEPT, agent, named])
    assert found.of(agent.id) == found.of(named.id) == found.of_store(HERE) == DEPT.id
    assert not found.is_here(gone.id)
    assert not found.leads(gone.id)
    assert found.leads(DEPT.id)
    assert not found.leads(agent.id)
    assert found.team(DEPT.id) == {agent.id, named.id}


def test_that_nobody_reports_to_themselves_or_to_nobody() -> None:
    own = member(Role.AGENT, manager_id=None)
    alone = Member(own.id, Role.AGENT, HERE, manager_id=own.id)
    found = Superiors([alone])
    assert found.of(alone.id) is found.of(None) is found.of(uuid.uuid4()) is None
    assert found.of_store(HERE) is None
    assert not found.is_here(None)
    assert not found.leads(uuid.uuid4())
