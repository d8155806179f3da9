"""The script editor: one script, checked as it is typed, tried out, saved and published."""

from collections.abc import Callable
from functools import partial
from typing import ClassVar
from uuid import UUID

from PySide6.QtWidgets import QPushButton
from typing_extensions import override

from desktop_app.domain import script_checks
from desktop_app.domain.permissions import Action
from desktop_app.domain.script_checks import Finding, Severity
from desktop_app.domain.scripts import Script
from desktop_app.i18n import _, ngettext
from desktop_app.ui import script_work
from desktop_app.ui.editor_page import EditorKind, EditorPage
from desktop_app.ui.page import PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.pane_cycle import pane_slots
from desktop_app.ui.panels import PageHeader, action_button
from desktop_app.ui.script_edit_state import ScriptState, StateEditor
from desktop_app.ui.script_flows import ScriptFlows
from desktop_app.ui.script_saving import ScriptSaving, typed_for
from desktop_app.ui.script_tools import ScriptTools
from desktop_app.ui.script_view import ScriptView
from desktop_app.ui.script_work import Opened


class ScriptEditorPage(EditorPage[Opened]):
    """A script: its draft to be edited, or the version in use to be read."""

    SPEC: ClassVar[PageSpec] = page_spec("script-editor")
    KIND: ClassVar[EditorKind] = EditorKind(
        Action.EDIT_SCRIPT, "scripts", "script-note", 400, script_work.call_service
    )
    TABLES: ClassVar[frozenset[str]] = frozenset({"script", "script_version"})

    def build(self) -> None:
        """Make header and panes."""
        self.script_id: UUID | None = None
        self.checked: Script | None = None
        self._wants_try = False
        self.state = ScriptState(self)
        self.keep_whole("script", _("Steps"), lambda: StateEditor(self.state))
        self.flows = ScriptFlows(self)
        self.flows.made.connect(self._open_made)
        self.saving = ScriptSaving(self)
        header = PageHeader(
            _("Script editor"),
            buttons=[
                action_button(self.context, "script.begin", primary=True),
                action_button(self.context, "step.new"),
                action_button(self.context, "script.try"),
                action_button(self.context, "record.save"),
                action_button(self.context, "script.publish", primary=True),
            ],
        )
        self._begin_button, *others = header.findChildren(QPushButton)
        self._edit_buttons = [others[0], *others[2:]]
        header.shorten(others[:-1])
        self.view = ScriptView(self.context, self.state)
        self.put_together(header, self.view)
        self.state.changed.connect(self._on_changed)
        self.state.chosen.connect(self.actions_changed)
        self.tools = ScriptTools(self, self.view, self.is_editable)
        self.setFocusProxy(self.view.list)

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
        self.loading.take(task).then(self._show).or_else(self.saving.unread)

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
            self.check()
        if is_other:
            self.view.fields.show_offered(opened.offered)
            self.view.tryout.show_offered(opened.offered)
            self.offer_drafts(f"script:{opened.row.id}", typed_for(opened))
        elif self.drafts is not None:
            self.drafts.rebase(typed_for(opened))
        is_editable = self.is_editable()
        self.view.setEnabled(True)
        self.view.set_editable(is_editable)
        self._begin_button.setHidden(is_editable or not self.may_edit())
        for made in self._edit_buttons:
            made.setVisible(is_editable)
        self.show_header()
        self.actions_changed()
        if self._wants_try:
            self._try()

    def _open_made(self, key: UUID) -> None:
        """Go on with a script that was made of what is typed here."""
        self.drop_typing()
        self.strip.hide()
        self.navigate("script-editor", key)

    @override
    def extent(self) -> str:
        count = len(self.state.script.steps)
        return ngettext("{n} step", "{n} steps", count).format(n=count)

    # ------------------------------------------------------------------ checking

    def _on_changed(self) -> None:
        if self.saving.is_lost and not self.is_changed():
            self.load()  # the draft is gone, and so is what was typed into it
        if self.opened is not None:
            self.timer.start()
            self.show_header()
            self.actions_changed()

    @override
    def check(self) -> None:
        """Look at the script as it is now."""
        self.timer.stop()
        script = self.state.script
        task = self.tasks.read(self, script_work.call_service, "findings", script)
        self.checking.take(task).then(partial(self._on_checked, script)).or_else(self.saving.tell)

    @override
    def is_checked(self) -> bool:
        return self.checked == self.state.script

    def _on_checked(self, script: Script, found: tuple[Finding, ...]) -> None:
        self.checked = script
        self.view.show_findings(found)
        self.go_on()

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

    def publish(self) -> None:
        """Check, save, ask for a note, publish."""
        self.view.fields.take_names()
        if self.is_editable():
            self.when_checked(self._save_and_publish)

    def _save_and_publish(self) -> None:
        if not script_checks.is_publishable(self.view.findings):
            self.messages.error(_("The script has errors. Correct what the list names."))
            self.view.show_tab(self.view.problems)
        elif self.is_changed():
            self.saving.store(self._ask_note)
        else:
            self._ask_note()

    def _ask_note(self) -> None:
        warnings = sum(1 for each in self.view.findings if each.severity is Severity.WARNING)
        intro = _("New calls follow it at once. It never changes again.")
        if warnings:
            text = ngettext("{n} warning is left.", "{n} warnings are left.", warnings)
            intro += " " + text.format(n=warnings)
        self.ask_note(intro)

    @override
    def can_leave(self) -> bool:
        self.view.fields.take_names()
        return super().can_leave()

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
            "script.discard": self.discard,
        }
        slots |= self.tools.slots()
        return slots | ({"record.save": self.save} if self.is_changed() else {})

    def _begin(self) -> None:
        if self.script_id is not None:
            self.tasks.write(self, script_work.begin, self.script_id)
