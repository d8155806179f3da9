"""The form of the reasons of a case: said first, why-chain, root, and what staff believed."""

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QWidget
from typing_extensions import override

from db.queries.case_file import CaseFile
from db.vocabulary import ReasonLayer
from desktop_app.domain.drafts import Draft, Text
from desktop_app.domain.reasons import MAX_WHY_STEPS, ReasonDraft, WhyChainDraft, WhyStepDraft
from desktop_app.errors import InvalidInputError, Problem
from desktop_app.i18n import _
from desktop_app.services import cases
from desktop_app.ui import theme
from desktop_app.ui.editors import Editor, TextEditor
from desktop_app.ui.form import Form
from desktop_app.ui.pickers import Choice
from desktop_app.ui.reason_box import ReasonBox

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session


class ReasonsDraft(Draft):
    """Everything about why, as one form."""

    stated: str | None = None
    stated_words: Text = ""
    why: tuple[WhyStepDraft, ...] = ()
    root: str | None = None
    root_words: Text = ""
    belief: str | None = None
    belief_words: Text = ""


class WhyEditor(Editor):
    """Up to five answers to *why?*, each with the reason it was coded as."""

    def __init__(self, choices: Sequence[Choice]) -> None:
        holder = QWidget()
        super().__init__(holder)
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.GAP_S)
        grid.setVerticalSpacing(theme.GAP_XS)
        grid.setColumnStretch(1, 3)
        grid.setColumnStretch(2, 2)
        self.answers: list[QLineEdit] = []
        self.codes: list[ReasonBox] = []
        for number in range(1, MAX_WHY_STEPS + 1):
            hint = QLabel(_("Why? {n}").format(n=number))
            theme.set_role(hint, "hint")
            answer, code = QLineEdit(), ReasonBox(choices)
            answer.setAccessibleName(_("Answer {n}").format(n=number))
            code.set_name(_("Reason of answer {n}").format(n=number))
            answer.textChanged.connect(self.changed)
            code.changed.connect(self.changed)
            for column, widget in enumerate((hint, answer, code)):
                grid.addWidget(widget, number, column)
            self.answers.append(answer)
            self.codes.append(code)
        self.setFocusProxy(self.answers[0])

    @override
    def value(self) -> tuple[dict[str, Any], ...]:
        """Steps with an answer or a code, in order."""
        return tuple(
            {"answer": answer.text().strip(), "reason": code.value()}
            for answer, code in zip(self.answers, self.codes, strict=True)
            if answer.text().strip() or code.value()
        )

    @override
    def set_value(self, value: Any) -> None:
        steps = list(value or ())
        for place, (answer, code) in enumerate(zip(self.answers, self.codes, strict=True)):
            step = steps[place] if place < len(steps) else {}
            answer.setText(step.get("answer", ""))
            code.set_value(step.get("reason"))


def reasons_form(file: CaseFile, choices: Sequence[Choice]) -> Form:
    """Three layers with the words of the customer, and the chain between the first two."""
    form = Form(labels_above=True)
    form.add("stated", _("&Stated reason: what the customer said first"), ReasonBox(choices))
    form.add("stated_words", _("In the customer's &own words"), TextEditor(lines=2))
    form.add(
        "why",
        _("&Why-chain"),
        WhyEditor(choices),
        help=_("Ask why until a cause shows that can be changed; its reason becomes the root."),
    )
    form.add("root", _("&Root reason"), ReasonBox(choices))
    form.add("root_words", _("What &it was about"), TextEditor(lines=2))
    form.add("belief", _("What staff &believed before asking"), ReasonBox(choices))
    form.add("belief_words", _("What was &thought"), TextEditor(lines=2))
    form.fill(reason_values(file))
    return form


def reason_values(file: CaseFile) -> dict[str, Any]:
    """The reasons of a case by the fields of the form."""
    values: dict[str, Any] = {
        "why": tuple(
            {"answer": step.answer, "reason": step.reason.code if step.reason else None}
            for step in file.why
        )
    }
    for layer in ReasonLayer:
        reason = file.reasons.get(layer)
        values[layer.value] = reason.code if reason is not None else None
        values[f"{layer.value}_words"] = (reason.verbatim or None) if reason is not None else None
    return values


def write_reasons(
    session: "Session", case_id: uuid.UUID, before: ReasonsDraft, after: ReasonsDraft
) -> None:
    """Store what differs, as one change.

    Raises:
        InvalidInputError: a reason is not on offer; the problem stands at its layer.
    """
    for layer in ReasonLayer:
        name = layer.value
        old = (getattr(before, name), getattr(before, f"{name}_words"))
        code, verbatim = getattr(after, name), getattr(after, f"{name}_words")
        if old == (code, verbatim):
            continue
        if code is None:
            cases.clear_reason(session, case_id, layer)
            continue
        try:
            draft = ReasonDraft(layer=layer, reason=code, verbatim=verbatim)
            cases.set_reason(session, case_id, draft)
        except InvalidInputError as error:
            raise InvalidInputError(
                [Problem(name, problem.message) for problem in error.problems]
            ) from error
    if before.why != after.why:
        _write_chain(session, case_id, after)


def _write_chain(session: "Session", case_id: uuid.UUID, after: ReasonsDraft) -> None:
    try:
        cases.set_why_chain(session, case_id, WhyChainDraft(steps=after.why))
    except InvalidInputError as error:
        raise InvalidInputError(
            [Problem("why", problem.message) for problem in error.problems]
        ) from error


def missing_words(form: Form) -> list[Problem]:
    """Words without a reason would be lost: ask for the reason."""
    return [
        Problem(layer.value, _("Choose the reason these words belong to."))
        for layer in ReasonLayer
        if form.editors[f"{layer.value}_words"].value() and not form.editors[layer.value].value()
    ]
