// A schedule as a timeline, layers by epochs. A handle, where there is one, goes from schedule to schedule, by mouse, finger or
// arrow keys; the server hears of it when it rests.
const PAUSE = 250; // milliseconds without a key

export default function ({ parentElement, data, setTriggerValue }) {
  const root = begin(parentElement, data), { layers, phases, schedules, n_epochs: last, colours } = data;
  // Kept from one drawing to the next, so that the handle keeps the focus and stays under the pointer.
  const parts = root.timeline ??= {
    names: element("div", { class: "names" }), bars: element("div", { role: "img" }),
    handle: element("div", { class: "handle", role: "slider", tabindex: 0 }, element("span")), at: data.at, held: false, timer: null,
  };
  const { names, bars, handle } = parts;
  if (!parts.plot) {
    parts.plot = element("div", { class: "plot" }, bars);
    root.append(element("div", { class: "timeline" }, names, parts.plot));
  }
  const plot = parts.plot, timeline = plot.parentElement;
  timeline.style.setProperty("--row", `${data.row}px`);
  timeline.style.setProperty("--ink", colours.ink);
  timeline.style.setProperty("--paper", colours.paper);
  timeline.classList.toggle("moves", Boolean(data.handle));
  bars.setAttribute("aria-label", data.alt);
  names.replaceChildren(...layers.map(name => {
    const made = element("div");
    made.textContent = name;
    return made;
  }));

  const bar = (row, phase, start, length) => {
    const { rate, fill, ink } = phases[phase].layers[row];
    const made = element("div", { class: rate ? "phase" : "phase frozen" });
    made.title = `${layers[row]}, epochs ${start} to ${start + length}: ${rate ? `learning rate ${rate}` : "frozen"}`;
    Object.assign(made.style, {
      left: `${100 * start / last}%`, width: `${100 * length / last}%`, background: fill, color: ink,
    });
    if (length > last / 9) made.textContent = rate;
    return made;
  };
  const draw = () => {
    bars.replaceChildren(...layers.map((_, row) => {
      let start = 0;
      return element("div", { class: "layer" }, ...schedules[parts.at].map(([phase, length]) => {
        start += length;
        return bar(row, phase, start - length, length);
      }));
    }));
    const share = 100 * parts.at / last;
    handle.style.left = `${share}%`;
    handle.firstChild.style.transform = `translateX(-${share}%)`;
    handle.firstChild.textContent = `unfreeze at ${parts.at}`;
    handle.setAttribute("aria-valuenow", parts.at);
    handle.setAttribute("aria-valuetext", `epoch ${parts.at} of ${last}`);
  };
  const drawOn = pen => {
    const frame = timeline.getBoundingClientRect(), { font } = getComputedStyle(root);
    const place = made => {
      const { left, top, width: wide, height } = made.getBoundingClientRect();
      return [left - frame.left, top - frame.top, wide, height];
    };
    const write = (words, x, y, fillStyle, textAlign) => {
      Object.assign(pen, { font, fillStyle, textAlign, textBaseline: "middle" });
      pen.fillText(words, x, y);
    };
    for (const name of names.children) {
      const [left, top, wide, height] = place(name);
      write(name.textContent, left + wide - 4, top + height / 2, colours.muted, "right");
    }
    for (const made of bars.querySelectorAll(".phase")) {
      const [left, top, wide, height] = place(made), frozen = made.classList.contains("frozen");
      pen.fillStyle = made.style.background;
      pen.fillRect(left, top, wide, height);
      const words = frozen && wide > 50 ? "frozen" : made.textContent;
      if (words) write(words, left + wide / 2, top + height / 2, made.style.color, "center");
    }
    const [left, top, wide, height] = place(bars);
    write("epoch 0", left, top + height + 12, colours.muted, "left");
    write(`epoch ${last}`, left + wide, top + height + 12, colours.muted, "right");
    if (!data.handle) return;
    pen.fillStyle = colours.ink;
    pen.fillRect(left + wide * parts.at / last - 1, top - 4, 2, height + 8);
    write(handle.textContent, left + wide * parts.at / last, top - 14, colours.ink, ["left", "center", "right"][Math.round(2 * parts.at / last)]);
  };
  offerToSave(root, "schedule", [[timeline, timeline, drawOn]], colours, 24);
  if (!parts.held && !parts.timer) parts.at = data.at;
  draw();
  if (!data.handle) return;

  for (const [name, value] of Object.entries({ label: data.handle, valuemin: 0, valuemax: last, orientation: "horizontal" }))
    handle.setAttribute(`aria-${name}`, value);
  if (!handle.isConnected) plot.append(handle);
  const go = at => { parts.at = Math.max(0, Math.min(last, at)); draw(); };
  const send = () => {
    parts.timer = null;
    if (parts.at !== data.at) setTriggerValue("epoch", parts.at);
  };
  const follow = event => {
    const box = plot.getBoundingClientRect();
    go(Math.round((event.clientX - box.left) / box.width * last));
  };
  plot.onpointerdown = event => {
    if (event.button) return;
    event.preventDefault(); // no text is selected
    parts.held = true;
    plot.setPointerCapture(event.pointerId);
    handle.focus({ preventScroll: true });
    follow(event);
  };
  plot.onpointermove = event => { if (parts.held) follow(event); };
  plot.onpointerup = () => { if (parts.held) { parts.held = false; send(); } };
  plot.onpointercancel = () => { parts.held = false; go(data.at); };
  const far = Math.max(2, Math.round(last / 10));
  const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -far, PageUp: far, Home: -last, End: last };
  handle.onkeydown = event => {
    if (!(event.key in steps) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    go(parts.at + steps[event.key]);
    clearTimeout(parts.timer);
    parts.timer = setTimeout(send, PAUSE);
  };
}
