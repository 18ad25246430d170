"""Plugins: an example package that builds, installs and works, and faulty ones that harm nothing else."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from qa_toolkit.domain import AnswerStatus
from qa_toolkit.domain.rubric import Rubric
from qa_toolkit.evaluation import EvaluationSettings, containment, evaluate, registry
from qa_toolkit.evaluation.containment import TookTooLongError, alarm_at_hand, time_limit
from qa_toolkit.evaluation.loader import LoadedRubric
from qa_toolkit.testing import ask, case

Qa = Callable[..., Any]
FAULTY = ("raising", "lying", "leaving", "changing", "speechless")


def install(package: Path, target: Path) -> dict[str, str]:
    """Builds and installs a package into a folder of its own; the environment in which it is seen."""
    offline = ["--no-build-isolation"] if importlib.util.find_spec("hatchling") else []
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", *offline]
    made = subprocess.run(
        [*command, "--python", sys.executable, "--target", str(target), str(package)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    return {**os.environ, "PYTHONPATH": str(target)}


def qa_in(environment: dict[str, str], *arguments: object) -> subprocess.CompletedProcess[str]:
    code = "import sys; from qa_toolkit.cli.main import execute; sys.exit(execute(sys.argv[1:]))"
    command = [sys.executable, "-c", code, *[str(argument) for argument in arguments]]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


class TestNew:
    def test_the_package_is_built_installed_listed_and_used(self, qa: Qa, tmp_path: Path) -> None:
        folder = tmp_path / "package"
        ran = qa("plugins", "new", "short_turns", "--out", folder, "--json")
        assert ran.code == 0
        assert "src/qa_short_turns/evaluator.py" in ran.json["files"]
        environment = install(folder, tmp_path / "site")
        listed = json.loads(qa_in(environment, "plugins", "list", "--json").stdout)
        (found,) = [plugin for plugin in listed if plugin["name"] == "short_turns"]
        assert (found["distribution"], found["state"]) == ("qa-toolkit-short-turns", "ok")
        tested = qa_in(environment, "rubric", "test", folder / "example.yaml")
        assert (tested.returncode, tested.stderr) == (0, "")
        assert "7 as expected, 0 not" in tested.stdout
        assert qa_in(environment, "rubric", "lint", folder / "example.yaml").returncode == 0
        suite = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
            env=environment,
        )
        assert suite.returncode == 0, suite.stdout
        assert "6 passed" in suite.stdout

    @pytest.mark.parametrize("name", ["phrase", "Big", "a-b", "class", "../x", "x" * 60])
    def test_names_that_cannot_be_are_one_line(self, qa: Qa, tmp_path: Path, name: str) -> None:
        ran = qa("plugins", "new", name, "--out", tmp_path / "package")
        assert (ran.code, len(ran.errors)) == (2, 1)
        assert not (tmp_path / "package").exists()

    def test_a_folder_with_files_is_left_alone(self, qa: Qa, tmp_path: Path) -> None:
        (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
        ran = qa("plugins", "new", "short_turns", "--out", tmp_path)
        assert (ran.code, len(ran.errors)) == (2, 1)
        assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.fixture(scope="module")
def faulty(checkout: Path) -> Any:
    """The evaluators of ``tests/plugin_package``."""
    path = checkout / "tests" / "plugin_package" / "src" / "qa_faulty" / "faulty.py"
    spec = importlib.util.spec_from_file_location("qa_faulty_for_tests", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rubric_of_plugins(*names: str) -> LoadedRubric:
    criteria = [{"id": name, "question": "?", "evaluator": name} for name in names]
    criteria.append({"id": "good", "question": "?", "evaluator": {"phrase": {"any": ["hello"]}}})
    document = {
        "id": "plugins",
        "version": "1.0.0",
        "title": "Plugins",
        "sections": [{"id": "one", "title": "One", "criteria": criteria}],
    }
    return LoadedRubric(Rubric.model_validate(document), "-".join(names), None, json.dumps(document))


class TestFaulty:
    def test_each_costs_its_own_criterion_and_nothing_else(self, faulty: Any) -> None:
        classes = {name: getattr(faulty, name.capitalize()) for name in FAULTY}
        with registry.registered(**classes):
            result = evaluate(case("agent: Hello."), rubric_of_plugins(*FAULTY))
        for name in FAULTY:
            answer = result.answer(name)
            assert answer.status is AnswerStatus.ERROR, name
            assert answer.reason
        assert result.answer("good").answer == "yes"
        assert (result.score.open, result.score.complete, result.score.passed) == (len(FAULTY), False, None)

    def test_one_that_never_ends_is_stopped(self, faulty: Any) -> None:
        begun = time.monotonic()
        with registry.registered(sleeping=faulty.Sleeping):
            settings = EvaluationSettings(seconds=0.2)
            result = evaluate(case("agent: Hello."), rubric_of_plugins("sleeping"), settings=settings)
        assert time.monotonic() - begun < 20
        assert result.answer("sleeping").status is AnswerStatus.ERROR
        assert "longer than 0.2 s" in str(result.answer("sleeping").reason)
        assert result.answer("good").answer == "yes"

    def test_installed_they_are_named_and_the_other_criteria_are_answered(
        self, checkout: Path, tmp_path: Path
    ) -> None:
        environment = install(checkout / "tests" / "plugin_package", tmp_path / "site")
        listed = qa_in(environment, "plugins", "list", "--json")
        assert listed.returncode == 1
        states = {plugin["name"]: plugin for plugin in json.loads(listed.stdout)}
        assert states["unloadable"]["state"] == "broken"
        assert "this module is broken" in states["unloadable"]["reason"]
        assert states["lying"]["state"] == "ok"
        rubric = tmp_path / "plugins.yaml"
        rubric.write_text(rubric_of_plugins("lying", "leaving").text, encoding="utf-8")
        call = tmp_path / "call.json"
        call.write_text(json.dumps({"turns": [{"role": "agent", "text": "Hello."}]}), encoding="utf-8")
        ran = qa_in(environment, "evaluate", call, "--rubric", rubric, "--json")
        assert ran.returncode == 0, ran.stderr
        answers = {answer["criterion"]: answer["status"] for answer in json.loads(ran.stdout)["answers"]}
        assert answers == {"lying": "error", "leaving": "error", "good": "answered"}
        rubric.write_text(rubric_of_plugins("unloadable").text, encoding="utf-8")
        refused = qa_in(environment, "evaluate", call, "--rubric", rubric, "--json")
        assert refused.returncode == 3
        assert "this module is broken" in refused.stderr
        assert "Traceback" not in refused.stderr

    def test_what_one_prints_goes_to_standard_error(self, checkout: Path, tmp_path: Path) -> None:
        environment = install(checkout / "tests" / "plugin_package", tmp_path / "site")
        document = json.loads(rubric_of_plugins("printing").text)
        document["events"] = {"seen": "printing"}
        inner = {"id": "inner", "question": "?", "evaluator": {"checklist": {"every": ["printing"]}}}
        order = {"id": "order", "question": "?", "evaluator": {"order": {"first": "seen"}}}
        document["sections"][0]["criteria"] += [inner, order]
        rubric = tmp_path / "plugins.yaml"
        rubric.write_text(json.dumps(document), encoding="utf-8")
        call = tmp_path / "call.json"
        call.write_text(json.dumps({"turns": [{"role": "agent", "text": "Hello."}]}), encoding="utf-8")
        ran = qa_in(environment, "evaluate", call, "--rubric", rubric, "--json")
        assert ran.returncode == 0, ran.stderr
        answers = {answer["criterion"]: answer.get("answer") for answer in json.loads(ran.stdout)["answers"]}
        assert answers == {"printing": "yes", "good": "yes", "inner": "yes", "order": "no"}
        told = {line for line in ran.stderr.splitlines() if line.startswith("printed")}
        assert told == {"printed at import", "printed when built", "printed in answer", "printed in find"}
        assert isinstance(json.loads(qa_in(environment, "plugins", "list", "--json").stdout), list)


def rounds(catching: type[BaseException], work: Callable[[], object], times: int | None = None) -> str:
    """Works on and on, or so many times, whatever is raised; as a careless author would write it."""
    done = 0
    while times is None or done < times:
        done += 1
        try:  # noqa: SIM105  # as a careless author would write it
            work()
        except catching:
            pass
    return "an answer"


SWALLOWING: dict[str, Callable[[], object]] = {
    "a few tries": lambda: rounds(BaseException, lambda: time.sleep(60), 4),
    "an endless wait": lambda: rounds(BaseException, lambda: time.sleep(60)),
    "endless work": lambda: rounds(BaseException, lambda: sum(range(200))),
    "a loop in a loop": lambda: rounds(BaseException, lambda: rounds(BaseException, lambda: sum(range(200)))),
}


@contextmanager
def one_alarm() -> Iterator[None]:
    """An alarm at hand, as in an evaluation, though the tests themselves run under a timer."""
    import signal

    others = signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        with alarm_at_hand():
            yield
        assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
    finally:
        signal.setitimer(signal.ITIMER_REAL, *others)


class TestTimeLimit:
    @pytest.mark.parametrize("around", [one_alarm, nullcontext])
    @pytest.mark.parametrize("kind", SWALLOWING)
    def test_what_catches_everything_is_left_and_no_alarm_rings_afterwards(
        self, kind: str, around: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import signal

        monkeypatch.setattr(containment, "AGAIN_S", 0.02)
        before = signal.getitimer(signal.ITIMER_REAL)[0]
        with around():
            with pytest.raises(TookTooLongError, match=r"0\.05"), time_limit(0.05):
                SWALLOWING[kind]()
            assert sum(range(1_000_000)) == 499_999_500_000
            with time_limit(10):
                time.sleep(0.05)
        after = signal.getitimer(signal.ITIMER_REAL)[0]
        assert after <= before
        assert sum(range(1_000_000)) == 499_999_500_000

    def test_an_answer_given_after_the_alarm_was_caught_does_not_count(self) -> None:
        def late() -> str:
            try:
                time.sleep(60)
            except BaseException:  # noqa: BLE001  # as a careless author would write it
                return "an answer"
            return "in time"

        given = []
        with pytest.raises(TookTooLongError), time_limit(0.05):
            given.append(late())
        assert given == ["an answer"]

    @pytest.mark.parametrize("around", [one_alarm, nullcontext])
    def test_limits_within_limits(self, around: Callable[[], Any]) -> None:
        def twice() -> None:
            with pytest.raises(TookTooLongError, match=r"0\.05 s"), time_limit(0.05):
                time.sleep(10)
            time.sleep(10)

        with around(), pytest.raises(TookTooLongError, match=r"0\.3 s"), time_limit(0.3):
            twice()

    @pytest.mark.parametrize("around", [one_alarm, nullcontext])
    def test_a_longer_limit_inside_does_not_lengthen_the_one_outside(self, around: Callable[[], Any]) -> None:
        with around(), pytest.raises(TookTooLongError, match=r"0\.05 s"), time_limit(0.05), time_limit(30):
            time.sleep(10)

    def test_under_one_alarm_every_limit_has_its_whole_time(self) -> None:
        with one_alarm():
            with time_limit(0.1):
                pass
            with time_limit(10):  # the timer of the first one rings in here
                time.sleep(0.2)
            begun = time.monotonic()
            with pytest.raises(TookTooLongError, match=r"0\.2 s"), time_limit(0.2):
                time.sleep(10)
            assert 0.2 <= time.monotonic() - begun < 5

    def test_one_that_was_entered_and_never_left_ends_with_the_alarm(self) -> None:
        with one_alarm():
            time_limit(0.05).__enter__()
        with one_alarm():
            time.sleep(0.1)
            with pytest.raises(TookTooLongError, match=r"0\.2 s"), time_limit(0.2):
                time.sleep(10)

    def test_one_that_ends_the_timer_does_not_free_the_next_one(self) -> None:
        import signal

        with one_alarm():
            with time_limit(10):
                signal.setitimer(signal.ITIMER_REAL, 0)
            with pytest.raises(TookTooLongError), time_limit(0.05):
                time.sleep(10)

    def test_what_takes_too_long_ends(self) -> None:
        with pytest.raises(TookTooLongError, match=r"0\.05"), time_limit(0.05):
            time.sleep(10)

    @pytest.mark.parametrize("seconds", [None, 30.0])
    def test_what_is_quick_is_left_alone(self, seconds: float | None) -> None:
        with time_limit(seconds):
            done = sum(range(10))
        assert done == 45

    def test_a_timer_set_before_goes_on(self) -> None:
        import signal

        rang: list[int] = []
        before = signal.getitimer(signal.ITIMER_REAL)
        handler = signal.signal(signal.SIGALRM, lambda *_: rang.append(1))
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            with time_limit(10):
                pass
            time.sleep(0.4)
        finally:
            signal.signal(signal.SIGALRM, handler)
            signal.setitimer(signal.ITIMER_REAL, *before)
        assert rang == [1]

    def test_ask_of_the_test_kit_is_limited_like_the_engine(self) -> None:
        assert ask("phrase", {"any": ["hello"]}, case("agent: hello")).answer == "yes"
