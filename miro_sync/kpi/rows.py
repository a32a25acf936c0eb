"""The worksheets of an indicator -> the rows it rests on, each number with its address.

A worksheet is found by its title, with a year in it or without («Результаты ОГЭ 2023»); columns by
their headers. Rows for the whole district or region («Кузбасс», «Итого») stand beside those of the
schools and are none of them. Nothing is read but the named columns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final

from rapidfuzz.distance import Levenshtein

from miro_sync.model import (
    CellType,
    DateContext,
    Indicator,
    IndicatorFormula,
    Period,
    Place,
    Problem,
    Project,
    ScheduleKind,
    Severity,
    SheetKind,
    TablesSnapshot,
    Worksheet,
    say,
)
from miro_sync.periods import read_period
from miro_sync.tables import (
    PLAN_COLUMNS,
    Column,
    NoTable,
    Row,
    Table,
    count_people,
    find_tables,
    parse_number,
    squash,
)

FindCenter = Callable[[str], str | None]

#: The columns whose cells are numbers.
_NUMBERS = ("numerator", "denominator", "value", "weight")

#: The columns that say of which year or month a row speaks, where the settings name none.
_PERIODS = (
    "Год",
    "Учебный год",
    "Уч. год",
    "Год экзамена",
    "Год сдачи",
    "Год проведения",
    "Отчетный год",
    "Отчетный период",
    "Период",
    "Месяц",
)
#: The columns that say what a row is, where it is not a centre's. None of them names persons.
_LABELS = (
    "Конкурс",
    "Наименование конкурса",
    "Название конкурса",
    "Олимпиада",
    "Мероприятие",
    "Наименование мероприятия",
    "Название мероприятия",
    "Наименование",
    "Название",
    "Показатель",
    "Предмет",
    "Группа",
    "Класс",
    "Направление",
    "Материал",
    "Название материала",
    "Тема",
    "Тема занятия",
    "Ссылка",
    "№",
    "№ п/п",
)
_CENTERS = next(column.synonyms for column in PLAN_COLUMNS if column.key == "center")

_SUMMARY: Final = re.compile(
    r"\s*(?:итог|всего\b|в\s+среднем|средн(?:ее|ий|яя)\s*(?:$|по\b|знач|балл|отметк)|кузбасс"
    r"|росси[яи]\b|рф\b|област[ьи]\b|регион\b|край\b|республик[аи]\b|район\b|округ\b"
    r"|муниципалитет|по\s+(?:област|регион|кра[юй]|район|округ|кузбасс|муниципал|росси|сет))",
    re.IGNORECASE,
)
_YEARS: Final = re.compile(
    r"\b(20\d\d)\s*(?:[/–—-]\s*(20\d\d|\d\d))?\b\s*(?:уч(?:\.|ебн\w*)?\s*)?(?:г(?:\.|од\w*)?)?",
    re.IGNORECASE,
)
_SAYS_NOTHING = frozenset({"", "-", "–", "—", "нет данных", "н/д"})
_YES: Final = frozenset({"да", "есть", "v", "х", "проведено", "проведены", "+", "✓", "✔"})
_NO: Final = frozenset({"нет", "не проведено", "не проведены"})
_RESULT: Final = re.compile(
    r"(?:(?P<n>\d{1,4})\s*(?:победител|приз[её]р|лауреат|дипломант))"
    r"|(?:[1-3]\s*место\s*[-–—:]\s*(?P<p>\d{1,4}))"
    r"|(?P<one>\b(?:победител|приз[её]р|лауреат|дипломант)ь?\b|\b[1-3]\s*место\b)",
    re.IGNORECASE,
)
_TOOK_PART: Final = re.compile(r"участ", re.IGNORECASE)
#: A shorter word may be another one by two letters.
_LONG_WORD = 8


@dataclass(frozen=True, slots=True)
class Fact:
    """A row that an indicator rests on.

    Attributes:
        label: whose it is, in the words of the table.
        period, period_label: of which days it speaks; None and "" where it names none.
        numbers: what its cells hold, by the keys of the settings; blank cells are absent.
        group: what stands in the column of groups.
        flawed: something stands in it that could not be read.

    """

    label: str
    center_id: str | None
    place: Place
    period: Period | None = None
    period_label: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict, hash=False)
    places: Mapping[str, Place] = field(default_factory=dict, hash=False)
    group: str = ""
    flawed: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """All rows that an indicator rests on.

    Attributes:
        found: its worksheet and all columns it cannot do without are there.
        by_center: the rows are those of centres.
        weighted: the column of weights is there.
        place: the worksheet.

    """

    rows: tuple[Fact, ...] = ()
    problems: tuple[Problem, ...] = ()
    found: bool = False
    by_center: bool = False
    weighted: bool = False
    place: Place | None = None


def read_facts(
    indicator: Indicator,
    tables: TablesSnapshot,
    kinds: Sequence[SheetKind],
    project: Project,
    *,
    find_center: FindCenter,
) -> Facts:
    """Read the rows of an indicator.

    Args:
        indicator: it names a worksheet and columns.
        tables: the worksheets.
        kinds: the declared worksheets, by whose headers a column may go as well.
        project: its span stands in for years that are not written.
        find_center: a text that is a centre's name -> its id; None for any other.

    """
    sheets = _sheets_of(indicator, tables.worksheets, kinds)
    if not sheets:
        titles = ", ".join(f"«{one.title}»" for one in tables.worksheets)
        message = say("kpi.no_sheet", sheet=indicator.sheet, titles=titles or "—")
        place = Place(tables.source, url=tables.url)
        return Facts(problems=(Problem(message, place, Severity.WARNING),))
    reader = _Reader(indicator, kinds, project, find_center)
    for sheet in sheets:
        reader.read(sheet, tables)
    return reader.facts()


def searches(
    indicator: Indicator, sheet: Worksheet, kinds: Sequence[SheetKind]
) -> Iterator[tuple[Column, ...]]:
    """Yield the columns that are looked for in a worksheet; nothing if the indicator is of another.

    Args:
        indicator: it names a worksheet and columns.
        sheet: the worksheet.
        kinds: the declared worksheets, by whose headers a column may go as well.

    """
    if indicator.sheet is not None and _sheets_of(indicator, (sheet,), kinds):
        columns = _columns(indicator, kinds)
        for lead in _leads(indicator, columns):
            yield _led_by(lead, columns)


def _sheets_of(
    indicator: Indicator, sheets: Sequence[Worksheet], kinds: Sequence[SheetKind]
) -> list[Worksheet]:
    wanted = squash(indicator.sheet or "")
    found = [one for one in sheets if wanted in {squash(one.title), _yearless(one.title)}]
    if found:
        return found
    names = [squash(name) for kind in kinds if squash(kind.title) == wanted for name in kind.sheets]
    return [one for one in sheets if any(name in squash(one.title) for name in names)]


def _leads(indicator: Indicator, columns: Sequence[Column]) -> Iterator[str]:
    """Yield the columns without which there is no row, the surest first."""
    wheres = [f"where{number}" for number in range(len(indicator.where))]
    there = {column.key for column in columns}
    order = ("center", "group", *wheres, "period", "label", "numerator", "value")
    yield from (key for key in order if key in there)


def _led_by(lead: str, columns: Sequence[Column]) -> tuple[Column, ...]:
    needed = (replace(column, required=column.required or column.key == lead) for column in columns)
    return tuple(sorted(needed, key=lambda column: column.key != lead))


def _yearless(title: str) -> str:
    return squash(_YEARS.sub(" ", re.sub(r"\bза\b", " ", title)))


class _Reader:
    """Reads the worksheets of one indicator, one after another."""

    def __init__(
        self,
        indicator: Indicator,
        kinds: Sequence[SheetKind],
        project: Project,
        find_center: FindCenter,
    ) -> None:
        self._indicator, self._project, self._find_center = indicator, project, find_center
        self._columns = _columns(indicator, kinds)
        self._rows: list[Fact] = []
        self._problems: list[Problem] = []
        self._found = self._by_center = self._weighted = False
        self._place: Place | None = None

    def facts(self) -> Facts:
        rows = _percent(self._indicator, self._rows)
        problems = self._problems
        if rows is not self._rows:
            message = say("kpi.fractions", column=self._indicator.value)
            problems = [*problems, Problem(message, self._place, Severity.WARNING)]
        return Facts(
            tuple(rows),
            tuple(dict.fromkeys(problems)),
            self._found,
            self._by_center,
            self._weighted,
            self._place,
        )

    def read(self, sheet: Worksheet, tables: TablesSnapshot) -> None:
        """Read all tables of a worksheet."""
        url = sheet.url or tables.url
        found: Sequence[Table | NoTable] = ()
        for lead in _leads(self._indicator, self._columns):
            columns = _led_by(lead, self._columns)
            found = find_tables(sheet, columns, source=tables.source, url=url)
            if any(isinstance(one, Table) for one in found):
                break
        self._place = self._place or Place(tables.source, sheet.title, url=url)
        for one in found:
            if isinstance(one, Table):
                self._found = True
                self._table(one, sheet.title)
            elif not any(isinstance(other, Table) for other in found) or one.refused:
                self._problems += one.problems

    def _table(self, table: Table, title: str) -> None:
        self._problems += table.problems
        self._place = table.place if not self._rows else self._place
        self._by_center = self._by_center or "center" in table.columns
        self._weighted = self._weighted or "weight" in table.columns
        if self._indicator.weight is not None and "weight" not in table.columns:
            message = say("kpi.no_weight", column=_usual(self._indicator.weight))
            self._problems.append(Problem(message, table.place))
        faulty = {one.place.cell for one in table.problems if one.place is not None}
        for row in table.rows:
            if not row.empty and self._is_meant(row, title):
                self._row(row, title, faulty)

    def _is_meant(self, row: Row, title: str) -> bool:
        """Tell whether a row shows what it must to count; one that nearly does is told of."""
        is_near = False
        for number, (_, wanted) in enumerate(self._indicator.where):
            key = f"where{number}"
            text = row.text(key)
            if squash(text) == squash(wanted):
                continue
            if not _nearly(text, wanted):
                return False
            is_near = True
            message = say("kpi.nearly", wanted=wanted)
            self._problems.append(Problem(message, row.place(key), Severity.WARNING))
        if is_near and not _SUMMARY.match(row.text("center")):
            # Of which collection it is counts: a row of no period would make no value partial.
            period, label, _ = self._period(row, title)
            self._rows.append(Fact("", None, row.place(), period, label, flawed=True))
        return not is_near

    def _row(self, row: Row, title: str, faulty: set[str | None]) -> None:
        named = row.text("center").strip()
        center = self._find_center(named) if named else None
        if center is None and _SUMMARY.match(named):
            return
        numbers: dict[str, float] = {}
        places: dict[str, Place] = {}
        flawed = False
        for key in (one for one in _NUMBERS if one in row.columns):
            places[key] = row.place(key)
            text = row.text(key).strip()
            flawed = flawed or (not text and places[key].cell in faulty)
            number = self._number(key, text)
            if number is not None and number >= 0:
                numbers[key] = number
            elif text.casefold() not in _SAYS_NOTHING:
                flawed = True
                fault = "not_a_number" if number is None else "negative"
                self._problems.append(Problem(say(f"kpi.{fault}"), places[key]))
        period, period_label, unclear = self._period(row, title)
        if unclear:
            flawed = True
            message = say("kpi.period_unread")
            self._problems.append(Problem(message, row.place("period")))
        label = named or row.text("group").strip() or row.text("label").strip() or period_label
        self._rows.append(
            Fact(
                label or title,
                center,
                row.place(),
                period,
                period_label,
                numbers,
                places,
                row.text("group").strip(),
                flawed,
            )
        )

    def _number(self, key: str, text: str) -> float | None:
        """Read a number, people counted in prose, the results of a contest, or a mark."""
        number = parse_number(text.removesuffix("%").strip())
        if number is not None:
            return float(number)
        if key == "value" and self._indicator.formula is IndicatorFormula.COVERAGE:
            folded = text.casefold()
            return 1.0 if folded in _YES else 0.0 if folded in _NO else None
        if key == "value" and self._indicator.formula is IndicatorFormula.SUM:
            results = _results(text)
            if results is not None:
                return float(results)
        if key == "value" and self._indicator.formula is not IndicatorFormula.SUM:
            return None
        counted = count_people(text)
        return None if counted is None else float(counted)

    def _period(self, row: Row, title: str) -> tuple[Period | None, str, bool]:
        """Return the days a row speaks of, how it calls them, and whether they are unclear."""
        year = _YEARS.search(title)
        text = row.text("period").strip()
        if not text:
            if year is None:
                return None, "", False
            text = year[0].strip()
        context = DateContext(span=self._project.span)
        if year is not None and year[2]:
            context = DateContext(school_year=int(year[1]))
        elif year is not None:
            context = DateContext(year=int(year[1]))
        two = re.fullmatch(r"(20\d\d)\s*[/–—-]\s*(20\d\d|\d\d)", text)
        if two and int(two[2]) % 100 == (int(two[1]) + 1) % 100:
            text = f"{two[1]}/{two[2][-2:]}"
        schedule = read_period(text, context)
        known = schedule.kind not in (ScheduleKind.AMBIGUOUS, ScheduleKind.RECURRING)
        if not known or len(schedule.periods) != 1 or schedule.unread:
            return None, "", True
        return schedule.periods[0], text, False


def _columns(indicator: Indicator, kinds: Sequence[SheetKind]) -> tuple[Column, ...]:
    """Return the columns to look for; those a formula cannot do without are required."""
    named = {key: getattr(indicator, key) for key in (*_NUMBERS, "group")}
    named |= {f"where{number}": column for number, (column, _) in enumerate(indicator.where)}
    named = {key: text for key, text in named.items() if text}
    taken = {squash(name) for text in named.values() for name in _names(text)}
    optional = {"weight"}
    columns = [
        Column(key, _also(_names(text), kinds, taken), required=key not in optional)
        for key, text in named.items()
    ]
    centers = dict.fromkeys((*_CENTERS, *_headers_of_centers(kinds)))
    others = [name for name in centers if squash(name) not in taken]
    periods = _names(indicator.period) if indicator.period else _PERIODS
    columns.append(Column("center", tuple(others)))
    free = tuple(name for name in periods if squash(name) not in taken)
    columns.append(Column("period", free, required=bool(indicator.period)))
    labels = tuple(name for name in _LABELS if squash(name) not in taken)
    columns.append(Column("label", labels))
    return tuple(column for column in columns if column.synonyms)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split("|") if name.strip())


def _usual(text: str) -> str:
    return _names(text)[0]


def _also(names: tuple[str, ...], kinds: Sequence[SheetKind], taken: set[str]) -> tuple[str, ...]:
    """Add the other headers that a declared worksheet knows for the same column."""
    known = {squash(name) for name in names}
    more = [
        header
        for kind in kinds
        for column in kind.columns
        if known & _squashed(column.headers)
        for header in column.headers
        if squash(header) not in taken
    ]
    return tuple(dict.fromkeys((*names, *more)))


@cache
def _squashed(headers: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(squash, headers))


def _headers_of_centers(kinds: Sequence[SheetKind]) -> Iterable[str]:
    for kind in kinds:
        for column in kind.columns:
            if column.type is CellType.CENTER:
                yield from column.headers


def _nearly(text: str, wanted: str) -> bool:
    """Tell whether a text may be a slip of the wanted one, or it with a word more."""
    one, other = squash(text), squash(wanted)
    if not one:
        return False
    allowed = 2 if len(other) >= _LONG_WORD else 1
    return one.startswith(other) or Levenshtein.distance(one, other) <= allowed


def _results(text: str) -> int | None:
    """Count winners in prose: «1 победитель, 1 призер» is 2, «участники» none; None if unclear."""
    found = list(_RESULT.finditer(text))
    if found:
        return sum(int(one["n"] or one["p"] or 1) for one in found)
    return 0 if _TOOK_PART.search(text) else None


def _percent(indicator: Indicator, rows: list[Fact]) -> list[Fact]:
    """Return rows whose percents a spreadsheet keeps as parts of one («33,3 %» is 0.333)."""
    if indicator.unit != "%" or indicator.formula not in _IN_PERCENT:
        return rows
    values = [row.numbers["value"] for row in rows if "value" in row.numbers]
    if not values or max(values) > 1 or all(value in {0.0, 1.0} for value in values):
        return rows
    return [
        replace(row, numbers={**row.numbers, "value": row.numbers["value"] * 100})
        if "value" in row.numbers
        else row
        for row in rows
    ]


_IN_PERCENT = frozenset({IndicatorFormula.MEAN, IndicatorFormula.VALUE})
