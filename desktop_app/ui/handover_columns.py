"""Columns of a handover while it is being made."""

from typing import Final

from db.vocabulary import Fate, Seat
from desktop_app import labels
from desktop_app.columns import Align, Column, Kind
from desktop_app.domain.handover_tidy import tidy_word
from desktop_app.i18n import N_, _
from desktop_app.ui import case_look
from desktop_app.ui.handover_work import Line, Load, choice_words, why_words
from desktop_app.ui.theme import Tone


def class_tone(line: Line) -> Tone | None:
    """Tone of the class of a line's customer."""
    return case_look.KLASS_TONES[line.proposed.klass]


def _letter(line: Line) -> str:
    return line.proposed.klass.value.upper()


def _tidy(line: Line) -> str:
    return _(", ").join(map(tidy_word, line.proposed.to_tidy))


def tidy_tone(line: Line) -> Tone | None:
    """Tone of what is missing; what was ticked is in order."""
    if not line.proposed.to_tidy:
        return None
    return Tone.GOOD if line.is_checked else Tone.WARN


def _checked(line: Line) -> str:
    return "✓" if line.is_checked else ""


CUSTOMER_COLUMNS: Final[list[Column[Line]]] = [
    Column("checked", N_("In order"), lambda line: line.is_checked, _checked, align=Align.CENTER,
           width=76),
    Column("name", N_("Customer"), lambda line: line.proposed.name, width=160),
    Column("klass", N_("Class"), _letter,
           align=Align.CENTER, width=60),
    Column("to_tidy", N_("To be tidied"), _tidy, width=240),
    Column("value", N_("Spend"), lambda line: line.proposed.value,
           lambda line: labels.money(line.proposed.value, line.proposed.currency),
           align=Align.RIGHT, width=100, kind=Kind.MONEY),
    Column("number", N_("Number"), lambda line: line.proposed.number, width=96),
    Column("cases", N_("Cases"), lambda line: line.proposed.cases, align=Align.RIGHT, width=64),
    Column("visits", N_("Visits"), lambda line: line.proposed.visits, align=Align.RIGHT, width=64),
    Column("promises", N_("Promises"), lambda line: line.proposed.promises, align=Align.RIGHT,
           width=80),
    Column("tasks", N_("Tasks"), lambda line: line.proposed.tasks, align=Align.RIGHT, width=64),
    Column("renewals", N_("Renewals"), lambda line: line.proposed.renewals, align=Align.RIGHT,
           width=80),
]  # fmt: skip


def _to(line: Line) -> str:
    return choice_words(line)


def _cross_text(is_cross: bool) -> str:  # noqa: FBT001  (what a cell says)
    return _("another department") if is_cross else ""


def to_tone(line: Line) -> Tone | None:
    """Tone of who gets a seat: nobody is bad; another department and a fate are told apart."""
    if line.is_moot:
        return Tone.NEUTRAL
    if line.choice is None:
        return Tone.BAD
    if line.is_cross:
        return Tone.INFO
    return Tone.WARN if isinstance(line.choice, Fate) else None


def why_tone(line: Line) -> Tone | None:
    """Tone of why: who is in another department stands out."""
    return Tone.INFO if line.is_cross else None


RECEIVER_COLUMNS: Final[list[Column[Line]]] = [
    Column("name", N_("Customer"), lambda line: line.proposed.name, width=140),
    Column("klass", N_("Class"), _letter,
           align=Align.CENTER, width=56),
    Column("seat", N_("As"), lambda line: list(Seat).index(line.proposed.seat),
           lambda line: labels.label(line.proposed.seat), width=80),
    Column("to", N_("Goes to"), _to, width=120),
    Column("why", N_("Reason"), why_words, width=300),
    Column("cross", N_("Department"), lambda line: line.is_cross,
           lambda line: _cross_text(line.is_cross), width=120),
]  # fmt: skip


def _room(load: Load) -> str:
    return _("{n} of {most}").format(
        n=labels.number(load.after), most=labels.number(load.receiver.capacity)
    )


def load_tone(load: Load) -> Tone | None:
    """Tone of what somebody holds afterwards."""
    if load.is_over:
        return Tone.BAD
    return Tone.INFO if load.gets else None


LOAD_COLUMNS: Final[list[Column[Load]]] = [
    Column("name", N_("Employee"), lambda load: load.receiver.name, width=70),
    Column("before", N_("Holds"), lambda load: load.receiver.held, align=Align.RIGHT, width=52),
    Column("gets", N_("Gets"), lambda load: load.gets, align=Align.RIGHT, width=56),
    Column("after", N_("Afterwards"), lambda load: load.after, _room, align=Align.RIGHT, width=96),
    Column("department", N_("Department"), lambda load: load.receiver.department, width=76),
]  # fmt: skip
