"""The demo's operator, for the admin: made only by `manage.py demo`, which serves this machine alone."""

from identity.models import User

USERNAME = "operator"
PASSWORD = "the demo operator of Kalasatama"  # noqa: S105  # meant to be known


def ensure_operator() -> None:
    """Make the operator unless there is one."""
    if not User.objects.filter(username=USERNAME).exists():
        User.objects.create_superuser(USERNAME, password=PASSWORD)
