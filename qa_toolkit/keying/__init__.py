"""Records + layout -> discrepancies, accuracy."""

from qa_toolkit.keying.accuracy import AccuracyCount, accuracy_of
from qa_toolkit.keying.comparison import RecordComparer, RecordComparison, compare_records
from qa_toolkit.keying.files import compare_files
from qa_toolkit.keying.layout import FieldSpec, GroupSpec, RecordLayout
from qa_toolkit.keying.layout_files import LoadedLayout, lint_layout, load_layout, parse_layout
from qa_toolkit.keying.record_files import RecordFile, open_records
from qa_toolkit.keying.records import Entry, Record, RecordBuilder, entry_of

__all__ = [
    "AccuracyCount",
    "Entry",
    "FieldSpec",
    "GroupSpec",
    "LoadedLayout",
    "Record",
    "RecordBuilder",
    "RecordComparer",
    "RecordComparison",
    "RecordFile",
    "RecordLayout",
    "accuracy_of",
    "compare_files",
    "compare_records",
    "entry_of",
    "lint_layout",
    "load_layout",
    "open_records",
    "parse_layout",
]
