// What the components share. One epoch moves all pictures of a page: it lives in the browser and costs the server nothing.
const bytesOf = text => Uint8Array.from(atob(text), character => character.charCodeAt(0));

const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

const drawn = (name, attributes) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

// A figure of its own for each arm: its title, what is said beside it, and the canvas on which it is drawn.
const figureOf = arm => {
  const caption = element("figcaption", {}, element("b"), element("span"));
  caption.firstChild.textContent = arm.title;
  const canvas = element("canvas", { role: "img", "aria-label": arm.alt });
  return { said: caption.lastChild, canvas, figure: element("figure", {}, caption, canvas) };
};

// The latest snapshot that is not after an epoch.
const snapshotAt = (epochs, epoch) => Math.max(0, epochs.findLastIndex(one => one <= epoch));
const snapshotNow = epochs => snapshotAt(epochs, window.shownEpoch ?? Infinity);

const sayEpoch = epoch => {
  window.shownEpoch = epoch;
  window.dispatchEvent(new CustomEvent("epoch", { detail: epoch }));
};
// For charts that the browser has built since: one that stands at this epoch already does nothing.
const remindOfEpoch = () => window.dispatchEvent(new CustomEvent("epoch-again", { detail: window.shownEpoch }));

// Call show now and whenever the epoch or the width changes; returns what ends that.
const follow = (root, show) => {
  const draw = () => show(window.shownEpoch ?? Infinity);
  const resized = new ResizeObserver(draw);
  window.addEventListener("epoch", draw);
  resized.observe(root);
  draw();
  return () => { window.removeEventListener("epoch", draw); resized.disconnect(); };
};

const rgb = colour => [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16));
const mix = (from, to, share) => {
  const [one, other] = [rgb(from), rgb(to)];
  return one.map((value, at) => Math.round(value + (other[at] - value) * share));
};
const css = ([red, green, blue]) => `rgb(${red},${green},${blue})`;

// A canvas as wide as its place, sharp on any screen.
const context = (canvas, height) => {
  const width = canvas.clientWidth || 1, ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.height = `${height}px`;
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  return [pen, width];
};

// A small picture, one canvas pixel per number: signed bytes from blue to orange, or ink on paper.
const picture = (values, width, height, colour) => {
  const canvas = element("canvas");
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext("2d"), pixels = pen.createImageData(width, height);
  for (let at = 0; at < width * height; at++) pixels.data.set([...colour(values[at]), 255], 4 * at);
  pen.putImageData(pixels, 0, 0);
  return canvas;
};
const signed = colours => value => value < 128
  ? mix(colours.paper, colours.negative, (128 - value) / 127) : mix(colours.paper, colours.positive, (value - 128) / 127);
const inked = value => [255 - value, 255 - value, 255 - value];

const begin = (parentElement, data) => {
  const root = parentElement.querySelector(".root");
  root.style.setProperty("--muted", data.colours.muted);
  return root;
};
