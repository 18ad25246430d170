"""Entry point of the console script ``qa``: registers the commands, turns errors into one line and a code."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

import typer
from typer.exceptions import TyperException

from qa_toolkit.cli import (
    agreement,
    assign,
    audit,
    calibration,
    config,
    db,
    demo,
    doctor,
    evaluate,
    export,
    importing,
    keying,
    metrics,
    models,
    people,
    plugins,
    report,
    review,
    rubric,
    sample,
    schema,
    score,
    transcribe,
)
from qa_toolkit.cli import (
    app as app_command,
)
from qa_toolkit.cli.console import print_error
from qa_toolkit.errors import AuthoredFileError, EnvironmentProblemError, QAToolkitError
from qa_toolkit.memory import collect_seldom

INTERRUPTED = 130
_LONGEST_PATH_SHOWN = 200
_LACKING = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO}
)

cli = typer.Typer(
    name="qa",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Turns calls and keyed records into quality-assurance scores that show their evidence.",
    epilog="Begin with 'qa demo', which scores bundled samples; then 'qa score FOLDER --rubric inbound_call'"
    " for recordings of your own, 'qa app' to review them, 'qa doctor' when something is missing.",
)


@cli.callback(invoke_without_command=True)
def _root(
    version: bool = typer.Option(False, "--version", help="Print the version and stop."),
    debug: bool = typer.Option(False, "--debug", help="Show tracebacks (accepted anywhere)."),  # noqa: ARG001
) -> None:
    if version:
        from qa_toolkit import __version__

        typer.echo(f"qa-toolkit {__version__}")
        raise typer.Exit


for _module in (
    demo,
    score,
    transcribe,
    metrics,
    evaluate,
    importing,
    agreement,
    assign,
    report,
    export,
    app_command,
    doctor,
    schema,
):
    _module.register(cli)
for _group in (rubric, keying, sample, models, plugins, config, db, audit, people, review, calibration):
    _group.register(cli)


def execute(arguments: Sequence[str]) -> int:
    """Runs the command line and returns its exit code; errors are printed as one line on stderr."""
    debug = "--debug" in arguments or bool(os.environ.get("QA_DEBUG"))
    given = [argument for argument in arguments if argument != "--debug"]
    try:
        code = typer.main.get_command(cli).main(given, prog_name="qa", standalone_mode=False)
    except TyperException as error:
        said = " ".join(error.format_message().split()).rstrip(".")
        print_error(said, "see 'qa --help' or 'qa COMMAND --help'")
        return 2
    except (typer.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except AuthoredFileError as error:
        for fault in error.faults or (str(error),):
            print_error(fault)
        return error.exit_code
    except QAToolkitError as error:
        if debug:
            traceback.print_exc()
        print_error(str(error))
        return error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the last net: a bug is one line too, with the way to its traceback
        if debug:
            traceback.print_exc()
        return _unexpected(error)
    # Typer turns Ctrl-C into this code without a word.
    if code == INTERRUPTED:
        print_error("interrupted", "run the same command again to finish what is not done")
    return code if isinstance(code, int) else 0


def _unexpected(error: Exception) -> int:
    """One line for what no command foresaw: a fault of the machine with its file, or a bug.

    Returns:
        4 where the machine lacks something, else 1.
    """
    if not isinstance(error, OSError):
        print_error(
            f"unexpected {type(error).__name__}: {error}",
            "this is a bug; run again with --debug and report it",
        )
        return 1
    name = str(error.filename or "")
    where = name if len(name) <= _LONGEST_PATH_SHOWN else f"{name[:_LONGEST_PATH_SHOWN]}…"
    lacks = error.errno in _LACKING
    fix = "free what is missing" if lacks else "check the path and its permissions"
    print_error(f"the system refused: {error.strerror or error}", where, fix)
    return EnvironmentProblemError.exit_code if lacks else 1


def run() -> NoReturn:
    """Console script."""
    collect_seldom()
    sys.exit(execute(sys.argv[1:]))
