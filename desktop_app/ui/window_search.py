"""What the window itself reads: hits for *go to anything*, the badges of the side bar.

The services are imported where they are used: nothing of this is asked before the first paint.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from desktop_app import labels
from desktop_app.domain.permissions import Action
from desktop_app.ui.command_palette import Hit

if TYPE_CHECKING:
    from db.session import Session

_MAX_CUSTOMERS, _MAX_CASES = 8, 6


def find(session: "Session", text: str) -> Sequence[Hit]:
    """Customers and cases by name, pinyin, initials, number, phone tail; a case by its paper."""
    from db.queries.cases import CaseFilter  # noqa: PLC0415  (see above, as all of these)
    from desktop_app.columns import Sort  # noqa: PLC0415
    from desktop_app.domain.paper_mark import read_mark  # noqa: PLC0415
    from desktop_app.services import access, cases, customers  # noqa: PLC0415

    if not access.may(session, Action.VIEW):
        return []
    hits = [
        Hit(
            found.name,
            " · ".join(filter(None, (found.number, found.phone))),
            "user",
            "customer-card",
            found.id,
        )
        for found in customers.search(session, text, _MAX_CUSTOMERS)
    ]
    mark = read_mark(text)  # the barcode of a paper form was scanned
    text = text if mark is None else mark.case
    newest_first = Sort("opened_on", descending=True)
    rows = cases.list_cases(session, CaseFilter(text=text), newest_first, 0, _MAX_CASES)
    hits += [
        Hit(f"{row.number}  {row.customer}", labels.label(row.stage), "cases", "case-file", row.id)
        for row in rows
    ]
    return hits


def due(session: "Session") -> Mapping[str, int]:
    """How much is due on each page."""
    from db.queries.signals import SignalFilter  # noqa: PLC0415
    from desktop_app.services import (  # noqa: PLC0415
        access,
        duties,
        handovers,
        promises,
        triage,
        work,
    )

    if not access.may(session, Action.VIEW):
        return {}
    return {
        "today": work.count(session),
        "promises": promises.due_for(session).pressing,
        "signals": triage.count_signals(session, SignalFilter()),
        "duties": duties.count_pressing(session),
        "charges": handovers.count_waiting(session),
    }


def keys(text: str) -> str:
    """Pinyin and initials of a text, to find it by."""
    from db import search  # noqa: PLC0415

    return search.tokens(text)
