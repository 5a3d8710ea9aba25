// A schedule to edit: layers by epochs. Every edit gives a valid schedule, and goes to the server as text once it is done.
const FROZEN = "f", LOWEST = 0.0005, HIGHEST = 1;
const LOCK = "M-.55 0H.55V.9H-.55ZM-.36 0V-.35A.36 .36 0 0 1 .36 -.35V0H.22V-.35A.22 .22 0 0 0 -.22 -.35V0Z";
const HINT = "Drag an edge within a row to free or freeze that layer at another epoch; drag a mark above to move all layers. "
  + "Keys: arrows move, space freezes or frees, + and − change the rate.";

const within = (value, low, high) => Math.max(low, Math.min(high, value));
const trains = rates => rates.some(rate => rate !== FROZEN);
const endsOf = phases => { let end = 0; return phases.map(({ n }) => end += n); };
const toText = phases => phases.map(({ n, rates }) => [n, ...rates].join("-")).join("_");
const fromText = text => text.split("_").map(phase => {
  const [n, ...rates] = phase.split("-");
  return { n: +n, rates };
});

// The mark between a phase and the next moves both; the last one makes the schedule longer or shorter.
const moveMark = (phases, at, to, longest) => {
  const ends = endsOf(phases), start = ends[at] - phases[at].n, isLast = at === phases.length - 1;
  const end = within(to, start + 1, isLast ? longest : ends[at + 1] - 1);
  return phases.map((phase, index) => ({ ...phase,
    n: index === at ? end - start : index === at + 1 ? ends[index] - end : phase.n }));
};

// The edge of one layer moves epoch by epoch, as far as it meets no other edge of its row and something still trains.
const moveEdge = (phases, layer, edge, to) => {
  const epochs = phases.flatMap(({ n, rates }) => Array.from({ length: n }, () => [...rates]));
  const cuts = new Set(endsOf(phases)), before = epochs[edge - 1][layer], after = epochs[edge][layer];
  const put = (epoch, rate) => {
    const was = epochs[epoch][layer];
    epochs[epoch][layer] = rate;
    if (trains(epochs[epoch])) return true;
    epochs[epoch][layer] = was;
    return false;
  };
  let now = edge;
  while (now < to && now < epochs.length && epochs[now][layer] === after && put(now, before)) now++;
  while (now > to && now > 0 && epochs[now - 1][layer] === before && put(now - 1, after)) now--;
  if (String(epochs[edge - 1]) === String(epochs[edge])) cuts.delete(edge);
  cuts.add(now);
  const sorted = [...cuts].filter(cut => cut > 0).sort((one, other) => one - other);
  return sorted.map((end, index) => ({ n: end - (sorted[index - 1] ?? 0), rates: epochs[end - 1] }));
};

export default function ({ parentElement, data, setStateValue, setTriggerValue }) {
  const root = begin(parentElement, data), { colours, names, limits } = data;
  const state = root.state ??= { layer: names.length - 1, at: 0 };
  // What arrives while the server has not heard of the latest edit is older than what is on the screen.
  Object.assign(state, { setStateValue, setTriggerValue });
  if (state.drag || (state.sent && data.heard && data.heard !== state.sent)) return;
  // Nothing new: what is there stays, with the focus on it.
  const around = JSON.stringify({ ...data, heard: "", text: "" });
  if (state.around === around && data.text === toText(state.phases)) return;
  state.around = around;
  Object.assign(state, { text: data.text, phases: fromText(data.text) });
  state.layer = within(state.layer, 0, names.length - 1);

  const ruler = element("div", { class: "track ruler" });
  const rows = names.map(() => element("div", { class: "track" }));
  const grid = element("div", { class: "schedule", role: "group", "aria-label": "Your schedule, layers by epochs" },
    element("span", { class: "side" }, "epoch"), ruler,
    ...names.map((name, layer) => [element("span", { class: "side" }, name), rows[layer]]).reverse().flat());
  const control = (name, title, attributes = {}) => element(name, { title, "aria-label": title, ...attributes });
  const what = element("b"), toggle = element("button", { type: "button", "data-id": "toggle" });
  const rate = control("select", "Learning rate of the chosen layer in the chosen phase", { "data-id": "rate" });
  const length = control("input", "Epochs of the chosen phase", { type: "number", min: 1, "data-id": "length" });
  const split = element("button", { type: "button", "data-id": "split" }, "Split the phase");
  const remove = element("button", { type: "button", "data-id": "remove" }, "Remove it");
  const tools = element("div", { class: "keys tools" }, what, toggle, element("label", {}, "rate ", rate),
    element("label", {}, "epochs ", length), split, remove);
  const said = element("div", { class: "said", "aria-live": "polite" });
  const focused = root.getRootNode().activeElement?.dataset?.id;
  root.replaceChildren(grid, tools, element("div", { class: "note" }, HINT), said);

  const words = (layer, at, phases = state.phases) => {
    const entry = phases[at].rates[layer], end = endsOf(phases)[at], first = end - phases[at].n + 1;
    const when = first === end ? `epoch ${end}` : `epochs ${first} to ${end}`;
    const how = entry === FROZEN ? "frozen" : `trains at ${entry}`;
    return `${names[layer]}, ${when}: ${how}`;
  };
  const span = () => state.drag?.span ?? Math.min(limits.epochs, Math.ceil(1.1 * Math.max(endsOf(state.phases).at(-1), data.budget)));
  const colour = entry => entry === FROZEN ? colours.frozen
    : css(mix(...colours.trained, within(Math.log(entry / LOWEST) / Math.log(HIGHEST / LOWEST), 0, 1)));

  const cell = (layer, at, end, wide) => {
    const { n, rates } = state.phases[at], entry = rates[layer], chosen = layer === state.layer && at === state.at;
    const made = element("button", { type: "button", class: "cell", "data-id": `cell ${layer} ${at}`, tabindex: chosen ? 0 : -1,
      "aria-label": words(layer, at), "aria-pressed": chosen, title: words(layer, at),
      style: `left:${100 * (end - n) / wide}%;width:${100 * n / wide}%;background:${colour(entry)};`
        + `color:${entry === FROZEN ? colours.ink : entry >= data.ink[0] ? data.ink[2] : data.ink[1]}` });
    if (entry === FROZEN) made.innerHTML = `<svg viewBox="-1 -1 2 2.1" aria-hidden="true"><path d="${LOCK}" fill="currentColor"/></svg>`;
    else made.append(element("span", {}, entry));
    made.onclick = () => choose(layer, at);
    made.onkeydown = event => cellKey(event, layer, at);
    return made;
  };
  // What can be dragged is a slider for the keyboard. `apply` gives the schedule with it at another epoch.
  const handle = (id, kind, label, epoch, wide, apply) => {
    const made = element("div", { class: `handle ${kind}`, "data-id": id, role: "slider", tabindex: 0, "aria-label": label, title: label,
      "aria-valuemin": 0, "aria-valuemax": limits.epochs, "aria-valuenow": epoch, "aria-valuetext": `epoch ${epoch}`,
      style: `left:${100 * epoch / wide}%` });
    made.onpointerdown = event => {
      event.preventDefault();
      made.focus();
      grid.setPointerCapture(event.pointerId);
      state.drag = { apply, from: state.phases, span: wide };
    };
    made.onkeydown = event => {
      const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 }[event.key];
      if (!by) return;
      event.preventDefault();
      change(apply(state.phases, epoch + by), id);
    };
    return made;
  };

  const draw = focus => {
    const { phases } = state, ends = endsOf(phases), wide = span(), last = phases.length - 1;
    state.at = within(state.at, 0, last);
    const kept = focus ?? root.getRootNode().activeElement?.dataset?.id;
    const step = [1, 2, 5, 10, 20, 50].find(one => wide / one <= 9) ?? 50;
    const ticks = Array.from({ length: Math.floor(wide / step) + 1 }, (_, index) => element("span",
      { class: "tick", style: `left:${100 * index * step / wide}%` }, String(index * step)));
    const marks = ends.map((end, at) => handle(`mark ${at}`, "mark",
      at === last ? "End of the schedule" : `End of phase ${at + 1}`, end, wide,
      (from, to) => moveMark(from, at, to, limits.epochs)));
    ruler.replaceChildren(...ticks, ...marks);
    rows.forEach((row, layer) => {
      const edges = ends.slice(0, -1).filter((_, at) => phases[at].rates[layer] !== phases[at + 1].rates[layer]);
      const does = edge => {
        const next = phases[ends.indexOf(edge) + 1].rates[layer], before = phases[ends.indexOf(edge)].rates[layer];
        return next === FROZEN ? "is frozen" : before === FROZEN ? "is freed" : "changes its rate";
      };
      const limit = element("span", { class: "limit", style: `left:${100 * data.budget / wide}%`, title: `The strategies train for ${data.budget} epochs` });
      row.replaceChildren(...ends.map((end, at) => cell(layer, at, end, wide)), ...(ends[last] === data.budget ? [] : [limit]),
        ...edges.map((edge, index) => handle(`edge ${layer} ${index}`, "edge", `Epoch at which ${names[layer]} ${does(edge)}`, edge, wide,
          (from, to) => moveEdge(from, layer, edge, to))));
    });
    const { n, rates } = phases[state.at], entry = rates[state.layer];
    what.textContent = `Phase ${state.at + 1}, ${names[state.layer]}:`;
    toggle.textContent = entry === FROZEN ? "Free it" : "Freeze it";
    toggle.disabled = entry !== FROZEN && rates.filter(one => one !== FROZEN).length === 1;
    toggle.title = toggle.disabled ? "A phase must train something." : "";
    const offered = [...new Set([...data.rates, ...(entry === FROZEN ? [] : [entry])])].sort((one, other) => one - other);
    rate.replaceChildren(...(entry === FROZEN ? [element("option", { value: FROZEN }, "frozen")] : []),
      ...offered.map(one => element("option", { value: one }, one)));
    rate.value = entry;
    length.value = n;
    length.max = limits.epochs - ends[last] + n;
    split.disabled = n < 2 || phases.length >= limits.phases;
    remove.disabled = phases.length < 2;
    if (kept) root.querySelector(`[data-id="${kept}"]`)?.focus();
  };

  const change = (phases, focus, done = true) => {
    if (phases.length > limits.phases) said.textContent = `A schedule has at most ${limits.phases} phases.`;
    else if (!phases.every(({ n, rates }) => n >= 1 && trains(rates))) said.textContent = "A phase must train something.";
    else state.phases = phases;
    draw(focus);
    const text = toText(state.phases);
    if (!done || text === state.text) return;
    state.sent = `${Date.now()} ${state.text} ${text}`;
    state.text = text;
    said.textContent = `${words(state.layer, state.at)}. ${state.phases.length} phases, ${endsOf(state.phases).at(-1)} epochs.`;
    state.setStateValue("edit", state.sent);
  };
  const choose = (layer, at) => {
    Object.assign(state, { layer: within(layer, 0, names.length - 1), at: within(at, 0, state.phases.length - 1) });
    draw(`cell ${state.layer} ${state.at}`);
  };
  const put = (layer, at, entry, focus) => change(state.phases.map((phase, index) => index !== at ? phase
    : { ...phase, rates: phase.rates.map((one, which) => which === layer ? entry : one) }), focus);
  // A layer that is freed takes the rate that it has nearby, or that of another layer.
  const flip = (layer, at, focus) => {
    const own = state.phases.map((phase, index) => [Math.abs(index - at), phase.rates[layer]])
      .filter(([, entry]) => entry !== FROZEN).sort(([one], [other]) => one - other)[0]?.[1];
    const other = state.phases[at].rates.findLast(entry => entry !== FROZEN);
    put(layer, at, state.phases[at].rates[layer] === FROZEN ? own ?? other : FROZEN, focus);
  };
  const cellKey = (event, layer, at) => {
    const id = `cell ${layer} ${at}`, entry = state.phases[at].rates[layer], by = { "+": 1, "=": 1, "-": -1, "−": -1 }[event.key];
    const go = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, 0], ArrowDown: [-1, 0] }[event.key];
    if (go) choose(layer + go[0], at + go[1]);
    else if (event.key === " " || event.key === "Enter") flip(layer, at, id);
    else if (by && entry !== FROZEN) {
      const further = data.rates.filter(one => by > 0 ? +one > +entry : +one < +entry);
      const next = by > 0 ? further[0] : further.at(-1);
      if (next) put(layer, at, next, id);
    } else return;
    event.preventDefault();
  };

  grid.onpointermove = event => {
    if (!state.drag) return;
    const box = ruler.getBoundingClientRect();
    const to = Math.round((event.clientX - box.left) / box.width * state.drag.span);
    change(state.drag.apply(state.drag.from, within(to, 0, limits.epochs)), null, false);
  };
  grid.onpointerup = grid.onpointercancel = () => {
    if (!state.drag) return;
    state.drag = null;
    change(state.phases);
  };
  root.onkeydown = event => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || event.target === length) return;
    event.preventDefault();
    state.setTriggerValue("history", event.shiftKey ? "redo" : "undo");
  };
  toggle.onclick = () => flip(state.layer, state.at);
  rate.onchange = () => put(state.layer, state.at, rate.value);
  length.onchange = () => {
    const n = within(Math.round(+length.value) || 1, 1, +length.max);
    change(state.phases.map((phase, index) => index === state.at ? { ...phase, n } : phase));
  };
  split.onclick = () => change(state.phases.flatMap((phase, index) => index !== state.at ? [phase]
    : [{ ...phase, n: Math.ceil(phase.n / 2) }, { ...phase, n: Math.floor(phase.n / 2) }]));
  // Its epochs go to the phase before it, or after it if it is the first: the length stays.
  remove.onclick = () => {
    const heir = state.at ? state.at - 1 : 1;
    change(state.phases.map((phase, index) => index === heir ? { ...phase, n: phase.n + state.phases[state.at].n } : phase)
      .filter((_, index) => index !== state.at));
  };
  draw(focused);
}
