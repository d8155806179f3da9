"""Working hours, and the days that differ from their weekday: holidays and make-up working days."""

import datetime as dt
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_app import clock
from desktop_app.domain.permissions import Action
from desktop_app.i18n import _
from desktop_app.services import calendar
from desktop_app.services.calendar import DayDraft, DayLine, HoursDraft
from desktop_app.ui import theme
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.editors import CheckEditor, ChoiceEditor, TextEditor
from desktop_app.ui.form import Form
from desktop_app.ui.page import Page
from desktop_app.ui.pages.settings.form_section import FormSection, Setting
from desktop_app.ui.panels import Card, button, text_label
from desktop_app.ui.parsed_editors import DateEditor
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.team_columns import DAY_COLUMNS
from desktop_app.ui.theme import Tone
from desktop_app.ui.typed_drafts import DraftKey

_ROWS = 9


class HoursSection(FormSection):
    """The hours as a form; below, the days of a year."""

    def __init__(self, page: Page) -> None:
        super().__init__(
            page,
            Setting(
                "work-hours",
                _("Working hours"),
                _("Deadlines and next steps count working days and hours."),
                HoursDraft,
                calendar.hours,
                calendar.change_hours,
            ),
        )

    def fill_below(self) -> None:
        """The calendar of a year."""
        self._all: list[DayLine] = []
        self.year = ChoiceEditor([])
        self.year.set_name(_("Year"))
        self.year.changed.connect(self._show_year)
        may = self.may(Action.EDIT_SETTINGS)
        self.add_button = button(_("Set a day…"), lambda: self._edit(None), "add")
        self.remove_button = button(_("As its weekday"), self._remove, "remove")
        self.days = RecordTable(
            DAY_COLUMNS,
            context=self.page.context,
            state_key="settings.days",
            name=_("Days that differ from their weekday"),
            empty=_("No holidays are known for this year: weekdays count as working days."),
            first_step=(_("Set a day"), lambda: self._edit(None)) if may else None,
            chips={"is_working": lambda row: Tone.WARN if row.is_working else Tone.GOOD},
            key=lambda row: row.day,
        )
        self.days.setFixedHeight((_ROWS + 1) * theme.row_height() + theme.GAP_L)
        self.days.opened.connect(self._edit)
        self.days.current_changed.connect(lambda _row: self._show_buttons())
        self.page.follow(self.days)
        self.known = text_label("", "hint")
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_S)
        for widget in (self.year, self.add_button, self.remove_button):
            row.addWidget(widget)
        row.addStretch(1)
        card = Card(_("Holidays and make-up working days"))
        card.body.addWidget(self.known)
        card.body.addWidget(bar)
        card.body.addWidget(self.days)
        self.below.addWidget(card)
        self._show_buttons()

    def load(self) -> None:
        """Read hours and days."""
        super().load()
        self.tasks.read(self, calendar.list_days).then(self._show)

    def _show(self, rows: list[DayLine]) -> None:
        self._all = rows
        this = clock.today().year
        years = sorted({row.day.year for row in rows} | {this, this + 1})
        first = self.year.value() is None
        self.year.set_choices([(year, str(year)) for year in years])
        if first:
            self.year.set_value(this)
        self._show_year()

    def _show_year(self) -> None:
        year = self.year.value()
        rows = [row for row in self._all if row.day.year == year]
        self.days.set_rows(rows)
        self.known.setText(known_text(rows, year) if year is not None else "")
        self._show_buttons()

    def _show_buttons(self) -> None:
        may = self.may(Action.EDIT_SETTINGS)
        self.add_button.setEnabled(may)
        self.remove_button.setEnabled(may and self.days.current_row() is not None)

    def _edit(self, row: DayLine | None) -> None:
        if not self.may(Action.EDIT_SETTINGS):
            return
        form = day_form()
        if row is not None:
            form.fill(row)

        def save(draft: DayDraft) -> Any:
            return self.tasks.write(dialog, calendar.set_day, draft)

        dialog = FormDialog(
            self,
            title=_("What this day is"),
            verb=_("Set day"),
            form=form,
            draft=DayDraft,
            save=save,
            intro=_("On a festival nobody is called. What is planned for a day off moves on."),
            draft_key=DraftKey(self.tasks, "calendar-day"),
        )
        dialog.open()

    def _remove(self) -> None:
        row: DayLine | None = self.days.current_row()
        if row is not None:
            self.tasks.write(self, calendar.remove_day, row.day)


def known_text(rows: list[DayLine], year: int) -> str:
    """Whether the holidays of a year are known; they are published in November before it."""
    off = sum(not row.is_working for row in rows)
    if not off:
        return _(
            "{year} is provisional: its holidays are published in November before it. Until they "
            "are entered here, only weekends are days off."
        ).format(year=year)
    return _("{year}: {off} days off, {work} make-up working days.").format(
        year=year, off=off, work=len(rows) - off
    )


def day_form() -> Form:
    """One day of the calendar."""
    form = Form()
    form.add("day", _("&Day"), DateEditor(), required=True)
    form.add("is_working", "", CheckEditor(_("It is a &working day")))
    form.add("is_festival", "", CheckEditor(_("It is a statutory &festival: nobody is called")))
    form.add("zh", _("Name in &Chinese"), TextEditor(max_length=80))
    form.add("en", _("Name in &English"), TextEditor(max_length=80))
    form.fill({"is_working": False, "is_festival": False, "day": clock.today() + dt.timedelta(1)})
    return form
