"""Coding answers in words by keyboard: digits, typing, back, skip; and the themes beside it."""

import uuid

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from db.models import AnswerTheme, Theme
from db.session import Actor, Database, Session
from desktop_app.services import coding
from desktop_app.services.coding import CodingRound
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.coding import CodingPage
from tests.factories import Desk
from tests.interviewed import WORDS, finish_interview
from tests.ui.casework import activate, compose, focus, nameless, press, type_text
from tests.ui.shop import Stage

TEXTS = ("他们又涨价了，太贵", "送货送错两次", "没什么好说的")


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def held(database: Database, admin: Actor, agent: Actor) -> list[uuid.UUID]:
    desk = Desk(database)
    return [desk.do(admin, finish_interview, agent, text) for text in TEXTS]


def shown(stage: Stage) -> CodingPage:
    """The page with its first answer, the themes and what was learned."""
    page: CodingPage = stage.show(CodingPage)
    stage.wait(lambda: page.card.answer is not None and page._themes and page._model is not None)
    stage.idle()
    activate(page)
    page.card.setFocus()
    return page


def coded(stage: Stage) -> dict[uuid.UUID, set[str]]:
    """Codes of the themes by interview."""

    def read(session: Session) -> dict[uuid.UUID, set[str]]:
        found: dict[uuid.UUID, set[str]] = {}
        for row in session.query(AnswerTheme):
            code = session.get_one(Theme, row.theme_id).code
            found.setdefault(row.interview_id, set()).add(code)
        return found

    result: dict[uuid.UUID, set[str]] = stage.read(read)
    return result


def text(page: CodingPage) -> str:
    return page.card.answer.answer.text if page.card.answer is not None else ""


def numbers(page: CodingPage) -> list[str]:
    return [offer.theme.code for offer in page.card.offers]


def test_that_a_digit_and_enter_code_an_answer_and_go_on(
    stage: Stage, held: list[uuid.UUID]
) -> None:
    page = shown(stage)
    assert text(page) == TEXTS[0]
    assert numbers(page)[0] == "price_high"  # suggested by the words it was shipped with
    assert "words of the theme itself: " in page.card.buttons[0].text()
    assert "贵" in page.card.buttons[0].text()
    press(Qt.Key.Key_1)
    press(Qt.Key.Key_2)
    press(Qt.Key.Key_2)  # taken away again
    press(Qt.Key.Key_Return)
    stage.wait(lambda: coded(stage) == {held[0]: {"price_high"}})
    assert text(page) == TEXTS[1]
    stage.wait(lambda: "1 of 3 answers are coded" in page.card.count.text())
    assert page.card.hasFocus()


def test_that_shift_enter_goes_back_and_s_skips(stage: Stage, held: list[uuid.UUID]) -> None:
    page = shown(stage)
    press(Qt.Key.Key_1)
    press(Qt.Key.Key_Return)
    stage.wait(lambda: held[0] in coded(stage))
    stage.run(page, "coding.skip")
    assert text(page) == TEXTS[2]
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert text(page) == TEXTS[0]
    assert len(page.card.chosen) == 1  # what it was given stands there
    at = next(n for n, offer in enumerate(page.card.offers) if offer.theme.id in page.card.chosen)
    press(Qt.Key(int(Qt.Key.Key_1) + at))
    press(Qt.Key.Key_Return)
    stage.wait(lambda: coded(stage) == {})  # all taken away
    assert text(page) == TEXTS[1]


def test_that_enter_without_a_theme_says_what_to_do(stage: Stage, held: list[uuid.UUID]) -> None:
    page = shown(stage)
    press(Qt.Key.Key_Return)
    assert "S skips" in stage.context.messages.text
    assert text(page) == TEXTS[0]


def test_that_typing_finds_a_theme_by_pinyin_and_makes_a_new_one(
    stage: Stage, held: list[uuid.UUID]
) -> None:
    page = shown(stage)
    press(Qt.Key.Key_F)  # letters go to the line
    type_text("apiao")
    assert page.card.typed() == "fapiao"
    assert numbers(page) == ["billing"]
    press(Qt.Key.Key_Return)
    assert page.card.hasFocus()
    assert page.card.typed() == ""
    page.card.find_theme()
    type_text("停车")
    assert numbers(page) == []
    press(Qt.Key.Key_Return)
    stage.wait(lambda: len(page.card.chosen) == 2 and page.card.hasFocus())
    press(Qt.Key.Key_Return)
    stage.wait(lambda: coded(stage).get(held[0]) == {"billing", "theme"})


def test_that_a_suggestion_says_which_coded_answers_speak_for_it(
    stage: Stage, database: Database, admin: Actor, agent: Actor, held: list[uuid.UUID]
) -> None:
    themes = {row.code: row for row in stage.read(coding.list_themes)}
    desk = Desk(database)
    for text in ("发票上的账期写错", "账期少了三十天"):
        interview_id = desk.do(admin, finish_interview, agent, text)
        desk.do(admin, coding.code_answer, interview_id, WORDS, [themes["billing"].id])
    for number in range(5):
        interview_id = desk.do(admin, finish_interview, agent, f"太远了{number}")
        desk.do(admin, coding.code_answer, interview_id, WORDS, [themes["praise"].id])
    desk.do(admin, finish_interview, agent, "账期变长")
    page = shown(stage)
    for _n in range(3):
        stage.run(page, "coding.skip")
    assert page.card.answer.answer.text == "账期变长"
    found = {offer.theme.code: at for at, offer in enumerate(page.card.offers)}
    why = page.card.buttons[found["billing"]].text()
    assert "shares 账期" in why
    assert "with 2 coded answers" in why
    assert found["billing"] < found["praise"]  # which is the most frequent one
    shown_here = (page.card._list.itemAt(n).widget() for n in range(page.card._list.count()))
    headings = [each.text() for each in shown_here if isinstance(each, QLabel)]
    assert headings.count("Suggested by the words of this answer") == 1
    assert headings.count("Other themes, those with the most coded answers first") == 1


def test_that_keys_belong_to_the_input_method_while_it_composes(
    stage: Stage, held: list[uuid.UUID]
) -> None:
    page = shown(stage)
    page.card.find_theme()
    compose("ting")
    press(Qt.Key.Key_1)  # chooses a candidate there, no theme here
    press(Qt.Key.Key_Return)
    assert page.card.chosen == {}
    assert text(page) == TEXTS[0]
    compose("")
    press(Qt.Key.Key_Escape)
    assert focus() is page.card


def test_that_the_second_coding_shows_answers_of_others_without_their_themes(
    stage: Stage, database: Database, admin: Actor, actors: dict, held: list[uuid.UUID]
) -> None:
    from db.vocabulary import Role

    manager = actors[Role.DEPT_MANAGER]
    themes = stage.read(coding.list_themes)
    desk = Desk(database)
    desk.do(manager, coding.code_answer, held[1], WORDS, [themes[0].id])
    page = shown(stage)
    assert text(page) == TEXTS[0]
    page.round.set_value(CodingRound.SECOND)
    stage.wait(lambda: text(page) == TEXTS[1])
    assert page.card.chosen == {}
    page.round.set_value(CodingRound.MINE)
    stage.wait(lambda: page.card.answer is None)
    assert page.card.words.text() == "Nothing waits here."


def test_that_themes_are_renamed_merged_and_retired(stage: Stage, held: list[uuid.UUID]) -> None:
    page = shown(stage)
    rows = {row.code: row for row in page._themes}
    page.table.select_key(rows["delivery"].id)
    stage.run(page, "theme.rename")
    stage.submit(page, zh="送货", en="Delivery")
    stage.wait(lambda: {r.id: r.en for r in page._themes}[rows["delivery"].id] == "Delivery")
    page.table.select_key(rows["slow_service"].id)
    stage.run(page, "theme.merge")
    stage.submit(page, into=rows["delivery"].id)
    stage.wait(lambda: "slow_service" not in {row.code for row in page._themes})
    page.table.select_key(rows["praise"].id)
    stage.run(page, "theme.retire")
    stage.wait(lambda: "praise" not in {row.code for row in page._themes})
    page.with_retired.set_value(True)
    page._read_themes()
    stage.wait(lambda: page.table.count() == len(rows))
    page.table.select_key(rows["praise"].id)
    stage.run(page, "theme.restore")
    stage.wait(lambda: "praise" in {row.code for row in page._themes})


def test_that_a_theme_of_the_list_is_given_with_enter(stage: Stage, held: list[uuid.UUID]) -> None:
    page = shown(stage)
    rows = {row.code: row for row in page._themes}
    page.table.focus()
    page.table.select_key(rows["billing"].id)
    press(Qt.Key.Key_Return)
    assert rows["billing"].id in page.card.chosen
    assert page.card.hasFocus()


def test_that_every_control_has_a_name(
    stage: Stage, held: list[uuid.UUID], each_language: str
) -> None:
    assert nameless(shown(stage)) == []
