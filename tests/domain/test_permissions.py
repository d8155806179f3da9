"""The whole matrix role x action, written out a second time by hand."""

import pytest

from db.vocabulary import Role
from desktop_app.domain.permissions import MATRIX, Action, Scope, allowed, scope_of

COLUMNS = (
    Role.AGENT,
    Role.STORE_MANAGER,
    Role.DEPT_MANAGER,
    Role.HEAD_OFFICE,
    Role.TRAINER,
    Role.FIELD_STAFF,
    Role.ADMINISTRATOR,
    Role.AUDITOR,
)
TABLE = """
                    agent store dept head trainer field admin auditor
view                  y     y    y    y      y      y     y      y
edit_customer         y     y    y    -      -      y     y      -
import                -     y    y    y      -      -     y      -
scan                  -     y    y    y      -      -     y      -
edit_rules            -     -    -    y      -      -     y      -
triage_signal         y     y    y    y      -      -     y      -
open_case             y     y    y    y      -      y     y      -
take_case             y     y    y    -      -      -     y      -
assign_case           -     y    y    y      -      -     y      -
work_case             y     y    y    -      -      y     y      -
close_case            y     y    y    -      -      y     y      -
reopen_case           y     y    y    y      -      -     y      -
override_screening    -     y    y    y      -      -     y      -
edit_reference        -     -    -    y      -      -     y      -
edit_questionnaire    -     y    y    y      -      -     y      -
edit_script           -     y    y    y      y      -     y      -
review_interview      -     y    y    y      -      -     y      -
edit_offers           -     -    -    y      -      -     y      -
approve_offer         -     y    y    y      -      -     y      -
exceed_budget         -     -    -    y      -      -     y      -
run_experiment        -     -    y    y      -      -     y      -
make_visits           y     y    y    y      -      y     y      -
plan_visits           -     y    y    y      -      -     y      -
hand_over             -     y    y    y      -      -     y      -
edit_staff            -     y    y    y      -      -     y      -
do_task               y     y    y    y      y      y     y      -
report                y     y    y    y      y      y     y      y
export                -     y    y    y      -      -     y      -
reveal_phone          y     y    y    -      -      y     y      -
undo_own              y     y    y    y      y      y     y      -
undo_any              -     y    y    y      -      -     y      -
view_journal          -     y    y    y      -      -     y      y
save_view             y     y    y    y      y      y     y      -
share_view            -     y    y    y      -      -     y      -
edit_settings         -     -    -    y      -      -     y      -
manage_users          -     -    -    -      -      -     y      -
backup                -     y    y    y      -      -     y      -
restore               -     -    -    -      -      -     y      -
"""
ROWS = {
    line.split()[0]: [cell == "y" for cell in line.split()[1:]]
    for line in TABLE.strip().splitlines()[1:]
}


def test_that_the_table_names_every_action_and_every_role() -> None:
    assert list(ROWS) == [action.value for action in Action]
    assert set(COLUMNS) == set(Role) == set(MATRIX)
    assert {len(cells) for cells in ROWS.values()} == {len(COLUMNS)}


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", Role)
def test_that_a_role_may_do_exactly_what_the_table_says(role: Role, action: Action) -> None:
    assert allowed(role, action) is ROWS[action.value][COLUMNS.index(role)]


def test_that_an_unknown_role_may_do_nothing() -> None:
    assert not any(allowed("stranger", action) for action in Action)  # type: ignore[arg-type]
    assert scope_of("stranger") is Scope.OWN  # type: ignore[arg-type]


def test_that_an_auditor_can_change_nothing() -> None:
    reading = {Action.VIEW, Action.REPORT, Action.VIEW_JOURNAL}
    assert MATRIX[Role.AUDITOR] == reading


@pytest.mark.parametrize(
    ("role", "scope"),
    [
        (Role.FIELD_STAFF, Scope.OWN),
        (Role.AGENT, Scope.STORE),
        (Role.STORE_MANAGER, Scope.STORE),
        (Role.DEPT_MANAGER, Scope.ALL),
        (Role.HEAD_OFFICE, Scope.ALL),
        (Role.TRAINER, Scope.ALL),
        (Role.ADMINISTRATOR, Scope.ALL),
        (Role.AUDITOR, Scope.ALL),
    ],
)
def test_that_each_role_sees_its_scope(role: Role, scope: Scope) -> None:
    assert scope_of(role) is scope


def test_that_who_imports_visits_may_report_those_of_others() -> None:
    for role in Role:
        if allowed(role, Action.IMPORT):
            assert allowed(role, Action.MAKE_VISITS)
            assert allowed(role, Action.PLAN_VISITS)
