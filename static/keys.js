/* Passkeys and security keys of staff: connects allauth's script to our pages. */
(function () {
  "use strict";
  var forms = window.allauth.webauthn.forms;
  var failed = document.getElementById("key-failed");

  // The names of errors are those of Web Authentication Level 3, sections 5.1.3 and 5.1.4.
  function nameOf(error) {
    if (window.isSecureContext === false) return "SecurityError"; // browsers then have no keys at all
    if (!window.PublicKeyCredential) return "NotSupportedError";
    return error && failed.querySelector("[data-error='" + error.name + "']") ? error.name : "";
  }

  document.addEventListener("allauth.error", function (event) {
    event.preventDefault(); // not to the console: the page says it
    var name = nameOf(event.detail.exception);
    failed.querySelectorAll("[data-error]").forEach(function (reason) {
      reason.hidden = reason.getAttribute("data-error") !== name;
    });
    failed.hidden = false;
  });
  if (document.getElementById("key-add")) {
    forms.addForm({ "ids": { "add": "key-add", "credential": "id_credential", "data": "key-options" } });
  }
  if (document.getElementById("key-use")) {
    forms.authenticateForm({ "ids": { "authenticate": "key-use", "credential": "id_credential", "data": "key-options" } });
  }
})();
