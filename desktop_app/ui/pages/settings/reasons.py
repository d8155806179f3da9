"""The list of reasons: rename, retire, split, merge, without changing what old cases say."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from db import reference
from desktop_app import clock
from desktop_app.columns.reasons import REASON_COLUMNS
from desktop_app.domain.permissions import Action
from desktop_app.domain.reasons import NewReasonDraft, ReasonWords, leaves
from desktop_app.i18n import _, language, ngettext
from desktop_app.services import reasons
from desktop_app.services.reasons import ReasonRow
from desktop_app.ui import case_look
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.editors import CheckEditor, ChoiceEditor
from desktop_app.ui.forms import reason_list_forms
from desktop_app.ui.forms.reason_list_forms import MergeDraft, RetireDraft, SplitDraft
from desktop_app.ui.page import Page, Slots
from desktop_app.ui.pages.settings.section import Section
from desktop_app.ui.panels import FilterBar, action_button, button
from desktop_app.ui.pickers import Choice
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.typed_drafts import DraftKey

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session


@dataclass(frozen=True, slots=True)
class ListedReason:
    """A reason with the words around it."""

    id: str
    group_code: str
    group: str
    churn_type: str
    replaced_by: str
    reason: ReasonRow

    def fits(self, words: Sequence[str]) -> bool:
        """Whether every word is found in one of its texts."""
        one = self.reason
        whole = f"{one.zh} {one.en} {one.code} {self.group} {self.churn_type}".casefold()
        return all(word in whole for word in words)


def read_reasons(session: "Session", shown_language: str) -> list[ListedReason]:
    """All reasons in the order they are offered, also the retired ones."""
    groups = reasons.list_reasons(session, shown_language, include_retired=True)
    texts = {row.code: row.text for group in groups for row in group.reasons}
    return [
        ListedReason(
            row.code,
            group.code,
            group.text,
            case_look.churn_word(row.churn_type),
            ", ".join(texts.get(code, code) for code in row.replaced_by),
            row,
        )
        for group in groups
        for row in group.reasons
    ]


class ReasonsSection(Section):
    """A filtered list with what can be done to the chosen reasons."""

    def __init__(self, page: Page) -> None:
        super().__init__(
            page,
            _(
                "What people choose from in cases and interviews. Cases keep the words they were "
                "given, whatever becomes of a reason here."
            ),
        )
        self._all: list[ListedReason] = []
        self.filters = FilterBar(_("Words or code"))
        self._group = self.filters.add(
            _("Group"), ChoiceEditor(_groups(), optional=True, empty=_("all groups"))
        )
        self._retired = self.filters.add("", CheckEditor(_("Also retired ones")))
        self.filters.changed.connect(self._filter)
        self.rename_button = button(_("Rename…"), self._rename, "edit")
        self.retire_button = button(_("Retire…"), self._retire, "remove")
        self.split_button = button(_("Split…"), self._split, "tree")
        self.merge_button = button(_("Merge into…"), self._merge, "merge")
        self.table = RecordTable(
            REASON_COLUMNS, context=page.context, state_key="reasons", name=_("Reasons"),
            empty=_("No reason fits."),
        )  # fmt: skip
        self.table.selection_changed.connect(self._show_buttons)
        self.table.opened.connect(lambda _row: self._rename())
        page.follow(self.table)
        self.may_edit = self.may(Action.EDIT_REFERENCE)
        self.body.addWidget(self.filters)
        self.add_buttons(
            [action_button(page.context, "reason.new", primary=True), self.rename_button,
             self.retire_button, self.split_button, self.merge_button]
        )  # fmt: skip
        self.body.addWidget(self.table, 1)
        self._show_buttons()

    def load(self) -> None:
        """Read the reasons."""
        task = self.tasks.read(self, read_reasons, language())
        self.latest.take(task).then(self._show)

    def _show(self, rows: list[ListedReason]) -> None:
        self._all = rows
        self._filter()

    def _filter(self) -> None:
        words = (self.filters.search.value() or "").casefold().split()
        group, with_retired = self._group.value(), self._retired.value()
        self.table.set_rows(
            [
                row
                for row in self._all
                if row.fits(words)
                and group in (None, row.group_code)
                and (with_retired or row.reason.retired_on is None)
            ]
        )
        self._show_buttons()

    def _chosen(self) -> list[ListedReason]:
        return [row for row in self.table.selected_rows() if row.reason.retired_on is None]

    def _show_buttons(self) -> None:
        count = len(self._chosen()) if self.may_edit else 0
        for widget in (self.rename_button, self.retire_button, self.split_button):
            widget.setEnabled(count == 1)
        self.merge_button.setEnabled(count >= 1)
        self.page.actions_changed()

    def slots(self) -> Slots:
        """New and edit, for those who may."""
        if not self.may_edit:
            return {}
        slots: dict[str, Any] = {"reason.new": self._add}
        if len(self._chosen()) == 1:
            slots["reason.edit"] = self._rename
        return slots

    def _others(self, but: Sequence[str]) -> list[Choice]:
        return [
            Choice(row.id, row.reason.text, row.group, f"{row.id} {row.reason.zh} {row.reason.en}")
            for row in self._all
            if row.reason.retired_on is None and row.id not in but
        ]

    # ------------------------------------------------------------------ doing

    def _add(self) -> None:
        types = [(churn_type, case_look.churn_word(churn_type)) for churn_type in leaves()]
        form = reason_list_forms.add_form(_groups(), types)
        form.fill({"group": self._group.value() or _groups()[0][0], "churn_type": types[0][0]})
        dialog = FormDialog(
            self, title=_("New reason"), verb=_("Add reason"), form=form, draft=NewReasonDraft,
            save=lambda draft: self.tasks.write(dialog, reasons.add, draft),
            draft_key=DraftKey(self.tasks, "new-reason"),
        )  # fmt: skip
        dialog.open()

    def _rename(self) -> None:
        chosen = self._chosen()
        if len(chosen) != 1 or not self.may_edit:
            return
        row = chosen[0].reason
        form = reason_list_forms.rename_form()
        form.fill(row)
        dialog = FormDialog(
            self, title=_("Rename reason"), verb=_("Rename"), form=form, draft=ReasonWords,
            save=lambda draft: self.tasks.write(
                dialog, reasons.rename, row.code, draft.zh, draft.en
            ),
            intro=_("New cases get the new words; cases so far keep the old ones."),
            draft_key=DraftKey(self.tasks, f"rename-reason:{row.code}", row.version),
        )  # fmt: skip
        dialog.open()

    def _retire(self) -> None:
        row = self._chosen()[0]

        def save(draft: RetireDraft) -> Any:
            instead = (draft.replaced_by,) if draft.replaced_by else ()
            return self.tasks.write(dialog, reasons.retire, row.id, draft.on, instead)

        dialog = FormDialog(
            self, title=_("Retire “{name}”").format(name=row.reason.text), verb=_("Retire"),
            form=reason_list_forms.retire_form(self._others([row.id]), clock.today()),
            draft=RetireDraft, save=save,
            intro=_("It is not offered any more. Cases that have it keep it."),
        )  # fmt: skip
        dialog.open()

    def _split(self) -> None:
        row = self._chosen()[0].reason

        def save(draft: SplitDraft) -> Any:
            parts = draft.parts(row.code, row.group, row.churn_type)
            return self.tasks.write(dialog, reasons.split, row.code, parts)

        dialog = FormDialog(
            self, title=_("Split “{name}”").format(name=row.text), verb=_("Split"),
            form=reason_list_forms.split_form(), draft=SplitDraft, save=save,
            intro=_("The finer reasons are offered in its place from today on."),
            draft_key=DraftKey(self.tasks, f"split-reason:{row.code}", row.version),
        )  # fmt: skip
        dialog.open()

    def _merge(self) -> None:
        codes = [row.id for row in self._chosen()]
        text = ngettext("Merge {n} reason into another", "Merge {n} reasons into one", len(codes))

        def save(draft: MergeDraft) -> Any:
            return self.tasks.write(dialog, reasons.merge, codes, draft.into)

        dialog = FormDialog(
            self, title=text.format(n=len(codes)), verb=_("Merge"),
            form=reason_list_forms.merge_form(self._others(codes)), draft=MergeDraft, save=save,
            intro=_("The others are not offered any more from today on."),
        )  # fmt: skip
        dialog.open()


def _groups() -> list[tuple[str, str]]:
    return [(group.code, case_look.words(group)) for group in reference.reason_groups()]
