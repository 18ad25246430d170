"""Samples: how many to review, which, and into whose queue."""

from __future__ import annotations

from datetime import date

import state
import streamlit as st
from components import header, notes
from components.plain import plain
from words import t, told

from qa_toolkit import sampling
from qa_toolkit.errors import QAToolkitError
from qa_toolkit.review import Action, assign, may
from qa_toolkit.review.sampling_frame import COLUMNS, frame_of_store
from qa_toolkit.sampling import Sample, SamplingPlan, SizePlan, sample_csv
from qa_toolkit.store import InteractionFilter, Store
from qa_toolkit.store.people_records import User

_DRAWN = "drawn_sample"


def show() -> None:
    header.show(t("Samples"))
    notes.show()
    store, user = state.open_store(), state.user()
    if user is None:
        st.info(t("Nobody is signed in."))
        return
    planning, drawing = st.tabs([t("How many"), t("Draw and assign")])
    with planning:
        plan()
    with drawing:
        draw(store)
        if _DRAWN in st.session_state:
            hand_out(store, user, st.session_state[_DRAWN])


def plan() -> None:
    """Asks what is to be shown; says how many that takes, and what they cannot show."""
    goals = {
        "estimate": t("estimate a rate"),
        "detect": t("notice a drop"),
        "certify": t("certify a target"),
        "agent": t("judge agents by a month"),
    }
    goal = st.segmented_control(t("Goal"), list(goals), default="estimate", format_func=goals.__getitem__)
    columns = st.columns(3)
    try:
        found = _planned(goal or "estimate", columns)
    except QAToolkitError as error:
        st.error(plain(str(error)))
        return
    st.metric(t("Interactions to review"), found.n)
    for heading, texts in ((t("They show"), found.shows), (t("They do not show"), found.does_not_show)):
        if texts:
            st.markdown(f"**{heading}**\n\n" + "\n".join(f"- {plain(told(text))}" for text in texts))


def _planned(goal: str, columns: list[st.delta_generator.DeltaGenerator]) -> SizePlan:
    def share(place: int, label: str, value: float) -> float:
        return columns[place].number_input(label, 0.1, 99.9, value, 0.5, key=f"{goal}_{place}") / 100

    if goal == "estimate":
        margin, rate = share(0, t("Half width, points"), 5.0), share(1, t("Expected rate, %"), 90.0)
        population = columns[2].number_input(t("Interactions in all (0: very many)"), 0, value=0)
        return sampling.plan_estimate(margin, rate=rate, population=population or None)
    if goal == "detect":
        before, after = share(0, t("Rate so far, %"), 90.0), share(1, t("Rate to notice, %"), 85.0)
        return sampling.plan_detection(before, after, power=share(2, t("Chance of noticing, %"), 80.0))
    if goal == "certify":
        target = share(0, t("Target, %"), 95.0)
        failures = columns[1].number_input(t("Failures allowed"), 0, value=0)
        return sampling.plan_certification(target, failures=failures)
    each = columns[0].number_input(t("Interactions an agent"), 1, value=5)
    agents = columns[1].number_input(t("Agents"), 1, value=50)
    return sampling.plan_agents(each, target=share(2, t("Target, %"), 90.0), agents=agents)


def draw(store: Store) -> None:
    """The form of a draw; the same seed and frame draw the same interactions."""
    with st.form("draw"):
        columns = st.columns(4)
        method = columns[0].selectbox(t("Method"), ["random", "stratified", "risk"], format_func=t)
        n = columns[1].number_input(t("Interactions"), 1, value=20)
        seed = columns[2].number_input(t("Seed"), 0, value=1)
        by = columns[3].multiselect(
            t("Strata"), [name for name in COLUMNS if name != "risk"], default=["agent"]
        )
        second = st.columns(4)
        each = second[0].checkbox(t("That many from each stratum"))
        first_day = second[1].date_input(t("From"), value=None, min_value=date(2000, 1, 1))
        last_day = second[2].date_input(t("Until"), value=None, min_value=date(2000, 1, 1))
        if not st.form_submit_button(t("Draw"), type="primary"):
            return
    strata = tuple(by) if method == "stratified" else ()
    wanted = SamplingPlan(
        n=None if each and strata else int(n),
        method=method,
        by=strata,
        per_stratum=int(n) if each and strata else None,
        risk="risk" if method == "risk" else None,
    )
    until = f"{last_day.isoformat()}T99" if last_day else None
    asked = InteractionFilter(started_from=first_day.isoformat() if first_day else None, started_before=until)
    try:
        frame = frame_of_store(store, asked)
        st.session_state[_DRAWN] = (sampling.draw(frame, wanted, int(seed)), frame.sha256)
    except QAToolkitError as error:
        st.error(plain(str(error)))


def hand_out(store: Store, user: User, drawn: tuple[Sample, str]) -> None:
    """What was drawn, with its probabilities; as a file, and into queues."""
    sample, frame = drawn
    st.markdown(
        t(
            "{n} of {all} interactions, seed {seed}",
            n=len(sample.items),
            all=sample.eligible,
            seed=sample.seed,
        )
    )
    st.caption(t("Frame {digest}", digest=frame[:16]))
    for warning in sample.warnings:
        st.warning(plain(warning))
    st.dataframe(
        [
            {
                t("Interaction"): item.id,
                t("Stratum"): item.stratum,
                t("Inclusion probability"): item.inclusion_probability,
                t("Weight"): item.weight,
            }
            for item in sample.items
        ],
        hide_index=True,
    )
    if may(user, Action.EXPORT):
        st.download_button(
            t("Save the sample (CSV)"),
            sample_csv(sample),
            file_name=f"sample-seed-{sample.seed}.csv",
            on_click=lambda: store.audit.record(
                "sample.write", "sample", frame, by=user.id, seed=sample.seed
            ),
        )
    if may(user, Action.ASSIGN):
        _assign(store, user, sample)


def _assign(store: Store, user: User, sample: Sample) -> None:
    rubrics = list(dict.fromkeys(found.id for found in store.rubrics()))
    people = [each.id for each in store.people.users() if each.active and may(each, Action.REVIEW)]
    with st.form("assign"):
        columns = st.columns(4)
        rubric = columns[0].selectbox(t("Rubric"), rubrics)
        reviewers = columns[1].multiselect(t("To"), people)
        due = columns[2].date_input(t("Due"), value=None, min_value=date(2000, 1, 1))
        blind = columns[3].checkbox(t("Blind"))
        if st.form_submit_button(t("Assign"), type="primary"):
            notes.attempt(
                lambda: assign(
                    store,
                    [item.id for item in sample.items],
                    rubric or "",
                    reviewers,
                    by=user.id,
                    due_on=due.isoformat() if due else None,
                    blind=blind,
                ),
                t("{n} interactions are assigned.", n=len(sample.items)),
            )


show()
