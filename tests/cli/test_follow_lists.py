"""Promises, complaints and recoveries as `list` and `show` give them."""

import datetime as dt
import json

import pytest

from db.session import SYSTEM, Actor, Database
from db.vocabulary import ComplaintChannel, ReplyKind
from desktop_app.cli.entities import entity
from desktop_app.cli.output import plain
from desktop_app.domain.promises import ComplaintDraft, PromiseDraft, RecoveryDraft
from desktop_app.errors import NotFoundError
from desktop_app.services import cases, complaints, promises, recovery
from tests import offered
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)


@pytest.mark.usefixtures("fixed_time")
def test_that_open_and_ended_ones_are_listed_found_and_written_as_json(
    database: Database, agent: Actor
) -> None:
    desk = Desk(database)
    case = desk.do(SYSTEM, offered.case, agent.user_id, store_id=agent.store_id)
    customer = desk.look(SYSTEM, cases.case_file, case).row.customer_id
    draft = PromiseDraft(words="周五前送到", made_on=TODAY, due_on=TODAY)
    ended = desk.do(agent, promises.register, customer, draft, case)
    desk.do(agent, promises.answer, ended, ReplyKind.MET)
    opened = desk.do(agent, promises.register, customer, draft, case)
    heard = desk.do(
        agent, complaints.listen, customer, ComplaintDraft(channel=ComplaintChannel.WEB), case
    )
    begun = desk.do(agent, recovery.begin, case, RecoveryDraft(loss=900))
    wanted = {"promises": [opened, ended], "complaints": [heard], "recovery": [begun]}
    for name, keys in wanted.items():
        kind = entity(name)
        rows = desk.look(agent, kind.window, "", 0, 9)
        assert [row.id for row in rows] == keys
        assert all(column.heading() for column in kind.columns())
        found = desk.look(agent, kind.find, str(keys[0]))
        assert json.dumps(plain(found), default=str)
        assert desk.look(agent, kind.window, "", 1, 9) == rows[1:]
        with pytest.raises(NotFoundError):
            desk.look(agent, kind.find, "nobody")
