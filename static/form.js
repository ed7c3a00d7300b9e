/* Shows a question at once when the answer that it follows is given. Without this it comes when the step is saved.
   Keeps what is typed when somebody follows a link to another page. */
(function () {
  "use strict";

  function isGiven(condition) {
    var name = condition.slice(0, condition.indexOf("=")), answer = condition.slice(condition.indexOf("=") + 1);
    return Array.prototype.some.call(document.getElementsByName(name), function (input) {
      var choosable = input.type === "radio" || input.type === "checkbox";
      return input.value === answer && (!choosable || input.checked);
    });
  }

  function conditions(question) {
    return question.getAttribute("data-after").split(" ");
  }

  var questions = Array.prototype.slice.call(document.querySelectorAll("[data-after]"));
  // An application may have answers that nothing asks for. They stay in sight, as an empty answer must be sent too.
  var coming = questions.filter(function (question) {
    return question.hidden || conditions(question).some(isGiven);
  });

  function show() {
    coming.forEach(function (question) {
      var asked = conditions(question).some(isGiven);
      question.hidden = !asked;
      question.disabled = !asked; // what is not asked any more is not sent, and the service drops it
    });
  }

  document.addEventListener("change", show);
  show();

  var answers = document.getElementById("answers");
  var unsaved = !!answers && answers.hasAttribute("data-unsaved");
  document.addEventListener("input", function () { unsaved = true; });
  document.addEventListener("change", function () { unsaved = true; });
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a[href]");
    if (!answers || !unsaved || !link || event.defaultPrevented) return;
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    var isHere = link.pathname === location.pathname && link.search === location.search;
    if (link.origin !== location.origin || link.target || isHere) return;
    event.preventDefault();
    var to = document.createElement("input");
    to.type = "hidden";
    to.name = "to";
    to.value = link.pathname + link.search;
    answers.appendChild(to);
    answers.submit();
  });
})();
