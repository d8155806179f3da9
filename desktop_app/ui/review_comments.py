"""What reviewers said of an interview, at the top of its page, and the way to the next of it."""

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtWidgets import QFrame, QVBoxLayout

from db.queries.reviews import ReviewRow
from desktop_app.i18n import _, ngettext
from desktop_app.questionnaire.filling import Filling
from desktop_app.ui import theme
from desktop_app.ui.case_panels import clear_layout
from desktop_app.ui.interview_layout import lay_out
from desktop_app.ui.panels import text_label
from desktop_app.ui.review_pane import said_label


def by_address(reviews: Iterable[ReviewRow]) -> Mapping[str, tuple[ReviewRow, ...]]:
    """What has words, by the answer it is about; of the whole interview without one."""
    found: dict[str, tuple[ReviewRow, ...]] = {}
    for each in reviews:
        if each.comment:
            found[each.address] = (*found.get(each.address, ()), each)
    return found


class ReviewComments(QFrame):
    """Comments on the whole interview, and how many there are on its answers."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setAccessibleName(_("Comments of the review"))
        self.places: tuple[str, ...] = ()
        """Answers that have comments, in the order of the questions."""
        self._current = ""
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(theme.GAP_M, theme.GAP_XS, theme.GAP_M, theme.GAP_XS)
        self._column.setSpacing(theme.GAP_XS)
        self.hide()

    def show_comments(self, said: Mapping[str, Sequence[ReviewRow]], filling: Filling) -> None:
        """Show what was said; nothing hides the card.

        Args:
            said: Comments by address.
            filling: The interview; what is said of a question that is not asked stands here, too.
        """
        clear_layout(self._column)
        asked = lay_out(filling).places
        self.places = tuple(each for each in asked if each in said)
        for address, rows in said.items():
            if address in asked:
                continue
            if address:
                label = filling.label(address) if filling.node(address) is not None else ""
                self._column.addWidget(text_label(label or address, "hint"))
            for row in rows:
                self._column.addWidget(said_label(row))
        count = sum(len(said[each]) for each in self.places)
        if count:
            text = ngettext(
                "{n} comment on an answer. Shift+F7 goes there.",
                "{n} comments on answers. Shift+F7 goes to the next one.",
                count,
            )
            self._column.addWidget(text_label(text.format(n=count), "hint"))
        self.setVisible(bool(said))

    def next_place(self) -> str:
        """The answer with the next comment, after the last one from the first again."""
        after = self.places.index(self._current) + 1 if self._current in self.places else 0
        self._current = self.places[after % len(self.places)] if self.places else ""
        return self._current
