from __future__ import annotations

import pytest

from qa_toolkit.metrics import is_backchannel


@pytest.mark.parametrize(
    "text",
    [
        "mm-hm",
        "Mm-hm.",
        "Mhm",
        "Mm-hmm,",
        "uh-huh",
        "Uh huh.",
        "Right.",
        "OK",
        "Okay?",
        "yeah",
        "Yeah, yeah.",
        "sí",
        "Sí.",
        "Si",
        "¿Sí?",
        "ajá",
        "AJÁ.",
        "Aja\u0301",
        "Right, right.",
        "Okay, yeah.",
    ],
)
def test_small_words_alone_are_back_channels(text):
    assert is_backchannel(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " … ",
        "Yes.",
        "No.",
        "Okay, great.",
        "Right, yes.",
        "Yeah, that's it.",
        "Sí, señora.",
        "Okay, so your plan",
        "uh",
        "huh",
        "right right right right right",
        "Sure.",
        "All good.",
    ],
)
def test_anything_more_takes_the_floor(text):
    assert not is_backchannel(text)
