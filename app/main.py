"""The review app: page settings and navigation, nothing else."""

from __future__ import annotations

import streamlit as st

st.set_page_config(page_title="QA Toolkit", page_icon=":material/fact_check:", layout="wide")
st.navigation(
    [
        st.Page("pages/calls.py", title="Calls", icon=":material/list:", default=True),
        st.Page("pages/call.py", title="Call", icon=":material/call:"),
        st.Page("pages/rubrics.py", title="Rubrics", icon=":material/checklist:"),
    ]
).run()
