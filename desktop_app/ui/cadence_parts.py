"""The parts of the page on the cadence: plan, compliance, exceptions, the table."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from db.queries.visit_plan import OverrideRow
from desktop_app import clock, labels
from desktop_app.columns.cadence import (
    COMPLIANCE_COLUMNS,
    IMPOSSIBLE_COLUMNS,
    MOST_SHOWN,
    PLAN_COLUMNS,
    RULE_COLUMNS,
    ComplianceLine,
    ImpossibleLine,
    PlanLine,
    letter,
    override_columns,
)
from desktop_app.domain.cadence import CadenceRule
from desktop_app.domain.cadence_words import role_word, strength_sentence
from desktop_app.domain.months import add_months, period_of
from desktop_app.domain.permissions import Action
from desktop_app.i18n import _, ngettext
from desktop_app.services import cadence, compliance, visit_planning
from desktop_app.services.compliance import ComplianceResult
from desktop_app.services.visit_planning import PlanResult, SavedPlan
from desktop_app.ui import case_look, dialogs
from desktop_app.ui.cadence_flows import CadenceFlows
from desktop_app.ui.case_look import list_text
from desktop_app.ui.editors import CheckEditor
from desktop_app.ui.page import Page, Slots
from desktop_app.ui.panels import FilterBar, action_button, splitter, text_label
from desktop_app.ui.parsed_editors import DateEditor
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.tab_part import TabPart
from desktop_app.ui.theme import Tone, set_tone

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session

_GOOD: Final = 0.9
_FAIR: Final = 0.7
_LATE_IN_MONTH: Final = 7
"""So many days before its end the next month is proposed for a plan."""


class CadencePart(TabPart):
    """One part: what it is for in a sentence, then lists with what can be done to their rows."""

    def __init__(self, page: Page, hint: str) -> None:
        super().__init__(page, hint)
        self.flows = CadenceFlows(self, page.context)


class SpanPart(CadencePart):
    """A part about some days."""

    def __init__(self, page: Page, hint: str, first: dt.date, last: dt.date) -> None:
        super().__init__(page, hint)
        self.filters = FilterBar(has_search=False)
        self.first = self.filters.add(_("From day"), DateEditor())
        self.last = self.filters.add(_("Until day"), DateEditor())
        self.first.set_value(first)
        self.last.set_value(last)
        for editor in (self.first, self.last):
            editor.line.setMaximumWidth(144)
        self.filters.changed.connect(self.load)
        self.body.addWidget(self.filters)

    def days(self) -> tuple[dt.date, dt.date] | None:
        """First and last day; None while they are not both there and in order."""
        first, last = self.first.value(), self.last.value()
        if not isinstance(first, dt.date) or not isinstance(last, dt.date) or last < first:
            return None
        return first, last


# ---------------------------------------------------------------- the plan


@dataclass(frozen=True, slots=True)
class Preview:
    """A plan, and how many planned contacts wait for the holidays known by now."""

    result: PlanResult
    provisional: int


def read_preview(session: "Session", first: dt.date, last: dt.date) -> Preview:
    """What the part on the plan shows."""
    return Preview(
        visit_planning.preview(session, first, last), visit_planning.provisional(session)
    )


def plan_lines(result: PlanResult) -> list[PlanLine]:
    """Required, planned and impossible by class, role and channel."""
    return [
        PlanLine(*cell, count.required, count.planned, count.impossible)
        for cell, count in result.counts.items()
    ]


def impossible_lines(result: PlanResult) -> list[ImpossibleLine]:
    """What cannot be planned, at most `MOST_SHOWN`."""
    return [
        ImpossibleLine(place, *result.name_of(each.customer), each)
        for place, each in enumerate(result.plan.impossible[:MOST_SHOWN])
    ]


class PlanPart(SpanPart):
    """What is owed in some days, what can be planned, what cannot and why."""

    def __init__(self, page: Page) -> None:
        today = clock.today()
        month = period_of(today, 1)
        if (month.last - today).days < _LATE_IN_MONTH:
            month = period_of(add_months(today, 1), 1)
        super().__init__(
            page,
            _(
                "The plan follows from the table of the cadence, from who is in charge and from "
                "the working calendar. Every contact owed is planned, or stands below with the "
                "reason. What somebody placed by hand stays."
            ),
            max(today, month.first),
            month.last,
        )
        self.preview: Preview | None = None
        if self.may(Action.PLAN_VISITS):
            for action_id in ("plan.again", "plan.save"):
                self.filters.add_widget(
                    action_button(page.context, action_id, primary=action_id == "plan.save")
                )
        self.said = text_label()
        self.short = text_label("", "strong")
        set_tone(self.short, Tone.WARN)
        self.body.addWidget(self.said)
        self.body.addWidget(self.short)
        self.table = RecordTable(
            PLAN_COLUMNS,
            context=page.context,
            state_key="cadence.plan",
            name=_("Contacts of the plan"),
            empty=_("The table of the cadence asks for nothing."),
            chips={"klass": lambda row: case_look.KLASS_TONES[row.klass]},
        )
        self.impossible = RecordTable(
            IMPOSSIBLE_COLUMNS,
            context=page.context,
            state_key="cadence.impossible",
            name=_("What cannot be planned"),
            empty=_("Everything that is owed can be planned."),
        )
        self.follow(self.table, "plan.save", None, "list.copy")
        self.follow(self.impossible, "customer.open", "cadence.except", None, "list.copy")
        self.impossible.opened.connect(lambda _row: self._open())
        panes = splitter(
            page.context, "cadence.plan", self.table, self.impossible, horizontal=False
        )
        self.body.addWidget(panes, 1)
        self.setFocusProxy(self.table)

    def load(self) -> None:
        """Plan anew, without storing anything."""
        days = self.days()
        if days is None:
            self.said.setText(_("Give the first and the last day, in order."))
            return
        self.said.setText(_("The plan is being made…"))
        task = self.tasks.read(self, read_preview, *days)
        self.latest.take(task).then(self._show).or_else(self._refused)

    def _refused(self, error: Exception) -> None:
        self.preview = None
        self.said.setText(str(error))
        self.short.hide()
        self.table.set_rows([])
        self.impossible.set_rows([])
        self.page.actions_changed()

    def _show(self, preview: Preview) -> None:
        self.preview, result = preview, preview.result
        lines = plan_lines(result)
        self.table.set_rows(lines)
        self.impossible.set_rows(impossible_lines(result))
        required, planned = (sum(getattr(one, name) for one in lines) for name in
                             ("required", "planned"))  # fmt: skip
        said = _("{required} contacts owed, {planned} planned, {impossible} impossible").format(
            required=labels.number(required),
            planned=labels.number(planned),
            impossible=labels.number(required - planned),
        )
        years = ", ".join(str(year) for year in result.provisional_years)
        more = [
            _("{n} placed by hand stay").format(n=labels.number(result.fixed))
            if result.fixed
            else "",
            _("{n} customers are not contacted").format(n=labels.number(result.stopped))
            if result.stopped
            else "",
            _("the holidays of {years} are not published: provisional").format(years=years)
            if years
            else "",
        ]
        self.said.setText(list_text((said, *more)))
        short = [strength_sentence(each) for each in result.strength if each.is_short]
        self.short.setText("\n".join(short))
        self.short.setVisible(bool(short))
        self.page.actions_changed()

    def slots(self) -> Slots:
        """Save the plan; plan anew by new holidays; an exception for the chosen customer."""
        found: dict[str, Callable[[], object]] = {}
        row: ImpossibleLine | None = self.impossible.current_row()
        if row is not None:
            found["customer.open"] = self._open
        if self.may(Action.PLAN_VISITS):
            found["cadence.except"] = self._except
            if self.preview is not None:
                found["plan.save"] = self._save
                if self.preview.provisional:
                    found["plan.again"] = self._again
        return found

    def _row(self) -> tuple[uuid.UUID, str] | None:
        row: ImpossibleLine | None = self.impossible.current_row()
        if row is None or not isinstance(row.what.customer, uuid.UUID):
            return None
        return row.what.customer, row.customer

    def _open(self) -> None:
        whom = self._row()
        if whom is not None:
            self.page.navigate("customer-card", whom[0])

    def _except(self) -> None:
        self.flows.exception(self._row() if self.impossible.has_focus() else None)

    def _save(self) -> None:
        days, preview = self.days(), self.preview
        if days is None or preview is None:
            return
        count = len(preview.result.plan.contacts)
        if dialogs.confirm(
            self,
            title=_("Save the plan from {first} to {last}?").format(
                first=labels.day_text(days[0]), last=labels.day_text(days[1])
            ),
            text=ngettext(
                "{n} contact stands in the calendars then. Those that were planned before and "
                "still fit stay as they are. Undo takes the whole plan back.",
                "{n} contacts stand in the calendars then. Those that were planned before and "
                "still fit stay as they are. Undo takes the whole plan back.",
                count,
            ).format(n=labels.number(count)),
            verb=_("Save the plan"),
        ):
            task = self.tasks.write(self, visit_planning.save, *days)
            task.then(self._saved).or_else(self._not_saved)

    def _again(self) -> None:
        task = self.tasks.write(self, visit_planning.replan_provisional)
        task.then(self._saved).or_else(self._not_saved)

    def _saved(self, saved: SavedPlan) -> None:
        if saved.change_set is None:
            self.page.messages.info(_("The calendars stand as the plan says. Nothing changed."))
        self.load()

    def _not_saved(self, error: Exception) -> None:
        self.page.messages.error(str(error))


# ---------------------------------------------------------------- compliance


def compliance_lines(found: ComplianceResult) -> list[ComplianceLine]:
    """All together, then by class, role and person."""
    return [
        ComplianceLine(_("All"), "", found.total),
        *(
            ComplianceLine(_("Class"), letter(klass), figures)
            for klass, figures in found.by_class.items()
        ),
        *(
            ComplianceLine(_("Function"), role_word(role), figures)
            for role, figures in found.by_role.items()
        ),
        *(
            ComplianceLine(_("Employee"), one.name or _("nobody"), one.figures)
            for one in found.by_person
        ),
    ]


def rate_tone(line: ComplianceLine) -> Tone | None:
    """Tone of a rate; None where nothing is required."""
    share = line.figures.rate.share
    if share is None:
        return None
    if share >= _GOOD:
        return Tone.GOOD
    return Tone.WARN if share >= _FAIR else Tone.BAD


class CompliancePart(SpanPart):
    """What was owed in some days and what became of it."""

    def __init__(self, page: Page) -> None:
        month = period_of(clock.today(), 1)
        super().__init__(
            page,
            _(
                "Made in time, of all that is owed in these days: a visit or call counts in the "
                "period it belongs to. Later ones are late, waived ones are not owed. Informal "
                "contacts count too."
            ),
            month.first,
            month.last,
        )
        self.said = text_label()
        self.body.addWidget(self.said)
        self.table = RecordTable(
            COMPLIANCE_COLUMNS,
            context=page.context,
            state_key="cadence.compliance",
            name=_("Compliance"),
            empty=_("Nothing is owed in these days."),
            chips={"rate": rate_tone},
        )
        self.follow(self.table, "list.copy")
        self.body.addWidget(self.table, 1)
        self.setFocusProxy(self.table)

    def load(self) -> None:
        """Count anew."""
        days = self.days()
        if days is None:
            self.said.setText(_("Give the first and the last day, in order."))
            return
        self.latest.take(self.tasks.read(self, compliance.compliance, *days)).then(self._show)

    def _show(self, found: ComplianceResult) -> None:
        self.table.set_rows(compliance_lines(found) if found.total.required else [])
        pressed = len(found.excess)
        self.said.setText(
            ngettext(
                "{n} customer was contacted more often than the table allows.",
                "{n} customers were contacted more often than the table allows.",
                pressed,
            ).format(n=labels.number(pressed))
            if pressed
            else ""
        )
        self.said.setVisible(bool(pressed))


# ---------------------------------------------------------------- exceptions and the table


@dataclass(frozen=True, slots=True)
class Exceptions:
    """What was agreed otherwise, and the rules by code."""

    rows: tuple[OverrideRow, ...]
    rules: dict[str, CadenceRule]


def read_exceptions(session: "Session", day: dt.date | None) -> Exceptions:
    """What the part on exceptions shows."""
    rules = {rule.code: rule for rule in cadence.policy(session).rules}
    return Exceptions(cadence.list_overrides(session, None, day), rules)


class ExceptionsPart(CadencePart):
    """Customers of whom a rule asks for less."""

    def __init__(self, page: Page) -> None:
        super().__init__(
            page,
            _("For one customer a rule may ask for less, for a reason and a time. It is not owed."),
        )
        self.filters = FilterBar(_("Customer or reason"))
        self.past = CheckEditor(_("Also those that have ended"))
        self.past.set_name("")
        self.past.changed.connect(self.load)
        self.filters.add_widget(self.past)
        if self.may(Action.PLAN_VISITS):
            self.filters.add_widget(action_button(page.context, "cadence.end"))
            self.filters.add_widget(action_button(page.context, "cadence.except", primary=True))
        self.filters.changed.connect(self._filter)
        self.body.addWidget(self.filters)
        self._rules: dict[str, CadenceRule] = {}
        self._all: tuple[OverrideRow, ...] = ()
        self.table = RecordTable(
            override_columns(self._rules),
            context=page.context,
            state_key="cadence.exceptions",
            name=_("Exceptions"),
            empty=_("The table of the cadence holds for everybody."),
            chips={"klass": lambda row: case_look.KLASS_TONES[row.klass]},
        )
        self.follow(self.table, "customer.open", "cadence.end", None, "list.copy")
        self.table.opened.connect(lambda row: page.navigate("customer-card", row.customer_id))
        self.body.addWidget(self.table, 1)
        self.setFocusProxy(self.table)

    def load(self) -> None:
        """Read the exceptions."""
        day = None if self.past.value() else clock.today()
        self.latest.take(self.tasks.read(self, read_exceptions, day)).then(self._show)

    def _show(self, found: Exceptions) -> None:
        self._rules.clear()
        self._rules.update(found.rules)
        self._all = found.rows
        self._filter()

    def _filter(self) -> None:
        typed = (self.filters.search.value() or "").strip().casefold()
        self.table.set_rows(
            [
                row
                for row in self._all
                if typed in f"{row.customer} {row.number} {row.reason}".casefold()
            ]
        )
        self.table.choose_first()
        self.page.actions_changed()

    def customer(self) -> uuid.UUID | None:
        """The customer the cursor is on."""
        row: OverrideRow | None = self.table.current_row()
        return None if row is None else row.customer_id

    def slots(self) -> Slots:
        """Make one, end one."""
        found: dict[str, Callable[[], object]] = {}
        row: OverrideRow | None = self.table.current_row()
        if row is not None:
            found["customer.open"] = lambda: self.page.navigate("customer-card", row.customer_id)
        if self.may(Action.PLAN_VISITS):
            found["cadence.except"] = self.flows.exception
            if row is not None and (row.last is None or row.last >= clock.today()):
                found["cadence.end"] = lambda: self.tasks.write(self, cadence.end_override, row.id)
        return found


class RulesPart(CadencePart):
    """The table: which role contacts which class how often."""

    def __init__(self, page: Page) -> None:
        super().__init__(
            page,
            _(
                "Which function contacts which class how often. Customers without a class count as "
                "C. A change holds from now on; plans that were saved are made anew when you save "
                "them again."
            ),
        )
        if self.may(Action.EDIT_SETTINGS):
            bar = FilterBar(has_search=False)
            for action_id in ("cadence.reset", "cadence.edit", "cadence.add"):
                bar.add_widget(
                    action_button(page.context, action_id, primary=action_id == "cadence.add")
                )
            self.body.addWidget(bar)
        self.table = RecordTable(
            RULE_COLUMNS,
            context=page.context,
            state_key="cadence.rules",
            name=_("Table of the cadence"),
            empty=_("Nobody owes any contact. Add a line, or take the table of the program."),
            chips={"klass": lambda row: case_look.KLASS_TONES[row.klass]},
            key=lambda row: row.code,
        )
        self.follow(self.table, "cadence.edit", "cadence.remove", None, "list.copy")
        self.table.opened.connect(lambda _row: self._change())
        self.body.addWidget(self.table, 1)
        self.setFocusProxy(self.table)

    def load(self) -> None:
        """Read the table."""
        self.latest.take(self.tasks.read(self, cadence.policy)).then(
            lambda policy: self._show(list(policy.rules))
        )

    def _show(self, rules: list[CadenceRule]) -> None:
        self.table.set_rows(rules)
        self.table.choose_first()
        self.page.actions_changed()

    def slots(self) -> Slots:
        """Change, add, remove, reset."""
        if not self.may(Action.EDIT_SETTINGS):
            return {}
        found: dict[str, Callable[[], object]] = {
            "cadence.add": self.flows.add_rule,
            "cadence.reset": self.flows.reset,
        }
        row: CadenceRule | None = self.table.current_row()
        if row is not None:
            found["cadence.edit"] = self._change
            found["cadence.remove"] = lambda: self.flows.remove_rule(row)
        return found

    def _change(self) -> None:
        row: CadenceRule | None = self.table.current_row()
        if row is not None and self.may(Action.EDIT_SETTINGS):
            self.flows.change_rule(row)
