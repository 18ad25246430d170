"""Corrections by people of what a machine heard, or of what was keyed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from qa_toolkit.errors import InputError
from qa_toolkit.review.permissions import Action, permit
from qa_toolkit.store.desk_records import Correction, KeyingAdjudication

if TYPE_CHECKING:
    from qa_toolkit.store import Store

MAX_WORDS = 20_000
"""Characters of a corrected turn."""


def correct_turn(
    store: Store,
    interaction: str,
    turn: int,
    text: str | None,
    *,
    by: str,
    seen: int | None = None,
    evaluation: str | None = None,
) -> Correction:
    """Keeps the words of a turn as a person heard them, beside the machine's; nothing is scored anew.

    Args:
        text: None when the machine's words are right after all.
        seen: number of the turn's last correction that was known; None when there was none.
        evaluation: whose transcript is corrected; the newest one where absent.

    Raises:
        PermissionRefusedError: the role does not allow it.
        InputError: no transcript, no such turn, or nothing that could be said.
        ConflictError: somebody corrected the turn meanwhile.
    """
    permit(store, by, Action.CORRECT_WORDS)
    transcript = store.corrections.transcript_id(interaction, evaluation=evaluation)
    content = store.transcript_json(interaction, evaluation=evaluation)
    if transcript is None or content is None:
        raise InputError(f"'{interaction}' has no transcript", store.database.where, "nothing to correct")
    turns = [each["id"] for each in json.loads(content)["turns"]]
    if turn not in turns:
        raise InputError(f"there is no turn {turn}", interaction, f"1 to {len(turns)}")
    if text is not None and (not text.strip() or len(text) > MAX_WORDS):
        raise InputError("the words cannot be kept", f"turn {turn}", f"1 to {MAX_WORDS} characters")
    words = None if text is None else " ".join(text.split())
    return store.corrections.correct(transcript, turn, words, by=by, seen=seen)


def adjudicate(store: Store, rulings: Sequence[KeyingAdjudication], *, by: str) -> tuple[int, ...]:
    """Adds rulings on keyed fields by one person, all or none; their ids.

    Raises:
        PermissionRefusedError: the role does not allow it, or ``by`` keyed or read one of the fields.
        ConflictError: a field has a ruling already that is not the one to be superseded.
    """
    permit(store, by, Action.ADJUDICATE_KEYING)
    return store.keying.adjudicate([replace(each, adjudicator=by) for each in rulings], by=by)
