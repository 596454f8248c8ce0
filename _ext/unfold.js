// A long page is laid out a few milliseconds at a time, so that it answers from its first moment: what stands below the
// second section joins it block after block. Not where a place further down was asked for, which must be where it stays.
(() => {
  const root = document.documentElement;
  const [visit] = performance.getEntriesByType("navigation");
  if (location.hash || document.hidden || visit?.type !== "navigate") return;
  const slice = 8; // ms
  const pause = () => globalThis.scheduler?.yield?.() ?? new Promise((goOn) => setTimeout(goOn));
  const finish = () => root.classList.remove("unfolding");
  root.classList.add("unfolding");
  for (const moment of ["click", "hashchange", "beforeprint", "visibilitychange"]) addEventListener(moment, finish, true);
  addEventListener("DOMContentLoaded", async () => {
    let begun = performance.now();
    for (const block of document.querySelectorAll("main section > section:nth-of-type(n+3) > *")) {
      if (performance.now() - begun > slice) {
        await pause();
        begun = performance.now();
      }
      block.classList.add("unfolded");
      block.getBoundingClientRect();
    }
    finish();
    dispatchEvent(new Event("resize")); // for the theme, which lets the keyboard reach what scrolls
  });
})();
