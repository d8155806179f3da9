"""Imports every model module, so that the metadata is whole. ENTITIES maps table name to class."""

from db.base import Base
from db.models.activity import CustomerStat, Order, OrderLine, WorkspaceFigures
from db.models.cadence import (
    CadenceLine,
    CadenceOverride,
    ReminderMark,
    Renewal,
    Task,
    WinBackStep,
)
from db.models.cases import Case, CaseEvent, CaseReason, ProbeStep, Reason, ReasonVersion
from db.models.charges import (
    Absence,
    EmployeeExit,
    Handover,
    HandoverLine,
    Holding,
    StaffProfile,
)
from db.models.contacts import ContactAttempt, Visit
from db.models.customers import Contact, Customer
from db.models.detection import DefectionRule, DefectionSignal
from db.models.interviews import (
    Answer,
    AnswerTheme,
    Attachment,
    ExitRegistration,
    Interview,
    InterviewReview,
    Theme,
    TypedDraft,
)
from db.models.offers import CaseOffer, CostEntry, Coupon, Offer, OfferBudget, OfferRule
from db.models.promises import Complaint, Promise, Recovery, RecoveryStep
from db.models.questionnaires import LibraryQuestion, Questionnaire, QuestionnaireVersion
from db.models.scripts import Script, ScriptRun, ScriptVersion, Snippet
from db.models.staff import Store, User
from db.models.system import Change, ChangeSet, ImportJob, SavedView, Setting
from db.models.task_force import CalendarDay, CaseReview, Experiment, ExperimentArm, Skill

ENTITIES: dict[str, type[Base]] = {
    entity.__tablename__: entity
    for entity in sorted(
        (mapper.class_ for mapper in Base.registry.mappers), key=lambda each: each.__tablename__
    )
}

__all__ = [
    "ENTITIES",
    "Absence",
    "Answer",
    "AnswerTheme",
    "Attachment",
    "Base",
    "CadenceLine",
    "CadenceOverride",
    "CalendarDay",
    "Case",
    "CaseEvent",
    "CaseOffer",
    "CaseReason",
    "CaseReview",
    "Change",
    "ChangeSet",
    "Complaint",
    "Contact",
    "ContactAttempt",
    "CostEntry",
    "Coupon",
    "Customer",
    "CustomerStat",
    "DefectionRule",
    "DefectionSignal",
    "EmployeeExit",
    "ExitRegistration",
    "Experiment",
    "ExperimentArm",
    "Handover",
    "HandoverLine",
    "Holding",
    "ImportJob",
    "Interview",
    "InterviewReview",
    "LibraryQuestion",
    "Offer",
    "OfferBudget",
    "OfferRule",
    "Order",
    "OrderLine",
    "ProbeStep",
    "Promise",
    "Questionnaire",
    "QuestionnaireVersion",
    "Reason",
    "ReasonVersion",
    "Recovery",
    "RecoveryStep",
    "ReminderMark",
    "Renewal",
    "SavedView",
    "Script",
    "ScriptRun",
    "ScriptVersion",
    "Setting",
    "Skill",
    "Snippet",
    "StaffProfile",
    "Store",
    "Task",
    "Theme",
    "TypedDraft",
    "User",
    "Visit",
    "WinBackStep",
    "WorkspaceFigures",
]
