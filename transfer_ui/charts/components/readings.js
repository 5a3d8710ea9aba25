// The curves in numbers: what each strategy has reached at the epoch of the slider, and at what work.
export default function ({ parentElement, data }) {
  const root = begin(parentElement, data);
  const units = [[1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""]];
  const inUnits = work => {
    const [size, unit] = units.find(([one]) => one <= Math.max(work, 1));
    return `${(work / size).toFixed(work ? 1 : 0)} ${unit}`.trim();
  };
  const written = value => value === null ? "no number" : data.share ? `${(100 * value).toFixed(1)}\u00a0%` : value.toFixed(3);
  const about = element("div", { class: "note" });
  about.textContent = data.about;
  const arms = data.arms.map(arm => {
    const [name, value, work] = [element("span"), element("b"), element("span", { class: "note" })];
    name.textContent = arm.title;
    name.style.color = arm.colour;
    return { ...arm, value, work, works: arm.work, place: element("div", {}, name, element("span", {}, value, " ", work)) };
  });
  root.replaceChildren(about, element("div", { class: "readings" }, ...arms.map(arm => arm.place)));
  return follow(root, epoch => {
    const at = snapshotAt(data.epochs, epoch);
    for (const arm of arms) {
      arm.value.textContent = written(arm.values[at]);
      arm.work.textContent = inUnits(arm.works[at]);
    }
  });
}
