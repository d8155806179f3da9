"""Who works on a case, each as one flow: take, assign, spread, give back; calls promised."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from db.vocabulary import CallbackFor
from desktop_app.domain.contacts import CallbackDraft
from desktop_app.errors import UserError
from desktop_app.i18n import _, ngettext
from desktop_app.services import cases, pool, spreading
from desktop_app.services.assignment import AssignResult
from desktop_app.services.spreading import Helper, Plan
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.forms import pool_forms, words_form
from desktop_app.ui.forms.pool_forms import AssignDraft, SpreadDraft
from desktop_app.ui.forms.words_form import OverruleDraft
from desktop_app.ui.panels import text_label
from desktop_app.ui.tasks import Latest
from desktop_app.ui.typed_drafts import DraftKey

if TYPE_CHECKING:  # a page is made of flows, not the other way round
    from desktop_app.ui.page import Page

_HELD_BACK_SHOWN = 8


class PoolFlows(QObject):
    """The flows of one page; the page's tasks run them, dialogs open over it."""

    def __init__(self, page: "Page") -> None:
        super().__init__(page)
        self._page, self._tasks, self._messages = page, page.tasks, page.messages

    # ------------------------------------------------------------------ who works on it

    def take(self, case_id: uuid.UUID) -> None:
        """Claim one case; a refusal is told in one sentence."""
        self._tasks.write(self._page, cases.take, case_id).then(self._say_assigned)

    def assign(self, case_ids: Sequence[uuid.UUID], current: uuid.UUID | None = None) -> None:
        """Ask who is to work on cases, or among whom many are spread.

        Those held back by the screening are named, and so are those nobody has a place for.
        """
        keys = list(case_ids)  # a case may stand in several lines of a list
        ask = self._ask_one if len(set(keys)) == 1 else self._ask_many
        task = self._tasks.read(self._page, spreading.helpers, keys)
        task.then(lambda helpers: ask(keys, helpers, current))

    def _ask_one(
        self, keys: list[uuid.UUID], helpers: Sequence[Helper], current: uuid.UUID | None
    ) -> None:
        dialog = FormDialog(
            self._page,
            title=ngettext("Assign {n} case", "Assign {n} cases", 1).format(n=1),
            verb=_("Assign"),
            form=pool_forms.assign_form(helpers, current),
            draft=AssignDraft,
            save=lambda draft: self._tasks.write(dialog, cases.assign, keys[:1], draft.user),
            intro=_("Customers who are not to be pursued are held back and named."),
        )
        dialog.saved.connect(self._say_assigned)
        dialog.open()

    def _ask_many(
        self, keys: list[uuid.UUID], helpers: Sequence[Helper], _current: uuid.UUID | None
    ) -> None:
        count = len(set(keys))
        form = pool_forms.spread_form(helpers, count)
        outcome = text_label(" ")
        outcome.setObjectName("plan")
        form.add_widget(outcome)
        dialog = FormDialog(
            self._page,
            title=ngettext("Assign {n} case", "Assign {n} cases", count).format(n=count),
            verb=_("Assign"),
            form=form,
            draft=SpreadDraft,
            save=lambda draft: self._tasks.write(
                dialog, spreading.spread, keys, draft.users, with_owned=draft.with_owned
            ),
        )
        asking = Latest()

        users, with_owned = form.editors["users"], form.editors["with_owned"]

        def say(text: str) -> None:
            outcome.setText(text if users.value() else _("Choose who is to get them."))
            dialog.fit()

        def show(plan: Plan) -> None:
            say(pool_forms.plan_text(plan))

        def foresee() -> None:
            task = self._tasks.read(
                dialog, spreading.plan, keys, users.value(), with_owned=with_owned.value()
            )
            asking.take(task).then(show).or_else(tell)

        def tell(error: UserError) -> None:
            say(error.message)

        users.changed.connect(foresee)
        with_owned.changed.connect(foresee)
        dialog.saved.connect(self._say_assigned)
        dialog.open()
        foresee()

    def _say_assigned(self, result: AssignResult) -> None:
        lines = [f"{each.number}: {each.note}" for each in result.screened[:_HELD_BACK_SHOWN]]
        if not (lines or result.left):
            return
        said = []
        if result.assigned:
            text = ngettext("{n} case was assigned.", "{n} cases were assigned.", result.assigned)
            said.append(text.format(n=result.assigned))
        if result.left:
            count = len(result.left)
            text = ngettext(
                "{n} case stays where it is, nobody chosen has a place: {names}.",
                "{n} cases stay where they are, nobody chosen has a place: {names}.",
                count,
            )
            said.append(text.format(n=count, names=pool_forms.named(result.left)))
        if lines:
            count = len(result.screened)
            text = ngettext(
                "{n} case was held back by the screening:",
                "{n} cases were held back by the screening:",
                count,
            )
            said.append(text.format(n=count))
            lines += ["…"] if count > _HELD_BACK_SHOWN else []
        self._messages.warn("\n".join((" ".join(said), *lines)))

    def give_back(self, case_id: uuid.UUID, number: str) -> None:
        """Ask why, and put a case into the pool for others to claim."""
        dialog = FormDialog(
            self._page,
            title=_("Give case {number} back to the pool").format(number=number),
            verb=_("Give back"),
            form=words_form.words_form("reason", _("&Reason"), lines=3),
            draft=OverruleDraft,
            intro=_("Others may claim it then; for a while you may not."),
            save=lambda draft: self._tasks.write(dialog, pool.give_back, case_id, draft.reason),
            draft_key=DraftKey(self._tasks, f"give-back:{case_id}"),
        )
        dialog.open()

    # ------------------------------------------------------------------ calls promised

    def set_callback(
        self,
        case_id: uuid.UUID,
        name: str,
        at: dt.datetime | None = None,
        whom: CallbackFor | None = None,
    ) -> None:
        """Ask when a call was promised to a customer, and who may make it."""
        dialog = FormDialog(
            self._page,
            title=_("Call {name} back").format(name=name),
            verb=_("Plan"),
            form=pool_forms.callback_form(at, whom),
            draft=CallbackDraft,
            save=lambda draft: self._tasks.write(
                dialog, pool.set_callback, case_id, draft.at, draft.for_whom
            ),
            draft_key=DraftKey(self._tasks, f"callback:{case_id}"),
        )
        dialog.open()

    def drop_callback(self, case_id: uuid.UUID) -> None:
        """Take a promised call back at once; it can be undone."""
        self._tasks.write(self._page, pool.drop_callback, case_id)
