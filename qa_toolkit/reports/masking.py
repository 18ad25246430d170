"""Identifiers of people hidden in shown text: the spans that the ``pii`` evaluator finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qa_toolkit.domain.transcript import Transcript

SIGN = "•"
Places = Sequence[tuple[int, int]]


def identifier_places(transcript: Transcript) -> dict[int, tuple[tuple[int, int], ...]]:
    """Where identifiers stand in each turn, by its id: character offsets, end excluded, in order.

    Doubtful ones count as well: hiding too much is put right by a click, showing too much by nothing. It sees
    what the ``pii`` evaluator sees: numbers, birth dates, addresses and e-mail addresses, not names.
    """
    from qa_toolkit.evaluation.evaluators.said_identifiers import LANGUAGES, said_identifiers

    language = (transcript.language or "en")[:2]
    found: dict[int, list[tuple[int, int]]] = {}
    for said in said_identifiers(transcript, language if language in LANGUAGES else "en"):
        for place in said.places:
            found.setdefault(transcript.turns[place.turn].id, []).append((place.start, place.end))
    return {turn: _joined(places, transcript.turn(turn).text) for turn, places in found.items()}


def hidden(text: str, places: Places) -> str:
    """The text with a sign in place of every letter and digit inside the places; as long as before."""
    letters = list(text)
    for start, end in places:
        for position in range(start, min(end, len(letters))):
            if letters[position].isalnum():
                letters[position] = SIGN
    return "".join(letters)


def hidden_quote(quote: str, turn_text: str, places: Places, start: int | None) -> str:
    """A quotation of a turn with the turn's places hidden; ``start``: its place in the turn, if known."""
    begin = turn_text.find(quote) if start is None else start
    if begin < 0:
        return quote
    return hidden(turn_text, places)[begin : begin + len(quote)]


def _joined(places: Places, text: str) -> tuple[tuple[int, int], ...]:
    """Neighbouring places as one, so that the signs between the words of a number are hidden with them."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if joined and not any(letter.isalnum() for letter in text[joined[-1][1] : start]):
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def without(places: Mapping[int, Places], turns: Sequence[int]) -> dict[int, Places]:
    """The places but those of the turns that were unmasked."""
    shown = set(turns)
    return {turn: found for turn, found in places.items() if turn not in shown}
