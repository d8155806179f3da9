"""Makes a handover: charges, owners and all open work go over in one change set."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from db import journal
from db.models import (
    Handover,
    HandoverLine,
    Holding,
    Task,
)
from db.queries.handovers import Goes
from db.vocabulary import (
    ChangeKind,
    Fate,
    HandoverCause,
    HandoverState,
    Seat,
    TaskKind,
    TaskState,
)
from desktop_app import clock
from desktop_app.domain.handover_drafts import HandoverDraft
from desktop_app.domain.permissions import Action
from desktop_app.errors import ConflictError, InvalidInputError, Problem
from desktop_app.i18n import N_, _
from desktop_app.services import access, calendar, charge_book, charges, handover_moves
from desktop_app.services.charge_book import Seating
from desktop_app.services.handover_plan import Board, Key

Choice = uuid.UUID | Fate | None
"""Who gets a seat; nobody: None (it stays where it is), or what became of the customer."""

TELL_DAYS: Final = 3
"""Working days in which the customer is told who is in charge now."""


@dataclass(frozen=True, slots=True)
class CommitResult:
    """What went over, or will on the day; `left`: seats nobody got.

    Promises count with complaints and recoveries.
    """

    handover_id: uuid.UUID
    customers: int
    cases: int
    visits: int
    promises: int
    tasks: int
    renewals: int
    told: int
    left: int
    change_set: uuid.UUID


def hand_over(
    session: Session,
    draft: HandoverDraft,
    choices: Mapping[Key, Choice],
    checked: Mapping[uuid.UUID, Collection[str]] | None = None,
) -> CommitResult:
    """Hand the chosen seats over, as one change set.

    With the seat in charge go the open cases, planned visits, promises, complaints, recoveries,
    renewals and tasks that the giver has for the customer (with a backup's seat, where that is all
    the giver has); visits before the first day of the receiver stay. If that day is ahead the
    visits from then on go over at once, all else then (`handover_begin`). The receiver is to tell
    the customer within three working days. With an overlap the former one in charge stands in until
    its last day, beside the lasting backup, if still here. A backup who moves up leaves that seat
    to whoever is chosen for it; a choice for the seat of a backup who stays is not carried out.
    Tasks of an earlier handover do not go over: they end when they are untrue (`handover_tasks`).
    What nobody gets stays where it is: with a leaver it is an orphan from the day after the last
    one. Seats without a choice are not touched.

    Args:
        session: the session.
        draft: whose customers, why and when.
        choices: who gets which seat of which customer; see `Choice`.
        checked: codes of what was found in order or tidied up, by customer.

    Raises:
        ConflictError: a seat is not with the giver any more.
        InvalidInputError: nothing is chosen; or a receiver has left, is new and would get a
            customer of class A, or would hold both seats.
    """
    access.require(session, Action.HAND_OVER)
    return _Commit(session, draft, choices, checked or {}).run()


class _Commit:
    def __init__(
        self,
        session: Session,
        draft: HandoverDraft,
        choices: Mapping[Key, Choice],
        checked: Mapping[uuid.UUID, Collection[str]],
    ) -> None:
        self._session, self._draft, self._checked = session, draft, checked
        self._board = Board(session, draft)
        self._choices = self._carried_out(choices)
        self._refuse()
        self._is_ahead = draft.on > clock.today()
        self._to = {key: to for key, to in self._choices.items() if isinstance(to, uuid.UUID)}

    def run(self) -> CommitResult:
        """Write everything."""
        session = self._session
        customers = {customer for customer, _seat in self._choices}
        giver = self._draft.from_id
        if giver is None:
            title, name = N_("Hand over {count} customers nobody looked after"), ""
        else:
            title, name = (
                N_("Hand over {count} customers of {name}"),
                self._board.people[giver].name,
            )
        journal.name_change(session, title, kind=ChangeKind.BULK, count=len(customers), name=name)
        handover_id = self._write_down()
        seatings = [Seating(*key, to) for key, to in self._to.items()]
        for day, some in self._by_day(seatings).items():
            charge_book.put(session, some, day)
        self._overlap()
        moved = self._move()
        told = self._tell(handover_id)
        return CommitResult(
            handover_id=handover_id,
            customers=len({customer for customer, _seat in self._to}),
            cases=moved["cases"],
            visits=moved["visits"],
            promises=moved["promises"] + moved["complaints"] + moved["recoveries"],
            tasks=moved["tasks"],
            renewals=moved["renewals"],
            told=told,
            left=len(self._choices) - len(self._to),
            change_set=journal.buffer_of(session).id,
        )

    # ------------------------------------------------------------ what is chosen

    def _carried_out(self, choices: Mapping[Key, Choice]) -> dict[Key, Choice]:
        """The choices without those for the seat of a backup who stays."""
        board = self._board
        found: dict[Key, Choice] = {}
        for (customer_id, seat), choice in choices.items():
            if customer_id not in board.customers:
                text = _("A customer is not to be handed over any more. Reload the list.")
                raise ConflictError(text)
            backup = board.other(customer_id, Seat.PRIMARY)
            moves_up = backup is not None and choices.get((customer_id, Seat.PRIMARY)) == backup
            is_given = (customer_id, seat) in board.seats
            if is_given or (seat is Seat.BACKUP and (backup is None or moves_up)):
                found[customer_id, seat] = choice
            elif seat is Seat.PRIMARY:
                text = _("{name} has somebody else in charge by now. Reload the list.")
                raise ConflictError(text.format(name=board.customers[customer_id].name))
        if not found:
            raise InvalidInputError([Problem("choices", _("Choose at least one customer."))])
        return found

    def _refuse(self) -> None:
        board, problems = self._board, list[Problem]()
        for user_id in {to for to in self._choices.values() if isinstance(to, uuid.UUID)}:
            charges.check_holder(self._session, user_id, self._draft.on)
        for (customer_id, seat), to in self._choices.items():
            one = board.customers[customer_id]
            if to is Fate.TRANSFERRED:
                text = _("Say who gets {name}.").format(name=one.name)
            elif not isinstance(to, uuid.UUID):
                continue
            elif to == self._draft.from_id:
                text = _("{name} goes to somebody else than who has it.").format(name=one.name)
            elif board.is_too_new(to, one.klass):
                text = _("{person} is new: {name} is of class A and goes to somebody else.")
                text = text.format(person=board.people[to].name, name=one.name)
            elif to == self._beside(customer_id, seat):
                text = _("{person} cannot be in charge of {name} and the backup as well.")
                text = text.format(person=board.people[to].name, name=one.name)
            else:
                continue
            problems.append(Problem("choices", text))
        if problems:
            raise InvalidInputError(problems)

    def _beside(self, customer_id: uuid.UUID, seat: Seat) -> Choice:
        """Who will hold the other seat of a customer; the backup who moves up leaves it."""
        if seat is Seat.PRIMARY:
            return self._choices.get((customer_id, Seat.BACKUP))
        present = self._board.other(customer_id, Seat.BACKUP)
        return self._choices.get((customer_id, Seat.PRIMARY), present)

    # ------------------------------------------------------------ what is written

    def _write_down(self) -> uuid.UUID:
        draft, session, board = self._draft, self._session, self._board
        values = draft.model_dump(include={"from_id", "cause", "on", "overlap_until", "note"})
        if draft.from_id is None:
            values["cause"] = HandoverCause.ORPHANS
        who = access.actor(session).user_id
        (handover_id,) = journal.bulk_insert(
            session, Handover, [{**values, "at": clock.now(), "by_id": who}]
        )
        rows = []
        for (customer_id, seat), to in self._choices.items():
            receiver = to if isinstance(to, uuid.UUID) else None
            nobody = to if isinstance(to, Fate) else Fate.LEFT_UNATTENDED
            giver = board.department_of(board.giver_of(customer_id))
            rows.append(
                {
                    "handover_id": handover_id,
                    "customer_id": customer_id,
                    "seat": seat,
                    "to_id": receiver,
                    "is_cross": receiver is not None and board.department_of(receiver) != giver,
                    "fate": nobody if receiver is None or self._is_ahead else Fate.TRANSFERRED,
                    "checked": sorted(self._checked.get(customer_id, ())),
                    "state": HandoverState.WAITING,
                }
            )
        journal.bulk_insert(session, HandoverLine, rows)
        return handover_id

    def _by_day(self, seatings: Sequence[Seating]) -> Mapping[dt.date, list[Seating]]:
        """From which day each seat is had: not before the giver would have had it."""
        found: dict[dt.date, list[Seating]] = defaultdict(list)
        for each in seatings:
            fact = self._board.held.get((each.customer_id, each.seat))
            first = self._draft.on if fact is None else max(self._draft.on, fact.first_on)
            found[first].append(each)
        return found

    def _overlap(self) -> None:
        """The former one in charge stands in until the last day of the overlap."""
        draft, board = self._draft, self._board
        if draft.overlap_until is None or draft.from_id is None:
            return
        left = board.people[draft.from_id].profile.left_on
        last = draft.overlap_until if left is None else min(left, draft.overlap_until)
        if not board.people[draft.from_id].is_active or last < draft.on:
            return
        journal.bulk_insert(
            self._session,
            Holding,
            [
                charge_book.holding(customer_id, draft.from_id, Seat.BACKUP, draft.on, last)
                for customer_id, seat in self._to
                if board.seats.get((customer_id, seat)) == draft.from_id and seat is Seat.PRIMARY
            ],
        )

    def _receiver(self, customer_id: uuid.UUID) -> uuid.UUID | None:
        """Who gets the work on a customer."""
        has_primary = (customer_id, Seat.PRIMARY) in self._board.seats
        return self._to.get((customer_id, Seat.PRIMARY if has_primary else Seat.BACKUP))

    def _move(self) -> dict[str, int]:
        """Give the work to the receivers, or on the day if it is ahead; says how much goes over."""
        board = self._board

        def receiver(row: Goes) -> uuid.UUID | None:
            return self._receiver(row.customer_id) if board.is_givers(row) else None

        for name in ("visits",) if self._is_ahead else handover_moves.KINDS:
            handover_moves.move(self._session, board.work, name, receiver)
        return {
            name: len(handover_moves.going(board.work, name, receiver))
            for name in handover_moves.KINDS
        }

    def _tell(self, handover_id: uuid.UUID) -> int:
        """One task for each customer who gets somebody else: tell them."""
        board = self._board
        first = max(clock.today(), self._draft.on)
        due = calendar.work_calendar(self._session).add_working_days(first, TELL_DAYS)
        rows = []
        for (customer_id, seat), to in self._to.items():
            one = board.customers[customer_id]
            if seat is Seat.BACKUP or one.is_stopped:
                continue
            text = _("Tell {customer} that {name} looks after them now.")
            rows.append(
                {
                    "kind": TaskKind.TELL_CUSTOMER,
                    "words": text.format(customer=one.name, name=board.people[to].name),
                    "customer_id": customer_id,
                    "owner_id": to,
                    "due_on": due,
                    "state": TaskState.OPEN,
                    "handover_id": handover_id,
                }
            )
        return len(journal.bulk_insert(self._session, Task, rows))
