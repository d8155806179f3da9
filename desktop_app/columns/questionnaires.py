"""Columns of the lists of questionnaires, and of the question library."""

from typing import Any

from desktop_app.columns import Align, Column
from desktop_app.i18n import N_, _, language
from desktop_app.labels import day_text, label, number

QUESTIONNAIRE_COLUMNS: tuple[Column[Any], ...] = (
    Column("title", N_("Title"), lambda row: row.title(language()), width=260),
    Column("purpose", N_("Purpose"), lambda row: label(row.purpose)),
    Column(
        "version", N_("In use"), lambda row: row.current_version,
        text=lambda row: (
            _("Version {number}").format(number=row.current_version)
            if row.current_version else _("not published")
        ),
    ),
    Column(
        "draft", N_("Draft"), lambda row: row.draft_id is not None,
        text=lambda row: _("being edited") if row.draft_id is not None else "",
    ),
    Column("questions", N_("Questions"), lambda row: row.questions, align=Align.RIGHT),
    Column(
        "interviews", N_("Interviews held"), lambda row: row.interviews,
        text=lambda row: number(row.interviews), align=Align.RIGHT,
    ),
    Column("origin", N_("Comes from"), lambda row: label(row.origin)),
    Column("code", N_("Code"), lambda row: row.code),
    Column(
        "retired_on", N_("Retired on"), lambda row: row.retired_on,
        text=lambda row: day_text(row.retired_on) if row.retired_on else "",
    ),
)  # fmt: skip

LIBRARY_COLUMNS: tuple[Column[Any], ...] = (
    Column("title", N_("Question"), lambda row: row.title(language()), width=330),
    Column("questions", N_("How many"), lambda row: row.questions, align=Align.RIGHT),
    Column("origin", N_("Comes from"), lambda row: label(row.origin)),
    Column("code", N_("Code"), lambda row: row.code),
)
