"""Intervals, sample sizes and agreement. Pure functions; every figure comes with its n."""

from qa_toolkit.statistics.acceptance import AcceptancePlan, acceptance_plan, chapman
from qa_toolkit.statistics.agreement import (
    FEW_UNITS,
    Agreement,
    brennan_prediger,
    cohen_kappa,
    conger_kappa,
    fleiss_kappa,
    gwet_ac1,
    gwet_ac2,
    krippendorff_alpha,
    percent_agreement,
    scott_pi,
    weighted_kappa,
)
from qa_toolkit.statistics.assisted import AssistedEstimate, assisted_mean
from qa_toolkit.statistics.categories import category_kappas, fleiss_null_error, kappa_null_error
from qa_toolkit.statistics.charts import ChartPoint, ControlChart, control_chart
from qa_toolkit.statistics.clustered import clustered_rate
from qa_toolkit.statistics.coefficients import Level
from qa_toolkit.statistics.comparison import ComparedRate, RateComparison, RateCount, compare_rates
from qa_toolkit.statistics.cusum import Cusum, CusumPoint, cusum
from qa_toolkit.statistics.differences import (
    benjamini_hochberg,
    difference_of_intervals,
    difference_of_rates,
    difference_p_value,
)
from qa_toolkit.statistics.estimators import (
    PopulationEstimate,
    SampleDesign,
    design_mean,
    design_ratio,
    hansen_hurwitz,
    horvitz_thompson,
)
from qa_toolkit.statistics.intervals import (
    BOOTSTRAP_SEED,
    SMALL_N,
    Interval,
    clopper_pearson,
    cluster_bootstrap,
    jeffreys,
    poisson_exact,
    ratio_of_totals,
    sample_size,
    wilson,
    zero_failure_size,
)
from qa_toolkit.statistics.intraclass import (
    ICC_FORMS,
    IntraclassCorrelation,
    LimitsOfAgreement,
    bland_altman,
    intraclass_correlations,
)
from qa_toolkit.statistics.runs import MeanChart, MeanPoint, mean_chart, signal_rules
from qa_toolkit.statistics.stability import Stability, population_stability
from qa_toolkit.statistics.standardisation import StandardisedRate, standardise
from qa_toolkit.statistics.switching import switching_state

__all__ = [
    "BOOTSTRAP_SEED",
    "FEW_UNITS",
    "ICC_FORMS",
    "SMALL_N",
    "AcceptancePlan",
    "Agreement",
    "AssistedEstimate",
    "ChartPoint",
    "ComparedRate",
    "ControlChart",
    "Cusum",
    "CusumPoint",
    "Interval",
    "IntraclassCorrelation",
    "Level",
    "LimitsOfAgreement",
    "MeanChart",
    "MeanPoint",
    "PopulationEstimate",
    "RateComparison",
    "RateCount",
    "SampleDesign",
    "Stability",
    "StandardisedRate",
    "acceptance_plan",
    "assisted_mean",
    "benjamini_hochberg",
    "bland_altman",
    "brennan_prediger",
    "category_kappas",
    "chapman",
    "clopper_pearson",
    "cluster_bootstrap",
    "clustered_rate",
    "cohen_kappa",
    "compare_rates",
    "conger_kappa",
    "control_chart",
    "cusum",
    "design_mean",
    "design_ratio",
    "difference_of_intervals",
    "difference_of_rates",
    "difference_p_value",
    "fleiss_kappa",
    "fleiss_null_error",
    "gwet_ac1",
    "gwet_ac2",
    "hansen_hurwitz",
    "horvitz_thompson",
    "intraclass_correlations",
    "jeffreys",
    "kappa_null_error",
    "krippendorff_alpha",
    "mean_chart",
    "percent_agreement",
    "poisson_exact",
    "population_stability",
    "ratio_of_totals",
    "sample_size",
    "scott_pi",
    "signal_rules",
    "standardise",
    "switching_state",
    "weighted_kappa",
    "wilson",
    "zero_failure_size",
]
