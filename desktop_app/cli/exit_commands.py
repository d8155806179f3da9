"""Registering exits at the counter."""

from typing import Annotated

import typer

from desktop_app.cli import output
from desktop_app.cli.options import UsageProblemError
from desktop_app.cli.state import change_set_of, state_of
from desktop_app.errors import InvalidInputError, problems_from_validation
from desktop_app.i18n import N_, _
from desktop_app.typed_numbers import read_decimal

_MOST = 10**13


def register_exit(
    context: typer.Context,
    customer: Annotated[str, typer.Option(metavar="NUMBER", help=N_("Number of the customer."))],
    reason: Annotated[
        str, typer.Option(metavar="CODE", help=N_("Code of the reason they give."))
    ] = "",
    arrears: Annotated[
        str, typer.Option(metavar="AMOUNT", help=N_("What is owed, 0 for nothing."))
    ] = "",
    words: Annotated[str, typer.Option(metavar="TEXT", help=N_("The customer's own words."))] = "",
    gift: Annotated[
        str,
        typer.Option(
            metavar="TEXT", help=N_("The gift that is handed over: no arrears and a reason needed.")
        ),
    ] = "",
) -> None:
    """Register an exit: it stands in the customer's case, which is opened if there is none."""
    owed = _minor(arrears)
    from pydantic import ValidationError  # noqa: PLC0415

    from desktop_app.domain.exit_registration import (  # noqa: PLC0415
        ExitDraft,
        gift_eligible,
    )
    from desktop_app.services import customers, exit_registration  # noqa: PLC0415

    state = state_of(context)
    try:
        draft = ExitDraft(reason=reason, words=words, arrears=owed, gift=gift)
    except ValidationError as error:
        raise InvalidInputError(problems_from_validation(error)) from error
    with state.write() as session:
        customer_id = customers.find(session, customer)
        made = exit_registration.register(session, customer_id, draft)
    if state.options.as_json:
        output.say_json(
            {
                "id": made.id,
                "case": made.case_number,
                "new_case": made.is_new_case,
                "reason": draft.reason,
                "arrears": output.yuan(draft.arrears),
                "gift_eligible": gift_eligible(draft.arrears, draft.reason),
                "gift_given": made.gift_given,
                "change_set": change_set_of(session),
            }
        )
        return
    output.say_facts(
        [
            (_("Case"), made.case_number),
            (_("Opened for it"), _("Yes") if made.is_new_case else _("No")),
            (_("Gift"), draft.gift or _("No gift")),
        ]
    )


def _minor(text: str) -> int | None:
    """An amount as typed, in minor units; None for none."""
    if not text.strip():
        return None
    number = read_decimal(text)
    if number is None or not 0 <= number < _MOST or number * 100 != int(number * 100):
        problem = _("{option} is an amount like 0 or 12.50.").format(option="--arrears")
        raise UsageProblemError(problem)
    return int(number * 100)
