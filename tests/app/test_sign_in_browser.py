"""Signing in by OpenID Connect at a provider of the test's own, in a real browser."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from app_server import CHROMIUM, LAUNCH, PATIENCE_MS, made_store, serving, sign_in

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
    lasts_s: ClassVar[int] = 3600
    ends: ClassVar[int] = 0

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
        Provider.ends = now + self.lasts_s
        about = {"iss": self.issuer, "aud": "qa", "sub": "1", "iat": now, "exp": Provider.ends}
        claims = {**about, **self.claims}
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
    with signed_in_page(provider, tmp_path) as page:
        page.get_by_text(said).first.wait_for()


def test_an_expired_sign_in_ends_the_work_on_any_page(
    provider: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Provider, "claims", {"preferred_username": "ana"})
    monkeypatch.setattr(Provider, "lasts_s", 6)
    with signed_in_page(provider, tmp_path) as page:
        # On a slow machine it may have ended before the page was drawn.
        page.get_by_text("Ana Flores").or_(page.get_by_text("has expired")).first.wait_for()
        page.wait_for_function("end => Date.now() / 1000 > end", arg=Provider.ends + 1)
        page.goto(f"http://{urlsplit(page.url).netloc}/help")
        page.get_by_text("Your sign-in has expired. Sign in again.").wait_for()
        assert not page.get_by_text("On the review page").is_visible()


@contextmanager
def signed_in_page(provider: str, folder: Path) -> Iterator[Any]:
    """The app in a browser, once the provider has sent its answer."""
    store = made_store(folder / "calls", calls=1)
    secrets = folder / "secrets.toml"

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
        yield page
        browser.close()


def test_local_mode_remembers_until_somebody_signs_out(tmp_path: Path) -> None:
    store = made_store(tmp_path / "calls", calls=1)
    with serving(store) as server, playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=LAUNCH)
        page = browser.new_context().new_page()
        sign_in(page, server, "Ana")
        page.wait_for_function("document.cookie.includes('qa_user=ana')")
        page.reload()
        page.get_by_text("Ana Flores").wait_for()
        assert not page.get_by_role("combobox", name="Who are you?").is_visible()
        other = page.context.new_page()
        other.goto(f"{server.url}/calls")
        other.get_by_text("Ana Flores").wait_for(timeout=PATIENCE_MS)
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("combobox", name="Who are you?").wait_for()
        page.wait_for_function("!document.cookie.includes('qa_user')")
        late = page.context.new_page()
        late.goto(server.url)
        late.get_by_role("combobox", name="Who are you?").wait_for(timeout=PATIENCE_MS)
        other.get_by_role("link", name="Calibration").click()
        other.get_by_role("heading", level=1).wait_for(timeout=PATIENCE_MS)
        assert not page.evaluate("document.cookie.includes('qa_user')")
        page.reload()
        page.get_by_role("combobox", name="Who are you?").wait_for()
        stranger = browser.new_context().new_page()
        stranger.goto(server.url)
        stranger.get_by_role("combobox", name="Who are you?").wait_for(timeout=PATIENCE_MS)
        browser.close()
