"""Pictures for the Word documents: drawn by Vega-Lite without a browser and without the network.

They are legible in black and white: what differs in colour differs in lightness and in words too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from miro_sync.kpi import may_show
from miro_sync.messages import Catalogue
from miro_sync.model import IndicatorValue, Status, Verdict
from miro_sync.reports.figures import amount
from miro_sync.reports.zones import shown_value
from miro_sync.telling.display import clean, shorten

#: In the order in which a bar is built, with colours of falling lightness.
_GROUPS: Final[tuple[tuple[str, tuple[Status, ...], str], ...]] = (
    ("held", (Status.HELD,), "#2f6f4f"),
    (
        "ahead",
        (Status.PLANNED, Status.DUE_SOON, Status.RUNNING, Status.AWAITING),
        "#d9e2ec",
    ),
    ("unclear", (Status.UNKNOWN, Status.UNCONFIRMED, Status.UNDATED), "#f0c95a"),
    ("late", (Status.OVERDUE, Status.MISSED, Status.MOVED), "#8f2d20"),
)
_INK: Final = "#1d1d1d"
_SCALE: Final = 2.0
_LABEL: Final = 44
#: Centimetres of paper at most, and pixels of a chart in one of them.
_PAPER: Final = 16.0
_PIXELS_OF_CM: Final = 43.0
_WIDTH: Final = 430
_MOST_TRENDS: Final = 9
_TRENDS_IN_A_ROW: Final = 3
_LOCALES: Final[Mapping[str, Mapping[str, object]]] = {
    "ru": {"decimal": ",", "thousands": "\u00a0", "grouping": [3], "currency": ["", "\u00a0₽"]},
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["", ""]},
}
_POINTS: Final = ("baseline", "region", "target", "value")


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart.

    Attributes:
        png: the picture.
        title: what it is, to stand below it.
        said: the same with all its numbers, for who cannot see it.

    """

    png: bytes
    title: str
    said: str

    @property
    def width(self) -> float:
        """How wide it stands on paper, in centimetres, so that letters are alike in all charts."""
        pixels = int.from_bytes(self.png[16:20], "big")
        return min(_PAPER, pixels / _SCALE / _PIXELS_OF_CM)


def calendar_chart(
    verdicts: Sequence[Verdict], names: Mapping[str, str], words: Catalogue
) -> Picture | None:
    """Draw how each centre stands with its events; None where centres have none.

    Args:
        verdicts: cancelled ones are left out.
        names: of the centres by id, in the order of the bars.
        words: the language.

    """
    own = [one for one in verdicts if one.occurrence.center_id in names]
    rows: list[dict[str, object]] = []
    said: list[str] = []
    longest = 0
    for center_id, name in names.items():
        held = due = whole = 0
        for order, (group, statuses, _) in enumerate(_GROUPS):
            many = sum(
                one.occurrence.center_id == center_id and one.status in statuses for one in own
            )
            whole += many
            held += many if group == "held" else 0
            due += many if group in {"held", "late"} else 0
            if many:
                label = words.say(f"documents.chart_{group}")
                rows.append({"center": clean(name), "group": label, "order": order, "number": many})
        longest = max(longest, whole)
        said.append(words.say("documents.chart_center", center=name, held=held, due=due))
    if not rows:
        return None
    labels = [words.say(f"documents.chart_{group}") for group, _, _ in _GROUPS]
    sorted_by = [clean(name) for name in names.values()]
    bars = {
        "mark": {"type": "bar", "stroke": _INK, "strokeWidth": 0.5},
        "encoding": {
            "color": {
                "field": "group",
                "type": "nominal",
                "scale": {"domain": labels, "range": [colour for _, _, colour in _GROUPS]},
                "legend": {"orient": "top", "title": None, "labelLimit": 300},
            }
        },
    }
    spec = {
        "data": {"values": rows},
        "width": _WIDTH,
        "height": {"step": 24},
        "encoding": {
            "y": {"field": "center", "type": "nominal", "sort": sorted_by, "title": None},
            "x": {
                "field": "number",
                "type": "quantitative",
                "stack": "zero",
                "title": words.say("documents.chart_events"),
                "axis": {"values": list(range(0, longest + 1, 1 + longest // 12)), "format": "d"},
            },
            "order": {"field": "order", "type": "quantitative"},
        },
        "layer": [bars],
    }
    return _picture("calendar", spec, said, words)


def shares_chart(values: Sequence[IndicatorValue], words: Catalogue) -> Picture | None:
    """Draw the indicators in per cent against their targets; None where there is none to draw."""
    shown = [
        one for one in values if one.indicator.unit == "%" and one.indicator.target is not None
    ]
    if not any(map(may_show, shown)):
        return None
    rows = []
    said = []
    for one in shown:
        value = one.value if may_show(one) else None
        told = shown_value(one, words, inside=False)
        title = shorten(one.indicator.title, _LABEL)
        rows.append(
            {
                "title": f"{clean(one.indicator.id)}. {title}",
                "value": value or 0,
                "target": one.indicator.target,
                "said": told,
            }
        )
        said.append(
            words.say(
                "documents.chart_share",
                indicator=clean(one.indicator.id),
                value=told,
                target=amount(one.indicator.target or 0, one.indicator, words),
            )
        )
    spec = {
        "data": {"values": rows},
        "width": _WIDTH - 60,
        "height": {"step": 26},
        "encoding": {
            "y": {
                "field": "title",
                "type": "nominal",
                "sort": None,
                "title": None,
                "axis": {"labelLimit": 330},
            }
        },
        "layer": [
            {
                "mark": {"type": "bar", "color": "#b9cde0", "height": 16},
                "encoding": {
                    "x": {
                        "field": "value",
                        "type": "quantitative",
                        "title": words.say("documents.chart_percent"),
                        "scale": {"domainMin": 0},
                        "axis": {"format": ",.0f"},
                    }
                },
            },
            {
                "mark": {"type": "tick", "color": _INK, "thickness": 3, "size": 22},
                "encoding": {"x": {"field": "target", "type": "quantitative"}},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 4, "color": _INK, "fontSize": 12},
                "encoding": {
                    "x": {"datum": 0, "type": "quantitative"},
                    "text": {"field": "said", "type": "nominal"},
                },
            },
        ],
    }
    return _picture("shares", spec, said, words)


def scores_chart(values: Sequence[IndicatorValue], words: Catalogue) -> Picture | None:
    """Draw other indicators as points: where they started, are, must get, and the region's own.

    Returns:
        None where no such indicator has both a target and a start.

    """
    shown = [
        one
        for one in values
        if one.indicator.unit != "%"
        and one.indicator.target is not None
        and one.indicator.baseline is not None
    ]
    if not shown:
        return None
    labels = {name: words.say(f"documents.chart_{name}") for name in _POINTS}
    rows = []
    said = []
    for one in shown:
        of = one.indicator
        numbers = {
            "baseline": of.baseline,
            "region": of.region,
            "target": of.target,
            "value": one.value if may_show(one) else None,
        }
        title = f"{clean(of.id)}. {shorten(of.title, _LABEL)}"
        rows += [
            {
                "title": title,
                "what": labels[name],
                "number": figure,
                "said": amount(figure, of, words),
            }
            for name, figure in numbers.items()
            if figure is not None
        ]
        told = ", ".join(
            words.say("telling.count", what=labels[name], number=amount(figure, of, words))
            for name, figure in numbers.items()
            if figure is not None
        )
        said.append(f"{clean(of.id)}: {told}")
    spec = {
        "data": {"values": rows},
        "width": _WIDTH - 60,
        "height": {"step": 42},
        "encoding": {
            "y": {
                "field": "title",
                "type": "nominal",
                "sort": None,
                "title": None,
                "axis": {"labelLimit": 330, "grid": True},
            },
            "x": {
                "field": "number",
                "type": "quantitative",
                "title": None,
                "scale": {"zero": False, "nice": True, "padding": 20},
                "axis": {"format": ",.0f"},
            },
        },
        "layer": [
            {
                "mark": {"type": "point", "filled": True, "size": 110, "stroke": _INK},
                "encoding": {
                    "shape": {
                        "field": "what",
                        "type": "nominal",
                        "scale": {
                            "domain": list(labels.values()),
                            "range": ["circle", "triangle-up", "diamond", "square"],
                        },
                        "legend": {"orient": "top", "title": None},
                    },
                    "color": {
                        "field": "what",
                        "type": "nominal",
                        "scale": {
                            "domain": list(labels.values()),
                            "range": ["#ffffff", "#c9c9c9", "#7f9fbf", "#1d1d1d"],
                        },
                        "legend": {"orient": "top", "title": None},
                    },
                },
            },
            *(
                {
                    "transform": [
                        {"filter": {"field": "what", "oneOf": [labels[name] for name in side]}}
                    ],
                    "mark": {"type": "text", "dy": dy, "fontSize": 10, "color": _INK},
                    "encoding": {"text": {"field": "said", "type": "nominal"}},
                }
                for side, dy in ((("baseline", "target"), -12), (("region", "value"), 13))
            ),
        ],
    }
    return _picture("scores", spec, said, words)


def trends_chart(values: Sequence[IndicatorValue], words: Catalogue) -> Picture | None:
    """Draw how indicators went from collection to collection; None where none has two values."""
    rows = []
    said = []
    drawn = [one for one in values if len(one.trend) > 1 and may_show(one)]
    # Those that lag are what a reader looks for; more than a page of lines nobody reads.
    chosen = sorted(drawn, key=lambda one: not one.behind)[:_MOST_TRENDS]
    for one in sorted(chosen, key=drawn.index):
        name = clean(one.indicator.id)
        points = [(clean(point.label) or words.day(point.day), point) for point in one.trend]
        rows += [
            {
                "indicator": name,
                "collection": label,
                "number": point.value,
                "said": amount(point.value, one.indicator, words),
            }
            for label, point in points
        ]
        told = ", ".join(
            words.say(
                "telling.count",
                what=label,
                number=amount(point.value, one.indicator, words),
            )
            for label, point in points
        )
        said.append(f"{name}: {told}")
    if not rows:
        return None
    base: dict[str, Any] = {
        "x": {
            "field": "collection",
            "type": "ordinal",
            "sort": None,
            "title": None,
            "axis": {"labelAngle": -30, "labelLimit": 110},
        },
        "y": {
            "field": "number",
            "type": "quantitative",
            "title": None,
            "scale": {"zero": False, "padding": 12},
            "axis": {"labels": False, "ticks": False},
        },
    }
    spec = {
        "data": {"values": rows},
        "columns": _TRENDS_IN_A_ROW,
        "facet": {"field": "indicator", "type": "nominal", "sort": None, "title": None},
        "spec": {
            "width": 150,
            "height": 70,
            "encoding": base,
            "layer": [
                {"mark": {"type": "line", "point": True, "color": "#1d1d1d"}},
                {
                    "mark": {"type": "text", "dy": -9, "fontSize": 10},
                    "encoding": {"text": {"field": "said", "type": "nominal"}},
                },
            ],
        },
        "resolve": {"scale": {"y": "independent", "x": "independent"}},
    }
    return _picture("trends", spec, said, words)


def _picture(
    name: str, spec: Mapping[str, object], said: Sequence[str], words: Catalogue
) -> Picture:
    title = words.say(f"documents.chart_{name}")
    about = words.say("documents.chart_said", title=title, said="; ".join(said))
    return Picture(_png(spec, words), title, about)


def _png(spec: Mapping[str, object], words: Catalogue) -> bytes:
    import vl_convert  # noqa: PLC0415 - only documents with charts need it

    whole = {
        "background": "white",
        "config": {
            "font": "Arial, Liberation Sans, DejaVu Sans, sans-serif",
            "axis": {"labelFontSize": 12, "titleFontSize": 12, "labelColor": _INK},
            "legend": {"labelFontSize": 12},
            "header": {"labelFontSize": 12},
            "view": {"stroke": None},
        },
        **spec,
    }
    png: bytes = vl_convert.vegalite_to_png(
        whole,
        scale=_SCALE,
        allowed_base_urls=[],
        format_locale=dict(_LOCALES[words.language]),
    )
    return png
