"""``llm`` against a server on this machine: quotations are checked, and whatever goes wrong is a reason.

Rows: what the server replies, and the answer with the reason it must have.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from evaluation_builders import call, rubric_of, said

from qa_toolkit.domain import Answer, SpanEvidence
from qa_toolkit.errors import ConfigurationError
from qa_toolkit.evaluation import EvaluationSettings, evaluate
from qa_toolkit.evaluation.language_model import model_of

CALL = call(
    "agent: Thank you for calling.",
    "customer: Is it my fault?",
    "agent: Not at all,  I can fix that for you.",
)
RUBRIC = "{id: A, question: Was the agent kind?, guidance: Blame is no., confidence: 0.5, evaluator: {llm: {role: agent}}}"


class Server:
    """A chat-completions endpoint that replies what it is told and keeps what it was asked."""

    def __init__(self) -> None:
        self.reply: Any = {}
        self.status = 200
        self.asked: list[dict[str, Any]] = []
        self.hold = threading.Event()
        self.hold.set()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                server.asked.append(
                    {"path": self.path, "key": self.headers["Authorization"], **json.loads(body)}
                )
                server.hold.wait(10)
                data = server.reply if isinstance(server.reply, bytes) else json.dumps(server.reply).encode()
                try:
                    self.send_response(server.status)
                    if server.status == 302:
                        self.send_header("Location", "http://192.0.2.1/elsewhere")
                    self.end_headers()
                    self.wfile.write(data)
                except OSError:
                    return  # the caller gave up waiting

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self.http.server_port}/v1"

    def says(self, content: object) -> None:
        text = content if isinstance(content, str) else json.dumps(content)
        self.reply = {"choices": [{"message": {"content": text}}]}


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.hold.set()
    made.http.shutdown()
    thread.join()
    made.http.server_close()


def asked(server: Server, **llm: Any) -> Answer:
    settings = {"llm": {"endpoint": server.endpoint, "model": "m", **llm}}
    return evaluate(CALL, rubric_of(RUBRIC), settings=EvaluationSettings(evaluators=settings)).answer("A")


KIND = {
    "answer": "yes",
    "confidence": 0.99,
    "reason": "helpful",
    "quotes": [{"turn": 3, "text": "I can fix that"}],
}


def test_an_answer_counts_with_words_that_were_said(server: Server) -> None:
    server.says(KIND)
    answer = asked(server)
    assert (said(answer), answer.confidence, answer.reason) == ("yes", 0.75, "language model: helpful")
    assert [e.text for e in answer.evidence if isinstance(e, SpanEvidence)] == ["I can fix that"]
    assert answer.evaluator is not None
    assert answer.evaluator.version == "1+model.m"
    (request,) = server.asked
    assert (request["path"], request["temperature"], request["model"]) == ("/v1/chat/completions", 0, "m")
    shown = request["messages"][1]["content"]
    assert "Blame is no." in shown
    assert "[3] agent: Not at all, I can fix that for you." in shown
    assert "my fault" not in shown  # only the agent's turns were asked about


@pytest.mark.parametrize(
    ("reply", "expected", "reason"),
    [
        ({**KIND, "quotes": [{"turn": 3, "text": "not at all, i CAN fix"}]}, "yes", "language model: helpful"),
        ("```json\n" + json.dumps(KIND) + "\n```", "yes", "language model: helpful"),
        ({**KIND, "quotes": [{"turn": 3, "text": "I love you"}]}, "unanswered", "words that were not said there"),
        ({**KIND, "quotes": [{"turn": 1, "text": "I can fix that"}]}, "unanswered", "words that were not said there"),
        ({**KIND, "quotes": [{"turn": 2, "text": "my fault"}]}, "unanswered", "words that were not said there"),
        ({**KIND, "quotes": [{"turn": 3, "text": "an fix tha"}]}, "unanswered", "words that were not said there"),
        ({**KIND, "quotes": []}, "unanswered", "quoted nothing"),
        ({**KIND, "answer": "maybe"}, "unanswered", "something else than an option"),
        ({**KIND, "answer": "cannot_tell"}, "unanswered", "cannot tell: helpful"),
        ({**KIND, "confidence": 0.3}, "unanswered", "low confidence"),
        ({**KIND, "confidence": 7}, "unanswered", "not of the form"),
        ("The answer is yes.", "unanswered", "not of the form"),
        ('{"answer": "yes", "quotes": [', "unanswered", "not of the form"),
        ("[1, 2]", "unanswered", "not of the form"),
        ("", "unanswered", "said nothing"),
    ],
)  # fmt: skip
def test_what_the_model_says(server: Server, reply: object, expected: str, reason: str) -> None:
    server.says(reply)
    answer = asked(server)
    assert said(answer) == expected
    assert reason in str(answer.reason)


@pytest.mark.parametrize(
    ("reply", "status", "reason"),
    [
        (b"<html>", 200, "the language model's reply is not JSON"),
        ({"choices": []}, 200, "the language model's reply has no message"),
        ({"choices": [{"message": {"refusal": "no"}}]}, 200, "the language model refused to answer"),
        ({}, 500, "the language model refused: HTTP 500"),
        ({}, 302, "the language model refused: HTTP 302"),
        (b"x" * (1 << 20) + b"xx", 200, "the language model's reply is too long"),
    ],
)
def test_what_goes_wrong_on_the_way(server: Server, reply: Any, status: int, reason: str) -> None:
    server.reply, server.status = reply, status
    answer = asked(server)
    assert (said(answer), answer.reason) == ("unanswered", reason)


def test_a_slow_model_is_not_waited_for(server: Server) -> None:
    server.hold.clear()
    answer = asked(server, timeout_s=0.2)
    assert (said(answer), answer.reason) == ("unanswered", "the language model did not answer within 0.2 s")


def test_a_model_that_is_not_there() -> None:
    settings = {"llm": {"endpoint": "http://127.0.0.1:1/v1", "model": "m"}}
    answer = evaluate(CALL, rubric_of(RUBRIC), settings=EvaluationSettings(evaluators=settings)).answer("A")
    assert answer.reason == "the language model cannot be reached"


def test_it_is_off_unless_configured() -> None:
    answer = evaluate(CALL, rubric_of(RUBRIC)).answer("A")
    assert answer.reason == "no language model is configured (llm.endpoint and llm.model)"


def test_a_reply_is_cached_by_what_was_asked(server: Server, tmp_path: Path) -> None:
    server.says(KIND)
    first = asked(server, cache=str(tmp_path))
    server.says({**KIND, "answer": "no"})
    assert asked(server, cache=str(tmp_path)) == first
    assert len(server.asked) == 1
    other = asked(server, cache=str(tmp_path), model="other")
    assert (said(other), len(server.asked)) == ("no", 2)


def test_a_failure_is_not_cached(server: Server, tmp_path: Path) -> None:
    server.status = 500
    asked(server, cache=str(tmp_path))
    server.status = 200
    server.says(KIND)
    assert said(asked(server, cache=str(tmp_path))) == "yes"


def test_the_key_comes_from_a_file(server: Server, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("abc\n")
    server.says(KIND)
    asked(server, key_file=str(tmp_path / "key"))
    assert server.asked[0]["key"] == "Bearer abc"


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"endpoint": "http://models.example.org/v1", "model": "m"}, "not this machine"),
        ({"endpoint": "http://localhost.example.org/v1", "model": "m"}, "not this machine"),
        ({"endpoint": "http://127.0.0.1@example.org/v1", "model": "m"}, "is no address"),
        ({"endpoint": "file:///etc/passwd", "model": "m"}, "is no address"),
        ({"endpoint": "http://localhost:1/v1"}, "without llm.model"),
    ],
)
def test_only_configured_hosts_are_asked(settings: dict[str, Any], fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault):
        model_of({"llm": settings})


def test_a_host_the_site_lists_is_allowed() -> None:
    found = model_of(
        {"llm": {"endpoint": "https://qa.example.org/v1", "model": "m", "hosts": ["qa.example.org"]}}
    )
    assert found is not None
    assert model_of({"llm": {"endpoint": "http://[::1]:8080/v1", "model": "m"}}) is not None
