"""The page on which a version is edited as a whole: a questionnaire or a script."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar
from uuid import UUID

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from desktop_app.domain.permissions import Action, allowed
from desktop_app.i18n import _, language
from desktop_app.ui import dialogs
from desktop_app.ui.choice_strip import ChoiceStrip
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.editors import Editor
from desktop_app.ui.form import Form
from desktop_app.ui.forms import version_forms
from desktop_app.ui.forms.version_forms import NoteDraft
from desktop_app.ui.page import Page
from desktop_app.ui.panels import PageHeader
from desktop_app.ui.tasks import Latest
from desktop_app.ui.theme import Tone
from desktop_app.ui.typed_drafts import DraftKey, DraftStrip

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.queries.versioned import Listed
    from db.session import Changes


class OpenedVersion(Protocol):
    """A version that is opened: a draft to be edited, or one in use to be read."""

    @property
    def row(self) -> "Listed":
        """What it is a version of."""

    @property
    def version_id(self) -> UUID:
        """Its key."""

    @property
    def number(self) -> int:
        """Its number."""

    @property
    def is_draft(self) -> bool:
        """Whether it can be edited."""


@dataclass(frozen=True, slots=True)
class EditorKind:
    """What differs.

    Attributes:
        right: Who has it edits.
        list_page: Where the list of them is.
        note_key: Where the typing of the note of a version is kept.
        check_ms: It is checked this long after the last change.
        call: Calls a step in the life of a version by its name.
    """

    right: Action
    list_page: str
    note_key: str
    check_ms: int
    call: Callable[..., Any]


OpenedT = TypeVar("OpenedT", bound=OpenedVersion)


class EditorPage(Page, Generic[OpenedT]):
    """Keeps what is typed, checks it as it changes, and says whose words stand there.

    `build` calls `keep_whole`, makes header and view, and hands them to `put_together`.
    """

    KIND: ClassVar[EditorKind]

    def keep_whole(self, name: str, title: str, editor: Callable[[], Editor]) -> None:
        """Begin: all that is edited is the one field of a form, so it is kept like any typing.

        Drafts that were kept know the field by its name.
        """
        self.opened: OpenedT | None = None
        self.drafts: DraftStrip | None = None
        self.loading, self.checking = Latest(), Latest()
        self._waiting: list[Callable[[], object]] = []
        self._whole = (name, title, editor)
        self.form = self._new_form()

    def _new_form(self) -> Form:
        name, title, editor = self._whole
        form = Form()
        form.add(name, title, editor())
        form.setParent(self)
        form.hide()
        return form

    def put_together(self, header: PageHeader, view: QWidget) -> None:
        """Put header, questions and panes into the page; the panes wait for a version."""
        self.header, self.strip = header, ChoiceStrip()
        view.setEnabled(False)
        self.body.addWidget(header)
        self.body.addWidget(self.strip)
        self.body.addWidget(view, 1)
        self.timer = QTimer(self, singleShot=True, interval=self.KIND.check_ms)
        self.timer.timeout.connect(self.check)

    # ------------------------------------------------------------------ what is shown

    def may_edit(self) -> bool:
        """Whether whoever is signed in may change it."""
        return allowed(self.actor.role, self.KIND.right)

    def is_editable(self) -> bool:
        """Whether a draft is shown to somebody who may change it."""
        return self.may_edit() and self.opened is not None and self.opened.is_draft

    def is_changed(self) -> bool:
        """Whether something was changed and not saved."""
        return self.opened is not None and self.form.is_changed()

    def extent(self) -> str:
        """How much there is, in words."""
        raise NotImplementedError

    def show_header(self) -> None:
        """Show title, version and state."""
        opened = self.opened
        if opened is None:
            return
        self.header.set_title(opened.row.title(language()))
        version = _("Version {number}").format(number=opened.number)
        self.header.set_subtitle(f"{version} · {self.extent()}")
        chips = [(_("Draft"), Tone.INFO) if opened.is_draft else (_("Published"), Tone.GOOD)]
        if self.is_changed():
            chips.append((_("not saved"), Tone.WARN))
        self.header.set_chips(chips)
        self.title_changed.emit()

    @override
    def title(self) -> str:
        return self.opened.row.title(language()) if self.opened is not None else super().title()

    @override
    def refresh(self, changes: "Changes") -> None:
        if changes.tables & self.TABLES and self.isVisible():
            self.load()

    # ------------------------------------------------------------------ what is typed

    def offer_drafts(self, key: str, version: int | str) -> None:
        """Another version is shown: offer what was typed before, keep what is typed now.

        `key` is where it is kept, `version` the state of the record that it is typed for.
        """
        if self.drafts is not None:
            self.drafts.hide()
            self.drafts.deleteLater()
            self.drafts = None
            self.form.deleteLater()
            self.form = self._new_form()
        if self.is_editable():
            self.drafts = dialogs.draft_strip(self.form, DraftKey(self.tasks, key, version))
            self.body.insertWidget(1, self.drafts)
            self.drafts.offer()

    def keep_typing(self) -> None:
        """Keep what was typed; it is offered when a draft is opened again."""
        if self.drafts is not None and self.is_changed():
            self.drafts.keep()
            self.form.mark_saved()

    def drop_typing(self) -> None:
        """What was typed has gone elsewhere, or is not wanted."""
        if self.drafts is not None:
            self.drafts.finish()
        self.form.mark_saved()

    @override
    def can_leave(self) -> bool:
        if self.drafts is not None:
            self.drafts.keep()
        return True

    # ------------------------------------------------------------------ checking

    def check(self) -> None:
        """Look at what stands there now; ends with `go_on`."""
        raise NotImplementedError

    def is_checked(self) -> bool:
        """Whether the last check was one of what stands there now."""
        raise NotImplementedError

    def when_checked(self, step: Callable[[], object]) -> None:
        """Do something once what stands there now is checked."""
        if self.is_checked():
            step()
        else:
            self._waiting.append(step)
            self.check()

    def go_on(self) -> None:
        """Do what waited, unless something was changed meanwhile: another check follows."""
        if self.is_checked():
            waiting, self._waiting = self._waiting, []
            for step in waiting:
                step()

    def stop_waiting(self) -> None:
        """What was to follow the check does not."""
        self._waiting = []

    # ------------------------------------------------------------------ saving

    def note_saved(self, version: int | str, *, is_all: bool) -> None:
        """A save has come through to `version`; `is_all`: nothing was changed meanwhile."""
        if is_all:
            self.form.mark_saved()
        if self.drafts is not None:
            self.drafts.forget()
            self.drafts.rebase(version)
            self.drafts.keep()  # what was changed meanwhile
        self.show_header()
        self.actions_changed()

    def ask_over(
        self, text: str, save: Callable[[], object], verbs: tuple[str, str] | None = None
    ) -> None:
        """Ask what is to become of two that do not go together.

        `text` says what has happened, `save` saves what was typed here all the same; `verbs` are
        for showing the other and for saving.
        """
        show, over = verbs or (_("Show theirs; mine stays on offer"), _("Save mine over it"))
        self.strip.ask(
            text, [(_("Go on editing"), self.setFocus), (show, self._show_theirs), (over, save)]
        )

    def _show_theirs(self) -> None:
        """Read it again; what was typed here is offered above its next draft."""
        self.keep_typing()
        self.form.mark_saved()
        self.opened = None
        self.load()

    # ------------------------------------------------------------------ publishing

    def ask_note(self, intro: str) -> None:
        """Ask what the version changes, and publish it."""
        opened = self.opened
        if opened is None:
            return
        key = opened.version_id

        def save(draft: NoteDraft) -> Any:
            return self.tasks.write(dialog, self.KIND.call, "publish", key, draft.note)

        dialog = FormDialog(
            self, title=_("Publish version {number}").format(number=opened.number),
            verb=_("Publish"), form=version_forms.note_form(), draft=NoteDraft, save=save,
            intro=intro, draft_key=DraftKey(self.tasks, f"{self.KIND.note_key}:{key}"),
        )  # fmt: skip
        dialog.open()

    def discard(self) -> None:
        """Ask, then throw the draft away; leave with what has no other version."""
        opened = self.opened
        if opened is None or not dialogs.confirm(
            self, title=_("Discard the draft?"),
            text=_("The version in use stays as it is. The journal can bring the draft back."),
            verb=_("Discard"), danger=True,
        ):  # fmt: skip
            return
        self.drop_typing()
        is_last = opened.row.current_id is None
        task = self.tasks.write(self, self.KIND.call, "discard_draft", opened.version_id)
        task.then(lambda _none: self.navigate(self.KIND.list_page) if is_last else None)
