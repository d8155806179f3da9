"""`plan` and `figures compliance`: what the cadence asks for, what can be done, what was done."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desktop_app.cli import output
from desktop_app.cli.options import UsageProblemError
from desktop_app.cli.state import parse_day, state_of
from desktop_app.i18n import N_, _, ngettext

if TYPE_CHECKING:
    import datetime as dt

    from desktop_app.domain.compliance import Compliance
    from desktop_app.domain.plan_types import Impossible
    from desktop_app.services.compliance import ComplianceResult
    from desktop_app.services.visit_planning import PlanResult, SavedPlan

Document = dict[str, Any]
_SHOWN = 20

_From = Annotated[str, typer.Option("--from", metavar="DATE", help=N_("From this day on."))]
_To = Annotated[str, typer.Option("--to", metavar="DATE", help=N_("Until this day."))]


def plan(
    context: typer.Context,
    start: _From,
    end: _To,
    save: Annotated[
        bool, typer.Option("--save", help=N_("Store the plan; without it nothing is changed."))
    ] = False,
) -> None:
    """Required, planned and impossible contacts by class, role and channel; strength of people."""
    from desktop_app.services import visit_planning  # noqa: PLC0415

    first, last = _days(start, end)
    state, saved = state_of(context), None
    if save:
        with state.write() as session:
            saved = visit_planning.save(session, first, last)
    with state.read() as session:
        found = visit_planning.preview(session, first, last)
    if state.options.as_json:
        output.say_json(_plan_document(found, saved))
    else:
        _say_plan(found, saved)


def compliance(context: typer.Context, start: _From, end: _To) -> None:
    """What the cadence asked for in a period and what became of it."""
    from desktop_app.services import compliance as figures  # noqa: PLC0415

    first, last = _days(start, end)
    state = state_of(context)
    with state.read() as session:
        found = figures.compliance(session, first, last)
    document = _compliance_document(found)
    if state.options.as_json:
        output.say_json(document)
    else:
        output.say_tree(document)


def _days(start: str, end: str) -> "tuple[dt.date, dt.date]":
    first, last = parse_day(start), parse_day(end)
    if last < first:
        raise UsageProblemError(_("The period ends before it starts."))
    return first, last


# ---------------------------------------------------------------- the plan


def _plan_document(found: "PlanResult", saved: "SavedPlan | None") -> Document:
    cells = [
        {
            "class": klass,
            "role": role,
            "channel": channel,
            "required": count.required,
            "planned": count.planned,
            "impossible": count.impossible,
        }
        for (klass, role, channel), count in found.counts.items()
    ]
    return {
        "from": found.first,
        "to": found.last,
        "planned_from": found.start,
        **_sums(cells),
        "later": found.plan.later,
        "placed_by_hand": found.fixed,
        "left_out": {"stopped": found.stopped, "unidentified": found.unidentified},
        "provisional_years": list(found.provisional_years),
        "by_class": _grouped(cells, "class"),
        "by_role": _grouped(cells, "role"),
        "by_channel": _grouped(cells, "channel"),
        "cells": cells,
        "capacity": [
            {
                "role": each.role,
                "channel": each.channel,
                "needed_a_month": float(each.required),
                "available_a_month": each.available,
                "missing_a_month": float(each.missing),
            }
            for each in found.strength
        ],
        "reasons": dict(Counter(each.reason.value for each in found.plan.impossible)),
        "impossible_contacts": [_impossible(found, each) for each in found.plan.impossible],
        "saved": None if saved is None else output.plain(saved),
    }


def _sums(cells: list[Document]) -> Document:
    return {
        name: sum(cell[name] for cell in cells) for name in ("required", "planned", "impossible")
    }


def _grouped(cells: list[Document], name: str) -> Document:
    groups: dict[str, list[Document]] = {}
    for cell in cells:
        groups.setdefault(cell[name].value, []).append(cell)
    return {group: _sums(found) for group, found in groups.items()}


def _impossible(found: "PlanResult", each: "Impossible") -> Document:
    customer = found.name_of(each.customer)
    return {
        "customer": customer.number,
        "name": customer.name,
        "rule": each.rule.code,
        "class": each.rule.klass,
        "role": each.rule.role,
        "channel": each.rule.channel,
        "from": each.days.first,
        "to": each.days.last,
        "reason": each.reason,
    }


def _say_plan(found: "PlanResult", saved: "SavedPlan | None") -> None:
    from desktop_app import labels  # noqa: PLC0415
    from desktop_app.domain import cadence_words as words  # noqa: PLC0415

    headings = (
        _("Class"),
        _("Function"),
        _("Channel"),
        _("Required"),
        _("Planned"),
        _("Impossible"),
    )
    rows = [
        (
            labels.label(klass),
            words.role_word(role),
            words.channel_word(channel),
            *(labels.number(n) for n in (count.required, count.planned, count.impossible)),
        )
        for (klass, role, channel), count in found.counts.items()
    ]
    output.say_table(headings, rows, [False] * 3 + [True] * 3)
    for strength in found.strength:
        output.say(words.strength_sentence(strength))
    reasons = Counter(each.reason for each in found.plan.impossible)
    for reason, times in reasons.most_common():
        output.say(f"{labels.number(times)} × {words.refusal_sentence(reason)}")
    for each in found.plan.impossible[:_SHOWN]:
        customer = found.name_of(each.customer)
        output.say(f"{customer.number} {customer.name}: {words.impossible_sentence(each)}")
    if (more := len(found.plan.impossible) - _SHOWN) > 0:
        text = ngettext("{n} more is impossible.", "{n} more are impossible.", more)
        output.say(text.format(n=labels.number(more)))
    if found.stopped or found.unidentified:
        text = _("Left out: {stopped} who are not to be contacted, {unknown} nobody knows by name.")
        output.say(
            text.format(
                stopped=labels.number(found.stopped), unknown=labels.number(found.unidentified)
            )
        )
    if found.provisional_years:
        text = _("Provisional, holidays are not published yet: {years}")
        output.say(text.format(years=", ".join(map(str, found.provisional_years))))
    if saved is not None:
        text = _("Saved: {added} new, {moved} moved, {removed} removed, {kept} as before.")
        counts = {name: labels.number(n) for name, n in _counts(saved).items()}
        output.tell(text.format(**counts))


def _counts(saved: "SavedPlan") -> Mapping[str, int]:
    return {
        "added": saved.added,
        "moved": saved.moved,
        "removed": saved.removed,
        "kept": saved.kept,
    }


# ---------------------------------------------------------------- compliance


def _compliance_document(found: "ComplianceResult") -> Document:
    return {
        "from": found.first,
        "to": found.last,
        "as_of": found.as_of,
        "total": _figures(found.total),
        "by_class": {key.value: _figures(each) for key, each in found.by_class.items()},
        "by_role": {key.value: _figures(each) for key, each in found.by_role.items()},
        "cells": [
            {"class": klass, "role": role, "channel": channel, **_figures(each)}
            for (klass, role, channel), each in found.by_cell.items()
        ],
        "people": [
            {
                "kind": "nobody" if each.user_id is None else "person",
                "id": each.user_id and str(each.user_id),
                "name": _("Nobody in charge") if each.user_id is None else each.name,
                **_figures(each.figures),
            }
            for each in found.by_person
        ],
        "above_maximum": [
            {
                "customer": each.number,
                "name": each.customer,
                "rule": each.rule.code,
                "from": each.first,
                "to": each.last,
                "contacts": each.contacts,
                "most": each.rule.maximum,
            }
            for each in found.excess
        ],
    }


def _figures(found: "Compliance") -> Document:
    return {
        "required": found.required,
        "made": found.made,
        "late": found.late,
        "missed": found.missed,
        "open": found.open,
        "waived": found.overridden,
        "share": found.rate.share,
    }
