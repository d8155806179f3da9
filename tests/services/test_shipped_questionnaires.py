"""The questionnaires of the program: what they ask, and how they get into a workspace."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import questionnaires, reference
from db.models import Questionnaire, QuestionnaireVersion
from db.session import SYSTEM, Database
from desktop_app.domain.exit_interview import Fact
from desktop_app.questionnaire import roles, xform
from desktop_app.questionnaire.form import Form
from desktop_app.questionnaire.roles import CaseRole
from desktop_app.services import questionnaire_life
from desktop_app.services import questionnaires as services
from installer import questionnaires as builder
from tests.factories import Desk

REQUIREMENTS = Path(__file__).parents[2].parent / "shared" / "design" / "requirements.md"


def section(first: str, after: str) -> str:
    """The text of a numbered section of the requirements, up to the next one."""
    text = REQUIREMENTS.read_text(encoding="utf-8")
    return text[text.index(f"### {first}") : text.index(f"### {after}")]


def shipped(code: str) -> questionnaires.Shipped:
    return next(each for each in questionnaires.shipped() if each.code == code)


@pytest.fixture
def form() -> Form:
    """The exit interview, without the reasons of a workspace."""
    return xform.load(shipped("exit_interview").xml)


def test_that_what_is_shipped_was_made_of_its_markdown() -> None:
    sources = sorted(builder.FOLDER.glob("*.md"))
    assert [each.code for each in questionnaires.shipped()] == [each.stem for each in sources]
    for source in sources:
        assert source.with_suffix(".json").read_text("utf-8") == builder.made(source)


def test_that_the_exit_interview_asks_the_fifteen_starter_questions_in_order(form: Form) -> None:
    names = [question.name for question in form.asked()]
    if REQUIREMENTS.exists():
        text = section("2.13", "2.14")
        rows = re.findall(r"^\| `(\w+)(?:\.\.5)?` \|", text, re.MULTILINE)
        starters = ["why_1" if row.startswith("why") else row for row in rows]
        assert [name for name in names if name in starters] == starters
        assert len(starters) == 15
    assert [name for name in names if re.fullmatch(r"why_\d", name)] == [
        f"why_{n}" for n in range(1, 6)
    ]


def test_that_conditions_name_facts_and_reasons_that_exist(form: Form) -> None:
    assert set(roles.facts_of(form).values()) == set(Fact)
    assert all(roles.has_role(form, role) for role in CaseRole)
    known = {
        *(reason.code for reason in reference.reasons()),
        *(group.code for group in reference.reason_groups()),
        *(kind.code for kind in reference.churn_types()),
        roles.TRUE, "",
    }  # fmt: skip
    conditions = [bind.relevant.source for bind in form.binds.values() if bind.relevant]
    literals = {text for each in conditions for text in re.findall(r"'([^']*)'", each)}
    assert literals <= known
    assert {"price", "comp_price_war", "active_competitive", "price_only_switcher"} <= literals


@pytest.mark.parametrize("code", ["exit_interview", "satisfaction"])
def test_that_their_words_are_as_their_purpose_demands(code: str) -> None:
    found = shipped(code)
    assert services.remarks_of(xform.load(found.xml), found.purpose) == []


def test_that_every_text_stands_in_both_languages() -> None:
    for each in questionnaires.shipped():
        for sheet in ("survey", "choices"):
            headings, *rows = each.content[sheet]
            pairs = [
                (headings.index(name), headings.index(name.replace("Chinese (zh)", "English (en)")))
                for name in headings
                if name.endswith("::Chinese (zh)")
            ]
            for row in rows:
                cells = [*row, *[""] * (len(headings) - len(row))]
                assert all(bool(cells[zh]) == bool(cells[en]) for zh, en in pairs), row


def test_that_a_workspace_gets_each_edition_once(
    tmp_path: Path, desk: Desk, database: Database
) -> None:
    def seed(session: Session) -> int:
        return questionnaires.seed(session, tmp_path)

    path = tmp_path / "satisfaction.json"
    raw = json.loads((questionnaires.FOLDER / "satisfaction.json").read_text("utf-8"))
    path.write_text(json.dumps(raw), "utf-8")
    assert desk.do(SYSTEM, seed) == 0  # the workspace has this edition
    path.write_text(json.dumps(raw | {"edition": 2}), "utf-8")
    assert (desk.do(SYSTEM, seed), desk.do(SYSTEM, seed)) == (1, 0)
    with database.read() as session:
        found = session.scalars(
            select(Questionnaire).where(Questionnaire.code == "satisfaction")
        ).one()
        assert found.current_version == 2
        versions = select(QuestionnaireVersion.number, QuestionnaireVersion.edition).where(
            QuestionnaireVersion.questionnaire_id == found.id
        )
        assert sorted(map(tuple, session.execute(versions))) == [(1, 1), (2, 2)]


def test_that_an_edition_does_not_take_the_place_of_ones_own_version(
    tmp_path: Path, desk: Desk
) -> None:
    def own(session: Session) -> None:
        found = session.scalars(
            select(Questionnaire).where(Questionnaire.code == "satisfaction")
        ).one()
        version_id = questionnaire_life.begin_draft(session, found.id)
        questionnaire_life.publish(session, version_id)

    def seed(session: Session) -> int:
        return questionnaires.seed(session, tmp_path)

    desk.do(SYSTEM, own)
    raw = json.loads((questionnaires.FOLDER / "satisfaction.json").read_text("utf-8"))
    (tmp_path / "satisfaction.json").write_text(json.dumps(raw | {"edition": 7}), "utf-8")
    assert desk.do(SYSTEM, seed) == 1
    rows = {row.code: row for row in desk.look(SYSTEM, services.list_questionnaires)}
    assert rows["satisfaction"].current_version == 2
    numbers = [row.number for row in desk.look(SYSTEM, services.versions_of,
                                               rows["satisfaction"].id)]  # fmt: skip
    assert numbers == [3, 2, 1]
