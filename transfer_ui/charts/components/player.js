// The slider over the epochs, with play and pause.
export default function ({ parentElement, data }) {
  const root = begin(parentElement, data);
  const steps = data.epochs, last = steps.length - 1;
  const button = element("button", { type: "button" });
  const slider = element("input", { type: "range", min: 0, max: last, step: 1, "aria-label": "Epoch on the pictures" });
  const output = element("output");
  root.replaceChildren(element("div", { class: "bar" }, button, slider, output));
  let timer = null;
  const label = () => { button.textContent = timer ? "Pause" : "Play"; };
  const show = () => {
    const epoch = steps[slider.value];
    output.textContent = `epoch ${epoch}`;
    slider.setAttribute("aria-valuetext", output.textContent);
    sayEpoch(epoch);
  };
  const keep = () => {
    // In the address without a word to the server: a link shows the same epoch. The server writes its own settings there
    // and knows of none; so it is put back.
    if (timer) return;
    const address = new URL(window.location);
    if (+slider.value === last) address.searchParams.delete(data.name);
    else address.searchParams.set(data.name, steps[slider.value]);
    if (address.href !== window.location.href) window.history.replaceState(window.history.state, "", address);
  };
  const stop = () => { clearInterval(timer); timer = null; label(); keep(); };
  const step = () => {
    if (+slider.value === last) return stop();
    slider.value = +slider.value + 1;
    show();
  };
  button.onclick = () => {
    if (timer) return stop();
    if (+slider.value === last) { slider.value = 0; show(); }
    timer = setInterval(step, 500);
    label();
  };
  slider.oninput = show;
  slider.onchange = keep;
  slider.value = snapshotAt(steps, data.run === window.shownRun ? window.shownEpoch ?? data.epoch : data.epoch);
  window.shownRun = data.run;
  label();
  show();
  const keeper = setInterval(() => { keep(); remindOfEpoch(); }, 700);
  return () => { clearInterval(timer); clearInterval(keeper); };
}
