"""Back-channels: small words that say "go on" and do not take the floor."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_HUMS = frozenset({"mhm", "mmhm", "mhmm", "mmhmm", "mm", "mmm", "hm", "hmm", "uhhuh"})
_SMALL_WORDS = _HUMS | {"right", "okay", "ok", "okey", "yeah", "sí", "si", "ajá", "aja", "aha"}
_PAIRS = frozenset({("m", "hm"), ("m", "hmm"), ("uh", "huh"), ("ah", "huh"), ("a", "já"), ("o", "k")})
_LONGEST_WORDS = 4


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text in lower case, without punctuation; ``uh-huh`` gives two."""
    return tuple(_WORD.findall(unicodedata.normalize("NFC", text).casefold()))


def is_backchannel(text: str) -> bool:
    """Whether a turn is nothing but a back-channel: mm-hm, uh-huh, right, okay, yeah, sí, ajá.

    Spellings and repetitions of these count too ("Mhm.", "ok, ok", "yeah, yeah"), up to four words; a text
    without words is none.
    """
    words = words_of(text)
    if not 0 < len(words) <= _LONGEST_WORDS:
        return False
    at = 0
    while at < len(words):
        if tuple(words[at : at + 2]) in _PAIRS:
            at += 2
        elif words[at] in _SMALL_WORDS:
            at += 1
        else:
            return False
    return True
