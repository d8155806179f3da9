"""The first step of a handover: from whom, why, from when on; for a leaver also where to."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from db.vocabulary import HandoverCause
from desktop_app import clock
from desktop_app.i18n import _
from desktop_app.services import calendar, charges, employee_exits, staff_profiles
from desktop_app.services.handovers import ExitDraft
from desktop_app.ui.forms.handover_forms import OF_EXIT, StartDraft, StartForm
from desktop_app.ui.handover_work import HandoverTarget, customers_words
from desktop_app.ui.panels import Card, scrolled, text_label

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session

_WIDTH = 760
_OVERLAPS = frozenset({HandoverCause.ROTATION, HandoverCause.LOAD})


@dataclass(frozen=True, slots=True)
class People:
    """From whom customers may be handed over, with departments and the exits that are on record.

    `overlap_until`: until when both would come.
    """

    names: tuple[tuple[uuid.UUID, str], ...]
    departments: Mapping[uuid.UUID, str]
    overlap_until: dt.date
    exits: Mapping[uuid.UUID, ExitDraft] = field(default_factory=dict)


def read_people(session: "Session") -> People:
    """Everybody, those who work here first; also who left and still stands in the records."""
    today = clock.today()
    everybody = staff_profiles.all_profiles(session).values()
    days = charges.policy(session).overlap_days
    return People(
        tuple(
            (
                each.user_id,
                each.name if each.is_here(today) else _("{name} (left)").format(name=each.name),
            )
            for each in sorted(everybody, key=lambda each: not each.is_here(today))
        ),
        {each.user_id: each.profile.department for each in everybody},
        calendar.work_calendar(session).add_working_days(today, days),
        employee_exits.drafts(session),
    )


class StartStep(QWidget):
    """The form; fields of who leaves come and go with the cause."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._people = People((), {}, clock.today())
        self._target: HandoverTarget | None = None
        self._filled_for: uuid.UUID | None = None
        self.form = StartForm()
        card = Card()
        self._hint = text_label(
            _(
                "Find the customers, tidy their records, choose receivers, look at it once more. "
                "Nothing is written before the last step."
            ),
            "hint",
        )
        card.body.addWidget(self._hint)
        card.body.addWidget(self.form)
        card.setMaximumWidth(_WIDTH)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolled(inside))
        self.setFocusProxy(self.form.editors["cause"])
        self.form.editors["cause"].changed.connect(self._on_cause)
        self.form.giver.changed.connect(self._show_exit)
        self.form.editors["on"].changed.connect(self._on_day)
        self.form.changed.connect(self.changed)
        self._on_cause()

    def show_people(self, people: People) -> None:
        """Offer from whom customers may be handed over; what was chosen stays."""
        self._people = people
        self.form.giver.set_choices(people.names)
        if self._target is not None and not self.form.giver.value():
            self.form.giver.set_value(self._target.from_id)
        self._show_exit()

    def begin(self, target: HandoverTarget) -> None:
        """Begin anew with what is known."""
        self._target, self._filled_for = target, None
        chosen = target.customer_ids
        offers = [(False, _("all"))]
        if chosen is not None:
            words = _("those chosen: {customers}")
            offers.insert(0, (True, words.format(customers=customers_words(len(chosen)))))
        self.form.which.set_choices(offers)
        values = dict.fromkeys(self.form.editors)
        self.form.fill(
            {
                **values,
                "cause": target.cause,
                "from_id": target.from_id,
                "is_chosen": chosen is not None,
                "on": clock.today(),
                "left_on": clock.today(),
            }
        )
        self._on_cause()
        self._show_exit()

    def draft(self) -> StartDraft | None:
        """What was entered; none where something is wrong, which stands beside its field."""
        return self.form.try_read(StartDraft)

    def customer_ids(self) -> tuple[uuid.UUID, ...] | None:
        """The customers that were chosen before; none: all."""
        is_chosen = self.form.editors["is_chosen"].value()
        return self._target.customer_ids if self._target is not None and is_chosen else None

    def from_name(self) -> str:
        """The name of who hands over; empty for nobody."""
        return dict(self._people.names).get(self.form.editors["from_id"].value(), "")

    def department(self) -> str | None:
        """The department of who hands over; none for nobody."""
        return self._people.departments.get(self.form.editors["from_id"].value())

    def _on_cause(self) -> None:
        editors = self.form.editors
        cause = editors["cause"].value()
        for name in OF_EXIT:
            self.form.show_field(name, cause is HandoverCause.LEFT)
        has_giver = cause is not HandoverCause.ORPHANS
        self.form.show_field("from_id", has_giver)
        self.form.show_field("overlap_until", has_giver)
        if not has_giver:
            editors["from_id"].set_value(None)
        overlap = self._people.overlap_until if cause in _OVERLAPS else None
        editors["overlap_until"].set_value(overlap)

    def _show_exit(self) -> None:
        """Fill in the exit that is on record, once for each leaver; of another one it goes."""
        giver = self.form.giver.value()
        if giver == self._filled_for:
            return
        known = self._people.exits.get(giver)
        if known is None and self._filled_for is None:
            return  # what was entered stays
        self._filled_for = None if known is None else giver
        values: dict[str, Any] = {"left_on": clock.today()}
        if known is not None:
            values = known.model_dump()
            values["exit_note"] = values.pop("note")
        for name in OF_EXIT:
            self.form.editors[name].set_value(values.get(name))

    def _on_day(self) -> None:
        """Who leaves hands over on the last day, unless something else is said."""
        editors = self.form.editors
        if editors["left_on"].value() is None:
            editors["left_on"].set_value(editors["on"].value())
