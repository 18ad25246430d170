"""``qa schema NAME``."""

from __future__ import annotations

from typing import Annotated

import typer

from qa_toolkit.cli.console import print_json
from qa_toolkit.errors import UsageError


def register(cli: typer.Typer) -> None:
    cli.command("schema")(schema)


def schema(
    name: Annotated[
        str,
        typer.Argument(help="Such as transcript, evaluation or rubric; an unknown one lists all."),
    ],
) -> None:
    """Prints the JSON Schema of a shape of the contract."""
    from qa_toolkit.domain.contract import CONTRACT_TYPES, json_schema, schema_of

    if name == "rubric":
        from qa_toolkit.evaluation.schema import rubric_schema

        print_json(rubric_schema())
    elif name == "layout":
        from qa_toolkit.keying.layout_files import layout_schema

        print_json(layout_schema())
    elif name == "keying-worklist":
        from qa_toolkit.keying.scans.worklist import Worklist

        print_json(schema_of(Worklist, name))
    elif name in CONTRACT_TYPES:
        print_json(json_schema(name))
    else:
        every = (*CONTRACT_TYPES, "keying-worklist", "rubric", "layout")
        raise UsageError(f"there is no schema '{name}'", None, f"one of {', '.join(every)}")
