"""Figures of the house: `python -m tests.house [FOLDER]` counts how the code of a checkout is cut and named.

To look at, and not to game. tests/test_house.py holds the bounds that the project has set itself.
"""

import ast
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

OUTSIDE = {"tests", "bench", "chaos", "docs"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class House:
    """What was counted: lines by file and by function, and the top-level functions by name."""

    files: dict[str, int]
    functions: dict[str, int]
    modules_of: dict[str, list[str]]
    private: dict[str, int]  # uses within its own module, the definition apart

    @property
    def public(self) -> int:
        return sum(len(modules) for name, modules in self.modules_of.items() if not name.startswith("_"))

    @property
    def shared(self) -> dict[str, list[str]]:
        """The names that the top-level functions of several modules bear, with these modules."""
        return {name: modules for name, modules in self.modules_of.items() if len(modules) > 1}

    @property
    def shared_share(self) -> float:
        """The share of top-level functions whose name another module's function bears too, from 0 to 1."""
        return sum(map(len, self.shared.values())) / sum(map(len, self.modules_of.values()))

    @property
    def used_once(self) -> list[str]:
        return [place for place, uses in self.private.items() if uses == 1]

    @property
    def used_once_share(self) -> float:
        """The share of private top-level functions that have a single use in their module, from 0 to 1."""
        return len(self.used_once) / len(self.private)


def measure(folder: Path) -> House:
    """Count the Python code of a git checkout, without tests, benchmarks, scenarios of chaos and migrations."""
    house = House({}, {}, defaultdict(list), {})
    for path in _sources(folder):
        text = (folder / path).read_text()
        tree = ast.parse(text)
        house.files[path] = text.count("\n")
        used = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
        for node in ast.walk(tree):
            if isinstance(node, Function):
                house.functions[f"{path}:{node.lineno} {node.name}"] = (node.end_lineno or 0) - node.lineno + 1
        for node in tree.body:
            if isinstance(node, Function):
                house.modules_of[node.name].append(path)
                if node.name.startswith("_"):
                    house.private[f"{path}:{node.name}"] = used.count(node.name)
    return house


def _sources(folder: Path) -> Iterator[str]:
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=folder, check=True, capture_output=True, text=True)
    for path in listed.stdout.splitlines():
        room, *inside = Path(path).parts
        if inside and room not in OUTSIDE and "migrations" not in inside and (folder / path).exists():
            yield path


def report(house: House) -> str:
    """Return the figures, a line each."""
    files, functions = sorted(house.files.values()), sorted(house.functions.values())
    return "\n".join(
        [
            f"lines of a file: median {median(files):.0f}, p90 {quantiles(files, n=10)[-1]:.0f}, most {files[-1]}",
            f"lines of a function: median {median(functions):.0f}, p90 {quantiles(functions, n=10)[-1]:.0f},"
            f" most {functions[-1]}",
            f"top-level functions: {sum(map(len, house.modules_of.values()))}, public {house.public}",
            f"functions whose name two modules or more bear: {house.shared_share:.1%}",
            f"private functions with a single use: {len(house.used_once)} of {len(house.private)},"
            f" {house.used_once_share:.1%}",
        ]
    )


if __name__ == "__main__":
    found = measure(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
    print(report(found))
    for name, modules in sorted(found.shared.items(), key=lambda item: -len(item[1])):
        print(f"  {name}: {', '.join(modules)}")
