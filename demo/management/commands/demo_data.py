"""manage.py demo_data"""

from typing import Any

from django.core.management.base import BaseCommand

from demo import data


class Command(BaseCommand):
    help = "Load the demo's applications, as of today. Loading again renews only those whose time has passed."

    def handle(self, *args: Any, **options: Any) -> None:
        told = data.load()
        self.stdout.write(f"{len(told)} applications loaded")
