"""Every word kept in a column. The members are stored in lower case and never renamed.

One word a concept, in code, tables, labels and manual: churn 流失, save 挽留, win back 赢回,
root reason 根本原因, case 个案, signal 流失信号, attempt 联系记录, visit 走访.
The words people read stand in `desktop_app/labels.py` (enums) and `resources/reference` (lists).
"""

from enum import StrEnum


class Role(StrEnum):
    """What a user is in the workspace; `desktop_app.domain.permissions` says what each may do."""

    AGENT = "agent"
    STORE_MANAGER = "store_manager"
    DEPT_MANAGER = "dept_manager"
    HEAD_OFFICE = "head_office"
    TRAINER = "trainer"
    FIELD_STAFF = "field_staff"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class CustomerKind(StrEnum):
    """Person or enterprise."""

    PERSON = "person"
    COMPANY = "company"


class CustomerClass(StrEnum):
    """Spend-based class (formula F-15): top 5 %, next 15 %, the rest."""

    A = "a"
    B = "b"
    C = "c"


class RuleKind(StrEnum):
    """Kind of departure, also the kind of a case."""

    LAPSING = "lapsing"
    PARTIAL_SHARE = "partial_share"
    PRODUCT_LINE_STOP = "product_line_stop"
    VALUE_DOWNGRADE = "value_downgrade"
    CANCEL_REQUEST = "cancel_request"


class SignalState(StrEnum):
    """What became of a signal."""

    OPEN = "open"
    SNOOZED = "snoozed"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    CLEARED = "cleared"  # a later scan no longer found it


class CaseStage(StrEnum):
    """Life cycle of a case, in order."""

    IDENTIFIED = "identified"
    SCREENED = "screened"
    ASSIGNED = "assigned"
    CONTACTING = "contacting"
    INTERVIEWED = "interviewed"
    DIAGNOSED = "diagnosed"
    PLAN_AGREED = "plan_agreed"
    REMEDY_IN_PROGRESS = "remedy_in_progress"
    FOLLOW_UP = "follow_up"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How a case ended."""

    SAVED = "saved"
    WON_BACK = "won_back"
    LOST = "lost"
    DO_NOT_PURSUE = "do_not_pursue"
    UNREACHABLE = "unreachable"
    DUPLICATE = "duplicate"


class ReasonLayer(StrEnum):
    """Layers of reason: what is said first, what the why-chain ends at, what staff thought."""

    STATED = "stated"
    ROOT = "root"
    BELIEF = "belief"


class ReasonOrigin(StrEnum):
    """Where the words of a reason version come from."""

    SHIPPED = "shipped"
    USER = "user"


class Approach(StrEnum):
    """Win-back approach."""

    RELATIONSHIP = "relationship"
    PRICE = "price"
    MIXED = "mixed"


class Channel(StrEnum):
    """How a customer was contacted."""

    CALL = "call"
    VISIT = "visit"
    MESSAGE = "message"


class AttemptResult(StrEnum):
    """Result of one contact attempt."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    CALLBACK = "callback"
    LEFT_MESSAGE = "left_message"
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"
    DO_NOT_CONTACT = "do_not_contact"


class NextStep(StrEnum):
    """What is to be done next on a case."""

    CALL = "call"
    VISIT = "visit"
    INTERVIEW = "interview"
    OFFER = "offer"
    REMEDY = "remedy"
    FOLLOW_UP = "follow_up"
    CORRECT_CONTACT = "correct_contact"
    CLOSE = "close"


class VisitState(StrEnum):
    """Planned or done."""

    PLANNED = "planned"
    DONE = "done"
    CANCELLED = "cancelled"


class InterviewState(StrEnum):
    """Draft while it is typed, finished afterwards."""

    DRAFT = "draft"
    FINISHED = "finished"


class InterviewMode(StrEnum):
    """How an answer came in: asked on the phone, at a visit, at the counter, or read from paper."""

    CALL = "call"
    VISIT = "visit"
    COUNTER = "counter"
    PAPER = "paper"


class ReviewState(StrEnum):
    """What a reviewer says of a finished interview."""

    RECEIVED = "received"
    HAS_ISSUES = "has_issues"
    APPROVED = "approved"


class QuestionnairePurpose(StrEnum):
    """What a questionnaire is for: why customers left, or how satisfied active customers are."""

    EXIT = "exit"
    SATISFACTION = "satisfaction"


class VersionState(StrEnum):
    """A version of a questionnaire: a draft that is edited, published and never changed again."""

    DRAFT = "draft"
    PUBLISHED = "published"


class CaseEventKind(StrEnum):
    """Entries of a case's own history."""

    OPENED = "opened"
    MOVED = "moved"
    ASSIGNED = "assigned"
    SCREENED = "screened"
    OVERRIDDEN = "overridden"
    CLOSED = "closed"
    REOPENED = "reopened"
    NOTE = "note"


class SaveState(StrEnum):
    """What became of a save or win-back: watched, proved by an order, or failed."""

    WATCHING = "watching"
    CONFIRMED = "confirmed"
    LOST_DEFLECT = "lost_deflect"


class CallbackFor(StrEnum):
    """Who may make a callback that was agreed on."""

    ME = "me"
    ANYONE = "anyone"


class Occasion(StrEnum):
    """What a script is for."""

    CANCEL_REQUEST = "cancel_request"
    PRICE = "price"
    SERVICE_FAILURE = "service_failure"
    COMPETITOR = "competitor"
    SILENT_LAPSE = "silent_lapse"
    WIN_BACK = "win_back"


class OfferGoal(StrEnum):
    """What an offer works with."""

    PRICE = "price"
    RELATIONSHIP = "relationship"
    SERVICE = "service"
    PAUSE = "pause"
    EXCHANGE = "exchange"
    EXTENSION = "extension"
    GIFT = "gift"


class OfferState(StrEnum):
    """What became of an offer: it needs approval or not, is put to the customer, and answered."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class CostKind(StrEnum):
    """What work on a case cost."""

    OFFER = "offer"
    GIFT = "gift"
    VISIT = "visit"
    MINUTES = "minutes"
    OTHER = "other"


class ReplyKind(StrEnum):
    """How a promise or complaint was answered; "cannot meet", said in time, counts as handled."""

    MET = "met"
    CANNOT_MEET = "cannot_meet"


class ComplaintChannel(StrEnum):
    """How a complaint came in."""

    FORM = "form"
    HOTLINE = "hotline"
    WEB = "web"
    EMAIL = "email"
    COUNTER = "counter"
    VISIT = "visit"
    CALL = "call"


class RecoveryStepKind(StrEnum):
    """Steps of service recovery, in order (requirements 2.7)."""

    APOLOGISE = "sr1_apologise"
    EMPATHISE = "sr2_empathise"
    RESOLVE = "sr3_resolve"
    COMPENSATE = "sr4_compensate"


class SkillKind(StrEnum):
    """What staff must be good at (requirement S3-68)."""

    PROFESSIONAL = "professional"
    SERVICE = "service"
    COMMUNICATION = "communication"


class ExperimentKind(StrEnum):
    """What an experiment compares."""

    SCRIPT = "script"
    OFFER = "offer"


class CadenceRole(StrEnum):
    """Function in the firm that owes contacts."""

    SALES = "sales"
    DEPT_MANAGER = "dept_manager"
    MARKETING_DIRECTOR = "marketing_director"
    GM = "gm"  # general manager or a deputy


class StaffFunction(StrEnum):
    """What somebody is in the firm (requirements 2.8); those of `CadenceRole` owe contacts."""

    SALES = "sales"
    DEPT_MANAGER = "dept_manager"
    MARKETING_DIRECTOR = "marketing_director"
    GM = "gm"
    TRAINER = "trainer"
    TECHNICIAN = "technician"
    CUSTOMER_SERVICE = "customer_service"
    AGENT = "agent"


class Seat(StrEnum):
    """First in charge, or standing in."""

    PRIMARY = "primary"
    BACKUP = "backup"


class AbsenceKind(StrEnum):
    """Why somebody is away."""

    LEAVE = "leave"
    SICK = "sick"
    TRAINING = "training"
    OTHER = "other"


class ExitReason(StrEnum):
    """Why an employee left (requirement S3-32)."""

    PAY = "pay"
    BENEFITS = "benefits"
    OWN_FIRM = "own_firm"
    POACHED = "poached"
    PRESSURE = "pressure"
    DISMISSED = "dismissed"
    PERSONAL = "personal"
    OTHER = "other"


class ExitDestination(StrEnum):
    """Where an employee who left went (requirement S3-37)."""

    OWN_FIRM = "own_firm"
    COMPETITOR = "competitor"
    OTHER_TRADE = "other_trade"
    NONE = "none"
    UNKNOWN = "unknown"


class Fate(StrEnum):
    """What became of a leaver's customer (requirement S3-37)."""

    LEFT_UNATTENDED = "left_unattended"
    TAKEN_ALONG = "taken_along"
    TRANSFERRED = "transferred"


class HandoverCause(StrEnum):
    """Why customers go from one person to others."""

    LEFT = "left"
    ROTATION = "rotation"
    LOAD = "load"
    ORPHANS = "orphans"
    OTHER = "other"


class HandoverState(StrEnum):
    """What the receiver says of a customer handed over."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class VisitPurpose(StrEnum):
    """What a contact of the cadence is for (S3-67, S3-63)."""

    BOND = "bond"  # A: emotional contact, demonstration effect
    COACH = "coach"  # B: comfort, coaching in basics and skills
    SETTLE = "settle"  # C: strengthen contact, resolve historical issues
    RAISE = "raise"  # B that may rise to A


class WinBackStepKind(StrEnum):
    """Steps of a win-back visit, in order (requirements 2.6)."""

    IDENTIFY = "wv1_identify"
    CONTACT = "wv2_contact"
    PLAN = "wv3_plan"
    SATISFY = "wv4_satisfy"
    PREVENT = "wv5_prevent"
    OUTDO = "wv6_outdo"


class RenewalState(StrEnum):
    """What became of something that expires (requirement S3-52)."""

    OPEN = "open"
    NOTIFIED = "notified"
    RENEWED = "renewed"
    LAPSED = "lapsed"


class TaskKind(StrEnum):
    """A task for one person beside cases, visits and promises."""

    UPGRADE_TALK = "upgrade_talk"  # ask whether to upgrade (S3-53)
    UPGRADE = "upgrade"  # do it; handed to a technician
    TELL_CUSTOMER = "tell_customer"  # a change of who is in charge, or of the service model (S3-35)
    OLD_ISSUE = "old_issue"  # something of the past that still weighs (S3-67)
    FIND_RECEIVER = "find_receiver"  # a customer nobody looks after, passed on (S3-54)
    IMPROVEMENT = "improvement"  # of our work, so that it does not happen again (S4f-43)
    OTHER = "other"


class TaskState(StrEnum):
    """What became of a task."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class ReminderKind(StrEnum):
    """What a reminder is about."""

    RENEWAL = "renewal"
    PROMISE = "promise"
    VISIT = "visit"
    CALLBACK = "callback"
    TASK = "task"


class ReminderStage(StrEnum):
    """Before or at its time to whoever does it; afterwards to the manager."""

    AHEAD = "ahead"
    DUE = "due"
    ESCALATED = "escalated"


class ImportKind(StrEnum):
    """What a foreign file holds."""

    CUSTOMERS = "customers"
    ORDERS = "orders"
    VISITS = "visits"
    RENEWALS = "renewals"


class MatchKey(StrEnum):
    """How a row finds its customer."""

    NUMBER = "number"
    PHONE = "phone"
    CARD_NUMBER = "card_number"
    NAME_PHONE = "name_phone"


class UnknownCustomer(StrEnum):
    """What to do with orders of a customer that is not known."""

    CREATE = "create"
    REJECT = "reject"


class NoCustomer(StrEnum):
    """What to do with order rows that name no customer at all."""

    REJECT = "reject"
    WALK_IN = "walk_in"


class DateOrder(StrEnum):
    """How dates like 03/04/2005 are to be read."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


class ChangeKind(StrEnum):
    """Kind of a change set."""

    EDIT = "edit"
    BULK = "bulk"
    IMPORT = "import"
    SCAN = "scan"
    UNDO = "undo"
    SYSTEM = "system"
    EVENT = "event"


class Op(StrEnum):
    """What a change did to a row."""

    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"
