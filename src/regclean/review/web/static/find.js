/* The search box of every page: "/" goes to it, arrows move among what it finds, Enter opens, Esc goes back. */
(() => {
  "use strict";
  const box = () => document.querySelector("#find"), list = () => document.querySelector("#found");
  const links = () => [...(list()?.querySelectorAll("a") ?? [])];
  const typing = (target) => target.closest?.("textarea, select, [contenteditable], input:not([type=radio]):not([type=checkbox])");
  let before = null;

  // One customer is marked; "m" on another one puts the two side by side.
  const kept = { get: () => { try { return sessionStorage.getItem("marked"); } catch { return null; } }, set: (number) => { try { sessionStorage.setItem("marked", number); } catch { /* private window */ } } };

  function showMark() {
    const said = document.querySelector("#marked"), number = kept.get();
    if (!said) return;
    said.hidden = !number;
    said.textContent = number ? `${said.dataset.text} ${number}` : "";
  }

  function mark(number) {
    const before = kept.get();
    if (before && before !== number) {
      kept.set("");
      location.assign(`/customer/${encodeURIComponent(before)}/compare?other=${encodeURIComponent(number)}`);
      return;
    }
    kept.set(before ? "" : number);
    showMark();
  }

  // The customer that a key is about: the answer that is chosen, else the card.
  const customer = (target) => target.closest?.("a[data-kind=customers]")?.dataset.key ?? document.querySelector("[data-customer]")?.dataset.customer;
  document.addEventListener("click", (event) => { if (event.target.closest?.("[data-mark]")) mark(customer(event.target)); });
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", showMark); else showMark();

  function shut() { if (list()) list().replaceChildren(); }

  document.addEventListener("keydown", (event) => {
    if (!box() || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const inside = event.target.closest?.(".find");
    if (inside) event.stopPropagation();  // the page's own keys are not meant here
    if (event.key === "/" && !typing(event.target) && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      before = document.activeElement;
      box().focus();
      box().select();
    } else if (event.key.toLowerCase() === "m" && !typing(event.target) && customer(event.target)) {
      event.preventDefault();
      mark(customer(event.target));
    } else if (inside && event.key === "Escape") {
      event.preventDefault();
      shut();
      (before && before !== document.body ? before : document.querySelector("#case, #main"))?.focus({ preventScroll: true });
    } else if (inside && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const found = links();
      if (!found.length) return;
      event.preventDefault();
      const at = found.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      (at < 0 ? box() : found[Math.min(at, found.length - 1)]).focus();
    } else if (event.target === box() && event.key === "Enter" && links().length && !asking) {
      event.preventDefault();
      links()[0].click();
    }
  }, true);
  document.addEventListener("click", (event) => { if (!event.target.closest?.(".find")) shut(); });

  // A field of a form that is filled with a customer: arrows and Enter choose among what its text finds.
  const chooserOf = (target) => target.closest?.(".chooser");
  const offered = (chooser) => [...chooser.querySelectorAll("[data-choose]")];
  document.addEventListener("click", (event) => {
    const chosen = event.target.closest?.("[data-choose]"), chooser = chosen && chooserOf(chosen);
    for (const list of document.querySelectorAll(".choices")) if (list.childElementCount && !(chooserOf(event.target)?.contains(list) && !chosen)) list.replaceChildren();
    if (!chooser) return;
    const field = chooser.querySelector("[data-chooser]");
    field.value = chosen.value;
    field.focus();
  });
  document.addEventListener("keydown", (event) => {
    const chooser = chooserOf(event.target);
    if (!chooser || event.isComposing) return;
    const field = chooser.querySelector("[data-chooser]"), list = offered(chooser), at = list.indexOf(document.activeElement);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!list.length) return;
      const next = at + (event.key === "ArrowDown" ? 1 : -1);
      (next < 0 ? field : list[Math.min(next, list.length - 1)]).focus();
    } else if (event.key === "Enter" && event.target === field && (list.length || field.form?.id === "decide")) {
      list[0]?.click();
    } else if (event.key === "Escape" && list.length) {
      chooser.querySelector(".choices").replaceChildren();
      field.focus();
    } else if (event.target !== field && event.key !== "Enter" && event.key !== "Tab") {
      event.stopPropagation();  // the case's keys are not meant in the list
      return;
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);

  let asking = false;
  document.addEventListener("htmx:beforeRequest", (event) => { if (event.detail.target?.id === "found") asking = true; });
  // A later answer does not take away what somebody is choosing from.
  document.addEventListener("htmx:beforeSwap", (event) => { if (event.detail.target?.id === "found" && list().contains(document.activeElement)) event.detail.shouldSwap = false; });
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.target?.id === "found") asking = false; });
})();
