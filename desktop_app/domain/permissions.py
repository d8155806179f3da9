"""What each role may do and whose records it sees. Services ask; default is deny."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from db.vocabulary import Role


class Action(StrEnum):
    """One thing a service does on behalf of a user."""

    VIEW = "view"
    """See records, their history and the open pages."""
    EDIT_CUSTOMER = "edit_customer"
    IMPORT = "import"
    SCAN = "scan"
    EDIT_RULES = "edit_rules"
    TRIAGE_SIGNAL = "triage_signal"
    """Accept, dismiss or snooze a signal."""
    OPEN_CASE = "open_case"
    TAKE_CASE = "take_case"
    """Assign a case to oneself."""
    ASSIGN_CASE = "assign_case"
    WORK_CASE = "work_case"
    """Move, reasons, attempts, visits, interviews, offers."""
    CLOSE_CASE = "close_case"
    REOPEN_CASE = "reopen_case"
    OVERRIDE_SCREENING = "override_screening"
    EDIT_REFERENCE = "edit_reference"
    """Rename, retire, split and merge reasons."""
    EDIT_QUESTIONNAIRE = "edit_questionnaire"
    """Design questionnaires and publish their versions."""
    EDIT_SCRIPT = "edit_script"
    """Write scripts and snippets and publish their versions."""
    REVIEW_INTERVIEW = "review_interview"
    """Say of finished interviews whether they are good, code answers into themes, and decide what
    changes after a case that was looked back on."""
    EDIT_OFFERS = "edit_offers"
    """The library of offers, its rules and the budgets."""
    APPROVE_OFFER = "approve_offer"
    """Say yes or no to an offer that somebody else proposed."""
    EXCEED_BUDGET = "exceed_budget"
    """Approve an offer that the budget of its store does not cover."""
    RUN_EXPERIMENT = "run_experiment"
    """Begin and end a comparison of scripts or offers; it is one of all stores."""
    MAKE_VISITS = "make_visits"
    """Report, move and call off one's own visits and calls, in whatever role one makes them."""
    PLAN_VISITS = "plan_visits"
    """Make the plan of visits, move those of others, and let a customer be visited less."""
    HAND_OVER = "hand_over"
    """Give customers to somebody else, or to somebody at all."""
    EDIT_STAFF = "edit_staff"
    """Say what people are in the firm, when they are away, and that they have left."""
    DO_TASK = "do_task"
    """Write down tasks for oneself or others, and finish one's own; renewals too."""
    REPORT = "report"
    """See a report on the screen."""
    EXPORT = "export"
    """Write any list or report to a file."""
    REVEAL_PHONE = "reveal_phone"
    UNDO_OWN = "undo_own"
    UNDO_ANY = "undo_any"
    VIEW_JOURNAL = "view_journal"
    """See the whole journal; the history of one record is VIEW."""
    SAVE_VIEW = "save_view"
    SHARE_VIEW = "share_view"
    EDIT_SETTINGS = "edit_settings"
    """Settings of the workspace, shared by its users."""
    MANAGE_USERS = "manage_users"
    BACKUP = "backup"
    RESTORE = "restore"


class Scope(StrEnum):
    """Whose records a role works with."""

    OWN = "own"
    STORE = "store"
    ALL = "all"


_FIELD_STAFF = frozenset(
    {
        Action.VIEW,
        Action.EDIT_CUSTOMER,
        Action.OPEN_CASE,
        Action.WORK_CASE,
        Action.CLOSE_CASE,
        Action.MAKE_VISITS,
        Action.DO_TASK,
        Action.REPORT,
        Action.REVEAL_PHONE,
        Action.UNDO_OWN,
        Action.SAVE_VIEW,
    }
)
_AGENT = _FIELD_STAFF | {Action.TRIAGE_SIGNAL, Action.TAKE_CASE, Action.REOPEN_CASE}
_MANAGER = _AGENT | {
    Action.IMPORT,
    Action.SCAN,
    Action.ASSIGN_CASE,
    Action.OVERRIDE_SCREENING,
    Action.EDIT_QUESTIONNAIRE,
    Action.EDIT_SCRIPT,
    Action.REVIEW_INTERVIEW,
    Action.APPROVE_OFFER,
    Action.PLAN_VISITS,
    Action.HAND_OVER,
    Action.EDIT_STAFF,
    Action.EXPORT,
    Action.UNDO_ANY,
    Action.VIEW_JOURNAL,
    Action.SHARE_VIEW,
    Action.BACKUP,
}
_HEAD_OFFICE = frozenset(
    {
        Action.VIEW,
        Action.IMPORT,
        Action.SCAN,
        Action.EDIT_RULES,
        Action.TRIAGE_SIGNAL,
        Action.OPEN_CASE,
        Action.ASSIGN_CASE,
        Action.REOPEN_CASE,
        Action.OVERRIDE_SCREENING,
        Action.EDIT_REFERENCE,
        Action.EDIT_QUESTIONNAIRE,
        Action.EDIT_SCRIPT,
        Action.REVIEW_INTERVIEW,
        Action.EDIT_OFFERS,
        Action.APPROVE_OFFER,
        Action.EXCEED_BUDGET,
        Action.RUN_EXPERIMENT,
        Action.MAKE_VISITS,
        Action.PLAN_VISITS,
        Action.HAND_OVER,
        Action.EDIT_STAFF,
        Action.DO_TASK,
        Action.REPORT,
        Action.EXPORT,
        Action.UNDO_OWN,
        Action.UNDO_ANY,
        Action.VIEW_JOURNAL,
        Action.SAVE_VIEW,
        Action.SHARE_VIEW,
        Action.EDIT_SETTINGS,
        Action.BACKUP,
    }
)

MATRIX: Mapping[Role, frozenset[Action]] = MappingProxyType(
    {
        Role.AGENT: _AGENT,
        Role.STORE_MANAGER: _MANAGER,
        Role.DEPT_MANAGER: _MANAGER | {Action.RUN_EXPERIMENT},
        Role.HEAD_OFFICE: _HEAD_OFFICE,
        Role.TRAINER: frozenset(
            {
                Action.VIEW,
                Action.EDIT_SCRIPT,
                Action.DO_TASK,
                Action.REPORT,
                Action.UNDO_OWN,
                Action.SAVE_VIEW,
            }
        ),
        Role.FIELD_STAFF: _FIELD_STAFF,
        Role.ADMINISTRATOR: frozenset(Action),  # on a single laptop the only user is this one
        Role.AUDITOR: frozenset({Action.VIEW, Action.REPORT, Action.VIEW_JOURNAL}),
    }
)
"""Role to what it may do. What does not stand here is denied."""

_SCOPES: Mapping[Role, Scope] = {
    Role.FIELD_STAFF: Scope.OWN,
    Role.AGENT: Scope.STORE,
    Role.STORE_MANAGER: Scope.STORE,
    Role.DEPT_MANAGER: Scope.ALL,
    Role.HEAD_OFFICE: Scope.ALL,
    Role.TRAINER: Scope.ALL,
    Role.ADMINISTRATOR: Scope.ALL,
    Role.AUDITOR: Scope.ALL,
}


def allowed(role: Role, action: Action) -> bool:
    """Whether a role may do something; an unknown role may do nothing."""
    return action in MATRIX.get(role, frozenset())


def scope_of(role: Role) -> Scope:
    """Whose records a role works with; an unknown role only its own."""
    return _SCOPES.get(role, Scope.OWN)
