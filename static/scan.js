/* What a scanner types goes into the search box, wherever the focus is. A scanner types an application's number faster
   than anybody's hand, and Enter. Without this script the search box takes it, once it has the focus. */
(function () {
  "use strict";
  var box = document.querySelector("#scan, [role=search] [name=text]");
  if (!box) return;
  var fastest = 50; // milliseconds between two keys of a scanner, at most
  var typed = "", last = 0;

  function select() { box.select(); } // what was searched for before gives way
  box.addEventListener("focus", select);
  if (document.activeElement === box) select();

  document.addEventListener("keydown", function (event) {
    if (event.target === box || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.timeStamp - last > fastest) typed = "";
    last = event.timeStamp;
    if (event.key.length === 1) typed += event.key;
    else if (event.key !== "Enter" && event.key !== "Shift") typed = ""; // somebody moves on to the next field
    if (event.key !== "Enter" || typed.replace(/[^0-9a-z]/gi, "").length < 9) return;
    event.preventDefault();
    box.value = typed;
    typed = "";
    box.form.submit();
  }, true);
})();
