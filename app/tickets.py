"""Tickets for media: a signed word that lets one signed-in person fetch one recording or scan for a while.

A browser fetches sound and pictures by a plain address, without the session of the page. The page, which
knows who is signed in, puts a ticket into that address; the route checks it, and asks the store again whether
that person may have it. The key lives as long as the process: after a restart a reload of
the page makes new ones.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass

_KEY = secrets.token_bytes(32)
VALID_S = 12 * 3600
"""Longer than a shift, so that a page left open over lunch still plays."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Who may fetch what, until when (seconds since 1970); ``number`` tells two tickets apart."""

    user: str
    kind: str
    record: str
    until: float
    number: str


def issue(user: str, kind: str, record: str, *, now: float | None = None) -> str:
    """A ticket as text that fits into an address."""
    until = (time.time() if now is None else now) + VALID_S
    body = json.dumps([user, kind, record, until, secrets.token_hex(8)]).encode()
    return f"{_text(body)}.{_text(_sign(body))}"


def check(text: str, kind: str, record: str, *, now: float | None = None) -> Ticket | None:
    """The ticket, if it was issued here for that record and is still valid; None otherwise."""
    body, _, signature = text.partition(".")
    try:
        data, given = _bytes(body), _bytes(signature)
    except ValueError:
        return None
    if not hmac.compare_digest(_sign(data), given):
        return None
    ticket = Ticket(*json.loads(data))
    valid = ticket.until >= (time.time() if now is None else now)
    return ticket if valid and (ticket.kind, ticket.record) == (kind, record) else None


def _sign(body: bytes) -> bytes:
    return hmac.new(_KEY, body, hashlib.sha256).digest()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.encode("ascii", "strict") + b"=" * (-len(text) % 4))
