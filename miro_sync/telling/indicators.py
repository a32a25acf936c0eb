"""The answers of `kpi`: for a person, for programs, for Excel.

A number stands with what it is made of and with what is unknown; where there is none, the answer
says why. Small counts of people are hidden outside of the centre that they are of.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from miro_sync.kpi import MEANS, few, gap_places, hides, is_hidden, places, point_on, rounded
from miro_sync.model import IndicatorFormula, IndicatorState, IndicatorValue
from miro_sync.privacy import people_outside, people_told_outside
from miro_sync.telling.answer import head
from miro_sync.telling.display import clean, link, pad, shorten, width, wrap
from miro_sync.telling.failures import place, problem
from miro_sync.telling.phrases import months
from miro_sync.telling.terminal import NARROWEST, WIDEST, Look, trust

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from miro_sync.messages import Catalogue
    from miro_sync.model import (
        Assessment,
        Indicator,
        IndicatorPart,
        IndicatorPoint,
        Period,
        Place,
        Problem,
        Project,
    )

#: The number goes up when a key is renamed, dropped or changes its meaning.
KPI_SCHEMA = "miro-sync/kpi/1"

#: How an indicator stands, in the order in which a summary counts them; the first three are flags
#: or want a look.
STANDINGS = (
    "behind",
    "not_collected",
    "unknown",
    "partial",
    "reached",
    "on_way",
    "no_target",
    "not_due",
)

_WANTED = frozenset({"behind", "not_collected", "unknown", "partial"})

_COLOURS = {
    "behind": "red",
    "not_collected": "red",
    "unknown": "yellow",
    "partial": "yellow",
    "reached": "green",
}
#: Formulas whose numerator and denominator a reader can check by eye.
_DIVIDED = frozenset(
    {
        IndicatorFormula.HELD_SHARE,
        IndicatorFormula.CENTER_SHARE,
        IndicatorFormula.PLAN_SHARE,
        IndicatorFormula.MAP_SHARE,
        IndicatorFormula.RATIO,
        IndicatorFormula.COVERAGE,
        IndicatorFormula.QUOTA,
    }
)
#: The columns of the CSV.
_COLUMNS = (
    "id",
    "title",
    "unit",
    "number",
    "target",
    "state",
    "numerator",
    "denominator",
    "unknown",
    "as_of",
    "baseline",
    "region",
    "expected",
    "gap",
    "before",
    "before_day",
    "responsible",
    "formula",
    "problems",
)
_SHOWN = 5
_POINTS = 12
_PARTS = 40
_GAP = "  "
_NOTE = 4
_NUMBER = 9


@dataclass(frozen=True, slots=True)
class View:
    """What of the indicators is shown.

    Attributes:
        center: only what concerns this centre.
        against: the day to compare with.

    """

    center: str | None = None
    against: dt.date | None = None


def standing(value: IndicatorValue) -> str:
    """Return how an indicator stands: one of `STANDINGS`."""
    match value.state:
        case IndicatorState.NOT_COLLECTED | IndicatorState.NOT_DUE | IndicatorState.UNKNOWN:
            return value.state.value
    if value.behind:
        return "behind"
    if value.met:
        return "reached"
    if value.state is IndicatorState.PARTIAL:
        return "partial"
    return "no_target" if value.indicator.target is None else "on_way"


def is_flagged(value: IndicatorValue) -> bool:
    """Tell whether an indicator wants its responsible role's attention (exit code 1)."""
    return value.behind or value.state is IndicatorState.NOT_COLLECTED


def amount(number: float | None, indicator: Indicator, words: Catalogue) -> str:
    """Write a value of an indicator as the documents do: 25,9, 3,0, 33,3 %, 100 %."""
    if number is None:
        return "—"
    said = words.number(rounded(indicator, number), places(indicator, number))
    return f"{said} %" if indicator.unit == "%" else said


def difference(number: float, indicator: Indicator, words: Catalogue) -> str:
    """Write how far two values are apart: shares in percentage points."""
    said = words.number(round(number, indicator.decimals), gap_places(indicator, number))
    return words.say("kpi.points", number=said) if indicator.unit == "%" else said


def count(number: float | None, indicator: Indicator, words: Catalogue, *, own: bool) -> str:
    """Write a numerator or denominator; a small count of people is hidden unless it is `own`."""
    if number is None:
        return "—"
    hidden = not own and few(indicator, number)
    return _few(words) if hidden else words.number(number)


def shown(value: IndicatorValue, words: Catalogue) -> str:
    """Write what an indicator came to, as outsiders may see it: «<5» for a few people counted."""
    if not is_hidden(value):
        return amount(value.value, value.indicator, words)
    is_count = value.denominator is None and value.indicator.unit != "%"
    return _few(words) if is_count else words.say("kpi.hidden")


def divided(
    known: IndicatorValue | IndicatorPart, indicator: Indicator, words: Catalogue, *, own: bool
) -> str:
    """Say what was divided by what: «41 из 44», «среднее по 22»; "" where nothing was.

    The sum of marks says nothing, and no growth is divided by people: how many a mean is of does.
    """
    above, below = known.numerator, known.denominator
    if indicator.formula in MEANS:
        is_growth = indicator.formula is IndicatorFormula.GROWTH and isinstance(
            known, IndicatorValue
        )
        if below is None or is_growth:
            return ""
        return words.say("kpi.mean_of", number=count(below, indicator, words, own=own))
    if above is None or below is None:
        one = below if above is None else above
        return "" if one is None else count(one, indicator, words, own=own)
    numerator, denominator = (count(one, indicator, words, own=own) for one in (above, below))
    return words.say("kpi.note_of", numerator=numerator, denominator=denominator)


def share(part: IndicatorPart, indicator: Indicator, words: Catalogue, *, own: bool) -> str:
    """Say what a part has to do with the whole: «6 из 7», «19,4 (среднее по 8)»."""
    if part.unknown or part.numerator is None:
        return words.say("kpi.part_unknown")
    how = divided(part, indicator, words, own=own)
    if indicator.formula not in MEANS:
        return how
    if not own and hides(indicator, part.numerator, part.denominator):
        return words.say("privacy.hidden")
    is_growth = indicator.formula is IndicatorFormula.GROWTH  # its unit is that of the growth
    numerator = part.numerator
    mean = words.number(numerator, 1) if is_growth else amount(numerator, indicator, words)
    is_weighed = indicator.weight is not None or part.denominator != 1
    return words.say("kpi.mean_part", value=mean, how=how) if how and is_weighed else mean


def notes(value: IndicatorValue, words: Catalogue, view: View | None = None) -> Iterator[str]:
    """Yield what a reader must know beside the number: «15 из 21», «неизвестно: 2»."""
    view = view or View()
    indicator = value.indicator
    if view.center is not None:
        parts = [one for one in value.parts if one.center_id == view.center]
        yield from (share(one, indicator, words, own=True) for one in parts[:_SHOWN])
        return
    if value.state is IndicatorState.NOT_COLLECTED:
        yield _not_collected(value, words)
    elif value.state is IndicatorState.NOT_DUE and value.next_collection is not None:
        yield words.say("kpi.note_not_due", period=months(value.next_collection, words))
    if indicator.formula in _DIVIDED and value.denominator:
        yield divided(value, indicator, words, own=False)
    if value.unknown:
        yield words.say("kpi.note_unknown", unknown=value.unknown)
    if is_hidden(value):
        # What follows from the number would tell it.
        yield words.say("privacy.hidden")
        return
    yield from _placed(value, words, view)


def _placed(value: IndicatorValue, words: Catalogue, view: View) -> Iterator[str]:
    """Yield how far a value is from its path and from what it was."""
    indicator = value.indicator
    if value.behind:
        yield _gap(value, words)
    elif value.unknown and value.gap and value.expected is not None:
        yield words.say("kpi.note_best_unknown")
    if view.against is not None:
        yield _against(value, view.against, words)
    elif value.before is not None:
        told = amount(value.before.value, indicator, words)
        key = "kpi.note_before" if value.value is not None else "kpi.note_last"
        yield words.say(key, value=told, when=_when(value.before, words))


# --- for a person -------------------------------------------------------------------------------


def table(  # noqa: PLR0913 - all that the answer tells
    values: Sequence[IndicatorValue],
    assessment: Assessment,
    project: Project,
    words: Catalogue,
    *,
    look: Look,
    view: View,
) -> str:
    """Return all indicators in the order of the settings, each with what there is to know."""
    columns = _columns(look)
    out = [trust(assessment, project, words, look=look), ""]
    if not values:
        return "\n".join([*out, *wrap(words.say("kpi.none_declared"), columns)])
    out += wrap(summary(values, assessment, project, words), columns)
    out += ["", *_rows(values, words, look, view)]
    warnings = [words.tell(one) for value in values for one in value.warnings]
    out += _block("warnings", warnings, words, look)
    problems = dict.fromkeys(problem(one, words) for value in values for one in value.problems)
    out += _block("problems", list(problems), words, look)
    return "\n".join(out)


def attention(
    values: Sequence[IndicatorValue],
    assessment: Assessment,
    project: Project,
    words: Catalogue,
    *,
    look: Look,
) -> str:
    """Return the sentence that counts all indicators, and those that want a look."""
    if not values:
        return ""
    wanted = [one for one in values if standing(one) in _WANTED]
    out = wrap(summary(values, assessment, project, words), _columns(look))
    return "\n".join([*out, *(["", *_rows(wanted, words, look, View())] if wanted else [])])


def summary(
    values: Sequence[IndicatorValue], assessment: Assessment, project: Project, words: Catalogue
) -> str:
    """Count the indicators by how they stand, in one sentence."""
    counted = Counter(map(standing, values))
    parts = ", ".join(
        words.say("kpi.count", state=words.say(f"kpi.state_{one}"), number=counted[one])
        for one in STANDINGS
        if counted[one]
    )
    return words.say("kpi.summary", project=project.name, day=assessment.today, parts=parts)


def in_full(  # noqa: PLR0913 - all that the answer tells
    value: IndicatorValue,
    assessment: Assessment,
    project: Project,
    words: Catalogue,
    *,
    look: Look,
    view: View,
) -> str:
    """Return everything there is to know of one indicator."""
    columns, indicator = _columns(look), value.indicator
    title = words.say("kpi.one_title", id=indicator.id, title=clean(indicator.title))
    out = [trust(assessment, project, words, look=look), "", *wrap(title, columns), ""]
    for line in _facts(value, words, view):
        first, *rest = wrap(line, columns - len(_GAP))
        out += [first, *(_GAP + one for one in rest)]
    points = [
        words.say(
            "kpi.one_point", when=_when(one, words), value=amount(one.value, indicator, words)
        )
        for one in ([] if is_hidden(value) else value.trend[-_POINTS:])
    ]
    if len(points) > 1:
        out += ["", words.say("kpi.one_trend"), *(_GAP + one for one in points)]
    out += _parts(value, words, columns, view)
    out += _block("warnings", [words.tell(one) for one in value.warnings], words, look)
    told = [problem(one, words) for one in value.problems]
    out += _block("problems", told, words, look, most=len(told))
    return "\n".join(out)


def _rows(
    values: Sequence[IndicatorValue], words: Catalogue, look: Look, view: View
) -> Iterator[str]:
    columns = _columns(look)
    states = [words.say(f"kpi.state_{standing(one)}") for one in values]
    heads = [words.say(f"kpi.column_{name}") for name in ("state", "indicator", "value", "target")]
    first = max(map(width, [*states, heads[0]]))
    room = columns - first - 2 * (_NUMBER + len(_GAP)) - len(_GAP)
    heads = [one.upper() for one in heads]
    yield _line(pad(heads[0], first), heads[1], heads[2], heads[3], room)
    for value, state in zip(values, states, strict=True):
        indicator = value.indicator
        title = f"{indicator.id} {indicator.title}"
        painted = _painted(pad(state, first), standing(value), look)
        now = shown(value, words)
        yield _line(painted, title, now, amount(indicator.target, indicator, words), room)
        note = "; ".join(notes(value, words, view))
        yield from (" " * _NOTE + one for one in wrap(note, columns - _NOTE))


def _line(state: str, title: str, now: str, target: str, room: int) -> str:
    title = shorten(title, room)
    numbers = _GAP.join(" " * (_NUMBER - width(one)) + one for one in (now, target))
    return f"{state}{_GAP}{pad(title, room)}{_GAP}{numbers}"


def _facts(value: IndicatorValue, words: Catalogue, view: View) -> Iterator[str]:
    """Yield the sentences of one indicator in full."""
    yield from _stands(value, words)
    yield words.say("kpi.one_formula", formula=value.formula)
    how = divided(value, value.indicator, words, own=False)
    if how and value.denominator is not None:
        yield words.say("kpi.one_divided", how=how)
    if value.unknown:
        yield words.say("kpi.one_unknown", unknown=value.unknown)
    yield from _collecting(value, words)
    if is_hidden(value):
        return
    if value.before is not None and value.value is not None:
        change = value.value - value.before.value
        sign = "+" if change > 0 else ""
        told = f"{sign}{difference(change, value.indicator, words)} ({_when(value.before, words)})"
        yield words.say("kpi.one_change", change=told)
    if view.against is not None:
        yield _against(value, view.against, words)


def _stands(value: IndicatorValue, words: Catalogue) -> Iterator[str]:
    """Yield where an indicator is and where it should be."""
    indicator = value.indicator
    state = words.say(f"kpi.state_{standing(value)}").capitalize()
    if value.value is None:
        yield words.say("kpi.one_no_value", state=state)
    else:
        now = words.say("privacy.hidden") if is_hidden(value) else shown(value, words)
        if indicator.unit != "%" and not is_hidden(value):
            now = f"{now} ({clean(indicator.unit)})"
        yield words.say("kpi.one_value", value=now, day=value.as_of, state=state)
    if value.state is IndicatorState.NOT_COLLECTED:
        yield _not_collected(value, words)
    for key in ("target", "baseline", "region"):
        number = getattr(indicator, key)
        if number is not None:
            yield words.say(f"kpi.one_{key}", **{key: amount(number, indicator, words)})
    if indicator.growth is not None:
        yield words.say("kpi.one_growth", growth=words.number(indicator.growth))
    if value.expected is not None and value.gap and not is_hidden(value):
        yield words.say(
            "kpi.one_expected",
            day=value.as_of,
            expected=amount(value.expected, indicator, words),
            gap=difference(value.gap, indicator, words),
        )


def _collecting(value: IndicatorValue, words: Catalogue) -> Iterator[str]:
    """Yield when, how and by whom an indicator is collected."""
    indicator = value.indicator
    if indicator.collected:
        said = words.say("kpi.one_collected", collected=clean(indicator.collected))
        if value.next_collection is not None:
            said += "; " + words.say("kpi.one_next", period=months(value.next_collection, words))
        yield said
    for key in ("method", "responsible"):
        if getattr(indicator, key):
            yield words.say(f"kpi.one_{key}", **{key: clean(getattr(indicator, key))})


def _parts(value: IndicatorValue, words: Catalogue, columns: int, view: View) -> list[str]:
    parts = [one for one in value.parts if view.center in {None, one.center_id}]
    if not parts:
        return []
    out = ["", words.say("kpi.one_parts", number=len(parts))]
    for part in parts[:_PARTS]:
        said = f"{clean(part.label)}: "
        said += share(part, value.indicator, words, own=view.center is not None)
        first, *rest = wrap(said, columns - 2 * len(_GAP))
        out += [_GAP + "- " + first, *(2 * _GAP + line for line in rest)]
        where = _where(part.place, words)
        out += [2 * _GAP + one for one in where]
    if len(parts) > _PARTS:
        out.append(_GAP + words.say("kpi.note_more", number=len(parts) - _PARTS))
    return out


def _where(where: Place | None, words: Catalogue) -> list[str]:
    """Return the address of a row or card; a link is never broken."""
    if where is None:
        return []
    address = link(where.url)
    if where.sheet is None and address is not None:
        return [address]
    return [place(where, words), *([address] if address else ())]


def _block(
    name: str, told: Sequence[str], words: Catalogue, look: Look, *, most: int = _SHOWN
) -> list[str]:
    if not told:
        return []
    out = ["", words.say(f"kpi.{name}_title", number=len(told))]
    for one in told[:most]:
        first, *rest = wrap(one, _columns(look) - len(_GAP))
        out += ["- " + first, *(_GAP + line for line in rest)]
    if len(told) > most:
        out.append(words.say("kpi.more", number=len(told) - most))
    return out


# --- for programs -------------------------------------------------------------------------------


def document(
    values: Sequence[IndicatorValue],
    assessment: Assessment,
    project: Project,
    words: Catalogue,
    *,
    view: View,
) -> dict[str, Any]:
    """Return the answer of `kpi` for programs; values are rounded as they are told.

    `numerator` and `denominator` are "<5" where a small count of people is hidden. Where the value
    rests on so few, `hidden` is true, and it and what follows from it are null.
    """
    counted = Counter(map(standing, values))
    return {
        "schema": KPI_SCHEMA,
        **head(assessment, project, words),
        "against": None if view.against is None else view.against.isoformat(),
        "summary": {one: counted[one] for one in STANDINGS},
        "indicators": [_document(value, words, view) for value in values],
    }


def _document(value: IndicatorValue, words: Catalogue, view: View) -> dict[str, Any]:
    indicator = value.indicator
    hidden = is_hidden(value)
    if hidden:
        value = replace(value, value=None, expected=None, gap=0.0, before=None, trend=())
    compared = None if view.against is None else point_on(value, view.against)
    return {
        "id": indicator.id,
        "title": indicator.title,
        "unit": indicator.unit,
        "formula": indicator.formula.value,
        "formula_text": words.tell(value.formula),
        "source": indicator.source.value,
        "direction": indicator.direction.value,
        "state": value.state.value,
        "standing": standing(value),
        "as_of": value.as_of.isoformat(),
        "value": _number(value.value, indicator),
        "hidden": hidden,
        "numerator": _counted(value.numerator, indicator, own=False),
        "denominator": _counted(value.denominator, indicator, own=False),
        "unknown": value.unknown,
        "baseline": indicator.baseline,
        "target": indicator.target,
        "region": indicator.region,
        "growth": indicator.growth,
        "met": value.met,
        "expected": _number(value.expected, indicator),
        "gap": None if hidden else _number(value.gap, indicator),
        "behind": value.behind,
        "collected": indicator.collected,
        "collection": _period(value.collection),
        "next_collection": _period(value.next_collection),
        "missed": _period(value.missed),
        "method": indicator.method,
        "responsible": indicator.responsible,
        "before": _point(value.before, indicator),
        "against": _point(compared, indicator),
        "trend": [_point(one, indicator) for one in value.trend],
        "parts": [
            _part(one, indicator, own=view.center is not None)
            for one in value.parts
            if view.center in {None, one.center_id}
        ],
        "warnings": [words.tell(one) for one in value.warnings],
        "problems": [_problem(one, words) for one in value.problems],
    }


def rows(values: Iterable[IndicatorValue], words: Catalogue, *, view: View) -> Iterator[list[str]]:
    """Yield the header and a row per indicator."""
    yield [words.say(f"kpi.column_{key}") for key in _COLUMNS]
    for value in values:
        indicator, told = value.indicator, _bare(value.value, value.indicator, words)
        if is_hidden(value):
            told = words.say("privacy.hidden")
            value = replace(value, expected=None, gap=0.0, before=None, trend=())  # noqa: PLW2901 - the rest of the row is of what may be seen
        compared = value.before if view.against is None else point_on(value, view.against)
        numbers = (value.numerator, value.denominator)
        yield [
            indicator.id,
            indicator.title,
            indicator.unit,
            told,
            _bare(indicator.target, indicator, words),
            words.say(f"kpi.state_{standing(value)}"),
            *("" if one is None else count(one, indicator, words, own=False) for one in numbers),
            str(value.unknown),
            words.day(value.as_of),
            _bare(indicator.baseline, indicator, words),
            _bare(indicator.region, indicator, words),
            _bare(value.expected, indicator, words),
            _bare(value.gap or None, indicator, words),
            "" if compared is None else _bare(compared.value, indicator, words),
            "" if compared is None else _when(compared, words),
            indicator.responsible,
            words.tell(value.formula),
            " ".join(problem(one, words) for one in value.problems),
        ]


# --- small things -------------------------------------------------------------------------------


def _few(words: Catalogue) -> str:
    return words.tell(people_told_outside(1))


def _gap(value: IndicatorValue, words: Catalogue) -> str:
    indicator = value.indicator
    gap = difference(value.gap, indicator, words)
    if value.expected is None or value.expected == indicator.target:
        return words.say("kpi.note_gap", gap=gap)
    expected = amount(value.expected, indicator, words)
    return words.say("kpi.note_gap_path", gap=gap, day=value.as_of, expected=expected)


def _not_collected(value: IndicatorValue, words: Catalogue) -> str:
    named = clean(value.indicator.responsible) or words.say("kpi.note_nobody")
    if value.missed is None:
        return words.say("kpi.note_not_collected_ever", responsible=named)
    period = months(value.missed, words)
    return words.say("kpi.note_not_collected", period=period, responsible=named)


def _against(value: IndicatorValue, day: dt.date, words: Catalogue) -> str:
    found = point_on(value, day)
    if found is None:
        return words.say("kpi.note_against_nothing", day=day)
    told = amount(found.value, value.indicator, words)
    return words.say("kpi.note_against", when=_when(found, words), value=told)


def _when(point: IndicatorPoint, words: Catalogue) -> str:
    return clean(point.label) or words.day(point.day)


def _number(number: float | None, indicator: Indicator) -> float | None:
    return None if number is None else rounded(indicator, number)


def _bare(number: float | None, indicator: Indicator, words: Catalogue) -> str:
    return "" if number is None else words.number(rounded(indicator, number))


def _counted(number: float | None, indicator: Indicator, *, own: bool) -> float | str | None:
    if number is None:
        return None
    return people_outside(1) if not own and few(indicator, number) else number


def _period(period: Period | None) -> dict[str, str] | None:
    if period is None:
        return None
    return {"start": period.start.isoformat(), "end": period.end.isoformat()}


def _point(point: IndicatorPoint | None, indicator: Indicator) -> dict[str, Any] | None:
    if point is None:
        return None
    value = rounded(indicator, point.value)
    return {"day": point.day.isoformat(), "value": value, "label": point.label}


def _part(part: IndicatorPart, indicator: Indicator, *, own: bool) -> dict[str, Any]:
    above = _counted(part.numerator, indicator, own=own)
    if indicator.formula in MEANS:
        hidden = not own and hides(indicator, part.numerator, part.denominator)
        above = people_outside(1) if hidden else part.numerator
    return {
        "label": part.label,
        "center": part.center_id,
        "numerator": above,
        "denominator": _counted(part.denominator, indicator, own=own),
        "unknown": part.unknown,
        **_address(part.place),
    }


def _problem(fault: Problem, words: Catalogue) -> dict[str, Any]:
    key = None if fault.place is None else fault.place.key
    said = words.tell(fault.message)
    return {"message": said, "severity": fault.severity.value, "key": key, **_address(fault.place)}


def _address(where: Place | None) -> dict[str, str | None]:
    if where is None:
        return {"in": None, "sheet": None, "cell": None, "url": None}
    return {"in": where.source, "sheet": where.sheet, "cell": where.cell, "url": link(where.url)}


def _columns(look: Look) -> int:
    return min(max(look.columns, NARROWEST), WIDEST) - 1


def _painted(text: str, level: str, look: Look) -> str:
    colour = _COLOURS.get(level)
    return click.style(text, fg=colour) if look.colour and colour else text
