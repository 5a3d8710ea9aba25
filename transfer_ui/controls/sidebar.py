"""The sidebar: draws the knobs, keeps what was chosen from page to page and in the link."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from transfer_core import SCENARIOS, RunConfig, scenario_config
from transfer_core.wording import amount_words
from transfer_ui.controls.knobs import KNOB, KNOBS, Knob, Values, config_of, fitted, values_of
from transfer_ui.controls.link import OTHER_PARAMETERS, from_query, quoted, to_query

GROUPS = {"task": "Task", "network": "Network", "training": "Training", "more": "More"}


def current_config() -> RunConfig:
    """Get what the visitor has chosen so far, or what the link says; notices are shown once."""
    query = {name: value for name, value in st.query_params.to_dict().items() if name not in OTHER_PARAMETERS}
    chosen: RunConfig | None = st.session_state.get("config")
    moved_a_control = chosen is not None and _widget_values(chosen) != values_of(chosen)
    clicked = st.session_state.pop("control_decides", False)
    if query and query != st.session_state.get("written_query") and not (moved_a_control or clicked):
        # A first visit, a link between pages, or the browser's Back: the link decides. But a click made
        # before the browser knew the last link comes with an outdated one; then the control decides.
        chosen, notices = from_query(query)
        st.session_state.notices = notices
        put_on_controls(chosen)
    if chosen is None:
        chosen = RunConfig()
    remember(chosen)
    return chosen


def remember(config: RunConfig) -> None:
    """Keep a choice for the other pages and put it in the link."""
    st.session_state.config = config
    st.session_state.written_query = query = to_query(config)
    kept = {name: st.query_params[name] for name in OTHER_PARAMETERS if name in st.query_params}
    if st.query_params.to_dict() != query | kept:
        st.query_params.from_dict(query | kept)


def choose(config: RunConfig) -> None:
    """Set all controls, as a callback of a button."""
    st.session_state.config = config
    st.session_state.control_decides = True
    put_on_controls(config)


def put_on_controls(config: RunConfig) -> None:
    """Write a configuration to the widgets, before they are drawn."""
    _put(values_of(config))


def _put(values: Values) -> None:
    for name, value in values.items():
        st.session_state[name] = KNOB[name].on_widget(value)


def draw(page: str) -> RunConfig:
    """Draw all knobs in the sidebar of a page and give the configuration they make."""
    before = current_config()
    if st.session_state.get("controls_drawn_on") != page:
        # A widget of another page is another widget, though its key is the same: it wants to be told.
        put_on_controls(before)
        st.session_state.controls_drawn_on = page
    values = values_of(before)
    notices: list[str] = st.session_state.pop("notices", [])
    with st.sidebar:
        places = {
            group: st.expander(title, expanded=False) if group == "more" else st.container()
            for group, title in GROUPS.items()
        }
        for knob in KNOBS:
            options = knob.options(values)
            with places[knob.group]:
                values[knob.name] = _draw_knob(knob, options, values, notices)
            if knob.name == "scenario" and values["scenario"] != before.scenario:
                values, said = _move_to(values["scenario"], before)
                notices += said
                _put({name: value for name, value in values.items() if name != "scenario"})
        st.button(
            "Reset to the scenario's settings",
            on_click=choose,
            args=(scenario_config(values["scenario"]),),
            icon=":material/restart_alt:",
            width="stretch",
        )
    config = config_of(values)
    remember(config)
    st.session_state.notices = notices
    show_notices()
    return config


def show_notices() -> None:
    """Say once what was corrected in a link or by a change of range."""
    for notice in st.session_state.pop("notices", []):
        st.warning(notice, icon=":material/info:")


def choose_in_link(
    name: str, titles: Mapping[str, str], widget: Callable[..., Any], *, default: str | None = "", label: str = ""
) -> Any:
    """Draw a choice that stands in the link beside the knobs, such as a section or a view.

    Parameters
    ----------
    name : str
        Name in the link; one of `transfer_ui.controls.link.OTHER_PARAMETERS`.
    titles : mapping of str to str
        Value in the link -> title.
    widget : callable
        ``st.pills``, ``st.segmented_control`` or ``st.selectbox``.
    default : str or None, optional
        What is left out of the link, the first unless another is named; ``None``: nothing is chosen. Where it
        depends on the knobs, the choice follows it until the visitor makes another.
    label : str, optional
        Written over the choice.

    Returns
    -------
    str or None
        A key of `titles`, or ``None`` where nothing is chosen.
    """
    first = next(iter(titles)) if default == "" else default
    asked = st.query_params.get(name, first)
    if asked is not None and asked not in titles:
        st.warning(
            f"{name} in the link must be one of {', '.join(titles)}, got {quoted(asked)}. "
            + (f"Using {titles[first]}." if first is not None else "It was left out."),
            icon=":material/info:",
        )
        asked = first
        st.query_params.pop(name, None)
    if name not in st.session_state or asked != st.session_state.get(f"{name}_in_link", first):
        st.session_state[name] = asked  # a first visit, or the browser's Back
    chosen: str | None = widget(
        label or name.capitalize(),
        list(titles),
        key=name,
        format_func=titles.__getitem__,
        label_visibility="visible" if label else "collapsed",
        **({"index": None} if widget is st.selectbox else {"required": first is not None}),
    )
    st.session_state[f"{name}_in_link"] = chosen
    if chosen is not None and chosen != first:
        st.query_params[name] = chosen
    elif name in st.query_params:
        del st.query_params[name]
    return chosen


def _widget_values(config: RunConfig) -> Values:
    """Values as the widgets hold them; where a widget is not on the page, as chosen before."""
    values = values_of(config)
    return {
        name: KNOB[name].from_widget(st.session_state[name]) if name in st.session_state else value
        for name, value in values.items()
    }


def _move_to(scenario: str, before: RunConfig) -> tuple[Values, list[str]]:
    """Keep the visitor's knobs in another scenario, but for those that a scenario sets itself."""
    own = {"shift_amount", *SCENARIOS[before.scenario].settings, *SCENARIOS[scenario].settings}
    start = values_of(scenario_config(scenario))
    if "hidden_sizes" in own:
        own |= {"hidden_layers", "hidden_width"}
    values = values_of(before) | {name: start[name] for name in own if name in start} | {"scenario": scenario}
    config, corrections = fitted(values)
    title = SCENARIOS[scenario].title
    notices = [f"{name} is {used} now: in “{title}” it must be {rule}." for name, rule, _, used in corrections]
    if SCENARIOS[scenario].settings:
        notices.append(f"“{title}” brings its own settings; the controls show them.")
    return values_of(config), notices


def _draw_knob(knob: Knob, options: Sequence[Any], values: Values, notices: list[str]) -> Any:
    """Draw one knob; the widget's own state is corrected when its range has changed under it."""
    shown = options if None not in options else [knob.on_widget(option) for option in options]
    wanted = knob.from_widget(st.session_state.get(knob.name, values[knob.name]))
    if wanted not in options:
        fit, _ = fitted(values | {knob.name: wanted})
        used = values_of(fit)[knob.name]
        notices.append(f"{knob.label} is {knob.text(used)} now: it must be {knob.rule(options)}.")
        wanted = used
    bounds = st.session_state.setdefault("bounds", {})
    kept = knob.name in st.session_state and knob.from_widget(st.session_state[knob.name]) == wanted
    if not kept or bounds.get(knob.name) != options:
        st.session_state[knob.name] = knob.on_widget(wanted)
    bounds[knob.name] = options
    if knob.name == "shift_amount":
        return _draw_shift(knob, options, values)
    if len(options) == 1:
        return options[0]
    if knob.kind == "choice":
        return st.selectbox(
            knob.label, options, key=knob.name, help=knob.help, format_func=lambda name: SCENARIOS[name].title
        )
    if knob.kind == "switch":
        return st.toggle(knob.label, key=knob.name, help=knob.help)
    if len(options) > 200:
        return st.number_input(knob.label, options[0], options[-1], key=knob.name, help=knob.help)
    if isinstance(options, range):
        return st.slider(knob.label, options[0], options[-1], step=options.step, key=knob.name, help=knob.help)
    chosen = st.select_slider(knob.label, shown, key=knob.name, help=knob.help, format_func=knob.text)
    return knob.from_widget(chosen)


def _draw_shift(knob: Knob, options: Sequence[Any], values: Values) -> float:
    shift = SCENARIOS[values["scenario"]].shift
    if shift is None:
        return 0.0
    amount: float = st.select_slider(
        shift.title,
        options,
        key=knob.name,
        help=knob.help,
        format_func=lambda value: amount_words(value, shift.unit),
    )
    return amount
