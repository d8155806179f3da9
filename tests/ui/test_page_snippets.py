"""Snippets: the list, the form beside it, what is wrong with their words; found by ``::``."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from db.vocabulary import Role
from desktop_app import i18n
from desktop_app.columns.scripts import snippet_problems
from desktop_app.domain.script_drafts import SnippetDraft
from desktop_app.services import drafts, snippets
from desktop_app.settings import Settings, Theme
from desktop_app.ui import script_work, theme
from desktop_app.ui.actions import ROUTES
from desktop_app.ui.completion import complete_snippets
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.snippets import SnippetsPage
from tests.ui.casework import activate, compose, focus, nameless, press, type_text
from tests.ui.shop import Stage
from tests.ui.test_pages_look import cut, unnamed


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext, english: None) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def page(stage: Stage) -> SnippetsPage:
    made: SnippetsPage = stage.show(SnippetsPage)
    stage.wait(lambda: made.shown)
    activate(made)
    return made


def known(stage: Stage) -> dict[str, snippets.SnippetRow]:
    return {row.trigger: row for row in stage.read(script_work.read_snippets)}


def show(stage: Stage, page: SnippetsPage, trigger: str) -> None:
    assert page.table.select_key(known(stage)[trigger].id)
    stage.wait(lambda: page.form.values()["trigger"] == trigger)


def test_that_the_chosen_one_is_read_changed_and_saved(stage: Stage, page: SnippetsPage) -> None:
    assert page.table.count() == len(known(stage))
    assert ROUTES["snippet.list"][0] == "snippets"
    page.filters.search.set_value("cheaper")
    stage.wait(lambda: page.table.count() == 1)
    assert page.form.values()["trigger"] == "cheaper"
    assert "record.save" not in page.actions()
    page.form.editors["en"].set_value("Compare {{ nobody }} as well.")
    assert "no placeholder" in page.remarks.text()
    stage.run(page, "record.save")
    stage.wait(lambda: known(stage)["cheaper"].en.startswith("Compare"))
    stage.wait(lambda: not page.form.is_changed())
    stage.wait(lambda: len(snippet_problems(page.table.current_row())) == 1)
    page.form.editors["trigger"].set_value("price")
    stage.run(page, "record.save")
    stage.wait(lambda: "already" in page.form.problems().get("trigger", ""))
    assert page.form.is_changed()


def test_that_a_new_one_is_made_retired_and_offered_again(stage: Stage, page: SnippetsPage) -> None:
    stage.run(page, "snippet.new")
    assert page.shown is None
    assert page.form.editors["trigger"].isAncestorOf(focus())
    type_text("two words")
    stage.run(page, "record.save")
    assert "trigger" in page.form.problems()
    page.form.editors["trigger"].set_value("gift")
    page.form.editors["zh"].set_value("谢谢您这些年的支持。")
    assert "English" in page.remarks.text()
    page.load()  # somebody else saved one: the new one stays
    stage.idle()
    assert page.form.values()["trigger"] == "gift"
    stage.run(page, "record.save")
    stage.wait(lambda: page.shown == known(stage)["gift"].id if "gift" in known(stage) else False)
    stage.run(page, "snippet.retire")
    stage.wait(lambda: known(stage)["gift"].retired_on is not None)
    page.retired.set_value(True)
    key = known(stage)["gift"].id
    stage.wait(lambda: page.table.select_key(key))
    stage.run(page, "snippet.restore")
    stage.wait(lambda: known(stage)["gift"].retired_on is None)


def test_that_typing_is_kept_for_each(stage: Stage, page: SnippetsPage) -> None:
    show(stage, page, "price")
    stage.idle()  # it is known what was typed before
    page.form.editors["en"].set_value("Something new.")
    show(stage, page, "busy")
    stage.wait(lambda: stage.read(lambda session: drafts.open_drafts(session, "snippet:")))
    show(stage, page, "price")
    stage.wait(lambda: page.drafts is not None and page.drafts.isVisible())
    assert page.drafts is not None
    page.drafts.restore()
    assert page.form.values()["en"] == "Something new."
    assert page.can_leave()


def test_that_a_reader_changes_nothing(
    stage: Stage, page: SnippetsPage, actors: dict[Role, object]
) -> None:
    page.actor = actors[Role.AGENT]  # type: ignore[assignment]  # an Actor
    show(stage, page, "busy")
    assert not page.form.isEnabled()
    assert "record.save" not in page.actions()


def test_that_snippets_are_called_in_a_field_of_notes(stage: Stage, qtbot: QtBot) -> None:
    rows = stage.read(snippets.list_snippets)
    field = QLineEdit()
    qtbot.addWidget(field)
    found = complete_snippets(field, stage.context.tasks)
    field.show()
    activate(field)
    field.setFocus()
    type_text("Said: ::cheap")
    stage.wait(found.list.isVisible)
    press(Qt.Key.Key_Return)
    words = next(row.en for row in rows if row.trigger == "cheaper")
    assert field.text() == f"Said: {words}"
    assert found.list.isHidden()
    field.clear()
    type_text("::zzzz")
    assert found.list.isHidden()
    field.clear()
    type_text("::")
    stage.wait(lambda: found.list.count() == len(rows))
    compose("pri")  # an input method has the keys
    press(Qt.Key.Key_Return)
    assert "::" in field.text()


@pytest.mark.parametrize(("language", "scheme"), [("en", Theme.LIGHT), ("zh_CN", Theme.DARK)])
def test_that_nothing_is_nameless_or_cut(
    stage: Stage, qapp: QApplication, language: str, scheme: Theme
) -> None:
    i18n.set_language(language)
    theme.apply(qapp, Settings(theme=scheme))
    stage.write(snippets.save_snippet, SnippetDraft(trigger="a", zh="{{ nobody }}"))
    page: SnippetsPage = stage.show(SnippetsPage)
    stage.wait(lambda: page.shown)
    stage.wait(lambda: cut(page) == [])
    assert unnamed(page) == []
    assert nameless(page) == []
