"""Controls, cached runs, charts and the page frame: all that knows Streamlit and Altair."""
