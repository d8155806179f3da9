"""The counter: a customer says that they leave, and everything is taken down on one screen."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from PySide6.QtWidgets import QHBoxLayout
from typing_extensions import override

from desktop_app.columns.customers import shown_name
from desktop_app.domain.exit_registration import ExitDraft
from desktop_app.errors import InvalidInputError, Problem, UserError
from desktop_app.i18n import _, language
from desktop_app.services import customers, exit_registration, workspace_settings
from desktop_app.services.exit_registration import Registered, Standing
from desktop_app.ui.case_flows import ReasonList, read_reasons
from desktop_app.ui.dialogs import draft_strip
from desktop_app.ui.forms.exit_form import CounterDraft, CounterForm
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import PageHeader, action_button, button, text_label
from desktop_app.ui.tasks import Latest
from desktop_app.ui.typed_drafts import DraftKey

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Changes, Session


@dataclass(frozen=True, slots=True)
class Counter:
    """What the form needs: reasons, currency, and the customer it was opened for."""

    reasons: ReasonList
    currency: str
    customer: tuple[UUID, str] | None


def read_counter(session: "Session", language_code: str, customer_id: UUID | None) -> Counter:
    """Read what the form needs.

    Raises:
        NotFoundError, NotAllowedError: the customer is gone or out of reach.
    """
    customer = None
    if customer_id is not None:
        card, _metrics = customers.card(session, customer_id)
        customer = (customer_id, f"{shown_name(card.row)} · {card.row.number}")
    currency = workspace_settings.currency(session)
    return Counter(read_reasons(session, language_code), currency, customer)


def register(session: "Session", draft: CounterDraft) -> Registered:
    """Register the exit of the customer of the form."""
    taken_down = ExitDraft.model_validate(draft.model_dump(exclude={"customer"}))
    return exit_registration.register(session, draft.customer, taken_down)


class ExitRegistrationPage(Page):
    """One form; Ctrl+Enter registers, and the next customer can come."""

    SPEC: ClassVar[PageSpec] = page_spec("exit-registration")
    TABLES: ClassVar[frozenset[str]] = frozenset({"exit_registration", "departure_case", "reason"})

    def build(self) -> None:
        """Make the header; the form comes when its lists are read."""
        self.form: CounterForm | None = None
        self.last: Registered | None = None
        self._wanted: UUID | None = None
        self._asked: UUID | None = None
        self._is_busy = False
        self._loading, self._standing = Latest(), Latest()
        self.header = PageHeader(
            _("Exit at the counter"),
            _("Everybody who says that they leave. Ctrl+Enter registers; then comes the next one."),
            [
                action_button(self.context, "exit.clear"),
                action_button(self.context, "exit.register", primary=True),
            ],
        )
        self.last_text = text_label("", "strong", wraps=False)
        self.open_button = button(_("Open the case"), self._open_last, "cases", "quiet")
        policy = self.open_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # what is said here later moves nothing
        self.open_button.setSizePolicy(policy)
        self.open_button.hide()
        row = QHBoxLayout()
        row.addWidget(self.last_text)
        row.addWidget(self.open_button)
        row.addStretch(1)
        self.body.addWidget(self.header)
        self.body.addLayout(row)

    # ------------------------------------------------------------------ loading

    @override
    def load(self) -> None:
        task = self.tasks.read(self, read_counter, language(), self._wanted)
        self._loading.take(task).then(self._show).or_else(self._on_missing)

    @override
    def refresh(self, changes: "Changes") -> None:
        if changes.tables & self.TABLES:
            self._ask_standing(is_again=True)

    @override
    def show_record(self, target: object) -> None:
        self._wanted = target if isinstance(target, UUID) else None
        self.load()

    def _on_missing(self, error: UserError) -> None:
        self._wanted = None
        self.messages.warn(error.message)
        if self.form is None:
            self.load()

    def _show(self, counter: Counter) -> None:
        if self.form is None:
            self._make_form(counter)
        form = self.form
        if form is None:
            return
        form.reason.set_choices(counter.reasons.choices)
        if counter.customer is not None:
            form.customer.set_value(counter.customer)
            form.changed.emit()
            form.reason.setFocus()
        self._wanted = None
        self.actions_changed()

    def _make_form(self, counter: Counter) -> None:
        form = CounterForm(self.tasks, counter.reasons.choices, counter.currency)
        self.form = form
        self.drafts = draft_strip(form, DraftKey(self.tasks, "exit-registration"))
        self.body.addWidget(form, 1)
        self.body.addWidget(self.drafts)  # below: an offer that comes later moves nothing
        form.changed.connect(self._ask_standing)
        form.customer.line.returnPressed.connect(form.reason.setFocus)
        form.reason.chosen.connect(form.words.setFocus)
        form.arrears.line.returnPressed.connect(self._after_arrears)
        self.setFocusProxy(form.customer)
        form.focus_first()
        self.drafts.offer()

    def _after_arrears(self) -> None:
        """On to the gift where there is one to give."""
        if self.form is not None and self.form.gift.check.isEnabled():
            self.form.gift.setFocus()

    # ------------------------------------------------------------------ what is known already

    def _ask_standing(self, *, is_again: bool = False) -> None:
        if self.form is None:
            return
        chosen = self.form.customer.value()
        if chosen == self._asked and not is_again:
            return
        self._asked = chosen
        if chosen is None:
            self.form.show_standing(None)
            return
        task = self.tasks.read(self, exit_registration.standing, chosen)
        self._standing.take(task).then(self._on_standing).or_else(self._on_failed)

    def _on_standing(self, known: Standing) -> None:
        if self.form is not None and self.form.customer.value() == self._asked:
            self.form.show_standing(known)

    # ------------------------------------------------------------------ doing

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        if self.form is None:
            return {}
        slots = {"exit.register": self.register, "exit.clear": self.clear}
        chosen = self.form.customer.value()
        if chosen is not None:
            slots["customer.open"] = lambda: self.navigate("customer-card", chosen)
        return slots

    def register(self) -> None:
        """Check and store what stands in the form."""
        form = self.form
        if form is None or self._is_busy:
            return
        draft = form.try_read(CounterDraft)
        if draft is None:
            return
        self._is_busy = True
        name = form.customer.words()
        task = self.tasks.write(self, register, draft)
        task.then(lambda made: self._on_registered(made, name)).or_else(self._on_failed)

    def _on_registered(self, made: Registered, name: str) -> None:
        self._is_busy = False
        self.last = made
        text = (
            _("{name}: registered in case {number}, with a gift.")
            if made.gift_given
            else _("{name}: registered in case {number}.")
        )
        self.last_text.setText(text.format(name=name, number=made.case_number))
        self.open_button.show()
        self.clear()

    def _on_failed(self, error: UserError) -> None:
        self._is_busy = False
        problems = error.problems if isinstance(error, InvalidInputError) else ()
        if self.form is not None:
            self.form.show_problems(problems or [Problem("", error.message)])

    def clear(self) -> None:
        """Be ready for the next customer."""
        if self.form is not None:
            self._asked = None
            self.form.clear()
            self.drafts.forget()
            self.actions_changed()

    def _open_last(self) -> None:
        if self.last is not None:
            self.navigate("case-file", self.last.case_id)

    @override
    def can_leave(self) -> bool:
        if self.form is not None:
            self.drafts.keep()
        return True
