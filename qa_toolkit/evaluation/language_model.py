"""A language model behind an OpenAI-compatible endpoint on this machine or a site's own server.

Off unless a site configures it. Only the configured address is called: no redirects, no proxies, and a host
other than this machine only when the site lists it. Replies are cached by the hash of what was asked.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import ipaddress
import json
import os
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from qa_toolkit.errors import ConfigurationError, EnvironmentProblemError

_MOST_BYTES: Final = 1 << 20
_TIMEOUT_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """A configured model: ``endpoint`` is the address up to ``/v1``, ``cache`` a folder or None."""

    endpoint: str
    model: str
    timeout_s: float = _TIMEOUT_S
    key_file: Path | None = None
    cache: Path | None = None

    def reply(self, messages: Sequence[Mapping[str, str]]) -> str:
        """What the model says to the messages, at temperature 0.

        Raises:
            EnvironmentProblemError: it cannot be reached, is too slow, or says nothing that can be used.
        """
        asked = {
            "model": self.model,
            "messages": list(messages),
            "temperature": 0,
            "seed": 0,
            "response_format": {"type": "json_object"},
        }
        body = json.dumps(asked, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace")
        kept = self.cache / f"{hashlib.sha256(body).hexdigest()}.json" if self.cache else None
        if kept is not None:
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                return str(json.loads(kept.read_text("utf-8"))["reply"])
        said = _content(self._post(body))
        if kept is not None:
            _keep(kept, said)
        return said

    def _post(self, body: bytes) -> object:
        headers = {"Content-Type": "application/json"}
        if self.key_file is not None:
            try:
                headers["Authorization"] = f"Bearer {self.key_file.read_text('utf-8').strip()}"
            except OSError as error:
                raise EnvironmentProblemError("the key of the language model cannot be read") from error
        address = f"{self.endpoint.rstrip('/')}/chat/completions"
        request = urllib.request.Request(address, data=body, headers=headers, method="POST")  # noqa: S310  # http(s) only, see model_of
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())
        try:
            with opener.open(request, timeout=self.timeout_s) as response:
                data = response.read(_MOST_BYTES + 1)
        except urllib.error.HTTPError as error:
            raise EnvironmentProblemError(f"the language model refused: HTTP {error.code}") from error
        except TimeoutError as error:
            raise EnvironmentProblemError(
                f"the language model did not answer within {self.timeout_s:g} s"
            ) from error
        except (OSError, http.client.HTTPException) as error:
            slow = isinstance(getattr(error, "reason", None), TimeoutError)
            what = f"did not answer within {self.timeout_s:g} s" if slow else "cannot be reached"
            raise EnvironmentProblemError(f"the language model {what}") from error
        if len(data) > _MOST_BYTES:
            raise EnvironmentProblemError("the language model's reply is too long")
        try:
            return json.loads(data)
        except ValueError as error:
            raise EnvironmentProblemError("the language model's reply is not JSON") from error


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A reply that sends the transcript elsewhere is refused."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def model_of(settings: Mapping[str, Any]) -> LanguageModel | None:
    """The model a site configured, or None.

    Raises:
        ConfigurationError: the address is none, or leads to a host the site does not list.
    """
    given = settings.get("llm") or {}
    endpoint, model = given.get("endpoint"), given.get("model")
    if not endpoint:
        return None
    if not model:
        raise ConfigurationError("llm.endpoint is set without llm.model", None, "name the model to ask")
    parts = urlsplit(str(endpoint))
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.query:
        raise ConfigurationError(
            f"llm.endpoint is no address: '{endpoint}'", None, "such as http://localhost:8080/v1"
        )
    if not _is_here(host) and host not in tuple(given.get("hosts") or ()):
        raise ConfigurationError(
            f"llm.endpoint leads to '{host}', which is not this machine", None, "list it in llm.hosts"
        )
    key, cache = given.get("key_file"), given.get("cache")
    return LanguageModel(
        str(endpoint),
        str(model),
        float(given.get("timeout_s") or _TIMEOUT_S),
        Path(key) if key else None,
        Path(cache) if cache else None,
    )


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _content(document: object) -> str:
    try:
        message = document["choices"][0]["message"]  # type: ignore[index]
        refusal, content = message.get("refusal"), message.get("content")
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise EnvironmentProblemError("the language model's reply has no message") from error
    if refusal:
        raise EnvironmentProblemError("the language model refused to answer")
    if not isinstance(content, str) or not content.strip():
        raise EnvironmentProblemError("the language model said nothing")
    return content


def _keep(path: Path, reply: str) -> None:
    """Keeps a reply; a cache that cannot be written costs time, nothing else."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"reply": reply}, file, ensure_ascii=False)
        Path(name).replace(path)
