"""All commands under their names; the texts of their help are translated here."""

from collections.abc import Callable
from typing import Any

import typer

from desktop_app.cli import (
    calendar_commands,
    case_commands,
    data_commands,
    day_pack_command,
    exit_commands,
    figures_commands,
    handover_answer,
    handover_commands,
    interview_commands,
    journal_commands,
    list_commands,
    plan_commands,
    questionnaire_commands,
    questionnaire_files,
    queue_commands,
    remind_command,
    report_commands,
    script_commands,
    simulate_commands,
    window_commands,
    workspace_commands,
)
from desktop_app.cli.parser_words import translate_help
from desktop_app.i18n import N_, _

_COMMANDS: dict[str, tuple[Callable[..., None], str]] = {
    "new": (workspace_commands.new, N_("Make a new workspace in a folder.")),
    "demo": (workspace_commands.demo, N_("Make a demo workspace with a whole team at work.")),
    "check": (workspace_commands.check, N_("Check a workspace: pages, references, journal.")),
    "backup": (workspace_commands.backup, N_("Make a verified backup now.")),
    "restore": (workspace_commands.restore, N_("Put a backup in the place of the workspace.")),
    "migrate": (workspace_commands.migrate, N_("Bring a workspace to the present schema.")),
    "import": (
        data_commands.import_file,
        N_("Import customers, orders, visits or renewals from a file."),
    ),
    "renewals": (data_commands.import_renewals, N_("Import what expires from a file.")),
    "scan": (case_commands.scan, N_("Look for departing customers.")),
    "open-cases": (case_commands.open_cases, N_("Open a case for every open signal.")),
    "register-exit": (
        exit_commands.register_exit,
        N_("Register at the counter that a customer leaves."),
    ),
    "queue": (queue_commands.queue, N_("List what is to be done, in order, and why.")),
    "day-pack": (
        day_pack_command.day_pack,
        N_("Write what somebody takes along on a day, as PDF and Excel."),
    ),
    "plan": (
        plan_commands.plan,
        N_("Plan visits and calls by the cadence: what is required, planned and impossible."),
    ),
    "handover": (
        handover_commands.handover,
        N_("Hand customers over to others: find, propose, commit."),
    ),
    "handover-answer": (
        handover_answer.answer,
        N_("List what was handed to you, accept it, or decline it and say why."),
    ),
    "remind": (remind_command.remind, N_("List what somebody is to be reminded of.")),
    "list": (list_commands.list_entity, N_("List records.")),
    "show": (list_commands.show, N_("Show one record.")),
    "report": (report_commands.report, N_("Write a report as Excel, PDF or JSON.")),
    "history": (journal_commands.history, N_("Show who changed what and when.")),
    "undo": (journal_commands.undo, N_("Undo a change set.")),
    "screenshots": (window_commands.screenshots, N_("Save pictures of every page.")),
    "simulate": (
        simulate_commands.simulate,
        N_("Let a simulated task force work for some weeks and count broken rules."),
    ),
    "self-test": (window_commands.self_test, N_("Try the whole loop in a temporary workspace.")),
}
_GROUPS: dict[str, tuple[str, dict[str, tuple[Callable[..., None], str]]]] = {
    "calendar": (
        N_("Visits and calls for other calendar programs."),
        {"export": (calendar_commands.export, N_("Write a calendar file (iCalendar)."))},
    ),
    "figures": (
        N_("Figures with what they are made of."),
        {
            "team": (figures_commands.team, N_("Saves, survival, scripts and work of the team.")),
            "compliance": (
                plan_commands.compliance,
                N_(
                    "What the cadence asked for and what became of it, by class, function and "
                    "person."
                ),
            ),
        },
    ),
    "questionnaire": (
        N_("Check, try, list, export and import questionnaires."),
        {
            "check": (questionnaire_commands.check, N_("Check a form: every problem by its cell.")),
            "fill": (questionnaire_commands.fill, N_("Try a form with random valid answers.")),
            "list": (questionnaire_files.list_all, N_("List the questionnaires.")),
            "export": (
                questionnaire_files.export,
                N_("Write a questionnaire as XLSForm, as XForm, or on paper."),
            ),
            "import": (questionnaire_files.take_in, N_("Take in an XLSForm.")),
        },
    ),
    "script": (
        N_("Check, list, export and import scripts."),
        {
            "check": (script_commands.check, N_("Check a script: every finding by its step.")),
            "list": (script_commands.list_all, N_("List the scripts.")),
            "export": (
                script_commands.export,
                N_("Write a script as workbook, TOML or JSON."),
            ),
            "import": (script_commands.take_in, N_("Take in a script from a file.")),
        },
    ),
    "interview": (
        N_("Write interviews as files."),
        {
            "export": (
                interview_commands.export,
                N_("Write answers as Excel, CSV, XML or for statistics."),
            ),
            "pdf": (interview_commands.pdf, N_("Write one filled questionnaire.")),
        },
    ),
}
_GLOBAL_OPTIONS = N_(
    "Options of every command, at any place: --workspace FOLDER (or WINBACK_WORKSPACE), "
    "--user LOGIN (or WINBACK_USER), --lang en|zh_CN, --json (one JSON document), --debug. "
    "The password is taken from WINBACK_PASSWORD or asked for. Without a command the window opens."
)


def build() -> Any:
    """The command with all its subcommands, in the present language."""
    app = typer.Typer(
        name="winback",
        help=_("Winback Desk: find who is leaving, ask why, win them back."),
        epilog=_(_GLOBAL_OPTIONS),
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
    )
    for name, (function, text) in _COMMANDS.items():
        settings = getattr(function, "parser_settings", None)
        app.command(name, help=_(text), context_settings=settings)(function)
    for name, (text, commands) in _GROUPS.items():
        group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
        for inner, (function, inner_text) in commands.items():
            group.command(inner, help=_(inner_text))(function)
        app.add_typer(group, name=name, help=_(text))
    app.callback(invoke_without_command=False)(_version)
    command: Any = typer.main.get_command(app)
    translate_help(command)
    return command


def _show_version(wanted: bool) -> None:
    if wanted:
        from desktop_app import VERSION  # noqa: PLC0415

        typer.echo(f"winback {VERSION}")
        raise typer.Exit


def _version(
    version: bool = typer.Option(
        False,
        "--version",
        help=N_("Show the version and stop."),
        callback=_show_version,
        is_eager=True,
    ),
) -> None:
    """Options before the command."""
