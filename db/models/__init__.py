"""Imports every model module, so that the metadata is whole. ENTITIES maps table name to class."""

from db.base import Base
from db.models.activity import CustomerStat, Order, OrderLine, WorkspaceFigures
from db.models.cases import Case, CaseEvent, CaseReason, ProbeStep, Reason, ReasonVersion
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
from db.models.questionnaires import LibraryQuestion, Questionnaire, QuestionnaireVersion
from db.models.staff import Store, User
from db.models.system import Change, ChangeSet, ImportJob, SavedView, Setting

ENTITIES: dict[str, type[Base]] = {
    mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers
}

__all__ = [
    "ENTITIES",
    "Answer",
    "AnswerTheme",
    "Attachment",
    "Base",
    "Case",
    "CaseEvent",
    "CaseReason",
    "Change",
    "ChangeSet",
    "Contact",
    "ContactAttempt",
    "Customer",
    "CustomerStat",
    "DefectionRule",
    "DefectionSignal",
    "ExitRegistration",
    "ImportJob",
    "Interview",
    "InterviewReview",
    "LibraryQuestion",
    "Order",
    "OrderLine",
    "ProbeStep",
    "Questionnaire",
    "QuestionnaireVersion",
    "Reason",
    "ReasonVersion",
    "SavedView",
    "Setting",
    "Store",
    "Theme",
    "TypedDraft",
    "User",
    "Visit",
    "WorkspaceFigures",
]
