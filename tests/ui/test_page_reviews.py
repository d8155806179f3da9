"""Reviewing interviews by keyboard: approve, say what is wrong, go on."""

import uuid

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from db.queries.interviews import InterviewFilter
from db.session import SYSTEM, Actor, Database
from db.vocabulary import ReviewState
from desktop_app.domain.cases import OpenDraft
from desktop_app.services import cases, drafts, interviews, reviews
from desktop_app.ui import theme
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.cases import CasesPage
from desktop_app.ui.pages.reviews import ReviewsPage, draft_key
from desktop_app.ui.pages.today import TodayPage
from tests.factories import Desk
from tests.interviewed import WORDS, finish_interview
from tests.ui.casework import activate, nameless, press, type_text
from tests.ui.shop import Stage, fill

RECEIVED, ISSUES, APPROVED = ReviewState


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def held(database: Database, admin: Actor, agent: Actor) -> list[uuid.UUID]:
    """Three interviews of the agent, in the order they were finished."""
    desk = Desk(database)
    return [
        desk.do(
            SYSTEM, finish_interview, agent, f"第{n}次的原话{'甲乙丙'[n] * 8}", name=f"客户 {n}"
        )
        for n in range(3)
    ]


def shown(stage: Stage) -> ReviewsPage:
    """The page with its first interview read."""
    page: ReviewsPage = stage.show(ReviewsPage)
    stage.wait(lambda: page.pane.sheet is not None)
    activate(page)
    page.table.focus()
    return page


def states(stage: Stage) -> dict[uuid.UUID, ReviewState | None]:
    rows = stage.read(interviews.list_interviews, InterviewFilter())
    return {row.id: row.review for row in rows}


def on_screen(stage: Stage, page: ReviewsPage, key: uuid.UUID) -> None:
    stage.wait(lambda: page.pane.sheet is not None and page.pane.sheet.file.row.id == key)


def test_that_three_interviews_are_judged_by_keyboard_alone(
    stage: Stage, held: list[uuid.UUID]
) -> None:
    page = shown(stage)
    assert page.table.current_row().id == held[0]
    stage.run(page, "review.approve")
    stage.wait(lambda: states(stage)[held[0]] is APPROVED)
    on_screen(stage, page, held[1])  # it went on by itself
    stage.run(page, "review.issues")
    stage.wait(page.comment.isVisible)
    type_text("没有追问")
    press(Qt.Key.Key_Return)
    stage.wait(lambda: states(stage)[held[1]] is ISSUES)
    assert not page.comment.isVisible()
    stage.run(page, "review.next")
    stage.run(page, "review.previous")
    rows = stage.read(reviews.history, held[1])
    assert [(row.comment, row.address) for row in rows] == [("没有追问", "")]
    stage.wait(lambda: "1 waits for review" in page.header.subtitle_line.text())


def test_that_enter_comments_on_the_chosen_answer(stage: Stage, held: list[uuid.UUID]) -> None:
    page = shown(stage)
    press(Qt.Key.Key_Return)  # from the list to the answers
    assert page.pane.answers.hasFocus()
    for _n in range(40):
        if page.pane.answers.address() == WORDS:
            break
        press(Qt.Key.Key_Down)
    assert page.pane.answers.address() == WORDS
    press(Qt.Key.Key_Return)
    stage.wait(page.comment.isVisible)
    assert "What happened before you left?" in page.about.text()
    type_text("哪一次？")
    press(Qt.Key.Key_Return)
    stage.wait(lambda: states(stage)[held[0]] is ISSUES)
    stage.wait(lambda: "哪一次？" in page.pane.answers.current().words())
    assert page.pane.answers.hasFocus()
    assert page.pane.answers.address() == WORDS  # the place stays
    press(Qt.Key.Key_End)
    last = page.pane.answers.place
    press(Qt.Key.Key_Home)
    assert (page.pane.answers.place, last) == (0, len(page.pane.answers.rows) - 1)


def order(page: ReviewsPage) -> list[uuid.UUID]:
    rows = map(page.table.model.row, range(page.table.count()))
    return [row.id for row in rows if row is not None]


def test_that_the_next_one_is_read_when_an_interview_has_issues(
    stage: Stage, held: list[uuid.UUID]
) -> None:
    page = shown(stage)
    stage.run(page, "review.issues")
    stage.wait(page.comment.isVisible)
    type_text("太短")
    press(Qt.Key.Key_Return)
    stage.wait(lambda: order(page) == [held[1], held[2], held[0]])
    assert page.table.current_row().id == held[1]
    on_screen(stage, page, held[1])
    assert page.table.has_focus()
    stage.wait(lambda: "2 wait for review · 1 has issues" in page.header.subtitle_line.text())


def test_that_an_interview_keeps_its_place_while_its_answers_are_commented_on(
    stage: Stage, held: list[uuid.UUID]
) -> None:
    page = shown(stage)
    press(Qt.Key.Key_Return)  # from the list to the answers
    for words in ("哪一次？", "谁说的？"):
        press(Qt.Key.Key_Down)
        press(Qt.Key.Key_Return)
        stage.wait(page.comment.isVisible)
        type_text(words)
        press(Qt.Key.Key_Return)
        stage.wait(lambda words=words: words in page.pane.answers.current().words())
    stage.idle()
    assert order(page) == held
    assert page.table.model.index(0, 0).data() == "Has issues"
    stage.run(page, "review.next")
    assert page.table.current_row().id == held[1]
    stage.wait(lambda: order(page) == [held[1], held[2], held[0]])
    assert page.table.current_row().id == held[1]
    on_screen(stage, page, held[1])


def test_that_no_column_is_cut_in_a_window_of_1280_pixels(
    stage: Stage, held: list[uuid.UUID], each_language: str
) -> None:
    page = shown(stage)
    page.resize(1072, 680)  # the side bar takes the rest
    page.layout().activate()
    stage.idle()
    assert page.table.view.horizontalScrollBar().maximum() == 0
    columns = [column.id for column in page.table.model.columns]
    name = page.table.view.fontMetrics().horizontalAdvance("演示管理员")
    assert page.table.view.columnWidth(columns.index("by")) >= name + 2 * theme.GAP_S


def test_that_a_comment_that_is_left_is_kept_and_offered_again(
    stage: Stage, held: list[uuid.UUID]
) -> None:
    page = shown(stage)
    stage.run(page, "review.issues")
    stage.wait(page.comment.isVisible)
    type_text("太短")
    press(Qt.Key.Key_Escape)
    assert not page.comment.isVisible()
    key = draft_key(held[0], "")
    stage.wait(lambda: stage.read(drafts.load_draft, key) is not None)
    stage.run(page, "review.issues")
    stage.wait(lambda: page.comment.text() == "太短")
    press(Qt.Key.Key_Return)
    stage.wait(lambda: states(stage)[held[0]] is ISSUES)
    stage.wait(lambda: stage.read(drafts.load_draft, key) is None)


def test_that_a_refused_approval_says_who_can_and_comes_back(
    stage: Stage, database: Database, admin: Actor, held: list[uuid.UUID]
) -> None:
    mine = Desk(database).do(admin, finish_interview, admin, "自己问的一次谈话", name="自己")
    page = shown(stage)
    stage.wait(lambda: page.table.count() == 4)
    assert page.table.select_key(mine)
    on_screen(stage, page, mine)
    stage.run(page, "review.approve")
    stage.wait(lambda: "held this interview yourself" in stage.context.messages.text)
    assert states(stage)[mine] is RECEIVED
    assert page.table.current_row().id == mine


def test_that_the_radar_marks_what_is_worth_a_look(stage: Stage, held: list[uuid.UUID]) -> None:
    page = shown(stage)
    stage.wait(lambda: page._flags)
    column = next(c for c in page.table.model.columns if c.id == "flags")
    row = page.table.current_row()
    assert column.shown(row) == "No follow-up questions"
    texts = [page.pane.flags.itemAt(n).widget().text() for n in range(page.pane.flags.count())]
    assert texts == [
        "No follow-up questions: A reason was recorded, and no why-question was answered"
    ]


def test_that_the_state_narrows_the_list_and_a_review_is_taken_back(
    stage: Stage, held: list[uuid.UUID]
) -> None:
    stage.write(reviews.set_state, held[2], APPROVED)
    page = shown(stage)
    page.state.set_value(APPROVED)
    stage.wait(lambda: page.table.count() == 1)
    stage.wait(lambda: page.table.current_row() is not None)
    on_screen(stage, page, held[2])
    assert "review.approve" not in page.actions()
    stage.run(page, "review.back")
    stage.wait(lambda: states(stage)[held[2]] is RECEIVED)
    stage.wait(lambda: page.table.count() == 0)
    stage.wait(lambda: page.pane.sheet is None)
    stage.wait(page.table.empty.isVisible)
    assert "Change the search or the filter" in page.table.empty.accessibleName()
    page.table.empty.button.click()
    stage.wait(lambda: page.table.count() == 3)


def test_that_what_has_issues_stands_on_the_page_today_and_opens_the_interview(
    stage: Stage, database: Database, admin: Actor
) -> None:
    mine = Desk(database).do(admin, finish_interview, admin, "自己问的一次谈话", name="自己")
    Desk(database).do(SYSTEM, reviews.set_state, mine, ISSUES, "太短")
    page = stage.show(TodayPage)
    stage.wait(lambda: mine in {line.id for line in page.lines})
    page.table.select_key(mine)
    line = page.table.current_row()
    assert line.why.startswith("The interview has issues: 太短")
    page._open()
    assert stage.went() == [("interview", mine)]


def test_that_every_control_has_a_name(
    stage: Stage, held: list[uuid.UUID], each_language: str
) -> None:
    page = shown(stage)
    stage.run(page, "review.comment")
    stage.wait(page.comment.isVisible)
    assert nameless(page) == []


def test_that_a_lost_customer_nobody_asked_is_told_in_the_form_of_closing(
    stage: Stage, database: Database, admin: Actor
) -> None:
    from PySide6.QtWidgets import QLabel

    from db.vocabulary import Outcome, RuleKind
    from desktop_app.ui.forms.case_forms import close_form

    shop = fill(database, admin)
    case_id = stage.write(cases.open_case, shop["K2"], OpenDraft(kind=RuleKind.LAPSING))
    stage.write(cases.take, case_id)

    def warned(outcome: Outcome) -> bool:
        form = close_form(stage.read(cases.case_file, case_id), [], {})
        stage.qtbot.addWidget(form)
        form.editors["outcome"].set_value(outcome)
        return not form.findChild(QLabel, "not-asked").isHidden()

    assert warned(Outcome.LOST)
    assert not warned(Outcome.SAVED)
    assert not warned(Outcome.UNREACHABLE)
    stage.write(interviews.start, case_id)
    assert not warned(Outcome.LOST)


def test_that_a_condition_of_a_report_is_seen_and_can_be_removed(
    stage: Stage, database: Database, admin: Actor
) -> None:
    from db.queries.cases import CaseFilter

    fill(database, admin)
    page = stage.show(CasesPage, CaseFilter(stated_reason="price_increase"))
    assert page.filters.further.text() == "Only as in the report: Stated reason"
    assert not page.filters.further.isHidden()
    assert page.filters.value().stated_reason == "price_increase"
    page.filters.further.click()
    assert page.filters.value().stated_reason is None
    assert page.filters.further.isHidden()
