// Validation images in one fixed plane, before and after each strategy; a brush selects the same images everywhere.
const WIDE = 300, TALL = 170, LETTERS = 9, SHOWN = 24;

export default function ({ parentElement, data }) {
  const root = begin(parentElement, data), { colours, labels, classes } = data, n = labels.length;
  root.style.setProperty("--panel", "max(330px, 40%)"); // four panels: two and two, or one by one
  const images = bytesOf(data.images), [rows, columns] = data.shape, size = rows * columns;
  const image = at => picture(images.subarray(at * size, (at + 1) * size), columns, rows, inked);
  const chosen = new Set();
  const tip = element("div", { class: "tip" }), strip = element("div", { class: "images" }), note = element("div", { class: "note" });
  note.setAttribute("aria-live", "polite");

  const panels = data.panels.map((panel, number) => {
    const caption = element("figcaption", {}, element("b"), element("span"));
    caption.firstChild.textContent = panel.title;
    const svg = drawn("svg", { viewBox: `0 0 ${WIDE} ${TALL}`, role: "img", "aria-label": panel.alt });
    svg.style.cssText = `border:1px solid ${colours.muted}55;border-radius:6px;touch-action:pan-y;cursor:crosshair`;
    const marks = labels.map((label, at) => {
      const mark = drawn("text", { "font-size": LETTERS, "text-anchor": "middle", "dominant-baseline": "central",
        fill: colours.classes[label % colours.classes.length] });
      mark.textContent = classes[label].slice(0, 2);
      mark.onpointerenter = () => hover(number, at);
      mark.onpointerleave = () => { tip.style.display = "none"; };
      svg.append(mark);
      return mark;
    });
    const brush = drawn("rect", { fill: colours.ink, "fill-opacity": 0.1, stroke: colours.ink, "stroke-opacity": 0.5, "pointer-events": "none" });
    svg.append(brush);
    const made = { ...panel, x: bytesOf(panel.x), y: bytesOf(panel.y), answers: bytesOf(panel.answers), svg, marks, brush,
      said: caption.lastChild, figure: element("figure", {}, caption, svg) };
    brushed(made);
    return made;
  });
  const keys = element("div", { class: "keys", role: "group", "aria-label": "Select all images of a class" });
  classes.forEach((name, label) => {
    const button = element("button", { type: "button", "aria-pressed": false });
    button.textContent = name;
    button.style.color = colours.classes[label % colours.classes.length];
    button.onclick = () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      select(on ? labels.flatMap((one, at) => one === label ? [at] : []) : []);
      button.setAttribute("aria-pressed", on);
    };
    keys.append(button);
  });
  root.replaceChildren(element("div", { class: "panels" }, ...panels.map(panel => panel.figure)), keys, note, strip, tip);

  const place = (panel, at) => {
    const when = snapshotNow(panel.epochs) * n + at;
    return [10 + panel.x[when] / 255 * (WIDE - 20), 10 + (1 - panel.y[when] / 255) * (TALL - 20)];
  };
  function select(found) {
    chosen.clear();
    found.forEach(at => chosen.add(at));
    [...keys.children].forEach(button => button.setAttribute("aria-pressed", false));
    panels.forEach(panel => panel.marks.forEach((mark, at) => mark.setAttribute("opacity", chosen.size && !chosen.has(at) ? 0.13 : 1)));
    note.textContent = chosen.size ? `${chosen.size} of ${n} images selected` + (chosen.size > SHOWN ? `; the first ${SHOWN}:` : ":") : data.hint;
    strip.replaceChildren(...[...chosen].slice(0, SHOWN).map(at => {
      const small = image(at);
      small.title = `a ${classes[labels[at]]}`;
      return small;
    }));
  }
  function brushed(panel) {
    let from = null;
    const point = event => {
      const box = panel.svg.getBoundingClientRect();
      return [(event.clientX - box.left) / box.width * WIDE, (event.clientY - box.top) / box.height * TALL];
    };
    panel.svg.onpointerdown = event => {
      from = point(event);
      panel.svg.setPointerCapture(event.pointerId);
      panels.forEach(other => other.brush.setAttribute("width", 0));
    };
    panel.svg.onpointermove = event => {
      if (!from) return;
      const to = point(event), [x, y] = [0, 1].map(axis => Math.min(from[axis], to[axis]));
      const [width, height] = [0, 1].map(axis => Math.abs(from[axis] - to[axis]));
      for (const [key, value] of Object.entries({ x, y, width, height })) panel.brush.setAttribute(key, value);
      select(labels.flatMap((_, at) => {
        const [left, top] = place(panel, at);
        return left >= x && left <= x + width && top >= y && top <= y + height ? [at] : [];
      }));
    };
    panel.svg.onpointerup = panel.svg.onpointercancel = event => {
      const to = point(event);
      if (from && Math.hypot(to[0] - from[0], to[1] - from[1]) < 3) select([]);
      from = null;
    };
  }
  function hover(number, at) {
    const panel = panels[number], when = snapshotNow(panel.epochs) * n + at;
    const words = element("div");
    words.textContent = `a ${classes[labels[at]]}` + (panel.answers.length ? `; ${panel.title} says ${data.answers[panel.answers[when]]}` : "");
    tip.replaceChildren(image(at), words);
    tip.style.display = "block";
    const box = panel.marks[at].getBoundingClientRect(), frame = root.getBoundingClientRect();
    tip.style.left = `${Math.max(0, Math.min(box.left - frame.left + 14, frame.width - 150))}px`;
    tip.style.top = `${box.top - frame.top + 14}px`;
  }
  select([]);
  const draw = (panel, pen, width) => {
    const scale = width / WIDE;
    pen.strokeStyle = colours.muted;
    pen.lineWidth = 0.5;
    pen.strokeRect(0, 0, width, TALL * scale);
    Object.assign(pen, { font: `600 ${LETTERS * scale}px "Source Sans", sans-serif`, textAlign: "center", textBaseline: "middle" });
    if (!panel.gone[snapshotNow(panel.epochs)]) panel.marks.forEach((mark, at) => {
      const [x, y] = place(panel, at);
      pen.globalAlpha = +mark.getAttribute("opacity");
      pen.fillStyle = mark.getAttribute("fill");
      pen.fillText(mark.textContent, x * scale, y * scale);
    });
    Object.assign(pen, { globalAlpha: 1, textAlign: "left" });
  };
  offerToSave(root, "features", panels.map(panel => [panel.figure, panel.svg, (pen, width) => draw(panel, pen, width)]), colours);
  return follow(root, () => panels.forEach(panel => {
    panel.said.textContent = panel.words[snapshotNow(panel.epochs)];
    const gone = panel.gone[snapshotNow(panel.epochs)];
    panel.marks.forEach((mark, at) => {
      mark.setAttribute("visibility", gone ? "hidden" : "visible");
      const [x, y] = place(panel, at);
      mark.setAttribute("x", x);
      mark.setAttribute("y", y);
    });
  }));
}
