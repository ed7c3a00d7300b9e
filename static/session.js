/* Warns some minutes before the session ends, and puts the end off while somebody types. Without it the page tells the
   time in plain text, and the warning appears by the clock of the stylesheet. */
(function () {
  "use strict";
  var warning = document.getElementById("session-warning");
  var form = document.getElementById("session-extend");
  var button = form.querySelector("button"); // may belong to another form, which keeps what is typed
  var length = Number(warning.getAttribute("data-seconds"));
  var early = Number(warning.getAttribute("data-warning")); // seconds
  var ends = Date.now() + length * 1000;
  var returnTo = null;
  var written = null; // the form in which staff typed last
  // A person's tabs tell each other when the session ends; 0 is now. Nothing is stored.
  var tabs = window.BroadcastChannel ? new BroadcastChannel("session " + warning.getAttribute("data-person")) : null;

  warning.hidden = true;
  warning.className = "curtain no-print";
  warning.querySelector("[role=alertdialog]").setAttribute("aria-modal", "true");

  function tell(end) {
    if (tabs) tabs.postMessage(end);
  }

  function hide() {
    if (warning.hidden) return;
    warning.hidden = true;
    if (returnTo) returnTo.focus();
  }

  function show() {
    if (!warning.hidden) return;
    returnTo = document.activeElement;
    warning.hidden = false;
    button.focus();
  }

  function moveTo(newEnd) {
    var shown = document.getElementById("session-end");
    var minutes = Math.round((newEnd - ends) / 60000);
    if (shown) shown.textContent = shown.textContent.replace(/(\d+)([.:])(\d\d)/, function (_, hour, mark, minute) {
      var time = (hour * 60 + Number(minute) + minutes) % 1440;
      return Math.floor(time / 60) + mark + ("0" + (time % 60)).slice(-2);
    });
    ends = newEnd;
    hide();
  }

  function leave(isSignedOut) {
    clearInterval(timer); // or each tick would begin anew
    var ended = warning.getAttribute("data-ended");
    var closing = document.getElementById(warning.getAttribute("data-closes") || "");
    if (closing === form) closing = isSignedOut ? null : written || form; // staff: nothing of theirs stays if they left
    if (!closing) return location.assign(ended);
    // Saves what was typed, and leaves nothing of it on the screen.
    var close = document.createElement("input");
    close.type = "hidden";
    close.name = "close";
    close.value = "1";
    closing.appendChild(close);
    closing.setAttribute("action", ended); // a field may be called as the property is
    HTMLFormElement.prototype.submit.call(closing);
  }

  function keep(otherwise) {
    if (!window.fetch || !window.URLSearchParams) return otherwise();
    var body = new URLSearchParams();
    form.querySelectorAll("input").forEach(function (input) { body.append(input.name, input.value); });
    fetch(form.action, { method: "POST", body: body, credentials: "same-origin" }).then(function (answer) {
      if (answer.status !== 204) return leave(); // led away: the session is over
      moveTo(Date.now() + length * 1000);
      tell(ends);
    }, otherwise);
  }

  function extend(event) {
    event.preventDefault();
    keep(function () { // the browser then says itself that there is no connection
      button.removeEventListener("click", extend);
      button.click();
    });
  }

  var kept = Date.now();
  function typed(event) {
    var within = event.target.form;
    if (within && within.method === "post" && within.closest && within.closest("main")) written = within;
    if (Date.now() - kept < 60000) return;
    kept = Date.now();
    keep(function () {});
  }

  function check() {
    var left = ends - Date.now();
    if (left <= 0) leave();
    else if (left <= early * 1000) show();
  }

  button.addEventListener("click", extend);
  document.addEventListener("input", typed);
  warning.addEventListener("keydown", function (event) {
    var buttons = warning.querySelectorAll("button");
    if (event.key === "Escape") extend(event);
    if (event.key !== "Tab") return;
    event.preventDefault();
    buttons[document.activeElement === buttons[0] ? 1 : 0].focus();
  });
  document.addEventListener("submit", function (event) {
    var button = event.submitter; // one that keeps what is typed belongs to another form, and names where it leads
    var leads = button && button.name === "post_to" ? new URL(button.value, location.href).href : event.target.action;
    if (leads !== document.getElementById("session-sign-out").action) return;
    // The page goes away only when the answer is there, and the session with it.
    window.addEventListener("pagehide", function () { tell(0); });
  });
  if (tabs) tabs.onmessage = function (message) {
    if (message.data === 0) leave(true);
    else if (message.data > ends) moveTo(message.data);
  };
  // A computer that slept has let the time pass without a tick.
  document.addEventListener("visibilitychange", check);
  var timer = setInterval(check, 1000);
  tell(ends);
})();
