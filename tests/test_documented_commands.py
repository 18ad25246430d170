"""What the pages tell people to type is there, with these options; links lead to the headings they name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from qa_toolkit.cli.main import cli

CHECKOUT = Path(__file__).parents[1]
PAGES = sorted(
    page
    for page in CHECKOUT.rglob("*.md")
    if not any(part.startswith(".") or part == "build" for part in page.relative_to(CHECKOUT).parts)
)
PLANNED = {"batch", "watch", "redact", "retention"}
"""Commands that the contract and the design name as not there yet."""
ROOT: Any = typer.main.get_command(cli)
_OF_ALL = {"--help", "--debug", "--version"}
_ALTERNATIVE = re.compile(r"[|/](?=\s|$)|&&|;|  #")


def typed(page: Path) -> Iterator[str]:
    """Lines of code blocks and pieces of inline code, without the signs around them."""
    inside = False
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.lstrip().startswith("```"):
            inside = not inside
        elif inside or line.startswith("    "):
            yield line
        else:
            yield from re.findall(r"`([^`\n]+)`", line)


def commands(page: Path) -> Iterator[list[str]]:
    """The words after every ``qa`` with which a piece begins."""
    for text in typed(page):
        for part in _ALTERNATIVE.split(text.replace("\\|", ",")):
            found = re.match(r"\s*(?:\$ )?(?:[A-Z_]+=\S+ )*qa ([a-z-].*)", part)
            if found:
                yield [word for word in (each.strip("[](),:…") for each in found[1].split()) if word]


def fault_of(words: list[str]) -> str | None:
    """Why nobody could type this; None when they can."""
    command, rest = ROOT, list(words)
    while getattr(command, "commands", None) and rest and not rest[0].startswith("-"):
        if rest[0] not in command.commands:
            return f"there is no command {' '.join(words)}"
        command = command.commands[rest.pop(0)]
    known = {name for each in command.params for name in (*each.opts, *each.secondary_opts)} | _OF_ALL
    unknown = [word for word in rest if word.startswith("--") and word.partition("=")[0] not in known]
    return f"{' '.join(words)}: no option {', '.join(unknown)}" if unknown else None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(CHECKOUT).as_posix())
def test_commands_exist_with_their_options(page: Path) -> None:
    faults = [fault_of(words) for words in commands(page) if words[0] not in PLANNED]
    assert [fault for fault in faults if fault] == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("qa report unit --out unit.html", None),
        ("qa rubric publish my.yaml --nonsense", "no option --nonsense"),
        ("qa rubric polish my.yaml", "there is no command rubric polish"),
        ("QA_HOME=x qa doctor  # what works", None),
    ],
)
def test_faults_are_found(tmp_path: Path, text: str, fault: str | None) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Page\n\n```\n{text}\n```\n", encoding="utf-8")
    (found,) = map(fault_of, commands(page))
    assert found is None if fault is None else fault in str(found)


def test_the_pages_tell_of_every_command() -> None:
    told = {words[0] for page in PAGES for words in commands(page)}
    assert told - PLANNED == set(ROOT.commands)


def headings(page: Path) -> set[str]:
    """The names by which a page's headings are linked to."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(CHECKOUT).as_posix())
def test_links_lead_to_files_and_headings(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        name, _, heading = target.partition("#")
        other = page.parent / name if name else page
        assert other.exists(), f"{page.name} links to {target}"
        assert not heading or heading in headings(other), f"{page.name} links to {target}"
