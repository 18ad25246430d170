"""Do the statistics keep their promises? See ``reviewer_statistics.py``, which this runs.

python benchmarks/statistics.py            all, some minutes
python benchmarks/statistics.py --quick    a tenth of the runs, within two minutes
python benchmarks/statistics.py --json
"""

from __future__ import annotations

import sys

if __name__ == "__main__":
    from reviewer_statistics import main

    sys.exit(main(sys.argv[1:]))

# Imported: a script of this folder wants the standard library's module of that name.
import importlib.util
import sysconfig
from pathlib import Path

_spec = importlib.util.spec_from_file_location(__name__, Path(sysconfig.get_path("stdlib"), "statistics.py"))
if _spec is None or _spec.loader is None:
    raise ImportError("the standard library has no statistics.py")
sys.modules[__name__] = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(sys.modules[__name__])
