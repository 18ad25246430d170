"""The nouns of the toolkit.

Frozen dataclasses for what code makes, pydantic (rubric) for what people write.
"""

from qa_toolkit.domain.case import Case, CasePart, Discrepancy, Interaction, InteractionKind
from qa_toolkit.domain.evaluation import (
    Answer,
    AnswerStatus,
    CriticalCount,
    Evaluation,
    EvaluatorRef,
    Evidence,
    Result,
    RubricRef,
    Score,
    SectionScore,
    Source,
    SpanEvidence,
    ValueEvidence,
    WindowEvidence,
)
from qa_toolkit.domain.events import Event
from qa_toolkit.domain.metrics import ConversationMetrics, MeasuredFrom, Metric, TurnTone
from qa_toolkit.domain.transcript import (
    ChannelLayout,
    MadeBy,
    Metadata,
    MusicSpan,
    PartySound,
    RecognitionCounts,
    Recording,
    Role,
    Scalar,
    SpeechSpan,
    Transcript,
    Turn,
    Word,
)

__all__ = [
    "Answer",
    "AnswerStatus",
    "Case",
    "CasePart",
    "ChannelLayout",
    "ConversationMetrics",
    "CriticalCount",
    "Discrepancy",
    "Evaluation",
    "EvaluatorRef",
    "Event",
    "Evidence",
    "Interaction",
    "InteractionKind",
    "MadeBy",
    "MeasuredFrom",
    "Metadata",
    "Metric",
    "MusicSpan",
    "PartySound",
    "RecognitionCounts",
    "Recording",
    "Result",
    "Role",
    "RubricRef",
    "Scalar",
    "Score",
    "SectionScore",
    "Source",
    "SpanEvidence",
    "SpeechSpan",
    "Transcript",
    "Turn",
    "TurnTone",
    "ValueEvidence",
    "WindowEvidence",
    "Word",
]
