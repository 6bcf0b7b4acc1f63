/* A session that ended while somebody worked: the page asks to sign in on the spot, and goes on where it was. */
(() => {
  "use strict";
  const dialog = () => document.querySelector("#ended");

  async function ask(address) {
    const box = dialog();
    if (!box || box.open) return;
    const desk = document.querySelector("#desk[data-kept]");
    if (desk) document.querySelector("#ended-kept").textContent = desk.dataset.kept;
    try {
      const answer = await fetch(address, { credentials: "same-origin", redirect: "error" });
      const form = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#sign-in");
      document.querySelector("#ended-form").replaceChildren(form);
    } catch { location.assign(address); return; }  // signed in elsewhere meanwhile, or the organisation's own page
    box.showModal();
    box.querySelector("#user")?.focus();
  }

  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const address = event.detail.xhr.getResponseHeader("X-Sign-In");
    if (event.detail.xhr.status !== 401 || !address) return;
    event.preventDefault();
    ask(address);
  });
  // Keys are for the dialog now, not for the case behind it.
  document.addEventListener("keydown", (event) => { if (dialog()?.open) event.stopPropagation(); }, true);
})();
