// Weights before, now and their difference: the first layer as images, the deeper ones as heat maps.
export default function ({ parentElement, data }) {
  const root = begin(parentElement, data), { colours } = data, [rows, columns] = data.shape;
  root.style.setProperty("--panel", "240px");
  const paint = signed(colours), size = rows * columns;
  const arms = data.arms.map(arm => ({ ...arm, units: bytesOf(arm.units), changes: bytesOf(arm.changes), maps: arm.maps.map(bytesOf),
    ...figureOf(arm) }));
  root.replaceChildren(element("div", { class: "panels" }, ...arms.map(arm => arm.figure)));

  const n = data.numbers.length, top = 18, mapHeight = 74, mapGap = 20;
  const layout = width => {
    const cell = Math.floor((width - 52) / n), side = Math.min(cell - 3, 46), tall = side * rows / columns;
    return { cell, side, tall, line: tall + 6, below: top + 3 * (tall + 6) + 8 };
  };
  const heightOf = (arm, width) => layout(width).below + (arm.maps.length ? mapGap + mapHeight + 4 : 0);
  const draw = (arm, pen, width) => {
    const at = snapshotNow(arm.epochs), { cell, side, tall, line, below } = layout(width);
    pen.imageSmoothingEnabled = false;
    pen.fillStyle = colours.ink;
    pen.font = '12px "Source Sans", sans-serif';
    ["before", "now", "change"].forEach((word, row) => pen.fillText(word, 0, top + row * line + tall / 2 + 4));
    data.numbers.forEach((number, unit) => {
      const x = 52 + unit * cell;
      pen.fillStyle = colours.muted;
      pen.fillText(`#${number}`, x, 11);
      const slice = (from, when) => from.subarray((when * n + unit) * size, (when * n + unit + 1) * size);
      [slice(arm.units, 0), slice(arm.units, at), slice(arm.changes, at)].forEach((values, row) => {
        pen.drawImage(picture(values, columns, rows, paint), x, top + row * line, side, tall);
        pen.strokeStyle = colours.muted;
        pen.lineWidth = 0.5;
        pen.strokeRect(x, top + row * line, side, tall);
      });
    });
    const wide = arm.maps.length ? (width - 8 * (arm.maps.length - 1)) / arm.maps.length : 0;
    arm.maps.forEach((map, index) => {
      const [fanIn, fanOut] = data.maps[index].shape, x = index * (wide + 8), y = below + mapGap;
      pen.fillStyle = colours.ink;
      pen.fillText(wide < 95 ? data.maps[index].title.replace(", change", "") : data.maps[index].title, x, y - 6);
      pen.drawImage(picture(map.subarray(at * fanIn * fanOut, (at + 1) * fanIn * fanOut), fanOut, fanIn, paint), x, y, wide, mapHeight);
      pen.strokeStyle = colours.muted;
      pen.lineWidth = 0.5;
      pen.strokeRect(x, y, wide, mapHeight);
    });
  };
  offerToSave(root, "weights", arms.map(arm => [arm.figure, arm.canvas, (pen, width) => draw(arm, pen, width)]), colours);
  return follow(root, () => arms.forEach(arm => {
    arm.said.textContent = arm.words[snapshotNow(arm.epochs)];
    draw(arm, ...context(arm.canvas, heightOf(arm, arm.canvas.clientWidth || 1)));
  }));
}
