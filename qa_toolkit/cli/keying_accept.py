"""``qa keying accept | lots``: lots accepted or rejected on samples, and the rows of lots of a stream."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_toolkit.cli.console import print_json, print_table
from qa_toolkit.cli.options import ActingUser, Json, StoreUrl, acting_user, open_store
from qa_toolkit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa_toolkit.domain.lots import LotDecision
    from qa_toolkit.statistics.switching import InspectedLot, SwitchingState
    from qa_toolkit.store import Store
    from qa_toolkit.store.desk_records import KeyingLot

RESUBMITTED, RESUMED = "resubmitted", "resumed"
"""Notes of lots that the switching rules leave out, and of the first one after inspection was resumed."""

LotSize = Annotated[int, typer.Option("--lot-size", help="Items of the lot.")]
Aql = Annotated[float, typer.Option("--aql", help="Percent faulty; above 10, faults per 100 items.")]
Level = Annotated[str, typer.Option("--level", help="General level I, II or III.")]
Tightened = Annotated[bool, typer.Option("--tightened", help="Tightened inspection.")]
Reduced = Annotated[bool, typer.Option("--reduced", help="Reduced inspection.")]
Sampling = Annotated[str, typer.Option("--sampling", help="single, double or multiple.")]
Faults = Annotated[
    str | None, typer.Option("--faults", metavar="N[,N...]", help="Faulty items found, sample by sample.")
]
Inspected = Annotated[int | None, typer.Option("--inspected", help="Items looked at, when not n.")]
ResultFile = Annotated[
    Path | None, typer.Option("--result", help="The JSON of a compare or audit: its forms are the sample.")
]
Critical = Annotated[bool, typer.Option("--critical", help="Only critical errors make a form faulty.")]
Rates = Annotated[
    str, typer.Option("--rates", metavar="R,R...", help="True percentages whose acceptance is wanted.")
]
StreamName = Annotated[
    str | None,
    typer.Option("--stream", help="Whose lots follow one another: the store keeps the switching rules."),
]
LotName = Annotated[str | None, typer.Option("--lot", help="The lot's name in its stream.")]
Stable = Annotated[
    bool, typer.Option("--stable", help="Production is steady: ten lots accepted lead to reduced.")
]
Resubmitted = Annotated[
    bool, typer.Option("--resubmitted", help="Inspected again after a rejection: no part of the rules.")
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Begin anew, tightened, after inspection was discontinued.")
]


def register(commands: typer.Typer) -> None:
    commands.command()(accept)
    commands.command("lots")(lots)


def accept(
    lot_size: LotSize,
    aql: Aql,
    level: Level = "II",
    tightened: Tightened = False,
    reduced: Reduced = False,
    sampling: Sampling = "single",
    faults: Faults = None,
    inspected: Inspected = None,
    result: ResultFile = None,
    critical: Critical = False,
    rates: Rates = "",
    stream: StreamName = None,
    lot: LotName = None,
    stable: Stable = False,
    resubmitted: Resubmitted = False,
    resume: Resume = False,
    json: Json = False,
    store: StoreUrl = None,
    user: ActingUser = None,
) -> None:
    """Sampling plan of MIL-STD-105E with its operating characteristic; the decision when faults are given.

    With --stream the inspection follows from the lots before, and the decision is kept. Exit code 1 when the
    lot is rejected.
    """
    from qa_toolkit.domain.contract import to_contract
    from qa_toolkit.keying.lots import sampled_forms

    found = _numbers(faults, "--faults")
    if result is not None:
        inspected, number = sampled_forms(result, critical=critical)
        found = [number]
    asked = [float(text) / 100 for text in _parts(rates, "--rates")]
    question = _Question(lot_size, aql, level, _sampling(sampling), found, inspected, asked)
    given = _given(tightened=tightened, reduced=reduced)
    if stream is None:
        if lot or stable or resubmitted or resume:
            what = "--lot, --stable, --resubmitted and --resume"
            raise UsageError(f"{what} belong to a stream", None, "give --stream")
        judged = question.judged(given or "normal")
    else:
        if given:
            raise UsageError("the lots of a stream say how it is inspected", None, "leave --tightened out")
        who = acting_user(user)
        kept = _Stream(stream, store, who, stable=stable, resume=resume, resubmitted=resubmitted)
        judged = kept.decided(question.judged(kept.inspection()), lot)
    if json:
        print_json(to_contract(judged))
    else:
        _show(judged)
    if judged.decision == "rejected":
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _Question:
    """A lot, and what was found in its sample so far; ``rates`` are fractions."""

    lot_size: int
    aql: float
    level: str
    sampling: str
    faults: list[int] | None
    inspected: int | None
    rates: list[float]

    def judged(self, inspection: str) -> LotDecision:
        """The plan at that inspection, and the decision where there are faults to decide on."""
        from qa_toolkit.keying.lots import judge_lot
        from qa_toolkit.statistics.acceptance import acceptance_plan

        plan = acceptance_plan(self.lot_size, self.aql, self.level, inspection, self.sampling)  # type: ignore[arg-type]
        return judge_lot(plan, samples=self.faults, inspected=self.inspected, rates=self.rates)


def _given(*, tightened: bool, reduced: bool) -> str | None:
    if tightened and reduced:
        raise UsageError("--tightened and --reduced contradict one another", None, "give one of them")
    return "tightened" if tightened else "reduced" if reduced else None


def _sampling(name: str) -> str:
    if name not in ("single", "double", "multiple"):
        raise UsageError(f"there is no sampling '{name}'", None, "one of single, double, multiple")
    return name


def _parts(text: str, option: str) -> list[str]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    for part in parts:
        try:
            float(part)
        except ValueError as error:
            raise UsageError(f"{option}: '{part}' is no number", None, "such as 1,2") from error
    return parts


def _numbers(text: str | None, option: str) -> list[int] | None:
    if text is None:
        return None
    parts = _parts(text, option)
    if not parts or not all(part.isascii() and part.isdigit() for part in parts):
        raise UsageError(
            f"{option}: '{text}' is no list of counts", None, "such as 3, or 1,2 for two samples"
        )
    return [int(part) for part in parts]


class _Stream:
    """The lots of a stream in the store."""

    def __init__(
        self, name: str, url: str | None, user: str, *, stable: bool, resume: bool, resubmitted: bool
    ) -> None:
        self.name, self.url, self.user = name, url, user
        self.stable, self.resume, self.resubmitted = stable, resume, resubmitted

    def open(self, *, create: bool) -> Store:
        return open_store(self.url, "keying accept", create=create)

    def inspection(self) -> str:
        """How the next lot is inspected.

        Raises:
            UsageError: inspection is discontinued and not resumed.
        """
        with self.open(create=True) as opened:
            state = _state(opened.keying.lots(self.name), stable=self.stable)
        if state.inspection != "discontinued":
            return state.inspection
        if not self.resume:
            what = f"inspection of '{self.name}' is discontinued: {state.reason}"
            raise UsageError(what, None, "after action was taken, give --resume")
        return "tightened"

    def decided(self, judged: LotDecision, lot: str | None) -> LotDecision:
        """Keeps the decision, when there is one, and says how the next lot is inspected."""
        with self.open(create=True) as opened:
            if judged.decision is not None:
                opened.keying.record_lot(self._kept(judged, lot))
            state = _state(opened.keying.lots(self.name), stable=self.stable)
        return replace(
            judged,
            stream=self.name,
            lot=lot,
            next_inspection=state.inspection,
            next_inspection_reason=state.reason,
        )

    def _kept(self, judged: LotDecision, lot: str | None) -> KeyingLot:
        from qa_toolkit.store.desk_records import KeyingLot

        if lot is None or judged.decision is None:
            raise UsageError("a lot of a stream is kept by its name", None, "give --lot")
        return KeyingLot(
            stream=self.name,
            lot=lot,
            lot_size=judged.lot_size,
            aql=judged.aql,
            level=judged.level,
            sampling=judged.sampling,  # type: ignore[arg-type]
            inspection=judged.inspection,  # type: ignore[arg-type]
            letter=judged.letter_used,
            inspected=judged.inspected or 0,
            faults=judged.faults or 0,
            decision=judged.decision,
            created_by=self.user,
            note=RESUBMITTED if self.resubmitted else RESUMED if self.resume else None,
        )


def _state(kept: Sequence[KeyingLot], *, stable: bool) -> SwitchingState:
    from qa_toolkit.statistics.switching import InspectedLot, next_inspection

    rows: list[InspectedLot] = [
        InspectedLot(each.inspection, each.decision, each.note == RESUMED)
        for each in kept
        if each.note != RESUBMITTED
    ]
    return next_inspection(rows, stable=stable)


def lots(
    stream: Annotated[
        str | None,
        typer.Argument(metavar="[STREAM]", help="Of this stream; all when absent.", show_default=False),
    ] = None,
    json: Json = False,
    store: StoreUrl = None,
) -> None:
    """Lists the lots that were decided on, oldest first."""
    from dataclasses import asdict

    with open_store(store, "keying lots") as opened:
        found = opened.keying.lots(stream)
    if json:
        print_json([{**asdict(r), "created_at": r.created_at and r.created_at.isoformat()} for r in found])
        return
    rows = [
        [r.stream, r.lot, r.inspection, r.letter, r.inspected, r.faults, r.decision, r.created_by, r.note]
        for r in found
    ]
    columns = ["stream", "lot", "inspection", "letter", "inspected>", "faults>", "decision", "by", "note"]
    print_table(None, columns, rows)


def _show(judged: LotDecision) -> None:
    moved = "" if judged.letter == judged.letter_used else f", by its arrow {judged.letter_used}"
    typer.echo(f"{judged.standard}, level {judged.level}, {judged.inspection} inspection")
    typer.echo(f"lot of {judged.lot_size}, AQL {judged.aql:g}: letter {judged.letter}{moved}")
    for number, stage in enumerate(judged.stages, start=1):
        which = "" if len(judged.stages) == 1 else f"sample {number}: "
        up_to = "not accepting yet" if stage.accept is None else f"accept up to {stage.accept}"
        more = "" if number == 1 else " more"
        typer.echo(f"{which}inspect {stage.n}{more}, {up_to}, reject from {stage.reject}")
    points = judged.operating_characteristic
    rows = [[f"{100 * p.rate:.2f}", f"{100 * p.accepted:.1f} %", f"{p.inspected:.1f}"] for p in points]
    print_table(None, ["true faults per 100>", "lots accepted>", "items inspected>"], rows)
    if judged.decision:
        typer.echo(f"{judged.faults} faults in {judged.inspected}: {judged.decision.replace('_', ', ', 1)}")
    elif judged.next_sample:
        typer.echo(f"{judged.faults} faults in {judged.inspected}: inspect sample {judged.next_sample}")
    if judged.next_inspection:
        typer.echo(f"next lot of {judged.stream}: {judged.next_inspection} ({judged.next_inspection_reason})")
