"""Was a text agreed to after it was read? Clear assent, refusal, or no more than a sign of listening."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from qa_toolkit.domain.transcript import Role, Turn
from qa_toolkit.evaluation.evaluators.searchable import Place, tokens_of

Verdict = Literal["agreed", "refused", "unasked", "listened", "silent"]


@dataclass(frozen=True, slots=True)
class Assent:
    """What the other side said to a text; ``place`` is where, None when it said nothing of the kind."""

    verdict: Verdict
    place: Place | None


def _phrases(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(phrase.split()) for phrase in " ".join(text.split()).split(", "))


EXPLICIT: Final = _phrases(
    "i agree, we agree, i do agree, i accept, i consent, agreed, i attest, i swear, i certify, "
    "i understand and agree, estoy de acuerdo, de acuerdo, acepto, si acepto, lo acepto, consiento, concuerdo"
)
"""Words that agree whatever was asked."""
BARE: Final = _phrases(
    "yes, yeah, yep, yup, i do, i will, absolutely, of course, correct, si, claro que si, por supuesto"
)
"""Words that agree when agreement was asked for."""
REFUSALS: Final = _phrases(
    "i disagree, not agree, not accept, not consent, not sign, will not agree, rather not, not comfortable, "
    "no estoy de acuerdo, no acepto, no quiero firmar"
)
LISTENING: Final = _phrases(
    "okay, mhm, all right, right, sure, fine, got it, i see, uh huh, bueno, aja, esta bien, bien"
)
_AGREEMENT: Final = frozenset(
    (
        "agree",
        "accept",
        "consent",
        "understand",
        "attest",
        "acuerdo",
        "acepta",
        "entiende",
        "comprende",
        "consiente",
    )
)
_NEGATIONS: Final = frozenset(("not", "no", "never", "nunca"))
_BEFORE: Final = 3


def assent_after(
    turns: Sequence[Turn],
    end: Place,
    readers: Sequence[Role],
    roles: Sequence[Role],
    *,
    within: int,
    language: str,
) -> Assent:
    """What these roles said to a text whose last part ends at a place.

    The first clear assent among their next turns counts, even after a refusal or a question. A bare "yes"
    must answer a question, or a request for agreement, of the reader's.

    Args:
        turns: of the conversation.
        end: the last part of the text.
        readers: roles that may have read it and asked.
        roles: roles that may agree.
        within: so many of their turns are looked at.
        language: of the conversation.
    """
    asked = _asks(turns[end.turn].text, language)
    best = Assent("silent", None)
    seen = 0
    for position in range(end.turn + 1, len(turns)):
        turn = turns[position]
        if turn.role in readers:
            asked = _asks(turn.text, language) or (asked and _is_listening(turn.text, language))
        elif turn.role in roles and turn.text.strip():
            seen += 1
            found = _verdict(turn, position, language, asked=asked)
            if found.verdict == "agreed":
                return found
            if _RANK[found.verdict] > _RANK[best.verdict]:
                best = found
            if seen >= within:
                break
    return best


_RANK: Final = {"silent": 0, "listened": 1, "unasked": 2, "refused": 3}


def _verdict(turn: Turn, position: int, language: str, *, asked: bool) -> Assent:
    tokens = tokens_of(turn.text, language)
    texts = [token.text for token in tokens]

    def first(phrases: Sequence[tuple[str, ...]], *, denied: bool = True) -> Place | None:
        for start in range(len(texts)):
            for phrase in phrases:
                if tuple(texts[start : start + len(phrase)]) != phrase:
                    continue
                if denied and _NEGATIONS & set(texts[max(0, start - _BEFORE) : start]):
                    continue
                return Place(position, tokens[start].start, tokens[start + len(phrase) - 1].end)
        return None

    refused = first(REFUSALS, denied=False)
    agreed = first(EXPLICIT)
    if agreed and not refused:
        return Assent("agreed", agreed)
    if refused:
        return Assent("refused", refused)
    if asked and texts[:1] == ["no"] and not first(BARE):
        return Assent("refused", Place(position, tokens[0].start, tokens[0].end))
    bare = first(BARE)
    if bare and not _only_a_question(turn.text):
        return Assent("agreed" if asked else "unasked", bare)
    listened = first(LISTENING)
    return Assent("listened", listened) if listened else Assent("silent", None)


def _asks(text: str, language: str) -> bool:
    words = {token.text for token in tokens_of(text, language)}
    return "?" in text or bool(words & _AGREEMENT)


def _is_listening(text: str, language: str) -> bool:
    return tuple(token.text for token in tokens_of(text, language)) in (*LISTENING, *BARE, ())


def _only_a_question(text: str) -> bool:
    """Whether everything said is asked: "Yes to what?"."""
    return bool(re.fullmatch(r"[^.!]*\?\s*", text))
