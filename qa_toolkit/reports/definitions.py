"""What each figure of a report means; a figure that is computed otherwise gets another number."""

from __future__ import annotations

from typing import Final

DEFINITIONS: Final = {
    "passed/1": (
        "Calls that passed, of the calls without open answers that can pass or fail. Wilson interval."
    ),
    "no_auto_fail/1": "Calls without an automatic fail, of all calls. Wilson interval.",
    "complete/1": "Calls without an open answer, of all calls. Wilson interval.",
    "mean_score/1": (
        "Mean of the scores in percent, incomplete ones with what is answered so far. Student's t."
    ),
    "critical_accuracy/1": (
        "Critical-error accuracy: calls without an error of the family, of the calls to which it "
        "applied; several errors in one call count once. Wilson interval."
    ),
    "non_critical_accuracy/1": (
        "Answers in full, of the answers to criteria that are not critical; the interval respects "
        "that answers of one call belong together."
    ),
    "criterion_met/1": (
        "Calls in which the criterion was met in full, of those in which it was answered and "
        "counted. Wilson interval."
    ),
    "share_of_calls/1": "Share of all calls of the report. Wilson interval.",
    "share_of_faults/1": (
        "Share of all answers short of full points, of the report's calls. No interval: all are counted."
    ),
    "share_of_causes/1": (
        "Share of the root causes that reviewers gave in what counts. No interval: all are counted."
    ),
    "shrunken/1": (
        "The rate, adjusted for the mix of work where one is given, drawn to that of all by as "
        "much as chance explains (empirical Bayes, beta-binomial)."
    ),
    "below_target/1": "Probability that the true rate lies below the target, given the usual spread.",
    "mix_adjusted/1": (
        "The rate with everybody's mix of work (direct standardisation); kinds of work with fewer "
        "than five calls somewhere are pooled. Wilson interval at the effective number of calls."
    ),
    "difference/1": "One rate less the other. Newcombe's interval, of adjusted rates by Zou and Donner.",
    "expected/1": (
        "Successes over those expected from everybody's rates for the same kinds of work "
        "(indirect standardisation)."
    ),
    "mean_given/1": "Mean of the scores a reviewer gave; it mixes strictness with what was reviewed.",
    "severity/1": (
        "Points of the score a reviewer takes away compared with colleagues who review the same "
        "agents; below 0 is lenient. Least squares inside agents."
    ),
    "machine_failed_wrongly/1": (
        "Answers the machine called a failure and a person, who decided, did not; of those the "
        "machine called a failure and a person looked at. Wilson interval."
    ),
    "machine_missed/1": (
        "Answers the machine called fine and a person, who decided, did not; of those the machine "
        "called fine and a person looked at. Wilson interval."
    ),
    "sample_people/1": (
        "Rate of everything the sample was drawn from, by people's answers and the weights of the draw."
    ),
    "sample_corrected/1": (
        "Rate of everything the sample was drawn from: the machine's answers put right by "
        "people's answers to the sample."
    ),
    "coverage/1": (
        "Answers the machine gave, of the answers to criteria that applied; what it is not sure of it leaves"
        " to people. Wilson interval, over several criteria knowing that answers of one call belong together."
    ),
    "override/1": (
        "Answers of people that differ from the machine's, of those to which both gave one; not applicable"
        " is an answer. Wilson interval, over several criteria knowing that answers of one call belong"
        " together."
    ),
    "agreement/1": (
        "Percent agreement of the machine with people, not applicable being an answer. Wilson interval."
    ),
    "ac1/1": (
        "Gwet's AC1 (2008): agreement beyond chance that rare failures do not upset. Bootstrap over calls,"
        " from 500 on large-sample limits."
    ),
    "kappa/1": (
        "Cohen's kappa (1960): agreement beyond chance; near 0 where failures are rare. Bootstrap over calls,"
        " from 500 on large-sample limits."
    ),
    "failed_by_people/1": "Failures by the person's answer, of those that can fail. Wilson interval.",
    "failures_missed/1": (
        "Of the failures by the person's answer that the machine answered, those it answered as no failure."
        " Wilson interval."
    ),
    "false_failures/1": (
        "Of what was no failure by the person's answer and the machine answered, what it answered as a"
        " failure. Wilson interval."
    ),
    "criterion_failed/1": (
        "Calls in which the criterion was not met in full, of those in which it was answered and counted."
        " Wilson interval."
    ),
    "left_open/1": (
        "Mean over calls of the share of the criteria that applied which the machine left open. Student's t."
    ),
    "open_calls/1": "Calls in which the machine left the criterion open, of those to which it applied."
    " Wilson interval.",
    "overridden_mean/1": (
        "Mean over reviewed calls of the share of the machine's answers that people who saw them changed."
        " Student's t."
    ),
    "recognition/1": (
        "Mean over calls of the mean confidence of the recognised words, as the recogniser gives it, of the"
        " calls whose transcripts were read. Student's t."
    ),
    "psi/1": (
        "Population stability index of the answers of the last period against those before it, half an answer"
        " added to each count."
    ),
    "wrong_fields/1": (
        "Wrong fields in 10,000 active ones. Ratio of totals; the interval knows that errors cluster in"
        " forms."
    ),
    "critical_fields/1": "The same of fields of criticality A.",
    "characters/1": (
        "Characters keyed right, of those of the reference in free text, numbers and dates (edit distance,"
        " at most all of a form's). The interval knows that errors cluster in forms."
    ),
    "share_of_keying/1": "Share of the root errors of all forms. No interval: all are counted.",
    "forms_wrong/1": "Forms with at least one error, of all forms. Wilson interval.",
    "forms_critical/1": "Forms with at least one error of criticality A, of all forms. Wilson interval.",
    "lot_faults/1": "Forms with a fault, of those inspected in all lots of the stream. Wilson interval.",
}
