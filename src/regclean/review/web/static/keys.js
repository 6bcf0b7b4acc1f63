/* Keys, tabs and choices of the desk. Everything here is a shortcut to something that the page can do without it. */
(() => {
  "use strict";
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const root = document.documentElement;
  root.classList.add("js");
  const kept = { get: (key) => { try { return sessionStorage.getItem(key); } catch { return null; } }, set: (key, value) => { try { sessionStorage.setItem(key, value); } catch { /* private window */ } } };

  const typing = (target) => target.closest?.("textarea, select, [contenteditable], input:not([type=radio]):not([type=checkbox])");

  // Tabs of the evidence
  function showTab(name, focus = false) {
    const tabs = one("[data-tabs]");
    if (!tabs) return;
    tabs.setAttribute("role", "tablist");
    for (const tab of all("[data-tab]", tabs)) {
      const chosen = tab.dataset.tab === name;
      const panel = one(`[data-panel=${tab.dataset.tab}]`);
      tab.id = `to-${tab.dataset.tab}`;
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-selected", String(chosen));
      tab.setAttribute("aria-controls", panel.id);
      tab.tabIndex = chosen ? 0 : -1;
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tab.id);
      panel.hidden = !chosen;
      if (chosen && focus) tab.focus({ preventScroll: true });
    }
    kept.set("tab", name);
  }

  const rows = () => all(".compare tr[data-field][tabindex]").filter((row) => row.offsetParent !== null);
  const currentRow = () => document.activeElement?.closest?.("tr[data-field][tabindex]");

  function moveRow(step) {
    const list = rows();
    if (!list.length) return false;
    const index = list.indexOf(currentRow());
    const next = index < 0 ? (step > 0 ? 0 : list.length - 1) : index + step;
    list[Math.max(0, Math.min(list.length - 1, next))].focus();
    return true;
  }

  function pick(number) {
    const row = currentRow();
    if (row) {
      const input = one(`[data-column="${number}"] .pick`, row);
      if (input) input.click();
      return;
    }
    const input = one(`th[data-column="${number}"] [name=survivor]`);
    if (input) { input.focus({ preventScroll: true }); input.click(); }
  }

  function press(key) {
    const target = one(`.bar [data-key="${CSS.escape(key)}"], #case [data-key="${CSS.escape(key)}"], #queue [data-key="${CSS.escape(key)}"]`);
    if (!target || target.disabled) return false;
    target.click();
    return true;
  }

  function toggleDifferences() {
    const table = one(".compare:not(.one)"), link = one("[data-key=diff]");
    if (!table || !link) return;
    const only = table.classList.toggle("only");
    if (only) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    kept.set("diff", only ? "1" : "");
  }

  function cut() {
    const button = one("[data-cut]");
    if (!button) return;
    const out = new Set(button.dataset.cut.split(" "));
    const boxes = all("[name^='leave_out.']");
    const was = boxes.filter((box) => out.has(box.name.slice(10))).every((box) => box.checked);
    boxes.forEach((box) => { if (out.has(box.name.slice(10))) box.checked = !was; });
    const survivor = one("[name=survivor]:checked");
    if (survivor && out.has(survivor.value) && !was) { const other = all("[name=survivor]").find((radio) => !out.has(radio.value)); if (other) other.checked = true; }
    boxes[0].dispatchEvent(new Event("change", { bubbles: true }));  // the server says what comes of it
  }

  function toggleReasons() {
    const reject = one("details.reject");
    if (!reject) return false;
    reject.open = !reject.open;
    if (reject.open) one("[data-reason]", reject).focus(); else one("summary", reject).focus();
    return true;
  }

  function help() {
    const dialog = one("#help");
    if (dialog) dialog.open ? dialog.close() : dialog.showModal();
  }

  function say(text) {
    const live = one("#live");
    if (live) live.textContent = text.replace(/\s+/g, " ").trim();
  }

  // Said on the screen too, until the next key that counts.
  function tell(text) {
    const said = one("#said");
    if (said) said.textContent = text ?? "";
  }

  // While the next case is asked for, a key would be about one that is no longer looked at. Is it too early?
  function early() {
    tell(asking ? one("#desk").dataset.early : "");
    return asking;
  }

  // A letter is what its key and Shift make it, whatever Caps Lock does.
  const keyOf = (event) => /^\p{L}$/u.test(event.key) ? (event.shiftKey ? event.key.toUpperCase() : event.key.toLowerCase()) : event.key;

  // A note that was begun outlives a reload and a new sign-in, with its case.
  const noteOf = () => { const opened = one("#case")?.dataset.finding; return opened && `note:${opened}`; };

  const plain = {
    b: () => press("b"), Y: () => press("Y"),
    y: () => press("y"), n: () => toggleReasons() || press("n"), h: () => press("h"), o: () => press("o"), f: () => press("f"), u: () => press("u"), s: () => press("s"),
    z: () => press("z"), Z: () => press("Z"), j: () => press("j"), k: () => press("k"), d: toggleDifferences, x: cut,
    w: () => showTab("why", true), g: () => showTab("group", true), t: () => showTab("history", true), i: () => showTab("impact", true),
    c: () => one("#comment")?.focus(), a: () => { showTab("history"); one("#assignee")?.focus(); }, "?": help,
    e: () => { const input = one("input[name^='typed.']", currentRow() ?? rows()[0] ?? document); if (input) { input.closest("tr").focus(); input.focus(); } },
    ArrowDown: () => moveRow(1), ArrowUp: () => moveRow(-1),
  };

  document.addEventListener("keydown", (event) => {
    if (!one("#desk") || event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      if (!one("[data-key=submit]:not(:disabled)")) return;
      event.preventDefault();
      if (!early()) one("[data-key=submit]").click();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const reject = one("details.reject[open]");
    if (event.key === "Escape") {
      if (reject) { toggleReasons(); event.preventDefault(); } else if (typing(event.target)) { (event.target.closest("tr[tabindex]") ?? one("#case")).focus(); event.preventDefault(); }
      return;
    }
    if (one("#help")?.open) return;
    if (event.key === "Enter" && event.target.matches?.("#comment")) { event.preventDefault(); one(".say-it button")?.click(); return; }
    if (event.key === "Enter" && event.target.matches?.("input[name^='typed.']")) { event.preventDefault(); event.target.closest("tr").focus(); return; }
    if (typing(event.target)) return;
    if (event.target.closest?.("[role=tablist]") && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
      const tabs = all("[data-tab]"), at = tabs.indexOf(event.target.closest("[data-tab]"));
      showTab(tabs[(at + (event.key === "ArrowRight" ? 1 : tabs.length - 1)) % tabs.length].dataset.tab, true);
      event.preventDefault();
      return;
    }
    if (/^[1-9]$/.test(event.key)) {
      event.preventDefault();
      if (early()) return;
      if (reject) one(`[data-reason="${event.key}"]`, reject)?.click(); else pick(event.key);
      return;
    }
    if (event.target.matches?.("input[type=radio]") && event.key.startsWith("Arrow")) return;
    const action = plain[keyOf(event)];
    if (!action) return;
    if (event.key.startsWith("Arrow") && !one(".compare tr[tabindex]")) return;
    event.preventDefault();
    if (!early()) action();
  });

  document.addEventListener("click", (event) => {
    const tab = event.target.closest?.("[data-tab]");
    if (tab) { event.preventDefault(); showTab(tab.dataset.tab); }
    if (event.target.closest?.("a[data-key=diff]")) { event.preventDefault(); event.stopPropagation(); toggleDifferences(); }
    if (event.target.closest?.("[data-cut]")) cut();
    if (event.target.closest?.("button[data-key='?']")) help();
    const open = one("details.reject[open]");
    if (open && !open.contains(event.target)) open.open = false;
  }, true);
  document.addEventListener("input", (event) => {
    if (event.target.id === "comment" && noteOf()) kept.set(noteOf(), event.target.value);
    if (event.target.matches?.("input[name^='typed.']")) one(".typed", event.target.closest("tr")).checked = true;
  });

  // A button may stand outside of its form (in the bar): what was pressed goes along all the same.
  document.addEventListener("htmx:configRequest", (event) => {
    const by = event.detail.triggeringEvent?.submitter;
    sent = event.target.id === "decide" ? noteOf() : null;  // the note goes along
    if (by?.name) event.detail.parameters[by.name] = by.value;
    if (by?.hasAttribute("formaction")) event.detail.path = by.getAttribute("formaction");
  });

  // The next case comes in where the last one was: the queue keeps its place, the eye too.
  let queueAt = 0, focusName = null, asking = false, sent = null;
  document.addEventListener("htmx:beforeRequest", (event) => { if (event.detail.target?.id === "desk") asking = true; });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.target?.id !== "desk" || event.detail.successful) return;
    asking = false;
    if (![401, 409, 422].includes(event.detail.xhr.status)) tell(one("#desk")?.dataset.failed);
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const status = event.detail.xhr.status;
    if (!event.detail.isError && event.detail.target?.id === "desk" && sent) { kept.set(sent, ""); sent = null; }
    if ((status === 409 || status === 422) && event.detail.target?.id === "desk") { event.detail.shouldSwap = true; event.detail.isError = false; }
    queueAt = one("#queue")?.scrollTop ?? 0;
    focusName = document.activeElement?.id || null;
  });
  document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target?.id === "desk") asking = false; });
  document.addEventListener("htmx:afterSettle", (event) => {
    start();
    if (event.detail.target?.id === "compare") { say(one("#written-say")?.textContent ?? ""); return; }
    const queue = one("#queue");
    if (queue) { queue.scrollTop = queueAt; one(".rows [aria-current]", queue)?.scrollIntoView({ block: "nearest" }); }
    if (!document.activeElement || document.activeElement === document.body) (one(`#${CSS.escape(focusName ?? "-")}`) ?? one("#case"))?.focus({ preventScroll: true });
    const alert = one("#case [role=alert]");
    say(alert ? alert.textContent : one("#case-title")?.textContent ?? "");
  });

  function start() {
    if (!one("#desk")) return;
    showTab(kept.get("tab") ?? "why");
    const note = one("#comment");
    if (note && noteOf() && !note.value) note.value = kept.get(noteOf()) ?? "";
    if (kept.get("diff") && one(".compare:not(.one):not(.only)")) toggleDifferences();
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
})();
