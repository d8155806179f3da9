"""The forms of the queue: who is to work on cases, a promised call, why a case is given back."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from db.vocabulary import CallbackFor
from desktop_app import clock, labels
from desktop_app.domain.contacts import next_working_day
from desktop_app.domain.drafts import Draft
from desktop_app.i18n import _, ngettext
from desktop_app.services.spreading import Helper, Part, Plan
from desktop_app.ui import theme
from desktop_app.ui.case_look import list_text
from desktop_app.ui.editors import CheckEditor, EnumEditor, ManyEditor
from desktop_app.ui.form import Form
from desktop_app.ui.panels import text_label
from desktop_app.ui.parsed_editors import DateTimeEditor
from desktop_app.ui.pickers import Choice, PickerEditor

_NAMED: int = 6
_MORNING = dt.time(10)


class AssignDraft(Draft):
    """Who is to work on a case."""

    user: uuid.UUID


class SpreadDraft(Draft):
    """Among whom cases are spread."""

    users: Annotated[tuple[uuid.UUID, ...], Field(min_length=1)]
    with_owned: bool = False


def helper_text(one: Helper, count: int = 1) -> str:
    """Somebody with load and ability for so many cases, as a line of a list."""
    load = _("{held} of {capacity} open").format(held=one.open_cases, capacity=one.capacity)
    ability = _("ability {share}").format(share=labels.percent(one.ability, 0))
    notes = []
    if one.is_kept_away:
        notes.append(_("gave it back, kept for others"))
    elif not one.free:
        notes.append(_("full"))
    if one.far and one.far == count:
        notes.append(_("of another store"))
    elif one.far:
        text = ngettext("{n} case of another store", "{n} cases of other stores", one.far)
        notes.append(text.format(n=one.far))
    return list_text((one.user.name, load, ability, *notes))


def assign_form(helpers: Sequence[Helper], current: uuid.UUID | None = None) -> Form:
    """Who is to work on one case, the best suited first."""
    choices = [
        Choice(one.user.id, helper_text(one), "", f"{one.user.login} {labels.label(one.user.role)}")
        for one in helpers
    ]
    form = Form(labels_above=True)
    form.add(
        "user",
        _("&Who is to work on it"),
        PickerEditor(choices, rows=9),
        required=True,
        help=_("The best suited first: ability for this class of customer × free places."),
    )
    form.fill({"user": current or _first(helpers)})
    return form


def spread_form(helpers: Sequence[Helper], count: int) -> Form:
    """Among whom many cases are spread; nobody is proposed unless only one person suits all."""
    form = Form(labels_above=True)
    choices = [(one.user.id, helper_text(one, count)) for one in helpers]
    form.add(
        "users",
        _("Among &whom"),
        ManyEditor(choices, rows=8),
        required=True,
        help=_("One person gets all; several get them by ability and free places."),
    )
    form.add("with_owned", "", CheckEditor(_("&Also those that somebody works on")))
    form.fill({"users": proposed(helpers, count)})
    return form


def _first(helpers: Sequence[Helper]) -> uuid.UUID | None:
    best = next(iter(helpers), None)
    return best.user.id if best is not None and best.free and not best.far else None


def proposed(helpers: Sequence[Helper], count: int) -> list[uuid.UUID]:
    """The only person who works on cases of all these stores and has places for all of them."""
    found = [
        one.user.id
        for one in helpers
        if not (one.far or one.is_kept_away or one.assigns) and one.free >= count
    ]
    return found if len(found) == 1 else []


def plan_text(plan: Plan) -> str:
    """What would come of it: who gets how many, what stays, what is held back."""
    lines = [_part_text(part) for part in plan.parts] or [_("Nobody gets a case.")]
    if plan.taken:
        text = ngettext(
            "{n} leaves whoever works on it now.",
            "{n} leave those who work on them now.",
            plan.taken,
        )
        lines.append(text.format(n=plan.taken))
    if plan.far:
        text = ngettext(
            "{n} goes to somebody of another store.",
            "{n} go to somebody of another store.",
            plan.far,
        )
        lines.append(text.format(n=plan.far))
    if plan.kept:
        text = ngettext(
            "{n} stays with who has it.", "{n} stay with those who have them.", plan.kept
        )
        lines.append(text.format(n=plan.kept))
    if plan.left:
        text = ngettext(
            "{n} stays where it is, nobody chosen has a place: {names}",
            "{n} stay where they are, nobody chosen has a place: {names}",
            len(plan.left),
        )
        lines.append(text.format(n=len(plan.left), names=named(plan.left)))
    if plan.screened:
        text = ngettext("{n} is held back:", "{n} are held back:", len(plan.screened))
        lines.append(text.format(n=len(plan.screened)))
        lines += [f"{one.number}: {one.note}" for one in plan.screened[:_NAMED]]
        if len(plan.screened) > _NAMED:
            lines.append("…")
    if plan.repeated:
        text = ngettext(
            "{n} stands in several of the chosen lines and counts once: {names}",
            "{n} stand in several of the chosen lines and count once each: {names}",
            len(plan.repeated),
        )
        lines.append(text.format(n=len(plan.repeated), names=named(plan.repeated)))
    return "\n".join(lines)


def _part_text(part: Part) -> str:
    after = part.open_cases + part.gets
    text = _("{name} gets {n}: {held} of {capacity} open then")
    shown = text.format(name=part.name, n=part.gets, held=after, capacity=part.capacity)
    return f"{shown} ({_('more than there are places')})" if after > part.capacity else shown


def named(numbers: Sequence[str]) -> str:
    """The first of many numbers of cases."""
    return _(", ").join(numbers[:_NAMED]) + (" …" if len(numbers) > _NAMED else "")


def callback_form(at: dt.datetime | None, whom: CallbackFor | None) -> Form:
    """When the customer was promised a call, and who may make it."""
    form = Form()
    form.add(
        "at",
        _("Promised &for"),
        DateTimeEditor(),
        required=True,
        help=_("Day and time, as the customer asked for it."),
    )
    form.add("for_whom", _("&Who may call"), EnumEditor(CallbackFor), required=True)
    hint = text_label(_("What only you may make, anyone may make two working hours later."))
    form.add_widget(theme.set_role(hint, "hint"))
    usual = dt.datetime.combine(next_working_day(clock.today()), _MORNING).astimezone()
    form.fill({"at": at or usual, "for_whom": whom or CallbackFor.ME})
    return form
