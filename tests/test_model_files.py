"""From a name to verified files: where models are looked for, what is refused, how parts are joined."""

from __future__ import annotations

import hashlib
import os
import re
import sys
import tomllib
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from qa_toolkit import resources
from qa_toolkit.errors import ModelFileError
from qa_toolkit.model_files import Manifest, Model, ModelFile, PackagePart, resolve, status

FIRST, SECOND, CONFIG = b"first half " * 1000, b"second half " * 1000, b'{"heads": 8}'
WEIGHTS = FIRST + SECOND


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def tiny_manifest() -> Manifest:
    """``joined`` comes in parts from two packages, ``whole`` in one folder of one, ``single`` is one file."""
    config = ModelFile(
        name="config.json", sha256=sha(CONFIG), size=len(CONFIG),
        parts=(PackagePart(package="qa_fake_b", path="d/config.json"),),
    )  # fmt: skip
    common = {"title": "t", "use": "u", "licence": "MIT", "source": "https://example.org/m"}
    parts = (
        PackagePart(package="qa_fake_a", path="d/w.part1"),
        PackagePart(package="qa_fake_b", path="d/w.part2"),
    )
    whole = (PackagePart(package="qa_fake_b", path="d/weights.bin"),)
    weights = {"name": "weights.bin", "sha256": sha(WEIGHTS), "size": len(WEIGHTS)}
    in_one = ModelFile(**weights, parts=whole)
    return Manifest(
        models={
            "joined": Model(
                **common, form="folder", main="weights.bin", hugging_face="Org/joined",
                files=(ModelFile(**weights, parts=parts), config),
            ),
            "whole": Model(**common, form="folder", main="weights.bin", files=(in_one, config)),
            "single": Model(**common, form="file", main="weights.bin", files=(in_one,)),
        }
    )  # fmt: skip


@pytest.fixture(autouse=True)
def only_made_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    monkeypatch.delenv("QA_MODELS_DIR", raising=False)


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two installed packages; running their code would fail."""
    site = tmp_path / "site"
    for name, files in (
        ("qa_fake_a", {"w.part1": FIRST}),
        ("qa_fake_b", {"w.part2": SECOND, "weights.bin": WEIGHTS, "config.json": CONFIG}),
    ):
        (site / name / "d").mkdir(parents=True)
        (site / name / "__init__.py").write_text("raise RuntimeError('imported')")
        for file, content in files.items():
            (site / name / "d" / file).write_bytes(content)
    monkeypatch.syspath_prepend(str(site))
    return site


def put(folder: Path, **changed: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "weights.bin").write_bytes(changed.get("weights", WEIGHTS))
    (folder / "config.json").write_bytes(changed.get("config", CONFIG))
    return folder


def find(name: str, cache: Path, **more: Path) -> Path:
    return resolve(name, manifest=tiny_manifest(), cache_dir=cache, **more).path


def test_parts_of_two_packages_are_joined_once(packages: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    found = resolve("joined", manifest=tiny_manifest(), cache_dir=cache)
    assert found.path.parent == cache
    assert (found.path / "weights.bin").read_bytes() == WEIGHTS
    assert (found.path / "config.json").read_bytes() == CONFIG
    assert found.sha256 == sha(WEIGHTS)
    inode = (found.path / "weights.bin").stat().st_ino
    assert resolve("joined", manifest=tiny_manifest(), cache_dir=cache) == found
    assert (found.path / "weights.bin").stat().st_ino == inode
    assert not {"qa_fake_a", "qa_fake_b"} & set(sys.modules)


def test_a_folder_that_holds_all_is_used_where_it_is(packages: Path, tmp_path: Path) -> None:
    assert find("whole", tmp_path / "cache") == packages / "qa_fake_b" / "d"
    assert find("single", tmp_path / "cache") == packages / "qa_fake_b" / "d" / "weights.bin"


def test_a_damaged_joined_file_is_made_again(packages: Path, tmp_path: Path) -> None:
    joined = find("joined", tmp_path / "cache") / "weights.bin"
    joined.write_bytes(b"x" + WEIGHTS[1:])
    assert find("joined", tmp_path / "cache") / "weights.bin" == joined
    assert joined.read_bytes() == WEIGHTS


def test_order_of_places(packages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    snapshot = put(tmp_path / "hf" / "hub" / "models--Org--joined" / "snapshots" / "abc")
    assert find("joined", cache).parent == cache  # packages before the Hugging Face cache
    chosen = put(tmp_path / "models" / "joined")
    monkeypatch.setenv("QA_MODELS_DIR", str(tmp_path / "models"))
    assert find("joined", cache) == chosen
    explicit = put(tmp_path / "explicit")
    assert find("joined", cache, explicit=explicit) == explicit
    monkeypatch.delenv("QA_MODELS_DIR")
    (packages / "qa_fake_a" / "d" / "w.part1").unlink()
    assert find("joined", cache) == snapshot


def test_one_changed_byte_is_refused_with_both_hashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = WEIGHTS[:-1] + b"?"
    put(tmp_path / "models" / "whole", weights=changed)
    monkeypatch.setenv("QA_MODELS_DIR", str(tmp_path / "models"))
    with pytest.raises(ModelFileError) as caught:
        find("whole", tmp_path / "cache")
    assert sha(changed) in str(caught.value)
    assert sha(WEIGHTS) in str(caught.value)
    assert caught.value.exit_code == 4


def test_a_file_swapped_after_it_was_verified_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = put(tmp_path / "models" / "whole")
    monkeypatch.setenv("QA_MODELS_DIR", str(tmp_path / "models"))
    find("whole", tmp_path / "cache")
    facts = (folder / "weights.bin").stat()
    (folder / "weights.bin").write_bytes(b"?" + WEIGHTS[1:])
    os.utime(folder / "weights.bin", ns=(facts.st_atime_ns, facts.st_mtime_ns))
    with pytest.raises(ModelFileError, match="not the one the manifest names"):
        find("whole", tmp_path / "cache")


def test_verified_files_are_not_read_again(
    packages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find("whole", tmp_path / "cache")

    def refuse(path: Path) -> str:
        raise AssertionError(f"{path} was hashed again")

    monkeypatch.setattr("qa_toolkit.model_files.file_sha256", refuse)
    find("whole", tmp_path / "cache")


def test_a_wrong_package_is_refused_unless_another_place_is_right(packages: Path, tmp_path: Path) -> None:
    (packages / "qa_fake_a" / "d" / "w.part1").write_bytes(b"other weights")
    with pytest.raises(ModelFileError, match="do not join"):
        find("joined", tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("joined*/weights.bin"))
    snapshot = put(tmp_path / "hf" / "hub" / "models--Org--joined" / "snapshots" / "abc")
    assert find("joined", tmp_path / "cache") == snapshot


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("joined", "the model 'joined' is not on this machine.*weights.bin, config.json.*QA_MODELS_DIR"),
        ("nobody", "no model is called 'nobody'.*joined, single, whole"),
    ],
)
def test_what_is_missing_is_named_with_a_remedy(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(ModelFileError, match=message):
        find(name, tmp_path / "cache")


def test_an_incomplete_explicit_folder_is_refused(packages: Path, tmp_path: Path) -> None:
    (tmp_path / "explicit").mkdir()
    with pytest.raises(ModelFileError, match="not complete there"):
        find("whole", tmp_path / "cache", explicit=tmp_path / "explicit")


def test_a_cache_that_cannot_be_written_is_named(packages: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, not a folder")
    with pytest.raises(ModelFileError, match=r"cannot be put together.*QA_MODEL_CACHE"):
        find("joined", tmp_path / "cache")
    assert find("whole", tmp_path / "cache") == packages / "qa_fake_b" / "d"


def test_processes_may_join_at_the_same_time(packages: Path, tmp_path: Path) -> None:
    with ProcessPoolExecutor(4) as pool:
        found = set(pool.map(find, ["joined"] * 8, [tmp_path / "cache"] * 8))
    assert len(found) == 1
    assert (found.pop() / "weights.bin").read_bytes() == WEIGHTS
    assert not list((tmp_path / "cache").rglob(".*"))


@pytest.mark.parametrize(
    ("prepare", "state"),
    [
        (put, "ok"),
        (lambda folder: put(folder, config=b"{}"), "wrong_hash"),
        (lambda folder: None, "missing"),
    ],
)
def test_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prepare: Callable[[Path], Path | None], state: str
) -> None:
    monkeypatch.setenv("QA_MODELS_DIR", str(tmp_path / "models"))
    expected = prepare(tmp_path / "models" / "whole")
    found = status("whole", manifest=tiny_manifest(), cache_dir=tmp_path / "cache")
    assert (found.state, found.licence, found.source) == (state, "MIT", "https://example.org/m")
    assert found.path == (expected if state == "ok" else None)
    assert found.detail


def test_a_site_adds_models_and_does_not_redefine_shipped_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = """
[models."{name}"]
title = "Ours"
use = "speech to text"
licence = "MIT"
source = "our own"
form = "file"
main = "weights.bin"
[[models."{name}".files]]
name = "weights.bin"
sha256 = "{sha256}"
size = 1
"""
    text = entry.format(name="ours", sha256=sha(WEIGHTS)) + entry.format(
        name="silero-vad", sha256=sha(WEIGHTS)
    )
    put(tmp_path / "ours")
    (tmp_path / "manifest.toml").write_text(text)
    monkeypatch.setenv("QA_MODELS_DIR", str(tmp_path))
    manifest = Manifest.load()
    assert resolve("ours", cache_dir=tmp_path / "cache").path == tmp_path / "ours" / "weights.bin"
    assert manifest.models["silero-vad"].main_file.sha256 != sha(WEIGHTS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("models = [", "is not TOML"),
        ('[models.x]\ntitle = "t"\n', r"wrong at models\.x"),
        ("[models.x]\nurl = 'https://example.org'\n", r"wrong at models\.x"),
    ],
)
def test_a_wrong_manifest_says_where(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "manifest.toml").write_text(text)
    with pytest.raises(ModelFileError, match=message):
        Manifest.load(tmp_path / "manifest.toml")


SHIPPED = [
    "minilm-l6-v2",
    "multilingual-use",
    "ppocr-rec",
    "silero-vad",
    "spacy-en",
    "speaker-embedder",
    "whisper-base",
    "whisper-tiny.en",
]


def test_shipped_models_are_complete_and_pinned() -> None:
    manifest = Manifest.load()
    assert sorted(manifest.models) == SHIPPED
    for model in manifest.models.values():
        assert model.main_file in model.files
        assert all(file.parts for file in model.files)
        assert all(re.fullmatch(r"[\w-]+==[\d.]+", pin) for pin in model.distributions)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_model_has_a_card_with_its_hash_and_licence(name: str) -> None:
    model = Manifest.load().model(name)
    assert model.card is not None
    card = (resources.models_dir() / model.card).read_text("utf-8")
    for fact in (
        name,
        model.main_file.sha256,
        model.licence,
        model.source,
        *model.distributions,
        "## Limits",
    ):
        assert fact in card
    assert f"({model.card})" in (resources.models_dir() / "README.md").read_text("utf-8")


def test_pinned_packages_are_what_the_extra_installs(checkout: Path) -> None:
    project = tomllib.loads((checkout / "pyproject.toml").read_text("utf-8"))["project"][
        "optional-dependencies"
    ]
    installed = {*project["models"], *project["transcription"], *project["ocr"]}
    names = {requirement.split("=")[0].split(">")[0] for requirement in installed}
    for model in Manifest.load().models.values():
        for pin in model.distributions:
            assert pin in installed or (pin.split("==")[0] in names and pin not in project["models"]), pin


@pytest.mark.model
@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_installed_is_verified(name: str) -> None:
    found = status(name)
    if found.state == "missing":
        pytest.skip(found.detail)
    assert found.state == "ok", found.detail
