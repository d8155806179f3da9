"""Sentences for orphaned customers, handover, key persons and rotation."""

from collections.abc import Mapping
from typing import Final

from db.vocabulary import Fate, Seat
from desktop_app import labels
from desktop_app.domain.handover import NoReceiver, Orphan, OrphanReason, Rotation, Suggestion
from desktop_app.domain.staff_figures import Reliance, TenureBand
from desktop_app.domain.task_force_words import suitability_sentence
from desktop_app.i18n import N_, _, ngettext

SEATS: Final[Mapping[Seat, str]] = {
    Seat.PRIMARY: N_("In charge"),
    Seat.BACKUP: N_("Stand-in"),
}
BANDS: Final[Mapping[TenureBand, str]] = {
    TenureBand.SHORT: N_("Up to 60 days"),
    TenureBand.MID: N_("Up to a year"),
    TenureBand.VETERAN: N_("More than a year"),
}
FATES: Final[Mapping[Fate, str]] = {
    Fate.LEFT_UNATTENDED: N_("Left unattended"),
    Fate.TAKEN_ALONG: N_("Taken along"),
    Fate.TRANSFERRED: N_("Transferred"),
}
_ORPHANS: Final[Mapping[OrphanReason, str]] = {
    OrphanReason.LEFT: N_("The employee in charge left."),
    OrphanReason.ENDED: N_("The charge ended without a successor."),
    OrphanReason.NEVER: N_("Nobody was ever put in charge."),
}
_NOBODY: Final[Mapping[NoReceiver, str]] = {
    NoReceiver.NOBODY: N_("Nobody else is present and goes to this district."),
    NoReceiver.FULL: N_("Nobody has room for another customer; raise a limit or hire."),
    NoReceiver.TOO_NEW: N_("Only new staff have room, who get no A customers yet."),
}


def seat_word(seat: Seat) -> str:
    """Which seat, in a word."""
    return _(SEATS[seat])


def band_word(band: TenureBand) -> str:
    """How long a leaver was there."""
    return _(BANDS[band])


def fate_word(fate: Fate) -> str:
    """What became of a leaver's customer."""
    return _(FATES[fate])


def orphan_reason(reason: OrphanReason) -> str:
    """Why nobody is in charge."""
    return _(_ORPHANS[reason])


def orphan_sentence(orphan: Orphan) -> str:
    """Why nobody is in charge, and for how long."""
    reason = orphan_reason(orphan.reason)
    if orphan.days is None:
        return reason
    days = ngettext("Alone for {n} day.", "Alone for {n} days.", orphan.days)
    return _("{sentence} {reason}").format(sentence=reason, reason=days.format(n=orphan.days))


def suggestion_sentence(found: Suggestion) -> str:
    """Why somebody is suggested, or why nobody is."""
    if found.refusal is not None:
        return _(_NOBODY[found.refusal])
    if found.suitability is None:
        return _("The backup moves up: the customer knows them.")
    words = suitability_sentence(found.suitability)
    if found.is_cross:
        return _("{sentence} (from another department)").format(sentence=words)
    return words


def reliance_sentence(found: Reliance) -> str:
    """How much a customer hangs on one person."""
    if found.index.share is None:
        return _("No contact in this time.")
    return _("{hits} of {n} contacts by one person ({share}); {points} in contact").format(
        hits=found.index.hits,
        n=found.index.n,
        share=labels.percent(found.index.share, 0),
        points=ngettext("{n} person", "{n} people", found.points).format(n=found.points),
    )


def rotation_sentence(found: Rotation) -> str:
    """When an owner rotates and from when on both come."""
    return _("Hand over until {due}; both look after the customer from {begin} on.").format(
        due=labels.day_text(found.due), begin=labels.day_text(found.overlap_from)
    )
