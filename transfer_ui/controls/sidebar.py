"""The sidebar: draws the knobs, and keeps what was chosen from page to page and in the link."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import streamlit as st

from transfer_core import RunConfig, scenario_config
from transfer_core.wording import sentence_case
from transfer_ui import nouns
from transfer_ui.controls import address, class_mode, notice_box, yours
from transfer_ui.controls.knob import Values
from transfer_ui.controls.knobs import KNOB, KNOBS, config_of, fitted, values_of
from transfer_ui.controls.link import FromLink, from_query, quoted, to_query
from transfer_ui.controls.widgets import draw_knob

GROUPS = {"task": "Task", "network": "Network", "training": "Training", "more": "More"}


def current_config() -> RunConfig:
    """Get what the visitor has chosen so far, or what the link says; notices are shown once."""
    chosen = _chosen_before()
    remember(chosen)
    return chosen


def _chosen_before() -> RunConfig:
    """Get what was chosen before this run of the page, or what the link says."""
    asked: RunConfig | None = st.session_state.pop("asked_config", None)
    if asked is not None and yours.are_gone(asked):
        asked = None
    chosen: RunConfig | None = st.session_state.get("config")
    if chosen is not None and yours.are_gone(chosen):
        chosen = _without_own(chosen)
    if asked is not None:
        chosen = class_mode.held(asked, chosen or from_query(address.settings()).config)
        put_on_controls(chosen)
    elif chosen is None or (_came_by_link() and not _moved_a_control(chosen)):
        # A first visit, a link between pages, or the browser's Back: the link decides. But a click made
        # before the browser knew the last link arrives with an outdated one; then the control decides.
        is_new = chosen is None
        chosen, notices = from_query(address.settings())
        st.session_state.notices = notices
        if not is_new:
            put_on_controls(chosen)
            if not st.session_state.get("page_is_new"):  # else it follows by itself, and a second one would be history
                address.send()
    return chosen


def _without_own(config: RunConfig) -> RunConfig:
    """Go to a scenario that everybody has, with the other settings as far as they fit; the link follows."""
    found = config_of(move_to(RunConfig.scenario, config)[0])
    st.session_state.notices = [yours.GONE]
    put_on_controls(found)
    return found


def remember(config: RunConfig) -> None:
    """Keep a choice for the other pages and put it in the link, unless the link already says so."""
    st.session_state.config = config
    query, carried = address.settings(), to_query(config)
    address.write_settings(query if from_query(query) == FromLink(config, []) else carried, carried)


def choose(config: RunConfig) -> None:
    """Set all controls; the next run puts them there."""
    st.session_state.asked_config = config


def button(label: str, act: Callable[..., None], *args: Any, key: str, **look: Any) -> None:
    """Draw a button that acts before the page is redrawn.

    If the server has forgotten the session, it knows no callback for the click that the browser sends. The
    click is then noticed where the button is drawn, and the page is drawn once more.

    Parameters
    ----------
    label : str
    act : callable
        Must not touch a widget that has already been drawn.
    *args
        Arguments of `act`.
    key : str
    **look
        Arguments of ``st.button``.
    """
    if st.button(label, key=key, on_click=before_redraw(key, act, *args), **look):
        unless_done(key, act, *args)


def before_redraw(key: str, act: Callable[..., None], *args: Any) -> Callable[[], None]:
    """Make a callback that acts before the page is redrawn, and notes that it has; see `unless_done`."""

    def called() -> None:
        st.session_state.acted = key
        address.stop_following()
        act(*args)

    return called


def unless_done(key: str, act: Callable[..., None], *args: Any) -> None:
    """Act where a click is noticed whose callback the session did not know, and draw the page once more."""
    if st.session_state.pop("acted", None) != key:
        act(*args)
        st.rerun()


def put_on_controls(config: RunConfig) -> None:
    """Write a configuration to the widgets, before they are drawn."""
    _put(values_of(config))


def _put(values: Values) -> None:
    for name, value in values.items():
        st.session_state[name] = KNOB[name].on_widget(value)


def draw(page: str) -> RunConfig:
    """Draw all knobs in the sidebar of a page and give the configuration they make."""
    before = _chosen_before()  # remembered with what the controls say now: the map is drawn once
    if st.session_state.setdefault("controls_drawn_on", page) != page:
        # A widget of another page is another widget, though its key is the same: it must be told.
        put_on_controls(before)
        st.session_state.controls_drawn_on = page
    values = values_of(before)
    notices: list[str] = st.session_state.pop("notices", [])
    for_class = class_mode.link()
    with st.sidebar:
        if for_class.lock - for_class.hide:
            st.caption("The link you came by fixes what is grey.")
        drawn = {knob.group for knob in KNOBS if knob.name not in for_class.hide}
        places = {
            group: st.expander(title, expanded=False) if group == "more" and group in drawn else st.container()
            for group, title in GROUPS.items()
        }
        for knob in KNOBS:
            if knob.name in for_class.hide:
                values = values_of(fitted(values)[0])  # it follows what limits it, as a control would
                continue
            options = knob.options(values)
            with places[knob.group]:
                values[knob.name] = draw_knob(knob, options, values, notices, disabled=knob.name in for_class.lock)
            if knob.name == "scenario" and values["scenario"] != before.scenario:
                values, said = move_to(values["scenario"], before)
                values = values_of(class_mode.held(config_of(values), before))
                notices += said
                _put({name: value for name, value in values.items() if name != "scenario"})
        if for_class.fixed != set(KNOB):
            button(
                "Reset to the scenario's settings",
                choose,
                scenario_config(values["scenario"]),
                key="reset",
                icon=":material/restart_alt:",
                width="stretch",
            )
    config = config_of(values)
    remember(config)
    nouns.speak_of(config.pair)
    st.session_state.notices = notices
    show_notices()
    return config


def show_notices() -> None:
    """Show once what was corrected in a link or by a change of range; the rest of the page adds to it."""
    notice_box.begin()
    notice_box.say(*st.session_state.pop("notices", []))
    class_mode.say_what_did_not_fit()


def choose_in_link(
    name: str,
    titles: Mapping[str, str],
    widget: Callable[..., Any],
    *,
    default: str | None = "",
    label: str = "",
    elsewhere: Collection[str] = (),
) -> Any:
    """Draw a choice that stands in the link beside the knobs, such as a section or a view.

    Parameters
    ----------
    name : str
        Name in the link; in `transfer_ui.controls.parameters.PAGE_PARAMETERS`.
    titles : mapping of str to str
        Value in the link -> title.
    widget : callable
        ``st.pills``, ``st.segmented_control`` or ``st.selectbox``.
    default : str or None, optional
        What is left out of the link, the first unless another is named; ``None``: nothing is chosen. If it
        depends on the knobs, the choice follows it until the visitor makes another.
    label : str, optional
        Written above the choice.
    elsewhere : collection of str
        What can be chosen in other views of the page: left in the link by one of them, it is dropped without a word.

    Returns
    -------
    str or None
        A key of `titles`, or ``None`` if nothing is chosen.
    """
    first = next(iter(titles)) if default == "" else default
    asked = st.query_params.get(name, first)
    if asked is not None and asked not in titles:
        if asked not in elsewhere:
            notice_box.say(
                f"{name} in the link must be one of {', '.join(titles)}, got {quoted(asked)}. "
                + (f"Using {titles[first]}." if first is not None else "It was left out.")
            )
        asked = first
        address.write_place(name, None)
    start: Any = None
    if f"{name}_in_link" not in st.session_state and name not in st.session_state:
        start = asked  # a default, not state: what the browser still holds of a forgotten session takes precedence
    elif name not in st.session_state or asked != st.session_state[f"{name}_in_link"]:
        st.session_state[name] = asked  # another page, or the browser's Back
    values = list(titles)
    if widget is st.selectbox:
        look: dict[str, Any] = {"index": None if start is None else values.index(start)}
    else:
        # In lines of its own where there is no room for one: on a phone, what is scrolled to the side is not found.
        look = {"required": first is not None, "default": start, "wrap": True}
    chosen: str | None = widget(
        label or sentence_case(name),
        values,
        key=name,
        format_func=titles.__getitem__,
        label_visibility="visible" if label else "collapsed",
        **look,
    )
    st.session_state[f"{name}_in_link"] = chosen
    address.write_place(name, chosen if chosen != first else None)
    return chosen


def _came_by_link() -> bool:
    """Whether the address differs from what was last written there."""
    return address.settings() != st.session_state.get("written_query")


def _moved_a_control(config: RunConfig) -> bool:
    return _widget_values(config) != values_of(config)


def _widget_values(config: RunConfig) -> Values:
    """Values as the widgets hold them; for a widget not on the page, as chosen before."""
    values = values_of(config)
    return {
        name: KNOB[name].from_widget(st.session_state[name]) if name in st.session_state else value
        for name, value in values.items()
    }


def move_to(scenario: str, before: RunConfig) -> tuple[Values, list[str]]:
    """Keep the visitor's knobs in another scenario, except those that a scenario sets itself."""
    pair = yours.at(scenario)
    own = {"shift_amount", *before.pair.settings, *pair.settings}
    start = values_of(scenario_config(scenario))
    if "hidden_sizes" in own:
        own |= {"hidden_layers", "hidden_width"}
    values = values_of(before) | {name: start[name] for name in own if name in start} | {"scenario": scenario}
    config, corrections = fitted(values)
    title = pair.title
    notices = [f"{knob} is now {used}: in “{title}” it must be {rule}." for _, knob, rule, used in corrections]
    if pair.settings:
        notices.append(f"“{title}” has its own defaults; the controls now show them.")
    return values_of(config), notices
