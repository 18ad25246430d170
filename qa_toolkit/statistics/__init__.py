"""Intervals, sample sizes and agreement. Pure functions; every figure comes with its n."""

from qa_toolkit.statistics.agreement import (
    FEW_UNITS,
    Agreement,
    cohen_kappa,
    gwet_ac1,
    percent_agreement,
)
from qa_toolkit.statistics.intervals import (
    BOOTSTRAP_SEED,
    SMALL_N,
    Interval,
    clopper_pearson,
    cluster_bootstrap,
    poisson_exact,
    ratio_of_totals,
    sample_size,
    wilson,
    zero_failure_size,
)

__all__ = [
    "BOOTSTRAP_SEED",
    "FEW_UNITS",
    "SMALL_N",
    "Agreement",
    "Interval",
    "clopper_pearson",
    "cluster_bootstrap",
    "cohen_kappa",
    "gwet_ac1",
    "percent_agreement",
    "poisson_exact",
    "ratio_of_totals",
    "sample_size",
    "wilson",
    "zero_failure_size",
]
