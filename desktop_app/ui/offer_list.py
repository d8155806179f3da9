"""The library of offers: add, change, retire, offer again."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from desktop_app.columns.offers import (
    OFFER_COLUMNS,
    offer_words,
)
from desktop_app.domain.offers import OfferDraft
from desktop_app.i18n import _, language
from desktop_app.services import (
    offer_library,
    workspace_settings,
)
from desktop_app.ui.editors import CheckEditor
from desktop_app.ui.forms import offer_forms
from desktop_app.ui.offer_section import OfferSection
from desktop_app.ui.page import Page, Slots
from desktop_app.ui.panels import FilterBar
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.theme import Tone
from desktop_app.ui.typed_drafts import DraftKey

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.queries.offers import OfferRow
    from db.session import Session


def read_library(session: "Session") -> "tuple[tuple[OfferRow, ...], str]":
    """Every offer, also the retired ones, and the currency of their costs."""
    found = offer_library.list_offers(session, with_retired=True)
    return found, workspace_settings.currency(session)


class LibrarySection(OfferSection):
    """The offers by goal: add, change, retire, offer again."""

    def __init__(self, page: Page) -> None:
        super().__init__(
            page,
            _(
                "What may be offered. Relationship before price: a discount brings back fast, and "
                "not for long."
            ),
        )
        self._all: tuple[OfferRow, ...] = ()
        self.filters = FilterBar(_("Name or code"))
        self.retired = self.filters.add("", CheckEditor(_("Also retired ones")))
        self.retired.set_name(_("Also retired ones"))
        self.filters.changed.connect(self._filter)
        self.add_bar(self.filters, "offers.restore", "offers.remove", "offers.edit", "offers.new")
        self.table = RecordTable(
            OFFER_COLUMNS,
            context=page.context,
            state_key="offers",
            name=_("Library of offers"),
            empty=_("Nothing can be offered yet. Begin with one offer that costs no money."),
            first_step=(_("New offer"), self._add),
            chips={"retired_on": lambda row: Tone.NEUTRAL if row.retired_on else None},
        )
        self.table.hide_columns("zh" if language().startswith("zh") else "en", "retired_on")
        self.table.opened.connect(lambda _row: self._edit())
        self.add_table(
            self.table, "offers.edit", "offers.remove", "offers.restore", None, "list.copy"
        )

    def load(self) -> None:
        """Read the library."""
        self.latest.take(self.tasks.read(self, read_library)).then(self._show)

    def _show(self, found: "tuple[tuple[OfferRow, ...], str]") -> None:
        self._all, self.currency = found
        self._filter()

    def _filter(self) -> None:
        words = (self.filters.search.value() or "").casefold().split()
        rows = [
            row
            for row in self._all
            if all(word in f"{row.zh} {row.en} {row.code}".casefold() for word in words)
            and (self.retired.value() or row.retired_on is None)
        ]
        self.table.set_rows(rows)
        self.table.choose_first()
        self.page.actions_changed()

    def slots(self) -> Slots:
        """What can be done with the chosen offer."""
        if not self.may_edit():
            return {}
        found: dict[str, Callable[[], object]] = {"offers.new": self._add}
        row: OfferRow | None = self.table.current_row()
        if row is None:
            return found
        found["offers.edit"] = self._edit
        if row.retired_on is None:
            found["offers.remove"] = lambda: self._write(offer_library.retire_offer, row)
        else:
            found["offers.restore"] = lambda: self._write(offer_library.restore_offer, row)
        return found

    def _write(self, service: Any, row: "OfferRow") -> None:
        self.tasks.write(self.page, service, row.id)

    def _add(self) -> None:
        if not self.may_edit():
            return
        self.ask(
            _("New offer"), _("Add offer"), offer_forms.library_form(None, self.currency),
            OfferDraft, partial(self._store, None), DraftKey(self.tasks, "new-offer"),
        )  # fmt: skip

    def _edit(self) -> None:
        row: OfferRow | None = self.table.current_row()
        if row is None or not self.may_edit():
            return
        self.ask(
            _("Edit “{offer}”").format(offer=offer_words(row)), _("Save"),
            offer_forms.library_form(row, self.currency), OfferDraft, partial(self._store, row),
            DraftKey(self.tasks, f"edit-offer:{row.id}", row.version),
        )  # fmt: skip

    def _store(self, row: "OfferRow | None", dialog: QWidget, draft: OfferDraft) -> Any:
        known = (row.id, row.version) if row is not None else (None, None)
        return self.tasks.write(dialog, offer_library.save_offer, draft, *known)
