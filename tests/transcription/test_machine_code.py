"""Machine code kept between processes: compiled once, never mixed, made anew when it is spoilt."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa_toolkit.errors import EnvironmentProblemError
from qa_toolkit.transcription import machine_code
from qa_toolkit.transcription.machine_code import kept_machine_code

pytest.importorskip("numba")

FUNCTIONS = 8
MODULE = "import numba\n" + "".join(
    f"""
@numba.guvectorize(
    ["void(float32[:], float32[:])", "void(float64[:], float64[:])"], "(n)->(n)", cache=True, nopython=True
)
def add_{number}(x, y):
    for at in range(x.size):
        y[at] = x[at] + {number}
print("compiled", flush=True)
"""
    for number in range(FUNCTIONS)
)
RIGHT = [1.0 + number for number in range(FUNCTIONS)]
CHILD = """
import json, sys
from pathlib import Path
import numba, numba.np.ufunc
import numpy as np
from qa_toolkit.transcription.machine_code import kept_machine_code
print("ready", flush=True)
sys.stdin.readline()
with kept_machine_code("some", [Path(sys.argv[1])]):
    import some_functions as some
    one = np.ones(1, np.float32)
    print(json.dumps([float(getattr(some, f"add_{n}")(one)[0]) for n in range(int(sys.argv[2]))]))
"""


@pytest.fixture
def functions(tmp_path: Path) -> Path:
    """A folder with a module whose functions are compiled when it is imported."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "some_functions.py").write_text(MODULE, encoding="utf-8")
    return tmp_path / "site"


class Child:
    """A process that waits for a word before it compiles."""

    def __init__(self, site: Path, place: Path) -> None:
        named = {"PYTHONPATH": os.pathsep.join([str(site), *sys.path]), "NUMBA_CACHE_DIR": str(place)}
        self._process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(place), str(FUNCTIONS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **named},
        )
        assert self.says() == "ready"

    def go(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def says(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def numbers(self) -> object:
        out, _ = self._process.communicate(timeout=300)
        return json.loads(out.splitlines()[-1]) if self._process.returncode == 0 else self._process.returncode

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.mark.slow
def test_processes_that_compile_at_once_spoil_nothing(functions: Path, tmp_path: Path) -> None:
    # In one folder shared by all, this left code behind that killed later processes in 12 of 13 tries.
    place = tmp_path / "kept"
    racers = [Child(functions, place) for _ in range(3)]
    racers[0].go()
    assert racers[0].says() == "compiled"  # the others find the first function and not the second
    for racer in racers[1:]:
        racer.go()
    assert [racer.numbers() for racer in racers] == [RIGHT] * 3
    assert [path.name for path in place.iterdir()] == ["some"]
    later = Child(functions, place)
    later.go()
    assert later.numbers() == RIGHT


@pytest.mark.slow
def test_a_process_killed_while_it_compiles_harms_no_other(functions: Path, tmp_path: Path) -> None:
    place = tmp_path / "kept"
    killed = Child(functions, place)
    killed.go()
    assert killed.says() == "compiled"
    killed.kill()
    (left,) = place.iterdir()
    assert left.is_dir()
    os.utime(left, (0, 0))
    later = Child(functions, place)
    later.go()
    assert later.numbers() == RIGHT
    assert [path.name for path in place.iterdir()] == ["some"]


@pytest.fixture
def cache_dirs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Numba's own setting is as it was afterwards, whatever happens within."""
    from numba.core import config

    monkeypatch.setattr(config, "CACHE_DIR", "as it was")
    yield
    assert config.CACHE_DIR == "as it was"


def compile_something(places: list[Path], content: bytes = b"code") -> bytes | None:
    """What an earlier process left for this one; then some content in its place."""
    from numba.core import config

    with kept_machine_code("some", places):
        file = Path(config.CACHE_DIR) / "folder" / "f.nbi"
        found = file.read_bytes() if file.exists() else None
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
    return found


@pytest.mark.usefixtures("cache_dirs")
def test_what_was_compiled_is_there_the_next_time_and_not_written_again(tmp_path: Path) -> None:
    assert compile_something([tmp_path]) is None
    written = (tmp_path / "some").stat()
    assert compile_something([tmp_path]) == b"code"
    assert (tmp_path / "some").stat().st_ino == written.st_ino
    assert compile_something([tmp_path], b"more") == b"code"
    assert compile_something([tmp_path]) == b"more"
    assert [path.name for path in tmp_path.iterdir()] == ["some"]


@pytest.mark.usefixtures("cache_dirs")
@pytest.mark.parametrize(
    "spoil",
    [
        lambda kept: kept.write_bytes(b""),
        lambda kept: kept.write_bytes(kept.read_bytes()[:-1]),
        lambda kept: kept.write_bytes(kept.read_bytes()[:60] + b"?" + kept.read_bytes()[61:]),
        lambda kept: kept.write_bytes(bytes(100)),
        lambda kept: kept.unlink(),
    ],
    ids=["empty", "cut short", "one byte changed", "zeros", "gone"],
)
def test_a_file_that_is_damaged_is_made_anew(tmp_path: Path, spoil) -> None:
    compile_something([tmp_path])
    spoil(tmp_path / "some")
    assert compile_something([tmp_path]) is None
    assert compile_something([tmp_path]) == b"code"


@pytest.mark.usefixtures("cache_dirs")
def test_a_file_of_somebody_else_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compile_something([tmp_path])
    monkeypatch.setattr(machine_code, "_is_trusted", lambda owner: owner != os.getuid())
    assert compile_something([tmp_path]) is None


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="files have no such owners here")
def test_this_user_root_and_the_owner_of_the_library_are_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    import numba

    library = Path(numba.__file__).stat().st_uid
    assert machine_code._is_trusted(os.getuid())
    assert machine_code._is_trusted(0)
    assert machine_code._is_trusted(library)
    assert not machine_code._is_trusted(max(os.getuid(), library) + 1)


@pytest.mark.usefixtures("cache_dirs")
def test_the_first_place_that_can_be_written_is_used(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    places = [tmp_path / "file" / "no folder", tmp_path / "second"]
    assert compile_something(places) is None
    assert compile_something(places) == b"code"
    assert (tmp_path / "second" / "some").is_file()


@pytest.mark.usefixtures("cache_dirs")
def test_where_nothing_can_be_kept_it_is_compiled_in_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    assert compile_something([tmp_path / "file" / "no folder"]) is None
    assert compile_something([tmp_path / "file" / "no folder"]) is None
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.usefixtures("cache_dirs")
def test_without_any_folder_to_write_in_the_reason_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(EnvironmentProblemError, match="set NUMBA_CACHE_DIR"):
        compile_something([tmp_path / "file" / "no folder"])


@pytest.mark.usefixtures("cache_dirs")
def test_a_full_disk_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblemError, match="No space left"), kept_machine_code("some", [tmp_path]):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "x.nbc")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("cache_dirs")
def test_another_fault_within_is_not_taken_for_one_of_the_disk(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="library not found"), kept_machine_code("some", [tmp_path]):
        raise OSError("library not found")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("cache_dirs")
def test_only_what_was_left_behind_long_ago_is_swept_away(tmp_path: Path) -> None:
    for name in (".compiling-old", ".compiling-now", "other"):
        (tmp_path / name / "inside").mkdir(parents=True)
    for name in (".compiling-old", "other"):
        os.utime(tmp_path / name, (0, 0))
    compile_something([tmp_path])
    assert {path.name for path in tmp_path.iterdir()} == {".compiling-now", "other", "some"}


def test_a_function_that_is_compiled_later_leaves_nothing_behind(functions: Path, tmp_path: Path) -> None:
    late = """
import sys
from pathlib import Path
import numba
from qa_toolkit.transcription.machine_code import kept_machine_code
with kept_machine_code("some", [Path(sys.argv[1])]):
    import late_function
print(late_function.double(2), [path.name[:11] for path in Path(sys.argv[1]).iterdir()])
"""
    source = "import numba\n\n@numba.njit(cache=True)\ndef double(x):\n    return 2 * x\n"
    (functions / "late_function.py").write_text(source, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", late, str(tmp_path / "kept")],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(functions), *sys.path])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "4 ['.compiling-']\n"
    assert list((tmp_path / "kept").iterdir()) == []


def test_threads_that_ask_at_once_load_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("librosa")
    from qa_toolkit.transcription import pitch

    pitch.compiled_librosa()
    pitch._loaded.cache_clear()
    times: list[str] = []
    kept = pitch.kept_machine_code
    monkeypatch.setattr(
        pitch, "kept_machine_code", lambda name, places: times.append(name) or kept(name, places)
    )
    threads = [threading.Thread(target=pitch.compiled_librosa) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(times) == 1
