"""Reports in another language: no text of ours is left in English, and every text has its translation."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from report_examples import Desk, report_desk

from qa_toolkit.cli.main import execute
from qa_toolkit.errors import UsageError
from qa_toolkit.keying import load_layout
from qa_toolkit.reports import translation
from qa_toolkit.reports.calls import read_calls
from qa_toolkit.reports.definitions import DEFINITIONS
from qa_toolkit.reports.from_store import report_of_store
from qa_toolkit.reports.keying_page import KIND_NAMES, field_names
from qa_toolkit.reports.keying_quality import KeyedFiles, keying_report
from qa_toolkit.reports.output import cell_text, report_bytes, report_html
from qa_toolkit.reports.quality_report import FAIRNESS, WORK_MIX, ReportRequest
from qa_toolkit.reports.rendering import render
from qa_toolkit.reports.tables import Figure, QualityReport
from qa_toolkit.reports.translation import catalogue, languages, say, speaking
from qa_toolkit.resources import sample_dir
from qa_toolkit.review import OVERRIDE_REASONS, ROOT_CAUSES
from qa_toolkit.simulation import Planted, YearPlan, fill_store, simulate_year
from qa_toolkit.store import Store
from qa_toolkit.store.desk_records import KeyingLot
from qa_toolkit.store.reporting import CallFilter, counted_calls

REPORTS = Path(translation.__file__).parent
OPEN, SHUT = "⟦", "⟧"
TARGETS = {"": 0.99, "compliance": 0.999, "customer": 0.4}
# What is asked for: kind, name (of the year; of the handful of calls).
ASKED = [
    ("unit", None, None),
    ("site", None, None),
    ("site", "Fresno", "Fresno"),
    ("vendor", None, None),
    ("team", None, None),
    ("agent", None, None),
    ("agent", "agent-0030", "a1"),
    ("rubric", None, None),
    ("criterion", "SY-05", "S-1"),
    ("day", None, None),
    ("machine", None, None),
    ("machine", "SY-05", "S-1"),
    ("drift", None, None),
    ("drift", "SY-05", "S-1"),
]


@dataclass(frozen=True)
class Filled:
    """A store, and every name, id and date in it: what no language changes."""

    store: Store
    data: frozenset[str]


def marked(text: str) -> str:
    """The text with all that is not a place to fill in between brackets."""
    parts = []
    for words, name, _, _ in Formatter().parse(text):
        parts.append(f"{OPEN}{words.replace('{', '{{').replace('}', '}}')}{SHUT}" if words else "")
        parts.append(f"{{{name}}}" if name is not None else "")
    return "".join(parts)


@pytest.fixture
def brackets(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A language in which every translated text stands between brackets: what stands outside was not translated."""
    spanish = catalogue("es")
    monkeypatch.setattr(
        translation,
        "catalogue",
        lambda name: {text: marked(text) for text in spanish} if name == "es" else {},
    )
    with speaking("es"):
        yield


def filled(store: Store) -> Filled:
    data: set[str] = set()
    for rubric, calls in read_calls(
        counted_calls(store.database, CallFilter()), (*WORK_MIX, *FAIRNESS)
    ).items():
        data |= {rubric, *calls.interactions, *calls.answers}
        data |= {str(value) for column in calls.columns.values() for value in column.values}
    for found in store.rubrics():
        data |= {found.id, found.version, *re.findall(r"question: \"?(.+?)\"?[,}\n]", found.text)}
    ours = {"machine", "review", "dispute", "en", "es", "yes", "no"}
    return Filled(store, frozenset({*data, "manual"} - ours))


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    plan = YearPlan(agents=60, planted=Planted(weak_agent="agent-0030"))
    with Store.open(tmp_path_factory.mktemp("year") / "year.db") as store:
        fill_store(store, simulate_year(plan, seed=2))
        yield filled(store)


@pytest.fixture(scope="module")
def handful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """A few calls: figures without limits, groups too small to show, reviews seen and blind, drafts."""
    with report_desk(tmp_path_factory.mktemp("few") / "qa.db") as desk:
        for k in range(14):
            about = {"language": "en" if k < 12 else "es", "site": "Rancho" if k % 2 else "Fresno"}
            desk.call(f"c{k}", "yy?" if k % 3 else "nya", agent=f"a{k % 7}", draft=k == 2, **about)
        review(desk, "c1", "yny")
        review(desk, "c2", "nyy", blind=True)
        desk.call("c3", "yyy", version="2.0.0", agent="a1", started_at="2026-05-02T09:00:00Z")
        yield filled(desk.store)


def review(desk: Desk, name: str, answers: str, **filed: Any) -> None:
    from qa_toolkit.domain import Source
    from qa_toolkit.evaluation.given_answers import score_answers

    meanings = {"y": "yes", "n": "no", "a": "na"}
    given = {f"S-{k}": meanings[letter] for k, letter in enumerate(answers, start=1)}
    found = score_answers(desk.forms["1.0.0"], given, interaction=name, source=Source("reviewer", "maria"))
    first = desk.store.revisions(name)[0].id
    desk.store.file_evaluation(found, by="maria", based_on=first, **filed)


class Texts(HTMLParser):
    """Every text that a page or a picture shows or reads out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent = tag in {"style", "script"}
        self.found += [value for name, value in attrs if name == "aria-label" and value]

    def handle_endtag(self, tag: str) -> None:
        self.silent = False

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append(data)


def texts_of_page(page: str) -> list[str]:
    parser = Texts()
    parser.feed(page)
    return [text.strip() for text in parser.found if text.strip()]


def texts_of(report: QualityReport) -> Iterator[str]:
    """Every text of a report: titles, facts, advice, headings, notes, cells, definitions, charts."""
    yield report.title
    for fact in report.facts:
        yield from fact
    yield from (each.text for each in report.recommendations)
    yield from report.definitions.values()
    for table in report.tables:
        yield from (table.title, table.note, *(heading for _, heading in table.columns))
        yield from texts_of_page(table.chart or "")
        for row in table.rows:
            for key, _ in table.columns:
                cell = row.get(key)
                yield cell_text(cell)
                if isinstance(cell, Figure) and cell.note:
                    yield cell.note


def english_left(texts: Iterator[str], data: frozenset[str]) -> list[str]:
    """Texts in which a word stands outside the brackets that is no name, id or hash of the store."""
    names = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(data, key=len, reverse=True)))})(?!\w)")
    left = []
    for text in dict.fromkeys(texts):
        rest = re.sub(rf"{OPEN}[^{SHUT}]*{SHUT}", " ", text)
        rest = re.sub(r"\b[0-9a-f]{12,}\b|\bn(?= (= )?\d)|\d{4}-\d\d-\d\dT[\d:]+Z", " ", names.sub(" ", rest))
        if re.search(r"[^\W\d_]", rest):
            left.append(f"{text!r} leaves {rest.strip()!r}")
    return left


def request(kind: Any, name: str | None) -> ReportRequest:
    return ReportRequest(kind=kind, name=name, targets=TARGETS)


def not_mixed(report: QualityReport) -> None:
    """Headings that are told apart in English are in the other language, too: tables are keyed by them."""
    for table in report.tables:
        heads = [heading for _, heading in table.columns]
        assert len(set(heads)) == len(heads), (table.id, heads)


@pytest.mark.parametrize(("kind", "name", "_"), ASKED)
def test_nothing_of_a_year_is_left_in_english(
    kind: str, name: str | None, _: object, year: Filled, brackets: None
) -> None:
    report = report_of_store(year.store, request(kind, name))
    assert english_left(texts_of(report), year.data) == []
    assert english_left(iter(texts_of_page(report_html(report))), year.data | set(report.definitions)) == []


@pytest.mark.parametrize(("kind", "_", "name"), ASKED)
def test_nothing_of_a_handful_of_calls_is_left_in_english(
    kind: str, _: object, name: str | None, handful: Filled, brackets: None
) -> None:
    report = report_of_store(handful.store, request(kind, name))
    assert english_left(texts_of(report), handful.data) == []


@pytest.fixture(scope="module")
def keyed() -> KeyedFiles:
    samples = sample_dir() / "keying"
    return KeyedFiles(samples / "keyed.csv", samples / "reference.csv", load_layout("covered_application"))


@pytest.mark.parametrize("operator", [None, "op-101"])
def test_nothing_of_keyed_forms_is_left_in_english(
    operator: str | None, keyed: KeyedFiles, tmp_path: Path, brackets: None
) -> None:
    with Store.open(tmp_path / "qa.db") as store:
        store.keying.record_lot(
            KeyingLot(
                stream="op-101", lot="lot-1", lot_size=400, aql=2.5, level="II", sampling="single",
                inspection="normal", letter="H", inspected=50, faults=1, decision="accepted", created_by="lena",
            )
        )  # fmt: skip
        report = keying_report(ReportRequest(kind="keying", name=operator), keyed, store)
    layout = keyed.loaded.layout
    data = {*field_names(layout), *field_names(layout, "es").values(), layout.id, layout.version}
    data |= {*layout.title.values(), "op-101"}
    data |= set(
        re.findall(
            r"(?:op-\d+|APP-\d+|Fresno|Rancho|[A-Za-z]*[Bb]atch[-\w]*)", keyed.keyed.read_text("utf-8")
        )
    )
    assert english_left(texts_of(report), frozenset(data)) == []


def test_a_refusal_is_said_in_the_language_asked_for(handful: Filled) -> None:
    with speaking("es"), pytest.raises(UsageError, match="nada cuenta para agente «nobody»"):
        report_of_store(handful.store, ReportRequest(kind="agent", name="nobody"))
    with pytest.raises(UsageError, match="one of en, es"), speaking("fr"):
        pass


def test_headings_stay_apart_and_figures_the_same(handful: Filled) -> None:
    for kind, _, name in ASKED:
        english = report_of_store(handful.store, request(kind, name))
        with speaking("es"):
            spanish = report_of_store(handful.store, request(kind, name))
        not_mixed(spanish)
        assert [table.id for table in spanish.tables] == [table.id for table in english.tables]
        for one, other in zip(english.tables, spanish.tables, strict=True):
            assert one.behind == other.behind
            for row, again in zip(one.rows, other.rows, strict=True):
                assert {k: c.estimate for k, c in row.items() if isinstance(c, Figure)} == {
                    k: c.estimate for k, c in again.items() if isinstance(c, Figure)
                }


def test_files_are_in_the_language_asked_for(handful: Filled) -> None:
    with speaking("es"):
        report = report_of_store(handful.store, request("unit", None))
        page, data = report_bytes(report, ".html").decode(), json.loads(report_bytes(report, ".json"))
    assert '<html lang="es">' in page
    assert "Recomendaciones" in page
    assert data["title"] == "La unidad"
    assert {"overview", "families"} <= {table["id"] for table in data["tables"]}, (
        "programs read the same names"
    )
    assert '<html lang="en">' in render("quality.html.j2", {"report": report, "blocks": []})


def test_the_command_line_takes_the_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], handful: Filled
) -> None:
    where = ["--store", handful.store.database.where]
    assert execute(["report", "unit", "--language", "es", *where]) == 0
    said = capsys.readouterr().out
    assert "Recomendaciones" in said
    assert "Llamadas que cuentan: 14" in said
    out = tmp_path / "unidad.html"
    assert execute(["report", "unit", "--language", "es", "--out", str(out), *where]) == 0
    assert '<html lang="es">' in out.read_text(encoding="utf-8")
    capsys.readouterr()
    for wrong in (["unit", "--language", "fr"], ["--language", "es"]):
        assert execute(["report", *wrong, *where]) == 2
        assert capsys.readouterr().err.startswith("error: ")


def said_in_code() -> dict[str, str]:
    """Every text given to ``say`` as a literal, with the file it stands in."""
    found: dict[str, str] = {}
    for path in (*REPORTS.glob("*.py"), REPORTS.parent / "cli" / "report.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"say", "_counted"}
            ):
                found |= {
                    str(each.value): path.name
                    for argument in node.args
                    for each in ast.walk(argument)
                    if isinstance(each, ast.Constant) and isinstance(each.value, str)
                }
    for path in (REPORTS / "templates").glob("*.j2"):
        found |= dict.fromkeys(re.findall(r'say\("([^"]+)"\)', path.read_text(encoding="utf-8")), path.name)
    return found


@pytest.mark.parametrize("language", [name for name in languages() if name != "en"])
def test_every_text_of_the_code_is_translated_with_the_same_places_to_fill(language: str) -> None:
    words = catalogue(language)
    listed = {*DEFINITIONS.values(), *KIND_NAMES.values(), *translation.FILLED}
    listed |= {code.replace("_", " ") for code in (*OVERRIDE_REASONS, *ROOT_CAUSES)}
    assert {text: where for text, where in said_in_code().items() if text not in words} == {}
    assert listed - set(words) == set()

    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    assert {text for text, found in words.items() if places(text) != places(found)} == set()


def test_outside_another_language_texts_stay_english() -> None:
    assert say("{n} forms", n=3) == "3 forms"
    with speaking("es"):
        assert say("{n} forms", n=3) == "3 formularios"
        with speaking("en"):
            assert say("{n} forms", n=3) == "3 forms"
    assert say("{n} forms", n=3) == "3 forms"
