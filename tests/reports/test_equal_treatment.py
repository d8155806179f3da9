"""The report on different offers for the same reasons."""

from datetime import date

import pytest
import time_machine
from pypdf import PdfReader
from report_world import add_case, at

from db.session import Actor, Database
from desktop_app.errors import InvalidInputError
from desktop_app.reports import report
from desktop_app.reports.base import Document
from desktop_app.reports.json import to_json
from desktop_app.reports.pdf import write_pdf
from desktop_app.services import cases, offers
from tests import offered

DAY = date(2026, 8, 3)


def build(database: Database, actor: Actor, **params: object) -> Document:
    made = report("equal-treatment")
    with database.read() as session:
        session.info["actor"] = actor
        return made.build(session, made.Params(**params))


def offer_twice(database: Database, admin: Actor) -> None:
    """Two customers with the same reason: one gets what is cheap, one what is dear."""
    assert admin.user_id is not None
    for cost, words in ((1000, "第一次来电"), (2000, "说要告到<b>报社</b>")):
        case = add_case(database, admin, DAY, stated="price_increase")
        with time_machine.travel(at(DAY), tick=False), database.write(admin) as session:
            cases.assign(session, [case], admin.user_id)
            offered.worth(session, case, offered.WORTH)
            offer = offered.offer(session, cost=cost)
            offers.propose(session, case, offer, words)


def test_that_the_same_offers_leave_nothing_to_say(database: Database, admin: Actor) -> None:
    document = build(database, admin)
    assert document.tables() == []
    assert "always met the same offer" in to_json(document)["sections"][0]["blocks"][1]["text"]


def test_that_different_offers_stand_beside_each_other(
    database: Database, admin: Actor, tmp_path
) -> None:
    offer_twice(database, admin)
    document = build(database, admin, start=DAY, end=DAY)
    blocks = to_json(document)["sections"][1]["blocks"]
    assert [(row["group"], row["klass"], row["cost"]) for row in blocks[0]["rows"]] == [
        ("Price", "C", "10.00"),
        ("Price", "C", "20.00"),
    ]
    assert [row["justification"] for row in blocks[0]["rows"]] == [
        "第一次来电",
        "说要告到<b>报社</b>",
    ]
    assert {row["by_rule"] for row in blocks[0]["rows"]} == {False}
    path = tmp_path / "equal.pdf"
    write_pdf(document, path)
    text = "".join(page.extract_text() for page in PdfReader(path).pages)
    assert "告到<b>报社</b>" in text.replace("\n", "")
    assert build(database, admin, start=date(2026, 8, 4)).tables() == []


def test_that_the_period_is_checked(database: Database, admin: Actor) -> None:
    with pytest.raises(InvalidInputError, match="ends before it starts"):
        build(database, admin, start=DAY, end=date(2026, 8, 2))
