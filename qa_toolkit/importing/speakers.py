"""Names that other systems give to speakers, and the roles they mean."""

from __future__ import annotations

import re
from collections.abc import Mapping

from qa_toolkit.domain import Role

_NAMES = {
    Role.AGENT: "agent advisor adviser representative rep operator csr associate agente asesor asesora "
    "operador operadora representante",
    Role.CUSTOMER: "customer client caller consumer member user contact cliente usuario usuaria consumidor",
    Role.INTERPRETER: "interpreter translator interprete intérprete",
    Role.IVR: "ivr system bot announcement recording custom_bot",
    Role.UNKNOWN: "unknown",
}
_ROLES = {name: role for role, names in _NAMES.items() for name in names.split()}
_LABEL = re.compile(r"(?:speaker|spk|s|channel|ch)[ _-]?(?:\d{1,3}|[a-z])", re.IGNORECASE)
MAX_LABEL = 40


def role_of(label: str, given: Mapping[str, Role] | None = None) -> Role:
    """The role a speaker's name means; ``given`` (names in any case) goes before the known names."""
    name = label.strip().casefold()
    for other, role in (given or {}).items():
        if other.strip().casefold() == name:
            return role
    return _ROLES.get(name, Role.UNKNOWN)


def names_a_speaker(label: str, given: Mapping[str, Role] | None = None) -> bool:
    """Whether a word before a colon is a known role's name or a label such as ``SPEAKER_00``."""
    name = label.strip().casefold()
    known = any(other.strip().casefold() == name for other in given or ())
    return known or name in _ROLES or bool(_LABEL.fullmatch(name))


def label_of(label: str) -> str | None:
    """What is kept as the turn's speaker; None where the name says no more than the role does."""
    text = " ".join(label.split())
    return None if not text or text.casefold() in set(Role) else text
