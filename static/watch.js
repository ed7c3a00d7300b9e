// Looks every five seconds what has become of a letter, and tells it without loading the page anew.
"use strict";

const EVERY = 5000;

async function look() {
  const shown = document.querySelector("[data-watch]");
  if (!shown) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(shown.id);
    if (!answer.ok || !fresh) return; // the session has ended: a click says so
    if (fresh.textContent !== shown.textContent) shown.replaceChildren(...fresh.childNodes);
    if (!fresh.hasAttribute("data-watch")) shown.removeAttribute("data-watch");
  } catch {
    // The network is away for a moment: the next look may succeed.
  }
  setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
