"""Columns of the list of reasons."""

from typing import Any

from desktop_app.columns import Column
from desktop_app.i18n import N_, _
from desktop_app.labels import day_text, label

REASON_COLUMNS: tuple[Column[Any], ...] = (
    Column("group", N_("Group"), lambda row: row.group),
    Column("zh", N_("Chinese"), lambda row: row.reason.zh),
    Column("en", N_("English"), lambda row: row.reason.en),
    Column("churn_type", N_("Churn type"), lambda row: row.churn_type),
    Column(
        "avoidable", N_("Avoidable"), lambda row: row.reason.avoidable,
        text=lambda row: {None: "", True: _("Yes"), False: _("No")}[row.reason.avoidable],
    ),
    Column("version", N_("Version"), lambda row: row.reason.version),
    Column("origin", N_("Words from"), lambda row: label(row.reason.origin)),
    Column(
        "retired_on", N_("Retired on"), lambda row: row.reason.retired_on,
        text=lambda row: day_text(row.reason.retired_on) if row.reason.retired_on else "",
    ),
    Column("replaced_by", N_("Replaced by"), lambda row: row.replaced_by),
    Column("code", N_("Code"), lambda row: row.reason.code),
)  # fmt: skip
