"""Columns of the lists of scripts, their versions, and snippets."""

from typing import Any

from db.vocabulary import VersionState
from desktop_app.columns import Align, Column, Kind
from desktop_app.domain.rates import Rate
from desktop_app.domain.script_check_words import finding_sentence
from desktop_app.domain.script_checks import check_words
from desktop_app.domain.significance import ENOUGH
from desktop_app.i18n import N_, _, language
from desktop_app.labels import day_text, label, number, percent


def save_rate(row: Any) -> float | None:
    """Saved of the judged calls; None while there are not enough."""
    return Rate(row.saved, row.judged).share if row.judged >= ENOUGH else None


def save_text(row: Any) -> str:
    """The save rate with its n, or that there are not enough calls."""
    share = save_rate(row)
    if share is None:
        text = _("not enough calls yet ({n} of {least})")
        return text.format(n=row.judged, least=ENOUGH)
    return _("{share} of {n}").format(share=percent(share), n=number(row.judged))


def snippet_problems(row: Any) -> list[str]:
    """What is wrong with the words of a snippet, in sentences."""
    return [finding_sentence(each) for each in check_words(row.zh, row.en)]


def _state(row: Any) -> str:
    if row.retired_on is not None:
        return _("retired")
    if row.draft_id is not None:
        return _("draft begun") if row.current_version else _("draft")
    return _("in use")


SCRIPT_COLUMNS: tuple[Column[Any], ...] = (
    Column("title", N_("Title"), lambda row: row.title(language()), width=210),
    Column("occasion", N_("Occasion"), lambda row: label(row.occasion)),
    Column(
        "version", N_("In use"), lambda row: row.current_version,
        text=lambda row: (
            _("Version {number}").format(number=row.current_version)
            if row.current_version else _("not published")
        ),
    ),
    Column("state", N_("State"), _state),
    Column("runs", N_("Calls"), lambda row: row.runs, text=lambda row: number(row.runs),
           align=Align.RIGHT),
    Column("save_rate", N_("Save rate"), save_rate, text=save_text, kind=Kind.PERCENT),
    Column(
        "published_at", N_("Published on"), lambda row: row.published_at,
        text=lambda row: day_text(row.published_at.date()) if row.published_at else "",
    ),
    Column("steps", N_("Steps"), lambda row: row.steps, align=Align.RIGHT, width=64),
    Column("code", N_("Code"), lambda row: row.code),
)  # fmt: skip

VERSION_COLUMNS: tuple[Column[Any], ...] = (
    Column("number", N_("Version"), lambda row: row.number, align=Align.RIGHT),
    Column(
        "state", N_("State"),
        lambda row: _("Draft") if row.state is VersionState.DRAFT else _("Published"), width=104,
    ),
    Column("runs", N_("Calls"), lambda row: row.runs, text=lambda row: number(row.runs),
           align=Align.RIGHT),
    Column("save_rate", N_("Save rate"), save_rate, text=save_text, kind=Kind.PERCENT),
    Column(
        "published_at", N_("Published on"), lambda row: row.published_at,
        text=lambda row: day_text(row.published_at.date()) if row.published_at else "",
    ),
    Column("by", N_("By"), lambda row: row.by),
    Column("note", N_("Note"), lambda row: row.note, width=200),
)  # fmt: skip

SNIPPET_COLUMNS: tuple[Column[Any], ...] = (
    Column("trigger", N_("Trigger"), lambda row: row.trigger, text=lambda row: f"::{row.trigger}"),
    Column("words", N_("Words"), lambda row: row.words(language()), width=310),
    Column("problem", N_("To be looked at"), lambda row: "; ".join(snippet_problems(row)),
           width=170),
    Column("origin", N_("Comes from"), lambda row: label(row.origin)),
    Column(
        "retired_on", N_("Retired on"), lambda row: row.retired_on,
        text=lambda row: day_text(row.retired_on) if row.retired_on else "",
    ),
)  # fmt: skip
