"""All benchmarks in one session, written to benchmarks/results.md.

    python -m benchmarks                 all, written (about half an hour on two processors)
    python -m benchmarks member law      some, printed; with --write also written
    python -m benchmarks --quick         small sizes, to see that each works; never written

Nothing else should be running.
"""

from __future__ import annotations

import importlib
import sys
import time
from datetime import date
from pathlib import Path

from benchmarks.rows import HEAD, Row, machine

RESULTS = Path(__file__).with_name("results.md")

BENCHES = {
    "member": ("One run, and the same stages in Ciw and SimPy", "benchmarks.kernel", "measure"),
    "start": ("Import and start", "benchmarks.start", "measure"),
    "ensembles": ("Ensembles", "benchmarks.ensembles", "measure"),
    "law": ("Decisions by law", "benchmarks.law", "measure"),
    "questions": ("Questions", "benchmarks.questions", "measure"),
    "explorer": ("Explorer", "benchmarks.others", "explorer"),
    "scale": ("Scale", "benchmarks.others", "scaling"),
    "forecast": ("Forecasts of national monthly claims", "benchmarks.others", "forecasts"),
}
"""Name: title, module, function (quick) -> rows."""


def run(name: str, quick: bool) -> list[Row] | str:
    """Rows of a benchmark, or why there are none."""
    _, module, function = BENCHES[name]
    try:
        rows: list[Row] = getattr(importlib.import_module(module), function)(quick)
    except Exception as error:  # one that fails must not lose the others
        return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    return rows


def section(name: str, found: list[Row] | str, seconds: float) -> str:
    """Markdown of a benchmark."""
    title = f"## {BENCHES[name][0]}\n\n"
    if isinstance(found, str):
        return f"{title}**Not measured**: {found}\n"
    rows = "\n".join(row.text() for row in found)
    return f"{title}{HEAD}\n{rows}\n\n`python -m benchmarks {name}`, {seconds:.0f} s.\n"


def page(about: list[str], results: dict[str, list[Row] | str], sections: list[str]) -> str:
    """The whole of results.md: misses first."""
    rows = [row for found in results.values() if not isinstance(found, str) for row in found]
    missed = [row for row in rows if row.verdict == "**missed**"]
    met = sum(row.verdict == "met" for row in rows)
    absent = [BENCHES[name][0] for name in BENCHES if name not in results]
    absent += [BENCHES[name][0] for name, found in results.items() if isinstance(found, str)]
    lines = [f"# Benchmarks\n\nMeasured on {date.today()} in one session (`make bench`).\n", *about]
    lines.append(f"\nTargets: {met} met, {len(missed)} missed.")
    lines += [f"- Missed: {row.what}: {row.value:.4g} {row.unit}" for row in missed]
    if absent:
        lines.append(f"\nNot run in this session: {'; '.join(absent)}.")
    return "\n".join(lines) + "\n\n" + "\n".join(sections)


def main(words: list[str]) -> int:
    """Run the benchmarks named (all when none is)."""
    quick, write = "--quick" in words, "--write" in words
    names = [word for word in words if not word.startswith("--")]
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"benchmarks: {unknown[0]} is none of {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    about = machine()
    results: dict[str, list[Row] | str] = {}
    sections = []
    for name in names or list(BENCHES):
        start = time.perf_counter()
        results[name] = run(name, quick)
        sections.append(section(name, results[name], time.perf_counter() - start))
        print(sections[-1], flush=True)
        if not quick and (write or not names):
            RESULTS.write_text(page(about, results, sections), encoding="utf-8")
    return int(any(isinstance(found, str) for found in results.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
