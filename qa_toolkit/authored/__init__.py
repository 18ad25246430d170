"""Files people write: the YAML they may use, and faults named with line, path and what is accepted."""

from qa_toolkit.authored.faults import choices, faults_of, locate, nearest
from qa_toolkit.authored.yaml_source import MAX_BYTES, Fault, Loc, Node, decode, path_text, read_tree

__all__ = [
    "MAX_BYTES",
    "Fault",
    "Loc",
    "Node",
    "choices",
    "decode",
    "faults_of",
    "locate",
    "nearest",
    "path_text",
    "read_tree",
]
