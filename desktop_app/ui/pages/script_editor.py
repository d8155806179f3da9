"""The script editor: one script, checked as it is typed, tried out, saved and published."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPushButton
from typing_extensions import override

from desktop_app.domain import script_checks
from desktop_app.domain.permissions import Action, allowed
from desktop_app.domain.script_checks import Finding, Severity
from desktop_app.domain.scripts import Script
from desktop_app.i18n import _, language, ngettext
from desktop_app.ui import dialogs, script_work
from desktop_app.ui.choice_strip import ChoiceStrip
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.form import Form
from desktop_app.ui.forms import script_forms
from desktop_app.ui.forms.script_forms import NoteDraft
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.pane_cycle import pane_slots
from desktop_app.ui.panels import PageHeader, action_button
from desktop_app.ui.script_edit_state import ScriptState, StateEditor
from desktop_app.ui.script_flows import ScriptFlows
from desktop_app.ui.script_saving import ScriptSaving, typed_for
from desktop_app.ui.script_tools import ScriptTools
from desktop_app.ui.script_view import ScriptView
from desktop_app.ui.script_work import Opened
from desktop_app.ui.tasks import Latest
from desktop_app.ui.theme import Tone
from desktop_app.ui.typed_drafts import DraftKey, DraftStrip

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Changes

_CHECK_MS = 400
"""A script is checked this long after the last change."""


class ScriptEditorPage(Page):
    """A script: its draft to be edited, or the version in use to be read."""

    SPEC: ClassVar[PageSpec] = page_spec("script-editor")
    TABLES: ClassVar[frozenset[str]] = frozenset({"script", "script_version"})

    def build(self) -> None:
        """Make header and panes."""
        self.script_id: UUID | None = None
        self.opened: Opened | None = None
        self.checked: Script | None = None
        self.drafts: DraftStrip | None = None
        self._loading, self._checking = Latest(), Latest()
        self._wants_try = False
        self._then: list[Callable[[], object]] = []
        self.state = ScriptState(self)
        self.form = self._new_form()
        self.flows = ScriptFlows(self)
        self.flows.made.connect(self._open_made)
        self.saving = ScriptSaving(self)
        self.header = PageHeader(
            _("Script editor"),
            buttons=[
                action_button(self.context, "script.begin", primary=True),
                action_button(self.context, "step.new"),
                action_button(self.context, "script.try"),
                action_button(self.context, "record.save"),
                action_button(self.context, "script.publish", primary=True),
            ],
        )
        self._begin_button, *others = self.header.findChildren(QPushButton)
        self._edit_buttons = [others[0], *others[2:]]
        self.header.shorten(others[:-1])
        self.view = ScriptView(self.context, self.state)
        self.view.setEnabled(False)
        self.strip = ChoiceStrip()
        self.body.addWidget(self.header)
        self.body.addWidget(self.strip)
        self.body.addWidget(self.view, 1)
        self._timer = QTimer(self, singleShot=True, interval=_CHECK_MS)
        self._timer.timeout.connect(self._check)
        self.state.changed.connect(self._on_changed)
        self.state.chosen.connect(self.actions_changed)
        self.tools = ScriptTools(self, self.view, self.is_editable)
        self.setFocusProxy(self.view.list)

    def _new_form(self) -> Form:
        """The whole script as a form with one field, so that it is kept like any typing."""
        form = Form()
        form.add("script", _("Steps"), StateEditor(self.state))
        form.setParent(self)
        form.hide()
        return form

    # ------------------------------------------------------------------ opening

    @override
    def show_record(self, target: object) -> None:
        if isinstance(target, tuple):  # to be tried out
            target, self._wants_try = target[0], True
        if isinstance(target, UUID):
            if target != self.script_id:
                self.keep_typing()
                self.strip.hide()
                self.script_id, self.opened = target, None
            elif self._wants_try and self.opened is not None:
                self._try()
            self.load()

    @override
    def load(self) -> None:
        """Read the script; what was typed and not saved stays."""
        if self.script_id is None or self.saving.is_saving:
            return
        task = self.tasks.read(self, script_work.open_version, self.script_id)
        self._loading.take(task).then(self._show).or_else(self.saving.unread)

    def _show(self, opened: Opened) -> None:
        if self.saving.is_saving:
            return  # it is read again then
        if self.is_changed():
            self.saving.look(opened)
            return
        self.saving.forget()
        is_other = self.opened is None or self.opened.version.id != opened.version.id
        self.opened = opened
        script = opened.file.script
        if is_other or script != self.state.script:
            key = self.state.key if not is_other and script.step(self.state.key) else None
            self.checked = None
            self.view.show_findings(())
            self.state.load(script, key or script.start or next((s.id for s in script.steps), None))
            self.form.mark_saved()
            self._check()
        if is_other:
            self.view.fields.show_offered(opened.offered)
            self.view.tryout.show_offered(opened.offered)
            self._offer_drafts(opened)
        elif self.drafts is not None:
            self.drafts.rebase(typed_for(opened))
        is_editable = self.is_editable()
        self.view.setEnabled(True)
        self.view.set_editable(is_editable)
        self._begin_button.setHidden(is_editable or not self._may_edit())
        for made in self._edit_buttons:
            made.setVisible(is_editable)
        self.show_header()
        self.actions_changed()
        if self._wants_try:
            self._try()

    def _offer_drafts(self, opened: Opened) -> None:
        if self.drafts is not None:
            self.drafts.hide()
            self.drafts.deleteLater()
            self.drafts = None
            self.form.deleteLater()
            self.form = self._new_form()
        if self.is_editable():
            key = DraftKey(self.tasks, f"script:{opened.row.id}", typed_for(opened))
            self.drafts = dialogs.draft_strip(self.form, key)
            self.body.insertWidget(1, self.drafts)
            self.drafts.offer()

    def _open_made(self, key: UUID) -> None:
        """Go on with a script that was made of what is typed here."""
        if self.drafts is not None:
            self.drafts.finish()
        self.form.mark_saved()
        self.strip.hide()
        self.navigate("script-editor", key)

    def _may_edit(self) -> bool:
        return allowed(self.actor.role, Action.EDIT_SCRIPT)

    def is_editable(self) -> bool:
        """Whether a draft is shown to somebody who may change it."""
        return self._may_edit() and self.opened is not None and self.opened.is_draft

    def is_changed(self) -> bool:
        """Whether something was changed and not saved."""
        return self.opened is not None and self.form.is_changed()

    def show_header(self) -> None:
        """Show title, version and state."""
        opened = self.opened
        if opened is None:
            return
        self.header.set_title(opened.row.title(language()))
        count = len(self.state.script.steps)
        words = ngettext("{n} step", "{n} steps", count).format(n=count)
        version = _("Version {number}").format(number=opened.version.number)
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
        if self.saving.is_lost and not self.is_changed():
            self.load()  # the draft is gone, and so is what was typed into it
        if self.opened is not None:
            self._timer.start()
            self.show_header()
            self.actions_changed()

    def _check(self) -> None:
        """Look at the script as it is now."""
        self._timer.stop()
        script = self.state.script
        task = self.tasks.read(self, script_work.call_service, "findings", script)
        self._checking.take(task).then(partial(self._on_checked, script)).or_else(self.saving.tell)

    def _on_checked(self, script: Script, found: tuple[Finding, ...]) -> None:
        self.checked = script
        self.view.show_findings(found)
        if script == self.state.script:
            waiting, self._then = self._then, []
            for step in waiting:
                step()

    def _problem(self) -> None:
        """Go to the next step with a problem after the chosen one."""
        order = [step.id for step in self.state.script.steps]
        wrong = {each.step for each in self.view.findings if each.step}
        at = order.index(self.state.key) if self.state.key in order else -1
        found = [key for key in (*order[at + 1 :], *order[: at + 1]) if key in wrong]
        if found:
            self.view.go_to(found[0])
        else:
            self.view.show_tab(self.view.problems)

    # ------------------------------------------------------------------ saving

    def save(self) -> None:
        """Save the draft."""
        self.view.fields.take_names()
        if self.is_editable() and self.is_changed():
            self.saving.store()

    def stop_waiting(self) -> None:
        """What was to follow the check does not."""
        self._then = []

    def publish(self) -> None:
        """Check, save, ask for a note, publish."""
        self.view.fields.take_names()
        if not self.is_editable():
            return
        if self.checked == self.state.script:
            self._save_and_publish()
        else:
            self._then.append(self._save_and_publish)
            self._check()

    def _save_and_publish(self) -> None:
        if not script_checks.is_publishable(self.view.findings):
            self.messages.error(_("The script has errors. Correct what the list names."))
            self.view.show_tab(self.view.problems)
        elif self.is_changed():
            self.saving.store(self._ask_note)
        else:
            self._ask_note()

    def _ask_note(self) -> None:
        opened = self.opened
        if opened is None:
            return

        def save(draft: NoteDraft) -> Any:
            return self.tasks.write(
                dialog, script_work.call_service, "publish", opened.version.id, draft.note
            )

        warnings = sum(1 for each in self.view.findings if each.severity is Severity.WARNING)
        intro = _("New calls follow it at once. It never changes again.")
        if warnings:
            text = ngettext("{n} warning is left.", "{n} warnings are left.", warnings)
            intro += " " + text.format(n=warnings)
        dialog = FormDialog(
            self, title=_("Publish version {number}").format(number=opened.version.number),
            verb=_("Publish"), form=script_forms.note_form(), draft=NoteDraft, save=save,
            intro=intro, draft_key=DraftKey(self.tasks, f"script-note:{opened.version.id}"),
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
        task = self.tasks.write(self, script_work.call_service, "discard_draft", opened.version.id)
        is_last = opened.row.current_id is None
        task.then(lambda _none: self.navigate("scripts") if is_last else None)

    @override
    def refresh(self, changes: "Changes") -> None:
        if changes.tables & self.TABLES and self.isVisible():
            self.load()

    def keep_typing(self) -> None:
        """Keep what was typed; it is offered when a draft is opened again."""
        if self.drafts is not None and self.is_changed():
            self.drafts.keep()
            self.form.mark_saved()

    @override
    def can_leave(self) -> bool:
        self.view.fields.take_names()
        if self.drafts is not None:
            self.drafts.keep()
        return True

    # ------------------------------------------------------------------ editing

    def _try(self) -> None:
        self._wants_try = False
        self.view.show_tab(self.view.tryout)

    def _compare(self, opened: Opened) -> None:
        self.view.fields.take_names()
        if opened.row.current_id is not None:
            self.flows.compare(opened.row.current_id, opened.version.id, self.state.script)

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        opened = self.opened
        if opened is None:
            return {}
        slots: dict[str, Callable[[], object]] = {
            **pane_slots(self.view.panes_shown, self.view.ways_in()),
            "script.try": self._try,
            "step.picture": lambda: self.view.show_tab(self.view.graph),
            "step.problem": self._problem,
            "script.title": lambda: self.flows.change_title(opened.row),
            "script.export": lambda: self.flows.export(opened.row, opened.version.id),
        }
        if opened.row.current_id not in (None, opened.version.id):
            slots["script.compare"] = lambda: self._compare(opened)
        if not self.is_editable():
            return slots | {"script.begin": self._begin}
        slots |= {
            "edit.undo": self.state.undo,
            "edit.redo": self.state.redo,
            "script.publish": self.publish,
            "script.discard": self._discard,
        }
        slots |= self.tools.slots()
        return slots | ({"record.save": self.save} if self.is_changed() else {})

    def _begin(self) -> None:
        if self.script_id is not None:
            self.tasks.write(self, script_work.begin, self.script_id)
