"""Reads a page the way a browser would, strictly."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "img", "input", "link"}


@dataclass
class Page(HTMLParser):
    """Tags in order with their attributes, the text, and whatever is not well formed."""

    source: str
    faults: list[str] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    text: str = ""
    open_tags: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.source)
        self.close()
        self.faults += [f"<{tag}> is not closed" for tag in self.open_tags]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if len({name for name, _ in attrs}) < len(attrs):
            self.faults.append(f"<{tag}> has an attribute twice")
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open_tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open_tags or self.open_tags.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        if self.open_tags and self.open_tags[-1] not in {"style", "script"}:
            self.text += f" {data}"

    @property
    def words(self) -> str:
        """The visible text with single spaces."""
        return " ".join(self.text.split())

    def of(self, tag: str, css: str = "") -> list[dict[str, str | None]]:
        """The attributes of all tags of that name (and class)."""
        return [a for t, a in self.tags if t == tag and css in ["", *(a.get("class") or "").split()]]

    @property
    def ids(self) -> list[str]:
        return [attributes["id"] or "" for _, attributes in self.tags if "id" in attributes]

    @property
    def links(self) -> list[str]:
        return [attributes["href"] or "" for _, attributes in self.tags if "href" in attributes]


def assert_sound(source: str) -> Page:
    """The page, after checking that it is well formed, loads nothing, and that its links within it arrive."""
    page = Page(source)
    assert page.faults == []
    assert page.source.startswith("<!DOCTYPE html>")
    assert len(page.ids) == len(set(page.ids))
    assert [link for link in page.links if link.startswith("#") and link[1:] not in page.ids] == []
    loading = {"link", "img", "iframe", "object", "embed", "base", "video", "audio", "source", "form"}
    assert not loading & {tag for tag, _ in page.tags}
    assert not {name for _, a in page.tags for name in a} & {"src", "srcset", "xlink:href", "action", "data"}
    assert not [name for _, a in page.tags for name in a if name.startswith("on")]
    assert not [link for link in page.links if ":" in link or link.startswith("//")]
    style = source[source.index("<style>") : source.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    return page
