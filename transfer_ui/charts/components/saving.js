// A picture to take away: what stands in a component is drawn once more, into an SVG, or into a canvas for a PNG.

// What the components use of a canvas' pen, writing SVG: one drawing fits both.
class SvgPen {
  constructor(width, height) {
    this.svg = this.place = drawn("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
    this.kept = [];
    Object.assign(this, { fillStyle: "#000", strokeStyle: "#000", globalAlpha: 1, lineWidth: 1, font: "", textAlign: "left", textBaseline: "alphabetic" });
  }
  put(name, attributes, words = "") {
    if (this.globalAlpha < 1) attributes.opacity = this.globalAlpha;
    for (const [key, value] of Object.entries(attributes)) if (typeof value === "number") attributes[key] = +value.toFixed(2);
    const made = drawn(name, attributes);
    made.textContent = words;
    this.place.append(made);
  }
  save() { this.kept.push(this.place); }
  restore() { this.place = this.kept.pop(); }
  translate(x, y) {
    const group = drawn("g", { transform: `translate(${x.toFixed(2)} ${y.toFixed(2)})` });
    this.place.append(group);
    this.place = group;
  }
  beginPath() { this.path = []; }
  moveTo(x, y) { this.path.push(`M${x.toFixed(2)} ${y.toFixed(2)}`); }
  lineTo(x, y) { this.path.push(`L${x.toFixed(2)} ${y.toFixed(2)}`); }
  stroke() { this.put("path", { d: this.path.join(""), fill: "none", stroke: this.strokeStyle, "stroke-width": this.lineWidth }); }
  fillRect(x, y, width, height) { this.put("rect", { x, y, width, height, fill: this.fillStyle }); }
  strokeRect(x, y, width, height) {
    this.put("rect", { x, y, width, height, fill: "none", stroke: this.strokeStyle, "stroke-width": this.lineWidth });
  }
  fillText(words, x, y) {
    const anchor = { left: "start", center: "middle", right: "end" }[this.textAlign];
    const baseline = this.textBaseline === "middle" ? "central" : "alphabetic";
    this.put("text", { x, y, fill: this.fillStyle, style: `font: ${this.font}`, "text-anchor": anchor, "dominant-baseline": baseline }, words);
  }
  drawImage(canvas, x, y, width, height) {
    const style = "image-rendering: pixelated";
    this.put("image", { x, y, width, height, href: canvas.toDataURL(), preserveAspectRatio: "none", style });
  }
}

// Draw all figures of a component where they stand on the page, with their captions. Each is [figure, its picture, draw],
// and draw takes a pen and the width of the picture.
const drawAll = (root, figures, colours, pen, [width, height]) => {
  const frame = root.getBoundingClientRect();
  pen.fillStyle = colours.paper;
  pen.fillRect(0, 0, width, height);
  for (const [figure, picture, draw] of figures) {
    for (const words of figure.querySelectorAll("figcaption > *")) {
      const box = words.getBoundingClientRect(), { font, color } = getComputedStyle(words);
      Object.assign(pen, { font, fillStyle: color, textAlign: "left", textBaseline: "middle" });
      pen.fillText(words.textContent, box.left - frame.left, (box.top + box.bottom) / 2 - frame.top);
    }
    pen.textBaseline = "alphabetic";
    const box = picture.getBoundingClientRect();
    pen.save();
    pen.translate(box.left - frame.left, box.top - frame.top);
    draw(pen, box.width);
    pen.restore();
  }
};

// Offer the figures as files, in a menu that comes with the pointer or the keyboard, as that of a chart does; a drawing may
// need so many pixels more below.
const offerToSave = (root, name, figures, colours, below = 0) => {
  const size = () => {
    const bottoms = figures.map(([figure]) => figure.getBoundingClientRect().bottom);
    return [root.clientWidth, Math.ceil(Math.max(...bottoms) - root.getBoundingClientRect().top) + below];
  };
  const asSvg = () => {
    const pen = new SvgPen(...size());
    drawAll(root, figures, colours, pen, size());
    const about = drawn("desc", {});
    about.textContent = window.location.href;
    pen.svg.prepend(about);
    return new Blob([new XMLSerializer().serializeToString(pen.svg)], { type: "image/svg+xml" });
  };
  const asPng = () => {
    const canvas = element("canvas"), [width, height] = size();
    [canvas.width, canvas.height] = [2 * width, 2 * height];
    const pen = canvas.getContext("2d");
    pen.scale(2, 2);
    pen.imageSmoothingEnabled = false;
    drawAll(root, figures, colours, pen, [width, height]);
    return new Promise(done => canvas.toBlob(done, "image/png"));
  };
  const button = (kind, make) => {
    const made = element("button", { type: "button", "aria-label": `Download as ${kind}: ${name}`, title: `Download as ${kind}` });
    made.textContent = kind;
    made.onclick = async () => {
      const page = window.location.pathname.split("/").pop() || "start";
      const href = URL.createObjectURL(await make());
      element("a", { href, download: `${page}_${name.replaceAll(" ", "_")}.${kind.toLowerCase()}` }).click();
      setTimeout(() => URL.revokeObjectURL(href), 1000);
    };
    return made;
  };
  root.querySelector(".save")?.remove();
  root.append(element("div", { class: "save" }, button("PNG", asPng), button("SVG", asSvg)));
};
