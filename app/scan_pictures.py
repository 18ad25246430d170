"""Scanned pages and fields for the browser: by application and field, to whoever may rule on them.

Never a path from the browser: what is asked for is looked up among the places of the worklist. Whether a
picture is absent or not yours is answered alike. That somebody looks at an application is written into the
audit log by the page, before it makes an address.
"""

from __future__ import annotations

import asyncio
from typing import Any, Literal
from urllib.parse import urlencode

import keying_desk
import media
import stores
import tickets
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from qa_toolkit.errors import PermissionRefusedError, QAToolkitError
from qa_toolkit.review import Action, permit

_ROUTE = "/qa/scan"
_KIND = "scan"
_TYPES = {"page": "image/jpeg", "field": "image/png"}

Part = Literal["page", "field"]


def routes() -> list[Any]:
    """The routes to serve beside the pages."""
    return [Route(_ROUTE, send_picture, methods=["GET", "HEAD"])]


def ticket(user: str, application: str) -> str:
    """What lets a person fetch the pictures of an application for a while."""
    return tickets.issue(user, _KIND, application)


def address(given: str, application: str, field_path: str, part: Part) -> str:
    """Where the browser fetches a field, or its page with the field marked."""
    asked = {"id": application, "field": field_path, "part": part, "ticket": given}
    return f"{_ROUTE}?{urlencode(asked)}"


async def send_picture(request: Request) -> Response:
    """The picture; 401 without a valid ticket, 404 for what is absent or not yours."""
    application = request.query_params.get("id", "")
    found = tickets.check(request.query_params.get("ticket", ""), _KIND, application)
    if found is None:
        return Response("Sign in and open the page again.", 401)
    part = request.query_params.get("part", "")
    picture = await asyncio.to_thread(_picture, found, request.query_params.get("field", ""), part)
    if picture is None:
        return Response("There is no such picture.", 404)
    return Response(picture, media_type=_TYPES[part], headers=media.HEADERS)


def _picture(held: tickets.Ticket, field_path: str, part: str) -> bytes | None:
    files = keying_desk.files()
    if files is None or part not in _TYPES:
        return None
    try:
        permit(stores.opened(stores.configured() or ""), held.user, Action.ADJUDICATE_KEYING)
        item = keying_desk.place_of(files, held.record, field_path)
        page = None if item is None else keying_desk.page_of(files, item)
    except (PermissionRefusedError, QAToolkitError, OSError):
        return None
    if item is None or page is None or item.box is None:
        return None
    make = keying_desk.page_picture if part == "page" else keying_desk.crop
    return make(files.scans, page, item.box)
