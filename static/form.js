/* Shows a question at once when the answer that it follows is given. Without this it comes when the step is saved. */
(function () {
  "use strict";

  function isGiven(condition) {
    var name = condition.slice(0, condition.indexOf("=")), answer = condition.slice(condition.indexOf("=") + 1);
    return Array.prototype.some.call(document.getElementsByName(name), function (input) {
      var choosable = input.type === "radio" || input.type === "checkbox";
      return input.value === answer && (!choosable || input.checked);
    });
  }

  function hasAnswer(question) {
    return Array.prototype.some.call(question.querySelectorAll("input, select, textarea"), function (input) {
      return input.value !== "";
    });
  }

  function show() {
    document.querySelectorAll("[data-after]").forEach(function (question) {
      // What is answered stays in sight: nothing is sent that is not seen.
      var asked = hasAnswer(question) || question.getAttribute("data-after").split(" ").some(isGiven);
      question.hidden = !asked;
      question.disabled = !asked;
    });
  }

  document.addEventListener("change", show);
  show();
})();
