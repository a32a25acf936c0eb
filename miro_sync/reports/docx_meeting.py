"""The coordinator's list for a meeting: one sheet of paper, black and white, boxes to tick.

One page holds eleven centres and the events of the network; whatever has no room on it is counted,
so that nobody takes the list for the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from miro_sync.messages import Catalogue
from miro_sync.model import FLAGGED, CenterState, Status
from miro_sync.overview import Overview
from miro_sync.reports.word import Bold, Content, Layout, Paper, Piece
from miro_sync.reports.zones import Zone, titled, zones
from miro_sync.telling.display import clean, shorten
from miro_sync.telling.lines import SEVERITY, backlog
from miro_sync.telling.phrases import Phrases, without_backlog

_LAYOUT: Final = Layout(font="Arial", size=9, margins=(1.3, 1.0, 1.3, 1.2))
_BOX: Final = "☐"
_SIZE: Final = 8.0


@dataclass(frozen=True, slots=True)
class _Room:
    """How much of what is shown.

    Attributes:
        decisions, network, center: so many lines of each, the last for every centre.
        title: so many characters of a title.

    """

    decisions: int
    network: int
    center: int
    title: int


#: From the roomiest to what always fits on a page with eleven centres.
_ROOMS: Final = (
    _Room(8, 10, 5, 120),
    _Room(6, 8, 3, 100),
    _Room(4, 6, 2, 80),
    _Room(3, 5, 2, 50),
    _Room(3, 4, 1, 50),
)
#: Lines of text on the page, and letters in a line of the widest column of each table.
_LINES: Final = 62
_OF_NETWORK: Final = 46
_OF_CENTER: Final = 52


def render(overview: Overview, words: Catalogue, _center: str | None = None) -> bytes:
    """Return the list as a .docx file.

    What was late before anything was ever stored waits to be sorted out and is only counted.
    """
    return _List(overview, words).written()


class _List:
    """A list being written; holds what every part of it needs."""

    def __init__(self, overview: Overview, words: Catalogue) -> None:
        self._overview, self._words = overview, words
        self._phrases = Phrases(words, overview.project)
        aside = backlog(overview.findings)
        self._shown, self._table, self._waiting = without_backlog(
            overview.assessment, overview.findings
        )
        explained = {one.occurrence.key for one in self._shown.moved}
        rank = {status: at for at, status in enumerate(SEVERITY)}
        self._network = sorted(
            (
                one
                for one in self._shown.verdicts
                if one.occurrence.center_id is None
                and one.status in _ASKED
                and one.occurrence.key not in aside
                and not (one.status is Status.MOVED and one.occurrence.key in explained)
            ),
            key=lambda one: (rank[one.status], -one.days_late),
        )
        self._zones = zones(overview, aside)
        self._room = next((room for room in _ROOMS if self._lines(room) <= _LINES), _ROOMS[-1])
        self._title = self._say("meeting_title", today=overview.assessment.today)
        self._paper = Paper(words, title=self._title, day=overview.assessment.today, layout=_LAYOUT)

    def written(self) -> bytes:
        """Return the whole document."""
        self._paper.line(Bold(self._title), size=12, after=1)
        said = self._phrases.summary(
            self._shown, self._overview.findings, self._table, len(self._waiting)
        )
        trust = self._phrases.trust(self._shown)
        self._paper.line(" ".join([trust, *said]), size=_SIZE, after=3)
        self._decisions()
        self._events()
        self._centers()
        grace = self._overview.project.rules.grace_days
        self._paper.line(self._say("meeting_legend", grace=grace), size=7.5)
        return self._paper.bytes()

    def _lines(self, room: _Room) -> int:
        """Estimate how many lines of text the tables take, each row a little more than its text."""
        decisions = min(len(self._shown.moved), room.decisions)
        network = min(len(self._network), room.network)
        lines = 8 + (decisions + network) * _height(room.title, _OF_NETWORK)
        for zone in self._zones:
            late = min(len(zone.late), room.center) * _height(room.title + 24, _OF_CENTER)
            more = 2 if zone.empty or zone.map or zone.behind else 0
            lines += max(1 + 2 * (zone.silent is not None), late + more)
        return lines

    def _decisions(self) -> None:
        moved = self._shown.moved
        if not moved:
            return
        rows: list[Sequence[Content]] = [
            (
                _BOX,
                titled(one.occurrence.event, self._words, self._room.title),
                self._phrases.moved_days(one),
                self._say("meeting_yes_no"),
            )
            for one in moved[: self._room.decisions]
        ]
        head = ("", *self._heads("decide", "dates", "decision"))
        self._paper.table(head, rows, widths=(0.6, 8.2, 6.0, 3.6), size=_SIZE)
        self._more(len(moved) - len(rows))

    def _events(self) -> None:
        """List the events of the network that need a word, worst first."""
        if not self._network:
            return
        rows: list[Sequence[Content]] = [
            (
                _BOX,
                titled(one.occurrence.event, self._words, self._room.title),
                self._phrases.span(one.occurrence.period),
                self._words.say(f"status.{one.status}"),
                "",
            )
            for one in self._network[: self._room.network]
        ]
        head = ("", *self._heads("network", "period", "state", "note"))
        self._paper.table(head, rows, widths=(0.6, 8.2, 2.8, 3.0, 3.8), size=_SIZE)
        self._more(len(self._network) - len(rows))

    def _centers(self) -> None:
        states = {one.center.id: one for one in self._shown.centers}
        rows: list[Sequence[Content]] = []
        for zone in self._zones:
            activity = states.get(zone.center_id)
            who: list[Piece] = [Bold(self._phrases.named(zone.center_id))]
            if activity is not None and activity.state is not CenterState.ACTIVE:
                state = self._words.say(f"status.{activity.state}")
                if activity.days_silent is not None and activity.state is CenterState.INACTIVE:
                    state += self._say("meeting_days", days=activity.days_silent)
                who.append(f"\n{state}")
            rows.append((_BOX, who, self._about(zone), ""))
        head = ("", *self._heads("center", "lines", "note"))
        self._paper.table(head, rows, widths=(0.6, 4.2, 9.2, 4.4), size=_SIZE)

    def _about(self, zone: Zone) -> Content:
        """Say what a centre has to do, in the few lines that there are."""
        late = sorted(zone.late, key=lambda one: (SEVERITY.index(one.status), -one.days_late))
        said = [
            self._say(
                "meeting_line",
                status=self._words.say(f"status.{one.status}"),
                title=titled(one.occurrence.event, self._words, self._room.title),
                period=self._phrases.span(one.occurrence.period),
            )
            for one in late[: self._room.center]
        ]
        rest = len(late) - len(said)
        if rest:
            said[-1] += f" {self._say('meeting_rest', number=rest)}"
        more = []
        if zone.empty:
            numbers = ", ".join(map(str, zone.empty))
            more.append(self._say("zone_empty", numbers=numbers))
        if zone.map is not None:
            wrong = len(zone.map.faults)
            more.append(self._say("zone_map", wrong=wrong, total=zone.map.total))
        if zone.behind:
            ids = ", ".join(clean(value.indicator.id) for value, _ in zone.behind)
            more.append(self._say("zone_indicators", ids=ids))
        if more:
            said.append(shorten(" ".join(more), 2 * _OF_CENTER))
        if not said and zone.silent is not None:
            said.append(shorten(self._words.tell(zone.silent.reason), 2 * _OF_CENTER))
        return "\n".join(said) or self._say("meeting_calm")

    def _more(self, number: int) -> None:
        if number > 0:
            self._paper.line(self._say("meeting_rest", number=number), size=_SIZE, after=2)

    def _heads(self, *names: str) -> tuple[str, ...]:
        return tuple(self._say(f"meeting_{name}") for name in names)

    def _say(self, name: str, **params: object) -> str:
        return self._words.say(f"documents.{name}", **params)


#: What is asked about the events of the network.
_ASKED: Final = FLAGGED | {Status.UNCONFIRMED, Status.AWAITING}


def _height(letters: int, of_line: int) -> int:
    return -(-letters // of_line)
