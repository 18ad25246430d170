"""Rubrics on their way into use: drafts, publishing, retiring, with the role of whoever does it checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa_toolkit.errors import InputError
from qa_toolkit.review.permissions import Action, permit_among_users
from qa_toolkit.store.desk_records import RubricDraft, RubricStanding
from qa_toolkit.store.records import RubricText

if TYPE_CHECKING:
    from qa_toolkit.evaluation import LoadedRubric
    from qa_toolkit.store import Store


def save_rubric_draft(
    store: Store, rubric: LoadedRubric, *, by: str, version: int | None = None
) -> RubricDraft:
    """Keeps a rubric version that is still being written.

    Args:
        rubric: from ``parse_rubric`` or ``load_rubric``, which refuse a text with faults.
        version: of the draft that was changed; None for a first one.

    Raises:
        PermissionRefusedError: the role does not allow it.
        ConflictError: it was saved elsewhere meanwhile, or the version is registered already.
    """
    permit_among_users(store, by, Action.DRAFT_RUBRIC)
    return store.publications.save_draft(_text_of(rubric), by=by, version=version)


def publish_rubric(
    store: Store, rubric: LoadedRubric, *, by: str, note: str | None = None, seen: int | None = None
) -> RubricStanding:
    """Makes a rubric version the active one of its id; the one before it is retired.

    Args:
        seen: number of the rubric's last publication that was known (``RubricStanding.number``).

    Raises:
        RubricError: the version is registered with another hash.
        PermissionRefusedError: the role does not allow it.
        ConflictError: somebody published or retired meanwhile, or it is active already.
    """
    permit_among_users(store, by, Action.PUBLISH_RUBRIC)
    return store.publications.publish(_text_of(rubric), by=by, text=note, seen=seen)


def retire_rubric(
    store: Store,
    rubric: str,
    rubric_version: str,
    *,
    by: str,
    note: str | None = None,
    seen: int | None = None,
) -> RubricStanding:
    """Takes a rubric version out of use: nothing new is scored with it, what was filed under it stays.

    Raises:
        PermissionRefusedError: the role does not allow it.
        InputError: the version is not registered.
        ConflictError: somebody published or retired meanwhile, or it is retired already.
    """
    permit_among_users(store, by, Action.PUBLISH_RUBRIC)
    return store.publications.retire(rubric, rubric_version, by=by, text=note, seen=seen)


def stored_text(store: Store, rubric: str) -> str:
    """The text of ``id@version`` in the store: a draft, else what is registered; without a version the one
    in use.

    Raises:
        InputError: the store has none.
    """
    name, _, version = rubric.partition("@")
    draft = store.publications.draft(name, version) if version else None
    if draft is not None:
        return draft.text
    record = store.publications.record(name, version or None)
    if record is None:
        raise InputError(
            f"the store has no rubric '{rubric}'", store.database.where, "see 'qa rubric states'"
        )
    return record.text


def _text_of(loaded: LoadedRubric) -> RubricText:
    rubric = loaded.rubric
    return RubricText(rubric.id, rubric.version, loaded.sha256, loaded.text, rubric.title)
