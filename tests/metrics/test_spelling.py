"""Spelling in chats: which words count, by table, in both languages; and where there is no value."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import Any

import pytest

from qa_toolkit.metrics import measure, spelling
from qa_toolkit.metrics.spelling import spelling_counts, written_words
from qa_toolkit.testing import transcript

# language, a message, the words of it that are misspelt
MESSAGES = [
    # slips
    ("en", "I recieved your aplication and it is teh right one.", ["recieved", "aplication", "teh"]),
    ("en", "You can definately seperate the two forms tommorow.", ["definately", "seperate", "tommorow"]),
    ("en", "Please uplod it. We will let you know untill Friday.", ["uplod", "untill"]),
    ("es", "Ya recibimos su solisitud y los documntos que nos mandó.", ["solisitud", "documntos"]),
    ("es", "Nesecita enviar el formulario a esta direccion de correo, tambien por fax.", ["direccion", "tambien"]),
    ("es", "Su covertura empieza en mayo y no tiene que aser nada más.", ["covertura", "aser"]),
    # right words that a word list of base forms would lack
    ("en", "We re-enrolled the household's dependents; you're covered, and they'll email you.", []),
    ("en", "Your copay, the APTC and the paystubs are in your login, under Medi-Cal.", []),
    ("en", "I haven\u2019t seen her paystub, it wasn't uploaded.", []),
    ("es", "Dígame su nombre y envíeme los talones; vamos a enviárselo y a inscribirle.", []),
    ("es", "¿Podría mandármelo? Está bien, así quedaría hecho antes del viernes.", []),
    ("es", "Haga clic en el botón azul para verificar los ingresos del hogar.", []),
    # what is no word of the language: names, numbers, addresses, abbreviations, placeholders
    ("en", "Thank you, Xiomara Oyelaran-Nguyen, I am with GetCoveredNow in Rancho Cucamonga.", []),
    ("en", "See www.coverdca.com/aplication or write to hlep@exampel.org about form1095a and CVRD.", []),
    ("en", "Case MX-2047781 of [CUSTMER_NAME] is closed on 3rd of May at 10am :) <lnk> {nmae}", []),
    ("es", "Buenas tardes, Xóchitl Etxeberria, le atiende Yadhira del condado de Tuolumne.", []),
    # a message in another language is not judged
    ("en", "Puedo ayudarle en español con la solicitud de cobertura si quiere.", []),
    ("es", "I can help you with your application in English if you would like that.", []),
]  # fmt: skip

TYPED = {
    "clean": "Thank you for waiting today. I have looked at your application and it is complete. We will send you a "
    "letter next week, and you can always call us when something in your household changes.",
    "sloppy": "Thank you for wating today. I have lookd at your aplication and it is complete. We will send you a "
    "leter next week, and you can always call us when somthing in your household changes.",
}


@pytest.fixture(autouse=True)
def _word_lists() -> None:
    pytest.importorskip("simplemma")


@pytest.mark.parametrize(("language", "message", "misspelt"), MESSAGES)
def test_misspelt_words(language: str, message: str, misspelt: list[str]) -> None:
    counts = spelling_counts([message], language)
    assert counts is not None
    assert list(counts.misspelt) == misspelt


def test_what_is_looked_up() -> None:
    found = written_words("Hi Ana, it's 3 p.m.; re-send form W-2 to a@b.org (ASAP) \u2014 thanks!")
    assert list(found) == ["Hi", "Ana", "it's", "re", "send", "form", "to", "thanks"]


def agent(text: str, **more: Any) -> Any:
    made = transcript(f"agent: {text}", "customer: teh ansewr plese", kind="chat", language="en", **more)
    return measure(made).get("misspelt_words", "agent")


def test_it_is_words_per_hundred_of_the_agent_alone() -> None:
    assert agent(TYPED["clean"]).value == 0.0
    sloppy = agent(TYPED["sloppy"])
    assert sloppy.value == pytest.approx(100 * 5 / 33)
    assert (sloppy.unit, sloppy.definition) == ("per 100 words", "misspelt_words/1")
    assert sloppy.thresholds == {"spelling_words": 30.0}


def test_the_same_slip_every_time_counts_every_time() -> None:
    once, twice = (spelling_counts(["The form is right. I recieved it."] * n, "en") for n in (1, 2))
    assert once is not None
    assert twice is not None
    assert (twice.words, len(twice.misspelt)) == (2 * once.words, 2 * len(once.misspelt))


@pytest.mark.parametrize(
    ("kind", "language", "text", "reason"),
    [
        ("call", "en", TYPED["sloppy"], "not typed"),
        ("chat", None, TYPED["sloppy"], "does not say its language"),
        ("chat", "vi", TYPED["sloppy"], "English and Spanish only"),
        ("chat", "en", "Helo, plese wait.", "fewer than 30 words"),
        ("chat", "en-US", "", "no words of the agent"),
    ],
)
def test_no_value_has_a_reason(kind: Any, language: str | None, text: str, reason: str) -> None:
    turns = ["customer: hi", *([f"agent: {text}"] if text else [])]
    found = measure(transcript(*turns, kind=kind, language=language)).get("misspelt_words", "agent")
    assert found.value is None
    assert reason in found.unavailable_because


@pytest.fixture
def _without_lists(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    real = builtins.__import__

    def refuse(name: str, *arguments: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "simplemma":
            raise ImportError(name)
        return real(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    spelling._listed.cache_clear()
    yield
    spelling._listed.cache_clear()


@pytest.mark.usefixtures("_without_lists")
def test_without_word_lists_the_install_line_is_the_reason() -> None:
    found = agent(TYPED["sloppy"])
    assert found.value is None
    assert "pip install 'qa-toolkit[language]'" in found.unavailable_because
