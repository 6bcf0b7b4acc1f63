/* Keys of a group: arrows move, "x" strikes one out, Enter opens it, Shift+Y stages the page; y, n, u answer a blind check. */
(() => {
  "use strict";
  const all = (selector) => [...document.querySelectorAll(selector)];
  const links = () => all("[data-row] th a");
  const typing = (target) => target.closest?.("textarea, select, input:not([type=checkbox])");
  const here = () => document.activeElement?.closest?.("[data-row]");
  const press = (key) => document.querySelector(`[data-key="${key}"]:not(:disabled)`)?.click();

  function move(step) {
    const list = links(), at = list.indexOf(here()?.querySelector("th a"));
    list[at < 0 ? 0 : Math.max(0, Math.min(list.length - 1, at + step))]?.focus();
  }

  function strike() {
    const box = here()?.querySelector("input[type=checkbox]:not(:disabled)");
    if (box) { box.checked = !box.checked; move(1); }
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || typing(event.target) || event.altKey) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); press("submit"); return; }
    if (event.ctrlKey || event.metaKey) return;
    const key = /^\p{L}$/u.test(event.key) ? (event.shiftKey ? event.key.toUpperCase() : event.key.toLowerCase()) : event.key;
    const action = { ArrowDown: () => move(1), ArrowUp: () => move(-1), j: () => move(1), k: () => move(-1), x: strike, Y: () => press("Y"), z: () => press("z"), y: () => press("y"), n: () => press("n"), u: () => press("u"), c: () => press("c") }[key];
    if (action) { event.preventDefault(); action(); }
  });
})();
