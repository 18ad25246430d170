"""The manifest of models: what ``models/manifest.toml`` may say, read and checked."""

from __future__ import annotations

import os
import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from qa_toolkit import resources
from qa_toolkit.errors import ModelFileError

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PackagePart(_Written):
    """A file, or one part of a file, inside an installed package."""

    package: str
    path: str


class ModelFile(_Written):
    """One file of a model: its name in the model's folder, its hash, and where packages carry it.

    ``also`` holds the same content under other names (a vocabulary as text lines or as JSON).
    """

    name: str
    sha256: Sha256
    size: int = Field(gt=0)
    parts: tuple[PackagePart, ...] = ()
    also: dict[str, Sha256] = {}


class Model(_Written):
    """An entry of the manifest.

    Attributes:
        main: the file whose hash stands for the model.
        form: whether users of the model want its folder or its one file.
        distributions: what to install to get it, as ``name==version``.
    """

    title: str
    use: str
    licence: str
    source: str
    card: str | None = None
    form: Literal["folder", "file"]
    main: str
    hugging_face: str | None = None
    distributions: tuple[str, ...] = ()
    files: tuple[ModelFile, ...] = Field(min_length=1)

    @property
    def main_file(self) -> ModelFile:
        """The file that stands for the model: its hash is the model's."""
        return next(file for file in self.files if file.name == self.main)


class Manifest(_Written):
    """The models the toolkit knows."""

    models: dict[str, Model]

    @classmethod
    def load(cls, path: Path | None = None) -> Manifest:
        """The shipped manifest, with the models that ``QA_MODELS_DIR/manifest.toml`` adds.

        A site adds models, it does not redefine the shipped ones: their entries win.

        Raises:
            ModelFileError: a manifest is missing or wrong.
        """
        if path is not None:
            return _read_manifest(path)
        shipped = _read_manifest(resources.models_dir() / "manifest.toml")
        folder = site_models_dir()
        if folder is None or not (folder / "manifest.toml").is_file():
            return shipped
        return cls(models=_read_manifest(folder / "manifest.toml").models | shipped.models)

    def model(self, name: str) -> Model:
        """The entry of that name.

        Raises:
            ModelFileError: there is none.
        """
        if name not in self.models:
            raise ModelFileError(
                f"no model is called '{name}'",
                "models/manifest.toml",
                f"use one of {', '.join(sorted(self.models))}",
            )
        return self.models[name]


def site_models_dir() -> Path | None:
    """The folder a site keeps its models in (``QA_MODELS_DIR``), or None."""
    value = os.environ.get("QA_MODELS_DIR")
    return Path(value).expanduser() if value else None


@cache
def _read_manifest(path: Path) -> Manifest:
    try:
        return Manifest.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise ModelFileError(
            "the model manifest cannot be read", str(path), "reinstall the toolkit"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ModelFileError(f"the model manifest is not TOML ({error})", str(path)) from error
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(map(str, fault["loc"]))
        raise ModelFileError(f"the model manifest is wrong at {where}: {fault['msg']}", str(path)) from error
