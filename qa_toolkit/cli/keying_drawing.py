"""Drawing keyed records for a check: random within operator and household size."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_toolkit.cli.console import print_json, print_warning
from qa_toolkit.errors import RecordError, UsageError

if TYPE_CHECKING:
    from qa_toolkit.domain.keying_checks import KeyingDraw
    from qa_toolkit.keying import LoadedLayout, Record

Count = Annotated[
    int | None, typer.Option("--count", min=1, help="Records to draw.", show_default="all of them")
]
Share = Annotated[
    float | None,
    typer.Option("--share", metavar="S", help="Part of the records, 0 to 1.", show_default=False),
]
Seed = Annotated[int, typer.Option("--seed", help="The same seed draws the same records.")]
Strata = Annotated[
    str, typer.Option("--strata", metavar="NAMES", help="Metadata, and size for members; empty for none.")
]
Scope = Annotated[
    str, typer.Option("--fields", metavar="SCOPE", help="A (critical), AB, core or all of the layout.")
]
Sheet = Annotated[Path, typer.Option("--out", metavar="SHEET.csv", help="The sheet to fill in.")]
Checker = Annotated[str, typer.Option("--by", metavar="NAME", help="Who filled in the sheet.")]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Records drawn, and size and draw of each stratum."""

    records: list[Record]
    of: int
    strata: Mapping[str, tuple[int, int]]
    warnings: tuple[str, ...]


def draw_records(
    keyed: Path, loaded: LoadedLayout, *, count: int | None, share: float | None, seed: int, strata: str
) -> Drawn:
    """Draws records; who is drawn follows from the seed and the ids alone.

    Raises:
        UsageError: both a count and a share, or a stratum no record has.
        RecordError: the file has no record that can be read.
    """
    from qa_toolkit.sampling.drawing import SamplingPlan, draw
    from qa_toolkit.sampling.frame import Frame, FrameItem

    if count is not None and share is not None:
        raise UsageError("--count and --share contradict one another", None, "give one of them")
    if share is not None and not 0 < share <= 1:
        raise UsageError(f"a share of {share:g} is not possible", None, "give one above 0, up to 1")
    records = _readable(keyed, loaded)
    names = tuple(name.strip() for name in strata.split(",") if name.strip())
    items = tuple(
        FrameItem(each, {name: _value(record, name, loaded) for name in names})
        for each, record in records.items()
    )
    for name in names:
        if all(item.values[name] == "(none)" for item in items):
            raise UsageError(f"no record says '{name}'", keyed.name, "leave it out of --strata")
    n = math.ceil(share * len(items)) if share is not None else min(count or len(items), len(items))
    plan = SamplingPlan(n=n, method="stratified" if names else "random", by=names)
    sample = draw(Frame(items, names), plan, seed)
    drawn = Counter(item.stratum for item in sample.items)
    table = {name: (size, drawn[name]) for name, size in sample.strata.items()}
    chosen = {item.id for item in sample.items}
    made = [record for each, record in records.items() if each in chosen]
    return Drawn(made, len(records), table, sample.warnings)


def _readable(keyed: Path, loaded: LoadedLayout) -> dict[str, Record]:
    from qa_toolkit.keying import open_records
    from qa_toolkit.keying.files import with_metadata

    source = open_records(keyed, loaded.layout)
    records = {
        each: record
        for each in source.ids
        if (record := with_metadata(source.read(each)[0], loaded.layout)) is not None
    }
    if not records:
        raise RecordError("no record can be read", keyed.name, "see qa keying compare for the reasons")
    return records


def show_draw(made: KeyingDraw, *lines: str, json: bool) -> None:
    """Says what was drawn: JSON, or these lines; warnings on stderr either way."""
    from qa_toolkit.domain.contract import to_contract

    for warning in made.warnings:
        print_warning(warning)
    if json:
        print_json(to_contract(made))
        return
    for line in lines:
        typer.echo(line)


def _value(record: Record, name: str, loaded: LoadedLayout) -> str:
    if name == "size":
        repeated = [group.id for group in loaded.layout.groups if group.repeated]
        return str(len(record.groups.get(repeated[0], {}))) if repeated else "1"
    found = record.metadata.get(name) or (record.metadata.get("agent") if name == "operator" else None)
    return found or "(none)"
