"""Commands about the workspace as a whole: make, check, back up, restore, migrate."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from db.keys import MIN_PASSWORD
from desktop_app.cli import output
from desktop_app.cli.state import State, ask_password, parse_currency, parse_day, state_of
from desktop_app.errors import UserError
from desktop_app.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from db.backup import Backup
    from db.check import Findings
    from db.session import Actor
    from db.workspace import Opened


def new(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help=N_("Folder of the workspace; made when missing."))
    ],
    login: Annotated[str, typer.Option(help=N_("Login name of the administrator."))] = "admin",
    name: Annotated[str, typer.Option(help=N_("Full name of the administrator."))] = "",
    currency: Annotated[
        str, typer.Option(metavar="CODE", help=N_("Of all amounts, e.g. USD; CNY without it."))
    ] = "",
) -> None:
    """Make a new workspace; the recovery code is shown once."""
    from db import workspace  # noqa: PLC0415

    state = state_of(context)
    login = state.options.user or login
    code_of_currency = parse_currency(currency) if currency else None
    password = _new_password(login)
    opened, code = workspace.create(folder, login, name, password)
    if code_of_currency is not None:
        _set_currency(opened, code_of_currency)
    opened.database.close()
    if state.options.as_json:
        output.say_json({"workspace": str(folder), "login": login, "recovery_code": code})
        return
    text = _("Workspace {folder} is ready; sign in as {login}.")
    output.say(text.format(folder=folder, login=login))
    output.say(_("Recovery code (write it down, it is shown only now): {code}").format(code=code))


def _set_currency(opened: "Opened", code: str) -> None:
    from desktop_app.services import workspace_settings  # noqa: PLC0415

    with opened.database.write(opened.actor) as session:
        settings = workspace_settings.read(session)
        workspace_settings.change(session, settings.model_copy(update={"currency": code}))


def _new_password(login: str) -> str:
    """The password of a new workspace, typed twice or from the environment."""
    given = os.environ.get("WINBACK_PASSWORD")
    if given is None:
        given = ask_password(login)
        if ask_password(_("{login} again").format(login=login)) != given:
            raise UserError(_("The two passwords differ."))
    if not given:
        raise UserError(_("The password is empty."))
    if len(given) < MIN_PASSWORD:
        text = _("Enter at least {min_length} characters.").format(min_length=MIN_PASSWORD)
        raise UserError(_("{name}: {value}").format(name=_("Password"), value=text))
    return given


def demo(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=N_("Empty or missing folder."))],
    customers: Annotated[int, typer.Option(min=20, help=N_("Number of customers."))] = 2000,
    seed: Annotated[int, typer.Option(help=N_("Same seed, same demo."))] = 1,
    end: Annotated[
        str, typer.Option(metavar="DATE", help=N_("Last day of the demo; today without it."))
    ] = "",
) -> None:
    """Make a demo workspace that signs in by itself."""
    from desktop_app.demo import make_demo  # noqa: PLC0415

    last = parse_day(end) if end else None
    with output.TerminalProgress() as progress:
        made = make_demo(folder, customers=customers, seed=seed, end=last, progress=progress)
    made.opened.database.close()
    if state_of(context).options.as_json:
        output.say_json({"workspace": str(folder), **output.plain(made.counts)})
        return
    output.say(_("Demo workspace {folder} is ready.").format(folder=folder))
    output.say_facts(made.counts.items())


def check(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help=N_("Another workspace than given."))
    ] = None,
) -> None:
    """Check pages, references, journal, figures, files; exit status 1 when something is wrong."""
    from db import check as checks  # noqa: PLC0415
    from db.errors import DatabaseError, Trouble  # noqa: PLC0415

    state = state_of(context)
    state.options.workspace = folder or state.options.workspace
    try:
        opened = state.open()
        found = checks.check(opened.database, opened.actor)
    except DatabaseError as error:
        if state.options.as_json and error.trouble is Trouble.DAMAGED:
            output.say_json({"ok": False, "integrity": error.detail or str(error.trouble)})
        raise
    if state.options.as_json:
        output.say_json(_check_document(found))
    else:
        output.say_facts(found.counts.items())
        output.say(_("The workspace is sound.") if found.is_sound else "")
    if not found.is_sound:
        raise UserError(" ".join(_check_sentences(found)))


def _check_document(found: "Findings") -> dict[str, object]:
    return {
        "ok": found.is_sound,
        "integrity": found.damage or "ok",
        "foreign_keys": found.dangling,
        "journal": "ok" if found.tampered_at is None else found.tampered_at,
        "figures": found.outdated,
        "search": found.unsearchable,
        "charges": found.misplaced,
        "files": [
            {
                "case": bad.case_number,
                "name": bad.name,
                "problem": "missing" if bad.is_missing else "damaged",
            }
            for bad in found.bad_files
        ],
        "counts": found.counts,
    }


def _check_sentences(found: "Findings") -> list[str]:
    sentences = []
    if found.damage:
        sentences.append(_("The workspace is damaged. Restore the latest backup."))
    if found.dangling:
        sentences.append(
            ngettext(
                "{n} reference points to a row that is not there.",
                "{n} references point to rows that are not there.",
                found.dangling,
            ).format(n=found.dangling)
        )
    if found.tampered_at is not None:
        text = _("The journal was changed from outside at change set {n}.")
        sentences.append(text.format(n=found.tampered_at))
    if found.outdated or found.unsearchable:
        n = max(found.outdated, found.unsearchable)
        text = ngettext(
            "The figures of {n} customer differ from a rebuild.",
            "The figures of {n} customers differ from a rebuild.",
            n,
        )
        sentences.append(text.format(n=n))
    if found.misplaced:
        text = ngettext(
            "{n} customer has another owner than who is in charge.",
            "{n} customers have another owner than who is in charge.",
            found.misplaced,
        )
        sentences.append(text.format(n=found.misplaced))
    for bad in found.bad_files:
        text = (
            _("The file “{name}” of case {number} is missing in the folder “attachments”.")
            if bad.is_missing
            else _("The file “{name}” of case {number} is damaged.")
        )
        sentences.append(text.format(name=bad.name, number=bad.case_number))
    return sentences


def backup(context: typer.Context) -> None:
    """Copy the workspace and verify the copy."""
    from desktop_app.services import keys  # noqa: PLC0415

    state = state_of(context)
    made = keys.back_up(state.open())
    if state.options.as_json:
        output.say_json({"backup": str(made.path), "made_at": made.made_at, "bytes": made.size})
    else:
        output.say(_("Backup: {file}").format(file=made.path))


def back_up_first(state: State) -> Path:
    """Make a backup before something large is done; no right is needed for the safety net."""
    from db import backup as backups  # noqa: PLC0415

    return backups.make_backup(state.open().database).path


def restore(
    context: typer.Context,
    copy: Annotated[
        str,
        typer.Argument(metavar="BACKUP", help=N_("File, name in the folder backups, or “latest”.")),
    ],
) -> None:
    """Put a verified backup in the place of the workspace; the present one is kept."""
    from db import backup as backups  # noqa: PLC0415
    from db import workspace  # noqa: PLC0415
    from desktop_app.services import keys  # noqa: PLC0415

    state = state_of(context)
    if state.windows.has_window(state.folder):
        raise UserError(_("The window has this workspace open. Close it first."))
    file = state.folder / workspace.DATABASE
    source = _find_backup(copy, backups.list_backups(file), backups.folder_of(file))
    mended = _mend_keys(state)
    if mended is not None and _is_sound(state):
        _tell_mended(state, mended)
        return
    actor, held = _restorer(state)
    state.close()
    kept = keys.restore(state.folder, actor, held, source)
    if state.options.as_json:
        output.say_json({"restored": str(source), "kept": None if kept is None else str(kept)})
        return
    output.say(_("Restored {file}.").format(file=source))
    if kept is not None:
        output.say(_("The workspace as it was before is kept: {file}").format(file=kept))
    output.say(
        _("Everybody signs in with their present password.")
        if mended is None
        else _("Everybody signs in with the password of that time.")
    )


def _mend_keys(state: State) -> Path | None:
    """Replace a key file that cannot be read by that of the newest copy; where it came from."""
    from db import keys, workspace  # noqa: PLC0415

    def opens(file: keys.KeyFile) -> tuple[bytes, ...]:
        login = state.options.user or next(iter(file.logins()), "")
        return keys.open_keys(file, login, state.password_for(file, login))

    return workspace.mend_keys(state.folder, opens)


def _is_sound(state: State) -> bool:
    """Whether the workspace opens and each of its pages is whole."""
    from db import workspace  # noqa: PLC0415
    from db.errors import DatabaseError  # noqa: PLC0415

    try:
        workspace.verify_copy(state.open(), state.folder / workspace.DATABASE)
    except DatabaseError:
        return False
    return True


def _tell_mended(state: State, source: Path) -> None:
    from desktop_app.services import keys  # noqa: PLC0415

    with state.write() as session:
        keys.note_mended(session, source.name)
    if state.options.as_json:
        output.say_json({"restored": str(source), "kept": None})
        return
    text = _(
        "The key file was damaged; that of {file} was put in its place. The workspace itself is "
        "sound and was left as it is. Everybody signs in with the password of that time."
    )
    output.say(text.format(file=source))


def _restorer(state: State) -> "tuple[Actor, tuple[bytes, ...]]":
    """Who restores, and the key; what is too damaged to ask opens to whoever has a password."""
    from db import keys as key_file  # noqa: PLC0415
    from db.errors import DatabaseError, Trouble  # noqa: PLC0415
    from db.session import Actor  # noqa: PLC0415
    from db.vocabulary import Role  # noqa: PLC0415
    from desktop_app.services import keys  # noqa: PLC0415

    try:
        with state.read() as session:
            keys.allow_restore(session)
        opened = state.open()
        if opened.database.key is not None:
            return opened.actor, (opened.database.key,)
    except DatabaseError as error:
        damaged = (Trouble.DAMAGED, Trouble.NOT_A_WORKSPACE, Trouble.WRONG_KEY, Trouble.UNREADABLE)
        if error.trouble not in damaged:
            raise
    login = state.login()
    wraps = key_file.load(state.folder / key_file.KEYS)
    held = key_file.open_keys(wraps, login, state.password(login))
    return Actor(None, login, login, Role.ADMINISTRATOR), held


def _find_backup(name: str, known: "list[Backup]", folder: Path) -> Path:
    if name == "latest":
        if not known:
            raise UserError(_("There is no backup in {folder}.").format(folder=folder))
        return known[0].path
    for path in (Path(name), folder / name, folder / f"{name}.db"):
        if path.is_file():
            return path
    raise UserError(_("There is no backup {name}.").format(name=name))


def migrate(context: typer.Context) -> None:
    """Bring the workspace to the present schema, after a backup."""
    from db import backup as backups  # noqa: PLC0415
    from db import keys, workspace  # noqa: PLC0415
    from db import migrate as schema  # noqa: PLC0415

    state = state_of(context)
    login = state.login()
    held = keys.open_keys(keys.load(state.folder / workspace.KEYS), login, state.password(login))
    file = state.folder / workspace.DATABASE
    before = schema.schema_of(file, backups.find_key(file, held))
    state.open()  # makes the backup and upgrades; refuses a newer schema
    if state.options.as_json:
        output.say_json({"before": before, "after": schema.SCHEMA})
    elif before == schema.SCHEMA:
        output.say(_("The schema is current ({n}).").format(n=before))
    else:
        text = _("Upgraded from schema {before} to {after}.")
        output.say(text.format(before=before, after=schema.SCHEMA))
