"""What people do with promises, complaints, recoveries and reviews: ask in a form, then store."""

import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from db.queries.case_reviews import CaseReviewRow
from db.queries.promises import ComplaintRow, PromiseRow, RecoveryRow
from db.vocabulary import RecoveryStepKind, ReplyKind
from desktop_app import labels
from desktop_app.columns.promises import complaint_step
from desktop_app.domain.arrears import STEP_WORDS, ArrearsStep
from desktop_app.domain.permissions import Action, allowed
from desktop_app.domain.promises import (
    COMPLAINT_WORDS,
    ComplaintDraft,
    ComplaintStep,
    PromiseDraft,
    RecoveryDraft,
)
from desktop_app.i18n import _
from desktop_app.services import (
    case_reviews,
    cases,
    complaints,
    promises,
    recovery,
    workspace_settings,
)
from desktop_app.services.case_reviews import ReviewDraft
from desktop_app.ui import promise_forms as forms
from desktop_app.ui.flows import Flows, Whom, Write, titled
from desktop_app.ui.forms.words_form import NoteDraft, RemarkDraft, words_form
from desktop_app.ui.promise_forms import (
    AnswerDraft,
    BeginDraft,
    Cause,
    CustomerComplaint,
    CustomerPromise,
    DecisionDraft,
    Named,
    NewComplaint,
    NewPromise,
    OwnerDraft,
    StepDraft,
    VerifyDraft,
)

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session

Row = PromiseRow | ComplaintRow | RecoveryRow | CaseReviewRow


def do_step(
    session: "Session", recovery_id: uuid.UUID, step: RecoveryStepKind, draft: StepDraft
) -> None:
    """Do a step of a recovery; the last one also says what was lost and given back."""
    recovery.do_step(session, recovery_id, step, draft.note)
    if step is RecoveryStepKind.COMPENSATE:
        recovery.set_money(session, recovery_id, loss=draft.loss, compensation=draft.compensation)


def begin_recovery(
    session: "Session", case_id: uuid.UUID, draft: RecoveryDraft, words: str
) -> uuid.UUID:
    """Begin a recovery; what went wrong, said in words, stands in the history of the case."""
    if words.strip():
        cases.add_note(session, case_id, words)
    return recovery.begin(session, case_id, draft)


def verify(session: "Session", complaint_id: uuid.UUID, is_true: bool) -> None:  # noqa: FBT001
    """Say whether a complaint is true."""
    complaints.verify(session, complaint_id, is_true=is_true)


class PromiseFlows(Flows):
    """The flows of one page or panel; dialogs open over it."""

    # ------------------------------------------------------------------ something new

    def promise(self, customer: Whom | None = None, case_id: uuid.UUID | None = None) -> None:
        """Ask what was promised, until when, who keeps it; without a customer also to whom."""

        def save(draft: Any) -> Write:
            key = draft.customer if customer is None else customer[0]
            plain = PromiseDraft.model_validate(draft.model_dump(exclude={"customer"}))
            return promises.register, key, plain, case_id

        self._with_users(
            lambda users: self._ask(
                _("New promise")
                if customer is None
                else titled(_("Promise to {name}"), customer[1]),
                _("Promise"),
                forms.promise_form(users, self._tasks if customer is None else None),
                CustomerPromise if customer is None else NewPromise,
                save,
                "new-promise" if customer is None else f"new-promise:{customer[0]}",
            )
        )

    def complaint(self, customer: Whom | None = None, case_id: uuid.UUID | None = None) -> None:
        """Ask how a complaint came in and what is said: the first step, listening."""

        def save(draft: Any) -> Write:
            key = draft.customer if customer is None else customer[0]
            plain = ComplaintDraft.model_validate(draft.model_dump(exclude={"customer"}))
            return complaints.listen, key, plain, case_id

        me = self._context.actor.user_id
        self._with_users(
            lambda users: self._ask(
                _("New complaint")
                if customer is None
                else titled(_("Complaint of {name}"), customer[1]),
                _("Take it down"),
                forms.complaint_form(users, me, self._tasks if customer is None else None),
                CustomerComplaint if customer is None else NewComplaint,
                save,
                "new-complaint" if customer is None else f"new-complaint:{customer[0]}",
                intro=_("Listen first: the four steps are listen, write down, verify, answer."),
            )
        )

    def recovery(
        self, case_id: uuid.UUID, customer_id: uuid.UUID, cause: Cause | None = None
    ) -> None:
        """Ask what went wrong and begin to make it good."""

        def read(session: "Session") -> tuple[str, Named, Sequence[Any], Sequence[Any]]:
            return (
                workspace_settings.currency(session),
                forms.colleagues(session),
                promises.list_promises(session, customer_id=customer_id),
                complaints.list_complaints(session, customer_id=customer_id),
            )

        def save(draft: BeginDraft) -> Write:
            kind, key = draft.cause or ("", None)
            begun = RecoveryDraft(
                complaint_id=key if kind == "complaint" else None,
                promise_id=key if kind == "promise" else None,
                owner_id=draft.owner_id,
                loss=draft.loss,
            )
            return begin_recovery, case_id, begun, draft.words

        self._tasks.read(self, read).then(
            lambda found: self._ask(
                _("Begin a service recovery"),
                _("Begin"),
                forms.begin_form(*found, cause),
                BeginDraft,
                save,
                f"new-recovery:{case_id}",
                intro=_("Apologise, take the customer's side, solve it quickly, compensate."),
            )
        )

    # ------------------------------------------------------------------ going on

    def go_on(self, row: Row) -> None:
        """The next thing to be done: answer a promise, the next step, look back."""
        match row:
            case PromiseRow():
                self.answer(row)
            case ComplaintRow():
                self._complaint_step(row)
            case RecoveryRow():
                self._recovery_step(row)
            case CaseReviewRow():
                self.look_back(row)

    def answer(self, row: PromiseRow, reply: ReplyKind | None = None) -> None:
        """Ask whether a promise was kept, and what the customer was told."""
        self._ask(
            titled(_("Answer the promise to {name}"), row.customer),
            _("Answer"),
            forms.answer_form(reply, _("&Note")),
            AnswerDraft,
            lambda draft: (promises.answer, row.id, draft.reply, draft.note),
            f"answer-promise:{row.id}",
            intro=row.words,
        )

    def chase(self, row: PromiseRow) -> None:
        """The customer asked again: count it, with what was said."""
        self._ask(
            titled(_("{name} asked again"), row.customer),
            _("Count it"),
            words_form("note", _("What was said, or &who was asked to hurry"), lines=3),
            RemarkDraft,
            lambda draft: (promises.chase, row.id, draft.note),
            f"chase-promise:{row.id}",
            intro=row.words,
        )

    def hand_over(self, row: PromiseRow | ComplaintRow | RecoveryRow) -> None:
        """Ask who deals with it."""
        service: Callable[..., None]
        match row:
            case PromiseRow():
                service, empty = promises.hand_over, _("who promised it")
            case ComplaintRow():
                service, empty = complaints.hand_over, _("nobody yet")
            case RecoveryRow():
                service, empty = recovery.hand_over, _("who works on the case")
        self._with_users(
            lambda users: self._ask(
                titled(_("Hand over: {name}"), row.customer),
                _("Hand over"),
                forms.hand_over_form(users, row.owner_id, empty),
                OwnerDraft,
                lambda draft: (service, row.id, draft.owner),
                f"hand-over:{row.id}",
                intro=_(
                    "It stands on their page Promises, also when they do not see the customer."
                ),
            )
        )

    def cannot(self, row: PromiseRow | ComplaintRow) -> None:
        """The customer is told that it cannot be met."""
        if isinstance(row, PromiseRow):
            self.answer(row, ReplyKind.CANNOT_MEET)
        else:
            self._feed_back(row, ReplyKind.CANNOT_MEET)

    def _complaint_step(self, row: ComplaintRow) -> None:
        match complaint_step(row):
            case ComplaintStep.RECORD:
                self._ask(
                    _complaint_title(row, ComplaintStep.RECORD),
                    _("Save"),
                    words_form("note", _("What the customer &demands"), text=row.words),
                    NoteDraft,
                    lambda draft: (complaints.record, row.id, draft.note),
                    f"record-complaint:{row.id}",
                )
            case ComplaintStep.VERIFY:
                self._ask(
                    _complaint_title(row, ComplaintStep.VERIFY),
                    _("Save"),
                    forms.verify_form(),
                    VerifyDraft,
                    lambda draft: (verify, row.id, draft.is_true),
                    f"verify-complaint:{row.id}",
                    intro=row.words,
                )
            case ComplaintStep.FEEDBACK:
                self._feed_back(row, None)

    def _feed_back(self, row: ComplaintRow, reply: ReplyKind | None) -> None:
        self._ask(
            _complaint_title(row, ComplaintStep.FEEDBACK),
            _("Answer"),
            forms.answer_form(reply, _("What the customer was &told")),
            AnswerDraft,
            lambda draft: (complaints.answer, row.id, draft.reply, draft.note),
            f"answer-complaint:{row.id}",
            intro=row.words,
        )

    def _recovery_step(self, row: RecoveryRow) -> None:
        due = row.next_step
        if due is None:
            return
        step = due.step
        self._ask(
            labels.label(step),
            _("Done"),
            forms.step_form(step, row.loss, row.compensation, row.currency),
            StepDraft,
            lambda draft: (do_step, row.id, step, draft),
            f"recovery-step:{due.id}",
            intro=titled(_("Service recovery for {name}"), row.customer),
        )

    def arrears(self, case_id: uuid.UUID, step: ArrearsStep) -> None:
        """Write down that a step against malicious arrears was taken."""
        self._ask(
            _(STEP_WORDS[step]),
            _("Done"),
            words_form("note", _("&Note"), lines=3),
            RemarkDraft,
            lambda draft: (recovery.take_arrears_step, case_id, step, draft.note),
            f"{step}:{case_id}",
            intro=_("It stands in the timeline of the case."),
        )

    # ------------------------------------------------------------------ looking back

    def look_back(self, row: CaseReviewRow) -> None:
        """Ask what is learnt from a closed case."""
        decides = allowed(self._context.actor.role, Action.REVIEW_INTERVIEW)
        self._ask(
            _("Look back on case {name}").format(name=row.number),
            _("Save"),
            forms.review_form(row, decides=decides),
            ReviewDraft,
            lambda draft: (case_reviews.save, row.id, draft),
            f"case-review:{row.id}",
            intro=row.customer,
        )

    def decide(self, row: CaseReviewRow) -> None:
        """Ask what changes after a case that was looked back on."""
        self._ask(
            _("What changes after case {name}").format(name=row.number),
            _("Decide"),
            forms.decision_form(row),
            DecisionDraft,
            lambda draft: (case_reviews.decide, row.id, draft.improvement),
            f"case-decision:{row.id}",
            intro=row.lesson,
        )

    # ------------------------------------------------------------------ asking

    def _with_users(self, ask: Callable[[Named], object]) -> None:
        self._tasks.read(self, forms.colleagues).then(ask)


def _complaint_title(row: ComplaintRow, step: ComplaintStep) -> str:
    place = list(ComplaintStep).index(step) + 1
    return f"{place}/{len(ComplaintStep)} {_(COMPLAINT_WORDS[step])}: {row.customer}"
