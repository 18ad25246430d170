"""A quicker ``__init__`` makes the same objects as the one that dataclasses write."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, asdict, dataclass, field, replace
from inspect import signature
from typing import Any

import pytest

from qa_toolkit.domain.frozen import quick_init, replaced


@dataclass(frozen=True, slots=True)
class Plain:
    turn: int
    text: str
    channel: int | None = None
    kinds: tuple[str, ...] = ("a", "b")


@quick_init
@dataclass(frozen=True, slots=True)
class Quick:
    turn: int
    text: str
    channel: int | None = None
    kinds: tuple[str, ...] = ("a", "b")


GIVEN: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((1, "x"), {}),
    ((1,), {"text": "x", "kinds": ()}),
    ((1, "x", 2, ("c",)), {}),
    ((), {"channel": 0, "text": "", "turn": None}),
]


@pytest.mark.parametrize(("values", "named"), GIVEN)
def test_the_same_object(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    plain, quick = Plain(*values, **named), Quick(*values, **named)
    assert asdict(quick) == asdict(plain)
    assert repr(quick) == repr(plain).replace("Plain", "Quick")
    assert hash(quick) == hash(plain)
    assert quick == Quick(*values, **named)
    every: list[dict[str, Any]] = [{}, {"text": "y"}, {"kinds": None, "turn": 7}]
    for changes in every:
        expected = asdict(replace(plain, **changes))
        assert asdict(replace(quick, **changes)) == expected
        assert asdict(replaced(quick, **changes)) == asdict(replaced(plain, **changes)) == expected
    assert copy.copy(quick) == copy.deepcopy(quick) == pickle.loads(pickle.dumps(quick)) == quick  # noqa: S301
    with pytest.raises(FrozenInstanceError):
        quick.turn = 2  # type: ignore[misc]


def test_the_same_signature_and_the_same_refusals() -> None:
    assert signature(Quick) == signature(Plain)
    for values, named in (((1,), {}), ((1, "x", 2, (), 3), {}), ((1, "x"), {"other": 1})):
        with pytest.raises(TypeError) as plain:
            Plain(*values, **named)  # type: ignore[arg-type]
        with pytest.raises(TypeError) as quick:
            Quick(*values, **named)  # type: ignore[arg-type]
        assert str(quick.value) == str(plain.value).replace("Plain", "Quick")
    with pytest.raises(TypeError, match="other"):
        replaced(Quick(1, "x"), other=1)


def test_what_does_more_in_its_init_is_refused() -> None:
    @dataclass(frozen=True, slots=True)
    class Factory:
        values: list[int] = field(default_factory=list)

    @dataclass(frozen=True, slots=True)
    class Worked:
        value: int = field(init=False, default=1)

    @dataclass(frozen=True, slots=True, kw_only=True)
    class ByName:
        value: int

    @dataclass(frozen=True, slots=True)
    class After:
        value: int

        def __post_init__(self) -> None: ...

    @dataclass(frozen=True)
    class Open:
        value: int

    for kind in (Factory, Worked, ByName, After, Open):
        with pytest.raises(TypeError, match=f"{kind.__name__} has more in its __init__"):
            quick_init(kind)
