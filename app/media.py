"""Recordings for the browser: by the interaction's id, in ranges, to whoever may hear them, and audited.

Never a path from the browser, never a whole recording in memory. Whether a recording is absent or not yours
is answered alike.
"""

from __future__ import annotations

import asyncio
import getpass
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import quote

import stores
import tickets
from recordings import playable_file
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from qa_toolkit.errors import AudioError, InputError, MissingExtraError, PermissionRefusedError
from qa_toolkit.review import Access, record_access
from qa_toolkit.store import Store

_ROUTE = "/qa/audio"
_OUTLINE = "/qa/outline"
HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
_TYPES = {
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".webm": "audio/webm",
}
_one_by_one = ThreadPoolExecutor(1, thread_name_prefix="outline")
"""Outlines are read in turn: who reloads a page finds the one begun, and sound never waits for them."""
NOBODY = ""
"""In tickets of a store without people, where nobody can sign in and whoever has the file may play."""

_played: OrderedDict[str, None] = OrderedDict()
"""Tickets whose play is in the audit log: a player asks for many ranges of one recording."""
_REMEMBERED = 10_000
_noting = Lock()
"""Held while a play is looked up and noted: a player sends its first requests side by side."""


def routes() -> list[Any]:
    """The routes to serve beside the pages."""
    return [
        Route(_ROUTE, send_audio, methods=["GET", "HEAD"]),
        Route(_OUTLINE, send_outline, methods=["GET"]),
    ]


def address(user: str, interaction: str) -> str:
    """Where the browser of that person fetches the sound of an interaction."""
    ticket = tickets.issue(user, "audio", interaction)
    return f"{_ROUTE}?id={quote(interaction, safe='')}&ticket={ticket}"


async def send_audio(request: Request) -> Response:
    """The recording or a range of it; 401 without a valid ticket, 404 for what is absent or not yours."""
    interaction = request.query_params.get("id", "")
    ticket = tickets.check(request.query_params.get("ticket", ""), "audio", interaction)
    if ticket is None:
        return Response("Sign in and open the page again.", 401)
    path = await asyncio.to_thread(_permitted, ticket, request.query_params.get("input") or None)
    if path is None:
        return Response("There is no such recording.", 404)
    return FileResponse(
        path, media_type=_TYPES.get(path.suffix.lower(), "application/octet-stream"), headers=HEADERS
    )


def outline_address(sound: str) -> str:
    """Where the browser fetches what a recording looks like, by the address of its sound."""
    return sound.replace(_ROUTE, _OUTLINE, 1)


async def send_outline(request: Request) -> Response:
    """Low and high of each stretch by channel, for drawing; of an hour it takes a second to read.

    For whoever may hear the recording. It lets nobody hear anything, so it is no line in the audit log.
    """
    interaction = request.query_params.get("id", "")
    ticket = tickets.check(request.query_params.get("ticket", ""), "audio", interaction)
    if ticket is None:
        return Response("Sign in and open the page again.", 401)
    channels = await asyncio.get_running_loop().run_in_executor(_one_by_one, _seen, ticket)
    if channels is None:
        return Response("There is no such recording.", 404)
    return JSONResponse({"channels": channels}, headers=HEADERS)


def _seen(ticket: tickets.Ticket) -> tuple[tuple[float, ...], ...] | None:
    store = stores.opened(stores.configured() or "")
    try:
        _still_permitted(store, ticket)
    except PermissionRefusedError:
        return None
    path = playable_file(store, ticket.record)[0]
    return None if path is None else _outline(str(path), path.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _outline(path: str, _changed_ns: int) -> tuple[tuple[float, ...], ...] | None:
    from qa_toolkit.transcription.peaks import outline

    try:
        return outline(Path(path)).channels
    except (AudioError, MissingExtraError):
        return None


def _permitted(ticket: tickets.Ticket, sha256: str | None) -> Path | None:
    store = stores.opened(stores.configured() or "")
    try:
        _still_permitted(store, ticket)
        with _noting:
            if ticket.number not in _played:
                _first_play(store, ticket)
                _remember(ticket.number)
    except (PermissionRefusedError, InputError):
        return None
    return playable_file(store, ticket.record, sha256)[0]


def _first_play(store: Store, ticket: tickets.Ticket) -> None:
    if ticket.user == NOBODY and not store.people.users():
        store.audit.record(str(Access.PLAY), "interaction", ticket.record, by=getpass.getuser())
    else:
        record_access(store, Access.PLAY, ticket.record, by=ticket.user)


def _still_permitted(store: Store, ticket: tickets.Ticket) -> None:
    """Asks again at every range, since a person may have left since."""
    from qa_toolkit.review import Action, permit

    if ticket.user == NOBODY and not store.people.users():
        return
    found = store.interaction(ticket.record)
    permit(store, ticket.user, Action.PLAY_AUDIO, agent=None if found is None else found.agent)


def _remember(number: str) -> None:
    _played[number] = None
    while len(_played) > _REMEMBERED:
        _played.popitem(last=False)
