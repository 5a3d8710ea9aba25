"""What the theme cannot express: a few style rules, and what the browser does by itself."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

ICON = Path(__file__).with_name("icon.svg")

STYLE = """
<style>
.stMainBlockContainer { padding-top: 2.4rem; padding-bottom: 3rem; max-width: 1280px; }
.stMainBlockContainer h1 { font-size: 2rem; padding-bottom: .4rem; }
.st-key-presets button, .st-key-length button { min-height: 1.6rem; padding: 0 .2rem; font-size: .9rem; }
.st-key-length { min-height: 1.6rem; }
/* What is there to be copied shows its button to a finger too, which hovers over nothing. */
:is(.st-key-class_box, .st-key-to_copy) .stCode > :last-child { opacity: 1; visibility: visible; }
:is(.st-key-class_box, .st-key-to_copy) .stCode pre { padding-right: 3rem; }
/* Places keep their height while what belongs there is computed: nothing below them moves. There is room for a headline of
   two lines, on a narrow window of three, and for a note; what is behind the answer stands at the foot of its box. */
[class*="st-key-answer_place"] { --room: clamp(9.55rem, 15.95rem - 8vw, 12rem); min-height: var(--room); }
[class*="st-key-answer_place"]:not(:has(.st-key-answer))::before, .st-key-answer:not(:has(h4))::before {
  content: "The answer appears here."; opacity: .65; animation: come .15s .2s backwards;
}
[class*="st-key-answer_place"]:not(:has(.st-key-answer))::before { padding: 1rem; }
.st-key-export_strategy { min-height: 2.5rem; }
.st-key-answer_place_home { --room: clamp(6.3rem, 14rem - 8vw, 10rem); }
[class*="st-key-answer_place"] .st-key-answer { min-height: var(--room); }
.st-key-answer_place_home .st-key-answer { justify-content: center; } /* on Start, nothing is behind it */
[class*="st-key-answer_place"] .st-key-answer > :has(details) { margin-top: auto; }
[class*="st-key-card_"] { min-height: 5.5rem; }
.st-key-readings { min-height: 4.4rem; }
.st-key-doors [data-testid=stPageLink-NavLink] { padding-block: 0; min-height: 1.5rem; }
.st-key-unfreeze_plane { min-height: 23rem; }
.st-key-map_room { overflow: visible; } /* the menu of the chart stands above it, and would be cut off */
.st-key-answer [data-testid=stExpander] { margin-top: .2rem; }
.st-key-answer:not([class*="st-key-answer_place"] *) [data-testid=stExpander] { margin-top: .6rem; } /* no room is kept there */
.st-key-answer { padding-bottom: .8rem; }
.st-key-answer h4 { font-size: 1.25rem; font-weight: 600; line-height: 1.3; padding: 0 0 .3rem; }
[data-testid=stLayoutWrapper]:has(> .st-key-behaviour) { display: none; } /* it would leave a gap above the title */
.st-key-held_runs { display: none; } /* for the browser alone: see `visit.hold` */
/* Progress and Stop lie over the lower edge: they are in sight wherever the page is scrolled to. */
[data-testid=stLayoutWrapper]:has(> [class*="st-key-running"]) { position: absolute; }
[class*="st-key-running"] {
  position: fixed; right: 1rem; bottom: 1rem; z-index: 100; width: min(36rem, calc(100vw - 2rem)) !important;
  padding: .5rem .9rem; background: Canvas; box-shadow: 0 .25rem 1rem rgba(0, 0, 0, .18);
}
[class*="st-key-running_again"] { animation: come .15s .4s backwards; }
@keyframes come { from { opacity: 0; } }
[class*="st-key-running"] .stProgress { margin-bottom: .4rem; }
.st-key-own_parts { min-height: 2.5rem; gap: 0 !important; } /* the choice comes with the answer, and moves nothing */
@media (max-width: 640px) { .st-key-own_parts { min-height: 5.5rem; } } /* two lines, with the doors */
[class*="st-key-plain_"] [data-testid=stText] { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .9rem; }
.st-key-advice li { font-size: .95rem; line-height: 1.5; margin-bottom: .3rem; }
.stMarkdownBadge { white-space: normal !important; }
[data-testid=stVegaLiteChart] svg text { pointer-events: none; }
/* The slider over the epochs stays in sight above the pictures that it moves. */
[data-testid=stLayoutWrapper]:has(> .st-key-player) { position: sticky; top: 0; z-index: 50; background: var(--st-background-color, Canvas); }
.st-key-map > div { margin: 0 !important; } /* Streamlit draws links of a list over one another */
.st-key-map [data-testid=stCaptionContainer] { margin: .5rem 0 .1rem .5rem !important; }
.st-key-map [data-testid=stCaptionContainer] p { font-size: .78rem; margin: 0; }
.save-svg button { font-size: .72rem; }
/* Outside the map, a link to this very page looks like the others. */
[data-testid=stMain] [data-testid=stPageLink-NavLink]:not(:hover) { background: transparent; }
[data-testid=stMain] [data-testid=stPageLink-NavLink] p { font-weight: 400; }
/* A link says all of its label. */
[data-testid=stPageLink-NavLink] > span, [data-testid=stPageLink-NavLink] p { white-space: normal; overflow: visible; }
/* On a phone the controls are a sheet at the lower edge: what they change stays in sight above them. */
@media (max-width: 768px) {
  .st-key-answer h4 { font-size: 1.1rem; line-height: 1.35; }
  .st-key-answer p { font-size: .94rem; line-height: 1.45; }
  [class*="st-key-answer_place"] { --room: 14rem; }
  section[data-testid=stSidebar][data-collapsed=false] {
    position: fixed !important; top: auto !important; bottom: 0; left: 0; height: 46dvh !important; min-height: 0;
    width: 100vw !important; min-width: 100vw !important; max-width: 100vw !important; transform: none !important;
    border-top: 1px solid var(--st-border-color, #8886); box-shadow: 0 -.3rem 1rem #0003;
  }
  [data-testid=stApp]:has(section[data-testid=stSidebar][data-collapsed=false]) .stMainBlockContainer { padding-bottom: 50dvh; }
  section[data-testid=stSidebar] [data-testid=stSidebarHeader] { height: 2.2rem; margin-bottom: 0; }
  [class*="st-key-card_"] { min-height: 6.8rem; }
  .st-key-readings { min-height: 10.4rem; }
  [class*="st-key-answer_place"] .st-key-answer { min-height: 12.8rem; }
  .st-key-map { flex-direction: row !important; flex-wrap: wrap; }
  .st-key-map > div { width: auto !important; flex: none !important; align-self: center; }
}
</style>
"""

BEHAVIOUR = f"<script>\n{Path(__file__).with_name('behaviour.js').read_text(encoding='utf-8')}</script>"


def wear() -> None:
    """Give the page its look."""
    st.html(STYLE)
    with st.container(key="behaviour"):
        st.html(BEHAVIOUR, unsafe_allow_javascript=True)
