"""``qa app``: starts the review app on this machine."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from qa_toolkit.cli.demo_keying import DEMO_READINGS
from qa_toolkit.cli.options import StoreUrl, configuration

_BLUE, _LIGHT_BLUE = "#1f5fa8", "#2d76c9"
"""Of buttons: dark enough for white words on them (contrast 6.6 and 4.7 to 1)."""


class SignIn(StrEnum):
    """How people sign in."""

    LOCAL = "local"
    OIDC = "oidc"


def register(cli: typer.Typer) -> None:
    cli.command("app")(app)


def app(
    store: StoreUrl = None,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.", min=1, max=65535)] = 8501,
    headless: Annotated[bool, typer.Option("--headless", help="Do not open a browser.")] = False,
    acting: Annotated[
        str | None,
        typer.Option("--as", metavar="USER", help="Who is signed in (local mode)."),
    ] = None,
    sign_in: Annotated[
        SignIn, typer.Option("--sign-in", help="local: people choose who they are; oidc: OpenID Connect.")
    ] = SignIn.LOCAL,
    keyed: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keyed records for the page of keying review.")
    ] = None,
    reference: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The records taken as true, for the dashboard of keying operators."
        ),
    ] = None,
    scan_readings: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What 'qa keying read --out' wrote of their scans.")
    ] = None,
    scans: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of the scans.")] = None,
    layout: Annotated[str, typer.Option(help="Record layout of the keyed records.")] = "covered_application",
    secrets: Annotated[
        Path | None,
        typer.Option("--secrets", metavar="FILE", help="TOML file with [auth], for --sign-in oidc."),
    ] = None,
) -> None:
    """Starts the review app; only this machine can reach it, and nothing is sent anywhere."""
    from importlib.util import find_spec

    from qa_toolkit.errors import EnvironmentProblemError, MissingExtraError
    from qa_toolkit.resources import app_dir

    if find_spec("streamlit") is None:
        raise MissingExtraError.of("app", "the review app")
    script = app_dir() / "serve.py"
    if not script.is_file():
        raise EnvironmentProblemError("the app's files are missing", str(script), "install the toolkit again")
    command = _streamlit(script, port=port, headless=headless or not sys.stdout.isatty())
    if sign_in is SignIn.OIDC:
        command += ["--secrets.files", str(_auth_file(secrets))]
    # Takes this process' place, so that whoever stops it stops the app.
    shown = _store_to_show(store)
    _refuse_unusable(shown)
    environment = {**os.environ, "QA_STORE": shown, "QATOOLKIT_SIGN_IN": sign_in.value}
    if (keyed, reference, scan_readings) == (None, None, None):
        keyed, reference, scan_readings, scans = demo_files(shown, scans)
    if scan_readings is not None or (keyed is not None and reference is None):
        environment["QATOOLKIT_KEYING"] = _keying_files(keyed, scan_readings, scans, layout)
    if reference is not None:
        environment["QATOOLKIT_KEYED"] = _keyed_files(keyed, reference, layout)
    if acting:
        environment["QATOOLKIT_USER"] = acting
    os.execve(sys.executable, command, environment)  # noqa: S606


def _streamlit(script: Path, *, port: int, headless: bool) -> list[str]:
    """The command that serves the app to this machine alone and tells nobody of it."""
    return [
        *(sys.executable, "-m", "streamlit", "run", str(script)),
        *("--server.address", "127.0.0.1", "--server.port", str(port)),
        *("--server.headless", "true" if headless else "false"),
        *("--browser.gatherUsageStats", "false", "--server.fileWatcherType", "none"),
        *("--client.showErrorDetails", "none", "--client.toolbarMode", "minimal"),
        # What leaves the app as a file leaves by a button that is in the audit log.
        *("--client.disableDataExport", "true"),
        *("--theme.light.primaryColor", _BLUE, "--theme.dark.primaryColor", _LIGHT_BLUE),
    ]


def _refuse_unusable(store: str) -> None:
    """Ends before a server starts on what is no store; one that is not there yet is a page of the app."""
    from qa_toolkit.store import Store

    if "://" in store or Path(store).exists():
        Store.open(store, create=False, origin="qa app").close()


def demo_files(store: str, scans: Path | None) -> tuple[Path | None, Path | None, Path | None, Path | None]:
    """Keyed records, reference, readings and scans of the demo, where its store is shown; else none."""
    from qa_toolkit.resources import sample_dir

    folder = configuration(store=store).home / "demo"
    readings = folder / DEMO_READINGS
    if Path(store).resolve() != (folder / "qa.db").resolve() or not readings.is_file():
        return None, None, None, scans
    keying = sample_dir() / "keying"
    return keying / "keyed.csv", keying / "reference.csv", readings, sample_dir() / "scans"


def _keying_files(keyed: Path | None, readings: Path | None, scans: Path | None, layout: str) -> str:
    """What the page of keying review works on, as JSON."""
    files = {"keyed": _file_of("--keyed", keyed), "readings": _file_of("--scan-readings", readings)}
    return _as_json({**files, "scans": scans or files["readings"].parent}, layout)


def _keyed_files(keyed: Path | None, reference: Path, layout: str) -> str:
    """What the dashboard of keying operators reads, as JSON."""
    files = {"keyed": _file_of("--keyed", keyed), "reference": _file_of("--reference", reference)}
    return _as_json(files, layout)


def _file_of(option: str, path: Path | None) -> Path:
    """The file of an option that is needed beside another one.

    Raises:
        UsageError: it is not given, or not there.
    """
    from qa_toolkit.errors import UsageError

    if path is None:
        raise UsageError(f"{option} is missing", None, "name both files, or neither")
    if not path.is_file():
        raise UsageError("there is no such file", str(path), f"correct {option}")
    return path


def _as_json(files: Mapping[str, Path], layout: str) -> str:
    return json.dumps({"layout": layout, **{name: str(path.resolve()) for name, path in files.items()}})


def _auth_file(given: Path | None) -> Path:
    """The file that names the identity provider; without one, nobody could ever sign in."""
    import tomllib

    from qa_toolkit.errors import ConfigurationError

    if given is None:
        raise ConfigurationError(
            "--sign-in oidc needs --secrets FILE", None, "see docs/app.md for its content"
        )
    try:
        found = tomllib.loads(given.read_text(encoding="utf-8")).get("auth", {})
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"cannot be read: {error}", str(given), "give a TOML file") from error
    wanted = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
    if missing := [name for name in wanted if not found.get(name)]:
        raise ConfigurationError(f"[auth] lacks {', '.join(missing)}", str(given), "see docs/app.md")
    return given.resolve()


def _store_to_show(given: str | None) -> str:
    """The store asked for or configured; the demo's, while there is no other."""
    current = configuration(store=given)
    demo = current.home / "demo" / "qa.db"
    chosen = given is not None or "store" in current.origins
    if not chosen and not Path(current.store_url).exists() and demo.exists():
        return str(demo)
    return current.store_url
