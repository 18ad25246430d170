"""Other systems' transcripts and tables into the toolkit's own (``docs/formats.md``)."""

from qa_toolkit.importing.documents import transcript_of_json
from qa_toolkit.importing.interaction_tables import interactions_of_table
from qa_toolkit.importing.mapping import RecorderMapping, load_mapping
from qa_toolkit.importing.subtitles import SUBTITLE_SUFFIXES, read_subtitles, transcript_of_subtitles
from qa_toolkit.importing.tables import RecorderRow, manifest_csv, metadata_for, read_table

__all__ = [
    "SUBTITLE_SUFFIXES",
    "RecorderMapping",
    "RecorderRow",
    "interactions_of_table",
    "load_mapping",
    "manifest_csv",
    "metadata_for",
    "read_subtitles",
    "read_table",
    "transcript_of_json",
    "transcript_of_subtitles",
]
