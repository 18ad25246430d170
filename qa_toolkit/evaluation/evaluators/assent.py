"""Was a text agreed to after it was read? Clear assent, refusal, or no more than a sign of listening."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from qa_toolkit.domain.transcript import Role, Turn
from qa_toolkit.evaluation.evaluators.searchable import Place, texts_of, tokens_of
from qa_toolkit.language import NormalisedToken

Verdict = Literal["agreed", "refused", "doubtful", "unasked", "listened", "silent"]


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
_ASKS_FIRST: Final = frozenset(
    (
        *("do", "does", "did", "must", "should", "can", "could", "have", "has", "would", "will", "am", "are"),
        *("is", "what", "why", "how", "when", "who", "which", "que", "cual", "cuando", "como", "quien"),
        *("tengo", "debo", "puedo", "hay"),
    )
)
"""Words a question begins with; many a transcript has no question mark."""
_CONNECTIVES: Final = frozenset(
    (*("and", "so", "but", "well", "wait", "okay", "um", "uh", "then"), *("y", "pero", "bueno", "pues"))
)
_TOLD: Final = frozenset(
    (
        *("say", "says", "said", "saying", "tell", "tells", "told", "telling", "click", "clicked", "hit"),
        *("decir", "digo", "dije", "dijo", "dijeron", "diga", "dice", "diciendo", "dicho", "conteste"),
    )
)
"""Verbs that make the words after them a quotation."""
_SUPPOSED: Final = frozenset(
    (
        *("if", "unless", "until", "before", "whether", "when", "once", "maybe", "perhaps", "might"),
        *("cuando", "antes", "hasta", "quizas", "quiza", "talvez", "supongamos"),
    )
)
_EARLIER: Final = frozenset(
    (
        *("last", "ago", "yesterday", "earlier", "previously", "previous", "used"),
        *("pasado", "pasada", "ayer", "anterior", "anteriormente", "hace"),
    )
)
_SUBJECTS: Final = frozenset(("i", "we", "he", "she", "they", "had", "have", "has", "never", "already"))
_SENTENCE_END: Final = re.compile(r"[.?!…]+")


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
    must answer a question, or a request for agreement, of the reader's. Words of assent within a question
    ("do I have to say I agree?"), a quotation, a condition or a tale of an earlier time are doubtful.

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


_RANK: Final = {"silent": 0, "listened": 1, "unasked": 2, "doubtful": 3, "refused": 4}


def _verdict(turn: Turn, position: int, language: str, *, asked: bool) -> Assent:
    tokens = tokens_of(turn.text, language)
    refused = next(_places(REFUSALS, tokens, position, denied=False), None)
    if refused:
        return Assent("refused", refused)
    explicit = list(_places(EXPLICIT, tokens, position))
    clear = [place for place in explicit if not is_in_doubt(turn.text, place, language)]
    if clear:
        return Assent("agreed", clear[0])
    bare = list(_places(BARE, tokens, position))
    if asked and not bare and tokens and tokens[0].text == "no":
        return Assent("refused", Place(position, tokens[0].start, tokens[0].end))
    clear = [place for place in bare if not is_in_doubt(turn.text, place, language)]
    if clear and not explicit:
        return Assent("agreed" if asked else "unasked", clear[0])
    doubtful = explicit or ([] if _only_a_question(turn.text) else bare)
    if doubtful:
        return Assent("doubtful", doubtful[0])
    listened = next(_places(LISTENING, tokens, position), None)
    return Assent("listened", listened) if listened else Assent("silent", None)


def _places(
    phrases: Sequence[tuple[str, ...]],
    tokens: Sequence[NormalisedToken],
    position: int,
    *,
    denied: bool = True,
) -> Iterator[Place]:
    """Where one of the phrases is said in a turn; those denied are passed over."""
    texts = [token.text for token in tokens]
    for start in range(len(texts)):
        if denied and _NEGATIONS & set(texts[max(0, start - _BEFORE) : start]):
            continue
        for phrase in phrases:
            if tuple(texts[start : start + len(phrase)]) == phrase:
                yield Place(position, tokens[start].start, tokens[start + len(phrase) - 1].end)


def is_in_doubt(text: str, place: Place, language: str) -> bool:
    """Whether words of assent in a turn are asked, quoted, supposed or told of an earlier time.

    Args:
        text: of the turn.
        place: of the words; an empty place at the end of a sentence stands for all of it.
        language: of the conversation.
    """
    ends = [found.end() for found in _SENTENCE_END.finditer(text)]
    begin = max((end for end in ends if end <= place.start), default=0)
    end = min((end for end in ends if end >= place.end), default=len(text))
    if "?" in text[place.end : end]:
        return True
    before = texts_of(text[begin : place.start], language)
    opening = next((word for word in before if word not in _CONNECTIVES), "")
    after = {*texts_of(text[place.end : end], language)}
    past = text[place.start : place.end].lower() == "agreed" and before[-1:] and before[-1] in _SUBJECTS
    return bool(
        past or opening in _ASKS_FIRST or (_TOLD | _SUPPOSED) & set(before) or _EARLIER & {*before, *after}
    )


def _asks(text: str, language: str) -> bool:
    words = {*texts_of(text, language)}
    return "?" in text or bool(words & _AGREEMENT)


def _is_listening(text: str, language: str) -> bool:
    return texts_of(text, language) in (*LISTENING, *BARE, ())


def _only_a_question(text: str) -> bool:
    """Whether everything said is asked: "Yes to what?"."""
    return bool(re.fullmatch(r"[^.!]*\?\s*", text))
