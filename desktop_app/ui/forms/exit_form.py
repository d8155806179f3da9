"""The form of the counter on one screen: who, why, in whose words, what is owed, the gift."""

import itertools
import uuid
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from desktop_app.domain.exit_registration import SENTENCES, ExitDraft, gift_obstacles
from desktop_app.i18n import _
from desktop_app.services.exit_registration import Standing
from desktop_app.ui import theme
from desktop_app.ui.editors import Editor, TextEditor
from desktop_app.ui.form import Form
from desktop_app.ui.forms.case_forms import find_customers
from desktop_app.ui.numbered_reasons import NumberedReasons
from desktop_app.ui.panels import ChipLabel, text_label
from desktop_app.ui.parsed_editors import MoneyEditor
from desktop_app.ui.pickers import Choice, RecordEditor
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.theme import Tone

_MOST_SIGNS = 120


class CounterDraft(ExitDraft):
    """What is taken down, with the customer."""

    customer: uuid.UUID


class GiftEditor(Editor):
    """A line that lights up when the customer gets the gift, and says why or why not."""

    def __init__(self) -> None:
        self.box = QFrame()
        self.box.setObjectName("card")
        super().__init__(self.box)
        self.chip = ChipLabel()
        self.why = text_label("", "hint")
        self.check = QCheckBox(_("&Handed over:"))
        self.line = QLineEdit(_("souvenir"))
        self.line.setMaxLength(_MOST_SIGNS)
        self.line.setAccessibleName(_("What is given"))
        head = QHBoxLayout()
        head.setSpacing(theme.GAP_S)
        head.addWidget(self.chip)
        head.addWidget(self.why, 1)
        give = QHBoxLayout()
        give.setSpacing(theme.GAP_S)
        give.addWidget(self.check)
        give.addWidget(self.line, 1)
        column = QVBoxLayout(self.box)
        column.setContentsMargins(theme.GAP_M, theme.GAP_S, theme.GAP_M, theme.GAP_S)
        column.setSpacing(theme.GAP_S)
        column.addLayout(head)
        column.addLayout(give)
        self.setFocusProxy(self.check)
        self.check.toggled.connect(lambda _on: self.changed.emit())
        self.line.textChanged.connect(self.changed)
        self.allow("")

    @override
    def set_name(self, name: str) -> None:
        self.check.setAccessibleName(f"{name}: {self.check.text().replace('&', '')}")

    @override
    def set_problem(self, message: str) -> None:
        theme.set_problem(self.line, bool(message))
        self.line.setAccessibleDescription(message)

    @override
    def value(self) -> str | None:
        return (self.line.text().strip() or None) if self.check.isChecked() else None

    @override
    def set_value(self, value: Any) -> None:
        """What is given; without it nothing is, and the words stay for the next customer."""
        if value:
            self.line.setText(str(value))
        self.check.setChecked(bool(value))

    def allow(self, why_not: str) -> None:
        """Light up, or say why there is no gift and take it back."""
        is_allowed = not why_not
        self.chip.show_word(
            _("Gift") if is_allowed else _("No gift"), Tone.GOOD if is_allowed else Tone.NEUTRAL
        )
        self.why.setText(why_not or _("Nothing is owed and the reason is known."))
        self.check.setEnabled(is_allowed)
        self.line.setEnabled(is_allowed)
        if not is_allowed:
            self.check.setChecked(False)
        self.check.setAccessibleDescription(self.why.text())


class CounterForm(Form):
    """Two columns: who and what is owed at the left, why at the right."""

    def __init__(self, tasks: Tasks, reasons: Sequence[Choice], currency: str) -> None:
        super().__init__(labels_above=True)
        self._side, right = QVBoxLayout(), QVBoxLayout()
        for place, (side, stretch) in enumerate(((self._side, 4), (right, 5))):
            side.setSpacing(theme.GAP_XS)
            holder = QWidget()
            side.setContentsMargins(0, 0, 0, 0)
            holder.setLayout(side)
            self._grid.addWidget(holder, 1, place)
            self._grid.setColumnStretch(place, stretch)
        self._grid.setHorizontalSpacing(theme.GAP_XL)
        self._grid.setRowStretch(1, 1)
        self._grid.addWidget(self._top, 2, 0, 1, 2)  # below: it comes and moves nothing
        self.customer = self.add(
            "customer", _("1  &Customer"), RecordEditor(tasks, find_customers), required=True
        )
        self.standing = text_label("", "hint")
        self.standing.setMinimumHeight(2 * self.standing.fontMetrics().lineSpacing())
        self.standing.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._side.addWidget(self.standing)
        left = self._side
        self._side = right
        self.reason = self.add("reason", _("2  &Reason"), NumberedReasons(reasons))
        self.words = self.add(
            "words", _("3  The customer's own &words"),
            TextEditor(lines=3, placeholder=_("As they said it, not as you would put it")),
        )  # fmt: skip
        self._side = left
        self.arrears = self.add(
            "arrears", _("4  &Arrears"), MoneyEditor(currency), help=_("0 when nothing is owed.")
        )
        self.gift = self.add("gift", _("5  &Gift"), GiftEditor())
        left.addStretch(1)
        self._known = Standing()
        self.changed.connect(self._judge)
        self._order()
        self._judge()

    @override
    def _place(self, words: QLabel, editor: Editor, problem: QLabel, hint: QLabel) -> None:
        where = Qt.AlignmentFlag(0) if editor.takes_space() else Qt.AlignmentFlag.AlignLeft
        policy = problem.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # what is wrong comes and goes without moving a field
        problem.setSizePolicy(policy)
        problem.setMinimumHeight(problem.fontMetrics().lineSpacing())
        for widget in (words, editor, hint, problem):
            self._side.addWidget(widget, 0, where if widget is editor else Qt.AlignmentFlag(0))

    def _order(self) -> None:
        """Tab goes by the numbers, not by the columns."""
        stops = (
            self.customer.line, self.reason.filter, self.words.area, self.arrears.line,
            self.gift.check, self.gift.line,
        )  # fmt: skip
        for before, after in itertools.pairwise(stops):
            if before is not None and after is not None:
                QWidget.setTabOrder(before, after)

    def show_standing(self, known: Standing | None) -> None:
        """Say what a registration of the chosen customer finds; None: nobody is chosen."""
        self._known = known or Standing()
        if known is None:
            text, is_wrong = "", False
        elif known.worker:
            text = _("{name} works on case {number} of this customer and registers the exit there.")
            text = text.format(name=known.worker, number=known.case_number)
            is_wrong = True
        elif known.case_number:
            text = _("Goes into the open case {number}.").format(number=known.case_number)
            is_wrong = False
        else:
            text, is_wrong = _("A case is opened for it."), False
        self.standing.setText(text)
        theme.set_role(self.standing, "problem" if is_wrong else "hint")
        self._judge()

    def _judge(self) -> None:
        """Gift or no gift, as it stands now."""
        arrears = self.arrears.value()
        owed = arrears if isinstance(arrears, int) else None
        why = [_(SENTENCES[each]) for each in gift_obstacles(owed, self.reason.value())]
        if self._known.gift_given:
            why.append(_("A gift was handed over in this case already."))
        if " ".join(why) != self.gift.why.text() or self.gift.check.isEnabled() == bool(why):
            self.gift.allow(" ".join(why))

    def clear(self) -> None:
        """Empty every field for the next customer; what the gift is stays."""
        self.fill(dict.fromkeys(self.editors))
        self.customer.line.clear()
        self.show_standing(None)
        self.mark_saved()
        self.focus_first()
