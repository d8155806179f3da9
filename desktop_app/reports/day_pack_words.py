"""The words of a day pack: what a visit is for, what to do there, what is left blank to fill in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from db import reference
from db.queries.case_file import CaseFile, ReasonOnCase
from db.queries.customer_card import OrderRow
from db.queries.day_contacts import DayContact
from db.queries.day_pack import Owed, PastContact, PersonRow, RenewalLine
from db.reference import VisitField
from db.vocabulary import CustomerClass, ReasonLayer, WinBackStepKind
from desktop_app import labels
from desktop_app.domain.cadence_words import purpose_sentence
from desktop_app.domain.visits import SATISFACTION_WORDS
from desktop_app.i18n import _, language, ngettext
from desktop_app.labels import day_text, label, money
from desktop_app.services.day_packs import Card

SATISFACTION: Final = len(SATISFACTION_WORDS)
"""The best of the satisfaction of an active customer; 1 is the worst."""
FORM: Final = "form."
"""What the codes of the answers to a visit's own form begin with."""
CALM: Final = "calm"
"""Code of the question of a win-back visit whose answer is entered at its case."""


@dataclass(frozen=True, slots=True)
class ToDo:
    """Something to do there, with a box to tick; `done_on` when it was done before."""

    text: str
    detail: str = ""
    done_on: date | None = None


def purposes(card: Card) -> tuple[str, ...]:
    """What a contact is for: as it was planned, else as the cadence says."""
    row = card.contact
    found = [row.purpose.strip()] if row.purpose.strip() else []
    if row.is_callback:
        found.append(_("Call back as promised"))
    if row.rule_purpose is not None:
        found.append(purpose_sentence(row.rule_purpose))
    return tuple(dict.fromkeys(found))


def to_do(card: Card) -> tuple[ToDo, ...]:
    """The six steps of winning back for a case, else how customers of the class are treated."""
    return tuple(_steps(card) if card.is_win_back else _treatment(card.contact.klass))


def _steps(card: Card) -> Iterator[ToDo]:
    for step in reference.entries("visit_steps"):
        done_on = card.steps.get(WinBackStepKind(step.code))
        yield ToDo(reference.text(step, language()), step.more("detail", language()), done_on)


def _treatment(klass: CustomerClass) -> Iterator[ToDo]:
    spoken = language()
    for entry in reference.entries("classes", "class"):
        if entry.extra["letter"] == klass.value.upper():
            yield ToDo(entry.more("treatment", spoken))
    for entry in reference.entries("classes", "management"):
        if entry.code == "focus":
            yield ToDo(entry.more(klass.value, spoken))


def facts(card: Card) -> tuple[tuple[str, str], ...]:
    """Short facts of the customer; an empty value is to be asked."""
    row = card.contact
    return (
        (_("Number"), row.number),
        (_("Class"), label(row.klass)),
        (_("Kind"), label(row.kind)),
        (_("Phone"), row.phone),
        (_("District"), row.district),
        (_("Customer since"), day_text(row.joined_on) if row.joined_on else ""),
        (_("In charge"), row.owner or _("nobody")),
        (_("Backup"), row.backup or _("nobody")),
    )


def spend(card: Card, currency: str) -> str:
    """What the customer has bought, in one line."""
    row = card.contact
    last = date.fromordinal(row.last_day) if row.last_day is not None else None
    text = ngettext(
        "{n} order, on {day}; {window} in 12 months, {total} in all",
        "{n} orders, the last on {day}; {window} in 12 months, {total} in all",
        row.orders,
    )
    return text.format(
        n=labels.number(row.orders),
        day=day_text(last),
        window=money(row.spend_window, currency),
        total=money(row.spend_total, currency),
    )


def order(row: OrderRow) -> str:
    """One order in a line."""
    text = f"{day_text(row.on)}   {money(row.amount, row.currency)}"
    return f"{text}   {_(', ').join(row.products)}" if row.products else text


def person(row: PersonRow) -> str:
    """Somebody to talk to, in a line."""
    parts = (row.name, row.duty, row.phone, _("first to ask") if row.is_primary else "")
    return "   ".join(part for part in parts if part)


def case_head(file: CaseFile) -> str:
    """What case it is."""
    row = file.row
    return _("{number}: {kind}, {stage}, opened {day}").format(
        number=row.number, kind=label(row.kind), stage=label(row.stage), day=day_text(row.opened_on)
    )


def reasons(file: CaseFile) -> tuple[str, ...]:
    """Why the customer leaves, as far as it is known: stated and root reason, what happened."""
    found = []
    for layer in (ReasonLayer.STATED, ReasonLayer.ROOT):
        reason = file.reasons.get(layer)
        if reason is not None:
            found.append(_("{name}: {value}").format(name=label(layer), value=_reason(reason)))
    if file.what_happened.strip():
        found.append(
            _("{name}: {value}").format(name=_("What happened"), value=file.what_happened.strip())
        )
    return tuple(found) or (_("No reason is recorded yet."),)


def _reason(reason: ReasonOnCase) -> str:
    words = reference.text(reason, language())
    if not reason.verbatim.strip():
        return words
    return _("{reason} – “{words}”").format(reason=words, words=reason.verbatim.strip())


def owed(row: Owed, day: date) -> str:
    """A promise or task in a line; what is past its day says so."""
    text = _("{words} – due {day}").format(words=row.words, day=day_text(row.due_on))
    if row.due_on < day:
        days = (day - row.due_on).days
        late = ngettext("{text}, {n} day late", "{text}, {n} days late", days)
        text = late.format(text=text, n=days)
    if row.kind is not None:
        text = _("{name}: {value}").format(name=label(row.kind), value=text)
    return text


def renewal(row: RenewalLine, day: date) -> str:
    """What expires, in a line."""
    left = (row.expires_on - day).days
    if left >= 0:
        when = ngettext("in {n} day", "in {n} days", left).format(n=left)
    else:
        when = ngettext("{n} day ago", "{n} days ago", -left).format(n=-left)
    text = _("{product} – expires {day} ({when}), {state}").format(
        product=row.product, day=day_text(row.expires_on), when=when, state=label(row.state)
    )
    if row.fee is None:
        return text
    return _("{text}, fee {fee}").format(text=text, fee=money(row.fee, row.currency))


def past(row: PastContact) -> str:
    """An earlier contact in a line."""
    what = label(row.channel)
    if row.result is not None:
        what = _("{channel}: {result}").format(channel=what, result=label(row.result))
    parts = [day_text(row.on), what, row.by]
    text = "   ".join(part for part in parts if part)
    for said in (row.note, row.next_step):
        if said.strip():
            text = _("{text} – {note}").format(text=text, note=" ".join(said.split()))
    return text


def when(row: DayContact) -> str:
    """The time agreed, with the minutes it takes; empty for none."""
    if row.starts_at is None:
        return ""
    if row.minutes is None:
        return f"{row.starts_at:%H:%M}"
    return _("{time}, {n} min").format(time=f"{row.starts_at:%H:%M}", n=row.minutes)


def flags(card: Card, day: date) -> tuple[str, ...]:
    """What must not be forgotten there, in a few words each, for the route."""
    found = []
    if card.is_win_back:
        found.append(_("win back"))
    late = sum(row.due_on <= day for row in card.promises)
    if late:
        found.append(_("promises due: {n}").format(n=late))
    if card.renewals:
        found.append(_("renewals: {n}").format(n=len(card.renewals)))
    if card.contact.is_provisional:
        found.append(_("provisional"))
    return tuple(found)


# The form ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Question:
    """A line of the form: what is asked and the room for the answer.

    Attributes:
        code: What it is known by in a file, the same in each language.
        text: What is asked.
        lines: Lines to write on; the first stands behind the question if it is the only one.
        choices: Boxes to tick instead.
        day: What the boxes for a date behind it are called; empty for no boxes.
        is_number: Whether the answer is a number.
    """

    code: str
    text: str
    lines: int = 1
    choices: tuple[str, ...] = ()
    day: str = ""
    is_number: bool = False


def form(card: Card) -> tuple[Question, ...]:
    """What is filled in at the customer's; only active customers are asked how satisfied."""
    found = [
        Question("met", _("Spoken with")),
        Question("note", _("What the customer said, in their own words"), lines=3),
        *(_field(field) for field in card.fields),
    ]
    if card.is_win_back:
        found.append(Question(CALM, _("Is the displeasure gone?"), choices=(_("Yes"), _("No"))))
    if card.is_asked:
        scale = tuple(str(n) for n in range(1, SATISFACTION + 1))
        found.append(
            Question(
                "satisfaction",
                _("How satisfied? 1 very dissatisfied, 5 fully satisfied"),
                choices=scale,
            )
        )
    return (
        *found,
        Question("agreed", _("What was agreed, and by when"), lines=2),
        Question("gift", _("Gift given")),
        Question("next_step", _("Next step"), day=_("Day")),
    )


def _field(field: VisitField) -> Question:
    """A field of the form of the visit as it stands on paper."""
    code, text = f"{FORM}{field.code}", reference.text(field, language())
    match field.kind:
        case "choice":
            said = tuple(words for _code, words in field.words(language()))
            return Question(code, text, choices=said)
        case "yes_no":
            return Question(code, text, choices=(_("Yes"), _("No")))
        case _:
            return Question(code, text, is_number=field.kind == "number")
