/* Copies a text that stands on the page. Without this the button is not there, and the text is selected by hand. */
(function () {
  "use strict";

  function select(text) {
    var range = document.createRange();
    range.selectNodeContents(text);
    window.getSelection().removeAllRanges();
    window.getSelection().addRange(range);
  }

  document.querySelectorAll("[data-copy]").forEach(function (button) {
    var text = document.getElementById(button.getAttribute("data-copy"));
    var said = button.parentNode.querySelector("[role=status]");
    if (!navigator.clipboard) return; // an old browser, or a page without TLS
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(text.textContent).then(function () {
        said.textContent = button.getAttribute("data-copied");
      }, function () {
        select(text); // the browser refused: one key is left to press
      });
    });
  });
})();
