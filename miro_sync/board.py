"""Items of the board -> event cards: what speaks of an event, of whose, of when, and was it held.

**What is an event card.** Cards, app cards, sticky notes, shapes and texts are, as soon as one of
their lines can be a title: it has at least two letters and is more than a date («Апрель 2023»), a
centre's name, a held mark, a link, or a heading («План», «Идеи», «Мероприятия 2 четверти»). Notes,
shapes and texts that explain the board («Инструкция», «Образец»), shapes and texts that are longer
than a title with a remark, and whatever lies in a frame that explains it, are left out.
`EventCard.kind` is the item's type: a card, app card or note speaks of an event by its nature, a
shape or text may be a heading of another kind and should count only where it is linked.

**Whose it is** says the nearest frame around it that names a centre; failing that its own words,
if they name one centre and no other.

**When** says its due date; failing that the first date in its title or above it; failing that a
line «Дата: …» of its text, or the only date there. A bare year is no date, and one that could be
of two years is none, unless the card was held: that leaves only the past.

**It was held** if a held tag, a held frame around it, or a check mark or held word at the head of
its title says so, and the head of its title does not deny it.

A card that this service put there is no event card before somebody works at it.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from miro_sync.marks import mark_in, unmarked
from miro_sync.model import (
    DateContext,
    EventCard,
    Message,
    Period,
    Place,
    Problem,
    Schedule,
    ScheduleKind,
    Severity,
    say,
)
from miro_sync.own_cards import due_day, left_alone
from miro_sync.periods import read_period
from miro_sync.text import fold, one_line, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from miro_sync.model import BoardItem, BoardSnapshot, Project, Rules
    from miro_sync.names import CenterNames


@dataclass(frozen=True, slots=True)
class BoardFrame:
    """A frame of the board and whose it is.

    Attributes:
        id: the item's id.
        title: plain text, one line; "" for a frame without one.
        center_id: the centre whose frame it is, by its own title or by that of the nearest frame
            around it that names one; None for everybody's.
        own: its own title names the centre.
        held: cards in it are held.
        url: a link that opens it.

    """

    id: str
    title: str
    center_id: str | None = None
    own: bool = False
    held: bool = False
    url: str | None = None


@dataclass(frozen=True, slots=True)
class BoardReading:
    """What a board says of events.

    Attributes:
        cards: in the order of the board's items.
        frames: likewise.
        problems: frames that fit two centres, centres that have none.

    """

    cards: tuple[EventCard, ...]
    frames: tuple[BoardFrame, ...]
    problems: tuple[Problem, ...] = ()


def read_cards(board: BoardSnapshot, project: Project, names: CenterNames) -> BoardReading:
    """Understand the items of a board.

    Args:
        board: a snapshot, complete or not. Items of unknown type and items that say nothing
            pass through without harm.
        project: its centres with their frames, its rules, span and time zone.
        names: the spellings of the project's centres.

    Returns:
        The event cards, the frames and what is wrong with them. Nothing of it depends on the
        order of the items but the order of the answer.

    """
    frames = _Frames(board, project, names)
    reader = _Reader(board, project, names, frames)
    cards = tuple(
        card
        for item in board.items
        if item.type in _SPEAKING and (card := reader.read(item)) is not None
    )
    return BoardReading(cards, frames.all(board), tuple(frames.problems(board, project)))


# --- what an item says --------------------------------------------------------------------------

_SPEAKING: Final = frozenset({"card", "app_card", "sticky_note", "shape", "text"})
_BY_NATURE: Final = frozenset({"card", "app_card"})
_DRAWN: Final = frozenset({"shape", "text"})

#: In characters: a longer first line is prose, and its beginning serves as the title; a longer
#: shape or text explains something; a longer line is not tried as a centre's name or a heading;
#: lines of a narrow note are one title up to this; no more of a text is kept.
_LONGEST_TITLE, _LONGEST_DRAWN, _LONGEST_NAME = 300, 600, 120
_LONGEST_WRAPPED, _LONGEST_TEXT = 150, 10_000
#: Lines that are tried as a title: above it may stand the centre, the day, a mark.
_LINES_ABOVE: Final = 6
#: More dated lines than that in a text are a list, and none of them is the card's day.
_MOST_DATES: Final = 5


@dataclass(frozen=True, slots=True)
class _Head:
    """The title of an item and what stands above it.

    Attributes:
        title: without marks and labels.
        said: the line or lines of the title as they stand.
        above: the lines above it.
        taken: how many lines these are together.
        center_id: the centre that a line above names.
        mark: how the head says "held": `_CHECK`, or a held word; None when it does not.
        denied: the head says that it was not held.

    """

    title: str
    said: str
    above: tuple[str, ...]
    taken: int
    center_id: str | None
    mark: str | None
    denied: bool


class _Reader:
    """Reads single items against what is the same for all of them."""

    def __init__(
        self, board: BoardSnapshot, project: Project, names: CenterNames, frames: _Frames
    ) -> None:
        self._zone = ZoneInfo(project.timezone)
        self._today = board.read_at.astimezone(self._zone).date()
        self._years = range(project.span.start.year, project.span.end.year + 1)
        self._names = names
        self._frames = frames
        self._held = frames.held
        self._tags = board.tags
        self._centers = (None, *(center.id for center in project.centers))
        self._url_of = _links(board)
        self._held_tags = {
            id_: title
            for id_, markup in board.tags.items()
            if self._held.is_tag(title := one_line(plain(markup)))
        }

    def read(self, item: BoardItem) -> EventCard | None:
        """Return the event card of an item, None where it is none."""
        home = self._frames.around(item)
        if home.explains:
            return None
        ours = mark_in(item.description) is not None
        whose = (home.center_id,) if home.center_id else self._centers
        if ours and not home.held and left_alone(item, self._tags, self._zone, whose):
            return None
        titled = plain(item.title)
        described = unmarked(plain(item.description)) if item.description else ""
        lines = f"{titled}\n{described}".strip("\n").split("\n")
        if item.type not in _BY_NATURE and _explains(item.type, lines):
            return None
        head = self._head(lines, titled.count("\n") + 1)
        if head is None:
            return None
        title, cut = _cut(head.title)
        text = "\n".join(part for part in (*head.above, cut, *lines[head.taken :]) if part)
        text = text[:_LONGEST_TEXT]
        tag = next((self._held_tags[tag] for tag in item.tag_ids if tag in self._held_tags), None)
        held = None if head.denied else _held_by(tag, home.held, head.mark)
        url = self._url_of(item.id)
        return EventCard(
            id=item.id,
            source="board",
            title=title,
            text=text,
            center_id=home.center_id or head.center_id or self._center_in(title, text),
            date=self._date(
                item, head, text, tag, _Lean(home.years, self._years, self._today if held else None)
            ),
            held=held,
            url=url,
            kind=item.type,
            frame=home.title,
            # Whoever works at a card of this service did not make it.
            created_at=None if ours else item.created_at,
            modified_at=item.modified_at,
            author_id=None if ours else item.created_by,
            editor_id=item.modified_by,
            place=Place("board", url=url),
        )

    def _head(self, lines: Sequence[str], titled: int) -> _Head | None:
        """Find the first line that can be a title, None when there is none.

        A title goes on for several lines only among the `titled` ones; then comes the description.
        """
        center: str | None = None
        mark: str | None = None
        denied = False
        for at, line in enumerate(lines[:_LINES_ABOVE]):
            title, by, not_held = self._held.head_of(line)
            mark = by if mark is None else mark
            denied = denied or not_held
            title = _LABEL.sub("", _BULLET.sub("", title))
            if not _can_be_title(title):
                continue
            if len(title) <= _LONGEST_NAME and (named := self._names.candidates(title)):
                center = center or (named[0] if len(named) == 1 else None)
                continue
            said, taken = line, at + 1
            while taken < min(titled, len(lines)) and _goes_on(title, lines[taken]):
                title, said = f"{title} {lines[taken]}", f"{said} {lines[taken]}"
                taken += 1
            return _Head(title, said, tuple(lines[:at]), taken, center, mark, denied)
        return None

    def _center_in(self, title: str, text: str) -> str | None:
        center = self._names.only(title)
        if center is None and text and not self._names.mentioned(title):
            center = self._names.only(text)
        return center

    def _date(
        self, item: BoardItem, head: _Head, text: str, tag: str | None, lean: _Lean
    ) -> Schedule | None:
        if item.due is not None:
            return _on(due_day(item.due, self._zone))
        for line in (*head.above, head.said):
            if dated := _dated(line, lean):
                return dated
        return _date_in(text, lean) or (_dated(tag, lean) if tag else None)


def _held_by(tag: str | None, frame: str | None, mark: str | None) -> Message | None:
    """Say what makes a card held, the surest first."""
    if tag is not None:
        return say("board.held_tag", tag=tag)
    if frame is not None:
        return say("board.held_frame", frame=frame)
    if mark == _CHECK:
        return say("board.held_check")
    return None if mark is None else say("board.held_word", word=mark)


def _cut(title: str) -> tuple[str, str]:
    """Cut a title that is too long at a space: (title, the rest of it)."""
    if len(title) <= _LONGEST_TITLE:
        return title, ""
    at = title.rfind(" ", 1, _LONGEST_TITLE + 1)
    at = at if at > 0 else _LONGEST_TITLE
    return title[:at], title[at:].strip()


def _goes_on(title: str, line: str) -> bool:
    """Tell whether a line of a narrow note goes on with the title of the line before."""
    if len(title) + len(line) > _LONGEST_WRAPPED or _LABELLED.match(line):
        return False
    if title[-1] in ",«(" or title.rsplit(" ", 1)[-1].lower() in _HANGING:
        return True
    return line[0].islower() and title[-1] not in ".!?:;"


def _can_be_title(line: str) -> bool:
    """Tell whether a line says more than when, where to click, or what a column is for."""
    letters = sum(map(str.isalpha, line[:_LONGEST_TITLE]))
    return (
        letters > 1
        and _LINK.fullmatch(line) is None
        and not (len(line) <= _LONGEST_NAME and _HEADING.fullmatch(fold(line)))
    )


def _explains(kind: str, lines: Sequence[str]) -> bool:
    """Tell whether a note, shape or text explains the board and speaks of no event."""
    if kind in _DRAWN and sum(map(len, lines)) > _LONGEST_DRAWN:
        return True
    return _explains_by(lines[0])


def _explains_by(title: str) -> bool:
    return _EXPLANATION.match(title[:_LONGEST_NAME].lower()) is not None


# --- when ---------------------------------------------------------------------------------------

_DATED: Final = frozenset({ScheduleKind.DATE, ScheduleKind.RANGE, ScheduleKind.MULTI})


@lru_cache(maxsize=1024)
def _on(day: dt.date) -> Schedule:
    return Schedule(f"{day:%d.%m.%Y}", ScheduleKind.DATE, (Period(day, day),))


class _Lean(NamedTuple):
    """What a date without a year may lean on.

    Attributes:
        years: what the frames and the project say.
        possible: the calendar years of the project.
        latest: the last day it can be; what is held cannot lie ahead. None for any day.

    """

    years: DateContext
    possible: range
    latest: dt.date | None


def _dated(line: str, lean: _Lean) -> Schedule | None:
    """Return the days that a line names, None when it names none for certain.

    A line is no period text: only the words of it that are a date are read, and not those that
    belong to the event's name («Акция «9 Мая»»), to a document («приказ от 12.03.2023») or an
    occasion («к 9 мая»). A year alone is no date: «Анализ результатов ОГЭ 2022» was not held in
    2022. One date counts, beside which there may be a deadline for something else.
    """
    line = line[:_LONGEST_TITLE]
    if _NAMES_DAYS.search(line) is None:
        return None
    line = _QUOTED.sub(" … ", line)
    first = _NAMES_DAYS.search(line)
    if first is None:
        return None
    found = _DATE.finditer(line, max(0, first.start() - 2 * _NEAR))
    dates = [date for date in found if _is_the_events(date, line)]
    if len(dates) > 1 and _MOVED.search(line):
        dates = [date for date in dates if _TO.search(line[: date.start()])]
    if len(dates) > 1:
        dates = [date for date in dates if _DEADLINE.match(date[0]) is None]
    if len(dates) != 1:
        return None
    date = dates[0][0].strip()
    years = None if _WITH_YEAR.search(date) else _years_of(line.replace(date, ""))
    if years is not None and years.year not in {None, *lean.possible}:
        return None  # «12 апреля … 2020» of a project that began in 2023
    return _certain(read_period(date, years or lean.years), lean)


def _is_the_events(date: re.Match[str], line: str) -> bool:
    before, after = line[max(0, date.start() - _NEAR) : date.start()], line[date.end() :]
    if _OCCASION.search(before) or _MORE_OF_IT.match(after):
        return False
    return not (_CLOCK.fullmatch(date[0].strip()) and _BEFORE_CLOCK.search(before))


def _certain(schedule: Schedule, lean: _Lean) -> Schedule | None:
    if schedule.kind is ScheduleKind.AMBIGUOUS and lean.latest is not None:
        schedule = _of_the_past(schedule, lean.latest)
    return schedule if schedule.kind in _DATED else None


def _of_the_past(schedule: Schedule, latest: dt.date) -> Schedule:
    """Settle the year of a day that has come, where only one of the years possible has it."""
    past = [period for period in schedule.periods if period.start <= latest]
    days = {(p.start.month, p.start.day, p.end.month, p.end.day) for p in schedule.periods}
    if len(past) != 1 or len(days) != 1:
        return schedule
    one_day = past[0].start == past[0].end
    return replace(
        schedule,
        kind=ScheduleKind.DATE if one_day else ScheduleKind.RANGE,
        periods=tuple(past),
        assumed=say("board.year_of_held", year=str(past[0].start.year)),
        unread="",
    )


def _date_in(text: str, lean: _Lean) -> Schedule | None:
    """Return the days of the line «Дата: …» of a text, else the only ones that it names."""
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if label := _WHEN.match(line):
            value = line[label.end() :] or "".join(lines[at + 1 : at + 2])
            if dated := _dated(value, lean):
                return dated
    timely = [line for line in lines if _NAMES_DAYS.search(line)][: _MOST_DATES + 1]
    if len(timely) > _MOST_DATES:
        return None
    found = [dated for line in timely if (dated := _dated(line, lean))]
    if len({dated.periods for dated in found}) != 1 or found[0].kind is ScheduleKind.MULTI:
        return None
    return found[0]


# --- held ---------------------------------------------------------------------------------------

#: A check mark, in the place of the held word that a head may have.
_CHECK: Final = ""


class _HeldWords:
    """The words and marks by which the settings know that something was held."""

    def __init__(self, rules: Rules) -> None:
        self._tags = _word_forms(rules.held_tags)
        self._frames = _word_forms(rules.held_frames)
        self._frame_words = self._frames | _attributes(self._frames)
        self._heads = sorted(self._tags, key=len, reverse=True)
        self._longest = max(map(len, self._heads), default=0) + 1

    def is_tag(self, title: str) -> bool:
        """Tell whether a tag says "held": «проведено», «проведено 12.04», «Проведено ✅»."""
        tag = fold(title)
        if tag in self._tags:
            return True
        tag = _SIGNS.sub("", tag)
        return any(
            tag.startswith(word) and _ONLY_WHEN.fullmatch(tag, len(word)) is not None
            for word in self._heads
        )

    def is_frame(self, title: str, names: CenterNames) -> bool | None:
        """Tell whether a frame says "held"; None when it says nothing of that kind.

        A month, a centre and «мероприятия» may stand beside the word; with «не» or «?» it says
        the contrary.
        """
        folded = fold(title)
        if folded in self._frames:
            return True
        words = _WORDS.findall(folded)
        if self._frame_words.isdisjoint(words):
            return None
        if "?" in folded or not _DENYING.isdisjoint(words):
            return False
        rest = [
            word
            for word in words
            if word not in self._frame_words and _BESIDE_HELD.fullmatch(word) is None
        ]
        return True if not rest or names.candidates(" ".join(rest)) else None

    def head_of(self, line: str) -> tuple[str, str | None, bool]:
        """Take the held mark off the head of a title.

        Returns:
            The line without the mark; `_CHECK` or the held word that stood there, None if there
            was none; whether the head denies that it was held.

        """
        checked = _CHECKED.match(line)
        rest = line[checked.end() :] if checked else line
        at = _OPENING.match(rest)
        start = at.end() if at else 0
        opening = fold(rest[start : start + self._longest + _DENIAL])
        if _DENIED_SIGN.match(line) or _DENIED.match(opening) or self._is_denied(opening):
            return line, None, True
        for word in self._heads:
            if opening.startswith(word):
                title = _after_held_word(rest[start + len(word) :])
                if title is not None:
                    return title, rest[start : start + len(word)].lower(), False
        if checked:
            return f"{checked['lead'] or ''}{rest}", _CHECK, False
        return line, None, False

    def _is_denied(self, opening: str) -> bool:
        return opening.startswith("не ") and opening[3:].startswith(tuple(self._heads or ("\n",)))


def _word_forms(words: Iterable[str]) -> frozenset[str]:
    """Return held words with their genders: «проведено», «проведена», «проведены», «проведен»."""
    forms = {fold(word) for word in words} - {""}
    for word in tuple(forms):
        if _PARTICIPLE.fullmatch(word):
            forms.update(f"{word[:-1]}{ending}" for ending in ("", "а", "ы"))
    return frozenset(forms)


def _attributes(words: Iterable[str]) -> frozenset[str]:
    """Return held words as they stand before a noun: «проведённые», folded."""
    return frozenset(
        f"{word[:-1]}н{ending}"
        for word in words
        if word.endswith(("ено", "ано", "ято"))
        for ending in ("ые", "ых", "ое", "ого", "ая", "ой")
    )


def _after_held_word(tail: str) -> str | None:
    """Return the title behind a held word; None when the word is only the beginning of a phrase.

    «Проведено: …», «Проведено 12.04 …», «[Проведено] …» and the word alone are marks;
    «Проведено исследование», «Готово к печати», «Готово: нет» are not.
    """
    end = _MARK_ENDS.match(tail)
    if end is None or not any(part is not None for part in end.groupdict().values()):
        return None
    title = tail[end.end() :]
    first = _WORDS.search(fold(title[:_LONGEST_NAME]))
    if _DOUBT.match(title) or (first and first[0] in _DENYING):
        return None
    return title


# --- frames -------------------------------------------------------------------------------------

#: Frames lie in frames a few deep; a chain that is longer, or a ring, is cut here.
_DEEPEST: Final = 20


@dataclass(frozen=True, slots=True)
class _Home:
    """What the frames around an item say of it, the nearest first.

    Attributes:
        title: of the nearest frame that has one. center_id: whose frames they are.
        held: the title of a frame whose cards are held.
        explains: one of them holds explanations and samples.
        years: what a date without a year may lean on.

    """

    years: DateContext
    title: str | None = None
    center_id: str | None = None
    held: str | None = None
    explains: bool = False


@dataclass(frozen=True, slots=True)
class _Frame:
    """What a frame says by its own title.

    Attributes:
        claimants: the centres that it may be of; one of them in all but mistaken cases.
        several: it names each of the claimants, and does not merely fit them.
        held: it says that its cards are held (True) or are not (False).

    """

    title: str
    claimants: tuple[str, ...]
    several: bool
    held: bool | None
    explains: bool
    years: DateContext | None

    @property
    def center_id(self) -> str | None:
        """The centre that the title names beyond doubt."""
        return self.claimants[0] if len(self.claimants) == 1 else None


class _Frames:
    """The frames of a board, and what they say of the items in them."""

    def __init__(self, board: BoardSnapshot, project: Project, names: CenterNames) -> None:
        self.held = _HeldWords(project.rules)
        self._names = names
        self._span = project.span
        self._claims: dict[str, list[str]] = {}
        for center in project.centers:
            if center.frame:
                self._claims.setdefault(_key(center.frame), []).append(center.id)
        self._parents = {item.id: item.parent_id for item in board.items if item.parent_id}
        self._own = {
            item.id: self._by_title(one_line(plain(item.title)))
            for item in board.items
            if item.type == "frame"
        }
        self._homes: dict[str | None, _Home] = {}

    def around(self, item: BoardItem) -> _Home:
        """Return what the frames around an item say of it."""
        return self._home(item.parent_id)

    def all(self, board: BoardSnapshot) -> tuple[BoardFrame, ...]:
        """Return the frames in the board's order."""
        url_of = _links(board)
        return tuple(
            BoardFrame(
                id=item.id,
                title=(own := self._own[item.id]).title,
                center_id=(home := self._home(item.id)).center_id,
                own=own.center_id is not None,
                held=home.held is not None,
                url=url_of(item.id),
            )
            for item in board.items
            if item.type == "frame"
        )

    def problems(self, board: BoardSnapshot, project: Project) -> Iterator[Problem]:
        """Give what is wrong with the frames, then the centres that have none."""
        called = {center.id: center.name for center in project.centers}
        url_of = _links(board)
        for id_, own in self._own.items():
            if len(own.claimants) > 1 and self._home(id_).center_id is None:
                centers = ", ".join(called[center] for center in own.claimants)
                key = "board.frame_of_several" if own.several else "board.frame_fits_several"
                yield _warning(say(key, frame=own.title, centers=centers), url_of(id_))
        framed = {own.center_id for own in self._own.values()}
        missing = [center for center in project.centers if center.id not in framed]
        if not board.complete or not missing:
            return  # what was not read may hold the frames
        if len(missing) == len(project.centers):
            yield _warning(say("board.no_center_frames"), url_of(None))
            return
        for center in missing:
            yield _warning(say("board.center_without_frame", center=center.name), url_of(None))

    def _home(self, frame: str | None) -> _Home:
        if frame not in self._homes:
            chain = [self._own[id_] for id_ in self._upwards(frame) if id_ in self._own]
            marks = next((own for own in chain if own.held is not None), None)
            self._homes[frame] = _Home(
                years=next((own.years for own in chain if own.years), DateContext(span=self._span)),
                title=next((own.title for own in chain if own.title), None),
                center_id=next((own.center_id for own in chain if own.center_id), None),
                held=marks.title if marks and marks.held else None,
                explains=any(own.explains for own in chain),
            )
        return self._homes[frame]

    def _upwards(self, id_: str | None) -> list[str]:
        chain: list[str] = []
        while id_ is not None and id_ not in chain and len(chain) < _DEEPEST:
            chain.append(id_)
            id_ = self._parents.get(id_)
        return chain

    def _by_title(self, title: str) -> _Frame:
        claimants = tuple(self._claims.get(_key(title), ())) or self._names.candidates(title)
        mentioned = () if claimants else self._names.mentioned(title)
        if len(mentioned) == 1 and self._names.only(title) is None:
            mentioned = ()  # «Яйская и Улановская»: one that is clear, and another
        return _Frame(
            title=title,
            claimants=claimants or mentioned,
            several=len(mentioned) > 1,
            held=self.held.is_frame(title, self._names),
            explains=not (claimants or mentioned) and _explains_by(title),
            years=_years_of(title),
        )


def _years_of(title: str) -> DateContext | None:
    """Return the year or the school year that a frame is about, None when it names none."""
    if school := _SCHOOL_YEAR.search(title):
        first, last = int(school[1]), school[2] or school[3]
        if int(last[-2:]) == (first + 1) % 100:
            return DateContext(school_year=first)
        return None
    years = set(_YEAR.findall(title))
    return DateContext(year=int(years.pop())) if len(years) == 1 else None


def _key(title: str) -> str:
    """Reduce a frame's title to its words: emoji and punctuation tell no two frames apart."""
    folded = fold(title)
    return " ".join(_WORDS.findall(folded)) or folded


def _warning(message: Message, url: str | None) -> Problem:
    return Problem(message, Place("board", url=url), Severity.WARNING)


def _links(board: BoardSnapshot) -> Callable[[str | None], str | None]:
    """Return what makes a link to an item of the board, or to the board itself.

    The link as Miro gave it serves if it is one of http(s); else the id makes one.
    """
    base = _board_url(board)

    def url_of(item: str | None) -> str | None:
        return f"{base}?moveToWidget={quote(item, safe='')}" if base and item else base

    return url_of


def _board_url(board: BoardSnapshot) -> str | None:
    try:
        parts = urlsplit(board.url or "")
    except ValueError:
        parts = urlsplit("")
    if parts.scheme in {"http", "https"} and _HOST.fullmatch(parts.netloc):
        path = quote(parts.path.rstrip("/"), safe="/=%:@-._~")
        return f"{parts.scheme}://{parts.netloc}{path}/"
    return f"https://miro.com/app/board/{quote(board.id, safe='=')}/" if board.id else None


# --- words and signs ----------------------------------------------------------------------------

_MONTH_IN_FULL: Final = (
    "(?:январ|феврал|март|апрел|июн|июл|август|сентябр|октябр|ноябр|декабр)(?:[ьяеюау]|[ео]м)?"
    "|ма[йяею]"
)
_MONTH: Final = f"{_MONTH_IN_FULL}|янв|февр?|мар|апр|авг|сент?|окт|нояб?|дек"
#: Words of time that make no title, folded.
_WHEN_WORD: Final = (
    rf"{_MONTH}|[ivx]+|г{{1,2}}|год[ауые]?|уч|учебн(?:ый|ого|ом)|недел[яюиеь]|четверт[ьи]"
    "|квартал[аеы]?|полугоди[еяю]|семестра?|триместра?|(?:перв|втор|трет|четверт)[а-я]{1,3}"
    "|понедельник|вторник|сред[ау]|четверг|пятниц[ау]|суббот[ау]|воскресенье|пн|вт|ср|чт|пт|сб|вс"
    "|час(?:а|ов)?|ч|мин|время|дата|даты|сроки?|когда|период|месяца?|каникулы|с|со|по|до|и|в|на|за|к"
)
#: Words that name a part of a board and no event, folded.
_HEADING_WORD: Final = (
    "планы?|плана|планируе(?:м|тся)|запланировано|календарь|график|расписание|мероприяти[еяй]"
    "|событи[еяй]|дела|иде[яи]|работ[аеы]|процессе|сделать|выполнить|наш[иае]?|задачи|контакты|ссылки"
    "|заметки|вопросы|важно|внимание|срочно|архив|легенда|новое|новая|карточка|to|do|todo|doing|done"
    "|backlog"
)
#: One sign or word at a time, so that a text that fits only almost is not tried in many ways.
_HEADING: Final = re.compile(rf"(?:[\W\d_]|(?:{_WHEN_WORD}|{_HEADING_WORD})(?![^\W\d_]))*")
_ONLY_WHEN: Final = re.compile(rf"(?!\w)(?:[^\w?%]|\d|(?:{_WHEN_WORD})(?![^\W\d_]))*")
_BESIDE_HELD: Final = re.compile(
    rf"\d+|{_WHEN_WORD}|мероприяти[ея]|событи[ея]|дела|карточки|уже|все|наши|что|итоги"
)
_EXPLANATION: Final = re.compile(
    r"[\W_]*(?:(?:легенда|инструкция|памятка|правила|шаблон|образец|пример|справка|подсказка"
    r"|корзина|условные обозначения)(?:[\W_]*$|\s*[:.!]"
    r"|\s(?:по |для )?(?:доск|карточ|рамк|заполнен|оформлен|работ[ыеу]|пользован|участник|центр))"
    r"|условные обозначения"
    r"|как (?:пользоваться|заполнять|оформлять|отмечать|отметить|добавить|работать с))"
)
_HOST: Final = re.compile(r"[A-Za-z0-9.-]+(?::\d+)?")
_LINK: Final = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_BULLET: Final = re.compile(r"^[-–—•·*▪►\s]+(?=\S)")
_LABEL: Final = re.compile(
    r"^(?:мероприятие|событие|название|наименование|тема)\s*:\s*(?=\S)", re.IGNORECASE
)
_LABELLED: Final = re.compile(r"[^\W\d_][\w ]{2,24}:")
_HANGING: Final = frozenset(
    ("по", "в", "во", "на", "с", "со", "и", "для", "о", "об", "из", "к", "у", "от", "за", "при")
)
_WORDS: Final = re.compile(r"[^\W\d_]+|\d+")

_WHEN: Final = re.compile(
    r"\W*(?:дата(?: и время)?|сроки?|когда|время)(?: проведения| реализации)?\s*(?:[:–—-]|$)\s*",
    re.IGNORECASE,
)
#: What every line that names days has; a cheap question before the dear one.
_NAMES_DAYS: Final = re.compile(
    r"\d\s?[./]\s?\d|\d{4}-\d\d|(?<![а-яё])(?:янв|фев|мар|апр|ма[йяею]|июн|июл|авг|сен|окт|ноя|дек)"
    "|четверт|квартал|полугод",
    re.IGNORECASE,
)
_QUOTED: Final = re.compile(r"«[^«»]*»|“[^“”]*”|\"[^\"]*\"")
_DAY: Final = r"(?<![\w.,:/№-])(?<!№\s)(?<!\b[NН]\s)(?:0?[1-9]|[12]\d|3[01])(?![\d%])"
_AND: Final = r"\s*(?:[-–—,/]|и\b|по\b|до\b)\s*"
_OF_YEAR: Final = (
    r"(?:,?\s*20\d\d(?!\d)(?:\s*(?:,|и)\s*20\d\d(?!\d))*|\s\d\d(?=\s?г\b))?"
    r"(?:\s?гг?\b\.?|\sгода?\b)?"
)
_NUMERIC: Final = (
    rf"(?:{_DAY}\s?[-–—]\s?)?(?<![\w.,:/№])(?:0?[1-9]|[12]\d|3[01])"
    r"\.(?:(?:0[1-9]|1[0-2])(?:\.(?:20)?\d\d)?|[1-9]\.(?:20)?\d\d)(?![.]?\d|%)(?:\s?г(?:ода)?\b\.?)?"
)
_DAYS: Final = (
    rf"(?:{_DAY}(?:{_AND}(?:0?[1-9]|[12]\d|3[01])(?![\d%]))*|(?:\w+\s)?(?:недел|декад)\w*)"
)
_WORDED: Final = (
    rf"{_DAYS}\s(?:{_MONTH})\b\.?{_OF_YEAR}"
    rf"|(?<!\b\d\s)(?<!\b\d\d\s)\b(?:{_MONTH_IN_FULL})\b(?:{_AND}(?:{_MONTH_IN_FULL})\b)*{_OF_YEAR}"
)
_PART_OF_YEAR: Final = (
    r"\b(?:[1-4]|i{1,3}|iv|перв\w+|втор\w+|трет\w+|четв[её]рт\w+)(?:-\w{1,2})?\s"
    r"(?:четверт[ьи]|квартал\w?|полугоди[ея])(?:\s20\d\d(?:\s?[-/]\s?(?:20)?\d\d)?(?:\s\w*год\w*)?)?"
)
_ONE_DATE: Final = rf"(?:20\d\d-\d\d-\d\d|{_NUMERIC}|{_WORDED}|{_PART_OF_YEAR})"
#: A date or a run of dates that belong together, with the word that makes it a bound.
_DATE: Final = re.compile(
    rf"(?:\b(?:со?|до|по|не\sпозднее)\s)?{_ONE_DATE}(?:{_AND}{_ONE_DATE})*", re.IGNORECASE
)
_DEADLINE: Final = re.compile(r"до\b|по\b|не\s", re.IGNORECASE)
_MOVED: Final = re.compile(r"\bперен[еёо]с", re.IGNORECASE)
_TO: Final = re.compile(r"\bна\s*$", re.IGNORECASE)
#: Characters before a date in which a word that explains it is looked for.
_NEAR: Final = 20
_OCCASION: Final = re.compile(r"\b(?:от|ко?|ст|пп?|в\sчесть|посвящ\w+)\.?\s*$", re.IGNORECASE)
_MORE_OF_IT: Final = re.compile(r"\s?[-–—]\s?\d{1,2}[.:]\d")
_CLOCK: Final = re.compile(r"(?:\w+\s)?\d{1,2}\.\d\d")
_BEFORE_CLOCK: Final = re.compile(r"(?:\bво?|\d[.:]\d\d\s?[-–—]?)\s*$", re.IGNORECASE)
_YEAR: Final = re.compile(r"(?<!\d)20\d\d(?!\d)")
_WITH_YEAR: Final = re.compile(r"20\d\d|\.\d{1,2}\.\d\d|\d\d\s?г")
_SCHOOL_YEAR: Final = re.compile(
    r"(?<!\d)(20\d\d)\s*(?:/\s*((?:20)?\d\d)(?!\d)|[-–—]\s*((?:20)?\d\d)(?!\d)(?=\s*уч))"
)

_PARTICIPLE: Final = re.compile("[а-я]{3,}[нтв]о")
_SIGNS: Final = re.compile(r"^[\W_]+")
_DENYING: Final = frozenset(
    (
        *("не", "нет", "будет", "план", "планируется", "запланировано", "частично"),
        *("осталось", "почти", "кроме", "скоро", "к"),
    )
)
_CHECKS: Final = "✅✔✓☑🗹"
_CHECKED: Final = re.compile(
    r"[^\w\s?!☐⬜❌✖✗✘❎🚫⛔\[«\"(✅✔✓☑🗹]{0,3}\s*(?:\d{1,3}[.)]\s+)?"
    r"(?P<lead>\d{1,2}\.\d{1,2}(?:\.\d{2,4})?(?:\s?г\.?)?\s*[-–—:]?\s*)?"
    rf"(?:(?:[{_CHECKS}]|\[\s?[xх{_CHECKS}v+]\s?\])[\s:.,–—-]*)+",
    re.IGNORECASE,
)
_OPENING: Final = re.compile(r"(?:(?![☐⬜]|\[\s*\])[^\w?])*")
_DENIED_SIGN: Final = re.compile(r"[^\w]{0,3}[❌✖✗✘❎🚫⛔]")
_DENIED: Final = re.compile("отмен(?:а|ен[аоы]?|яется)(?![а-я])|не состоял")
#: How much longer than a held word its denial may be: «не ».
_DENIAL: Final = 12
_DAY_OF_MARK: Final = (
    rf"\d{{1,2}}(?:\s?[-–]\s?\d{{1,2}})?(?:\.\d{{1,2}}(?:\.\d{{2,4}})?|\s(?:{_MONTH})(?:\s20\d\d)?)"
    rf"|(?:в\s)?(?:{_MONTH})(?:\s20\d\d)?"
)
_MARK_ENDS: Final = re.compile(
    rf"(?!\w)(?P<closing>[\])»\"'*]+)?(?P<check>\s*[{_CHECKS}]+)?"
    rf"(?P<day>\s*[(\[]?(?:{_DAY_OF_MARK})(?:\s?г(?:ода|\.)?)?[)\]]?(?!\w))?"
    r"(?P<end>\s*[.:!–—]+|\s+-(?=\s)|\s*$)?\s*",
    re.IGNORECASE,
)
_DOUBT: Final = re.compile(r"\?|\d+\s*%")
