"""Scripts of a workspace: shipped, drafted, published, compared, retired; snippets."""

import shutil
import uuid
from pathlib import Path

import pytest

from db import scripts as shipped_scripts
from db import task_force_files
from db.session import SYSTEM, Actor
from db.vocabulary import Occasion, ReasonOrigin, Role, VersionState
from desktop_app.domain.script_drafts import ScriptDraft, SnippetDraft
from desktop_app.domain.scripts import Script, Step, StepKind, read
from desktop_app.errors import (
    ChangedMeanwhileError,
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from desktop_app.services import script_runs, scripts, snippets
from tests import factories
from tests.factories import Desk
from tests.services.test_script_runs import SCRIPT

GOOD = read(SCRIPT)
HEAD = ScriptDraft(code="own", zh="自己的", occasion=Occasion.PRICE)


def editions(folder: Path, name: str, edition: int) -> Path:
    """Copies of the shipped scripts with another edition of one."""
    copy = folder / f"scripts{edition}"
    shutil.copytree(task_force_files.SCRIPTS, copy)
    file = copy / f"{name}.toml"
    text = file.read_text("utf-8")
    assert "edition = 1" in text
    file.write_text(text.replace("edition = 1", f"edition = {edition}"), "utf-8")
    return copy


def test_that_a_workspace_has_the_shipped_scripts_and_snippets(desk: Desk, agent: Actor) -> None:
    rows = desk.look(agent, scripts.list_scripts)
    files = {file.code: file for file in task_force_files.scripts()}
    assert {row.code for row in rows} == set(files)
    for row in rows:
        assert (row.origin, row.current_version, row.runs) == (ReasonOrigin.SHIPPED, 1, 0)
        assert row.occasion == files[row.code].occasion
        assert row.current_id is not None
        file = desk.look(agent, scripts.load_version, row.current_id)
        assert file.script == read(files[row.code].content)
        assert (row.steps, file.version.edition) == (len(file.script.steps), 1)
        assert desk.look(agent, scripts.findings, file.script) == ()
    known = {each.trigger: each for each in desk.look(agent, snippets.list_snippets)}
    assert {each.code for each in task_force_files.snippets()} == set(known)
    assert known["price"].words("zh_CN") != known["price"].words("en") != ""
    assert desk.do(SYSTEM, shipped_scripts.seed) == 0


def test_that_a_new_edition_is_used_unless_people_made_their_own(
    desk: Desk, admin: Actor, tmp_path: Path
) -> None:
    price = desk.look(admin, scripts.find, "price")
    assert desk.do(SYSTEM, shipped_scripts.seed, editions(tmp_path, "price", 2)) == 1
    assert desk.look(admin, scripts.find, "price").current_version == 2
    draft = desk.do(admin, scripts.begin_draft, price.id)
    assert desk.do(admin, scripts.publish, draft) == 3
    assert desk.do(SYSTEM, shipped_scripts.seed, editions(tmp_path, "price", 3)) == 1
    assert desk.look(admin, scripts.find, "price").current_version == 3
    found = desk.look(admin, scripts.versions_of, price.id)
    assert [(each.number, each.edition) for each in found] == [(4, 3), (3, None), (2, 2), (1, 1)]


def test_that_changed_snippets_stay_as_people_left_them(desk: Desk, admin: Actor) -> None:
    row = desk.look(admin, snippets.list_snippets)[0]
    desk.do(admin, snippets.save_snippet, SnippetDraft(trigger=row.trigger, zh="改"), row.id)
    desk.do(admin, snippets.retire_snippet, row.id)
    assert desk.do(SYSTEM, shipped_scripts.seed) == 0
    kept = {each.id: each for each in desk.look(admin, snippets.list_snippets, with_retired=True)}
    assert (kept[row.id].zh, kept[row.id].en) == ("改", "")
    assert kept[row.id].words("en") == "改"
    assert kept[row.id].retired_on is not None
    assert row.id not in {each.id for each in desk.look(admin, snippets.list_snippets)}
    desk.do(admin, snippets.restore_snippet, row.id)
    assert row.id in {each.id for each in desk.look(admin, snippets.list_snippets)}


def test_that_a_script_is_made_edited_and_published(desk: Desk, admin: Actor) -> None:
    made = desk.do(admin, scripts.create, HEAD, Script())
    row = desk.look(admin, scripts.find, "own")
    assert (row.zh, row.en, row.title("en"), row.steps) == ("自己的", "自己的", "自己的", 0)
    assert (row.current_version, row.draft_id) == (None, made)
    with pytest.raises(InvalidInputError, match="no first step"):
        desk.do(admin, scripts.publish, made)
    revision = desk.do(admin, scripts.save_draft, made, GOOD)
    with pytest.raises(ChangedMeanwhileError, match="saved by somebody else"):
        desk.do(admin, scripts.save_draft, made, Script(), revision=revision - 1)
    assert desk.do(admin, scripts.save_draft, made, GOOD, revision=revision) == revision
    assert desk.do(admin, scripts.publish, made, " erste ") == 1
    file = desk.look(admin, scripts.load_version, made)
    assert (file.script, file.version.state) == (GOOD, VersionState.PUBLISHED)
    assert (file.version.note, file.version.by) == ("erste", admin.name)
    for change in (scripts.publish, scripts.discard_draft):
        with pytest.raises(ConflictError, match="published and never changes"):
            desk.do(admin, change, made)
    with pytest.raises(InvalidInputError, match="already"):
        desk.do(admin, scripts.create, HEAD, GOOD)


def test_that_errors_name_their_steps_when_publishing(desk: Desk, admin: Actor) -> None:
    bad = Script("a", (Step("a", StepKind.SAY, "好", "Good"),))
    made = desk.do(admin, scripts.create, HEAD, bad)
    with pytest.raises(InvalidInputError) as raised:
        desk.do(admin, scripts.publish, made)
    assert [problem.field for problem in raised.value.problems] == ["", "a"]
    assert "Leads nowhere" in raised.value.problems[1].message


def test_that_two_versions_are_compared(desk: Desk, admin: Actor) -> None:
    first = desk.do(admin, scripts.create, HEAD, GOOD)
    desk.do(admin, scripts.publish, first)
    row = desk.look(admin, scripts.find, "own")
    second = desk.do(admin, scripts.begin_draft, row.id)
    assert desk.do(admin, scripts.begin_draft, row.id) == second  # taken up
    assert desk.look(admin, scripts.load_version, second).script == GOOD
    changed = Script(GOOD.start, (*GOOD.steps[:-1], Step("new", StepKind.NOTE, "记", "Note")))
    desk.do(admin, scripts.save_draft, second, changed)
    found = desk.look(admin, scripts.compare, first, second)
    assert (found.added, found.removed, dict(found.changed)) == (("new",), ("bye",), {})
    with pytest.raises(ConflictError, match="draft of script own was begun"):
        desk.do(admin, scripts.begin_draft, row.id, GOOD)


def test_that_a_draft_is_discarded_and_a_new_script_with_it(desk: Desk, admin: Actor) -> None:
    before = desk.rows("script", "script_version")
    made = desk.do(admin, scripts.create, HEAD, GOOD)
    desk.do(admin, scripts.discard_draft, made)
    assert desk.rows("script", "script_version") == before
    with pytest.raises(NotFoundError, match="no script own"):
        desk.look(admin, scripts.find, "own")
    price = desk.look(admin, scripts.find, "price")
    desk.do(admin, scripts.discard_draft, desk.do(admin, scripts.begin_draft, price.id))
    assert desk.rows("script", "script_version") == before


def test_that_a_version_with_calls_never_changes_although_its_publication_was_undone(
    desk: Desk, admin: Actor, agent: Actor
) -> None:
    made = desk.do(admin, scripts.create, HEAD, GOOD)
    desk.do(admin, scripts.publish, made)
    publication = desk.made[-1]
    case_id = desk.do(admin, factories.assigned_case, agent.user_id)
    desk.do(agent, script_runs.begin, case_id, made)
    assert desk.look(admin, scripts.find, "own").runs == 1
    desk.undo(publication)
    with pytest.raises(ConflictError, match="Calls followed this version"):
        desk.do(admin, scripts.save_draft, made, Script())
    assert desk.do(admin, scripts.publish, made) == 1


def test_that_a_script_is_renamed_retired_and_restored(desk: Desk, admin: Actor) -> None:
    price = desk.look(admin, scripts.find, "price")
    draft = ScriptDraft(code="price", zh="价格", en="Price", occasion=Occasion.WIN_BACK)
    desk.do(admin, scripts.set_title, price.id, draft)
    desk.do(admin, scripts.retire, price.id)
    with pytest.raises(ConflictError, match="retired already"):
        desk.do(admin, scripts.retire, price.id)
    assert price.id not in {row.id for row in desk.look(admin, scripts.list_scripts)}
    found = desk.look(admin, scripts.find, "price")
    assert (found.zh, found.en, found.occasion) == ("价格", "Price", Occasion.WIN_BACK)
    desk.do(admin, scripts.restore, price.id)
    codes = [row.code for row in desk.look(admin, scripts.list_scripts, Occasion.WIN_BACK)]
    assert codes == ["price", "win_back"]
    with pytest.raises(InvalidInputError, match="title"):
        desk.do(admin, scripts.set_title, price.id, ScriptDraft(code="price", occasion="price"))


def test_that_triggers_are_taken_once_and_words_are_needed(desk: Desk, admin: Actor) -> None:
    made = desk.do(admin, snippets.save_snippet, SnippetDraft(trigger="贵", zh="不贵"))
    with pytest.raises(InvalidInputError, match="::贵 already"):
        desk.do(admin, snippets.save_snippet, SnippetDraft(trigger="贵", zh="x"))
    with pytest.raises(InvalidInputError, match="::PRICE already"):
        desk.do(admin, snippets.save_snippet, SnippetDraft(trigger="PRICE", zh="x"), made)
    with pytest.raises(InvalidInputError, match="words"):
        desk.do(admin, snippets.save_snippet, SnippetDraft(trigger="new"))
    desk.do(admin, snippets.save_snippet, SnippetDraft(trigger="贵", zh="真不贵"), made)
    for missing in (snippets.retire_snippet, snippets.restore_snippet):
        with pytest.raises(NotFoundError, match="snippet is gone"):
            desk.do(admin, missing, uuid.uuid4())
    with pytest.raises(NotFoundError, match="snippet is gone"):
        desk.do(admin, snippets.save_snippet, SnippetDraft(trigger="n", zh="x"), uuid.uuid4())


def test_that_what_is_gone_is_told(desk: Desk, admin: Actor) -> None:
    gone = uuid.uuid4()
    with pytest.raises(NotFoundError, match="version of the script is gone"):
        desk.look(admin, scripts.load_version, gone)
    for change in (scripts.publish, scripts.discard_draft):
        with pytest.raises(NotFoundError, match="version of the script is gone"):
            desk.do(admin, change, gone)
    for change in (scripts.retire, scripts.restore, scripts.begin_draft):
        with pytest.raises(NotFoundError, match="script is gone"):
            desk.do(admin, change, gone)


def test_that_trainers_write_scripts_and_agents_do_not(
    desk: Desk, actors: dict[Role, Actor]
) -> None:
    made = desk.do(actors[Role.TRAINER], scripts.create, HEAD, GOOD)
    with pytest.raises(NotAllowedError):
        desk.do(actors[Role.AGENT], scripts.publish, made)
    desk.do(actors[Role.TRAINER], scripts.publish, made)
