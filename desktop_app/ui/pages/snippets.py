"""Snippets: the list of answers to objections, and the form of the chosen one."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from desktop_app import labels
from desktop_app.columns.scripts import SNIPPET_COLUMNS, snippet_problems
from desktop_app.domain.permissions import Action, allowed
from desktop_app.domain.script_check_words import finding_sentence
from desktop_app.domain.script_checks import check_words
from desktop_app.domain.script_drafts import SnippetDraft
from desktop_app.errors import InvalidInputError, UserError
from desktop_app.i18n import _, ngettext
from desktop_app.ui import dialogs, script_work
from desktop_app.ui.editors import CheckEditor
from desktop_app.ui.form import Form
from desktop_app.ui.forms import script_forms
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.pane_cycle import pane_slots
from desktop_app.ui.panels import (
    Card,
    FilterBar,
    PageHeader,
    action_button,
    scrolled,
    splitter,
    text_label,
)
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.tasks import Latest
from desktop_app.ui.theme import Tone
from desktop_app.ui.typed_drafts import DraftKey, DraftStrip

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.queries.scripts import SnippetRow

_SHARES = (60, 40)


class SnippetsPage(Page):
    """Left the snippets, right the words of the chosen or the new one."""

    SPEC: ClassVar[PageSpec] = page_spec("snippets")
    TABLES: ClassVar[frozenset[str]] = frozenset({"snippet"})

    def build(self) -> None:
        """Make list and form."""
        self._latest = Latest()
        self._all: list[SnippetRow] = []
        self._wanted: UUID | None = None
        self.shown: UUID | None = None
        self.drafts: DraftStrip | None = None
        self.form: Form
        self._is_ready = self._is_new = False
        self.header = PageHeader(
            _("Snippets"),
            buttons=[
                action_button(self.context, "script.list"),
                action_button(self.context, "snippet.retire"),
                action_button(self.context, "snippet.new", primary=True),
            ],
        )
        self.filters = FilterBar(_("Trigger or words"))
        self.retired = CheckEditor(_("Also retired ones"))
        self.retired.set_name(_("Also retired ones"))
        self.retired.changed.connect(self.filters.changed)
        self.filters.add_widget(self.retired)
        self.filters.changed.connect(self._filter)
        self.table = RecordTable(
            SNIPPET_COLUMNS, context=self.context, state_key="snippets", name=_("Snippets"),
            empty=_("Here stand answers to objections, found by :: in the script of a call."),
            first_step=(_("New snippet"), self._new),
            chips={"problem": lambda row: Tone.WARN if snippet_problems(row) else None},
        )  # fmt: skip
        self.table.current_changed.connect(lambda _row: self._show_current())
        self.table.opened.connect(lambda _row: self.form.focus_first())
        self.table.set_menu("snippet.retire", "snippet.restore")
        self.card = Card(_("New snippet"), [action_button(self.context, "record.save",
                                                          primary=True)])  # fmt: skip
        self._inside = QWidget()
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.remarks = text_label("", "hint")
        self.form = self._new_form()
        self._column.addWidget(self.form)
        self._column.addWidget(self.remarks)
        self._column.addStretch(1)
        self.card.body.addWidget(scrolled(self._inside), 1)
        panes = splitter(self.context, "snippets", self.table, self.card)
        for place, share in enumerate(_SHARES):
            panes.setStretchFactor(place, share)
        for widget in (self.header, self.filters):
            self.body.addWidget(widget)
        self.body.addWidget(panes, 1)
        self.follow(self.table)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # first: a proxy takes it over
        self.setFocusProxy(self.table)

    def _new_form(self) -> Form:
        form = script_forms.snippet_form()
        form.setEnabled(self._may_edit())
        form.changed.connect(self._on_typed)
        return form

    def _may_edit(self) -> bool:
        return allowed(self.actor.role, Action.EDIT_SCRIPT)

    # ------------------------------------------------------------------ showing

    @override
    def load(self) -> None:
        self._latest.take(self.tasks.read(self, script_work.read_snippets)).then(self._show)

    @override
    def show_record(self, target: object) -> None:
        self.load()

    def _show(self, rows: "list[SnippetRow]") -> None:
        self._all = rows
        self._filter()

    def _filter(self) -> None:
        words = (self.filters.search.value() or "").casefold().split()
        found = [
            row
            for row in self._all
            if all(word in f"{row.trigger} {row.zh} {row.en}".casefold() for word in words)
            and (self.retired.value() or row.retired_on is None)
        ]
        self.table.set_rows(found)
        if self._wanted is not None and self.table.select_key(self._wanted):
            self._wanted = None
        if self.table.current_row() is None and not self._is_new:
            self.table.choose_first()
        text = ngettext("{n} snippet", "{n} snippets", len(found))
        self.header.set_subtitle(text.format(n=labels.number(len(found))))
        self._show_current()

    def _show_current(self) -> None:
        """Show the chosen snippet; what is typed and not saved stays on offer."""
        row: SnippetRow | None = self.table.current_row()
        key = row.id if row is not None else None
        self._is_new = self._is_new and row is None
        if self._is_ready and key == self.shown and (self.form.is_changed() or row is None):
            self.actions_changed()
            return
        if key != self.shown or not self._is_ready:
            self._begin(key)
        if row is not None:
            self.form.fill(row)
        self.card.set_title(f"::{row.trigger}" if row is not None else _("New snippet"))
        self._show_remarks()
        self.actions_changed()

    def _begin(self, key: UUID | None) -> None:
        """A form of its own for each snippet, so that what was typed is kept for each."""
        self._is_ready = True
        if self.drafts is not None:
            self.drafts.keep()
            self.drafts.hide()
            self.drafts.deleteLater()
            self.drafts = None
        old, self.form = self.form, self._new_form()
        self._column.replaceWidget(old, self.form)
        old.hide()
        old.deleteLater()
        self.shown = key
        if self._may_edit():
            name = str(key) if key is not None else "new"
            self.drafts = dialogs.draft_strip(self.form, DraftKey(self.tasks, f"snippet:{name}"))
            self._column.insertWidget(0, self.drafts)
            self.drafts.offer()

    def _new(self) -> None:
        self._is_new = True
        self.table.view.clearSelection()
        self.table.view.setCurrentIndex(self.table.model.index(-1, 0))
        self._show_current()
        self.form.focus_first()

    # ------------------------------------------------------------------ editing

    def _on_typed(self) -> None:
        self._show_remarks()
        self.actions_changed()

    def _show_remarks(self) -> None:
        values = self.form.values()
        zh, en = values["zh"] or "", values["en"] or ""
        found = check_words(zh, en) if zh or en else ()
        self.remarks.setText("\n".join(finding_sentence(each) for each in found))
        self.remarks.setVisible(bool(found))

    def save(self) -> None:
        """Save the chosen or new snippet."""
        draft = self.form.try_read(SnippetDraft)
        if draft is None:
            return
        key = self.shown
        task = self.tasks.write(self, script_work.call_snippets, "save_snippet", draft, key)
        task.then(self._saved).or_else(self._refused)

    def _saved(self, key: UUID) -> None:
        self.form.mark_saved()
        if self.drafts is not None:
            self.drafts.forget()
        if self.shown is None:
            self._wanted = key
        self.load()

    def _refused(self, error: UserError) -> None:
        if isinstance(error, InvalidInputError):
            self.form.show_problems(error.problems)
        else:
            self.messages.error(error.message)

    def _retire(self, key: UUID, verb: str) -> None:
        self.tasks.write(self, script_work.call_snippets, verb, key)

    @override
    def can_leave(self) -> bool:
        if self.drafts is not None:
            self.drafts.keep()
        return True

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        slots: dict[str, Callable[[], Any]] = {
            **pane_slots(lambda: (self.table, self.form)),
            "snippet.new": self._new,
        }
        row: SnippetRow | None = self.table.current_row()
        if row is not None and row.retired_on is None:
            slots["snippet.retire"] = lambda: self._retire(row.id, "retire_snippet")
        elif row is not None:
            slots["snippet.restore"] = lambda: self._retire(row.id, "restore_snippet")
        if self._may_edit() and self.form.is_changed():
            slots["record.save"] = self.save
        return slots
