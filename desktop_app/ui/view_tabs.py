"""The views of a list as tabs: those everybody has, then the saved ones."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QTabBar

from desktop_app.domain.permissions import Action, allowed
from desktop_app.i18n import _
from desktop_app.services import views
from desktop_app.services.views import ViewRow
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.forms.view_form import ViewDraft, view_form
from desktop_app.ui.tasks import Latest, Task

if TYPE_CHECKING:  # a page is made of tabs, not the other way round
    from desktop_app.ui.page import Page

FilterT = TypeVar("FilterT")


class ViewTabs(QTabBar, Generic[FilterT]):
    """One tab a view of a page; a tab carries a filter of the page's kind.

    A page with these tabs lists ``saved_view`` among its tables and calls `load` with its own.
    """

    chosen = Signal(object)
    """The filter of the tab that was chosen, also when it was the current one."""

    def __init__(
        self,
        page: "Page",
        kind: type[FilterT],
        built_in: Callable[[], Sequence[tuple[str, FilterT]]],
    ) -> None:
        """Make the tabs of a page.

        Args:
            page: Whose list it is; its id is the key of the saved views.
            kind: The dataclass of the filter.
            built_in: Names and filters of the views everybody has, the first one current.
        """
        super().__init__()
        self._page, self._kind, self._built_in = page, kind, built_in
        self._listing = Latest()
        self._to_choose = ""
        self.saved: list[ViewRow] = []
        self.setAccessibleName(_("Views"))
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._open_menu)
        self._fill()
        self.currentChanged.connect(self._say)
        self.tabBarClicked.connect(self._on_clicked)

    def load(self) -> None:
        """Read the saved views again."""
        task = self._page.tasks.read(self, views.list_views, self._page.SPEC.id)
        self._listing.take(task).then(self._show)

    def all(self) -> list[tuple[str, FilterT]]:
        """Names and filters of all tabs."""
        saved = [(view.name, views.from_json(self._kind, view.criteria)) for view in self.saved]
        return [*self._built_in(), *saved]

    def choose(self, place: int) -> None:
        """Choose a tab, also when it is the current one."""
        if place == self.currentIndex():
            self._say(place)
        else:
            self.setCurrentIndex(place)

    def save(self, criteria: FilterT) -> None:
        """Ask for a name and save a filter as a view."""
        page = self._page
        found = views.to_json(criteria)
        dialog = FormDialog(
            page,
            title=_("Save this view"),
            verb=_("Save"),
            form=view_form(may_share=allowed(page.actor.role, Action.SHARE_VIEW)),
            draft=ViewDraft,
            save=lambda draft: self._store(dialog, draft, found),
        )
        dialog.open()

    def _store(self, dialog: FormDialog, draft: ViewDraft, criteria: dict[str, Any]) -> Task[UUID]:
        self._to_choose = draft.name
        return self._page.tasks.write(
            dialog, views.save_view, self._page.SPEC.id, draft.name, criteria, shared=draft.shared
        )

    # ------------------------------------------------------------------ tabs

    def _show(self, found: list[ViewRow]) -> None:
        self.saved = found
        self._fill()

    def _fill(self) -> None:
        present = [name for name, _criteria in self.all()]
        current = self.tabText(self.currentIndex())
        if self._to_choose in present:
            current, self._to_choose = self._to_choose, ""
        count = len(present) - len(self.saved)
        self.blockSignals(True)
        while self.count():
            self.removeTab(0)
        for place, name in enumerate(present):
            self.addTab(name)
            if place >= count:
                is_shared = self.saved[place - count].is_shared
                tip = _("Everybody's view") if is_shared else _("Your own view")
                self.setTabToolTip(place, tip)
            if name == current:
                self.setCurrentIndex(place)
        self.blockSignals(False)

    def _say(self, place: int) -> None:
        found = self.all()
        if 0 <= place < len(found):
            self.chosen.emit(found[place][1])

    def _on_clicked(self, place: int) -> None:
        if place == self.currentIndex():  # another one is chosen by the change itself
            self._say(place)

    def _open_menu(self, at: QPoint) -> None:
        place = self.tabAt(at)
        number = (place if place >= 0 else self.currentIndex()) - len(self._built_in())
        if not 0 <= number < len(self.saved) or not self.saved[number].may_remove:
            return
        view, tasks = self.saved[number], self._page.tasks
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        action = menu.addAction(_("Remove the view {name}").format(name=view.name))
        action.triggered.connect(lambda: tasks.write(self, views.remove_view, view.id))
        menu.popup(self.mapToGlobal(at))
