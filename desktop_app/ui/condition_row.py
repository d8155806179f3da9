"""One comparison of a condition: a question, how it is compared, and with what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop_app import clock
from desktop_app.i18n import N_, _
from desktop_app.questionnaire.conditions import (
    SELF_REFERENCE,
    WITHOUT_VALUE,
    Of,
    Operator,
    Test,
    write_comparison,
)
from desktop_app.questionnaire.roles import TRUE
from desktop_app.ui import theme
from desktop_app.ui.editors import ChoiceEditor, TextEditor
from desktop_app.ui.panels import button, text_label
from desktop_app.ui.parsed_editors import read_date

_LONGEST: Final = 48
_WORDS: Final[Mapping[Operator, str]] = {
    Operator.IS: N_("is"),
    Operator.IS_NOT: N_("is not"),
    Operator.SELECTED: N_("includes"),
    Operator.NOT_SELECTED: N_("does not include"),
    Operator.CONTAINS: N_("contains the words"),
    Operator.GREATER: N_("is more than"),
    Operator.AT_LEAST: N_("is at least"),
    Operator.LESS: N_("is less than"),
    Operator.AT_MOST: N_("is at most"),
    Operator.BETWEEN: N_("is between"),
    Operator.ANSWERED: N_("is answered"),
    Operator.NOT_ANSWERED: N_("is not answered"),
}
_DATE_WORDS: Final[Mapping[Operator, str]] = {
    Operator.GREATER: N_("is after"),
    Operator.AT_LEAST: N_("is on or after"),
    Operator.LESS: N_("is before"),
    Operator.AT_MOST: N_("is on or before"),
}
_ENDS: Final = (Operator.ANSWERED, Operator.NOT_ANSWERED)
_ORDER: Final = (
    Operator.IS, Operator.IS_NOT, Operator.GREATER, Operator.AT_LEAST, Operator.LESS,
    Operator.AT_MOST, Operator.BETWEEN, *_ENDS,
)  # fmt: skip
_MANY: Final = (Operator.SELECTED, Operator.NOT_SELECTED, *_ENDS)
_ONE: Final = (Operator.IS, Operator.IS_NOT, *_ENDS)
_TEXT: Final = (Operator.IS, Operator.IS_NOT, Operator.CONTAINS, *_ENDS)
FACT: Final = "fact"
"""The kind of a hidden field that holds a fact of the case: it is so, or it is not."""
_OFFERED: Final[Mapping[str, tuple[Operator, ...]]] = {
    "integer": _ORDER, "decimal": _ORDER, "range": _ORDER, "date": _ORDER, "calculate": _TEXT,
    "select_one": _ONE, "select_one_from_file": _ONE, "select_one_external": _ONE,
    FACT: (Operator.IS,),
    "select_multiple": _MANY, "select_multiple_from_file": _MANY, "rank": _MANY,
}  # fmt: skip
_NUMBERS: Final = frozenset({"integer", "decimal", "range"})


@dataclass(frozen=True, slots=True)
class Comparable:
    """A question that can be compared with.

    Attributes:
        name: Its code, or `SELF_REFERENCE`.
        title: What it is called here.
        kind: Its type.
        choices: Codes and words of its choices; empty when any text can be the answer.
    """

    name: str
    title: str
    kind: str
    choices: tuple[tuple[str, str], ...] = ()

    def plainly(self, test: Test) -> Test:
        """A comparison with a fact as it is shown: it is so, or it is not."""
        if self.kind != FACT:
            return test
        negated = {Operator.NOT_ANSWERED: True, Operator.ANSWERED: False}.get(test.operator)
        if test.operator is Operator.IS_NOT and test.value in {TRUE, ""}:
            negated = test.value == TRUE
        if negated is None:
            return test
        return Test(test.question, Operator.IS, "" if negated else TRUE)

    @property
    def of(self) -> Of:
        """What its answers are."""
        if self.kind in _NUMBERS:
            return Of.NUMBER
        return Of.DATE if self.kind == "date" else Of.TEXT


class ComparisonRow(QWidget):
    """A question, an operator and one or two values."""

    changed = Signal()
    removed = Signal()

    def __init__(self, offered: Sequence[Comparable], test: Test | None = None) -> None:
        super().__init__()
        self._offered = {each.name: each for each in offered}
        self._is_showing = False
        self._is_fixed = tuple(self._offered) == (SELF_REFERENCE,)
        first = next(iter(self._offered), "")
        self._test = test or self._first_test(first)
        if self._test.question not in self._offered:
            name = self._test.question
            self._offered[name] = Comparable(name, name, "text")
        self.question = ChoiceEditor([(each.name, _short(each.title)) for each in self._all()])
        self.question.box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.operator = ChoiceEditor([])
        self.value: ChoiceEditor | TextEditor = TextEditor()
        self.upto = TextEditor()
        self.link = QLabel(_("and"))
        self.remove_button = button("", self.removed.emit, "close", "quiet")
        self.remove_button.setToolTip(_("Remove this comparison"))
        self.remove_button.setAccessibleName(_("Remove this comparison"))
        self.problem = text_label("", "problem")
        self._arrange()
        self._show(self._test)
        self.question.changed.connect(self._on_question)
        self.operator.changed.connect(self._on_operator)
        self.upto.changed.connect(self._say)

    def _all(self) -> list[Comparable]:
        return list(self._offered.values())

    def _first_test(self, name: str) -> Test:
        asked = self._offered.get(name)
        value = TRUE if asked is not None and asked.kind == FACT else ""
        of = asked.of if asked is not None else Of.TEXT
        return Test(name, self._operators(name)[0], value, of=of)

    def _operators(self, name: str) -> tuple[Operator, ...]:
        kind = self._offered[name].kind if name in self._offered else "text"
        return _OFFERED.get(kind, _TEXT)

    def _arrange(self) -> None:
        self._row = QHBoxLayout()
        self._row.setSpacing(theme.GAP_S)
        if not self._is_fixed:
            self._row.setContentsMargins(theme.GAP_L, 0, 0, 0)
        for widget, share in (
            (self.operator, 0), (self.value, 2), (self.link, 0), (self.upto, 2)
        ):  # fmt: skip
            self._row.addWidget(widget, share)
        self._row.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(theme.GAP_S)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, theme.GAP_XS)
        column.setSpacing(theme.GAP_XS)
        if self._is_fixed:
            self._row.addWidget(self.remove_button)
        else:
            top.addWidget(self.question, 1)
            top.addWidget(self.remove_button)
            column.addLayout(top)
        column.addLayout(self._row)
        column.addWidget(self.problem)
        self.question.set_name(_("Question"))
        self.operator.set_name(_("Comparison"))
        self.upto.set_name(_("Upper limit"))
        if self._is_fixed:
            self.question.setParent(self)
            self.question.hide()

    # ------------------------------------------------------------------ showing

    def _show(self, test: Test) -> None:
        self._is_showing = True
        asked = self._offered[test.question]
        test = asked.plainly(test)
        self.question.set_value(test.question)
        words = {**_WORDS, **(_DATE_WORDS if asked.of is Of.DATE else {})}
        offered = dict.fromkeys((*self._operators(test.question), test.operator))
        self.operator.set_choices([(each, _(words[each])) for each in offered])
        self.operator.set_value(test.operator)
        self._new_value(asked, test)
        self.upto.set_value(test.upto)
        has_value = test.operator not in WITHOUT_VALUE
        is_between = test.operator is Operator.BETWEEN
        self.value.setHidden(not has_value)
        self.link.setHidden(not is_between)
        self.upto.setHidden(not is_between)
        self._is_showing = False
        self._judge()

    def _new_value(self, asked: Comparable, test: Test) -> None:
        made: ChoiceEditor | TextEditor
        if asked.choices and test.operator not in {Operator.CONTAINS, Operator.BETWEEN}:
            known = [code for code, _word in asked.choices]
            extra = [(test.value, test.value)] if test.value and test.value not in known else []
            made = ChoiceEditor([*((c, _short(w)) for c, w in asked.choices), *extra])
            made.box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            made.set_value(test.value if "" in known else test.value or None)
        else:
            example = {Of.NUMBER: "100", Of.DATE: clock.today().isoformat()}.get(asked.of, "")
            made = TextEditor(placeholder=example)
            made.set_value(test.value)
        made.set_name(_("Value"))
        self._row.replaceWidget(self.value, made)
        self.value.deleteLater()
        self.value.hide()
        self.value = made
        made.changed.connect(self._say)

    # ------------------------------------------------------------------ what stands there

    def test(self) -> Test | None:
        """The comparison, None while a value is missing or wrong."""
        return None if self._judge() else self._entered()

    def _entered(self) -> Test:
        name, operator = self.question.value(), self.operator.value()
        asked = self._offered[name]
        if operator in WITHOUT_VALUE:
            return Test(name, operator)
        of = asked.of if name != self._test.question or asked.of is not Of.TEXT else self._test.of
        if operator in {Operator.SELECTED, Operator.NOT_SELECTED, Operator.CONTAINS}:
            of = Of.TEXT
        upto = self._plain(of, self.upto) if operator is Operator.BETWEEN else ""
        return Test(name, operator, self._plain(of, self.value), upto, of)

    def _plain(self, of: Of, editor: ChoiceEditor | TextEditor) -> str:
        text = str(editor.value() or "")
        day = read_date(text, clock.today()) if of is Of.DATE and text else None
        return text if day is None else day.isoformat()

    def _judge(self) -> bool:
        """Whether something is wrong; says what."""
        test = self._entered()
        sentence = ""
        if test.operator not in WITHOUT_VALUE:
            try:
                write_comparison(test)
                asked = self._offered[test.question]
                codes = {code for code, _word in asked.choices}
                if asked.kind == FACT and test.value not in codes:
                    sentence = _("This is never so. Choose yes or no.")
                elif not test.value and "" not in codes:
                    sentence = _("Enter what it is compared with.")
            except ValueError:
                sentence = {Of.NUMBER: _("Enter a number."), Of.DATE: _("Enter a date.")}[test.of]
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))
        self.value.set_problem(sentence)
        return bool(sentence)

    def _on_question(self) -> None:
        if self._is_showing:
            return
        name = self.question.value()
        self._test = self._first_test(name)
        self._show(self._test)
        self._say()

    def _on_operator(self) -> None:
        if self._is_showing:
            return
        entered = self._entered()
        self._show(Test(entered.question, self.operator.value(), entered.value, of=entered.of))
        self._say()

    def _say(self) -> None:
        if not self._is_showing:
            self._judge()
            self.changed.emit()


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"
