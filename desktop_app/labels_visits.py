"""The words of visits, cadence, handover and reminders; part of `desktop_app.labels.LABELS`."""

from collections.abc import Mapping
from enum import StrEnum

from db import vocabulary as words
from desktop_app.i18n import N_

VISIT_LABELS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    words.CadenceRole: {
        words.CadenceRole.SALES: N_("Sales"),
        words.CadenceRole.DEPT_MANAGER: N_("Department manager"),
        words.CadenceRole.MARKETING_DIRECTOR: N_("Marketing director"),
        words.CadenceRole.GM: N_("General manager or deputy"),
    },
    words.StaffFunction: {
        words.StaffFunction.SALES: N_("Sales"),
        words.StaffFunction.DEPT_MANAGER: N_("Department manager"),
        words.StaffFunction.MARKETING_DIRECTOR: N_("Marketing director"),
        words.StaffFunction.GM: N_("General manager or deputy"),
        words.StaffFunction.TRAINER: N_("Trainer"),
        words.StaffFunction.TECHNICIAN: N_("Technician"),
        words.StaffFunction.CUSTOMER_SERVICE: N_("Customer service"),
        words.StaffFunction.AGENT: N_("Task-force agent"),
    },
    words.Seat: {
        words.Seat.PRIMARY: N_("In charge"),
        words.Seat.BACKUP: N_("Backup"),
    },
    words.AbsenceKind: {
        words.AbsenceKind.LEAVE: N_("Leave"),
        words.AbsenceKind.SICK: N_("Sick"),
        words.AbsenceKind.TRAINING: N_("Training"),
        words.AbsenceKind.OTHER: N_("Other"),
    },
    words.ExitReason: {
        words.ExitReason.PAY: N_("Pay"),
        words.ExitReason.BENEFITS: N_("Benefits and welfare"),
        words.ExitReason.OWN_FIRM: N_("Started a firm"),
        words.ExitReason.POACHED: N_("Poached with a better post"),
        words.ExitReason.PRESSURE: N_("Pressure of work"),
        words.ExitReason.DISMISSED: N_("Let go"),
        words.ExitReason.PERSONAL: N_("Personal reasons"),
        words.ExitReason.OTHER: N_("Other"),
    },
    words.ExitDestination: {
        words.ExitDestination.OWN_FIRM: N_("Own firm"),
        words.ExitDestination.COMPETITOR: N_("A competitor"),
        words.ExitDestination.OTHER_TRADE: N_("Another trade"),
        words.ExitDestination.NONE: N_("No new work"),
        words.ExitDestination.UNKNOWN: N_("Not known"),
    },
    words.Fate: {
        words.Fate.LEFT_UNATTENDED: N_("Left unattended"),
        words.Fate.TAKEN_ALONG: N_("Taken along"),
        words.Fate.TRANSFERRED: N_("Transferred"),
    },
    words.HandoverCause: {
        words.HandoverCause.LEFT: N_("Somebody leaves"),
        words.HandoverCause.ROTATION: N_("Rotation"),
        words.HandoverCause.LOAD: N_("Too much to do"),
        words.HandoverCause.ORPHANS: N_("Customers nobody looks after"),
        words.HandoverCause.OTHER: N_("Other"),
    },
    words.HandoverState: {
        words.HandoverState.WAITING: N_("To be accepted"),
        words.HandoverState.ACCEPTED: N_("Taken on"),
        words.HandoverState.DECLINED: N_("Declined"),
    },
    words.VisitPurpose: {
        words.VisitPurpose.BOND: N_("Keep close, win as an example"),
        words.VisitPurpose.COACH: N_("Encourage, coach in basics and skills"),
        words.VisitPurpose.SETTLE: N_("More contact, settle old issues"),
        words.VisitPurpose.RAISE: N_("Win over for class A"),
    },
    words.WinBackStepKind: {
        words.WinBackStepKind.IDENTIFY: N_("Name and address"),
        words.WinBackStepKind.CONTACT: N_("First contact"),
        words.WinBackStepKind.PLAN: N_("Opinions and plan"),
        words.WinBackStepKind.SATISFY: N_("Demands met"),
        words.WinBackStepKind.PREVENT: N_("Prevention"),
        words.WinBackStepKind.OUTDO: N_("Better than competitors"),
    },
    words.RenewalState: {
        words.RenewalState.OPEN: N_("Open"),
        words.RenewalState.NOTIFIED: N_("Customer told"),
        words.RenewalState.RENEWED: N_("Renewed"),
        words.RenewalState.LAPSED: N_("Lapsed"),
    },
    words.TaskKind: {
        words.TaskKind.UPGRADE_TALK: N_("Ask about an upgrade"),
        words.TaskKind.UPGRADE: N_("Upgrade"),
        words.TaskKind.TELL_CUSTOMER: N_("Tell the customer"),
        words.TaskKind.OLD_ISSUE: N_("Old issue"),
        words.TaskKind.FIND_RECEIVER: N_("Find somebody in charge"),
        words.TaskKind.IMPROVEMENT: N_("Improvement"),
        words.TaskKind.OTHER: N_("Other"),
    },
    words.TaskState: {
        words.TaskState.OPEN: N_("Open"),
        words.TaskState.DONE: N_("Done"),
        words.TaskState.DROPPED: N_("Dropped"),
    },
    words.ReminderKind: {
        words.ReminderKind.RENEWAL: N_("Renewal"),
        words.ReminderKind.PROMISE: N_("Promise"),
        words.ReminderKind.VISIT: N_("Visit or call"),
        words.ReminderKind.CALLBACK: N_("Callback"),
        words.ReminderKind.TASK: N_("Task"),
    },
    words.ReminderStage: {
        words.ReminderStage.AHEAD: N_("Ahead"),
        words.ReminderStage.DUE: N_("Due"),
        words.ReminderStage.ESCALATED: N_("Overdue, told to the manager"),
    },
}
"""As `LABELS`."""
