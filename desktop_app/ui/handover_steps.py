"""The steps of a handover after the first: its customers, its receivers, its summary."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app import labels
from desktop_app.i18n import _, ngettext
from desktop_app.ui import theme
from desktop_app.ui.editors import CheckEditor
from desktop_app.ui.folding import ShortButtons
from desktop_app.ui.handover_columns import (
    CUSTOMER_COLUMNS,
    LOAD_COLUMNS,
    RECEIVER_COLUMNS,
    class_tone,
    load_tone,
    tidy_tone,
    to_tone,
    why_tone,
)
from desktop_app.ui.handover_work import HandoverWork, Line, Sums, customers_words
from desktop_app.ui.page import Page
from desktop_app.ui.panels import (
    Card,
    Facts,
    FilterBar,
    action_button,
    scrolled,
    splitter,
    text_label,
)
from desktop_app.ui.record_table import RecordTable

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from desktop_app.services.handovers import CommitResult

_WIDTH = 760


class LinesStep(QWidget):
    """A step with a list of lines, a filter and the buttons of what can be done to them."""

    def __init__(
        self,
        page: Page,
        table: RecordTable,
        only: tuple[str, Callable[[Line], bool]],
        actions: Sequence[str],
    ) -> None:
        """Make filter, buttons and list.

        Args:
            page: The page of the wizard.
            table: The list.
            only: What the check box of the filter says, and which lines it leaves.
            actions: Ids of what can be done, as buttons and in the menu of the list.
        """
        super().__init__()
        self._page, self.table = page, table
        self.work = HandoverWork()
        self.filters = FilterBar(_("Name or number"))
        words, self._is_wanted = only
        self.only = CheckEditor(words)
        self.only.set_name(words)
        self.only.changed.connect(self.filters.changed)
        self.filters.add_widget(self.only)
        made = [action_button(page.context, each) for each in actions]
        for each in made:
            self.filters.add_widget(each)
        ShortButtons(self.filters, made, lambda: self.filters.sizeHint().width())
        self.filters.changed.connect(self.show_lines)
        table.set_menu(*actions, None, "customer.open", "list.copy")
        table.selection_changed.connect(page.actions_changed)
        page.follow(table)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(theme.GAP_S)
        self.hint = text_label(" ", "hint")
        self.body.addWidget(self.hint)
        self.body.addWidget(self.filters)
        self.setFocusProxy(table)

    def show_work(self, work: HandoverWork) -> None:
        """Show the lines of a handover."""
        self.work = work
        self.show_lines()

    def show_lines(self) -> None:
        """Show the lines that fit the filter."""
        words = (self.filters.search.value() or "").casefold().split()
        is_all = not self.only.value()
        rows = [
            line
            for line in self.lines()
            if _matches(line, words) and (is_all or self._is_wanted(line))
        ]
        self.table.set_rows(rows)
        self.table.choose_first()
        self.show_hint()
        self._page.actions_changed()

    def refresh(self) -> None:
        """Lines were changed in place: show them anew, selection and place stay."""
        self.table.model.rows_changed()
        self.show_hint()

    def lines(self) -> Sequence[Line]:
        """All lines of the step."""
        return self.work.lines

    def show_hint(self) -> None:
        """Say above what the list comes to."""

    def chosen(self) -> list[Line]:
        """The lines that are chosen."""
        rows: list[Line] = self.table.selected_rows()
        return rows


def lacks_something(line: Line) -> bool:
    """Whether something of the customer is to be tidied and was not ticked as in order."""
    return bool(line.proposed.to_tidy) and not line.is_checked


def _matches(line: Line, words: Sequence[str]) -> bool:
    text = f"{line.proposed.name} {line.proposed.number} {line.to_name}".casefold()
    return all(word in text for word in words)


class CustomersStep(LinesStep):
    """The customers that were found, and what of their records is missing."""

    def __init__(self, page: Page) -> None:
        table = RecordTable(
            CUSTOMER_COLUMNS,
            context=page.context,
            state_key="handover.customers",
            name=_("Customers of the handover"),
            empty=_("No customer is left. Go back and choose somebody else, or other customers."),
            chips={"klass": class_tone, "to_tidy": tidy_tone},
        )
        super().__init__(
            page,
            table,
            (_("Only what is to be tidied"), lacks_something),
            ("handover.leave_out", "handover.correct", "handover.check"),
        )
        table.hide_columns("renewals")
        self.body.addWidget(table, 1)

    def lines(self) -> Sequence[Line]:
        """One line a customer."""
        return self.work.customers()

    def show_hint(self) -> None:
        """How many there are and how many of them lack something."""
        sums = self.work.sums()
        said = _("{customers} to hand over.").format(customers=customers_words(sums.customers))
        if sums.unchecked:
            text = ngettext(
                "{n} lacks something: correct it, or tick it as in order.",
                "{n} lack something: correct it, or tick them as in order.",
                sums.unchecked,
            )
            more = text.format(n=labels.number(sums.unchecked))
        else:
            more = _("Nothing is missing.")
        self.hint.setText(_("{sentence} {next}").format(sentence=said, next=more))


class ReceiversStep(LinesStep):
    """Who gets whom and why, beside what everybody holds afterwards."""

    def __init__(self, page: Page) -> None:
        table = RecordTable(
            RECEIVER_COLUMNS,
            context=page.context,
            state_key="handover.receivers",
            name=_("Receivers"),
            empty=_("No line fits. Change the search or the filter."),
            chips={"klass": class_tone, "to": to_tone, "cross": why_tone},
        )
        super().__init__(
            page,
            table,
            (_("Only without anybody"), lambda line: not line.to_name),
            ("handover.unattended", "handover.taken", "handover.suggested", "handover.receiver"),
        )
        self.loads = RecordTable(
            LOAD_COLUMNS,
            context=page.context,
            state_key="handover.loads",
            name=_("What everybody holds"),
            empty=_("Nobody may take customers over."),
            chips={"after": load_tone},
        )
        page.follow(self.loads)
        panes = splitter(page.context, "handover", table, self.loads)
        panes.setStretchFactor(0, 7)
        panes.setStretchFactor(1, 3)
        self.body.addWidget(panes, 1)

    def show_hint(self) -> None:
        """How many customers get somebody, and how many of them elsewhere."""
        sums = self.work.sums()
        parts = [
            ngettext("{n} receiver.", "{n} receivers.", sums.receivers).format(n=sums.receivers)
        ]
        if sums.cross:
            text = ngettext(
                "{n} customer goes to another department.",
                "{n} customers go to another department.",
                sums.cross,
            )
            parts.append(text.format(n=labels.number(sums.cross)))
        if sums.nobody:
            text = ngettext(
                "{n} customer has nobody yet.", "{n} customers have nobody yet.", sums.nobody
            )
            parts.append(text.format(n=labels.number(sums.nobody)))
        self.hint.setText(" ".join(parts))
        self.loads.set_rows(self.work.loads())


class SummaryStep(QWidget):
    """What is going to happen, in a sentence and in numbers; afterwards what happened."""

    def __init__(self) -> None:
        super().__init__()
        self.sentence = text_label(" ", "heading")
        self.facts = Facts()
        self.warning = text_label("", "problem")
        card = Card()
        card.body.addWidget(self.sentence)
        card.body.addWidget(self.facts)
        card.body.addWidget(self.warning)
        card.setMaximumWidth(_WIDTH)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        area = scrolled(inside, _("Summary"))
        whole.addWidget(area)
        self.setFocusProxy(area)

    def show_sums(self, sentence: str, sums: Sums, exit_words: str) -> None:
        """Show what is going to happen.

        Args:
            sentence: The handover in words.
            sums: What it comes to.
            exit_words: What is written down about who leaves; empty for nobody.
        """
        self.sentence.setText(sentence)
        pairs = [
            (_("Customers"), labels.number(sums.customers)),
            (_("Receivers"), labels.number(sums.receivers)),
            *_moved(sums),
        ]
        for label, count in (
            (_("To another department"), sums.cross),
            (_("Left without anybody"), sums.unattended),
            (_("Taken along"), sums.taken),
        ):
            if count:
                pairs.append((label, labels.number(count)))
        if exit_words:
            pairs.append((_("Who leaves"), exit_words))
        self.facts.set_facts(pairs)
        self.warning.setText("\n".join(_warnings(sums)))
        self.warning.setVisible(bool(self.warning.text()))

    def show_result(self, result: "CommitResult") -> None:
        """Show what happened."""
        self.sentence.setText(
            _("{customers} were handed over. The receivers find them under Handovers.").format(
                customers=customers_words(result.customers)
            )
        )
        told = (_("Tasks to tell the customer"), labels.number(result.told))
        one = _("one entry of the journal; Ctrl+Z takes all of it back")
        self.facts.set_facts([*_moved(result), told, (_("Written as"), one)])
        self.warning.hide()


def _moved(found: "Sums | CommitResult") -> list[tuple[str, str]]:
    """What goes along with the customers; kinds of which there is nothing are left out."""
    pairs = (
        (_("Open cases that move"), found.cases),
        (_("Planned visits that move"), found.visits),
        (_("Promises that move"), found.promises),
        (_("Tasks that move"), found.tasks),
        (_("Renewals that move"), found.renewals),
    )
    moved = [(label, labels.number(count)) for label, count in pairs if count]
    return moved or [(_("What else moves"), _("nothing"))]


def _warnings(sums: Sums) -> list[str]:
    found = []
    if sums.nobody:
        text = ngettext(
            "{n} customer is left without anybody in charge.",
            "{n} customers are left without anybody in charge.",
            sums.nobody,
        )
        found.append(text.format(n=labels.number(sums.nobody)))
    if sums.unchecked:
        text = ngettext(
            "{n} customer is handed over with gaps in the record.",
            "{n} customers are handed over with gaps in the record.",
            sums.unchecked,
        )
        found.append(text.format(n=labels.number(sums.unchecked)))
    return found
