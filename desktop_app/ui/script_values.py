"""What conditions of a script compare: facts and answers, and the input for a value of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QSizePolicy

from db.vocabulary import CustomerClass, CustomerKind, RuleKind
from desktop_app import labels
from desktop_app.domain import script_words
from desktop_app.domain.script_terms import fact_title
from desktop_app.domain.scripts import ANSWER, FACTS, FactValue, Operator, Script, StepKind
from desktop_app.i18n import _, language
from desktop_app.ui.case_look import coded_choices
from desktop_app.ui.editors import ChoiceEditor, Editor, ManyEditor, TextEditor
from desktop_app.ui.parsed_editors import DecimalEditor
from desktop_app.ui.script_outline import step_words

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from desktop_app.services.script_authoring import Offered

Codes = Sequence[tuple[Any, str]]

LISTED = frozenset({Operator.IN, Operator.NOT_IN})
WITHOUT_VALUE = frozenset({Operator.KNOWN, Operator.UNKNOWN})
_LONGEST = 44
_LIST_ROWS = 4


@dataclass(frozen=True, slots=True)
class Comparable:
    """Something a condition may ask for.

    Attributes:
        name: A fact, or `ANSWER` and the name of a step.
        title: What it is called.
        kind: As in `FACTS`; an answer is a word.
        codes: Its possible values with their words; empty when any is possible.
    """

    name: str
    title: str
    kind: str = "word"
    codes: Codes = ()


class OpenChoice(ChoiceEditor):
    """One of a list, or nothing; a value that is not in the list is shown as it is."""

    def __init__(self, choices: Codes = (), *, empty: str = "") -> None:
        self._offered: Codes = ()
        self._shown: Codes = []
        super().__init__([], optional=True, empty=empty)
        self.box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.show_choices(choices, None)

    def show_value(self, value: Any) -> None:
        """Choose a value, also one that is not in the list; nobody is told."""
        self.show_choices(self._offered, value)

    def show_choices(self, choices: Codes, value: Any) -> None:
        """Change the list and what is chosen; nobody is told."""
        self.blockSignals(True)
        self._offered = offered = list(choices)
        if value is not None and value not in [code for code, _words in offered]:
            offered = [*offered, (value, str(value))]
        if offered != self._shown:
            self._shown = offered
            self.set_choices(offered)
        self.set_value(value)
        self.blockSignals(False)


def short(text: str, longest: int = _LONGEST) -> str:
    """A text in one line, cut at its end."""
    plain = " ".join(text.split())
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"


def targets(script: Script) -> list[tuple[str, str]]:
    """The steps a way may lead to, in words."""
    return [
        (step.id, f"{number}  {short(step_words(step))}")
        for number, step in enumerate(script.steps, start=1)
    ]


def comparables(script: Script, offered: "Offered | None") -> list[Comparable]:
    """The facts of a case, and the answers of the steps that ask."""
    found = [Comparable(name, fact_title(name), kind, _codes(name, offered))
             for name, kind in FACTS.items()]  # fmt: skip
    for number, step in enumerate(script.steps, start=1):
        if step.kind in {StepKind.LOGIC, StepKind.END}:
            continue
        if step.choices or step.kind in {StepKind.ASK, StepKind.PROBE}:
            title = _("Answer {number}: {words}").format(
                number=number, words=short(step_words(step))
            )
            codes = [
                (each.code, short(script_words.in_language(each.zh, each.en, language())))
                for each in step.choices
            ]
            found.append(Comparable(f"{ANSWER}{step.id}", title, "word", tuple(codes)))
    return found


def _codes(name: str, offered: "Offered | None") -> Codes:
    enums = {
        "case.kind": RuleKind,
        "customer.class": CustomerClass,
        "customer.kind": CustomerKind,
    }
    if name in enums:
        return [(each.value, labels.label(each)) for each in enums[name]]
    if name == "case.extent":
        return coded_choices("extent")
    if offered is None:
        return ()
    listed = {
        "case.stated_reason": offered.reasons,
        "case.root_reason": offered.reasons,
        "case.reason_group": offered.reason_groups,
        "case.churn_type": offered.churn_types,
    }
    return listed.get(name, ())


def value_editor(asked: Comparable, operator: Operator = Operator.IS) -> Editor:
    """The input for what something is compared with, or for its value."""
    made: Editor
    if asked.kind == "flag":
        made = ChoiceEditor([(True, _("yes")), (False, _("no"))], optional=True)
    elif asked.kind == "number":
        made = DecimalEditor()
    elif operator in LISTED and asked.codes:
        made = ManyEditor(asked.codes, rows=_LIST_ROWS)
    elif operator in LISTED:
        made = TextEditor(placeholder=_("parted by commas"))
    elif asked.codes:
        made = OpenChoice(asked.codes)
    else:
        made = TextEditor()
    made.set_name(_("Value"))
    return made


def show_value(editor: Editor, value: FactValue | tuple[str, ...]) -> None:
    """Show a value in its input."""
    if isinstance(editor, TextEditor) and isinstance(value, tuple):
        value = ", ".join(value)
    if isinstance(editor, OpenChoice):
        editor.show_value(value)
        return
    editor.set_value(Decimal(str(value)) if _is_number(editor, value) else value)


def _is_number(editor: Editor, value: object) -> bool:
    return isinstance(editor, DecimalEditor) and isinstance(value, int | float)


def read_value(editor: Editor, operator: Operator = Operator.IS) -> FactValue | tuple[str, ...]:
    """What stands in the input."""
    value = editor.value()
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    if operator in LISTED:
        if isinstance(value, tuple):
            return value
        parts = str(value or "").replace("，", ",").replace("、", ",").split(",")
        return tuple(part.strip() for part in parts if part.strip())
    return value  # type: ignore[no-any-return]  # an input gives its own kind
