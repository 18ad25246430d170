"""Help: the keys, how to read the figures, and what the words mean."""

from __future__ import annotations

import streamlit as st
from components import desk, header
from words import t

from qa_toolkit import resources


def show() -> None:
    header.show(t("Help"))
    keys, figures, words = st.tabs([t("Keys"), t("Figures"), t("Glossary")])
    with keys:
        st.write(t("On the review page:"))
        sheet = desk.texts()["key_sheet"]
        st.dataframe(
            [{t("Key"): key, t("Does"): meaning} for key, meaning in sheet], hide_index=True, height="content"
        )
        st.write(t("On the page of keying review:"))
        rulings = (
            ("1", t("Keyed is right")),
            ("2", t("The reading is right")),
            ("3", t("Neither: as typed")),
            ("4", t("Cannot be read")),
            ("5", t("The paper contradicts itself")),
            ("N / P", t("next / previous place")),
        )
        st.dataframe(
            [{t("Key"): key, t("Does"): meaning} for key, meaning in rulings],
            hide_index=True,
            height="content",
        )
    with figures:
        st.markdown(t("Every rate stands with n, the number of interactions behind it, and a 95 % interval."))
        st.markdown(t("Two figures whose intervals overlap widely may differ by chance alone."))
        st.markdown(t("What counts: the outcome of a dispute, else the submitted review, else the machine."))
        st.markdown(t("Answers given in a calibration session never count for anybody's average."))
        st.markdown(t("An answer left open is no failure: the machine could not tell; a person decides."))
    with words:
        glossary()


def glossary() -> None:
    """The nouns of the toolkit."""
    folder = resources.app_dir()
    # In a checkout it lies with the other pages of the documentation.
    places = [folder / "glossary.md", folder.parent / "docs" / "glossary.md"]
    found = next((path for path in places if path.is_file()), None)
    if found is not None:
        st.markdown(found.read_text(encoding="utf-8").partition("\n")[2])


show()
