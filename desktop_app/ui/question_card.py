"""One question on the screen: what is asked, its input, what is wrong, what belongs to it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop_app.i18n import _
from desktop_app.questionnaire.form import Kind, Severity
from desktop_app.questionnaire.roles import CaseRole, role_of
from desktop_app.ui import theme
from desktop_app.ui.answer_kinds import Asked, Offers, ReasonsInput, make_input, usage
from desktop_app.ui.file_input import FileInput
from desktop_app.ui.filling_run import FillingRun
from desktop_app.ui.form_media import MediaBar
from desktop_app.ui.panels import Card, button, text_label
from desktop_app.ui.review_pane import said_label
from desktop_app.ui.theme import Tone
from desktop_app.ui.why_chain import WhyBar, chain_before, suggested_reasons

_ANSWER_SHARE, _BESIDE_SHARE = 3, 2


class QuestionCard(QWidget):
    """A question of a running interview."""

    put = Signal(str, str)
    """Address and what stands in the input now."""
    gone_on = Signal()
    attach_wanted = Signal(str, str, object)
    """Address, name of a file to store, and where it is, or its bytes."""
    open_wanted = Signal(str)
    """Name of a stored file."""
    picture_wanted = Signal(str, str)
    """Address and name of a stored picture."""
    play_wanted = Signal(str, object)
    """Name of a recording of the form and what it holds."""

    def __init__(self, run: FillingRun, address: str, offers: Offers, *, is_alone: bool) -> None:
        super().__init__()
        filling = run.filling
        self._run, self.address, self._offers = run, address, offers
        question = filling.question(address)
        self.is_readonly = filling.is_readonly(address)
        choices = filling.choices(address) if question.choices is not None else ()
        self.asked = Asked(question, offers, choices, is_alone)
        self.role = role_of(filling.form, question.path)
        self.probe = ""
        self.label = text_label("", "question" if is_alone else "heading")
        self.form_words = text_label("", "hint")
        self.hint = text_label("", "hint")
        self.guidance = text_label("", "hint")
        self.more = button("", self.toggle_guidance, "chevron-right", "link")
        self.more.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.media = MediaBar()
        self.problem = text_label("", "problem")
        self.why = WhyBar() if "why" in question.appearance.split() else None
        self.input = make_input(self.asked, is_readonly=self.is_readonly)
        self.beside = Card(_beside_title(self.role))
        self.beside_words = text_label()
        self.beside.body.addWidget(self.beside_words)
        self.beside.body.addStretch(1)
        self._build(is_alone=is_alone)
        self._connect()
        self.refresh()

    @property
    def fills(self) -> bool:
        """Whether the input takes all the height there is."""
        return self.input.fills and self.asked.is_alone

    def _build(self, *, is_alone: bool) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0 if is_alone else theme.GAP_S)
        column.setSpacing(theme.GAP_XS)
        if self.why is not None:
            column.addWidget(self.why)
            self.why.chosen.connect(self.ask)
            column.addSpacing(theme.GAP_XS)
        left = Qt.AlignmentFlag.AlignLeft
        for widget in (self.label, self.form_words, self.media, self.hint):
            column.addWidget(widget)
        column.addWidget(self.more, 0, left)
        column.addWidget(self.guidance)
        for said in self._offers.said.get(self.address, ()):
            column.addWidget(said_label(said))
        column.addWidget(self.problem)
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_M)
        where = Qt.AlignmentFlag(0) if self.input.takes_space() else left
        row.addWidget(self.input, _ANSWER_SHARE, where)
        row.addWidget(self.beside, _BESIDE_SHARE)
        column.addLayout(row, 1 if self.fills else 0)
        self.guidance.hide()

    def _connect(self) -> None:
        self.input.changed.connect(self._on_changed)
        self.input.gone_on.connect(self.gone_on)
        self.media.play_wanted.connect(self.play_wanted)
        if isinstance(self.input, FileInput):
            self.input.given.connect(
                lambda name, file: self.attach_wanted.emit(self.address, name, file)
            )
            self.input.open_wanted.connect(self.open_wanted)
            self.input.picture_wanted.connect(
                lambda name: self.picture_wanted.emit(self.address, name)
            )

    def _on_changed(self) -> None:
        self.put.emit(self.address, self.input.value())

    # ------------------------------------------------------------------ showing

    def refresh(self) -> None:
        """Show texts, choices, answer and problems as they are now."""
        filling, address = self._run.filling, self.address
        own = filling.label(address) or self.asked.question.name
        shown = self.probe or own
        required = filling.is_required(address) and not self.is_readonly
        self.label.setText(f"{shown} *" if required else shown)
        self.form_words.setText(own)
        self.form_words.setVisible(bool(self.probe))
        hint = filling.hint(address)
        how = "" if self.is_readonly and self.asked.question.kind is not Kind.NOTE else usage(
            self.asked)  # fmt: skip
        self.hint.setText("\n".join(filter(None, (hint, how))))
        self._show_guidance(filling.guidance(address))
        self._show_media()
        self.input.set_name(shown)
        if self.asked.question.choices is not None:
            self.input.show_choices(filling.choices(address))
        if self.role is CaseRole.WHY_REASON and isinstance(self.input, ReasonsInput):
            above = chain_before(filling, self._run.layout.questions, address)
            self.input.reasons.suggest(suggested_reasons(above, self._offers))
        answer = filling.answer(address)
        if self.input.value() != answer:
            self.input.set_value(answer)
        if self.is_readonly and answer:
            self.form_words.setText(answer)
            self.form_words.show()
        if self.why is not None:
            steps = chain_before(filling, self._run.layout.questions, address)
            self.why.show_chain(steps, self._offers, filling.language)
        self._show_beside()
        self.show_problems()

    def show_problems(self) -> None:
        """Say what is wrong with the answer, in the colour of the worst of it."""
        found = self._run.problems(self.address)
        self.problem.setText(" ".join(each.message for each in found))
        self.problem.setVisible(bool(found))
        worst = {each.severity for each in found}
        tone = Tone.BAD if Severity.ERROR in worst else Tone.WARN
        if worst == {Severity.INFO}:
            tone = Tone.INFO
        theme.set_tone(self.problem, tone)
        self.input.set_problem(self.problem.text() if Severity.ERROR in worst else "")

    def _show_guidance(self, text: str) -> None:
        self.guidance.setText(text)
        self.more.setVisible(bool(text))
        self.more.setText(_("Less") if self.guidance.isVisibleTo(self) else _("More"))

    def toggle_guidance(self) -> None:
        """Show or hide the longer help."""
        self.guidance.setVisible(not self.guidance.isVisibleTo(self))
        self._show_guidance(self.guidance.text())

    def _show_media(self) -> None:
        self.media.show_media(self._run.filling.media(self.address), self._offers.files)

    def _show_beside(self) -> None:
        text = ""
        if self.role is CaseRole.STATED_REASON:
            text = self._said(CaseRole.OWN_WORDS)
        elif self.role is CaseRole.OWN_WORDS:
            text = self._said(CaseRole.STATED_REASON)
        is_missing = not text and self.role is CaseRole.STATED_REASON
        if is_missing:
            text = _("Not written down yet.")
        theme.set_role(self.beside_words, "hint" if is_missing else "")
        self.beside_words.setText(text)
        self.beside.setVisible(bool(text))

    def _said(self, role: CaseRole) -> str:
        filling = self._run.filling
        for address in self._run.layout.questions:
            if role_of(filling.form, filling.state(address).path) is role:
                text = filling.answer(address).strip()
                named = {choice.value: choice.text for choice in self._offers.reasons}
                return named.get(text, text)
        return ""

    def ask(self, probe: str) -> None:
        """Ask a probe in the place of the form's own words."""
        self.probe = probe
        self.refresh()

    # ------------------------------------------------------------------ the keyboard

    def stops(self) -> list[QWidget]:
        """Where Enter and Tab stop."""
        return self.input.stops()

    def start(self) -> None:
        """Put the keyboard into the first field."""
        stop = self.stops()[0]
        stop.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(stop, QLineEdit):
            stop.selectAll()


def _beside_title(role: CaseRole | None) -> str:
    if role is CaseRole.STATED_REASON:
        return _("In the customer's own words")
    return _("Stated reason")
