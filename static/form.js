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
})();
