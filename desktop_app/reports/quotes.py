"""What customers said about why they leave, in their own words, as a section of a report."""

import itertools

from sqlalchemy.orm import Session

from db.queries import reasons as queries
from db.queries.reasons import ReasonFilter
from desktop_app.i18n import _, language
from desktop_app.labels import label
from desktop_app.reports.base import Block, Paragraph, Quote, Section


def quotes_section(session: Session, criteria: ReasonFilter, limit: int) -> list[Section]:
    """The newest words of customers as one section; no section when there are none."""
    total = queries.count_verbatims(session, criteria)
    found = queries.verbatims(session, criteria, limit) if limit else []
    if not found:
        return []
    note = _("{shown} of {total}, the newest cases first").format(shown=len(found), total=total)
    quotes = (
        Quote(
            one.text,
            _("{case}, {customer}, {day}: {layer} “{reason}”").format(
                case=one.number,
                customer=one.customer,
                day=one.opened_on,
                layer=label(one.layer),
                reason=one.zh if language().startswith("zh") else one.en,
            ),
            str(one.case_id),
        )
        for one in found
    )
    blocks: tuple[Block, ...] = tuple(itertools.chain([Paragraph(note, faint=True)], quotes))
    return [Section(_("In the customers' words"), blocks)]
