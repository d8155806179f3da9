"""The fields of the chosen question: wording, choices, condition, rule, and the rest."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from desktop_app.i18n import N_, _
from desktop_app.questionnaire import editing, fragments, roles
from desktop_app.questionnaire.conditions import SELF_REFERENCE
from desktop_app.questionnaire.editing_choices import choices_of
from desktop_app.questionnaire.headings import SEVERITY
from desktop_app.questionnaire.outline import Entry, entry_at, outline
from desktop_app.questionnaire.row_types import FROM_FILE, LISTED, SILENT, RowType, read_type
from desktop_app.questionnaire.sheets import CHINESE, ENGLISH, SURVEY, language_code
from desktop_app.ui import theme
from desktop_app.ui.condition_editor import ConditionEditor
from desktop_app.ui.condition_row import FACT, Comparable
from desktop_app.ui.designer_choices import ChoicesPanel
from desktop_app.ui.designer_state import DesignerState
from desktop_app.ui.designer_wording import message_fields, wording_fields
from desktop_app.ui.designer_words import (
    TYPES,
    calculated_codes,
    label_of,
    type_word,
    words_of,
)
from desktop_app.ui.editors import ChoiceEditor, TextEditor
from desktop_app.ui.form import Form
from desktop_app.ui.panels import ChipLabel, button, scrolled, text_label
from desktop_app.ui.theme import Tone

_MORE: Final[Mapping[str, tuple[str, str]]] = {
    "appearance": (N_("Appearance"), N_("How it looks, e.g. multiline, minimal, field-list.")),
    "default": (N_("Default"), N_("What stands there at the start: a value or a formula.")),
    "calculation": (N_("Calculation"), N_("A formula; the answer is calculated.")),
    "choice_filter": (
        N_("Choice filter"),
        N_("Which choices are offered: a formula about the columns of the list."),
    ),
    "parameters": (N_("Parameters"), N_("E.g. start=0 end=10 step=1 for a range.")),
    "read_only": (N_("Read only"), N_("yes, or a formula.")),
    "repeat_count": (N_("How many times"), N_("A number or formula; empty: as many as needed.")),
}
_NO_RULE: Final = frozenset({"note", "acknowledge", *SILENT})


class DesignerFields(QWidget):
    """The middle pane of the designer."""

    def __init__(self, state: DesignerState) -> None:
        super().__init__()
        self._state = state
        self._is_showing = False
        self.is_editable = True
        self._found = RowType("")
        self._shown: tuple[int, RowType] | None = None
        self.kind = ChoiceEditor([])
        self.code = TextEditor()
        self.required = ChoiceEditor([])
        self.severity = ChoiceEditor(
            [
                ("", _("blocks finishing")),
                ("warning", _("asks once whether it is right")),
                ("info", _("is only shown")),
            ]
        )
        self.lock = ChipLabel(_("locked"), Tone.WARN)
        self.problem = text_label("", "problem")
        self.wording = wording_fields()
        self.messages = message_fields()
        self.language_button = button(_("Add a language"), self._add_language, "language", "quiet")
        self.choices = ChoicesPanel(state)
        self.condition = ConditionEditor(
            _("Condition"), _("Always asked. Add a comparison to ask it only when it fits."),
            self._offered,
        )  # fmt: skip
        self.rule = ConditionEditor(
            _("Rule"), _("Every answer is possible. Add a comparison to check it."), self._itself
        )
        self.more = Form()
        for name, (title, help_text) in _MORE.items():
            self.more.add(name, _(title), TextEditor(), help=_(help_text))
        self.tabs = QTabWidget()
        self._arrange()
        self._connect()
        self.refresh()

    # ------------------------------------------------------------------ building

    def _arrange(self) -> None:
        top = QGridLayout()
        top.setHorizontalSpacing(theme.GAP_M)
        top.setVerticalSpacing(theme.GAP_XS)
        fields = ((_("Type"), self.kind), (_("Code"), self.code), (_("Required"), self.required))
        for place, (title, editor) in enumerate(fields):
            words = QLabel(title)
            words.setBuddy(editor.focusProxy() or editor)
            theme.set_role(words, "hint")
            editor.set_name(title)
            top.addWidget(words, 0, place)
            top.addWidget(editor, 1, place)
        top.addWidget(self.lock, 1, len(fields))
        self.kind.box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        top.setColumnStretch(0, 2)
        top.setColumnStretch(1, 2)
        words_bottom = QHBoxLayout()
        words_bottom.addWidget(self.language_button)
        words_bottom.addStretch(1)
        wording = _tab(self.wording, words_bottom)
        rule_top = QHBoxLayout()
        rule_top.addWidget(text_label(_("A broken rule or a missing answer"), "hint", wraps=False))
        rule_top.addWidget(self.severity)
        rule_top.addStretch(1)
        self.severity.set_name(_("A broken rule or a missing answer"))
        rule = _tab(text_label(_("The answer …"), "strong"), self.rule, self.messages, rule_top)
        for title, content in (
            (_("Wording"), scrolled(wording)),
            (_("Choices"), self.choices),
            (_("Condition"), scrolled(_tab(self.condition))),
            (_("Rule"), scrolled(rule)),
            (_("More"), scrolled(_tab(self.more))),
        ):
            self.tabs.addTab(content, title)
        self.tabs.setAccessibleName(_("Fields of the question"))
        self.tabs.tabBar().setUsesScrollButtons(False)
        self.setFocusProxy(self.tabs.tabBar())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_S)
        column.addLayout(top)
        column.addWidget(self.problem)
        column.addWidget(self.tabs, 1)
        self.problem.hide()

    def _connect(self) -> None:
        self.kind.changed.connect(self._on_kind)
        self.code.line.editingFinished.connect(self.take_code)
        self.required.changed.connect(lambda: self._put("required", self.required.value() or ""))
        self.severity.changed.connect(lambda: self._put(SEVERITY, self.severity.value() or ""))
        self.wording.changed.connect(self._put_text)
        self.messages.changed.connect(self._put_text)
        self.condition.changed.connect(lambda text: self._put("relevant", text))
        self.rule.changed.connect(lambda text: self._put("constraint", text))
        for name, editor in self.more.editors.items():
            editor.changed.connect(lambda n=name, e=editor: self._put(n, e.value() or ""))
        self._state.changed.connect(self.refresh)
        self._state.chosen.connect(self._on_chosen)
        self._state.refused.connect(self._refuse)

    # ------------------------------------------------------------------ showing

    def _on_chosen(self) -> None:
        self.problem.hide()
        self.refresh()

    def refresh(self) -> None:
        """Show the fields of the chosen question."""
        row, sheets = self._state.row, self._state.sheets
        self.setEnabled(row is not None)
        if row is None:
            return
        survey = sheets.survey
        self._found = read_type(survey.cell(row, "type"))
        is_locked = editing.is_locked(sheets, row)
        self._is_showing = True
        self._show_kinds()
        is_free = self.is_editable and not is_locked
        self.kind.setEnabled(is_free and not self._found.opens)
        name = survey.cell(row, "name")
        if not self.code.line.hasFocus() or not self.code.line.isModified():
            self.code.set_value(name)
            self.code.line.setCursorPosition(0)
        self.code.line.setReadOnly(not is_free)
        self.lock.setVisible(is_locked)
        self._show_required(survey.cell(row, "required"))
        severity = survey.cell(row, SEVERITY)
        self.severity.set_value("" if severity == "error" else severity)
        languages = sheets.languages_of(SURVEY, "label", "hint")
        self.wording.show_languages(languages)
        self.messages.show_languages(sheets.languages_of(SURVEY, "constraint_message"))
        for fields in (self.wording, self.messages):
            fields.show_texts({key: survey.cell(row, key[0], key[1]) for key in fields.editors})
        self.language_button.setVisible(bool(self._missing_language()))
        for editor, purpose in ((self.condition, "relevant"), (self.rule, "constraint")):
            if editor.text() != survey.cell(row, purpose) or self._shown != (row, self._found):
                editor.show_text(survey.cell(row, purpose))
        self._shown = (row, self._found)
        for field, each in self.more.editors.items():
            if (each.value() or "") != survey.cell(row, field):
                each.set_value(survey.cell(row, field))
        self.choices.refresh()
        self._show_tabs()
        self._is_showing = False

    def set_editable(self, is_editable: bool) -> None:  # noqa: FBT001  (a property setter)
        """Let the fields be changed, or only be read."""
        self.is_editable = is_editable
        for content in (self.wording, self.choices, self.condition, self.rule, self.messages,
                        self.severity, self.more, self.language_button):  # fmt: skip
            content.setEnabled(is_editable)
        self.refresh()

    def _show_kinds(self) -> None:
        kind = self._found.kind
        offered = dict.fromkeys([*TYPES, kind] if not self._found.opens else [kind])
        self.kind.set_choices([(each, type_word(each)) for each in offered])
        self.kind.set_value(kind)

    def _show_required(self, text: str) -> None:
        plain = {"true": "yes", "true()": "yes", "no": "", "false": "", "false()": ""}
        value = plain.get(text.strip().lower(), text.strip())
        value = "yes" if value.lower() == "yes" else value
        offered = [("", _("no")), ("yes", _("yes"))]
        if value not in {"", "yes"}:
            offered.append((value, _("if {formula}").format(formula=value)))
        self.required.set_choices(offered)
        self.required.set_value(value)

    def _show_tabs(self) -> None:
        kind, is_group = self._found.kind, self._found.opens
        self.tabs.setTabVisible(1, kind in LISTED or kind in FROM_FILE)
        self.tabs.setTabVisible(3, not is_group and kind not in _NO_RULE)
        can_be_needed = not is_group and kind not in {"note", *SILENT}
        self.required.setEnabled(self.is_editable and can_be_needed)
        for name in ("default", "calculation", "read_only"):
            self.more.show_field(name, not is_group)
        self.more.show_field("choice_filter", kind in LISTED or kind in FROM_FILE)
        self.more.show_field("repeat_count", kind == "begin_repeat")
        self.more.show_field("parameters", kind == "range" or self._has("parameters"))

    def _has(self, purpose: str) -> bool:
        row = self._state.row
        return row is not None and bool(self._state.sheets.survey.cell(row, purpose))

    def _refuse(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.show()
        self.code.line.setModified(False)
        self.refresh()

    # ------------------------------------------------------------------ what can be compared

    def _offered(self) -> list[Comparable]:
        sheets, own = self._state.sheets, self._state.row
        inside = entry_at(sheets, own) if own is not None else None
        found = []
        for entry in outline(sheets):
            if entry.type.opens or entry.type.kind == "note" or not entry.name:
                continue
            if inside is not None and inside.row <= entry.row <= inside.end:
                continue
            title = f"{entry.number}  {words_of(sheets, entry)}"
            found.append(self._comparable(entry, title))
        return found

    def _comparable(self, entry: Entry, title: str) -> Comparable:
        survey = self._state.sheets.survey
        if survey.cell(entry.row, f"bind::winback:{roles.FACT}").strip():
            return Comparable(entry.name, title, FACT, ((roles.TRUE, _("yes")), ("", _("no"))))
        codes = calculated_codes(survey.cell(entry.row, "calculation"))
        if codes:
            return Comparable(entry.name, title, "select_one", codes)
        return Comparable(entry.name, title, entry.type.kind, self._codes(entry.type))

    def _itself(self) -> list[Comparable]:
        return [Comparable(SELF_REFERENCE, "", self._found.kind, self._codes(self._found))]

    def _codes(self, found: RowType) -> tuple[tuple[str, str], ...]:
        if found.kind not in LISTED:
            return ()
        sheets = self._state.sheets
        choices = choices_of(sheets, found.list_name)
        return tuple(
            (choice.code, label_of(sheets.choices, choice.row, sheets.languages) or choice.code)
            for choice in choices
        )

    # ------------------------------------------------------------------ editing

    def take_code(self) -> None:
        """Take a code that was typed."""
        row, name = self._state.row, self.code.value() or ""
        if row is None or self._is_showing or not self.code.line.isModified():
            return
        self.code.line.setModified(False)
        if self._state.edit(lambda sheets: editing.rename(sheets, row, name)):
            self.problem.hide()

    def _on_kind(self) -> None:
        row, kind = self._state.row, self.kind.value()
        if row is None or self._is_showing or kind is None or kind == self._found.kind:
            return
        list_name = "reasons.csv" if kind in FROM_FILE else ""
        if kind in FROM_FILE and self._found.kind in FROM_FILE:
            list_name = self._found.list_name
        self._state.edit(lambda sheets: editing.set_type(sheets, row, kind, list_name))

    def _put(self, purpose: str, text: str, language: str = "") -> None:
        row = self._state.row
        if row is None or self._is_showing:
            return
        self._state.edit(
            lambda sheets: editing.set_cell(sheets, row, purpose, text, language),
            step=f"{purpose}/{language}/{row}",
        )

    def _put_text(self, purpose: str, language: str, text: str) -> None:
        self._put(purpose, text, language)

    def _missing_language(self) -> str:
        codes = {language_code(each) for each in self._state.sheets.languages if each}
        return next((n for c, n in (("zh", CHINESE), ("en", ENGLISH)) if c not in codes), "")

    def _add_language(self) -> None:
        sheets, new = self._state.sheets, self._missing_language()
        plain = ""
        if "" in sheets.languages and len(sheets.languages) == 1:
            plain = ENGLISH if _is_latin(sheets.survey.rows) else CHINESE
            new = CHINESE if plain == ENGLISH else ENGLISH
        self._state.edit(lambda each: fragments.add_language(each, new, plain))

    def unfinished(self) -> list[ConditionEditor]:
        """The conditions of the chosen question in which a comparison lacks its value."""
        return [each for each in (self.condition, self.rule) if not each.is_complete()]

    def unfinished_words(self) -> str:
        """What is said when such a question is saved: its condition is not. Empty for none."""
        row = self._state.row
        entry = entry_at(self._state.sheets, row) if row is not None else None
        if entry is None or not self.unfinished():
            return ""
        text = _(
            "Saved without the condition of question {number}, which lacks a value: the one before "
            "stands. Fill it in or remove the line, and save again."
        )
        return text.format(number=entry.number)

    def go_to_words(self) -> None:
        """Put the keyboard into the words of the question."""
        self.tabs.setCurrentIndex(0)
        first = next(iter(self.wording.order()), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)


def _is_latin(rows: tuple[tuple[str, ...], ...]) -> bool:
    return not any("\u4e00" <= sign <= "\u9fff" for row in rows for text in row for sign in text)


def _tab(*parts: QWidget | QHBoxLayout) -> QWidget:
    """The inside of a tab, from the top."""
    made = QWidget()
    made.setObjectName("scrolled")
    column = QVBoxLayout(made)
    column.setContentsMargins(theme.GAP_M, theme.GAP_M, theme.GAP_M, theme.GAP_M)
    column.setSpacing(theme.GAP_S)
    for part in parts:
        if isinstance(part, QWidget):
            column.addWidget(part)
        else:
            column.addLayout(part)
    column.addStretch(1)
    return made
