// What the browser does by itself. Fixed text, with nothing of a visitor's in it.
if (!window.behaves) {
  window.behaves = true;
  const named = name => `[data-testid=${name}]`;

  // A link leads to the top of a page, where the answer is; on a phone it also closes the sheet.
  document.addEventListener("click", event => {
    if (!event.target.closest(named("stPageLink-NavLink")) || event.ctrlKey || event.metaKey) return;
    document.querySelector(named("stMain"))?.scrollTo({ top: 0 });
    if (window.innerWidth <= 768 && event.target.closest(named("stSidebar")))
      document.querySelector(`${named("stSidebarCollapseButton")} button`)?.click();
  });

  // A chart's own menu saves it as PNG; beside that, as SVG, as the browser has drawn it: with the epoch of the slider.
  const save = frame => {
    const chart = `${named("stVegaLiteChart")} svg`, drawn = frame.querySelector(chart), picture = drawn.cloneNode(true);
    const part = (name, attributes, words = "") => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      made.textContent = words;
      return made;
    };
    const paper = getComputedStyle(document.querySelector(named("stApp"))).backgroundColor;
    picture.prepend(part("desc", {}, window.location.href), part("rect", { width: "100%", height: "100%", fill: paper }));
    const place = [...document.querySelectorAll(chart)].indexOf(drawn) + 1;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(picture)], { type: "image/svg+xml" }));
    link.download = `${window.location.pathname.split("/").pop() || "start"}_chart_${place}.svg`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const offer = event => {
    const frame = event.target.closest?.(named("stFullScreenFrame"));
    const png = frame?.querySelector('button[aria-label^="Download as PNG"]')?.closest(named("stElementToolbarButton"));
    if (!png || !frame.querySelector(`${named("stVegaLiteChart")} svg`) || frame.querySelector(".save-svg")) return;
    const place = png.cloneNode(true), button = place.querySelector("button");
    place.classList.add("save-svg");
    button.setAttribute("aria-label", button.getAttribute("aria-label").replace("PNG", "SVG"));
    button.title = "Download as SVG";
    button.textContent = "SVG";
    button.onclick = () => save(frame);
    png.parentElement.append(place);
  };
  document.addEventListener("pointerover", offer);
  document.addEventListener("focusin", offer);
}
