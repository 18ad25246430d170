"""``qa keying charts``: control charts, Pareto, and speed beside the error rate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_toolkit.cli.console import print_json, print_table, print_warning
from qa_toolkit.cli.keying_options import Encoding, Keyed, Layout, Reference, find_layout
from qa_toolkit.cli.options import Json, Out

if TYPE_CHECKING:
    from qa_toolkit.domain.keying import Rejected
    from qa_toolkit.domain.keying_charts import KeyingChart, KeyingCharts

SHOWN = 20
STYLE = (
    "<style>svg{font:12px sans-serif;background:#fff;color:#1b2530}.axis{stroke:#d9e0e7}.tick{fill:#566372}"
    ".control-line{stroke:#2f6fb3;stroke-width:1.5}.control-in{fill:#2f6fb3}.control-out{fill:#b3261e}</style>"
)
TITLES = {
    "u": "Wrong fields per active field (u chart)",
    "laney_u": "Wrong fields per active field (Laney u′ chart)",
    "p": "Forms with a critical error (p chart)",
    "laney_p": "Forms with a critical error (Laney p′ chart)",
}


def register(commands: typer.Typer) -> None:
    commands.command()(charts)


def charts(
    keyed: Keyed,
    reference: Reference,
    layout: Layout,
    by: Annotated[
        str, typer.Option("--by", metavar="NAME", help="What a point is: day, operator, site or metadata.")
    ] = "day",
    operator: Annotated[
        str | None, typer.Option("--operator", help="Only this operator's forms.", show_default=False)
    ] = None,
    kind: Annotated[
        str, typer.Option("--chart", help="The chart to print: u, laney_u, p, laney_p, or auto.")
    ] = "auto",
    out: Out = None,
    json: Json = False,
    encoding: Encoding = "utf-8",
) -> None:
    """Control charts of keying errors (u, p, Laney's), Pareto, productivity; --out writes charts as SVG."""
    from qa_toolkit.domain.contract import to_contract
    from qa_toolkit.errors import UsageError
    from qa_toolkit.keying.charting import ChartCount
    from qa_toolkit.keying.comparison import RecordComparer
    from qa_toolkit.keying.files import read_pairs

    if kind != "auto" and kind not in TITLES:
        raise UsageError(f"there is no chart '{kind}'", None, f"one of auto, {', '.join(TITLES)}")
    loaded = find_layout(layout)
    comparer, count = RecordComparer(loaded.layout), ChartCount(loaded.layout.id, by)
    rejected: list[Rejected] = []
    for one, other in read_pairs(keyed, reference, loaded.layout, encoding=encoding, rejected=rejected):
        comparison = comparer.compare(one, other)
        who = comparison.metadata.get("operator") or comparison.metadata.get("agent")
        if operator is None or operator == who:
            count.add(one, comparison)
    found = count.result()
    if not found.records:
        what = "no form can be compared" if operator is None else f"no form of operator '{operator}'"
        raise UsageError(what, keyed.name, "see qa keying compare")
    if out is not None:
        _write(found, out)
    if json:
        print_json(to_contract(found))
    else:
        _show(found, kind)
    for warning in found.warnings:
        print_warning(warning)
    if rejected:
        print_warning(f"{len(rejected)} rows or records are left out: 'qa keying compare' says why")


def _write(found: KeyingCharts, out: Path) -> None:
    from qa_toolkit.errors import InputError
    from qa_toolkit.reports.keying_charts import control_chart_svg
    from qa_toolkit.statistics.charts import ChartPoint, ControlChart
    from qa_toolkit.whole_files import write_whole

    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, chart in found.charts.items():
            points = tuple(
                ChartPoint(p.label, p.faults, p.size, p.rate, p.low, p.high, p.out) for p in chart.points
            )
            per = 10_000.0 if name.endswith("u") else 100.0
            unit = "per 10,000" if name.endswith("u") else "percent"
            made = ControlChart(chart.kind, chart.centre, chart.sigma_z, points, chart.advice)
            svg = control_chart_svg(made, f"{TITLES[name]}, {unit}", per=per)
            head, _, rest = svg.partition(">")
            text = f'{head} xmlns="http://www.w3.org/2000/svg">{STYLE}{rest}\n'
            write_whole(out / f"{name}.svg", text)
    except OSError as error:
        raise InputError(
            f"the charts cannot be written ({error.strerror})", str(out), "check --out"
        ) from error


def _show(found: KeyingCharts, kind: str) -> None:
    chosen = found.recommended if kind == "auto" else kind
    chart = found.charts.get(chosen or "")
    if chart is None:
        typer.echo(f"no form says its {found.by}: no chart")
    else:
        _show_chart(chart, found.by)
    if found.gaps.mean is not None:
        outside = f", outside: {', '.join(found.gaps.out)}" if found.gaps.out else ""
        typer.echo(
            f"forms between two with a critical error: {found.gaps.mean:.1f} on average, expected "
            f"{found.gaps.low:.0f} to {found.gaps.high:.0f}{outside}"
        )
    rows = [
        [bar.field, bar.kind, bar.root_errors, f"{100 * bar.share:.1f} %", f"{100 * bar.cumulative:.1f} %",
         bar.operators]
        for bar in found.pareto[:SHOWN]
    ]  # fmt: skip
    if rows:
        print_table("Pareto", ["field", "kind", "root errors>", "share>", "so far>", "operators>"], rows)
    if found.spread is not None:
        spread = found.spread
        share = f"{100 * spread.their_share_of_fields:.0f} %"
        typer.echo(
            f"half of the root errors were made by {spread.half_made_by} of {spread.operators} operators, "
            f"who keyed {share} of the fields"
        )
    _show_operators(found)


def _show_chart(chart: KeyingChart, by: str) -> None:
    per, unit = (10_000, "per 10,000") if chart.kind.endswith("u") else (100, "%")
    rows = [
        [p.label, f"{p.faults:g}", f"{p.size:g}", f"{per * p.rate:.1f}", f"{per * p.low:.1f}",
         f"{per * p.high:.1f}", "outside" if p.out else ""]
        for p in chart.points
    ]  # fmt: skip
    columns = [by, "faults>", "of>", f"{unit}>", "low>", "high>", ""]
    print_table(f"{TITLES[chart.kind]}, centre {per * chart.centre:.1f} {unit}", columns, rows)
    if chart.sigma_z is not None:
        typer.echo(f"points scatter {chart.sigma_z:.2f} times as much as chance alone would make them")
    for line in chart.advice:
        typer.echo(line)


def _show_operators(found: KeyingCharts) -> None:
    def number(value: float | None) -> str:
        return "–" if value is None else f"{value:.0f}"

    rows = [
        [each.operator, each.forms, number(each.fields_per_hour), number(each.keystrokes_per_hour),
         each.errors, number(each.per_10000),
         "–" if each.interval is None else f"{each.interval[0]:.0f} to {each.interval[1]:.0f}"]
        for each in found.operators
    ]  # fmt: skip
    columns = ["operator", "forms>", "fields/hour>", "keystrokes/hour>", "wrong>", "per 10,000>", "95 %>"]
    print_table("Speed beside accuracy (in the order of names)", columns, rows)
