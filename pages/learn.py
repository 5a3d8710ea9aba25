"""All strategies on one scenario: the verdict, the curves, the table."""

from transfer_ui import cached, controls, frame
from transfer_ui.charts import base, curves
from transfer_ui.palette import theme

frame.open_page("learn")
config = controls.sidebar()
outcome = cached.comparison(config)
rows = curves.curve_rows(outcome.results, {})
p = curves.parameters(outcome.results, rows)
import streamlit as st

for col, m in zip(st.columns(2), curves.PANELS):
    with col:
        base.show(curves.curves_template(m, theme()), rows, alt="x", key=m + "h", parameters=p[m])
