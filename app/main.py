"""The review app: page settings and navigation, nothing else."""

from __future__ import annotations

import streamlit as st

# No icons: the browser would fetch them from the network to put them on its tab.
st.set_page_config(page_title="QA Toolkit", layout="wide")
st.navigation(
    [
        st.Page("views/calls.py", title="Calls", default=True),
        st.Page("views/call.py", title="Call"),
        st.Page("views/rubrics.py", title="Rubrics"),
    ]
).run()
