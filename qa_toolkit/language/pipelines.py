"""spaCy pipelines, loaded on first use and kept."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa_toolkit.errors import ConfigurationError, MissingExtraError, ModelFileError

if TYPE_CHECKING:
    from types import ModuleType

Pipeline = Any
"""A ``spacy.language.Language``; spaCy is an optional extra, so its type cannot be named here."""


def _spacy() -> ModuleType:
    try:
        import spacy
    except ImportError as error:
        raise MissingExtraError.of("language", "a token pattern") from error
    return spacy


@lru_cache(maxsize=8)
def blank(language: str = "en") -> Pipeline:
    """A pipeline that only cuts text into tokens; needs no model.

    Raises:
        MissingExtraError: spaCy is not installed.
        ConfigurationError: spaCy does not know the language.
    """
    primary = language.replace("_", "-").split("-")[0].lower()
    spacy = _spacy()
    try:
        return spacy.blank(primary)
    except ImportError as error:
        raise ConfigurationError(
            f"no tokens for the language '{language}'",
            None,
            "use a language tag that spaCy knows, such as en or es",
        ) from error


@lru_cache(maxsize=2)
def english(folder: Path) -> Pipeline:
    """The English pipeline with lemmas and parts of speech.

    Args:
        folder: the verified model; callers get it from ``model_files.resolve("spacy-en")``, since this
            package and that module know nothing of each other.

    Raises:
        MissingExtraError: spaCy is not installed.
        ModelFileError: the folder holds no pipeline this spaCy can load.
    """
    spacy = _spacy()
    try:
        return spacy.load(folder)
    except (OSError, ValueError) as error:
        raise ModelFileError(
            "the English pipeline cannot be loaded",
            str(folder),
            "run `qa models verify`, or reinstall qa-toolkit[models]",
        ) from error
