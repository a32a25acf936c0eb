"""Write docs/benchmarks.md and its charts from the JSON files of the last measurement.

python benchmarks/write_page.py [--to FOLDER]       (make bench-page)
"""

from __future__ import annotations

import argparse
import json
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import results
import vl_convert
from results import Growth, Row

OURS, OTHER, BOUND = "#1b6e5a", "#b3541e", "#7b8794"
CHARTS = "pictures/benchmarks"
BETTER, WORSE, BARE = (
    "ours is better",
    "the other program is better",
    "against a bare cost or bound",
)
SHADES = {BETTER: OURS, WORSE: OTHER, BARE: BOUND}


@dataclass(frozen=True, slots=True)
class Chapter:
    """What the page says of a benchmark besides its figures.

    Attributes:
        name: of the JSON file.
        file: the benchmark itself.
        title: the heading.
        compared: what is compared, and how.
        conclude: what a reader may conclude, and what not.

    """

    name: str
    file: str
    title: str
    compared: str
    conclude: str


WORDS = tomllib.loads((results.HERE / "chapters.toml").read_text("utf-8"))
CHAPTERS = tuple(
    Chapter(**{key: " ".join(said.split()) for key, said in one.items()})
    for one in WORDS["chapter"]
)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--to", type=Path, default=results.ROOT / "docs")
    words.add_argument("--results", type=Path, default=results.FOLDER)
    told = words.parse_args()
    measured = {
        chapter.name: json.loads(path.read_text("utf-8"))
        for chapter in CHAPTERS
        if (path := told.results / f"{chapter.name}.json").exists()
    }
    (told.to / CHARTS).mkdir(parents=True, exist_ok=True)
    (told.to / "benchmarks.md").write_text(page(measured), "utf-8")
    for name, picture in charts(measured).items():
        (told.to / CHARTS / f"{name}.svg").write_text(picture, "utf-8")


# --- the page -----------------------------------------------------------------------------------


def page(measured: dict[str, dict[str, Any]]) -> str:
    """Return the whole page."""
    chapters = [chapter for chapter in CHAPTERS if chapter.name in measured]
    parts = [
        "# Benchmarks",
        "<!-- Written by benchmarks/write_page.py from the files of benchmarks/results. -->",
        *map(joined, WORDS["intro"]),
        environment(measured),
        "## Where others are better",
        *worse(measured),
        "What they can do and we cannot, no figure shows:",
        bullets(map(joined, WORDS["elsewhere"])),
    ]
    for chapter in chapters:
        parts += chapter_of(chapter, measured[chapter.name])
    parts += growth_of(measured)
    absent = [f"{name}: {what}" for name, told in measured.items() for what in told["absent"]]
    if absent:
        parts += ["## Not measured", bullets(absent)]
    return "\n\n".join(parts) + "\n"


def environment(measured: dict[str, dict[str, Any]]) -> str:
    """Return where and when it was measured; one line where that was the same for all."""
    kinds: dict[str, list[str]] = {}
    for name, told in measured.items():
        about = told["machine"]
        quick = ", **small sizes only**" if told["quick"] else ""
        line = (
            f"{told['measured']}{quick}: Python {about['python']}, {about['platform']}, "
            f"{about['cores']} cores, {about['cpu']}"
        )
        kinds.setdefault(line, []).append(name)
    if len(kinds) == 1:
        return f"**Measured** {next(iter(kinds))}."
    return "**Measured**\n\n" + bullets(
        f"{line}: {', '.join(names)}" for line, names in kinds.items()
    )


def worse(measured: dict[str, dict[str, Any]]) -> list[str]:
    """Return what the other programs do better, and what is even, in words."""
    rows = [row for told in measured.values() for row in rows_of(told) if not row.limit]
    lost = [row for row in rows if row.ratio < 1 and not row.even]
    even = [row for row in rows if row.even]
    found = [
        bullets(
            f"**{row.peer}**, {row.what}: {results.shown(row.theirs, row.unit)} against our "
            f"{results.shown(row.ours, row.unit)} ({results.times(row.ratio)})."
            for row in lost
        )
        if lost
        else "In none of the rows measured."
    ]
    if even:
        named = "; ".join(f"{row.peer} ({row.what})" for row in even)
        found.append(f"Even, within 10 %: {named}.")
    return found


def chapter_of(chapter: Chapter, told: dict[str, Any]) -> list[str]:
    rows = rows_of(told)
    versions = ", ".join(f"{name} {version}" for name, version in told["versions"].items())
    parts = [
        f"## {chapter.title}",
        f"{chapter.compared} ([{chapter.file}](../benchmarks/{chapter.file}))",
        f"![{alternative(chapter, rows)}]({CHARTS}/{chapter.name}.svg)",
    ]
    peers, limits = ([row for row in rows if row.limit is bound] for bound in (False, True))
    if peers:
        parts.append(table(peers, "another program"))
    if limits:
        parts.append(table(limits, "a bare cost or bound"))
    parts += [f"**What to conclude.** {chapter.conclude}", f"Versions: {versions}."]
    return parts


def table(rows: Sequence[Row], against: str) -> str:
    lines = [
        f"| what | ours | other | ratio | against {against} |",
        "|---|--:|--:|--:|---|",
    ]
    for row in rows:
        note = f" <br>{row.note}" if row.note else ""
        lines.append(
            f"| {row.what} | {results.shown(row.ours, row.unit)} |"
            f" {results.shown(row.theirs, row.unit)} | {verdict(row)} | {row.peer}{note} |"
        )
    return "\n".join(lines)


def verdict(row: Row) -> str:
    """Return the ratio, and where another program wins, that word."""
    if row.limit or row.ratio >= 1:
        return results.times(row.ratio)
    return f"{results.times(row.ratio)} {'even' if row.even else 'worse'}"


def growth_of(measured: dict[str, dict[str, Any]]) -> list[str]:
    lines = [
        "| what | sizes | time | memory, MB | exponent | last step |",
        "|---|---|---|---|--:|--:|",
    ]
    grown = [one for told in measured.values() for one in growths_of(told)]
    for one in grown:
        sizes = " → ".join(f"{size:,}" for size in one.sizes)
        costs = " → ".join(map(results.seconds, one.seconds))
        weights = " → ".join(f"{size:,.0f}" for size in one.megabytes)
        peer = f" ({one.peer})" if one.peer else ""
        lines.append(
            f"| {one.what}{peer} | {sizes} {one.of} | {costs} | {weights} | {one.exponent:.2f} |"
            f" {one.last_exponent:.2f} |"
        )
    steepest = max((one for one in grown if not one.peer), key=lambda one: one.last_exponent)
    said = "; ".join(f"{label(one)} {one.last_exponent:.2f}" for one in grown)
    return [
        "## Growth: ten and a hundred times the work",
        joined(WORDS["growth"]),
        f"![Time over work, logarithmic; exponents of the last step: {said}]({CHARTS}/growth.svg)",
        "\n".join(lines),
        (
            f"**What to conclude.** The steepest of ours: {label(steepest)}, with an exponent of"
            f" {steepest.last_exponent:.2f} in its last step."
        ),
    ]


def label(one: Growth) -> str:
    return f"{one.what} ({one.peer})" if one.peer else one.what


def alternative(chapter: Chapter, rows: Sequence[Row]) -> str:
    """Return a chart in words."""
    said = "; ".join(
        f"{row.what}, {row.peer}: {results.shown(row.ours, row.unit)} against"
        f" {results.shown(row.theirs, row.unit)}"
        if row.unit == "%"
        else f"{row.what}, {row.peer}: {results.times(row.ratio)}"
        for row in charted(rows)
    )
    return f"{chapter.title}, ours against others: {said}".replace("[", "(").replace("]", ")")


def joined(lines: str) -> str:
    return " ".join(lines.split())


def bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def rows_of(told: dict[str, Any]) -> list[Row]:
    names = {one.name for one in fields(Row)}
    return [Row(**{k: v for k, v in row.items() if k in names}) for row in told["rows"]]


def growths_of(told: dict[str, Any]) -> list[Growth]:
    return [
        Growth(
            one["what"], one["of"], tuple(one["sizes"]), tuple(one["seconds"]),
            tuple(one["megabytes"]), one["peer"],
        )
        for one in told["growth"]
    ]  # fmt: skip


# --- the charts ---------------------------------------------------------------------------------


def charted(rows: Sequence[Row]) -> list[Row]:
    """Return the rows a chart shows: shares where there are any, else all."""
    return [row for row in rows if row.unit == "%"] or list(rows)


def charts(measured: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Return the pictures, SVG, by name."""
    found = {}
    for chapter in CHAPTERS:
        if chapter.name in measured:
            rows = charted(rows_of(measured[chapter.name]))
            spec = shares(rows) if rows[0].unit == "%" else ratios(rows)
            found[chapter.name] = drawn(spec, alternative(chapter, rows))
    grown = [one for told in measured.values() for one in growths_of(told)]
    found["growth"] = drawn(growth_lines(grown), "Time over work, one line for each benchmark")
    return found


def shares(rows: Sequence[Row]) -> dict[str, Any]:
    """Draw ours and the others' shares, one group of bars for each question."""
    values: list[dict[str, Any]] = []
    for what in dict.fromkeys(row.what for row in rows):
        own = [row for row in rows if row.what == what]
        better = "less is better" if own[0].better == results.LESS else "more is better"
        group = f"{what} ({better})"
        values.append({"group": group, "who": "miro-sync", "share": own[0].ours, "ours": True})
        values += [
            {"group": group, "who": row.peer, "share": row.theirs, "ours": False} for row in own
        ]
    place = {"field": "who", "type": "nominal", "sort": None, "title": None,
             "axis": {"labelLimit": 240}}  # fmt: skip
    share = {"field": "share", "type": "quantitative", "title": "%", "scale": {"domain": [0, 100]}}
    colour = {"condition": {"test": "datum.ours", "value": OURS}, "value": OTHER}
    return {
        "data": {"values": values},
        "facet": {"row": {"field": "group", "type": "nominal", "sort": None, "title": None,
                          "header": {"labelOrient": "top", "labelAnchor": "start",
                                     "labelAngle": 0, "labelFontWeight": "bold"}}},
        "spec": {
            "width": 360, "height": {"step": 18},
            "encoding": {"y": place, "x": share},
            "layer": [
                {"mark": "bar", "encoding": {"color": colour}},
                {"mark": {"type": "text", "align": "left", "dx": 3},
                 "encoding": {"text": {"field": "share", "type": "quantitative", "format": ".1f"}}},
            ],
        },
        "resolve": {"scale": {"y": "independent"}},
    }  # fmt: skip


def ratios(rows: Sequence[Row]) -> dict[str, Any]:
    """Draw how many times better ours is, from 1 to the right, or worse, to the left."""
    values = [
        {
            "row": f"{row.what}, {row.peer}",
            "ratio": row.ratio,
            "one": 1,
            "said": results.times(row.ratio),
            "kind": BARE if row.limit else BETTER if row.ratio >= 1 else WORSE,
            "right": row.ratio >= 1,
        }
        for row in rows
    ]
    met = {str(one["kind"]) for one in values}
    shades = {kind: shade for kind, shade in SHADES.items() if kind in met}
    place = {"field": "row", "type": "nominal", "sort": None, "title": None,
             "axis": {"labelLimit": 430}}  # fmt: skip
    across = {
        "field": "ratio",
        "type": "quantitative",
        "scale": {"type": "log"},
        "title": "worse ← 1 → times better",
        "axis": {"format": "~g", "grid": False, "tickCount": 4},
    }
    colour = {
        "field": "kind",
        "type": "nominal",
        "title": None,
        "scale": {"domain": list(shades), "range": list(shades.values())},
        "legend": {"orient": "bottom", "labelLimit": 300, "direction": "vertical"},
    }
    number = {"text": {"field": "said", "type": "nominal"}}
    return {
        "data": {"values": values},
        "width": 300, "height": {"step": 17},
        "encoding": {"y": place},
        "layer": [
            {"mark": "bar", "encoding": {"x": across, "x2": {"field": "one"}, "color": colour}},
            {"transform": [{"filter": "datum.right"}],
             "mark": {"type": "text", "align": "left", "dx": 3},
             "encoding": {"x": across, **number}},
            {"transform": [{"filter": "!datum.right"}],
             "mark": {"type": "text", "align": "left", "dx": 3},
             "encoding": {"x": {"datum": 1, "type": "quantitative"}, **number}},
        ],
    }  # fmt: skip


def growth_lines(grown: Sequence[Growth]) -> dict[str, Any]:
    """Draw time over work, each from its smallest size."""
    values = [
        {
            "what": label(one),
            "times": size / one.sizes[0],
            "slower": cost / one.seconds[0],
            "ours": not one.peer,
        }
        for one in grown
        for size, cost in zip(one.sizes, one.seconds, strict=True)
    ]
    dash = {"condition": {"test": "datum.ours", "value": [1, 0]}, "value": [4, 3]}
    return {
        "data": {"values": values},
        "width": 360, "height": 260,
        "mark": {"type": "line", "point": True},
        "encoding": {
            "x": {"field": "times", "type": "quantitative", "scale": {"type": "log"},
                  "title": "times the work", "axis": {"values": [1, 10, 100]}},
            "y": {"field": "slower", "type": "quantitative", "scale": {"type": "log"},
                  "title": "times the time", "axis": {"format": "~g", "tickCount": 4}},
            "color": {"field": "what", "type": "nominal", "sort": None, "title": None,
                      "scale": {"scheme": "tableau20"},
                      "legend": {"labelLimit": 330, "symbolLimit": 40}},
            "strokeDash": dash,
        },
    }  # fmt: skip


def drawn(spec: dict[str, Any], about: str) -> str:
    """Return a picture with its words inside, for who opens it alone."""
    whole = {
        "background": "white",
        "padding": {"left": 90, "right": 50, "top": 8, "bottom": 8},  # a reader's letters are wider
        "config": {
            "font": "Arial, Liberation Sans, DejaVu Sans, sans-serif",
            "aria": False,
            "axis": {"labelFontSize": 11, "titleFontSize": 11},
            "view": {"stroke": None},
        },
        **spec,
    }
    picture: str = vl_convert.vegalite_to_svg(whole, allowed_base_urls=[])
    opening, _, rest = picture.partition(">")
    told = about.replace("&", "&amp;").replace("<", "&lt;")
    return f'{opening} role="img"><title>{told}</title>{rest}\n'


if __name__ == "__main__":
    main()
