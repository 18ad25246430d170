"""Settings and where each comes from.

Defaults, ``QA_HOME/config.toml``, ``./qa.toml``, ``QA_*`` variables, flags: later wins.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError, field_validator

from qa_toolkit.domain.rubric import Authored, Probability
from qa_toolkit.domain.transcript import Role
from qa_toolkit.errors import ConfigurationError
from qa_toolkit.resources import qa_home

NOT_SETTINGS = frozenset(
    {"QA_HOME", "QA_MODEL_CACHE", "QA_TEST_DATA", "QA_TEST_POSTGRES", "QA_CHROMIUM", "QA_DEBUG"}
)
"""``QA_*`` variables that mean something else than a setting."""


UserPath = Annotated[Path, AfterValidator(Path.expanduser)]
"""A path people write, where ``~`` is their own folder."""


class SourceSettings(Authored):
    """What is known of recordings whose path matches a shell pattern (``vendor/*.wav``)."""

    match: str
    channels: tuple[Role, ...] | None = None
    language: str | None = None
    metadata: Mapping[str, str] = Field(default_factory=dict)


class TranscriptionSettings(Authored):
    """How recordings become transcripts."""

    engine: str = Field(default="whisper", description="recogniser: whisper, or one of another package")
    model: str | None = None
    profile: Literal["accurate", "draft"] = "accurate"
    language: str | None = None
    device: Literal["cpu", "cuda"] = "cpu"
    channels: tuple[Role, ...] = (Role.AGENT, Role.CUSTOMER)
    speakers: int = Field(default=2, ge=1, le=4, description="voices on a mono recording; off (1) = one")
    words: bool = Field(default=True, description="times of their own for words; evidence needs them")
    vocabulary: tuple[str, ...] = Field(default=(), description="names and terms to expect")
    vocabulary_file: UserPath | None = Field(default=None, description="text file with one term a line")
    queue_languages: Mapping[str, str] = Field(
        default_factory=dict, description="language of the calls of a queue, where none is given"
    )

    @field_validator("speakers", mode="before")
    @classmethod
    def _off(cls, value: object) -> object:
        return 1 if value == "off" else value

    @field_validator("channels", "vocabulary", mode="before")
    @classmethod
    def _comma_list(cls, value: object) -> object:
        return _split(value)


class JudgementSettings(Authored):
    """When a machine answer is accepted."""

    confidence: Probability = 0.7
    role_confidence: Probability = 0.8


class LanguageModelSettings(Authored):
    """The language model the evaluator ``llm`` asks; none unless an endpoint is set.

    Attributes:
        endpoint: OpenAI-compatible address up to ``/v1``, on this machine unless its host is in ``hosts``.
        key_file: a file with the key to send, where the server wants one.
    """

    endpoint: str | None = None
    model: str | None = None
    hosts: tuple[str, ...] = ()
    timeout_s: float = Field(default=30.0, gt=0, le=600)
    key_file: UserPath | None = None

    @field_validator("hosts", mode="before")
    @classmethod
    def _comma_list(cls, value: object) -> object:
        return _split(value)


class ReviewSettings(Authored):
    """The rules of people's work."""

    dispute_days: int = Field(
        default=45, ge=1, description="days after its filing in which an evaluation can be disputed"
    )


class Settings(Authored):
    """Everything that can be configured; see ``qa config show --origin``."""

    store: str | None = Field(default=None, description="database URL or file; default QA_HOME/qa.db")
    rubrics_dir: UserPath | None = Field(default=None, description="searched before the shipped rubrics")
    models_dir: UserPath | None = Field(default=None, description="folder of model files, searched first")
    workers: int = Field(default=0, ge=0, description="parallel workers; 0 = one a core")
    file_names: str | None = Field(default=None, description="pattern with named groups that become metadata")
    manifest_roots: tuple[UserPath, ...] = Field(default=(), description="folders a manifest may point into")
    transcription: TranscriptionSettings = TranscriptionSettings()
    evaluation: JudgementSettings = JudgementSettings()
    review: ReviewSettings = ReviewSettings()
    llm: LanguageModelSettings = LanguageModelSettings()
    metrics: Mapping[str, float] = Field(
        default_factory=dict, description="thresholds of conversation metrics"
    )
    sources: tuple[SourceSettings, ...] = ()

    @field_validator("manifest_roots", mode="before")
    @classmethod
    def _comma_list(cls, value: object) -> object:
        return _split(value)

    def source_of(self, path: Path) -> SourceSettings | None:
        """The first source whose pattern matches the path or its name; None when none does."""
        text = path.as_posix()
        for source in self.sources:
            if (
                fnmatch(text, source.match)
                or fnmatch(text, f"*/{source.match}")
                or fnmatch(path.name, source.match)
            ):
                return source
        return None


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings in force and where each was set (``transcription.device`` -> ``QA_…``)."""

    settings: Settings
    origins: Mapping[str, str]
    home: Path

    @property
    def store_url(self) -> str:
        """The store in force; the default is a file in ``QA_HOME``."""
        return self.settings.store or str(self.home / "qa.db")


def load_configuration(
    flags: Mapping[str, Any] | None = None,
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Configuration:
    """Reads all sources of settings and validates the result.

    Args:
        flags: dotted setting name to value; None values count as not given.
        folder: where ``qa.toml`` is looked for; the current folder by default.
        environment: in place of ``os.environ``.

    Raises:
        ConfigurationError: a file is not TOML, a name is unknown or a value has the wrong type.
    """
    env = os.environ if environment is None else environment
    home = qa_home()
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for path in (home / "config.toml", (folder or Path.cwd()) / "qa.toml"):
        if path.is_file():
            _merge(values, origins, _read_toml(path), str(path))
    for name in sorted(env):
        if name.startswith("QA_") and name not in NOT_SETTINGS and env[name] != "":
            dotted = name.removeprefix("QA_").lower().replace("__", ".")
            _set(values, origins, dotted, env[name], name)
    for dotted, value in (flags or {}).items():
        if value is not None:
            _set(values, origins, dotted, value, "flag")
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise _explained(error, origins) from None
    return Configuration(settings, origins, home)


def flat(settings: Settings) -> dict[str, Any]:
    """Dotted name to JSON value for every setting."""
    rows: dict[str, Any] = {}

    def walk(prefix: str, value: object) -> None:
        if isinstance(value, dict) and value:
            for key, item in value.items():
                walk(f"{prefix}.{key}" if prefix else str(key), item)
        else:
            rows[prefix] = value

    walk("", settings.model_dump(mode="json"))
    return rows


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigurationError(
            f"the configuration cannot be read ({error})", str(path), "correct the file"
        ) from None


def _merge(
    values: dict[str, Any], origins: dict[str, str], new: Mapping[str, Any], origin: str, prefix: str = ""
) -> None:
    for key, value in new.items():
        dotted = f"{prefix}{key}"
        if isinstance(value, dict):
            _merge(values, origins, value, origin, f"{dotted}.")
        else:
            _set(values, origins, dotted, value, origin)


def _set(values: dict[str, Any], origins: dict[str, str], dotted: str, value: object, origin: str) -> None:
    *parents, name = dotted.split(".")
    place = values
    for parent in parents:
        below = place.setdefault(parent, {})
        if not isinstance(below, dict):
            raise ConfigurationError(
                f"'{parent}' holds a value and settings below it", origin, "keep one of the two"
            )
        place = below
    place[name] = value
    origins[dotted] = origin


def _explained(error: ValidationError, origins: Mapping[str, str]) -> ConfigurationError:
    first = error.errors()[0]
    dotted = ".".join(str(part) for part in first["loc"])
    origin = next((o for name, o in origins.items() if dotted == name or dotted.startswith(f"{name}.")), None)
    if first["type"] == "extra_forbidden":
        known = ", ".join(sorted(flat(Settings())))
        return ConfigurationError(f"unknown setting '{dotted}'", origin, f"known settings: {known}")
    return ConfigurationError(f"setting '{dotted}': {first['msg']}", origin, "see 'qa config show'")


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value
