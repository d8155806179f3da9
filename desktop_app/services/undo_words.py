"""What stands in the way of an undo, in sentences that say what to do about it."""

from collections.abc import Sequence
from functools import reduce

from sqlalchemy.orm import Session

from db.culprits import Cause
from db.undo import UndoPlan
from desktop_app.domain.permissions import Action
from desktop_app.i18n import _, ngettext
from desktop_app.services import access
from desktop_app.services.change_words import entity_text, title_text

_KINDS = 5  # so many kinds of obstacles are told
_NAMED = 3  # so many change sets are named a kind


def sentences(session: Session, plan: UndoPlan) -> tuple[str, ...]:
    """One sentence a kind of obstacle, the most frequent first, with what to undo first.

    Titles of other people's changes are for those who may undo them or see the whole journal.
    """
    groups: dict[tuple[str, str], list[Cause]] = {}
    for cause in plan.causes:
        groups.setdefault((cause.kind, cause.entity), []).append(cause)
    most = sorted(groups.values(), key=_count, reverse=True)
    told = [f"{_what(group)} {_remedy(session, group)}" for group in most[:_KINDS]]
    rest = plan.blocked - sum(_count(group) for group in most[:_KINDS])
    if rest:
        text = ngettext(
            "{n} more record cannot be put back.", "{n} more records cannot be put back.", rest
        )
        told.append(text.format(n=f"{rest:,}"))
    return tuple(told)


def may_see_titles(session: Session, by: object) -> bool:
    """Whether the titles of somebody's changes are for the actor: their own, or with the right."""
    is_own = by is not None and by == access.actor(session).user_id
    may = access.may(session, Action.UNDO_ANY) or access.may(session, Action.VIEW_JOURNAL)
    return is_own or may


def _count(group: Sequence[Cause]) -> int:
    return sum(cause.count for cause in group)


def _what(group: Sequence[Cause]) -> str:
    """What is in the way."""
    count = _count(group)
    what = entity_text(group[0].entity)
    if count > 1:
        what = f"{what} ({count:,})"
    match group[0].kind:
        case "needed":
            text = _("{what}: came later and belongs to it.")
        case "exists":
            text = _("{what}: is there again.")
        case "deleted":
            text = _("{what}: was removed later.")
        case "missing":
            text = _("{what}: is gone, and without it nothing can be put back.")
        case "taken":
            text = _("{what}: another one has its number, name or place by now.")
        case _:
            text = _("{what}: was changed later.")
    return text.format(what=what)


def _remedy(session: Session, group: Sequence[Cause]) -> str:
    """What to do about it: the later change sets, the newest first."""
    named = sorted(
        (cause for cause in group if cause.at is not None),
        key=lambda cause: str(cause.at and cause.at.isoformat()),
        reverse=True,
    )
    if not named or group[0].kind == "exists":
        return _without_culprit(group[0].kind)
    hidden = [cause for cause in named if not may_see_titles(session, cause.by_id)]
    if hidden:
        return _("A manager can undo what {name} did later.").format(name=hidden[0].by_name)
    titles = [_quoted(cause) for cause in named[:_NAMED]]
    text = _("First undo {changes}.").format(changes=reduce(_then, titles))
    rest = len(named) - len(titles)
    if rest:
        more = ngettext(
            "{n} older change is in the way, too.", "{n} older changes are in the way, too.", rest
        )
        text = f"{text} {more.format(n=f'{rest:,}')}"
    return text


def _then(changes: str, change: str) -> str:
    return _("{changes}; then {change}").format(changes=changes, change=change)


def _quoted(cause: Cause) -> str:
    text = _("“{title}” of {name}")
    return text.format(title=title_text(cause.by_title, cause.by_args), name=cause.by_name)


def _without_culprit(kind: str) -> str:
    match kind:
        case "exists":
            return _("Nothing has to be done about it.")
        case "missing":
            return _("Enter or import it again first, or undo the rest.")
        case "taken":
            return _("Change the other one first, or undo the rest.")
        case _:
            return _("Undo the rest; this stays as it is.")
