"""The HTTP methods to which a page with a form answers."""

from django.views.decorators.http import require_http_methods

# Reading shows the page, and its form is sent to the same address.
read_or_act = require_http_methods(["GET", "HEAD", "POST"])
