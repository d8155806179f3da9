"""What people do with visits and calls: plan, report, call off; informal contacts."""

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.visits import CaseVisitDraft, InformalDraft, VisitReport
from desktop_app.i18n import _
from desktop_app.services import visits, win_back
from desktop_app.ui import dialogs
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.forms import visit_forms
from desktop_app.ui.forms.visit_forms import CustomerVisitDraft, ReportDraft
from desktop_app.ui.pool_flows import PoolFlows
from desktop_app.ui.tasks import Task
from desktop_app.ui.typed_drafts import DraftKey

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from PySide6.QtWidgets import QWidget

    from desktop_app.services.visits import VisitView
    from desktop_app.services.win_back import WinBack
    from desktop_app.ui.tasks import Tasks


class VisitFlows(PoolFlows):
    """The flows of one page about visits."""

    def plan_visit(self, case_id: uuid.UUID, customer_id: uuid.UUID, name: str) -> None:
        """Ask when, how and what for; before a win-back visit name and address are verified."""
        self._tasks.read(self._page, win_back.read, case_id).then(
            lambda steps: self._ask_visit(case_id, customer_id, name, steps)
        )

    def _ask_visit(
        self, case_id: uuid.UUID, customer_id: uuid.UUID, name: str, steps: "WinBack"
    ) -> None:
        dialog = FormDialog(
            self._page,
            title=_("Plan a visit to {name}").format(name=name),
            verb=_("Plan"),
            form=visit_forms.visit_form(steps=steps),
            draft=CaseVisitDraft,
            save=lambda draft: self._tasks.write(
                dialog, visits.plan_visit, case_id, customer_id, draft
            ),
            draft_key=DraftKey(self._tasks, f"plan-visit:{case_id}"),
        )
        dialog.open()

    def plan_any_visit(self, day: dt.date | None = None) -> None:
        """Ask to whom, when (a day may be proposed), how and what for: a visit without a case."""
        form = visit_forms.visit_form(self._tasks)
        if day is not None:
            form.fill({"planned_on": day})

        def save(draft: CustomerVisitDraft) -> Task[uuid.UUID]:
            plain = VisitDraft.model_validate(draft.model_dump(exclude={"customer"}))
            return self._tasks.write(dialog, visits.plan_visit, None, draft.customer, plain)

        dialog = FormDialog(
            self._page,
            title=_("Plan a visit"),
            verb=_("Plan"),
            form=form,
            draft=CustomerVisitDraft,
            save=save,
            draft_key=DraftKey(self._tasks, "plan-visit"),
        )
        dialog.open()

    def report_visit(self, visit_id: uuid.UUID) -> None:
        """Ask what came of a visit or call, or correct what was said of it."""
        self._tasks.read(self._page, visits.to_report, visit_id).then(self._ask_report)

    def _ask_report(self, view: "VisitView") -> None:
        row = view.row

        def save(draft: ReportDraft) -> Task[None]:
            plain = VisitReport.model_validate(draft.model_dump(exclude={"photos"}))
            return self._tasks.write(dialog, visits.report, row.id, plain, draft.photos)

        is_call = row.channel.value == "call"
        title = _("Call to {name}") if is_call else _("Visit to {name}")
        hint = _("Then go on with the six steps in the case.") if row.is_win_back else ""
        dialog = FormDialog(
            self._page,
            title=title.format(name=row.customer),
            verb=_("Save"),
            form=visit_forms.report_form(view),
            draft=ReportDraft,
            save=save,
            draft_key=DraftKey(self._tasks, f"finish-visit:{row.id}", row.version),
            intro="\n".join(filter(None, (row.purpose, hint))),
        )
        dialog.open()

    def cancel_visit(self, visit_id: uuid.UUID, name: str) -> None:
        """Ask once, then cancel."""
        if dialogs.confirm(
            self._page,
            title=_("Cancel the visit to {name}?").format(name=name),
            text=_("It stays in the list as cancelled. Undo brings it back."),
            verb=_("Cancel the visit"),
            keep=_("Keep it"),
        ):
            self._tasks.write(self._page, visits.cancel_visit, visit_id)


def ask_informal(
    parent: "QWidget",
    tasks: "Tasks",
    customer: tuple[uuid.UUID, str],
    case_id: uuid.UUID | None = None,
) -> None:
    """Ask when and how somebody met a customer by the way.

    Args:
        parent: What the dialog opens over.
        tasks: Store it.
        customer: Key and name.
        case_id: The case in whose history it stands; without one only the customer's.
    """
    dialog = FormDialog(
        parent,
        title=_("Informal contact with {name}").format(name=customer[1] or _("(no name)")),
        verb=_("Save"),
        form=visit_forms.informal_form(),
        draft=InformalDraft,
        save=lambda draft: tasks.write(dialog, visits.record_informal, customer[0], draft, case_id),
        draft_key=DraftKey(tasks, f"informal:{case_id or customer[0]}"),
        intro=_("It counts for coverage, never as pressure on the customer."),
    )
    dialog.open()
