/* Passkeys and security keys of staff: connects allauth's script to our pages. */
(function () {
  "use strict";
  var forms = window.allauth.webauthn.forms;
  document.addEventListener("allauth.error", function (event) {
    event.preventDefault(); // not to the console: the page says it
    document.getElementById("key-failed").hidden = false;
  });
  if (document.getElementById("key-add")) {
    forms.addForm({ "ids": { "add": "key-add", "credential": "id_credential", "data": "key-options" } });
  }
  if (document.getElementById("key-use")) {
    forms.authenticateForm({ "ids": { "authenticate": "key-use", "credential": "id_credential", "data": "key-options" } });
  }
})();
