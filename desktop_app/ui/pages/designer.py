"""The designer: one questionnaire, edited, checked as it is typed, saved and published."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import ClassVar
from uuid import UUID

from PySide6.QtWidgets import QPushButton
from typing_extensions import override

from db.vocabulary import QuestionnairePurpose
from desktop_app.domain.permissions import Action
from desktop_app.errors import ChangedMeanwhileError, UserError
from desktop_app.i18n import _, language, ngettext
from desktop_app.questionnaire import editing
from desktop_app.questionnaire.outline import outline
from desktop_app.questionnaire.row_types import SILENT
from desktop_app.questionnaire.sheets import Sheets
from desktop_app.ui import designer_work
from desktop_app.ui.designer_state import DesignerState, Edited, StateEditor
from desktop_app.ui.designer_tools import DesignerTools
from desktop_app.ui.designer_view import DesignerView
from desktop_app.ui.designer_work import Checked, Opened
from desktop_app.ui.editor_page import EditorKind, EditorPage
from desktop_app.ui.page import PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.pane_cycle import pane_slots
from desktop_app.ui.panels import PageHeader, action_button
from desktop_app.ui.questionnaire_flows import QuestionnaireFlows, call_service


class DesignerPage(EditorPage[Opened]):
    """A questionnaire: its draft to be edited, or the version in use to be read."""

    SPEC: ClassVar[PageSpec] = page_spec("designer")
    KIND: ClassVar[EditorKind] = EditorKind(
        Action.EDIT_QUESTIONNAIRE, "questionnaires", "publish-note", 600, call_service
    )
    TABLES: ClassVar[frozenset[str]] = frozenset({"questionnaire", "questionnaire_version"})

    def build(self) -> None:
        """Make header and panes."""
        self.questionnaire_id: UUID | None = None
        self.checked: Checked | None = None
        self._is_saving = False
        self.state = DesignerState(self)
        self.keep_whole("form", _("Questions"), lambda: StateEditor(self.state))
        self.flows = QuestionnaireFlows(self)
        header = PageHeader(
            _("Designer"),
            buttons=[
                action_button(self.context, "questionnaire.begin", primary=True),
                action_button(self.context, "question.library"),
                action_button(self.context, "question.new"),
                action_button(self.context, "record.save"),
                action_button(self.context, "questionnaire.publish", primary=True),
            ],
        )
        self._begin_button, *self._edit_buttons = header.findChildren(QPushButton)
        header.shorten(self._edit_buttons[:-1])
        self.view = DesignerView(self.context, self.state)
        self.put_together(header, self.view)
        self.state.changed.connect(self._on_changed)
        self.state.chosen.connect(self.actions_changed)
        self.tools = DesignerTools(self, self.view)
        self.setFocusProxy(self.view.list)

    # ------------------------------------------------------------------ opening

    @override
    def show_record(self, target: object) -> None:
        if isinstance(target, UUID):
            if target != self.questionnaire_id:
                self.keep_typing()
                self.strip.hide()
                self.questionnaire_id, self.opened = target, None
            self.load()

    @override
    def load(self) -> None:
        """Read the questionnaire, unless something was typed and not saved."""
        if self.questionnaire_id is None or self.is_changed() or self._is_saving:
            return
        task = self.tasks.read(self, designer_work.open_version, self.questionnaire_id)
        self.loading.take(task).then(self._show)

    def _show(self, opened: Opened) -> None:
        if self.is_changed():
            return  # typed while it was read
        is_other = self.opened is None or self.opened.source.id != opened.source.id
        self.opened = opened
        sheets = Sheets.from_json(opened.source.content)
        if opened.is_draft:
            sheets = editing.with_ids(sheets)
        row = None if is_other else self.state.row
        if row is None or row >= len(sheets.survey.rows):
            asked = (entry.row for entry in outline(sheets) if entry.type.kind not in SILENT)
            row = next(asked, None)
        edited = Edited(sheets, dict(opened.source.overruled), row)
        if is_other or not edited.says_the_same(self.state.now):
            self.checked = None
            self.view.forget_check()
            self.state.load(edited, opened.published)
            self.form.mark_saved()
            self.check()
        if is_other:
            self.offer_drafts(f"designer:{opened.source.id}", opened.source.revision)
        elif self.drafts is not None:
            self.drafts.rebase(opened.source.revision)
        self._show_mode()
        self.show_header()
        self.actions_changed()

    def _show_mode(self) -> None:
        """Let the form be edited, or only be read."""
        is_editable = self.is_editable()
        self.view.setEnabled(True)
        self.view.set_editable(is_editable)
        self._begin_button.setHidden(is_editable)
        for made in self._edit_buttons:
            made.setVisible(is_editable)

    @override
    def extent(self) -> str:
        kinds = [entry.type for entry in outline(self.state.sheets)]
        count = sum(1 for each in kinds if not each.opens and each.kind not in SILENT)
        return ngettext("{n} question", "{n} questions", count).format(n=count)

    # ------------------------------------------------------------------ checking

    def _on_changed(self) -> None:
        if self.opened is not None:
            self.timer.start()
            self.show_header()
            self.actions_changed()

    @override
    def check(self) -> None:
        """Convert the form as it is now, and look at its wording."""
        self.timer.stop()
        if self.opened is None:
            return
        row, source = self.opened.row, self.opened.source
        purpose = QuestionnairePurpose(row.purpose)
        self.view.problems.busy.show()
        task = self.tasks.read_long(
            self, designer_work.check, self.state.sheets, source.files, row.code, purpose
        )
        self.checking.take(task).then(self._on_checked).or_else(self._on_unchecked)

    @override
    def is_checked(self) -> bool:
        return self.checked is not None and self.checked.sheets == self.state.sheets

    def _on_checked(self, checked: Checked) -> None:
        self.view.problems.busy.hide()
        self.checked = checked
        self.view.show_checked(checked)
        self.go_on()

    def _on_unchecked(self, error: UserError) -> None:
        self.view.problems.busy.hide()
        self.stop_waiting()
        self._is_saving = False
        self.messages.error(error.message)

    # ------------------------------------------------------------------ saving

    def save(self) -> None:
        """Save the draft."""
        self.view.fields.take_code()
        if self.is_editable() and self.is_changed():
            self.when_checked(self._store)

    def _store(self, then: Callable[[], object] | None = None, *, is_over: bool = False) -> None:
        """Save what was checked; `is_over`: also over what somebody else saved meanwhile."""
        opened, checked = self.opened, self.checked
        if opened is None or checked is None or self._is_saving:
            return
        self._is_saving = True
        unfinished = self.view.fields.unfinished_words()
        sent = self.state.now
        if self.drafts is not None:
            self.drafts.keep()
        task = self.tasks.write(
            self, designer_work.save, opened.source.id, checked, dict(sent.overruled),
            None if is_over else opened.source.revision,
        )  # fmt: skip
        if unfinished:
            task.quiet()  # it is said below what was saved and what was not

        def done(revision: int) -> None:
            self._is_saving = False
            if self.opened is opened:
                self.opened = replace(opened, source=replace(opened.source, revision=revision))
            self.note_saved(revision, is_all=sent.says_the_same(self.state.now))
            if unfinished:
                self.messages.warn(unfinished)
            if then is not None:
                then()

        task.then(done).or_else(lambda error: self._on_unsaved(error, then))

    def _on_unsaved(self, error: UserError, then: Callable[[], object] | None) -> None:
        """Say why; over what somebody else saved meanwhile it is saved after a question only."""
        if not isinstance(error, ChangedMeanwhileError):
            self._on_unchecked(error)
            return
        self._is_saving = False
        over = partial(self._store, then, is_over=True)
        self.ask_over(error.message, lambda: self.when_checked(over))

    def publish(self) -> None:
        """Save, ask for a note, publish."""
        self.view.fields.take_code()
        unfinished = self.view.fields.unfinished()
        if unfinished:
            text = _("A condition of this question lacks a value. Fill it in or remove the line.")
            self.messages.error(text)
            unfinished[0].setFocus()
        elif self.is_editable():
            self.state.apply(editing.with_ids(self.state.sheets))
            self.when_checked(self._save_and_publish)

    def _save_and_publish(self) -> None:
        checked = self.checked
        if checked is None or checked.form is None or checked.errors or checked.missing:
            self.messages.error(_("The questionnaire has errors. Correct what the list names."))
            self.view.problems.list.setFocus()
        elif self.is_changed():
            self._store(self._ask_note)
        else:
            self._ask_note()

    def _ask_note(self) -> None:
        self.ask_note(_("New interviews get it at once. It never changes again."))

    def _begin(self) -> None:
        if self.questionnaire_id is not None:
            self.tasks.write(self, designer_work.begin, self.questionnaire_id)

    @override
    def can_leave(self) -> bool:
        self.view.fields.take_code()
        return super().can_leave()

    # ------------------------------------------------------------------ editing

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        opened = self.opened
        if opened is None:
            return {}
        slots: dict[str, Callable[[], object]] = {
            **pane_slots(self.view.panes_shown, self.view.ways_in()),
            "questionnaire.title": lambda: self.flows.change_title(opened.row),
            "questionnaire.export": lambda: self.flows.export(
                opened.source.id, opened.row.title(language())
            ),
        }
        if not self.is_editable():
            return slots | {"questionnaire.begin": self._begin}
        slots |= {
            "edit.undo": self.state.undo,
            "edit.redo": self.state.redo,
            "questionnaire.publish": self.publish,
            "questionnaire.discard": self.discard,
        }
        if self.is_changed():
            slots["record.save"] = self.save
        return slots | self.tools.slots()
