"""The forms of users, passwords and stores."""

from collections.abc import Sequence
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from db.keys import MIN_PASSWORD
from db.vocabulary import Role
from desktop_app.domain.drafts import Draft
from desktop_app.i18n import _
from desktop_app.services.staff import UserDraft
from desktop_app.ui.editors import (
    CheckEditor,
    ChoiceEditor,
    EnumEditor,
    NoteLabel,
    PasswordEditor,
    TextEditor,
)
from desktop_app.ui.form import Form


class PasswordDraft(Draft):
    """A new password, typed twice."""

    password: Annotated[str, Field(min_length=MIN_PASSWORD, max_length=200)]
    again: str

    @model_validator(mode="after")
    def _same(self) -> Self:
        if self.password != self.again:
            raise ValueError(_("The two passwords are not the same."))
        return self


class NewUserDraft(UserDraft):
    """A user with the first password."""

    password: Annotated[str, Field(min_length=MIN_PASSWORD, max_length=200)]

    def as_user(self) -> UserDraft:
        """The user without the password."""
        return UserDraft.model_validate(self.model_dump(exclude={"password"}))


def user_form(stores: Sequence[tuple[UUID, str]], *, is_new: bool) -> Form:
    """Make the form of a user.

    Args:
        stores: Key and name of every store.
        is_new: Whether login name and first password are asked for.
    """
    form = Form()
    form.add("name", _("&Name"), TextEditor(max_length=120), required=True)
    if is_new:
        form.add("login", _("&Login name"), TextEditor(max_length=80), required=True)
        form.add(
            "password",
            _("&Password"),
            PasswordEditor(),
            required=True,
            help=_("At least {n} characters. The user can be given another one later.").format(
                n=MIN_PASSWORD
            ),
        )
    else:
        form.add("login", _("Login name"), NoteLabel())
    form.add("role", _("&Role"), EnumEditor(Role), required=True)
    form.add(
        "store_id",
        _("&Store"),
        ChoiceEditor(stores, optional=True, empty=_("no store: sees what the role allows")),
    )
    form.add("is_active", "", CheckEditor(_("May sign &in")))
    form.fill({"is_active": True, "role": Role.AGENT})
    return form


def password_form() -> Form:
    """Make the form of a new password."""
    form = Form()
    form.add("password", _("New &password"), PasswordEditor(), required=True)
    form.add("again", _("&Once more"), PasswordEditor(), required=True)
    return form


def store_form() -> Form:
    """Make the form of a store."""
    form = Form()
    form.add("code", _("&Code"), TextEditor(max_length=40), required=True)
    form.add("name", _("&Name"), TextEditor(max_length=200), required=True)
    form.add("city", _("C&ity"), TextEditor(max_length=80))
    form.add("region", _("&Region"), TextEditor(max_length=80))
    return form
