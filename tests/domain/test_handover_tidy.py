"""What is to be put in order before a handover."""

from db.vocabulary import CustomerKind
from desktop_app.domain.handover_tidy import RecordFacts, Tidy, done_word, tidy_word, to_tidy

WHOLE = RecordFacts(CustomerKind.COMPANY, "138", "x", "浦东", contacts=1)
BARE = RecordFacts(CustomerKind.COMPANY, "", "", "", cases_without_step=1, is_stopped=True)


def test_that_all_that_is_missing_is_named_in_order() -> None:
    assert to_tidy(WHOLE, by_district=True) == ()
    assert to_tidy(BARE, by_district=True) == tuple(one for one in Tidy if one is not Tidy.DOUBLE)
    assert Tidy.NO_DISTRICT not in to_tidy(BARE)


def test_that_a_shared_phone_is_a_possible_double_and_a_person_needs_nobody_to_talk_to() -> None:
    double = RecordFacts(CustomerKind.PERSON, "138", "x", "", shared_phone=True)
    assert to_tidy(double) == (Tidy.DOUBLE,)


def test_that_everything_has_a_word() -> None:
    assert len({tidy_word(one) for one in Tidy}) == len(Tidy)
    assert len({done_word(one) for one in Tidy}) == len(Tidy)


def test_that_what_was_ticked_is_said_positively() -> None:
    assert (done_word(Tidy.NO_ADDRESS), done_word(Tidy.NO_PHONE)) == ("address", "phone")
