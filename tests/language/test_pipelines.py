"""spaCy pipelines: found, kept, and refused with advice."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from qa_toolkit import model_files
from qa_toolkit.errors import ConfigurationError, MissingExtraError, ModelFileError
from qa_toolkit.language import pipelines

spacy_installed = pytest.mark.skipif(
    "not __import__('importlib').util.find_spec('spacy')", reason="spaCy is an extra"
)


@spacy_installed
def test_blank_pipelines_cut_tokens_and_are_kept() -> None:
    assert [token.text for token in pipelines.blank("es")("¿Cuál es?")] == ["¿", "Cuál", "es", "?"]
    assert pipelines.blank("es") is pipelines.blank("es")


@spacy_installed
def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="language 'zz'"):
        pipelines.blank("zz")


@spacy_installed
def test_a_folder_without_a_pipeline_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="qa models verify"):
        pipelines.english(tmp_path)


@spacy_installed
@pytest.mark.model
def test_the_english_pipeline_knows_lemmas() -> None:
    try:
        folder = model_files.resolve("spacy-en").path
    except ModelFileError as error:
        pytest.skip(str(error))
    assert [token.lemma_ for token in pipelines.english(folder)("we were verifying addresses")] == [
        "we", "be", "verify", "address",
    ]  # fmt: skip


def test_without_spacy_the_install_line_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)
    pipelines.blank.cache_clear()
    with pytest.raises(MissingExtraError, match=r"pip install 'qa-toolkit\[language\]'"):
        pipelines.blank("en")
