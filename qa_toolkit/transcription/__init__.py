"""Audio into a transcript: decoding, channels, speech, words, turns."""

from qa_toolkit.transcription.engine import SpeechEngine
from qa_toolkit.transcription.options import TranscriptionOptions
from qa_toolkit.transcription.transcriber import load_engine, transcribe

__all__ = ["SpeechEngine", "TranscriptionOptions", "load_engine", "transcribe"]
