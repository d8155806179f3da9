"""Who left the firm, and what became of the customers they had."""

from collections.abc import Callable
from typing import Final

from db.vocabulary import HandoverCause
from desktop_app import labels
from desktop_app.columns import Align, Column
from desktop_app.i18n import N_, _, ngettext
from desktop_app.services import employee_exits
from desktop_app.services.employee_exits import ExitRow
from desktop_app.ui.charge_part import ChargePart
from desktop_app.ui.handover_work import HandoverTarget
from desktop_app.ui.page import Page, Slots
from desktop_app.ui.panels import FilterBar
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.theme import Tone

_MONTHS, _DAYS_A_YEAR = 12, 365.25


def days_there(row: ExitRow) -> int | None:
    """How long somebody was there; None: the first day is not known."""
    return None if row.hired_on is None else (row.left_on - row.hired_on).days + 1


def length_words(row: ExitRow) -> str:
    """The same in months, of a short time in days."""
    days = days_there(row)
    if days is None:
        return _("not known")
    months = int(days * _MONTHS / _DAYS_A_YEAR)
    if months < 2:  # noqa: PLR2004  (one month says less than its days)
        return ngettext("{n} day", "{n} days", days).format(n=labels.number(days))
    return ngettext("{n} month", "{n} months", months).format(n=labels.number(months))


def where_words(row: ExitRow) -> str:
    """Where to, with the name of the firm if it is known."""
    return " · ".join(filter(None, (labels.label(row.destination), row.destination_name)))


def alone_tone(row: ExitRow) -> Tone | None:
    """Tone of how many customers were left with nobody."""
    return Tone.BAD if row.left_unattended else None


EXIT_COLUMNS: Final[list[Column[ExitRow]]] = [
    Column("name", N_("Employee"), lambda row: row.name, width=110),
    Column("left_on", N_("Last day of work"), lambda row: row.left_on, width=130),
    Column("length", N_("After how long"), days_there, length_words, align=Align.RIGHT, width=110),
    Column("reason", N_("Reason for leaving"), lambda row: row.reason, width=150),
    Column("where", N_("Where to"), where_words, width=190),
    Column("transferred", N_("Transferred"), lambda row: row.transferred, align=Align.RIGHT,
           width=100),
    Column("taken", N_("Taken along"), lambda row: row.taken_along, align=Align.RIGHT, width=110),
    Column("alone", N_("Left unattended"), lambda row: row.left_unattended, align=Align.RIGHT,
           width=120),
    Column("note", N_("Note"), lambda row: row.note),
]  # fmt: skip


class ExitsPart(ChargePart):
    """Everybody whose exit is on record; the customers of the chosen one may be handed over."""

    def __init__(self, page: Page) -> None:
        super().__init__(
            page,
            _(
                "Who left, why and where to, and what became of the customers they had. Those "
                "left unattended need somebody now."
            ),
        )
        if self.may_hand_over():
            self.add_bar(FilterBar(has_search=False), "handover.new")
        self.table = RecordTable(
            EXIT_COLUMNS,
            context=page.context,
            state_key="charges.exits",
            name=_("Exits"),
            empty=_("Nobody has left so far. An exit is written down in a handover."),
            chips={"alone": alone_tone},
            key=lambda row: row.user_id,
        )
        self.follow(self.table, "handover.new", None, "list.copy")
        self.body.addWidget(self.table, 1)
        self.setFocusProxy(self.table)

    def load(self) -> None:
        """Read who left."""
        self.latest.take(self.tasks.read(self, employee_exits.exits)).then(self._show)

    def _show(self, rows: list[ExitRow]) -> None:
        self.table.set_rows(rows)
        self.table.choose_first()
        self.page.actions_changed()

    def slots(self) -> Slots:
        """A handover of what the chosen one left behind."""
        found: dict[str, Callable[[], object]] = {}
        if self.may_hand_over():
            row: ExitRow | None = self.table.current_row()
            from_id = None if row is None else row.user_id
            found["handover.new"] = self.hand_over(HandoverTarget(HandoverCause.LEFT, from_id))
        return found
