"""The columns of the list of experiments."""

from typing import Final

from desktop_app import labels
from desktop_app.columns import Align, Column
from desktop_app.i18n import N_, _
from desktop_app.services.experiments import ExperimentFigures


def drawn(found: ExperimentFigures) -> int:
    """Customers drawn so far."""
    return sum(arm.customers for arm in found.arms)


def state_text(found: ExperimentFigures) -> str:
    """Running, or the day it was ended."""
    if found.row.ended_on is None:
        return _("running")
    return _("ended {day}").format(day=found.row.ended_on)


def _planned(found: ExperimentFigures) -> str:
    if found.row.planned is None:
        return labels.number(drawn(found))
    return _("{n} of {planned}").format(
        n=labels.number(drawn(found)), planned=labels.number(found.row.planned)
    )


EXPERIMENT_COLUMNS: Final[list[Column[ExperimentFigures]]] = [
    Column("title", N_("Title"), lambda found: found.row.title, width=250),
    Column("state", N_("State"), lambda found: found.row.ended_on, state_text, width=140),
    Column("customers", N_("Customers drawn"), drawn, _planned, align=Align.RIGHT, width=140),
    Column(
        "kind",
        N_("What is compared"),
        lambda found: found.row.kind.value,
        lambda found: labels.label(found.row.kind),
        width=130,
    ),
    Column("started_on", N_("Begun"), lambda found: found.row.started_on),
]
