"""Every metric the toolkit measures: name, unit, meaning and where the definition comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Scope = Literal["role", "call", "both"]
Basis = Literal["times", "sound", "words"]


@dataclass(frozen=True, slots=True)
class Definition:
    """One definition of one metric.

    Attributes:
        id: name and version, for example ``talk_time/1``; another rule is another id.
        scope: measured for each role, for the whole call (role None), or both.
        lowest, highest: range of the value; None where it is open.
        basis: what it is measured from: times of speech, the sound of the recording, or what was said.
    """

    id: str
    name: str
    unit: str
    scope: Scope
    meaning: str
    source: str
    thresholds: tuple[str, ...] = ()
    lowest: float | None = 0.0
    highest: float | None = None
    basis: Basis = "times"


_HOLD_RULES = ("hold_silence_s", "announced_wait_s", "long_silence_s", "hold_probability")
_TURN_RULES = ("bridge_s", "turn_pause_s")
_TONE_RULES = ("sentiment_letters", "sentiment_neutral")
_TONE_UNIT = "lexicon tone"

_ALL = (
    Definition(
        "talk_time/1", "talk_time", "s", "both",
        "time a role speaks, pauses up to bridge_s included; for the whole call the sum over the parties, "
        "which may be longer than the call",
        "Amazon Transcribe Call Analytics, TalkTime", ("bridge_s",),
    ),
    Definition(
        "talk_time_of_turns/1", "talk_time", "s", "both",
        "sum of end - start over the turns of a role as the transcript has them, pauses inside included; "
        "silence cannot be derived from it",
        "Amazon Post Call Analytics, basic mode",
    ),
    Definition(
        "talk_share/1", "talk_share", "share", "role",
        "talk time of the role / sum of the talk time of agent, customer and interpreter",
        "call-ai-metrics", ("bridge_s",), highest=1.0,
    ),
    Definition(
        "talk_share_of_call/1", "talk_share", "share", "role",
        "talk time of the role / duration of the call, silence included",
        "Amazon Connect Contact Lens, talk time", ("bridge_s",), highest=1.0,
    ),
    Definition(
        "silence/1", "silence", "s", "call",
        "time in which nobody speaks, from the first to the last second of the call, holds left out",
        "Amazon Transcribe Call Analytics, NonTalkTime; holds left out as in Cisco Quality Management",
        ("bridge_s", *_HOLD_RULES),
    ),
    Definition(
        "silence_with_holds/1", "silence", "s", "call",
        "time in which nobody speaks, holds included: duration - talk time + overlap",
        "Amazon Transcribe Call Analytics, NonTalkTime", ("bridge_s",),
    ),
    Definition(
        "silence_over_limit_and_holds/1", "silence", "s", "call",
        "hold time + every silence outside holds that is longer than connect_silence_s",
        "Amazon Connect Contact Lens, non-talk time", ("bridge_s", "connect_silence_s", *_HOLD_RULES),
    ),
    Definition(
        "silence_between_words/1", "silence", "s", "call",
        "duration of the call - summed duration of all words, at least 0: what is not recognised counts as "
        "silence, music and noise too",
        "Medallia V-Spark, silence",
    ),
    Definition(
        "silence_share/1", "silence_share", "share", "call",
        "silences longer than google_silence_s, holds included / duration of the call",
        "Google Quality AI, silence", ("bridge_s", "google_silence_s"), highest=1.0,
    ),
    Definition(
        "longest_silence/1", "longest_silence", "s", "call",
        "longest silence outside holds between the first and the last word of the call",
        "EvaluAgent, longest silence", ("bridge_s", *_HOLD_RULES),
    ),
    Definition(
        "silence_count/1", "silence_count", "count", "call",
        "number of the silences of silence_event_s and longer outside holds between the first and the last "
        "word of the call",
        "EvaluAgent, silence count; both channels silent at once beyond a threshold, as Verint",
        ("bridge_s", "silence_event_s", *_HOLD_RULES),
    ),
    Definition(
        "mean_silence/1", "mean_silence", "s", "call", "mean length of the silences of silence_count/1",
        "EvaluAgent, mean silence", ("bridge_s", "silence_event_s", *_HOLD_RULES),
    ),
    Definition(
        "shortest_silence/1", "shortest_silence", "s", "call",
        "length of the shortest of the silences of silence_count/1",
        "EvaluAgent, shortest silence", ("bridge_s", "silence_event_s", *_HOLD_RULES),
    ),
    Definition(
        "dead_air/1", "dead_air", "s", "call",
        "sum of the silences longer than dead_air_s between the first and the last word, outside holds and "
        "not announced by the agent",
        "item IN-22 of the inbound-call rubric; QA-Call-Analytics uses the same 20 s",
        ("bridge_s", "dead_air_s", *_HOLD_RULES),
    ),
    Definition(
        "dead_air_count/1", "dead_air_count", "count", "call",
        "number of the silences that dead_air/1 adds up",
        "as dead_air/1", ("bridge_s", "dead_air_s", *_HOLD_RULES),
    ),
    Definition(
        "hold/1", "hold", "s", "call",
        "time on hold: the holds the source gives; where it gives none, the silences that are holds with at "
        "least hold_probability: announced, filled with music on the agent's side, or long",
        "Amazon Connect Contact Lens, hold time", _HOLD_RULES,
    ),
    Definition("hold_count/1", "hold_count", "count", "call", "number of the holds of hold/1",
        "as hold/1", _HOLD_RULES),
    Definition("longest_hold/1", "longest_hold", "s", "call", "longest hold of hold/1",
        "as hold/1", _HOLD_RULES),
    Definition(
        "overlap/1", "overlap", "s", "call",
        "time in which two or more parties speak at once, back-channels included",
        "EvaluAgent, overtalk", ("bridge_s",),
    ),
    Definition(
        "overlap_count/1", "overlap_count", "count", "call",
        "number of the stretches of overlap/1 of overlap_event_s and longer",
        "EvaluAgent, overtalk instances", ("bridge_s", "overlap_event_s"),
    ),
    Definition(
        "longest_overlap/1", "longest_overlap", "s", "call", "longest of the stretches of overlap_count/1",
        "EvaluAgent, longest overtalk", ("bridge_s", "overlap_event_s"),
    ),
    Definition(
        "shortest_overlap/1", "shortest_overlap", "s", "call", "shortest of the stretches of overlap_count/1",
        "EvaluAgent, shortest overtalk", ("bridge_s", "overlap_event_s"),
    ),
    Definition(
        "mean_overlap/1", "mean_overlap", "s", "call", "mean length of the stretches of overlap_count/1",
        "EvaluAgent, mean overtalk", ("bridge_s", "overlap_event_s"),
    ),
    Definition(
        "overtalk_share/1", "overtalk_share", "share", "role",
        "turns of the role that start before a turn of the other side has ended / turns of the role; "
        "back-channels are no turns",
        "Medallia, agent overtalk: a ratio of turns, not of time",
        ("wordless_backchannel_s", *_TURN_RULES), highest=1.0,
    ),
    Definition(
        "interruptions/1", "interruptions", "count", "both",
        "turns, not back-channels, that start interruption_lead_s or more before the end of a turn of the "
        "other side that began earlier; counted for the role that interrupts",
        "contract of this project; Amazon Transcribe Call Analytics reports the interrupter the same way",
        ("interruption_lead_s", "wordless_backchannel_s", *_TURN_RULES),
    ),
    Definition(
        "interruptions_by_length/1", "interruptions", "count", "call",
        "stretches longer than verint_overlap_s in which both sides speak at once, whoever cuts in",
        "Verint, talk-over on both channels", ("bridge_s", "verint_overlap_s"),
    ),
    Definition(
        "interruption_time/1", "interruption_time", "s", "both",
        "time from the start of each interruption of interruptions/1 until one of the two turns ends, "
        "added up",
        "Amazon Transcribe Call Analytics, Interruptions TotalTimeMillis",
        ("interruption_lead_s", "wordless_backchannel_s", *_TURN_RULES),
    ),
    Definition(
        "backchannels/1", "backchannels", "count", "both",
        "turns that are nothing but mm-hm, uh-huh, right, okay, yeah, sí, ajá",
        "contract of this project", ("wordless_backchannel_s",),
    ),
    Definition(
        "turns/1", "turns", "count", "both",
        "turns that are no back-channels; a turn that goes on after a short pause or a back-channel is one",
        "call-ai-metrics", ("wordless_backchannel_s", *_TURN_RULES),
    ),
    Definition(
        "response_latency/1", "response_latency", "s", "role",
        "median time from the end of the other side's turn to the first word of the role's next turn, time "
        "on hold left out; a reply that starts before that end counts as 0",
        "Heldner and Edlund 2010, floor-transfer offset, cut off at 0",
        ("wordless_backchannel_s", *_TURN_RULES),
    ),
    Definition(
        "response_latency_offset/1", "response_latency", "s", "role",
        "as response_latency/1, but a reply that starts in overlap counts with its negative time",
        "Heldner and Edlund 2010, floor-transfer offset",
        ("wordless_backchannel_s", *_TURN_RULES), lowest=None,
    ),
    Definition(
        "response_latency_mean/1", "response_latency", "s", "role",
        "as response_latency/1, mean in place of the median",
        "Amazon Connect, average response time", ("wordless_backchannel_s", *_TURN_RULES),
    ),
    Definition(
        "longest_response_latency/1", "longest_response_latency", "s", "role",
        "as response_latency/1, longest in place of the median",
        "Amazon Connect, maximum response time", ("wordless_backchannel_s", *_TURN_RULES),
    ),
    Definition(
        "first_response/1", "first_response", "s", "role",
        "chats: time from the other side's first message to the role's first message after it",
        "Amazon Connect, chat greeting time",
    ),
    Definition(
        "longest_monologue/1", "longest_monologue", "s", "role",
        "longest time a role keeps the floor: turns with pauses up to monologue_pause_s in which nobody else "
        "says more than a back-channel, from first to last word",
        "call-ai-metrics, longest segment", ("monologue_pause_s", "wordless_backchannel_s", *_TURN_RULES),
    ),
    Definition(
        "words_per_minute/1", "words_per_minute", "words/min", "role",
        "60 x words / talk time, both over the role's turns of at least pace_words words; the talk time "
        "leaves out the pauses inside turns where words or speech spans show them",
        "Amazon Transcribe Call Analytics, TalkSpeed; its denominator is not published",
        ("pace_words", "bridge_s"),
    ),
    Definition(
        "words_per_minute_of_turns/1", "words_per_minute", "words/min", "role",
        "as words_per_minute/1, but over the time from the start to the end of those turns, their pauses "
        "included: the same whether a transcript has word times or not",
        "this project", ("pace_words", *_TURN_RULES),
    ),
    Definition(
        "loudness/1", "loudness", "dBFS", "role",
        "median over the seconds of the recording of the level of the role's speech in them, as "
        "20 log10(RMS / full scale): a full-scale sine reads -3.0",
        "this project; one value a second as Amazon Transcribe Call Analytics, LoudnessScores",
        ("acoustic_speech_s",), lowest=-96.0, highest=0.0, basis="sound",
    ),
    Definition(
        "loudness_variation/1", "loudness_variation", "dB", "role",
        "standard deviation of the levels that loudness/1 takes the median of",
        "this project", ("acoustic_speech_s",), basis="sound",
    ),
    Definition(
        "clipping/1", "clipping", "share", "role",
        "samples of the role's speech at the limit of the format (0.98 of full scale and beyond) / all its "
        "samples",
        "this project", ("acoustic_speech_s",), highest=1.0, basis="sound",
    ),
    Definition(
        "pitch/1", "pitch", "Hz", "role",
        "median over the voiced 10 ms frames of the role's speech, found by YIN at 8 kHz from 65 to 400 Hz",
        "de Cheveigné and Kawahara 2002, numbers of librosa.yin", ("acoustic_speech_s",),
        lowest=65.0, highest=400.0, basis="sound",
    ),
    Definition(
        "pitch_variation/1", "pitch_variation", "semitones", "role",
        "standard deviation of the pitch of the voiced frames in semitones about pitch/1; frames more than "
        "an octave away are left out",
        "Traunmüller and Eriksson 1995 give it in semitones", ("acoustic_speech_s",), highest=12.0,
        basis="sound",
    ),
    Definition(
        "reading_grade/1", "reading_grade", "school grade", "role",
        "English: 0.39 x words / sentences + 11.8 x syllables / words - 15.59 over the role's turns of at "
        "least reading_turn_words words; words with digits are left out, syllables are counted by spelling",
        "Kincaid and others 1975, Flesch-Kincaid grade level", ("reading_turn_words", "reading_words"),
        lowest=None, basis="words",
    ),
    Definition(
        "reading_ease_es/1", "reading_ease", "points", "role",
        "Spanish: 206.84 - 60 x syllables / words - 1.02 x words / sentences, over turns as reading_grade/1",
        "Fernández Huerta 1959, corrected by Law 2011", ("reading_turn_words", "reading_words"),
        lowest=None, basis="words",
    ),
    Definition(
        "misspelt_words/1", "misspelt_words", "per 100 words", "role",
        "chats, the agent's messages in English or Spanish: 100 x words in no word list / words looked up; "
        "words with a capital that no list holds, numbers, addresses, abbreviations in capitals and messages "
        "mostly in another language are left out",
        "this project; word lists of simplemma", ("spelling_words",), highest=100.0, basis="words",
    ),
    Definition(
        "sentiment/1", "sentiment", _TONE_UNIT, "role",
        "English: mean tone of the role's turns of at least sentiment_letters characters by a word list, -1 "
        "to 1, turns within sentiment_neutral of 0 as 0; it is the tone of words, not a feeling: never score "
        "a person by it alone",
        "VADER compound score, Hutto and Gilbert 2014", _TONE_RULES, lowest=-1.0, highest=1.0, basis="words",
    ),
    *(
        Definition(
            f"sentiment_q{quarter}/1", f"sentiment_q{quarter}", _TONE_UNIT, "role",
            f"sentiment/1 of the turns whose middle lies in quarter {quarter} of the call: "
            "min(floor(4 x middle / duration), 3)",
            "quarters as Amazon Post Call Analytics, basic mode", _TONE_RULES, lowest=-1.0, highest=1.0,
            basis="words",
        )
        for quarter in (1, 2, 3, 4)
    ),
    Definition(
        "sentiment_change/1", "sentiment_change", _TONE_UNIT, "role",
        "sentiment_q4/1 - sentiment_q1/1",
        "Amazon Post Call Analytics, basic mode", _TONE_RULES, lowest=-2.0, highest=2.0, basis="words",
    ),
)  # fmt: skip

DEFINITIONS: Mapping[str, Definition] = {definition.id: definition for definition in _ALL}
"""All definitions by id; the first of a name is its default."""
