"""The designer: one questionnaire, edited, checked as it is typed, saved and published."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPushButton
from typing_extensions import override

from db.vocabulary import QuestionnairePurpose
from desktop_app.domain.permissions import Action, allowed
from desktop_app.errors import ChangedMeanwhileError, UserError
from desktop_app.i18n import _, language, ngettext
from desktop_app.questionnaire import editing
from desktop_app.questionnaire.outline import outline
from desktop_app.questionnaire.row_types import SILENT
from desktop_app.questionnaire.sheets import Sheets
from desktop_app.ui import designer_work, dialogs
from desktop_app.ui.choice_strip import ChoiceStrip
from desktop_app.ui.designer_state import DesignerState, Edited, StateEditor
from desktop_app.ui.designer_tools import DesignerTools
from desktop_app.ui.designer_view import DesignerView
from desktop_app.ui.designer_work import Checked, Opened
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.form import Form
from desktop_app.ui.forms import questionnaire_forms
from desktop_app.ui.forms.questionnaire_forms import NoteDraft
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.pane_cycle import pane_slots
from desktop_app.ui.panels import PageHeader, action_button
from desktop_app.ui.questionnaire_flows import QuestionnaireFlows, call_service
from desktop_app.ui.tasks import Latest
from desktop_app.ui.theme import Tone
from desktop_app.ui.typed_drafts import DraftKey, DraftStrip

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Changes

_CHECK_MS = 600
"""A form is checked this long after the last change."""


class DesignerPage(Page):
    """A questionnaire: its draft to be edited, or the version in use to be read."""

    SPEC: ClassVar[PageSpec] = page_spec("designer")
    TABLES: ClassVar[frozenset[str]] = frozenset({"questionnaire", "questionnaire_version"})

    def build(self) -> None:
        """Make header and panes."""
        self.questionnaire_id: UUID | None = None
        self.opened: Opened | None = None
        self.checked: Checked | None = None
        self.drafts: DraftStrip | None = None
        self._loading, self._checking = Latest(), Latest()
        self._is_saving = False
        self._then: list[Callable[[Checked], object]] = []
        self.state = DesignerState(self)
        self.form = self._new_form()
        self.flows = QuestionnaireFlows(self)
        self.header = PageHeader(
            _("Designer"),
            buttons=[
                action_button(self.context, "questionnaire.begin", primary=True),
                action_button(self.context, "question.library"),
                action_button(self.context, "question.new"),
                action_button(self.context, "record.save"),
                action_button(self.context, "questionnaire.publish", primary=True),
            ],
        )
        self._begin_button, *self._edit_buttons = self.header.findChildren(QPushButton)
        self.header.shorten(self._edit_buttons[:-1])
        self.view = DesignerView(self.context, self.state)
        self.view.setEnabled(False)
        self.strip = ChoiceStrip()
        self.body.addWidget(self.header)
        self.body.addWidget(self.strip)
        self.body.addWidget(self.view, 1)
        self._timer = QTimer(self, singleShot=True, interval=_CHECK_MS)
        self._timer.timeout.connect(self._check)
        self.state.changed.connect(self._on_changed)
        self.state.chosen.connect(self.actions_changed)
        self.tools = DesignerTools(self, self.view)
        self.setFocusProxy(self.view.list)

    def _new_form(self) -> Form:
        """The whole state as a form with one field, so that it is kept like any typing."""
        form = Form()
        form.add("form", _("Questions"), StateEditor(self.state))
        form.setParent(self)
        form.hide()
        return form

    # ------------------------------------------------------------------ opening

    @override
    def show_record(self, target: object) -> None:
        if isinstance(target, UUID):
            if target != self.questionnaire_id:
                self._keep_typing()
                self.strip.hide()
                self.questionnaire_id, self.opened = target, None
            self.load()

    @override
    def load(self) -> None:
        """Read the questionnaire, unless something was typed and not saved."""
        if self.questionnaire_id is None or self.is_changed() or self._is_saving:
            return
        task = self.tasks.read(self, designer_work.open_version, self.questionnaire_id)
        self._loading.take(task).then(self._show)

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
            self._check()
        if is_other:
            self._offer_drafts(opened)
        elif self.drafts is not None:
            self.drafts.rebase(opened.source.revision)
        self._show_mode()
        self._show_header()
        self.actions_changed()

    def _show_mode(self) -> None:
        """Let the form be edited, or only be read."""
        is_editable = self.is_editable()
        self.view.setEnabled(True)
        self.view.set_editable(is_editable)
        self._begin_button.setHidden(is_editable)
        for made in self._edit_buttons:
            made.setVisible(is_editable)

    def _offer_drafts(self, opened: Opened) -> None:
        if self.drafts is not None:
            self.drafts.hide()
            self.drafts.deleteLater()
            self.drafts = None
            self.form.deleteLater()
            self.form = self._new_form()
        if self.is_editable():
            key = DraftKey(self.tasks, f"designer:{opened.source.id}", opened.source.revision)
            self.drafts = dialogs.draft_strip(self.form, key)
            self.body.insertWidget(1, self.drafts)
            self.drafts.offer()

    def is_editable(self) -> bool:
        """Whether a draft is shown to somebody who may change it."""
        may = allowed(self.actor.role, Action.EDIT_QUESTIONNAIRE)
        return may and self.opened is not None and self.opened.is_draft

    def is_changed(self) -> bool:
        """Whether something was changed and not saved."""
        return self.opened is not None and self.form.is_changed()

    def _show_header(self) -> None:
        opened = self.opened
        if opened is None:
            return
        self.header.set_title(opened.row.title(language()))
        kinds = [entry.type for entry in outline(self.state.sheets)]
        count = sum(1 for each in kinds if not each.opens and each.kind not in SILENT)
        words = ngettext("{n} question", "{n} questions", count).format(n=count)
        version = _("Version {number}").format(number=opened.source.number)
        self.header.set_subtitle(f"{version} · {words}")
        chips = [(_("Draft"), Tone.INFO) if opened.is_draft else (_("Published"), Tone.GOOD)]
        if self.is_changed():
            chips.append((_("not saved"), Tone.WARN))
        self.header.set_chips(chips)
        self.title_changed.emit()

    @override
    def title(self) -> str:
        return self.opened.row.title(language()) if self.opened is not None else super().title()

    # ------------------------------------------------------------------ checking

    def _on_changed(self) -> None:
        if self.opened is not None:
            self._timer.start()
            self._show_header()
            self.actions_changed()

    def _check(self) -> None:
        """Convert the form as it is now, and look at its wording."""
        self._timer.stop()
        if self.opened is None:
            return
        row, source = self.opened.row, self.opened.source
        purpose = QuestionnairePurpose(row.purpose)
        self.view.problems.busy.show()
        task = self.tasks.read_long(
            self, designer_work.check, self.state.sheets, source.files, row.code, purpose
        )
        self._checking.take(task).then(self._on_checked).or_else(self._on_unchecked)

    def _on_checked(self, checked: Checked) -> None:
        self.view.problems.busy.hide()
        self.checked = checked
        self.view.show_checked(checked)
        if checked.sheets != self.state.sheets:
            return  # changed meanwhile: another check follows
        waiting, self._then = self._then, []
        for step in waiting:
            step(checked)

    def _on_unchecked(self, error: UserError) -> None:
        self.view.problems.busy.hide()
        self._then = []
        self._is_saving = False
        self.messages.error(error.message)

    def _when_checked(self, step: Callable[[Checked], object]) -> None:
        """Do something with the result of a check of the form as it is now."""
        if self.checked is not None and self.checked.sheets == self.state.sheets:
            step(self.checked)
        else:
            self._then.append(step)
            self._check()

    # ------------------------------------------------------------------ saving

    def save(self) -> None:
        """Save the draft."""
        self.view.fields.take_code()
        if self.is_editable() and self.is_changed():
            self._when_checked(lambda checked: self._store(checked, None))

    def _store(
        self, checked: Checked, then: Callable[[], object] | None, *, is_over: bool = False
    ) -> None:
        """Save what was checked; `is_over`: also over what somebody else saved meanwhile."""
        opened = self.opened
        if opened is None or self._is_saving:
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
            if sent.says_the_same(self.state.now):
                self.form.mark_saved()
            if self.drafts is not None:
                self.drafts.forget()
                self.drafts.rebase(revision)
                self.drafts.keep()  # what was changed meanwhile
            self._show_header()
            self.actions_changed()
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
        over = partial(self._store, then=then, is_over=True)
        self.strip.ask(error.message, [
            (_("Go on editing"), self.setFocus),
            (_("Show theirs; mine stays on offer"), self._show_theirs),
            (_("Save mine over it"), lambda: self._when_checked(over)),
        ])  # fmt: skip

    def _show_theirs(self) -> None:
        """Read the draft again; what was typed here is offered above it."""
        self._keep_typing()
        self.form.mark_saved()
        self.opened = None
        self.load()

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
            self._when_checked(self._save_and_publish)

    def _save_and_publish(self, checked: Checked) -> None:
        if checked.form is None or checked.errors or checked.missing:
            self.messages.error(_("The questionnaire has errors. Correct what the list names."))
            self.view.problems.list.setFocus()
        elif self.is_changed():
            self._store(checked, self._ask_note)
        else:
            self._ask_note()

    def _ask_note(self) -> None:
        opened = self.opened
        if opened is None:
            return

        def save(draft: NoteDraft) -> Any:
            return self.tasks.write(dialog, designer_work.publish, opened.source.id, draft.note)

        dialog = FormDialog(
            self, title=_("Publish version {number}").format(number=opened.source.number),
            verb=_("Publish"), form=questionnaire_forms.note_form(), draft=NoteDraft, save=save,
            intro=_("New interviews get it at once. It never changes again."),
            draft_key=DraftKey(self.tasks, f"publish-note:{opened.source.id}"),
        )  # fmt: skip
        dialog.open()

    def _discard(self) -> None:
        opened = self.opened
        if opened is None or not dialogs.confirm(
            self, title=_("Discard the draft?"),
            text=_("The version in use stays as it is. The journal can bring the draft back."),
            verb=_("Discard"), danger=True,
        ):  # fmt: skip
            return
        if self.drafts is not None:
            self.drafts.finish()
        self.form.mark_saved()
        task = self.tasks.write(self, call_service, "discard_draft", opened.source.id)
        is_last = opened.row.current_id is None
        task.then(lambda _none: self.navigate("questionnaires") if is_last else None)

    def _begin(self) -> None:
        if self.questionnaire_id is not None:
            self.tasks.write(self, designer_work.begin, self.questionnaire_id)

    @override
    def refresh(self, changes: "Changes") -> None:
        if changes.tables & self.TABLES and self.isVisible():
            self.load()

    def _keep_typing(self) -> None:
        if self.drafts is not None and self.is_changed():
            self.drafts.keep()
            self.form.mark_saved()  # kept; it is offered when it is opened again

    @override
    def can_leave(self) -> bool:
        self.view.fields.take_code()
        if self.drafts is not None:
            self.drafts.keep()
        return True

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
            "questionnaire.discard": self._discard,
        }
        if self.is_changed():
            slots["record.save"] = self.save
        return slots | self.tools.slots()
