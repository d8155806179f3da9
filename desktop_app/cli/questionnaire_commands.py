"""Questionnaires on the command line: check one, try one with random answers. No workspace."""

import random
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desktop_app.cli import output
from desktop_app.cli.state import state_of
from desktop_app.errors import FileProblemError
from desktop_app.i18n import N_, _
from desktop_app.questionnaire import wording
from desktop_app.questionnaire.wording import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable

    from desktop_app.importing.xlsforms import Converted
    from desktop_app.questionnaire.xlsform import SheetProblem

File = Annotated[Path, typer.Argument(help=N_("The form: XLSForm (xlsx, xls, csv, md) or XForm."))]


def check(
    context: typer.Context,
    file: File,
    purpose: Annotated[
        Purpose | None,
        typer.Option(help=N_("Check the wording, too: exit or satisfaction.")),
    ] = None,
) -> None:
    """Check a form; every problem with its sheet, row and column, and how it is worded."""
    as_json = state_of(context).options.as_json
    converted, errors = _read(file)
    found: dict[str, Any] = {
        "ok": not errors,
        "questions": _count(converted),
        "errors": errors,
        "warnings": _rows(converted.warnings) if converted is not None else [],
    }
    if purpose is not None:
        found["wording"] = _wording(converted, purpose)
    if as_json:
        output.say_json(found)
    else:
        for problem in (*errors, *found["warnings"]):
            output.say(_line(problem))
        for remark in found.get("wording", ()):
            text = " ".join((remark["explanation"], remark["suggestion"]))
            output.say(_("{place}: {message}").format(place=remark["question"], message=text))
        if not errors:
            output.say(
                _("The form can be used. Questions: {count}").format(count=_count(converted))
            )
    if errors:
        raise typer.Exit(1)


def fill(
    context: typer.Context,
    file: File,
    seed: Annotated[
        int | None, typer.Option(help=N_("The same seed gives the same answers."))
    ] = None,
) -> None:
    """Walk through a form with random valid answers."""
    as_json = state_of(context).options.as_json
    converted, errors = _read(file)
    if converted is None:
        if as_json:
            empty: dict[str, Any] = {"questions": 0, "answers": {}, "unanswered": []}
            output.say_json({"ok": False, **empty, "problems": errors})
        else:
            for problem in errors:
                output.say(_line(problem))
        raise typer.Exit(1)
    from desktop_app.questionnaire import answers, generate  # noqa: PLC0415
    from desktop_app.questionnaire.form import Severity  # noqa: PLC0415

    chosen = random.randrange(1_000_000) if seed is None else seed  # noqa: S311  (no secret)
    filled = generate.fill(converted.form, chosen)
    problems = [
        {
            "path": problem.address,
            "kind": problem.kind,
            "severity": problem.severity,
            "message": problem.message,
        }
        for problem in filled.problems
    ]
    blocking = [each for each in filled.problems if each.severity is Severity.ERROR]
    given = answers.to_answers(filled.filling, only_relevant=True)
    found: dict[str, Any] = {
        "ok": not blocking,
        "seed": chosen,
        "questions": _count(converted),
        "answers": given,
        "unanswered": list(filled.unanswered),
        "problems": problems,
    }
    if as_json:
        output.say_json(found)
    else:
        for address, value in given.items():
            output.say(f"{address}: {value}")
        for wrong in filled.problems:
            output.say(f"{wrong.address}: {wrong.message}")
        for address in filled.unanswered:
            output.say(_("{path}: no answer was found that keeps the rules.").format(path=address))
    if blocking:
        raise typer.Exit(1)


def _read(file: Path) -> "tuple[Converted | None, list[dict[str, Any]]]":
    """The form, or what is wrong with it."""
    from desktop_app.importing import xlsforms  # noqa: PLC0415  (`--help` needs no lxml)

    with output.TerminalProgress() as progress:
        try:
            return xlsforms.convert(file, progress), []
        except xlsforms.FormFileError as error:
            return None, _rows(error.problems)
        except FileProblemError as error:
            row = {"sheet": "", "row": None, "column": "", "heading": "", "message": error.message}
            return None, [row]


def _rows(problems: "Iterable[SheetProblem]") -> list[dict[str, Any]]:
    return [
        {
            "sheet": problem.place.sheet,
            "row": problem.place.row,
            "column": problem.place.column,
            "heading": problem.place.heading,
            "message": problem.message,
        }
        for problem in problems
    ]


def _wording(converted: "Converted | None", purpose: Purpose) -> list[dict[str, Any]]:
    """What is odd about the words, in the order of the questions."""
    if converted is None:
        return []
    from desktop_app.questionnaire import worded  # noqa: PLC0415

    return [
        {
            "question": remark.question,
            "language": remark.language,
            "rule": remark.rule,
            "found": list(remark.found),
            "explanation": remark.explanation,
            "suggestion": remark.suggestion,
        }
        for remark in wording.check_wording(worded.worded(converted.form), purpose)
    ]


def _line(problem: dict[str, Any]) -> str:
    """One problem as a line, its cell as a spreadsheet writes it."""
    cell = f"{problem['column']}{problem['row'] or ''}"
    where = "!".join(filter(None, (problem["sheet"], cell)))
    if not where:
        return str(problem["message"])
    return _("{place}: {message}").format(place=where, message=problem["message"])


def _count(converted: "Converted | None") -> int:
    return sum(1 for _each in converted.form.asked()) if converted is not None else 0
