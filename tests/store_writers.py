"""A process that writes to a store, for tests with several at once."""

from __future__ import annotations

from store_examples import GREETING, example_input, example_interaction, example_result

from qa_toolkit.store import Store


def write_many(address: str, writer: int, count: int) -> list[int]:
    """Saves results of its own interactions and, each time, of one that all writers share; its revisions."""
    revisions = []
    with Store.open(address) as store:
        store.register_rubric(GREETING, by=f"writer {writer}")
        run = store.start_run(by=f"writer {writer}")
        for n in range(count):
            name = f"w{writer}-{n}"
            store.claim(run, n, name, name=name)
            store.save_result(
                example_result(name),
                interaction=example_interaction(name),
                source=example_input(name),
                by=f"writer {writer}",
                run=run,
                key=name,
            )
            shared = store.save_result(
                example_result("shared", percent=writer + n / 100),
                interaction=example_interaction("shared", agent=f"A-{writer}"),
                source=example_input("shared"),
                by=f"writer {writer}",
            )
            revisions.append(shared.revision)
        store.end_run(run, "finished")
    return revisions


def append_many(address: str, writer: int, count: int) -> None:
    """Appends rows to the audit log, one a transaction."""
    with Store.open(address) as store:
        for number in range(count):
            store.audit.record("interaction.view", "interaction", f"call-{number}", by=f"writer-{writer}")
