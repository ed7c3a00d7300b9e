from tests.counter.desk.conftest import adviser, operator, supervisor  # noqa: F401  # fixtures
