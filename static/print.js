// Shows the buttons that print the page: without JavaScript there are none, and people print by the browser's menu.
"use strict";

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
