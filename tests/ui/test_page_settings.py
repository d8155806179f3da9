import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from db import keys
from db.errors import DatabaseError, Trouble
from db.session import Actor, Database
from db.vocabulary import Role, RuleKind
from desktop_app import i18n
from desktop_app.services import (
    calendar,
    detection,
    journal,
    reasons,
    skills,
    staff,
    workspace_settings,
)
from desktop_app.settings import Density, Theme, load_settings
from desktop_app.ui import theme
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.settings import SettingsPage
from desktop_app.ui.record_table import RecordTable
from tests import factories
from tests.ui.casework import nameless
from tests.ui.shop import Stage, press, with_files


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def usual_look() -> Iterator[None]:
    yield
    theme.look().density = Density.COMPACT
    theme.look().scale = 1.0


# ---------------------------------------------------------------- this computer


def test_that_the_look_changes_at_once_and_is_kept(stage: Stage, usual_look: None) -> None:
    page = stage.show(SettingsPage)
    form = page.tabs.part("computer").form
    form.editors["theme"].set_value(Theme.DARK)
    assert theme.is_dark()
    form.editors["density"].set_value(Density.COMFORTABLE)
    form.editors["text_scale"].set_value(125)
    assert theme.row_height() > theme.ROW_HEIGHT[Density.COMFORTABLE]
    form.editors["check_backup_days"].set_value(14)
    kept = load_settings()
    assert (kept.theme, kept.density, kept.text_scale) == (Theme.DARK, Density.COMFORTABLE, 125)
    assert kept.check_backup_days == 14


def test_that_the_language_is_changed_by_the_window(stage: Stage) -> None:
    page = stage.show(SettingsPage)
    asked: list[str] = []
    stage.context.actions.connect_slots({"view.language": lambda: asked.append(i18n.language())})
    page.tabs.part("computer").form.editors["language"].set_value("zh_CN")
    assert asked == ["en"]


def test_that_a_tab_is_made_when_it_is_first_shown(stage: Stage) -> None:
    page = stage.show(SettingsPage)
    assert set(page.tabs.parts()) == {"computer"}
    page.tabs.list.setCurrentRow(2)
    assert set(page.tabs.parts()) == {"computer", "rules"}
    assert page.tabs.current() is page.tabs.part("rules")
    assert page.tabs.part("nothing") is None


# ---------------------------------------------------------------- workspace and rules


def test_that_settings_of_the_workspace_are_saved(stage: Stage) -> None:
    page = stage.show(SettingsPage, "workspace")
    section = page.tabs.part("workspace")
    stage.wait(section.form.isEnabled)
    assert section.form.values()["class_window_days"] == 365
    section.form.editors["class_window_days"].set_value(10)
    section.save_button.click()
    assert section.form.problems().keys() == {"class_window_days"}
    section.form.editors["class_window_days"].set_value(180)
    section.form.editors["organisation"].set_value("华东文具连锁")
    section.save_button.click()
    stage.wait(lambda: stage.read(workspace_settings.read).class_window_days == 180)
    assert stage.read(workspace_settings.read).organisation == "华东文具连锁"


def test_that_the_currency_is_free_until_the_first_case(
    stage: Stage, database: Database, admin: Actor
) -> None:
    page = stage.show(SettingsPage, "workspace")
    section = page.tabs.part("workspace")
    stage.wait(section.form.isEnabled)
    currency = section.form.editors["currency"]
    assert currency.value() == "CNY"
    currency.set_value("dollars")
    section.save_button.click()
    assert section.form.problems() == {
        "currency": "Enter the three letters of a currency, e.g. CNY."
    }
    currency.set_value("usd")
    section.save_button.click()
    stage.wait(lambda: stage.read(workspace_settings.currency) == "USD")
    stage.wait(lambda: not section.form.is_changed() and currency.value() == "USD")
    with database.write(admin) as session:
        factories.open_case(session)
    currency.set_value("CNY")
    section.save_button.click()
    stage.wait(section.form.problems)
    assert section.form.problems()["currency"].startswith("There are orders or cases in USD")
    section.load()  # a reading that comes late neither takes the text nor the problem away
    stage.idle()
    assert (currency.value(), section.is_changed()) == ("CNY", True)
    assert section.form.problems().keys() == {"currency"}
    assert section.save_button.isEnabled()
    press("Discard")
    assert page.can_leave()


def test_that_unsaved_settings_are_asked_about(stage: Stage) -> None:
    page = stage.show(SettingsPage, "workspace")
    section = page.tabs.part("workspace")
    stage.wait(section.form.isEnabled)
    assert page.can_leave()
    section.form.editors["organisation"].set_value("x")
    press("Keep editing")
    assert not page.can_leave()
    press("Discard")
    assert page.can_leave()
    stage.wait(lambda: section.form.values()["organisation"] is None)


def test_that_what_is_typed_while_the_settings_are_read_stays(stage: Stage) -> None:
    page = stage.show(SettingsPage, "workspace")
    section = page.tabs.part("workspace")
    assert not section.form.isEnabled(), "what is stored does not stand there yet"
    stage.wait(section.form.isEnabled)
    section.load()
    section.form.editors["organisation"].set_value("华东文具")
    stage.idle()
    assert section.form.values()["organisation"] == "华东文具"


def test_that_a_rule_is_changed_as_a_new_version(stage: Stage) -> None:
    page = stage.show(SettingsPage, "rules")
    section = page.tabs.part("rules")
    stage.wait(lambda: section.cards)
    stage.run(page, "rule.edit")  # the first rule
    assert stage.refused(section, k="0.5").keys() == {"k"}
    stage.run(page, "rule.edit")
    stage.submit(section, k="3")
    stage.wait(lambda: stage.read(detection.current_rules)[RuleKind.LAPSING].rule_version == 1)
    assert stage.read(detection.current_rules)[RuleKind.LAPSING].params["k"] == "3"
    stage.wait(lambda: any("Version 1" in one.text() for one in section.findChildren(QLabel)))


def test_that_a_rule_is_switched_off(stage: Stage) -> None:
    page = stage.show(SettingsPage, "rules")
    section = page.tabs.part("rules")
    stage.wait(lambda: section.cards)
    section._switch(section._rows[RuleKind.PARTIAL_SHARE])
    stage.wait(lambda: not section._rows[RuleKind.PARTIAL_SHARE].is_enabled)


# ---------------------------------------------------------------- the task force


@pytest.mark.parametrize(
    ("part", "field", "typed", "stored"),
    [
        ("contacts", "quiet_from", dt.time(20, 30), dt.time(20, 30)),
        ("pool", "capacity", 60, 60),
        ("outcomes", "acquisition", 1_250_00, 1_250_00),
        ("offers", "ceiling_percent", 15, 15),
        ("promises", "apologise_hours", 2, 2),
        ("hours", "end", dt.time(17), dt.time(17)),
    ],
)
def test_that_the_numbers_of_the_task_force_are_saved_and_undone(
    stage: Stage, part: str, field: str, typed: object, stored: object
) -> None:
    page = stage.show(SettingsPage, part)
    section = page.tabs.part(part)
    read = section._setting.read
    stage.wait(section.form.isEnabled)
    before = getattr(stage.read(read), field)
    done: list[object] = []
    stage.context.tasks.announced.connect(done.append)
    section.form.editors[field].set_value(typed)
    section.save_button.click()
    stage.wait(lambda: getattr(stage.read(read), field) == stored)
    stage.wait(lambda: done)
    stage.write(journal.undo, done[0].change_set_id)
    assert getattr(stage.read(read), field) == before


def test_that_a_time_is_typed_as_people_write_it(stage: Stage) -> None:
    page = stage.show(SettingsPage, "hours")
    section = page.tabs.part("hours")
    stage.wait(section.form.isEnabled)
    start = section.form.editors["start"]
    for typed, meant in (("8:30", dt.time(8, 30)), ("830", dt.time(8, 30)), ("8", dt.time(8))):
        start.line.setText(typed)
        assert start.value() == meant
    start.line.setText("25:70")
    section.save_button.click()
    assert section.form.problems() == {"start": "Enter a time like 09:30."}
    start.line.setText("19:00")
    section.save_button.click()
    assert "Give work and lunch in order" in section.form.problems()[""]
    section.discard()


def test_that_a_holiday_is_set_and_taken_back(stage: Stage) -> None:
    page = stage.show(SettingsPage, "hours")
    section = page.tabs.part("hours")
    stage.wait(lambda: section.year.value() is not None)
    year = max(section.year._values)  # the next one: nothing was published yet
    section.year.set_value(year)
    assert "provisional" in section.known.text()
    section.add_button.click()
    day = dt.date(year, 5, 4)
    stage.submit(section, day=day, zh="店庆", is_festival=True)
    stage.wait(lambda: section.days.count() == 1)
    assert "1 days off" in section.known.text()
    assert day in stage.read(calendar.festivals)
    section.days.choose_first()
    section.remove_button.click()
    stage.wait(lambda: section.days.count() == 0)
    assert stage.read(calendar.list_days, year) == []


def test_that_the_skills_of_somebody_are_changed(stage: Stage) -> None:
    page = stage.show(SettingsPage, "skills")
    section = page.tabs.part("skills")
    stage.wait(section.table.count)
    section.table.select_key(stage.context.actor.user_id)
    section.edit_button.click()
    stage.submit(section, service=3)
    stage.wait(lambda: section.table.current_row().levels.service == 3)
    assert stage.read(skills.read, stage.context.actor.user_id).service == 3


def test_that_the_retry_table_stands_below_the_contact_rules(stage: Stage) -> None:
    section = stage.show(SettingsPage, "contacts").tabs.part("contacts")
    tables = section.findChildren(RecordTable)
    assert [table.name for table in tables] == ["After an attempt that failed"]
    assert tables[0].count() > 5


@pytest.mark.parametrize("size", [(784, 428), (1104, 688)], ids=["960", "1280"])
def test_that_every_part_fits_into_a_narrow_window(
    stage: Stage, each_language: str, size: tuple[int, int]
) -> None:
    page = stage.show(SettingsPage)
    page.resize(*size)
    for part in page.tabs._makers:
        page.show_record(part)
        stage.idle()
        QApplication.sendPostedEvents()
        assert page.width() == size[0], part
        section = page.tabs.part(part)
        for inside in (section, *section.findChildren(QPushButton)):
            if inside.isVisible():
                right = inside.mapTo(page, inside.rect().topRight()).x()
                assert right <= page.width(), (part, inside.accessibleName())
        assert nameless(page) == []


# ---------------------------------------------------------------- people and stores


def test_that_a_user_is_made_with_a_password_and_can_lose_it(
    qtbot: QtBot, context: PageContext, database: Database
) -> None:
    stage = Stage(qtbot, with_files(context, database))
    page = stage.show(SettingsPage, "users")
    section = page.tabs.part("users")
    file = database.path.parent / "keys.json"
    stage.wait(section.users.count)
    stage.run(page, "user.new")
    assert stage.refused(section, name="林雪", login="lin", password="short").keys() == {"password"}
    stage.run(page, "user.new")
    stage.submit(section, name="林雪", login="lin", password="long enough", role=Role.AUDITOR)
    stage.wait(lambda: "lin" in keys.load(file).logins())
    assert keys.open_key(keys.load(file), "lin", "long enough") == database.key
    stage.wait(lambda: any(row.login == "lin" for row in section.users.model._rows or []))
    row = next(row for row in section.users.model._rows or [] if row.login == "lin")
    section.users.select_key(row.id)
    section.password_button.click()
    problems = stage.refused(section, password="another one", again="different")
    assert problems.keys() == {""}
    section.password_button.click()
    stage.submit(section, password="another one", again="another one")
    assert keys.open_key(keys.load(file), "lin", "another one") == database.key
    section.users.select_key(row.id)
    section.edit_user_button.click()
    before = database.key
    stage.submit(section, is_active=False)
    assert "lin" not in keys.load(file).logins()
    assert database.key not in (before, None)
    assert keys.open_key(keys.load(file), context.actor.login, "old-password") == database.key
    assert not next(u for u in stage.read(staff.list_users) if u.login == "lin").is_active
    assert "opens nothing any more" in stage.context.messages.text
    stage.wait(lambda: not section.users.current_row().is_active)
    section.edit_user_button.click()
    stage.submit(section, is_active=True)
    assert "new password" in stage.context.messages.text
    assert "lin" not in keys.load(file).logins()


def test_that_a_new_recovery_code_is_shown_before_it_holds(
    qtbot: QtBot, context: PageContext, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(qtbot, with_files(context, database))
    page = stage.show(SettingsPage, "users")
    section = page.tabs.part("users")
    code = keys.new_recovery_code()
    monkeypatch.setattr(keys, "new_recovery_code", lambda: code)
    file = database.path.parent / "keys.json"
    press("Cancel")
    section.code_button.click()
    assert keys.RECOVERY not in keys.load(file).wraps
    press("Written down, use it")
    section.code_button.click()
    stage.wait(lambda: "new recovery code holds" in stage.context.messages.text)
    assert keys.open_key(keys.load(file), keys.RECOVERY, code) == database.key


def test_that_one_cannot_remove_oneself(
    qtbot: QtBot, context: PageContext, database: Database
) -> None:
    stage = Stage(qtbot, with_files(context, database))
    page = stage.show(SettingsPage, "users")
    section = page.tabs.part("users")
    stage.wait(section.users.count)
    section.users.select_key(context.actor.user_id)
    section.edit_user_button.click()
    problems = stage.refused(section, is_active=False)
    assert problems == {"": "You cannot remove yourself. Another administrator can do it."}
    assert keys.load(database.path.parent / "keys.json").logins() == [context.actor.login]


def test_that_a_user_whose_password_could_not_be_stored_is_told_of(
    qtbot: QtBot, context: PageContext, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(qtbot, with_files(context, database))
    page = stage.show(SettingsPage, "users")
    section = page.tabs.part("users")
    stage.wait(section.users.count)

    def full(*_args: object) -> None:
        raise DatabaseError(Trouble.FULL)

    monkeypatch.setattr(keys, "save", full)
    stage.run(page, "user.new")
    stage.submit(section, name="林雪", login="lin", password="long enough", role=Role.AUDITOR)
    stage.wait(lambda: "林雪 was added but has no password yet" in stage.context.messages.text)
    assert "disk is full" in stage.context.messages.text


def test_that_stores_are_made_and_changed(stage: Stage) -> None:
    page = stage.show(SettingsPage, "users")
    section = page.tabs.part("users")
    stage.wait(lambda: section.stores.count() == 1)
    section.new_store_button.click()
    assert stage.refused(section, code="S01", name="x").keys() == {"code"}
    section.new_store_button.click()
    stage.submit(section, code="S02", name="徐家汇店", city="上海")
    stage.wait(lambda: section.stores.count() == 2)
    section.stores.view.selectRow(1)
    section.edit_store_button.click()
    stage.submit(section, name="徐汇店")
    stage.wait(lambda: "徐汇店" in {store.name for store in stage.read(staff.list_stores)})


# ---------------------------------------------------------------- reasons


def words(stage: Stage) -> dict[str, str]:
    groups = stage.read(reasons.list_reasons, "zh_CN")
    return {row.code: row.zh for group in groups for row in group.reasons}


def test_that_reasons_are_renamed_retired_split_and_merged(stage: Stage) -> None:
    page = stage.show(SettingsPage, "reasons")
    section = page.tabs.part("reasons")
    stage.wait(lambda: section.table.count() > 100)
    first, second, third, fourth = [row.id for row in (section.table.model._rows or [])[:4]]
    section.table.select_key(first)
    section.rename_button.click()
    stage.submit(section, zh="新的说法", en="New words")
    stage.wait(lambda: words(stage)[first] == "新的说法")
    stage.wait(lambda: section._all[0].reason.version == 2)
    section.table.select_key(second)
    section.retire_button.click()
    stage.submit(section, replaced_by=first)
    stage.wait(lambda: second not in words(stage))
    stage.wait(lambda: section.table.select_key(second) is False)
    section.table.select_key(third)
    section.split_button.click()
    assert "" in stage.refused(
        section, zh_1="甲", en_1="A1", zh_2="乙", en_2="B1", zh_3="丙"
    )  # the third needs both languages
    section.split_button.click()
    stage.submit(section, zh_1="甲", en_1="A1", zh_2="乙", en_2="B1")
    stage.wait(lambda: words(stage).get(f"{third}_1") == "甲")
    stage.wait(lambda: section.table.select_key(third) is False)
    section.table.select_key(fourth)
    section.merge_button.click()
    stage.submit(section, into=first)
    stage.wait(lambda: fourth not in words(stage))


def test_that_a_reason_is_added_and_found_by_its_words(stage: Stage) -> None:
    page = stage.show(SettingsPage, "reasons")
    section = page.tabs.part("reasons")
    stage.wait(lambda: section.table.count() > 100)
    stage.run(page, "reason.new")
    assert stage.refused(section, zh="x", en="y", code="Not A Code").keys() == {"code"}
    stage.run(page, "reason.new")
    stage.submit(section, zh="报价太慢", en="Quote too late", code="quote_late")
    stage.wait(lambda: words(stage).get("quote_late") == "报价太慢")
    section.filters.search.set_value("报价太慢")
    stage.wait(lambda: section.table.count() == 1)


# ---------------------------------------------------------------- about and rights


def test_that_the_demo_is_removed_after_a_question(
    qtbot: QtBot, context: PageContext, database: Database
) -> None:
    asked: list[str] = []
    files = with_files(context, database, remove_demo=lambda: asked.append("removed"))
    stage = Stage(qtbot, files)
    page = stage.show(SettingsPage, "about")
    press("Cancel")
    page.tabs.part("about").demo_button.click()
    assert asked == []
    press("Remove")
    page.tabs.part("about").demo_button.click()
    assert asked == ["removed"]


@pytest.fixture
def agents_stage(qtbot: QtBot, database: Database, agent: Actor, tmp_path: Path) -> Iterator[Stage]:
    from PySide6.QtWidgets import QWidget

    from desktop_app.settings import Settings
    from desktop_app.ui.action_set import ActionSet
    from desktop_app.ui.message_bar import MessageBar
    from desktop_app.ui.tasks import Tasks
    from desktop_app.ui.window_state import WindowState

    host, tasks = QWidget(), Tasks(database, agent)
    qtbot.addWidget(host)
    yield Stage(
        qtbot,
        PageContext(
            tasks, Settings(), agent, MessageBar(host), lambda *_args: None,
            ActionSet(agent.role, host), WindowState(agent.login, host), tmp_path,
        ),
    )  # fmt: skip
    tasks.shutdown()


def test_that_an_agent_may_look_but_not_change(agents_stage: Stage) -> None:
    page = agents_stage.show(SettingsPage, "rules")
    section = page.tabs.part("rules")
    agents_stage.wait(lambda: section.cards)
    agents_stage.connect(page)
    assert agents_stage.context.actions.action("rule.edit") is None
    page.show_record("workspace")
    agents_stage.wait(page.tabs.part("workspace").form.values)
    agents_stage.idle()
    assert not page.tabs.part("workspace").form.isEnabled()
    page.show_record("users")
    assert not page.tabs.part("users").new_store_button.isEnabled()
    assert "user.new" not in page.actions()
    page.show_record("reasons")
    agents_stage.wait(lambda: page.tabs.part("reasons").table.count() > 100)
    page.tabs.part("reasons").table.view.selectRow(0)
    assert not page.tabs.part("reasons").rename_button.isEnabled()
