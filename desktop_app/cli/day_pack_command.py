"""The field day pack of one person, as PDF and Excel."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from desktop_app import clock
from desktop_app.cli import output
from desktop_app.cli.places import require_place
from desktop_app.cli.state import State, parse_day, state_of
from desktop_app.errors import NotFoundError
from desktop_app.i18n import N_, _

if TYPE_CHECKING:
    import uuid

    from db.session import Session
    from desktop_app.reports.base import Written
    from desktop_app.services.day_packs import Card, DayPack


def day_pack(
    context: typer.Context,
    employee: Annotated[
        str, typer.Option(metavar="LOGIN", help=N_("Whose day; your own without it."))
    ] = "",
    date: Annotated[
        str, typer.Option(metavar="DATE", help=N_("Which day; today without it."))
    ] = "",
    pdf: Annotated[Path | None, typer.Option(help=N_("PDF file to write."))] = None,
    xlsx: Annotated[Path | None, typer.Option(help=N_("Excel file to write."))] = None,
    whole_phones: Annotated[
        bool,
        typer.Option("--whole-phones", help=N_("Phones in full, for who may see and export them.")),
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help=N_("Replace files that are there."))
    ] = False,
) -> None:
    """Visits in the order of the route, with what is known and a blank form; calls at the end."""
    from desktop_app.services import day_packs  # noqa: PLC0415

    state = state_of(context)
    day = parse_day(date) if date else clock.today()
    asked = {"pdf": pdf, "xlsx": xlsx}
    targets = {format_: path for format_, path in asked.items() if path is not None}
    for path in targets.values():
        require_place(path, overwrite=overwrite)
    with state.read() as session:
        user_id = _user(session, employee)
        day_packs.allow(session, user_id, list(targets))
        made = day_packs.pack(session, user_id, day, whole_phones=whole_phones)
    written: list[Written] = []
    if targets:
        from desktop_app.reports import day_pack as files  # noqa: PLC0415  (loads the writers)

        with state.write() as session:  # first: what cannot be written down does not go out
            day_packs.note(session, made, list(targets))
        written = files.write(made, targets, overwrite=overwrite)
    elif whole_phones:
        with state.write() as session:
            day_packs.note(session, made, ["text"])
    _tell(state, made, written)


def _user(session: "Session", login: str) -> "uuid.UUID":
    """The person with a login, else who is signed in. Raises NotFoundError."""
    from desktop_app.services import access, staff  # noqa: PLC0415

    own = access.actor(session).user_id
    if not login and own is not None:
        return own
    for row in staff.list_users(session):
        if login in (row.login, row.name, str(row.id)):
            return row.id
    raise NotFoundError(_("There is no user {name}.").format(name=login))


def _tell(state: State, pack: "DayPack", written: "list[Written]") -> None:
    for one in written:
        for loss in one.losses:
            output.tell(loss.sentence())
    if state.options.as_json:
        output.say_json(_document(pack, written))
        return
    for one in written:
        output.say(str(one.path))
    if written:
        return
    heads = (_("No."), _("Time"), _("District"), _("Customer"), _("Phone"), _("Visit code"))
    rows = [
        (
            str(place or ""),
            f"{card.contact.starts_at:%H:%M}" if card.contact.starts_at else "",
            card.contact.district,
            card.contact.name,
            card.contact.phone,
            card.mark,
        )
        for place, card in [*enumerate(pack.visits, start=1), *((0, one) for one in pack.calls)]
    ]
    output.say_table(heads, rows, (True, False, False, False, False, False))


def _document(pack: "DayPack", written: "list[Written]") -> dict[str, Any]:
    return {
        "employee": pack.person,
        "date": pack.day,
        "visits": [_card(card) for card in pack.visits],
        "calls": [_card(card) for card in pack.calls],
        "districts": [{"district": leg.district, "visits": len(leg.stops)} for leg in pack.legs],
        "whole_phones": pack.whole_phones,
        "files": [str(one.path) for one in written],
        "losses": [loss.sentence() for one in written for loss in one.losses],
    }


def _card(card: "Card") -> dict[str, Any]:
    row = card.contact
    return {
        "mark": card.mark,
        "visit": str(row.id),
        "customer": row.name,
        "number": row.number,
        "class": row.klass.value.upper(),
        "district": row.district,
        "address": row.address,
        "phone": row.phone,
        "channel": row.channel,
        "time": row.starts_at and f"{row.starts_at:%H:%M}",
        "purpose": row.purpose,
        "cases": [file.row.number for file in card.cases],
        "promises_due": [promise.due_on for promise in card.promises],
    }
