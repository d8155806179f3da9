"""The chosen question as it is asked, with the answers it depends on: try its conditions."""

from collections.abc import Iterator, Mapping
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.i18n import _
from desktop_app.questionnaire.evaluation import Expression
from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.form import (
    SILENT,
    Form,
    Group,
    Item,
    Kind,
    Question,
    Repeat,
    Severity,
)
from desktop_app.questionnaire.roles import FACT, TRUE
from desktop_app.ui import theme
from desktop_app.ui.answer_input import AnswerInput, EditorInput, text_input
from desktop_app.ui.answer_kinds import MAKERS, Asked, Offers, make_input
from desktop_app.ui.designer_words import fact_word, language_word, own_language
from desktop_app.ui.editors import CheckEditor, ChoiceEditor
from desktop_app.ui.form_media import MediaBar
from desktop_app.ui.panels import ChipLabel, scrolled, text_label
from desktop_app.ui.theme import Tone

_MOST: Final = 6
_TONES: Final = {Severity.ERROR: Tone.BAD, Severity.WARNING: Tone.WARN, Severity.INFO: Tone.INFO}


class _Card(QFrame):
    """A question with its input, in the answers of the preview."""

    changed = Signal(str, str)
    """Address and what stands there."""

    def __init__(
        self, filling: Filling, address: str, files: Mapping[str, bytes], *, is_small: bool
    ) -> None:
        super().__init__()
        self.address, self._filling, self._files = address, filling, files
        question = filling.question(address)
        self._question = question
        self.label = text_label("", "strong" if is_small else "question")
        self.media = MediaBar()
        self.hint = text_label("", "hint")
        self.problem = text_label("", "problem")
        self.input = _input(filling, address, files)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_S)
        for widget in (self.label, self.media, self.hint):
            column.addWidget(widget)
        if self.input is None:
            self.value = text_label("", "number")
            column.addWidget(self.value)
        else:
            is_wide = self.input.takes_space()
            left = Qt.AlignmentFlag.AlignLeft
            column.addWidget(self.input, 0, Qt.AlignmentFlag(0) if is_wide else left)
            self.input.changed.connect(self._say)
        column.addWidget(self.problem)
        self.refresh()

    def _say(self) -> None:
        if self.input is not None:
            self.changed.emit(self.address, self.input.value())

    def refresh(self) -> None:
        """Show words, choices, answer and problems as they are now."""
        filling, address = self._filling, self.address
        fact = fact_word(self._question.bind.attributes.get(FACT, ""))
        words = filling.label(address) or fact or self._question.name
        required = filling.is_required(address) and not filling.is_readonly(address)
        self.label.setText(f"{words} *" if required else words)
        self.media.show_media(filling.media(address), self._files)
        self.hint.setText(filling.hint(address))
        self.hint.setVisible(bool(self.hint.text()))
        answer = filling.answer(address)
        if self.input is None:
            self.value.setText(answer or "—")
        else:
            self.input.set_name(words)
            if self._question.choices is not None and self._question.kind is not Kind.HIDDEN:
                self.input.show_choices(filling.choices(address))
            if self.input.value() != answer:
                self.input.set_value(answer)
        found = [each for each in filling.problems(address) if each.kind != "required"]
        self.problem.setText(" ".join(each.message for each in found))
        self.problem.setVisible(bool(found))
        if found:
            theme.set_tone(self.problem, _TONES[found[0].severity])


def _input(filling: Filling, address: str, files: Mapping[str, bytes]) -> AnswerInput | None:
    """What a question is answered with; nothing for what is calculated or read only."""
    question = filling.question(address)
    if question.bind.attributes.get(FACT):
        words = _("This is so in the case")
        return EditorInput(
            CheckEditor(words), lambda text: text == TRUE, lambda on: TRUE if on else ""
        )
    if question.bind.calculate is not None or question.kind in {Kind.CALCULATE, Kind.META}:
        return None
    if question.kind not in MAKERS:
        return text_input()
    if filling.is_readonly(address) and question.kind is not Kind.NOTE:
        return None
    choices = filling.choices(address) if question.choices is not None else ()
    return make_input(Asked(question, Offers(files=files), choices))


class PreviewPane(QWidget):
    """The right pane of the designer: one question of an interview that is not kept."""

    def __init__(self) -> None:
        super().__init__()
        self.filling: Filling | None = None
        self._form: Form | None = None
        self._files: Mapping[str, bytes] = {}
        self._path = ""
        self.cards: list[_Card] = []
        self.language = ChoiceEditor([])
        self.language.set_name(_("Language of the preview"))
        self.state = ChipLabel()
        self.stale = text_label(_("The form has errors; this is how it was before them."), "hint")
        self.nothing = text_label(_("Choose a question to see how it is asked."), "hint")
        self._arrange()
        self.language.changed.connect(self._on_language)
        self.show_path("")

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.addWidget(text_label(_("Preview"), "heading", wraps=False))
        top.addStretch(1)
        top.addWidget(self.language)
        inside = QWidget()
        self._asked = QVBoxLayout()
        self._asked.setSpacing(theme.GAP_M)
        self._needed = QVBoxLayout()
        self._needed.setSpacing(theme.GAP_M)
        self.needed_title = text_label(_("Depends on: try other answers"), "heading")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, theme.GAP_S, 0)
        column.setSpacing(theme.GAP_M)
        column.addWidget(self.nothing)
        column.addLayout(self._asked)
        column.addWidget(self.needed_title)
        column.addLayout(self._needed)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(theme.GAP_S)
        whole.addLayout(top)
        whole.addWidget(self.state, 0, Qt.AlignmentFlag.AlignLeft)
        whole.addWidget(self.stale)
        area = scrolled(inside, _("Preview"))
        whole.addWidget(area, 1)
        self.setFocusProxy(area)
        self.stale.hide()

    # ------------------------------------------------------------------ showing

    def show_form(self, form: Form | None, files: Mapping[str, bytes] | None = None) -> None:
        """Show another form, the answers given so far kept.

        Args:
            form: The form; None: it has errors now.
            files: What it shows and plays, by name.
        """
        self.stale.setVisible(form is None and self._form is not None)
        if form is None:
            return
        before = self.filling
        self._form, self._files = form, files or {}
        languages = form.languages or ("",)
        chosen = self.language.value()
        self.language.set_choices([(each, language_word(each)) for each in languages])
        self.language.set_value(chosen if chosen in languages else own_language(languages))
        self.language.setVisible(len(languages) > 1)
        self.filling = Filling(form, self.language.value() or "")
        for repeat in _repeats(form.items):
            self._grow(repeat)
        if before is not None:
            self._take_over(before)
        self._rebuild()

    def _grow(self, path: str) -> None:
        """Have one instance of a repeat to try its questions in."""
        filling = self.filling
        address = self._address(path).rpartition("[")[0]
        if filling is None or filling.node(address.rpartition("/")[0]) is None:
            return
        if not filling.count_of(address) and filling.form.repeats[path].may_change:
            filling.add_repeat(address)

    def _take_over(self, before: Filling) -> None:
        filling = self.filling
        for state in list(before.leaves()):
            address = before.address(state.node)
            if filling is None or not state.raw or filling.node(address) is None:
                continue
            question = filling.state(address).question
            if question is not None and question.bind.calculate is None:
                filling.set_answer(address, state.raw)

    def show_path(self, path: str) -> None:
        """Show another question, by its codes with slashes between; a group shows its first."""
        if path != self._path or not path:
            self._path = path
            self._rebuild()

    def _on_language(self) -> None:
        if self.filling is not None:
            self.filling.set_language(self.language.value() or "")
            self.refresh()

    def _rebuild(self) -> None:
        for card in self.cards:
            card.hide()
            card.deleteLater()
        self.cards = []
        question = self._question()
        filling = self.filling
        self.nothing.setVisible(question is None)
        self.state.setVisible(question is not None)
        needed: list[str] = []
        if question is not None and filling is not None:
            address = self._address(question.path)
            if filling.node(address) is not None:
                self._add(address, self._asked, is_small=False)
            for path in self._reads(question):
                other = self._address(path)
                if filling.node(other) is not None and path != question.path:
                    needed.append(other)
        for other in needed[:_MOST]:
            self._add(other, self._needed, is_small=True)
        self.needed_title.setVisible(bool(needed))
        self.refresh()

    def _add(self, address: str, where: QVBoxLayout, *, is_small: bool) -> None:
        if self.filling is not None:
            card = _Card(self.filling, address, self._files, is_small=is_small)
            card.changed.connect(self._put)
            self.cards.append(card)
            where.addWidget(card)
            card.show()

    def _put(self, address: str, text: str) -> None:
        if self.filling is not None and self.filling.answer(address) != text:
            self.filling.set_answer(address, text)
            self.refresh()

    def refresh(self) -> None:
        """Show everything as the answers make it now."""
        for card in self.cards:
            card.refresh()
        question, filling = self._question(), self.filling
        if question is None or filling is None or not self.cards:
            return
        if question.kind in SILENT:
            self.state.show_word(_("not asked, in the background"), Tone.NEUTRAL)
        elif filling.is_relevant(self._address(question.path)):
            self.state.show_word(_("asked now"), Tone.GOOD)
        else:
            self.state.show_word(_("not asked now"), Tone.WARN)

    # ------------------------------------------------------------------ the form

    def _question(self) -> Question | None:
        """The question at the path, or the first one of the group there."""
        if self._form is None or not self._path:
            return None
        root = next(iter(self._form.questions), "/data/x").split("/")[1]
        path = f"/{root}/{self._path}"
        found = self._form.questions.get(path)
        if found is not None:
            return found
        inside = (each for each in self._form.asked() if each.path.startswith(f"{path}/"))
        return next(inside, None)

    def _address(self, path: str) -> str:
        """The address of a question in the first of each repeat around it."""
        parts, walked = [], ""
        for name in path.removeprefix("/").split("/"):
            walked = f"{walked}/{name}"
            is_repeat = self._form is not None and walked in self._form.repeats
            parts.append(f"{name}[1]" if is_repeat else name)
        return "/" + "/".join(parts)

    def _reads(self, question: Question) -> list[str]:
        """What its conditions and rules read, and what is read for that, nearest first."""
        form = self._form
        if form is None:
            return []
        found: dict[str, None] = {}
        waiting = [question.path]
        while waiting:
            path = waiting.pop(0)
            for expression in _expressions(form, path, is_first=path == question.path):
                new = [read.path for read in expression.reads if read.path in form.questions]
                for each in sorted(new):
                    if each not in found and each != question.path:
                        found[each] = None
                        waiting.append(each)
        asked = [path for path in found if form.questions[path].bind.calculate is None]
        return [*asked, *(path for path in found if path not in asked)]


def _expressions(form: Form, path: str, *, is_first: bool) -> Iterator[Expression]:
    """The formulas that decide on a question: its own, and the conditions of the groups around."""
    bind = form.binds.get(path)
    if bind is not None:
        if is_first:
            own = (bind.relevant, bind.required, bind.constraint, bind.calculate)
        else:
            own = (bind.calculate, None, None, None)
        yield from (each for each in own if each is not None)
    question = form.questions.get(path)
    choices = question.choices if question is not None and is_first else None
    if choices is not None and choices.items is not None:
        yield choices.items
    above = path.rpartition("/")[0]
    while is_first and above:
        around = form.binds.get(above)
        if around is not None and around.relevant is not None:
            yield around.relevant
        above = above.rpartition("/")[0]


def _repeats(items: tuple[Item, ...]) -> Iterator[str]:
    """Paths of the repeats, the outer one before those in it."""
    for item in items:
        if isinstance(item, Repeat):
            yield item.path
        if isinstance(item, (Repeat, Group)):
            yield from _repeats(item.items)
