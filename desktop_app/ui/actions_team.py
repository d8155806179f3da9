"""Actions of the team page and of experiments."""

from collections.abc import Iterator

from desktop_app.domain.permissions import Action
from desktop_app.i18n import N_
from desktop_app.ui.action_spec import ActionSpec, Menu


def team() -> Iterator[ActionSpec]:
    """Figures of the team, as reports too, and experiments."""
    spec, menu = ActionSpec, Menu.REPORT
    yield spec(
        "team.report",
        N_("&Team report"),
        "reports",
        "",
        menu,
        ("team",),
        Action.REPORT,
        starts_group=True,
    )
    yield spec("team.treatment", N_("E&qual treatment"), "list", "", menu, ("team",), Action.REPORT)
    yield spec("experiment.list", N_("E&xperiments"), "swap", "", menu, (), Action.REPORT)
    here = ("experiments",)
    yield spec(
        "experiment.new",
        N_("&Begin an experiment…"),
        "add",
        "Ctrl+N",
        menu,
        here,
        Action.RUN_EXPERIMENT,
        starts_group=True,
    )
    yield spec(
        "experiment.end",
        N_("En&d this experiment…"),
        "stop",
        "",
        menu,
        here,
        Action.RUN_EXPERIMENT,
    )
