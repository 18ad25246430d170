"""Recorded voices on a party's channel: announcements before an agent answers, answering machines.

They are told from the words, from where in the call they stand and from how the other side behaves, and only
when these are clear: what a person says must not be taken for a machine. A recorded voice opens its channel;
after it a person makes a fresh start (greets, names the agency again), or nobody speaks there at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa_toolkit.domain import Word
from qa_toolkit.transcription.recorded_cues import FRESH_START, LIVE_VOICE, MACHINE, MACHINE_GREETING
from qa_toolkit.transcription.role_cues import ANNOUNCEMENT, HELLO, IN_PERSON, MESSAGE, plain

_SENTENCE_PAUSE_S = 0.6
_MIN_PAUSE_S = 0.3
"""A recording and the person after it never follow one another without a pause."""
_LONG_PAUSE_S = 1.5
"""After so long a pause what follows is a fresh start, whatever its words."""
_GREETING_S = 30.0
"""A machine's greeting is over by then, without a word of the other side."""
_SAME_WORDS = 3
_MESSAGE_WORDS = 15


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words of one channel between two ends of sentences or pauses, and their text as the cues see it."""

    words: tuple[Word, ...]
    first: int
    text: str

    @property
    def start_s(self) -> float:
        return self.words[0].start_s

    @property
    def end_s(self) -> float:
        return max(word.end_s for word in self.words)

    @property
    def stop(self) -> int:
        """Index of the first word after the sentence."""
        return self.first + len(self.words)


def recorded_words(
    own: Sequence[Word], other: Sequence[Word], *, far_end: bool, direction: str | None
) -> tuple[range, ...]:
    """The words of a channel that a recording speaks, as ranges of indices; none when it is not clear.

    Args:
        own: words of the channel, in order.
        other: words of the other channel, in order.
        far_end: whether the channel is the party that is called on an outbound call.
        direction: ``inbound``, ``outbound`` or None where it is not known.
    """
    said = sentences(own)
    if not said:
        return ()
    if far_end and direction != "inbound" and (found := _answering_machine(said, other)):
        return found
    count = _announcement(said, other)
    return (range(said[count - 1].stop),) if count else ()


def split_speech(
    span: tuple[float, float], words: Sequence[Word], recorded: Sequence[range]
) -> Iterator[tuple[tuple[float, float], bool]]:
    """A span of speech cut where a recording ends or begins; with each part whether it is the recording's.

    The cut lies in the middle of the pause between the last word of the one and the first of the other.
    """
    edges = [(edge, inside) for run in recorded for edge, inside in ((run.start, True), (run.stop, False))]
    position, by_machine = span[0], False
    for edge, begins in edges:
        at = _between(words, edge)
        if position < at < span[1]:
            yield (position, at), by_machine
            position = at
        if at < span[1]:
            by_machine = begins
    if position < span[1]:
        yield (position, span[1]), by_machine


def _between(words: Sequence[Word], index: int) -> float:
    """The time between a word and the one before it; endless at the first word and after the last."""
    if index == 0:
        return float("-inf")
    if index == len(words):
        return float("inf")
    return (words[index - 1].end_s + max(words[index].start_s, words[index - 1].end_s)) / 2


def sentences(words: Sequence[Word]) -> tuple[Sentence, ...]:
    """Words cut after sentence marks and at pauses of 0.6 s."""

    def cuts() -> Iterator[int]:
        for index in range(1, len(words)):
            before, after = words[index - 1], words[index]
            ended = before.text.endswith((".", "?", "!")) and before.text[:-1].lower() not in _TITLES
            if ended or after.start_s - before.end_s >= _SENTENCE_PAUSE_S:
                yield index

    edges = [0, *cuts(), len(words)]
    return tuple(
        Sentence(tuple(words[low:high]), low, plain(" ".join(word.text for word in words[low:high])))
        for low, high in pairwise(edges)
        if high > low
    )


_TITLES = frozenset({"mr", "mrs", "ms", "dr", "st", "sr", "sra"})


def _announcement(said: Sequence[Sentence], other: Sequence[Word]) -> int:
    """How many opening sentences are an announcement.

    All of them come before the first words of a living person, the last one says what announcements say, and
    nothing was said on the other side before the first of that kind.
    """
    opening = next((n for n, sentence in enumerate(said) if _is_live(sentence)), len(said))
    spoken = [number for number in range(opening) if ANNOUNCEMENT.search(said[number].text)]
    if not spoken or any(word.start_s < said[spoken[0]].start_s for word in other):
        return 0
    for last in reversed(spoken):
        if last + 1 == len(said) or _starts_afresh(said[: last + 1], said[last + 1], other):
            return last + 1
    return 0


def _is_live(sentence: Sentence) -> bool:
    return "?" in sentence.text or bool(LIVE_VOICE.search(sentence.text))


def _starts_afresh(before: Sequence[Sentence], after: Sentence, other: Sequence[Word]) -> bool:
    """Whether a person takes over: greets, names the same name, comes after a long pause or an answer."""
    if any(_runs(after.text) & _runs(sentence.text) for sentence in before):
        return True
    pause_s = after.start_s - before[-1].end_s
    answered = any(before[-1].end_s - 0.1 <= word.start_s < after.start_s for word in other)
    return pause_s >= _LONG_PAUSE_S or (
        pause_s >= _MIN_PAUSE_S and (answered or bool(FRESH_START.search(after.text)))
    )


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    words = [word.strip(".,?!;:\"'-") for word in text.split()]
    return frozenset(tuple(words[n : n + _SAME_WORDS]) for n in range(len(words) - _SAME_WORDS + 1))


def _answering_machine(said: Sequence[Sentence], other: Sequence[Word]) -> tuple[range, ...]:
    """A greeting that asks for a message, or one that is followed by nothing but a message."""
    answer = next((word.start_s for word in other if word.start_s >= said[0].end_s), None)
    greeting = [s for s in said if s.start_s < _GREETING_S and (answer is None or s.start_s < answer)]
    later = said[len(greeting) :]
    asked = any("?" in sentence.text for sentence in greeting)
    if not greeting or asked:
        return ()
    if all(MACHINE.search(sentence.text) for sentence in later):
        known = any(MACHINE_GREETING.search(sentence.text) for sentence in greeting)
        if not known and not _gives_way(greeting, other):
            return ()
        after = (range(later[0].first, later[-1].stop),) if later else ()
        return (range(greeting[-1].stop), *after)
    # Somebody picks up while the machine is greeting, or after it.
    asking = [number for number, sentence in enumerate(greeting) if MACHINE.search(sentence.text)]
    return (range(greeting[asking[-1]].stop),) if asking else ()


def _gives_way(greeting: Sequence[Sentence], other: Sequence[Word]) -> bool:
    """Whether all that follows is a message, and the greeting is not what a person says who picks up."""
    message = plain(" ".join(word.text for word in other))
    in_person = all(HELLO.match(s.text) or IN_PERSON.search(s.text) for s in greeting)
    return len(other) >= _MESSAGE_WORDS and bool(MESSAGE.search(message)) and not in_person
