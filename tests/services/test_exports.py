"""What leaves the program is an event that says who took what, and only of those who may."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from db.models import ChangeSet
from db.session import Actor, Session
from db.vocabulary import ChangeKind, Role
from desktop_app.errors import NotAllowedError
from desktop_app.services import exports
from desktop_app.services.journal import title_text
from tests.factories import Desk

EVERYBODY = frozenset(Role)
MAY = frozenset({Role.STORE_MANAGER, Role.DEPT_MANAGER, Role.ADMINISTRATOR, Role.HEAD_OFFICE})

EVENTS: dict[str, tuple[frozenset[Role], Callable[[Session], None]]] = {
    "Export “Customers”, 5 rows": (MAY, lambda s: exports.note(s, "Customers", 5)),
    "Export the report case-list as xlsx, pdf": (
        MAY,
        lambda s: exports.note_report(s, "case-list", ("xlsx", "pdf")),
    ),
    "Print the report Cases": (MAY, lambda s: exports.note_print(s, "Cases")),
    "Save 3 rejected rows of a.csv": (MAY, lambda s: exports.note_rejects(s, "a.csv", 3)),
    "Save pictures of every page": (MAY, exports.note_pictures),
    "Copy 2 rows of “Cases”": (EVERYBODY, lambda s: exports.note_copy(s, "Cases", 2)),
}


@pytest.mark.parametrize("title", EVENTS)
def test_that_each_way_out_is_an_event_for_those_who_may(
    desk: Desk, actors: dict[Role, Actor], title: str
) -> None:
    may, note = EVENTS[title]
    for role, user in actors.items():
        if role not in may:
            with pytest.raises(NotAllowedError, match="Your role"):
                desk.do(user, note)
            continue
        desk.do(user, note)
        with desk.database.read() as session:
            event = session.scalars(select(ChangeSet).order_by(ChangeSet.seq.desc())).first()
            assert event is not None
            assert (event.kind, event.actor_id) == (ChangeKind.EVENT, user.user_id)
            assert title_text(event.title, event.args) == title


def test_that_only_who_may_take_data_out_is_allowed(desk: Desk, actors: dict[Role, Actor]) -> None:
    for role, user in actors.items():
        if role in MAY:
            desk.look(user, exports.allow)
        else:
            with pytest.raises(NotAllowedError):
                desk.look(user, exports.allow)
