"""What the commands for questionnaires and for scripts share: options, lists, which version."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from desktop_app.cli import output
from desktop_app.cli.state import State
from desktop_app.errors import NotFoundError
from desktop_app.i18n import N_, _, language

if TYPE_CHECKING:
    from db.queries.versioned import Listed

Overwrite = Annotated[bool, typer.Option("--overwrite", help=N_("Replace files that are there."))]
Retired = Annotated[bool, typer.Option("--retired", help=N_("Retired ones, too."))]
Number = Annotated[int, typer.Option("--version", help=N_("Version; the one in use without it."))]
Publish = Annotated[
    bool, typer.Option("--publish", help=N_("Publish it at once, if nothing is wrong."))
]


class Numbered(Protocol):
    """A version."""

    @property
    def id(self) -> uuid.UUID:
        """Its key."""

    @property
    def number(self) -> int:
        """Its number."""


def say_list(
    state: State,
    rows: "Sequence[Listed]",
    kind: tuple[str, str],
    size: tuple[str, str],
    uses: tuple[str, str],
) -> None:
    """Say a list of what has versions, as JSON or as a table.

    `kind` is field and heading of what each is for, `size` of how much stands in it, `uses` of how
    often it was followed.
    """
    from desktop_app.labels import label  # noqa: PLC0415

    fields, titles = zip(kind, size, uses, strict=True)
    values = [tuple(getattr(row, field) for field in fields) for row in rows]
    if state.options.as_json:
        output.say_json(
            [
                {
                    "code": row.code,
                    "zh": row.zh,
                    "en": row.en,
                    fields[0]: what,
                    "version": row.current_version,
                    "has_draft": row.draft_id is not None,
                    fields[1]: many,
                    fields[2]: used,
                    "retired_on": row.retired_on,
                }
                for row, (what, many, used) in zip(rows, values, strict=True)
            ]
        )
        return
    lines = [
        (
            row.code,
            row.title(language()),
            label(what),
            str(row.current_version or "-"),
            str(many),
            str(used),
        )
        for row, (what, many, used) in zip(rows, values, strict=True)
    ]
    heads = (_("Code"), _("Title"), titles[0], _("Version"), *titles[1:])
    output.say_table(heads, lines, (False, False, False, True, True, True))


def version_id(row: "Listed", versions: Sequence[Numbered], number: int, missing: str) -> uuid.UUID:
    """The version with a number, without one that in use, else the newest, which comes first.

    `missing` is the sentence, with ``{code}`` and ``{number}``, of the NotFoundError.
    """
    wanted = number or row.current_version or versions[0].number
    for each in versions:
        if each.number == wanted:
            return each.id
    raise NotFoundError(missing.format(code=row.code, number=wanted))


def say_taken(
    state: State, found: Mapping[str, Any], text: str, remarks: Iterable[str], draft: str
) -> None:
    """Say what came of a file that was taken in.

    `found` is all of it, `text` the sentence for it, `remarks` are lines on what was odd about the
    file; `draft` says what to do next, unless it is published.
    """
    if state.options.as_json:
        output.say_json(found)
        return
    output.say(text)
    for line in remarks:
        output.tell(line)
    if draft:
        output.say(draft)
