"""Makes the sample scans: applications of the keying samples, filled in by pen-like faces and scanned.

    python benchmarks/make_sample_scans.py [FOLDER]

Truth is qa_toolkit/samples/keying/reference.csv; what was keyed, keyed.csv beside it.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from random import Random

from qa_toolkit.keying import load_layout, open_records
from qa_toolkit.keying.scans.arrangement import Arrangement, arrange
from qa_toolkit.keying.scans.drawing import draw_form, write_whole
from qa_toolkit.keying.scans.made_scans import Wear, pages_of_pdf, usual_wear, worn, write_scan
from qa_toolkit.keying.scans.pens import Pen, hand
from qa_toolkit.keying.scans.template import template_text
from qa_toolkit.resources import sample_dir

GROUPS = ("contact", "person", "household", "income", "signature")
SCANS = (
    ("APP-00001.pdf", "PatrickHand", 150, False),
    ("APP-00006.tif", None, 150, True),
    ("APP-00007.tif", "Kalam", 200, True),
)


def sample_form() -> Arrangement:
    """The pages that were scanned."""
    return arrange(
        load_layout("covered_application").layout,
        members={"person": 2, "income": 1},
        groups=GROUPS,
        core=True,
    )


def main() -> None:
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else sample_dir() / "scans"
    out.mkdir(parents=True, exist_ok=True)
    form = sample_form()
    write_whole(out / "template.yaml", template_text(form.template).encode())
    reference = open_records(sample_dir() / "keying" / "reference.csv", form.layout)
    for number, (name, face, dpi, two_tone) in enumerate(SCANS, start=1):
        record, _ = reference.read(Path(name).stem)
        pen = hand(face, number) if face else Pen()
        pages = pages_of_pdf(
            draw_form(form, record=record, pen=pen, language="es" if number == 3 else "en"), dpi
        )
        random = Random(number)  # noqa: S311
        wears = [usual_wear(random, dpi) for _ in pages]
        made = [
            worn(page, calm(wear, upside_down=(number, at) == (2, 2)), 100 * number + at)
            for at, (page, wear) in enumerate(zip(pages, wears, strict=True))
        ]
        write_scan(out / name, made, dpi=dpi, two_tone=two_tone, quality=30)
        print(f"{out / name}: {len(made)} pages, {(out / name).stat().st_size // 1024} KiB")


def calm(wear: Wear, *, upside_down: bool = False) -> Wear:
    """Less grain, so that the files stay small."""
    return replace(wear, noise=min(wear.noise, 3.0), quarter_turns=2 if upside_down else 0)


if __name__ == "__main__":
    main()
