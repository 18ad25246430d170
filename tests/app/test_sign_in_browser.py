"""Signing in by OpenID Connect at a provider of the test's own, in a real browser."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from app_server import CHROMIUM, LAUNCH, PATIENCE_MS, made_store, serving

pytest.importorskip("streamlit", reason="the app needs the extra 'app'")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytest.importorskip("joserfc", reason="signing in needs Authlib, which brings joserfc")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: install it or set QA_CHROMIUM"),
]


class Provider(BaseHTTPRequestHandler):
    """The smallest provider: whoever comes is signed in as ``claims`` say, without being asked."""

    key: ClassVar[Any] = None
    claims: ClassVar[dict[str, Any]] = {}
    nonces: ClassVar[dict[str, str]] = {}

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def do_GET(self) -> None:
        path, asked = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        if path == "/.well-known/openid-configuration":
            self._answer(
                {
                    "issuer": self.issuer,
                    "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token",
                    "jwks_uri": f"{self.issuer}/keys",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                }
            )
        elif path == "/keys":
            self._answer({"keys": [self.key.as_dict(private=False)]})
        elif path == "/authorize":
            self.nonces["code"] = asked.get("nonce", [""])[0]
            back = urlencode({"code": "code", "state": asked["state"][0]})
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri'][0]}?{back}")
            self.end_headers()
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        from joserfc import jwt

        now = int(time.time())
        claims = {"iss": self.issuer, "aud": "qa", "sub": "1", "iat": now, "exp": now + 3600, **self.claims}
        if self.nonces.get("code"):
            claims["nonce"] = self.nonces["code"]
        token = jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)
        self._answer({"access_token": "x", "token_type": "Bearer", "expires_in": 3600, "id_token": token})

    def _answer(self, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def provider() -> Iterator[str]:
    from joserfc.jwk import RSAKey

    Provider.key = RSAKey.generate_key(2048, auto_kid=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"preferred_username": "ana"}, "Ana Flores"),
        ({"preferred_username": "stranger"}, "no admin has added you"),
        (
            {"email": "lee", "email_verified": False, "preferred_username": "stranger"},
            "no admin has added you",
        ),
    ],
)
def test_the_provider_says_who_and_our_table_says_what(
    claims: dict[str, Any], said: str, provider: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Provider, "claims", claims)
    store = made_store(tmp_path / "calls", calls=1)
    secrets = tmp_path / "secrets.toml"

    def written(url: str) -> None:
        secrets.write_text(
            f'[auth]\nredirect_uri = "{url}/oauth2callback"\ncookie_secret = "a secret of this test"\n'
            f'client_id = "qa"\nclient_secret = "x"\n'
            f'server_metadata_url = "{provider}/.well-known/openid-configuration"\n'
        )

    with (
        serving(store, "--sign-in", "oidc", "--secrets", str(secrets), before=written) as server,
        playwright.sync_playwright() as running,
    ):
        browser = running.chromium.launch(executable_path=CHROMIUM, args=LAUNCH)
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(server.url)
        page.get_by_role("button", name="Sign in with your organisation").click()
        page.get_by_text(said).first.wait_for()
        browser.close()
