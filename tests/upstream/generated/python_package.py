"""The package that openapi-python-client makes of the description, called by the operations' methods and paths."""

import importlib
import pkgutil
import re

from tests.upstream.generated.conftest import OPERATIONS


def modules(package):
    """Return every module of a package, and of those within it."""
    names = [each.name for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    return [importlib.import_module(name) for name in names]


class HousingSystem:
    """A housing system that knows the package alone. `called` holds the operations that it has called."""

    def __init__(self, package, address, token):
        self.package = package
        self.client = package.AuthenticatedClient(address, token, raise_on_unexpected_status=True)
        self.called = set()
        self._modules = {module.__name__.rpartition(".")[2]: module for module in modules(package.api)}

    def __enter__(self):
        self.client.__enter__()
        return self

    def __exit__(self, *raised):
        self.client.__exit__(*raised)

    def __getattr__(self, name):
        """Return a model of the package."""
        return getattr(self.package.models, name)

    def call(self, operation, *arguments, **named):
        """Call an operation such as `GET /events`; return the status, the model of the answer, and its headers."""
        name = re.sub(r"(?=[A-Z])", "_", OPERATIONS[operation]["operationId"]).lower()
        module = self._modules[name]
        response = module.sync_detailed(*arguments, client=self.client, **named)
        self.called.add(operation)
        return response.status_code, response.parsed, response.headers
