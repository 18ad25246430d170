"""Standard errors and intervals of figures that are computed from weighted rows of ratings."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from qa_toolkit.statistics.ratings import Floats, Patterns, Weighting

_AT_ONCE = 2_000_000
_STEP = 1e-20


def influence_error(
    figure: Callable[[Weighting], Weighting], rows: Patterns, estimate: float, freedom: int
) -> float | None:
    """Large-sample standard error by the derivatives of the figure by the weight of each unit.

    The infinitesimal jackknife (Jaeckel, 1972). For the coefficients of agreement it equals the published
    formulas: Fleiss, Cohen and Everitt (1969) with ``freedom`` n, Gwet (2008, 2014) with n - 1. Gwet lets a
    unit with a single rating count as one without agreement beyond chance, which is careful; so do we.
    """
    n = rows.units
    if n < 2 or freedom < 1:
        return None
    slopes = np.concatenate([figure(block).imag / _STEP for block in _steps(rows.times)])
    if not np.isfinite(slopes).all():
        return None
    slopes = n * (slopes - float(slopes @ rows.times) / n)
    paired = (rows.ratings_per_unit >= 2).astype(float)
    slopes += estimate * (n / float(rows.times @ paired) * paired - 1)
    return float(np.sqrt(float(rows.times @ slopes**2) / n / freedom))


def _steps(times: Floats) -> Iterator[Weighting]:
    size = max(1, _AT_ONCE // max(1, len(times)))
    for start in range(0, len(times), size):
        block = np.tile(times.astype(complex), (min(size, len(times) - start), 1))
        lines = np.arange(len(block))
        block[lines, start + lines] += 1j * _STEP
        yield block


def bootstrap_figures(
    figure: Callable[[Weighting], Weighting], rows: Patterns, *, seed: int, resamples: int
) -> Floats:
    """The figure in each resample of the units that has one (Efron, 1979)."""
    found = np.concatenate([figure(block) for block in _draws(rows.times, seed, resamples)])
    defined: Floats = found[np.isfinite(found)]
    return defined


def _draws(times: Floats, seed: int, resamples: int) -> Iterator[Weighting]:
    """Resamples of the units, as how often each distinct row is drawn."""
    generator = np.random.default_rng(seed)
    n = int(times.sum())
    size = max(1, _AT_ONCE // max(n, len(times)))
    row_of_unit = np.repeat(np.arange(len(times)), times.astype(int))
    for start in range(0, resamples, size):
        lines = min(size, resamples - start)
        drawn = row_of_unit[generator.integers(0, n, (lines, n))]
        flat = (drawn + np.arange(lines)[:, None] * len(times)).ravel()
        yield np.bincount(flat, minlength=lines * len(times)).reshape(lines, len(times)).astype(float)
