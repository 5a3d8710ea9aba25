// Networks side by side: units in columns, ice where frozen, warm where trained, deeper for more change.
export default function ({ parentElement, data }) {
  const root = begin(parentElement, data), { colours, sizes, height } = data;
  const arms = data.arms.map(arm => ({ ...arm, change: bytesOf(arm.change), strength: bytesOf(arm.strength), ...figureOf(arm) }));
  root.replaceChildren(element("div", { class: "panels" }, ...arms.map(arm => arm.figure)));
  const total = sizes.slice(1).reduce((sum, size) => sum + size, 0);

  const draw = (arm, pen, width) => {
    const at = snapshotNow(arm.epochs);
    const named = layer => (width - 24) / (sizes.length - 1) < 62 ? data.names[layer].replace("layer ", "") : data.names[layer];
    const x = layer => 12 + layer * (width - 24) / (sizes.length - 1);
    const y = (layer, unit) => 8 + (unit + 0.5) * (height - 28) / sizes[layer];
    arm.lines.forEach(([layer, from, to, sign], line) => {
      const strength = arm.strength[at * arm.lines.length + line] / 255;
      pen.strokeStyle = sign > 0 ? colours.positive : colours.negative;
      pen.globalAlpha = 0.12 + 0.5 * strength;
      pen.lineWidth = 0.4 + 1.4 * strength;
      pen.beginPath();
      pen.moveTo(x(layer), y(layer, from));
      pen.lineTo(x(layer + 1), y(layer + 1, to));
      pen.stroke();
    });
    pen.globalAlpha = 1;
    pen.font = `${0.75 * parseFloat(getComputedStyle(document.documentElement).fontSize)}px "Source Sans", sans-serif`;
    let unit = 0;
    sizes.forEach((size, layer) => {
      const pitch = (height - 28) / size, wide = layer ? 14 : 6, left = Math.max(1, Math.min(x(layer) - wide / 2, width - wide - 1));
      for (let index = 0; index < size; index++) {
        const change = layer ? arm.change[at * total + unit++] / 255 : 0;
        const frozen = layer && arm.frozen[at][layer - 1] && change === 0;
        pen.fillStyle = !layer ? colours.muted : frozen ? colours.frozen : css(mix(...colours.trained, Math.sqrt(change)));
        // Between thin units there is no room for a gap: at fractions of a pixel it would be stripes.
        pen.fillRect(left, y(layer, index) - pitch / 2, wide, pitch > 6 ? pitch - 2 : pitch + 0.5);
      }
      pen.fillStyle = colours.ink;
      const [side, edge] = layer === 0 ? ["left", 1] : layer === sizes.length - 1 ? ["right", width - 1] : ["center", x(layer)];
      pen.textAlign = side;
      pen.fillText(named(layer) + (layer && arm.frozen[at][layer - 1] ? " ❄" : ""), edge, height - 4);
    });
  };
  offerToSave(root, "networks", arms.map(arm => [arm.figure, arm.canvas, (pen, width) => draw(arm, pen, width)]), colours);
  return follow(root, () => arms.forEach(arm => {
    arm.said.textContent = arm.words[snapshotNow(arm.epochs)];
    draw(arm, ...context(arm.canvas, height));
  }));
}
