"""The list of scripts: versions, made, copied, imported, exported, compared, retired."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from db.session import Actor, Database
from db.vocabulary import Occasion, Role
from desktop_app import i18n
from desktop_app.domain import script_editing
from desktop_app.domain import scripts as domain
from desktop_app.domain.permissions import allowed
from desktop_app.domain.script_check_words import finding_sentence
from desktop_app.domain.script_drafts import ScriptDraft
from desktop_app.importing import script_files
from desktop_app.progress import Silent
from desktop_app.reports import script_workbook
from desktop_app.services import scripts
from desktop_app.settings import Settings, Theme
from desktop_app.ui import dialogs, script_work, theme
from desktop_app.ui.action_set import ActionSet
from desktop_app.ui.actions import ACTIONS
from desktop_app.ui.forms import script_forms
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.scripts import ScriptsPage
from desktop_app.ui.problem_list import ProblemList
from desktop_app.ui.script_compare import ScriptComparison
from tests.ui.casework import nameless
from tests.ui.shop import Stage
from tests.ui.shop import press as press_button
from tests.ui.test_pages_look import cut, unnamed


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext, english: None) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def page(stage: Stage) -> ScriptsPage:
    made: ScriptsPage = stage.show(ScriptsPage)
    stage.wait(made.table.current_row)
    stage.wait(made.versions.count)
    return made


def listed(stage: Stage) -> Mapping[str, scripts.ScriptRow]:
    return {row.code: row for row in stage.read(script_work.read_list)}


def choose(stage: Stage, page: ScriptsPage, code: str) -> scripts.ScriptRow:
    row = listed(stage)[code]
    page.table.select_key(row.id)
    stage.wait(
        lambda: [v.script_id for v in page._versions] == [row.id] * len(page._versions) != []
    )
    return row


def steps_of(stage: Stage, code: str) -> domain.Script:
    row = listed(stage)[code]
    key = row.draft_id or row.current_id
    assert key is not None
    found: domain.Script = stage.read(scripts.load_version, key).script
    return found


def test_that_the_list_shows_filters_and_opens(stage: Stage, page: ScriptsPage) -> None:
    assert page.table.count() == len(listed(stage))
    shown = {column.id: column for column in page.table.visible_columns()}
    row = page.table.current_row()
    assert shown["save_rate"].shown(row) == "not enough calls yet (0 of 30)"
    assert shown["state"].shown(row) == "in use"
    page.kinds.set_value(Occasion.PRICE)
    stage.wait(lambda: page.table.count() == 1)
    assert page.table.current_row().code == "price"
    page.kinds.set_value(None)
    page.filters.search.set_value("win")
    stage.wait(lambda: getattr(page.table.current_row(), "code", "") == "win_back")
    stage.run(page, "script.open")
    stage.run(page, "script.try")
    key = listed(stage)["win_back"].id
    assert stage.went() == [("script-editor", key), ("script-editor", (key, "try"))]


def test_that_one_is_made_with_a_greeting_and_an_end(stage: Stage, page: ScriptsPage) -> None:
    stage.run(page, "script.new")
    assert "code" in stage.refused(page, zh="渠道", code="1 x")
    stage.run(page, "script.new")
    stage.submit(page, zh="渠道", en="Channel", code="channel", occasion=Occasion.COMPETITOR)
    stage.wait(stage.went)
    row = listed(stage)["channel"]
    assert stage.went() == [("script-editor", row.id)]
    assert (row.occasion, row.current_version, row.steps) == (Occasion.COMPETITOR, None, 2)


def test_that_one_is_copied_renamed_retired_and_offered_again(
    stage: Stage, page: ScriptsPage
) -> None:
    row = choose(stage, page, "price")
    stage.run(page, "script.copy")
    stage.submit(page, zh="嫌贵（二）", en="Too dear")
    stage.wait(lambda: "price_2" in listed(stage))
    assert steps_of(stage, "price_2") == steps_of(stage, "price")
    stage.run(page, "script.title")
    stage.submit(page, zh="嫌贵")
    stage.wait(lambda: listed(stage)["price"].zh == "嫌贵")
    press_button("Retire")
    stage.run(page, "script.retire")
    stage.wait(lambda: listed(stage)["price"].retired_on is not None)
    page.retired.set_value(True)
    stage.wait(lambda: page.table.select_key(row.id))
    stage.run(page, "script.restore")
    stage.wait(lambda: listed(stage)["price"].retired_on is None)


def test_that_a_file_becomes_the_next_version_or_a_script(
    stage: Stage, page: ScriptsPage, tmp_path: Path
) -> None:
    script, key = script_editing.add(steps_of(stage, "price"), "greet", domain.StepKind.NOTE)
    script = script_editing.put(script, key, domain.Step(key, domain.StepKind.NOTE, "记", "Note"))
    head = ScriptDraft(code="price", zh="嫌价格高", occasion=Occasion.PRICE)
    file = script_workbook.write_workbook(head, script, tmp_path / "price.xlsx")
    press_button("Make it a draft")
    page.flows.import_file(file)
    stage.wait(lambda: listed(stage)["price"].draft_id)
    assert steps_of(stage, "price") == script
    stage.wait(stage.went)
    other = script_workbook.write_toml(
        head.model_copy(update={"code": "other"}), script, tmp_path / "other.toml"
    )
    page.flows.import_file(other)
    assert stage.dialog(page).form.values()["code"] == "other"
    stage.submit(page)
    stage.wait(lambda: "other" in listed(stage))
    bad = tmp_path / "bad.toml"
    bad.write_text('code = "bad"\noccasion = "price"\nzh = "坏"\nsteps = [{ id = "1 x" }]', "utf-8")
    page.flows.import_file(bad)
    stage.wait(lambda: page.findChildren(ProblemList))
    assert "id" in page.findChildren(ProblemList)[0].list.toPlainText()
    page.findChildren(ProblemList)[0].close()
    page.flows.import_file(tmp_path / "gone.toml")
    stage.wait(lambda: "gone.toml" in stage.context.messages.text)


@pytest.mark.parametrize("ending", ["xlsx", "toml", "json"])
def test_that_one_is_written_and_reads_back(
    stage: Stage, page: ScriptsPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    wanted = tmp_path / f"script.{ending}"
    typed = tmp_path / "script" if ending == "xlsx" else wanted
    monkeypatch.setattr(dialogs, "save_file", lambda *_args, **_more: typed)
    choose(stage, page, "price")
    stage.run(page, "script.export")
    stage.wait(lambda: "was written" in stage.context.messages.text)
    read = script_files.read(wanted)
    assert (read.script, read.is_ok) == (steps_of(stage, "price"), True)


def test_that_two_versions_stand_side_by_side(stage: Stage, page: ScriptsPage) -> None:
    row = choose(stage, page, "price")
    assert "script.compare" not in page.actions()
    draft = stage.write(scripts.begin_draft, row.id)
    script = steps_of(stage, "price")
    which = script.step("which")
    assert which is not None
    script = script_editing.put(script, "which", script_editing.with_field(which, "zh", "哪一样？"))
    script = script_editing.remove(script, "compared")
    script, _key = script_editing.add(script, "greet", domain.StepKind.NOTE)
    stage.write(scripts.save_draft, draft, script)
    page.load()
    stage.wait(lambda: page.versions.count() == 2)
    stage.run(page, "script.compare")
    stage.wait(lambda: page.findChildren(ScriptComparison))
    dialog = page.findChildren(ScriptComparison)[0]
    words = {each.word for each in dialog.found}
    assert words == {"added", "removed", "changed"}
    changed = next(n for n, each in enumerate(dialog.found) if each.fields == ("zh",))
    dialog.list.setCurrentRow(changed)
    html = dialog.text.toHtml()
    assert "哪一样" in dialog.text.toPlainText()
    assert "line-through" in html
    assert "underline" in html
    assert nameless(dialog) == []
    dialog.accept()


def test_that_a_reader_reads_and_changes_nothing(
    qtbot: QtBot, context: PageContext, actors: Mapping[Role, Actor], english: None
) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    agent = actors[Role.AGENT]
    context = replace(context, actor=agent, actions=ActionSet(agent.role, host))
    stage = Stage(qtbot, context)
    page: ScriptsPage = stage.show(ScriptsPage)
    stage.wait(page.table.current_row)
    stage.connect(page)
    usable = {spec.id for spec, _action in stage.context.actions.available()}
    assert {"script.open", "script.try"} <= usable
    assert not {"script.new", "script.retire", "script.copy", "script.import"} & usable


@pytest.mark.parametrize(("language", "scheme"), [("en", Theme.LIGHT), ("zh_CN", Theme.DARK)])
def test_that_nothing_is_nameless_or_cut(
    stage: Stage, qapp: QApplication, language: str, scheme: Theme
) -> None:
    i18n.set_language(language)
    theme.apply(qapp, Settings(theme=scheme))
    page = stage.show(ScriptsPage)
    stage.wait(page.table.current_row)
    stage.idle()
    assert nameless(page) == []
    assert unnamed(page) == []
    stage.wait(lambda: cut(page) == [])


def test_that_the_command_line_finds_what_the_editor_finds(stage: Stage, tmp_path: Path) -> None:
    script = script_editing.remove(steps_of(stage, "price"), "end_callback")
    script, _key = script_editing.add(script, "greet", domain.StepKind.NOTE)
    head = ScriptDraft(code="other", zh="另一个", occasion=Occasion.PRICE)
    told = [(each.step, finding_sentence(each)) for each in stage.read(scripts.findings, script)]
    assert told
    for write, ending in (
        (script_workbook.write_toml, "toml"),
        (script_workbook.write_json, "json"),
        (script_workbook.write_workbook, "xlsx"),
    ):
        read = script_files.read(write(head, script, tmp_path / f"script.{ending}"))
        assert [(each.step, each.message) for each in read.faults] == told


@pytest.mark.parametrize("spoken", ["en", "zh_CN"])
def test_that_every_field_of_a_new_script_has_its_own_letter(
    stage: Stage, page: ScriptsPage, spoken: str
) -> None:
    i18n.set_language(spoken)
    form = script_forms.script_form()
    words = [each.text() for each in form.findChildren(QLabel) if each.buddy() is not None]
    letters = [text[text.index("&") + 1].lower() for text in words if "&" in text]
    assert len(letters) == len(set(letters)) == 4


def test_that_the_code_is_proposed_after_the_english_title(stage: Stage, page: ScriptsPage) -> None:
    form = script_forms.script_form()
    title, code = form.editors["en"], form.editors["code"]
    title.set_value("Price is too high")
    assert code.value() == "price_is_too_high"
    title.set_value("")
    assert not code.value()
    title.set_value("Price")
    code.set_value("mine")
    title.set_value("Price 2")
    assert code.value() == "mine"


def test_that_a_trainer_takes_a_script_out(
    stage: Stage, actors: Mapping[Role, Actor], database: Database, tmp_path: Path
) -> None:
    trainer = actors[Role.TRAINER]
    (spec,) = [each for each in ACTIONS if each.id == "script.export"]
    assert spec.permission is not None
    assert allowed(trainer.role, spec.permission)
    row = listed(stage)["price"]
    assert row.current_id is not None
    with database.read() as session:
        session.info["actor"] = trainer
        found = script_work.write_file(session, Silent(), row.current_id, tmp_path / "p.xlsx")
    assert script_files.read(found).is_ok
