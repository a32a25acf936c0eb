"""Benchmarks run, say what they found in one form, and their page is that of their figures."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
BENCHMARKS = ROOT / "benchmarks"
DAY = "2023-09-05"


def ran(name: str, *words: str) -> str:
    """Run a script of the benchmarks without other programs; return what it printed."""
    told = {k: v for k, v in os.environ.items() if k not in {"MIRO_SYNC_RIVALS", "MIRO_SYNC_PEERS"}}
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, str(BENCHMARKS / name), *words],
        env={**told, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["page", "memory"])
def test_a_quick_benchmark_measures_and_writes_its_figures(name: str, tmp_path: Path) -> None:
    said = ran(f"{name}.py", "--quick", "--day", DAY, "--results", str(tmp_path))

    told = json.loads((tmp_path / f"{name}.json").read_text("utf-8"))
    assert told["measured"] == DAY
    assert told["quick"] is True
    assert told["rows"]
    for row in told["rows"]:
        assert row["ours"] > 0, row
        assert row["better"] in {"less", "more"}
        assert row["what"].split()[0] in said
    for grown in told["growth"]:
        assert len(grown["sizes"]) == len(grown["seconds"])
        assert isinstance(grown["exponent"], float)
    assert max(map(len, said.splitlines())) <= 100


def test_what_cannot_be_measured_is_said_and_the_rest_is_measured(tmp_path: Path) -> None:
    said = ran("tables.py", "--quick", "--day", DAY, "--results", str(tmp_path))

    told = json.loads((tmp_path / "tables.json").read_text("utf-8"))
    assert "NOT MEASURED: openpyxl" in said
    assert any("MIRO_SYNC_RIVALS" in one for one in told["absent"])
    assert any(row["limit"] for row in told["rows"])


def test_quick_figures_are_never_kept_as_results() -> None:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, str(BENCHMARKS / "page.py"), "--quick", "--day", DAY],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "--results" in done.stderr


def test_the_page_shows_the_figures_that_are_kept(tmp_path: Path) -> None:
    ran("write_page.py", "--to", str(tmp_path))

    kept = (ROOT / "docs" / "benchmarks.md").read_text("utf-8")
    assert (tmp_path / "benchmarks.md").read_text("utf-8") == kept, "make bench-page"


def row(what: str, ours: float, theirs: float, **more: object) -> dict[str, object]:
    told = {"what": what, "ours": ours, "unit": "s", "peer": "another", "theirs": theirs}
    return told | {"better": "less", "note": "", "limit": False} | more


@pytest.fixture
def page_of_known_figures(tmp_path: Path) -> str:
    sizes = {"sizes": [10, 100, 1000], "megabytes": [], "of": "cards"}
    told = {
        "measured": DAY,
        "quick": False,
        "machine": {"python": "3.11.7", "cores": 2, "cpu": "Some CPU", "platform": "Linux x86_64"},
        "versions": {"another": "1.0"},
        "absent": ["a program: it failed here"],
        "rows": [
            row("twice as fast", 1, 2),
            row("a quarter as fast", 4, 1),
            row("about as fast", 1.05, 1),
            row("bare", 10, 1, limit=True),
            row("right", 95, 60, unit="%", better="more"),
            row("found", 40, 80, unit="%", better="more"),
        ],
        "growth": [
            sizes | {"what": "squares", "seconds": [0.01, 1, 100], "peer": ""},
            sizes | {"what": "lines", "seconds": [0.01, 0.1, 1], "peer": ""},
            sizes | {"what": "cubes", "seconds": [0.001, 1, 1000], "peer": "another"},
        ],
    }
    (tmp_path / "matching.json").write_text(json.dumps(told), "utf-8")
    ran("write_page.py", "--results", str(tmp_path), "--to", str(tmp_path))
    return (tmp_path / "benchmarks.md").read_text("utf-8")


def test_the_page_says_who_is_better_by_how_much(page_of_known_figures: str) -> None:
    assert "| twice as fast | 1 s | 2 s | ×2 | another |" in page_of_known_figures
    assert "| a quarter as fast | 4 s | 1 s | 1/4 worse | another |" in page_of_known_figures
    assert "| about as fast | 1.05 s | 1 s | ×0.952 even | another |" in page_of_known_figures
    assert "| right | 95.0 % | 60.0 % | ×1.58 | another |" in page_of_known_figures


def test_the_page_lists_where_others_are_better_and_nothing_else(
    page_of_known_figures: str,
) -> None:
    worse = page_of_known_figures.partition("others are better")[2].partition("\n## ")[0]

    assert "- **another**, a quarter as fast: 1 s against our 4 s (1/4)." in worse
    assert "- **another**, found: 80.0 % against our 40.0 % (×0.5)." in worse
    assert "Even, within 10 %: another (about as fast)." in worse
    assert "twice" not in worse
    assert "bare" not in worse


def test_the_page_names_how_fast_each_grows_and_what_was_not_measured(
    page_of_known_figures: str,
) -> None:
    assert "| squares | 10 → 100 → 1,000 cards | 10 ms → 1 s → 100 s |  | 2.00 | 2.00 |" in (
        page_of_known_figures
    )
    assert "| cubes (another) |" in page_of_known_figures
    assert "The steepest of ours: squares, with an exponent of 2.00" in page_of_known_figures
    assert "- matching: a program: it failed here" in page_of_known_figures


def test_every_chart_of_the_page_is_there_small_and_told_in_words() -> None:
    page = (ROOT / "docs" / "benchmarks.md").read_text("utf-8")
    charts = re.findall(r"!\[(.+)\]\((pictures/benchmarks/\w+\.svg)\)", page)

    assert len(charts) == page.count("![") > 5
    for said, path in charts:
        picture = (ROOT / "docs" / path).read_text("utf-8")
        assert len(said) > 40
        assert "<title>" in picture
        assert len(picture) < 60_000


def test_a_row_that_another_program_wins_says_so_on_the_page() -> None:
    page = (ROOT / "docs" / "benchmarks.md").read_text("utf-8")
    worse = page.partition("## Where others are better")[2].partition("\n## ")[0]

    for told in kept():
        for row in told["rows"]:
            if not row["limit"] and row["ratio"] is not None and row["ratio"] < 0.9:
                assert f"**{row['peer']}**, {row['what']}" in worse


def test_kept_figures_name_no_folder_of_a_machine() -> None:
    texts = [one.read_text("utf-8") for one in (BENCHMARKS / "results").glob("*.json")]

    assert texts
    for text in texts:
        assert not re.search(r"/(home|root|tmp|work|usr|opt)/|[A-Z]:\\\\", text)


def test_kept_figures_are_whole_measurements_of_a_known_day_and_machine() -> None:
    for told in kept():
        assert told["quick"] is False
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", told["measured"])
        assert set(told["machine"]) == {"python", "cores", "cpu", "platform"}
        assert told["versions"]


def kept() -> list[dict[str, Any]]:
    """Return the figures that the page shows."""
    chapters = tomllib.loads((BENCHMARKS / "chapters.toml").read_text("utf-8"))["chapter"]
    files = [BENCHMARKS / "results" / f"{one['name']}.json" for one in chapters]
    return [json.loads(one.read_text("utf-8")) for one in files]
