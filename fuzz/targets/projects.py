"""What people write into a project: its settings, its calendar and cards, their decisions."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from fuzz.oracle import require
from fuzz.parcels import parts_of, text_of
from fuzz.targets.scene import CENTERS, CONTEXTS, NAMES, NOW, PROJECT, TODAY
from miro_sync.calendar import CalendarRow, read_calendar
from miro_sync.decisions import Known
from miro_sync.errors import SettingsError
from miro_sync.matching import match
from miro_sync.model import CellValue, EventCalendar, EventCard, Place, Severity, Worksheet
from miro_sync.own_sheet import RowKey, RowKind, is_own, key_text, read_own
from miro_sync.periods import read_period
from miro_sync.settings import load
from miro_sync.setup import init
from miro_sync.table_decisions import Scene, read_decisions
from miro_sync.tables import parse_day, parse_number

_SETTINGS: Final = ("project.toml", "centers.toml", "kpi.toml", "tables.toml", "decisions.toml")
#: Cards and events of one made-up project; more of them take their time by right.
_MOST: Final = 40


def settings(document: bytes) -> object:
    """Load a project folder of which some files are those of a parcel; the rest is as made."""
    parts = {part.name: part.content for part in parts_of(document)}
    with tempfile.TemporaryDirectory(prefix="fuzz-") as temporary:
        folder = Path(temporary) / "project"
        folder.mkdir()
        for name, content in _made().items():
            (folder / name).write_bytes(content)
        for name in _SETTINGS:
            if name in parts:
                (folder / name).write_bytes(parts[name])
        try:
            loaded = load(folder)
        except SettingsError as error:
            require(error.problems, "settings that are refused say why")
            for problem in error.problems:
                require(problem.place and problem.place.source in _SETTINGS, "and in which file")
            # The folder has another name each time.
            return error.message.key, error.problems
        require(
            all(problem.severity is not Severity.ERROR for problem in loaded.problems),
            "settings with a mistake are refused",
        )
        return loaded.project, loaded.decisions, loaded.indicators, loaded.sheet_kinds


def matching(document: bytes) -> object:
    """Match the cards of a parcel with the events of its calendar.

    Each line is «title | period | code or centre»; those below «%% cards» are cards.
    """
    parts = parts_of(document)
    planned = [part.content for part in parts if part.name != "cards"]
    noted = [part.content for part in parts if part.name == "cards"]
    calendar = read_calendar(
        [
            CalendarRow(
                dict(zip(("title", "period", "coverage", "code", "expected"), cells, strict=False)),
                Place("calendar.csv", cell=str(number)),
            )
            for number, cells in enumerate(_lines(b"\n".join(planned)))
        ],
        PROJECT,
        find_center=NAMES.find,
    )
    cards = [
        EventCard(
            id=str(number),
            source="board",
            kind="card",
            title=cells[0],
            date=read_period(cells[1], CONTEXTS[0]) if len(cells) > 1 and cells[1] else None,
            center_id=NAMES.find(cells[2]) if len(cells) > 2 else None,  # noqa: PLR2004 - a line
        )
        for number, cells in enumerate(_lines(b"\n".join(noted)))
    ]
    found = match(calendar.occurrences, cards, (), CENTERS)
    judged = [
        *(link.card_id for link in found.links),
        *(question.card_id for question in found.questions),
        *found.extra,
    ]
    require(sorted(judged) == sorted(card.id for card in cards), "a card is judged once")
    keys = {one.key for one in calendar.occurrences}
    for link in found.links:
        require(link.occurrence_key in keys, "a link leads to an occurrence")
        require(0 <= link.score <= 1, "a score lies between 0 and 1")
    for question in found.questions:
        scores = [score for _, score in question.candidates]
        require(all(0 <= score <= 1 for score in scores), "a score lies between 0 and 1")
        require(scores == sorted(scores, reverse=True), "the best candidate is the first")
    turned = match(calendar.occurrences[::-1], cards[::-1], (), CENTERS)
    require(turned == found, "the order of the input does not matter")
    return calendar, found


def decisions(document: bytes) -> object:
    """Read the decisions in a status worksheet: lines of cells, parted by tabs.

    A cell «=e1», «=q1», «=c1» or «=n1» is the key of a row as the service writes it.
    """
    rows: list[tuple[CellValue, ...]] = [
        tuple(_cell(text) for text in line.split("\t")[:20])
        for line in text_of(document).split("\n")[: 3 * _MOST]
    ]
    width = max(map(len, rows), default=0)
    sheet = Worksheet("Решения", tuple((*row, *[None] * (width - len(row))) for row in rows))
    reading = read_own(sheet, "Таблица")
    calendar = _calendar()
    cards = {card.id: card for card in _cards()}
    known = Known(calendar, [one.id for one in CENTERS], cards, (), today=TODAY)
    words = read_decisions(reading, Scene(known, {}, TODAY, NOW))
    for problem in words.problems:
        require(problem.place is not None, "what is told of a row says where it is")
    for answer in words.answers:
        require(answer.message or answer.decision, "a row that somebody wrote in is answered")
    again = Scene(known, {one.row: one for one in words.choices}, TODAY, NOW)
    require(not read_decisions(reading, again).decisions, "a choice is taken once")
    return is_own(sheet), reading, words


def _lines(document: bytes) -> list[list[str]]:
    lines = text_of(document).splitlines()[:_MOST]
    return [[cell.strip() for cell in line.split("|")] for line in lines if line.strip()]


def _cell(text: str) -> CellValue:
    if text.startswith("="):
        kind, number = text[1:2], parse_number(text[2:3])
        if kind in set(RowKind) and isinstance(number, int):
            return _key(RowKind(kind), number)
    if text.startswith("'"):
        return text[1:]
    number = parse_number(text)
    if isinstance(number, float) and number != number:  # noqa: PLR0124 - not a number
        return text
    return parse_day(text) or (number if number is not None else text or None)


def _key(kind: RowKind, number: int) -> str:
    occurrences, cards = _calendar().occurrences, _cards()
    occurrence = occurrences[number % len(occurrences)]
    card = cards[number % len(cards)] if kind is not RowKind.CENTER else None
    center = CENTERS[number % len(CENTERS)]
    subject = center.id if kind is RowKind.CENTER else occurrence.key
    key = RowKey(kind, subject, card.id if card else None)
    return key_text(key, "" if kind is RowKind.EVENT else center.name, occurrence.event.title)


@cache
def _calendar() -> EventCalendar:
    rows: Sequence[Sequence[str]] = (
        ("Форум центров", "12 мая 2023", "сеть"),
        ("Обновление карт ресурсов", "октябрь 2023", "каждый центр"),
        ("Каникулярная школа", "по плану", "c1"),
    )
    return read_calendar(
        [
            CalendarRow(
                dict(zip(("title", "period", "coverage"), cells, strict=True)),
                Place("calendar.csv", cell=str(number)),
            )
            for number, cells in enumerate(rows, start=2)
        ],
        PROJECT,
        find_center=NAMES.find,
    )


@cache
def _cards() -> tuple[EventCard, ...]:
    return tuple(
        EventCard(str(number), "board", kind="card", title=title, center_id=center)
        for number, (title, center) in enumerate(
            (("Форум", None), ("Карта ресурсов", "c1"), ("Школа на каникулах", "c2")), start=101
        )
    )


@cache
def _made() -> dict[str, bytes]:
    """Return the files of a project folder as `miro-sync init` makes them."""
    with tempfile.TemporaryDirectory() as folder:
        return {path.name: path.read_bytes() for path in init(Path(folder) / "project")}
