"""What the pages of scripts do beside the window: read, copy, read and write files."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from db.vocabulary import VersionState
from desktop_app.domain.script_drafts import ScriptDraft
from desktop_app.domain.scripts import Script, Step, StepKind
from desktop_app.errors import ConflictError, NotFoundError
from desktop_app.i18n import _, language

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from db.queries.scripts import ScriptRow, ScriptVersionRow, SnippetRow
    from desktop_app.importing.script_files import FileScript
    from desktop_app.progress import Progress
    from desktop_app.services.script_authoring import Offered
    from desktop_app.services.script_facts import CaseWords
    from desktop_app.services.scripts import ScriptFile


@dataclass(frozen=True, slots=True)
class Opened:
    """A version of a script that is opened in the editor, and what its fields offer."""

    file: "ScriptFile"
    offered: "Offered"

    @property
    def is_draft(self) -> bool:
        """Whether it can be edited."""
        return self.file.version.state is VersionState.DRAFT

    @property
    def version_id(self) -> UUID:
        """The key of the version."""
        return self.version.id

    @property
    def number(self) -> int:
        """The number of the version."""
        return self.version.number

    @property
    def row(self) -> "ScriptRow":
        """The script."""
        return self.file.row

    @property
    def version(self) -> "ScriptVersionRow":
        """The version."""
        return self.file.version


def read_list(session: "Session") -> "list[ScriptRow]":
    """Every script, also the retired ones."""
    from desktop_app.services import scripts  # noqa: PLC0415

    return scripts.list_scripts(session, with_retired=True)


def read_snippets(session: "Session") -> "list[SnippetRow]":
    """Every snippet, also the retired ones."""
    from desktop_app.services import snippets  # noqa: PLC0415

    return snippets.list_snippets(session, with_retired=True)


def read_versions(session: "Session", script_id: UUID) -> "list[ScriptVersionRow]":
    """The versions of a script, the newest first."""
    from desktop_app.services import scripts  # noqa: PLC0415

    return scripts.versions_of(session, script_id)


def open_version(session: "Session", script_id: UUID) -> Opened:
    """The draft of a script, else the version in use.

    Raises:
        NotFoundError: it is gone.
    """
    from desktop_app.services import script_authoring, scripts  # noqa: PLC0415

    rows = scripts.list_scripts(session, with_retired=True)
    row = next((each for each in rows if each.id == script_id), None)
    key = None if row is None else row.draft_id or row.current_id
    if key is None:
        raise NotFoundError(_("This script is gone."))
    found = scripts.load_version(session, key)
    return Opened(found, script_authoring.offered(session, language()))


def read_pair(session: "Session", old: UUID, new: UUID) -> "tuple[ScriptFile, ScriptFile]":
    """Two versions to be compared. Raises NotFoundError."""
    from desktop_app.services import scripts  # noqa: PLC0415

    return scripts.load_version(session, old), scripts.load_version(session, new)


def call_service(session: "Session", name: str, *args: Any, **named: Any) -> Any:
    """A step in the life of a script by its name; its module is slow to import."""
    from desktop_app.services import scripts  # noqa: PLC0415

    return getattr(scripts, name)(session, *args, **named)


def call_snippets(session: "Session", name: str, *args: Any) -> Any:
    """A step in the life of a snippet by its name."""
    from desktop_app.services import snippets  # noqa: PLC0415

    return getattr(snippets, name)(session, *args)


def first_script() -> Script:
    """What a new script begins with: greet, and let the customer go in peace."""
    return Script("greet", (Step("greet", StepKind.SAY, to="end"), Step("end", StepKind.END)))


def make(session: "Session", draft: ScriptDraft, origin: "Script | UUID | None") -> UUID:
    """Make a script; returns its key.

    Args:
        session: The writing session.
        draft: Code, titles and occasion.
        origin: Its steps: out of a file, those of a version, or what every script begins with.
    """
    from desktop_app.services import scripts  # noqa: PLC0415

    if isinstance(origin, UUID):
        origin = scripts.load_version(session, origin).script
    version = scripts.create(session, draft, origin or first_script())
    return scripts.load_version(session, version).row.id


def begin(session: "Session", script_id: UUID, script: Script | None = None) -> UUID:
    """Begin the next version; returns the key of the script.

    Raises:
        ConflictError: the script is retired, or a draft was begun and other steps are given.
    """
    from desktop_app.services import scripts  # noqa: PLC0415

    rows = scripts.list_scripts(session, with_retired=True)
    row = next((each for each in rows if each.id == script_id), None)
    if row is not None and row.retired_on is not None:
        raise ConflictError(_("This script is retired. Offer it again first."))
    scripts.begin_draft(session, script_id, script)
    return script_id


def begin_again(session: "Session", script_id: UUID, script: Script) -> Opened:
    """Begin the next version with these steps, as `begin`; returns it."""
    begin(session, script_id, script)
    return open_version(session, script_id)


def read_file(
    session: "Session", progress: "Progress", path: Path
) -> "tuple[FileScript, ScriptRow | None]":
    """A script out of a file, and the script that has its code already. Raises FileProblemError."""
    from desktop_app.importing import script_files  # noqa: PLC0415

    found = script_files.read(path, progress)
    code = found.head.code if found.head is not None else ""
    known = next((each for each in read_list(session) if each.code == code), None)
    return found, known


def write_file(session: "Session", progress: "Progress", version_id: UUID, path: Path) -> Path:
    """Write a version as workbook, TOML or JSON, by the ending of the name.

    Raises:
        NotAllowedError: the role may not take scripts out.
        FileProblemError: the file cannot be written.
    """
    from desktop_app.reports import script_workbook  # noqa: PLC0415
    from desktop_app.services import scripts  # noqa: PLC0415

    progress.step(0, None)
    scripts.allow_export(session)
    found = scripts.load_version(session, version_id)
    row = found.row
    head = ScriptDraft(code=row.code, zh=row.zh, en=row.en, occasion=row.occasion)
    writers = {".json": script_workbook.write_json, ".toml": script_workbook.write_toml}
    write = writers.get(path.suffix.lower(), script_workbook.write_workbook)
    return write(head, found.script, path, overwrite=True)


def example_of(session: "Session", case_id: UUID) -> "CaseWords":
    """A case to try a script with. Raises NotFoundError, NotAllowedError."""
    from desktop_app.services import script_authoring  # noqa: PLC0415

    return script_authoring.example_of(session, case_id)


def find_cases(session: "Session", text: str) -> "Sequence[tuple[UUID, str]]":
    """Cases by number or customer, to be tried out."""
    from db.queries.cases import CaseFilter  # noqa: PLC0415
    from desktop_app.services import cases  # noqa: PLC0415

    rows = cases.list_cases(session, CaseFilter(text=text), None, 0, 20)
    return [(row.id, f"{row.number}  {row.customer}") for row in rows]


def code_of(text: str) -> str:
    """A code out of the name of a file: letters, digits and underscores."""
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "_", text).strip("_.-")
    return (plain if plain[:1].isalpha() else f"script_{plain}")[:64]
