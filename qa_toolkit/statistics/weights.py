"""Weights for partial agreement: 1 where two ratings are equal, less the further they lie apart.

Formulas as in Gwet, Handbook of Inter-Rater Reliability (4th ed., 2014), chapter 3. Distances are taken
between the numbers of the categories, or between their positions where categories are not numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, cast

import numpy as np
from numpy.typing import ArrayLike

from qa_toolkit.errors import UsageError
from qa_toolkit.statistics.ratings import Floats

WeightKind = Literal["identity", "linear", "quadratic", "ordinal", "radical", "ratio", "circular", "bipolar"]
Weights = WeightKind | Sequence[Sequence[float]] | Floats


def agreement_weights(weights: Weights, values: Floats) -> Floats:
    """The matrix of weights for categories that lie at ``values``.

    A matrix of one's own may hold weights of agreement (largest on the diagonal) or of disagreement (0 on the
    diagonal, as in Cohen, 1968); it comes back as weights of agreement with 1 on the diagonal.

    Raises:
        UsageError: an unknown kind, or a matrix that is not one of weights.
    """
    if isinstance(weights, str):
        if weights not in _KINDS:
            raise UsageError(f"there are no weights '{weights}'", None, f"one of {', '.join(_KINDS)}")
        if len(values) < 2 or values[0] == values[-1]:
            return np.eye(len(values))
        return _KINDS[weights](values)
    return _own(weights, len(values))


def _own(weights: ArrayLike, categories: int) -> Floats:
    try:
        matrix = np.array(weights, dtype=float)
    except (TypeError, ValueError):
        matrix = np.zeros(0)
    if matrix.shape != (categories, categories):
        fix = f"give {categories} rows of {categories} numbers, in the order of the categories"
        raise UsageError("the weights do not fit the categories", None, fix)
    if not np.isfinite(matrix).all() or (matrix < 0).any():
        raise UsageError("a weight is negative or not a number", None, "give numbers of 0 or more")
    if categories < 2:
        return np.eye(categories)
    diagonal, most = np.diag(matrix), float(matrix.max())
    if most == 0:
        raise UsageError("every weight is 0", None, "give different pairs different weights")
    if (diagonal == 0).all():
        return 1 - matrix / most
    off = matrix[~np.eye(categories, dtype=bool)]
    if (diagonal == most).all() and (off < most).any():
        return matrix / most
    fix = "write 0 (disagreement) or the largest weight (agreement) along the whole diagonal"
    raise UsageError("the diagonal of the weights is neither", None, fix)


def _distance(values: Floats) -> Floats:
    return cast("Floats", np.abs(values[:, None] - values[None, :]))


def _scaled(penalty: Floats) -> Floats:
    return cast("Floats", 1 - penalty / penalty.max())


def _ordinal(values: Floats) -> Floats:
    steps = _distance(np.arange(len(values), dtype=float))
    return _scaled(steps * (steps + 1) / 2)


def _ratio(values: Floats) -> Floats:
    if (values < 0).any():
        raise UsageError("ratio weights need values of 0 or more", None, "use quadratic weights")
    above, below = _distance(values), values[:, None] + values[None, :]
    return _scaled((above / np.where(below == 0, 1.0, below)) ** 2)


def _circular(values: Floats) -> Floats:
    around = values[-1] - values[0] + 1
    return _scaled(np.sin(np.pi * _distance(values) / around) ** 2)


def _bipolar(values: Floats) -> Floats:
    total = values[:, None] + values[None, :]
    below = (total - 2 * values[0]) * (2 * values[-1] - total)
    return _scaled(_distance(values) ** 2 / np.where(below == 0, 1.0, below))


_KINDS: dict[str, Callable[[Floats], Floats]] = {
    "identity": lambda values: np.eye(len(values)),
    "linear": lambda values: _scaled(_distance(values)),
    "quadratic": lambda values: _scaled(_distance(values) ** 2),
    "ordinal": _ordinal,
    "radical": lambda values: _scaled(np.sqrt(_distance(values))),
    "ratio": _ratio,
    "circular": _circular,
    "bipolar": _bipolar,
}
