"""Identifiers of people hidden in shown text: the spans that the ``pii`` evaluator finds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from qa_toolkit.domain.evaluation import SpanEvidence
from qa_toolkit.domain.transcript import Role, Transcript, Turn
from qa_toolkit.reports.evidence import place_of

SIGN = "•"
Places = Sequence[tuple[int, int]]
_LEAST_HIDDEN = 4
"""So many letters and digits make a hidden stretch worth looking for in other texts."""


@dataclass(frozen=True, slots=True)
class Masking:
    """What is hidden wherever the words of one call are shown; without parts nothing is.

    Attributes:
        places: of identifiers, by turn (``identifier_places``).
        turns: the turns by their ids.
        language: of the call, for texts that stand alone; None: nothing is looked for in them.
    """

    places: Mapping[int, Places] = field(default_factory=dict)
    turns: Mapping[int, Turn] = field(default_factory=dict)
    language: str | None = None

    def turn(self, turn: Turn) -> str:
        """The words of a turn, as long as they were."""
        return hidden(turn.text, self.places.get(turn.id, ()))

    def quote(self, evidence: SpanEvidence) -> str:
        """Quoted words; those that the turn does not hold (any more) are looked at by themselves."""
        turn = self.turns.get(evidence.turn)
        start = None if turn is None else place_of(evidence, turn)
        if turn is None or start is None:
            return self.text(evidence.text)
        return hidden_quote(evidence.text, turn.text, self.places.get(turn.id, ()), start)

    def text(self, text: str, quoted: Iterable[SpanEvidence] = ()) -> str:
        """A text about the call, such as a reason, which may repeat its words.

        Args:
            text: with identifiers of its own, or stretches that are hidden in the turns.
            quoted: evidence whose quotation the text may hold.
        """
        if self.language is None:
            return text
        for evidence in sorted(quoted, key=lambda each: -len(each.text)):
            text = text.replace(evidence.text, self.quote(evidence)) if evidence.text else text
        for turn, places in self.places.items():
            for start, end in places:
                stretch = self.turns[turn].text[start:end]
                if sum(map(str.isalnum, stretch)) >= _LEAST_HIDDEN:
                    text = text.replace(stretch, hidden(stretch, ((0, len(stretch)),)))
        alone = Transcript("", (Turn(1, Role.UNKNOWN, text),), language=self.language)
        return hidden(text, identifier_places(alone).get(1, ()))


SHOWN = Masking()
"""Nothing is hidden."""


def masking_of(transcript: Transcript | None, *, unmasked: bool = False) -> Masking:
    """Hides what ``identifier_places`` finds; without a transcript, identifiers in texts that stand alone.

    Args:
        unmasked: hide nothing.
    """
    turns = {turn.id: turn for turn in transcript.turns} if transcript else {}
    if unmasked:
        return Masking(turns=turns)
    if transcript is None:
        return Masking(language="en")
    return Masking(identifier_places(transcript), turns, transcript.language or "en")


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
