"""Who signs in, and the stores."""

from typing import Any

from desktop_app.columns.staff import STORE_COLUMNS, USER_COLUMNS
from desktop_app.domain.permissions import Action
from desktop_app.i18n import _
from desktop_app.services import staff
from desktop_app.services.staff import StoreDraft, StoreRow, UserDraft, UserRow
from desktop_app.ui import dialogs
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.forms import staff_forms
from desktop_app.ui.forms.staff_forms import NewUserDraft, PasswordDraft
from desktop_app.ui.page import Page, Slots
from desktop_app.ui.pages.settings.section import Section, block
from desktop_app.ui.panels import action_button, button, splitter, text_label
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.tasks import Task
from desktop_app.ui.theme import Tone
from desktop_app.ui.typed_drafts import DraftKey


def active_tone(row: UserRow) -> Tone | None:
    """Tone of whether somebody may sign in."""
    return Tone.GOOD if row.is_active else Tone.NEUTRAL


class PeopleSection(Section):
    """Users above, stores below."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._stores: list[StoreRow] = []
        self._files = page.context.files
        self.users = RecordTable(
            USER_COLUMNS, context=page.context, state_key="users", name=_("Users"),
            empty=_("No users."), chips={"is_active": active_tone},
        )  # fmt: skip
        self.stores = RecordTable(
            STORE_COLUMNS, context=page.context, state_key="stores", name=_("Stores"),
            empty=_("No store yet. Without stores everybody works for the whole company."),
        )  # fmt: skip
        self.may_manage = self.may(Action.MANAGE_USERS)
        self.edit_user_button = button(_("Edit user…"), self._edit_user, "edit")
        self.password_button = button(_("New password…"), self._new_password, "key")
        self.code_button = button(_("New recovery code…"), self._new_code, "key")
        self.new_store_button = button(_("New store…"), self._new_store, "add")
        self.edit_store_button = button(_("Edit store…"), self._edit_store, "edit")
        top = block(
            text_label(_("Users"), "heading", wraps=False),
            [self.edit_user_button, self.password_button, self.code_button,
             action_button(page.context, "user.new", primary=True)],
            self.users,
        )  # fmt: skip
        bottom = block(
            text_label(_("Stores"), "heading", wraps=False),
            [self.edit_store_button, self.new_store_button],
            self.stores,
        )
        sides = splitter(page.context, "people", top, bottom, horizontal=False)
        self.body.addWidget(sides, 1)
        for table in (self.users, self.stores):
            page.follow(table)
            table.selection_changed.connect(self._show_buttons)
            table.current_changed.connect(lambda _row: self._show_buttons())
        self.users.opened.connect(lambda _row: self._edit_user())
        self.stores.opened.connect(lambda _row: self._edit_store())
        self._show_buttons()

    def _show_buttons(self) -> None:
        user, store = self.users.current_row(), self.stores.current_row()
        self.edit_user_button.setEnabled(self.may_manage and user is not None)
        self.password_button.setEnabled(
            self.may_manage and user is not None and self._files is not None
        )
        self.code_button.setEnabled(self.may_manage and self._files is not None)
        self.new_store_button.setEnabled(self.may_manage)
        self.edit_store_button.setEnabled(self.may_manage and store is not None)

    def load(self) -> None:
        """Read users and stores."""
        self.tasks.read(self, staff.list_users).then(self.users.set_rows)
        self.tasks.read(self, staff.list_stores).then(self._show_stores)

    def _show_stores(self, rows: list[StoreRow]) -> None:
        self._stores = rows
        self.stores.set_rows(rows)

    def _choices(self) -> list[tuple[Any, str]]:
        return [(store.id, f"{store.code} {store.name}") for store in self._stores]

    def slots(self) -> Slots:
        """A new user, for those who may."""
        return {"user.new": self._new_user} if self.may_manage else {}

    # ------------------------------------------------------------------ users

    def _new_user(self) -> None:
        def save(draft: NewUserDraft) -> Task[Any]:
            task = self.tasks.write(dialog, staff.add_user, draft.as_user())
            return task.then(lambda _id: self._give_password(draft))

        dialog = FormDialog(
            self,
            title=_("New user"),
            verb=_("Create user"),
            form=staff_forms.user_form(self._choices(), is_new=True),
            draft=NewUserDraft,
            save=save,
            draft_key=DraftKey(self.tasks, "new-user"),
        )
        dialog.open()

    def _edit_user(self) -> None:
        row: UserRow | None = self.users.current_row()
        if row is None or not self.may_manage:
            return
        form = staff_forms.user_form(self._choices(), is_new=False)
        form.fill(row)

        def save(draft: UserDraft) -> Task[Any]:
            if self._files is None:
                return self.tasks.write(dialog, staff.change_user, row.id, row.version, draft)
            task = self.tasks.settle(dialog, self._files.change_user, row.id, row.version, draft)
            if draft.is_active != row.is_active:
                task.quiet().then(lambda _none: self._tell_access(draft))
            return task

        dialog = FormDialog(
            self,
            title=_("Edit user {name}").format(name=row.name),
            verb=_("Save"),
            form=form,
            draft=UserDraft,
            save=save,
            draft_key=DraftKey(self.tasks, f"edit-user:{row.id}", row.version),
        )
        dialog.open()

    def _new_password(self) -> None:
        row: UserRow | None = self.users.current_row()
        if row is None or self._files is None or not self.may_manage:
            return
        files = self._files
        dialog = FormDialog(
            self,
            title=_("New password for {name}").format(name=row.name),
            verb=_("Set password"),
            form=staff_forms.password_form(),
            draft=PasswordDraft,
            intro=_("The old password stops working at once."),
            save=lambda draft: self.tasks.settle(
                dialog, files.set_password, row.login, draft.password
            ),
        )
        dialog.saved.connect(
            lambda _none: self.page.messages.done(
                _("{name} has a new password.").format(name=row.name)
            )
        )
        dialog.open()

    def _give_password(self, draft: NewUserDraft) -> None:
        if self._files is None:
            return
        task = self.tasks.settle(self, self._files.set_password, draft.login, draft.password)
        text = _("{name} was added but has no password yet: {reason}")
        task.or_else(
            lambda error: self.page.messages.error(
                text.format(name=draft.name, reason=error.message)
            )
        )

    def _tell_access(self, draft: UserDraft) -> None:
        """Say what somebody needs now, or what they have lost."""
        if draft.is_active:
            text = _("{name} may sign in again. Give them a new password: the old one is removed.")
        else:
            text = _(
                "{name} opens nothing any more: the password is removed and the workspace has a "
                "new key. The others sign in as before. If {name} knows the recovery code, make a "
                "new one."
            )
        self.page.messages.info(text.format(name=draft.name))

    def _new_code(self) -> None:
        if self._files is None:
            return
        code = self._files.new_recovery_code()
        text = _(
            "{code}\n\nWrite this code down and keep it in a safe place. It is not stored anywhere "
            "and cannot be shown again. The code before stops working; passwords stay as they are."
        )
        if dialogs.confirm(
            self,
            title=_("Use this new recovery code?"),
            text=text.format(code=code),
            verb=_("Written down, use it"),
        ):
            task = self.tasks.settle(self, self._files.set_recovery_code, code)
            task.then(lambda _none: self.page.messages.done(_("The new recovery code holds.")))

    # ------------------------------------------------------------------ stores

    def _new_store(self) -> None:
        dialog = FormDialog(
            self,
            title=_("New store"),
            verb=_("Create store"),
            form=staff_forms.store_form(),
            draft=StoreDraft,
            save=lambda draft: self.tasks.write(dialog, staff.add_store, draft),
            draft_key=DraftKey(self.tasks, "new-store"),
        )
        dialog.open()

    def _edit_store(self) -> None:
        row: StoreRow | None = self.stores.current_row()
        if row is None or not self.may_manage:
            return
        form = staff_forms.store_form()
        form.fill(row)
        dialog = FormDialog(
            self,
            title=_("Edit store {name}").format(name=row.name),
            verb=_("Save"),
            form=form,
            draft=StoreDraft,
            save=lambda draft: self.tasks.write(
                dialog, staff.change_store, row.id, row.version, draft
            ),
            draft_key=DraftKey(self.tasks, f"edit-store:{row.id}", row.version),
        )
        dialog.open()
