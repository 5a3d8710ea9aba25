// A pad to draw on: with mouse, pen or finger. What is drawn goes to the server as bits, row by row.
const SIDE = 56, RADIUS = 2.6, PAUSE = 400;

export default function ({ parentElement, data, setStateValue }) {
  const root = begin(parentElement, data);
  const canvas = element("canvas", { class: "pad", width: 224, height: 224, tabindex: 0, role: "img", "aria-label": data.label });
  const clear = element("button", { type: "button" });
  clear.textContent = "Clear";
  const ink = root.ink ??= new Uint8Array(SIDE * SIDE);
  root.replaceChildren(canvas, element("div", { class: "keys" }, clear));
  const pen = canvas.getContext("2d"), dot = canvas.width / SIDE;
  const paint = () => {
    pen.fillStyle = "#FFFFFF";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.fillStyle = "#111111";
    ink.forEach((on, at) => { if (on) pen.fillRect(at % SIDE * dot, Math.floor(at / SIDE) * dot, dot, dot); });
  };
  const send = () => {
    const bits = new Uint8Array(Math.ceil(ink.length / 8));
    ink.forEach((on, at) => { if (on) bits[at >> 3] |= 128 >> (at & 7); });
    setStateValue("ink", ink.some(Boolean) ? btoa(String.fromCharCode(...bits)) : "");
  };
  let last = null, sent = 0;
  const point = event => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width * SIDE, (event.clientY - box.top) / box.height * SIDE];
  };
  const press = ([x, y]) => {
    for (let row = 0; row < SIDE; row++) for (let column = 0; column < SIDE; column++)
      if (Math.hypot(column + 0.5 - x, row + 0.5 - y) < RADIUS) ink[row * SIDE + column] = 1;
  };
  const stroke = to => {
    const from = last ?? to, steps = Math.max(1, Math.ceil(Math.hypot(to[0] - from[0], to[1] - from[1])));
    for (let step = 0; step <= steps; step++) press([0, 1].map(axis => from[axis] + (to[axis] - from[axis]) * step / steps));
    last = to;
    paint();
  };
  canvas.onpointerdown = event => { canvas.setPointerCapture(event.pointerId); stroke(point(event)); };
  canvas.onpointermove = event => {
    if (!last) return;
    stroke(point(event));
    if (event.timeStamp - sent > PAUSE) { sent = event.timeStamp; send(); }
  };
  canvas.onpointerup = canvas.onpointercancel = () => { if (last) send(); last = null; };
  clear.onclick = () => { ink.fill(0); paint(); send(); };
  paint();
}
