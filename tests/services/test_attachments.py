"""Files of cases: kept encrypted, each once, read again, taken away, found missing or damaged."""

import os
import uuid
from pathlib import Path

import pytest
from sqlalchemy import delete

from db import attachments as files
from db import backup, check
from db.errors import DatabaseError, Trouble
from db.models import Setting
from db.queries.journal import ChangeSetFilter
from db.recording import RECORDED
from db.session import SYSTEM, Actor, Session
from db.vocabulary import CaseStage, ChangeKind, InterviewMode, Outcome, Role
from desktop_app.columns.timeline import words
from desktop_app.domain import attachments as rules
from desktop_app.domain.cases import CloseDraft, ReopenDraft
from desktop_app.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from desktop_app.services import attachments, cases, history, interviews, journal
from desktop_app.services import attachments as service
from tests import factories
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")

PICTURE = b"\x89PNG a picture of a wet parcel"
SOUND = b"ID3 a call"


@pytest.fixture
def case_id(desk: Desk, admin: Actor, agent: Actor) -> uuid.UUID:
    desk.do(admin, files.make_key)
    return desk.do(admin, factories.assigned_case, agent.user_id)


@pytest.fixture
def folder(desk: Desk) -> Path:
    return desk.database.path.parent / files.FOLDER


def stored(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def add(desk: Desk, actor: Actor, case_id: uuid.UUID, content: bytes, name: str) -> uuid.UUID:
    return desk.do(actor, attachments.add, case_id, content, name).id


def read(desk: Desk, actor: Actor, attachment_id: uuid.UUID) -> bytes:
    return desk.do(actor, attachments.read, attachment_id)


# ---------------------------------------------------------------- in and out


def test_that_a_file_comes_back_as_it_was_and_cannot_be_read_in_the_folder(
    desk: Desk, agent: Actor, case_id: uuid.UUID, folder: Path, tmp_path: Path
) -> None:
    source = tmp_path / "受潮.png"
    source.write_bytes(PICTURE)
    row = desk.do(agent, attachments.add, case_id, source)
    assert (row.name, row.media_type, row.size, row.by) == (
        "受潮.png", "image/png", len(PICTURE), "agent",
    )  # fmt: skip
    assert (row.case_id, row.interview_id, row.address) == (case_id, None, "")
    assert desk.look(agent, attachments.rows_of_case, case_id) == [row]
    assert desk.look(agent, attachments.read, row.id) == PICTURE
    (file,) = stored(folder)
    assert b"parcel" not in file.read_bytes()
    assert "png" not in file.name
    source.unlink()
    assert read(desk, agent, row.id) == PICTURE


def test_that_the_same_content_lies_there_once_and_no_name_twice(
    desk: Desk, agent: Actor, case_id: uuid.UUID, folder: Path
) -> None:
    first = add(desk, agent, case_id, PICTURE, "a.png")
    made = len(desk.made)
    assert add(desk, agent, case_id, PICTURE, "a.png") == first
    assert len(desk.made) == made  # the file that is there
    add(desk, agent, case_id, PICTURE, "b.png")
    assert len(stored(folder)) == 1
    add(desk, agent, case_id, SOUND, "a.png")
    assert {row.name for row in desk.look(agent, attachments.rows_of_case, case_id)} == {
        "a.png", "a (2).png", "b.png",
    }  # fmt: skip
    assert len(stored(folder)) == 2


def test_that_two_workspaces_give_one_content_two_names(
    desk: Desk, agent: Actor, case_id: uuid.UUID, folder: Path
) -> None:
    add(desk, agent, case_id, PICTURE, "a.png")
    (file,) = stored(folder)
    assert file.name != files._name(bytes(32), files.hashlib.sha256(PICTURE).hexdigest())


def test_that_adding_is_undone_and_brought_back(
    desk: Desk, agent: Actor, case_id: uuid.UUID, folder: Path
) -> None:
    before = desk.rows()
    row_id = add(desk, agent, case_id, PICTURE, "a.png")
    added = desk.made[-1]
    after = desk.rows()
    desk.undo(added)
    assert desk.rows() == before
    assert files.sweep(desk.database) == 0  # an undo can be undone at any time
    undone = desk.look(SYSTEM, history.list_change_sets, ChangeSetFilter(kind=ChangeKind.UNDO))
    desk.undo(undone[0].id)
    assert desk.rows() == after
    assert read(desk, agent, row_id) == PICTURE


def test_that_removing_is_undone(desk: Desk, agent: Actor, case_id: uuid.UUID) -> None:
    row_id = add(desk, agent, case_id, PICTURE, "a.png")
    before = desk.rows()
    desk.do(agent, attachments.remove, row_id)
    assert desk.look(agent, attachments.rows_of_case, case_id) == []
    with pytest.raises(NotFoundError, match="is gone"):
        read(desk, agent, row_id)
    assert files.sweep(desk.database) == 0
    desk.undo()
    assert desk.rows() == before
    assert read(desk, agent, row_id) == PICTURE


def test_that_the_key_is_no_change_and_shown_nowhere(desk: Desk, agent: Actor) -> None:
    before = len(desk.look(agent, history.list_change_sets, ChangeSetFilter()))
    key = desk.do(agent, files.make_key)
    assert desk.do(agent, files.make_key) == key
    assert len(desk.look(agent, history.list_change_sets, ChangeSetFilter())) == before
    desk.do(agent, forget_key)
    assert desk.do(agent, files.make_key) != key


def forget_key(session: Session) -> None:
    session.execute(
        delete(Setting).where(Setting.key == files.KEY_SETTING), execution_options=RECORDED
    )


# ---------------------------------------------------------------- what is refused


def test_that_what_is_empty_too_large_or_cannot_be_read_is_refused_in_a_sentence(
    desk: Desk, agent: Actor, case_id: uuid.UUID, folder: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(service, "MOST_BYTES", 2 * 1024 * 1024)
    large = tmp_path / "film.mp4"
    with large.open("wb") as file:
        file.truncate(2 * 1024 * 1024 + 1)
    for source, name, why in (
        (b"", "a.png", "is empty"),
        (large, "", "“film.mp4” has 3 MB. A file may have 2 MB"),
        (bytes(2 * 1024 * 1024 + 1), "b.png", "A file may have 2 MB"),
        (tmp_path / "none.png", "", "“none.png” cannot be read"),
        (tmp_path, "", "is no file"),
    ):
        with pytest.raises(InvalidInputError, match=why) as refused:
            desk.do(agent, attachments.add, case_id, source, name)
        assert refused.value.problems[0].field == "file"
    assert stored(folder) == []
    assert rules.MOST_BYTES == 100 * 1024 * 1024


def test_that_a_disk_without_room_leaves_nothing_behind(
    desk: Desk, agent: Actor, case_id: uuid.UUID, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    before = desk.rows()
    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(DatabaseError) as trouble:
        add(desk, agent, case_id, PICTURE, "a.png")
    assert trouble.value.trouble is Trouble.FULL
    assert stored(folder) == []
    monkeypatch.undo()
    assert desk.rows() == before


def test_that_files_follow_the_reach_of_their_case(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID
) -> None:
    row_id = add(desk, agent, case_id, PICTURE, "a.png")
    colleague = desk.do(admin, factories.add_user, Role.AGENT, agent.store_id)
    for call in (
        lambda: desk.look(colleague, attachments.rows_of_case, case_id),
        lambda: desk.look(colleague, attachments.read, row_id),
        lambda: add(desk, colleague, case_id, SOUND, "b.mp3"),
        lambda: desk.do(colleague, attachments.remove, row_id),
    ):
        with pytest.raises(NotAllowedError):
            call()


def test_that_a_closed_case_takes_what_comes_late_and_undo_takes_it_back(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    desk.do(agent, cases.close, case_id, CloseDraft(outcome=Outcome.UNREACHABLE))
    row_id = add(desk, agent, case_id, SOUND, "signed letter.pdf")
    entries = desk.look(agent, cases.timeline, case_id)
    (entry,) = [each for each in entries if each.kind == "file"]
    assert (words(entry).title, entry.ref) == ("File · signed letter.pdf", row_id)
    newest = desk.look(agent, history.list_change_sets, ChangeSetFilter())[0]
    assert newest.title == "Add the file {name} to case {number}"
    desk.do(agent, journal.undo, desk.made[-1])
    assert desk.look(agent, attachments.rows_of_case, case_id) == []
    assert desk.look(agent, cases.case_file, case_id).row.stage is CaseStage.CLOSED


def test_that_a_closed_case_gives_no_file_away_until_it_is_open_again(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID
) -> None:
    row_id = add(desk, agent, case_id, PICTURE, "a.png")
    desk.do(agent, cases.close, case_id, CloseDraft(outcome=Outcome.UNREACHABLE))
    with pytest.raises(ConflictError, match="Re-open it first"):
        desk.do(agent, attachments.remove, row_id)
    assert [row.id for row in desk.look(agent, attachments.rows_of_case, case_id)] == [row_id]
    again = ReopenDraft(stage=CaseStage.CONTACTING, note="wrong picture")
    desk.do(admin, cases.reopen, case_id, again)
    desk.do(agent, attachments.remove, row_id)
    assert desk.look(agent, attachments.rows_of_case, case_id) == []


# ---------------------------------------------------------------- interviews


def test_that_an_answer_has_its_file(desk: Desk, agent: Actor, case_id: uuid.UUID) -> None:
    run = desk.do(agent, interviews.start, case_id, mode=InterviewMode.VISIT)
    place = {"interview_id": run, "address": "/data/what_happened"}
    row = desk.do(agent, attachments.add, case_id, PICTURE, "a.png", **place)
    add(desk, agent, case_id, SOUND, "a.png")  # of the case: another one
    assert desk.look(agent, attachments.rows_of_interview, run) == [row]
    assert desk.look(agent, attachments.find, run, "a.png") == row
    with pytest.raises(NotFoundError, match=r"no file “b.png”"):
        desk.look(agent, attachments.find, run, "b.png")
    desk.do(agent, interviews.save_answer, run, "/data/what_happened", "a.png")
    with pytest.raises(ConflictError, match="answer to a question"):
        desk.do(agent, attachments.remove, row.id)
    desk.do(agent, interviews.save_answer, run, "/data/what_happened", "")
    desk.do(agent, attachments.remove, row.id)
    assert desk.look(agent, attachments.rows_of_interview, run) == []
    with pytest.raises(NotFoundError):
        desk.look(agent, attachments.rows_of_interview, uuid.uuid4())


def test_that_a_file_is_not_added_to_the_interview_of_another_case(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID
) -> None:
    run = desk.do(agent, interviews.start, case_id)
    other = desk.do(admin, factories.assigned_case, agent.user_id)
    with pytest.raises(ConflictError, match="another case"):
        desk.do(agent, attachments.add, other, PICTURE, "a.png", interview_id=run)


# ---------------------------------------------------------------- events


def test_that_opening_a_recording_is_written_down_and_looking_at_a_picture_is_not(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    picture = add(desk, agent, case_id, PICTURE, "a.png")
    call = add(desk, agent, case_id, SOUND, "通话.mp3")
    events = ChangeSetFilter(kind=ChangeKind.EVENT)
    before = len(desk.look(agent, history.list_change_sets, events))
    assert desk.look(agent, attachments.read, picture) == PICTURE
    assert read(desk, agent, picture) == PICTURE
    assert len(desk.look(agent, history.list_change_sets, events)) == before
    assert read(desk, agent, call) == SOUND
    found = desk.look(agent, history.list_change_sets, events)[0]
    assert found.title == "Open the recording {name} of case {number}"
    assert found.args["name"] == "通话.mp3"
    with pytest.raises(RuntimeError, match="only reads"):
        desk.look(agent, attachments.read, call)  # what cannot be written down is not opened


def test_that_taking_a_file_out_is_a_right_and_an_event(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID
) -> None:
    row_id = add(desk, agent, case_id, PICTURE, "a.png")
    with pytest.raises(NotAllowedError, match="Your role"):
        desk.do(agent, attachments.take_out, row_id)
    assert desk.do(admin, attachments.take_out, row_id) == PICTURE
    events = desk.look(admin, history.list_change_sets, ChangeSetFilter(kind=ChangeKind.EVENT))
    assert events[0].title == "Save a copy of the file {name} of case {number}"


def test_that_the_timeline_tells_of_files(desk: Desk, agent: Actor, case_id: uuid.UUID) -> None:
    row_id = add(desk, agent, case_id, PICTURE, "a.png")
    entries = desk.look(agent, cases.timeline, case_id)
    (entry,) = [each for each in entries if each.kind == "file"]
    assert (words(entry).title, words(entry).who, entry.ref) == ("File · a.png", "agent", row_id)
    fields = desk.look(agent, history.record_history, "attachment", row_id)
    assert {change.field: change.new for change in fields}["name"] == "a.png"


# ---------------------------------------------------------------- missing, damaged, left over


def test_that_missing_and_damaged_files_are_named(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID, folder: Path
) -> None:
    number = desk.look(agent, cases.case_file, case_id).row.number
    first = add(desk, agent, case_id, PICTURE, "a.png")
    (file,) = stored(folder)
    second = add(desk, agent, case_id, SOUND, "b.mp3")
    assert check.check(desk.database, admin).bad_files == ()
    content = file.read_bytes()
    for at in (0, 30, len(content) - 1):
        file.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(NotFoundError, match=r"“a.png” is damaged"):
            read(desk, agent, first)
    (other,) = set(stored(folder)) - {file}
    file.write_bytes(other.read_bytes())  # whole, but another one
    with pytest.raises(NotFoundError, match="damaged"):
        read(desk, agent, first)
    other.unlink()
    with pytest.raises(NotFoundError, match=r"“b.mp3” is missing"):
        read(desk, agent, second)
    found = check.check(desk.database, admin)
    assert not found.is_sound
    assert found.bad_files == (
        files.BadFile(number, "a.png", is_missing=False),
        files.BadFile(number, "b.mp3", is_missing=True),
    )
    add(desk, agent, case_id, PICTURE, "again.png")  # the same content mends it
    assert read(desk, agent, first) == PICTURE


def test_that_a_folder_in_the_place_of_a_file_is_damage(
    desk: Desk, agent: Actor, case_id: uuid.UUID, folder: Path
) -> None:
    row_id = add(desk, agent, case_id, PICTURE, "a.png")
    (file,) = stored(folder)
    file.unlink()
    file.mkdir()
    with pytest.raises(NotFoundError, match="damaged"):
        read(desk, agent, row_id)


def test_that_what_a_crash_left_is_swept_and_nothing_else(
    desk: Desk, agent: Actor, case_id: uuid.UUID, folder: Path
) -> None:
    row_id = add(desk, agent, case_id, PICTURE, "a.png")
    kept = stored(folder)
    assert files.sweep(desk.database) == 0

    def crash(session: Session) -> None:
        attachments.add(session, case_id, SOUND, "b.mp3")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.do(agent, crash)
    (folder / "half.part").write_bytes(b"half")
    assert len(stored(folder)) == 3
    assert files.sweep(desk.database) == 2
    assert stored(folder) == kept
    assert read(desk, agent, row_id) == PICTURE
    assert files.sweep(desk.database) == 0


def test_that_a_file_a_copy_may_need_stays(
    desk: Desk, agent: Actor, case_id: uuid.UUID, folder: Path
) -> None:
    folder.mkdir(exist_ok=True)
    stray = folder / ("0" * 64)
    stray.write_bytes(b"of a database that was replaced")
    made = backup.make_backup(desk.database)
    os.utime(stray, (1, 1))
    assert files.sweep(desk.database) == 0
    made.path.unlink()
    assert files.sweep(desk.database) == 1


def test_that_a_workspace_without_the_folder_has_nothing_to_sweep(desk: Desk) -> None:
    assert files.sweep(desk.database) == 0


def test_that_a_database_without_a_key_has_no_files(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    row_id = add(desk, agent, case_id, PICTURE, "a.png")
    desk.do(agent, forget_key)
    with pytest.raises(NotFoundError, match="missing"):
        read(desk, agent, row_id)
