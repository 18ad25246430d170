"""Whose each word is, once it is known who speaks when."""

from __future__ import annotations

from collections.abc import Sequence

from qa_toolkit.domain.transcript import Word
from qa_toolkit.transcription.diarisation import SpeakerSpan

_PHRASE_PAUSE_S = 0.3
_PHRASE_MAJORITY = 2 / 3
_NEAR = (1, 2)
_SENTENCE_ENDS = (".", "?", "!", "…", "。", "？", "！")


def label_words(words: Sequence[Word], spans: Sequence[SpeakerSpan]) -> tuple[int, ...]:
    """A speaker for each word, without flips in the middle of a phrase.

    A word belongs to the speaker whose spans cover most of it, or else to the nearest span. Words between
    two pauses (0.3 s) or ends of sentences are a phrase: when one speaker has two thirds of its time, the
    phrase is that speaker's; otherwise only single words between words of the other speaker change. A change
    in the middle of a written sentence moves to its end or start, when that is at most two words away.

    Args:
        words: in order of time.
        spans: of one channel, in order of time; without any, every word is speaker 0's.
    """
    if not spans:
        return (0,) * len(words)
    labels = [_speaker_at(word, spans) for word in words]
    first = 0
    for at, word in enumerate(words):
        last_word = at + 1 == len(words)
        if last_word or _ends_sentence(word) or words[at + 1].start_s - word.end_s >= _PHRASE_PAUSE_S:
            labels[first : at + 1] = _settled(words[first : at + 1], labels[first : at + 1])
            first = at + 1
    return tuple(_at_sentence_ends(words, labels))


def _at_sentence_ends(words: Sequence[Word], labels: list[int]) -> list[int]:
    """Moves a change of speaker that cuts a sentence to the nearest end of one, if that is two words away.

    Word times are least exact around pauses, where speakers change; only writing with capitals and marks
    shows that a sentence goes on.
    """
    moved = list(labels)
    for at in range(1, len(words)):
        goes_on = words[at].text.strip()[:1].islower() and not _ends_sentence(words[at - 1])
        if labels[at] == labels[at - 1] or not goes_on:
            continue
        ahead = next((n for n in _NEAR if at + n <= len(words) and _ends_sentence(words[at + n - 1])), None)
        behind = next((n for n in _NEAR if at > n and _ends_sentence(words[at - n - 1])), None)
        if ahead is not None and (behind is None or ahead <= behind):
            moved[at : at + ahead] = [labels[at - 1]] * ahead
        elif behind is not None:
            moved[at - behind : at] = [labels[at]] * behind
    return moved


def _ends_sentence(word: Word) -> bool:
    return word.text.strip().rstrip("\"'”’)").endswith(_SENTENCE_ENDS)


def _speaker_at(word: Word, spans: Sequence[SpeakerSpan]) -> int:
    covered: dict[int, float] = {}
    for span in spans:
        shared = min(word.end_s, span.end_s) - max(word.start_s, span.start_s)
        if shared > 0:
            covered[span.speaker] = covered.get(span.speaker, 0.0) + shared
    if covered:
        return max(covered, key=lambda speaker: (covered[speaker], -speaker))
    middle = (word.start_s + word.end_s) / 2
    return min(spans, key=lambda s: max(s.start_s - middle, middle - s.end_s)).speaker


def _settled(words: Sequence[Word], labels: list[int]) -> list[int]:
    time: dict[int, float] = {}
    for word, label in zip(words, labels, strict=True):
        time[label] = time.get(label, 0.0) + max(word.end_s - word.start_s, 0.01)
    first = max(time, key=lambda label: (time[label], -label))
    if time[first] >= _PHRASE_MAJORITY * sum(time.values()):
        return [first] * len(labels)
    return [
        labels[at - 1] if 0 < at < len(labels) - 1 and labels[at - 1] == labels[at + 1] else label
        for at, label in enumerate(labels)
    ]
