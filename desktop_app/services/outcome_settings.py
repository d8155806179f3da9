"""What head office sets about outcomes: how saves are watched, when a case may be closed as lost.

What a customer is worth stands in the settings of offers.
"""

from typing import Annotated, Final

from pydantic import Field
from sqlalchemy.orm import Session

from db.vocabulary import CustomerClass
from desktop_app.domain.drafts import Draft
from desktop_app.domain.watch import WATCH_DAYS
from desktop_app.i18n import N_
from desktop_app.services import workspace_settings

KEY: Final = "outcomes"

Days = Annotated[int, Field(ge=1, le=730)]


class OutcomeSettings(Draft):
    """Numbers around the end of a case; amounts are minor units."""

    watch_days_a: Annotated[Days, Field(title=N_("Class A: days a save is watched"))] = WATCH_DAYS
    watch_days_b: Annotated[Days, Field(title=N_("Class B: days a save is watched"))] = WATCH_DAYS
    watch_days_c: Annotated[Days, Field(title=N_("Class C: days a save is watched"))] = WATCH_DAYS
    lost_attempts: Annotated[
        int,
        Field(
            ge=0,
            le=20,
            title=N_("Attempts before a case may be closed as lost"),
            description=N_("A refusal by the customer is enough; 0 asks for none."),
        ),
    ] = 3
    lost_channels: Annotated[
        int, Field(ge=0, le=3, title=N_("Ways of contact before a case may be closed as lost"))
    ] = 2
    acquisition: Annotated[
        int | None,
        Field(ge=0, title=N_("Cost of winning one new customer")),
    ] = None
    contacts_a_day: Annotated[
        int, Field(ge=1, le=500, title=N_("Contacts one person can make in a day"))
    ] = 30

    def watch_days(self, klass: CustomerClass) -> int:
        """Days that a save of a customer of this class is watched."""
        days = {
            CustomerClass.A: self.watch_days_a,
            CustomerClass.B: self.watch_days_b,
            CustomerClass.C: self.watch_days_c,
        }
        return days[klass]

    @property
    def longest_watch(self) -> int:
        """Days after which every save is decided."""
        return max(self.watch_days_a, self.watch_days_b, self.watch_days_c)


def read(session: Session) -> OutcomeSettings:
    """The settings as they are."""
    return workspace_settings.read_draft(session, KEY, OutcomeSettings)


def change(session: Session, draft: OutcomeSettings) -> None:
    """Store the settings; saves that are watched already keep their last day."""
    workspace_settings.change_draft(session, KEY, draft)
