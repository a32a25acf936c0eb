"""Which card or row speaks of which occurrence: certain, to be asked, or none.

A code in the title or a person's word settles it. Otherwise the titles are compared notion by
notion, each weighted by how rare it is; facets (subject, class, stage, year …) that contradict
forbid a link; the date and the centre choose between occurrences of one title, but never make a
link of a wrong title. The result does not depend on the order of the input.
"""

from __future__ import annotations

import datetime as dt
import heapq
import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from miro_sync import vocabulary, words
from miro_sync.model import (
    Center,
    Decision,
    DecisionKind,
    EventCard,
    Link,
    LinkedBy,
    Matching,
    Occurrence,
    Period,
    Question,
    Schedule,
    ScheduleKind,
)
from miro_sync.words import Facets, Title, read_title

# --- what the numbers mean ----------------------------------------------------------------------

#: Title scores (0..1) from which a link is certain: when the date agrees, when no date is known,
#: and when the card is dated outside the period («moved» is found by an unmistakable title).
SURE = 0.80
SURE_UNDATED = 0.84
SURE_OUTSIDE = 0.84
#: The same for a short name, every word of which stands in the event's title.
SURE_SHORT = 0.62
SURE_SHORT_UNDATED = 0.74
SURE_SHORT_OUTSIDE = 0.74
_SHORT_COVERED = 0.94
_SHORT_WEIGHT = 5.5
#: Title scores from which a person is asked: when the date agrees, and when it does not.
ASK = 0.42
ASK_UNDATED = 0.45
ASK_FAR = 0.75
#: How much better than its rival the certain occurrence must be.
MARGIN = 0.06
#: The same where the title is short or the date outside: it must be the best by far.
FAR_MARGIN = 0.15
#: A card that is better by this has taken the occurrence from a weaker card of its centre.
CLAIM = 0.10
#: Days outside a period: still near it; too far for a transfer of one and the same occurrence.
NEAR_DAYS = 14
FAR_DAYS = 183
#: Days before a last day («до 15 апреля») in which the thing is usually done.
DEADLINE_DAYS = 60
#: At most so many candidates are asked about, none worse than the best by more than this.
CANDIDATES = 5
CANDIDATE_SPREAD = 0.25

#: What the parts of a title score weigh: the title that is covered worse, the one that is covered
#: better, and the letters. Near the balance that logistic regression found on labelled pairs.
_WEIGHT_WORSE = 0.50
_WEIGHT_BETTER = 0.28
_WEIGHT_LETTERS = 0.22
#: What is left of a score for each doubt.
_DOUBT_FACTORS: Mapping[str, float] = {
    "actions": 0.62,
    "audiences": 0.7,
    "days": 0.55,
    "forms": 0.62,
    "grades": 0.85,
    "levels": 0.8,
    "moments": 0.7,
    "names": 0.6,
    "phases": 0.8,
    "stages": 0.75,
    "subjects": 0.7,
}
#: Forms that say little: a «субботник» is often called an «акция». Then, and where both give one
#: name, another form weighs less.
_VAGUE_FORMS = frozenset({"акция", "проект", "программа", "операция", "кампания", "праздник"})
_VAGUE_FORM_FACTOR = 0.82
_OTHER_MOMENT_FACTOR = 0.55
_OTHER_TOPIC_FACTOR = 0.6
#: A standard day alone («День космонавтики») and what is held on it is worth a question.
_SAME_DAY_SCORE = 0.46
_ONE_NAME_FACTOR = 0.85
_ONE_SUBJECT_FACTOR = 0.85
_SAME_NAME_GAIN = 0.15
_NAME_COVERED = 0.6
#: What date and centre add when occurrences are ranked.
_RANK_INSIDE = 0.05
_RANK_NEAR = -0.03
_RANK_YEAR_AWAY = -0.19
_RANK_CENTER = 0.06
_DAYS_A_YEAR = 365
#: Title candidates of a card that are compared exactly, and how much of the index is walked.
_COMPARED = 15
_WALKED = 400
#: What is not worth comparing: much less shared than with the best.
_LEAST_SHARED = 0.45
_LEAST_ALIKE = 0.5
#: Ties between two written words.
_TIE_ROOT = 0.85
_TIE_TYPO = 0.85
_TIE_CUT = 0.7
_TIE_WALKED = 0.7
_TYPO_SIMILARITY = 0.79
_TYPO_MIN = 5
_ROOT_MIN = 4
_CUT_MIN = 3


@dataclass(frozen=True, slots=True)
class Comparison:
    """How alike two titles are, and why.

    Attributes:
        score: 0..1; 0 where `conflicts` forbid.
        doubts: facets that a person must look at (`words.doubts`, and "names").
        short: the first says nothing that the second does not say, and says enough.
        conflicts: facets that make them different events beyond doubt (`words.conflicts`).
        shared: notions that both hold, the weightiest first; only where it was asked why.

    """

    score: float
    doubts: tuple[str, ...] = ()
    short: bool = False
    conflicts: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()


_NOTHING = Comparison(0.0)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a card is held for speaking of an occurrence, or is not.

    Attributes:
        titles: how alike the titles are.
        days_outside: days between the card's date and the period, 0 inside, None when one of
            them is unknown.
        center: "same", "other", "network", or "unknown" when the card has none.

    """

    titles: Comparison
    days_outside: int | None
    center: str


def match(
    occurrences: Sequence[Occurrence],
    cards: Sequence[EventCard],
    decisions: Sequence[Decision] = (),
    centers: Sequence[Center] = (),
) -> Matching:
    """Decide which card speaks of which occurrence.

    Args:
        occurrences: of the calendar, keys unique. cards: of board and tables, ids unique.
        decisions: in the order in which they were made; only confirm and reject count here.
        centers: their names are no part of what a card says of its event.

    Returns:
        Each card in exactly one of links, questions, extra; all sorted by card id. Candidates of
        a question best first.

    """
    book = _Book(occurrences, centers)
    spoken = _Spoken(decisions)
    links: list[Link] = []
    questions: list[Question] = []
    extra: list[str] = []
    open_cards: dict[str, list[_Option]] = {}
    for card in cards:
        settled = _settle(card, book, spoken)
        if isinstance(settled, Link):
            links.append(settled)
        elif isinstance(settled, Question):
            questions.append(settled)
        else:
            open_cards[card.id] = book.options(card, spoken)
    by_id = {card.id: card for card in cards}
    for card_id, option in _certain(open_cards, by_id).items():
        links.append(
            Link(card_id, option.occurrence.key, LinkedBy.TITLE, round(min(1.0, option.rank), 3))
        )
        del open_cards[card_id]
    for card_id, options in open_cards.items():
        asked = _asked(options)
        if asked:
            questions.append(Question(card_id, asked))
        else:
            extra.append(card_id)
    return Matching(
        links=tuple(_mark_duplicates(links, by_id, book.by_key)),
        questions=tuple(sorted(questions, key=lambda question: question.card_id)),
        extra=tuple(sorted(extra)),
    )


def similarity(one: str, other: str) -> float:
    """Tell how alike two titles are, 0..1, by general knowledge of school events alone."""
    return compare(one, other).score


def compare(one: str, other: str) -> Comparison:
    """Compare two titles by general knowledge of school events alone."""
    title = read_title(other)
    lexicon = _Lexicon([title])
    return _checked(_Profile(read_title(one), lexicon), _Profile(title, lexicon))


def explain(
    card: EventCard, occurrence: Occurrence, occurrences: Sequence[Occurrence] = ()
) -> Explanation:
    """Tell why a card is held for speaking of an occurrence, or is not.

    Args:
        card: a card or row. occurrence: what it may speak of.
        occurrences: the calendar, whose frequent words weigh less; may be left out.

    """
    book = _Book(list(occurrences) or [occurrence], ())
    title = read_title(card.title)
    event = _Profile(read_title(occurrence.event.title), book.lexicon)
    return Explanation(
        titles=_checked(_Profile(title, book.lexicon), event),
        days_outside=_days_outside(_card_periods(card, title), occurrence),
        center=_center_relation(card, occurrence),
    )


# --- settled by a person or a code --------------------------------------------------------------


class _Spoken:
    """What people said of cards: the latest word on a card and an event or occurrence."""

    __slots__ = ("_words",)

    def __init__(self, decisions: Sequence[Decision]) -> None:
        self._words: dict[str, dict[str, tuple[int, bool]]] = defaultdict(dict)
        kinds = {DecisionKind.CONFIRM: True, DecisionKind.REJECT: False}
        ordered = sorted(decisions, key=lambda decision: decision.made_at)
        for order, decision in enumerate(ordered):
            if decision.kind in kinds and decision.card_id is not None:
                said = (order, kinds[decision.kind])
                self._words[decision.card_id][decision.subject] = said

    def of(self, card_id: str, occurrence: Occurrence) -> tuple[int, bool] | None:
        """Return (order, confirmed) of the latest word on the pair, None when nobody spoke."""
        said = self._words.get(card_id)
        if not said:
            return None
        subjects = (occurrence.key, occurrence.event.key)
        return max((said[subject] for subject in subjects if subject in said), default=None)

    def rejects(self, card_id: str, occurrence: Occurrence) -> bool:
        said = self.of(card_id, occurrence)
        return said is not None and not said[1]

    def subjects(self, card_id: str) -> Collection[str]:
        return self._words.get(card_id, {}).keys()


def _settle(card: EventCard, book: _Book, spoken: _Spoken) -> Link | Question | None:
    """Let a person's word decide, then a code; None leaves the card to its title."""
    confirmed: list[tuple[int, Occurrence]] = []
    for subject in sorted(spoken.subjects(card.id)):
        for occurrence in book.under(subject):
            said = spoken.of(card.id, occurrence)
            if said and said[1]:
                confirmed.append((said[0], occurrence))
    if confirmed:
        latest = max(order for order, _ in confirmed)
        meant = {found.key: found for order, found in confirmed if order == latest}
        return _pick(card, list(meant.values()), LinkedBy.PERSON)
    coded = [
        occurrence
        for occurrence in book.coded(card.title)
        if not spoken.rejects(card.id, occurrence)
    ]
    return _pick(card, coded, LinkedBy.CODE) if coded else None


def _pick(card: EventCard, meant: list[Occurrence], by: LinkedBy) -> Link | Question:
    """Let centre and date pick among the occurrences that a person or a code names."""
    own = [
        occurrence for occurrence in meant if _center_relation(card, occurrence) != "other"
    ]
    periods = _card_periods(card, read_title(card.title))
    ranked = sorted(
        own or meant,
        key=lambda occurrence: (_distance(periods, occurrence), occurrence.key),
    )
    if len(meant) == 1 and (own or by is LinkedBy.PERSON):
        return Link(card.id, ranked[0].key, by, 1.0)
    distances = [_distance(periods, occurrence) for occurrence in ranked]
    if own and (len(own) == 1 or _clearly_nearest(distances)):
        return Link(card.id, ranked[0].key, by, 1.0)
    return Question(card.id, tuple((found.key, 1.0) for found in ranked[:CANDIDATES]))


def _distance(periods: Sequence[Period], occurrence: Occurrence) -> float:
    days = _days_outside(periods, occurrence)
    return math.inf if days is None else days


#: A card outside all periods of its event belongs to one when it is so near, and another period
#: so much farther.
_PICK_DAYS = 60
_PICK_LEAD_DAYS = 30


def _clearly_nearest(distances: Sequence[float]) -> bool:
    best, second = distances[0], distances[1]
    if best == 0:
        return second > 0
    return best <= _PICK_DAYS and second - best >= _PICK_LEAD_DAYS


# --- dates and centres --------------------------------------------------------------------------


def _card_periods(card: EventCard, title: Title) -> tuple[Period, ...]:
    """Return when a card speaks of: its date, else the years its title names; () for never."""
    schedule = card.date
    if schedule is not None and schedule.periods and schedule.kind is not ScheduleKind.UNDATED:
        return schedule.periods
    if title.facets.years:
        return tuple(
            Period(dt.date(year, 1, 1), dt.date(year, 12, 31))
            for year in sorted(title.facets.years)
        )
    return ()


def _days_outside(periods: Sequence[Period], occurrence: Occurrence) -> int | None:
    """Return days between the nearest period and the occurrence, 0 when they share a day."""
    if not periods or occurrence.period is None:
        return None
    start, end = occurrence.period.start, occurrence.period.end
    if occurrence.event.schedule.deadline:
        start -= dt.timedelta(days=DEADLINE_DAYS)
    return min(
        max((period.start - end).days, (start - period.end).days, 0) for period in periods
    )


def _center_relation(card: EventCard, occurrence: Occurrence) -> str:
    if occurrence.center_id is None:
        return "network"
    if card.center_id is None:
        return "unknown"
    return "same" if card.center_id == occurrence.center_id else "other"


# --- titles -------------------------------------------------------------------------------------


@cache
def _background() -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for line in vocabulary.BACKGROUND.strip().splitlines():
        head, colon, tail = line.partition(":")
        if colon:
            count = int(head)
        counts.update(dict.fromkeys((tail if colon else head).split(), count))
    return counts


class _Lexicon:
    """How rare notions are, and which notions of the calendar a written word may mean."""

    __slots__ = ("_counts", "_initials", "_kindred", "_roots", "_titles", "_weights", "notions")

    def __init__(self, titles: Collection[Title]) -> None:
        self._counts = Counter(notion for title in titles for notion in title.shares)
        self._titles = len(titles) + vocabulary.BACKGROUND_TITLES
        self._weights: dict[str, float] = {}
        self._kindred: dict[str, tuple[tuple[str, float], ...]] = {}
        self.notions = frozenset(self._counts)
        self._roots: dict[str, list[str]] = defaultdict(list)
        self._initials: dict[str, list[str]] = defaultdict(list)
        for notion in sorted(self.notions):
            if len(notion) >= _ROOT_MIN:
                self._roots[words.root(notion)].append(notion)
            if notion.isalpha():
                self._initials[notion[0]].append(notion)

    def weight(self, notion: str) -> float:
        """Return the inverse document frequency over background and calendar."""
        weight = self._weights.get(notion)
        if weight is None:
            count = _background().get(notion, 0) + self._counts.get(notion, 0)
            weight = self._weights[notion] = math.log((self._titles + 1) / (count + 0.5))
        return weight

    def kindred(self, notion: str) -> tuple[tuple[str, float], ...]:
        """Return the calendar's notions that a notion may stand for, with the strength 0..1."""
        ties = self._kindred.get(notion)
        if ties is None:
            ties = self._kindred[notion] = tuple(self._find_kindred(notion).items())
        return ties

    def _find_kindred(self, notion: str) -> dict[str, float]:
        ties: dict[str, float] = {}
        if notion in self.notions:
            ties[notion] = 1.0
        for other, strength in words.kin().get(notion, {}).items():
            if other in self.notions:
                ties.setdefault(other, strength)
        if len(notion) >= _ROOT_MIN:
            for other in self._roots.get(words.root(notion), ()):
                ties.setdefault(other, _TIE_ROOT)
        if notion not in self.notions and notion not in _background() and notion.isalpha():
            for other, strength in self._misspelt(notion):
                ties.setdefault(other, strength)
        return ties

    def _misspelt(self, notion: str) -> Iterable[tuple[str, float]]:
        """A word that nobody knows may be a typo of a known one, or cut short («возможн.»)."""
        from rapidfuzz import process  # noqa: PLC0415 - 17 ms that only matching needs
        from rapidfuzz.distance import OSA  # noqa: PLC0415 - as above

        near = self._initials.get(notion[0], ())
        if len(notion) >= _TYPO_MIN:
            for other, _, _ in process.extract(
                notion, near, scorer=OSA.normalized_similarity, score_cutoff=_TYPO_SIMILARITY
            ):
                yield other, _TIE_TYPO
        if len(notion) >= _CUT_MIN:
            for other in near:
                if other.startswith(notion):
                    yield other, _TIE_CUT


class _Profile:
    """A title with the weights that a lexicon gives its notions."""

    __slots__ = ("names", "ties", "title", "total", "weights")

    def __init__(self, title: Title, lexicon: _Lexicon, mute: Collection[str] = ()) -> None:
        self.title = title
        self.weights = {
            notion: share * lexicon.weight(notion) * (_MUTED if notion in mute else 1.0)
            for notion, share in title.shares.items()
        }
        self.total = sum(self.weights.values())
        self.ties = [(notion, lexicon.kindred(notion)) for notion in self.weights]
        self.names = [{notion: lexicon.weight(notion) for notion in name} for name in title.names]


_MUTED = 0.05


def _checked(card: _Profile, event: _Profile) -> Comparison:
    """Compare titles unless their facets forbid a link."""
    conflicts = words.conflicts(card.title.facets, event.title.facets)
    if conflicts:
        return Comparison(0.0, conflicts=conflicts)
    _, reached = _overlap(card, event)
    shared = sorted(reached, key=lambda notion: (-event.weights[notion], notion))
    return replace(_compare(card, event), shared=tuple(shared))


def _compare(card: _Profile, event: _Profile) -> Comparison:
    """Compare a card's title with an event's; neither conflicts with the other."""
    hit, reached = _overlap(card, event)
    if not hit:
        return _NOTHING
    own, its = card.weights, event.weights
    card_covered = sum([own[notion] * part for notion, part in hit.items()]) / card.total
    event_covered = sum([its[notion] * part for notion, part in reached.items()]) / event.total
    worse, better = sorted((card_covered, event_covered))
    one, other = card.title, event.title
    score = (
        _WEIGHT_WORSE * worse + _WEIGHT_BETTER * better + _WEIGHT_LETTERS * _letters(one, other)
    )
    same_day = not one.facets.days.isdisjoint(other.facets.days)
    if score + _SAME_NAME_GAIN * (1.0 - score) < ASK and not same_day:
        return Comparison(score)  # nothing below can lift it to a question
    found = words.doubts(one.facets, other.facets)
    if "forms" in found and (_called(event.names, hit, card_covered) or _called(card.names, reached, event_covered)):
        found = tuple(doubt for doubt in found if doubt != "forms")
    unmet_card = sum(not _covered(name, hit) for name in card.names)
    unmet_event = sum(not _covered(name, reached) for name in event.names)
    if unmet_card and unmet_event:
        found = (*found, "names")
    elif unmet_card or unmet_event:
        score *= _ONE_NAME_FACTOR
    met_card, met_event = len(card.names) - unmet_card, len(event.names) - unmet_event
    if met_card and met_event:
        score += _SAME_NAME_GAIN * (1.0 - score)
    same_name = (met_card or not card.names) and (met_event or not event.names)
    same_name = bool(same_name and (met_card or met_event))
    for doubt in found:
        score *= _doubt_factor(doubt, one.facets, other.facets, same_name=same_name)
    if bool(one.facets.subjects) != bool(other.facets.subjects):
        score *= _ONE_SUBJECT_FACTOR
    if one.topic and other.topic and one.topic.isdisjoint(hit) and other.topic.isdisjoint(reached):
        score *= _OTHER_TOPIC_FACTOR
    if same_day and not (one.facets.forms and other.facets.forms):
        score = max(score, _SAME_DAY_SCORE)
    short = card_covered >= _SHORT_COVERED and card.total >= _SHORT_WEIGHT and not unmet_event
    return Comparison(score, found, short=short)


def _called(names: Sequence[Mapping[str, float]], met: Mapping[str, float], covered: float) -> bool:
    """Tell whether one title is what the other puts in quotes: «Зарница»."""
    return covered >= _SHORT_COVERED and any(met.keys() <= name.keys() for name in names)


def _overlap(card: _Profile, event: _Profile) -> tuple[dict[str, float], dict[str, float]]:
    """Return how well each notion of the one is met in the other, of the card and of the event."""
    hit: dict[str, float] = {}
    reached: dict[str, float] = {}
    its = event.weights
    for notion, ties in card.ties:
        for other, strength in ties:
            if other in its:
                if strength > hit.get(notion, 0.0):
                    hit[notion] = strength
                if strength > reached.get(other, 0.0):
                    reached[other] = strength
    return hit, reached


def _doubt_factor(doubt: str, one: Facets, other: Facets, *, same_name: bool) -> float:
    if doubt == "forms" and (
        same_name
        or one.forms[0] in other.forms
        or other.forms[0] in one.forms
        or not _VAGUE_FORMS.isdisjoint((one.forms[0], other.forms[0]))
    ):
        return _VAGUE_FORM_FACTOR
    if doubt == "moments" and one.moments and other.moments:
        return _OTHER_MOMENT_FACTOR
    return _DOUBT_FACTORS[doubt]


def _letters(one: Title, other: Title) -> float:
    if not one.grams or not other.grams:
        return 0.0
    return len(one.grams & other.grams) / math.sqrt(len(one.grams) * len(other.grams))


def _covered(name: Mapping[str, float], found: Mapping[str, float]) -> bool:
    met = sum([weight * found.get(notion, 0.0) for notion, weight in name.items()])
    return met >= _NAME_COVERED * sum(name.values())


# --- the calendar as an index -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Option:
    """An occurrence that a card may speak of; `rank` is the title's score, date and centre."""

    occurrence: Occurrence
    comparison: Comparison
    days_outside: int | None
    rank: float


class _Entry:
    """One title of the calendar with its occurrences."""

    __slots__ = ("by_center", "occurrences", "profile")

    def __init__(self, profile: _Profile, occurrences: list[Occurrence]) -> None:
        self.profile = profile
        self.occurrences = occurrences
        self.by_center: dict[str | None, list[Occurrence]] = defaultdict(list)
        for occurrence in occurrences:
            self.by_center[occurrence.center_id].append(occurrence)

    def open_to(self, center_id: str | None) -> list[Occurrence]:
        """Return the occurrences that a card of this centre may speak of."""
        if center_id is None:
            return self.occurrences
        return [*self.by_center.get(center_id, ()), *self.by_center.get(None, ())]


class _Book:
    """The calendar, ready to be asked by title, code and key."""

    def __init__(self, occurrences: Sequence[Occurrence], centers: Sequence[Center]) -> None:
        ordered = sorted(occurrences, key=lambda occurrence: occurrence.key)
        self.by_key = {occurrence.key: occurrence for occurrence in ordered}
        by_title: dict[str, list[Occurrence]] = defaultdict(list)
        self._by_event: dict[str, list[Occurrence]] = defaultdict(list)
        codes: dict[str, list[Occurrence]] = defaultdict(list)
        for occurrence in ordered:
            by_title[occurrence.event.title].append(occurrence)
            self._by_event[occurrence.event.key].append(occurrence)
            if occurrence.event.code:
                codes[_plain(occurrence.event.code)].append(occurrence)
        self._codes = _Codes(codes)
        titles = {text: read_title(text) for text in by_title}
        self.lexicon = _Lexicon(titles.values())
        self._entries = [
            _Entry(_Profile(titles[text], self.lexicon), found) for text, found in by_title.items()
        ]
        kinds: dict[tuple[object, ...], int] = {}
        self._kinds: list[int] = []
        self._distinct: list[Facets] = []
        for entry in self._entries:
            facets = entry.profile.title.facets
            kind = kinds.setdefault(words.identity(facets), len(kinds))
            self._kinds.append(kind)
            if kind == len(self._distinct):
                self._distinct.append(facets)
        self._apart: dict[tuple[object, ...], list[bool]] = {}
        self._totals = [entry.profile.total or math.inf for entry in self._entries]
        self._postings: dict[str, list[int]] = defaultdict(list)
        for number, entry in enumerate(self._entries):
            for notion in entry.profile.weights:
                self._postings[notion].append(number)
        self._mutes = {center.id: _center_words(center) for center in centers}
        self._compared: dict[tuple[str, str | None], list[tuple[_Entry, Comparison]]] = {}

    def under(self, key: str) -> list[Occurrence]:
        """Return the occurrences of an event's or occurrence's key."""
        found = self._by_event.get(key)
        if found:
            return found
        return [self.by_key[key]] if key in self.by_key else []

    def coded(self, title: str) -> list[Occurrence]:
        """Return the occurrences of all events whose code stands in the title."""
        return self._codes.find(title)

    def options(self, card: EventCard, spoken: _Spoken) -> list[_Option]:
        """Return what a card may speak of by its title, best first."""
        title = read_title(card.title)
        periods = _card_periods(card, title)
        options = [
            _option(card, periods, occurrence, comparison)
            for entry, comparison in self._alike(card, title)
            for occurrence in entry.open_to(card.center_id)
            if not spoken.rejects(card.id, occurrence)
        ]
        options.sort(key=lambda option: (-option.rank, option.occurrence.key))
        return options

    def _alike(self, card: EventCard, title: Title) -> list[tuple[_Entry, Comparison]]:
        mute = self._mutes.get(card.center_id or "", frozenset())
        known = (card.title, card.center_id if mute & title.shares.keys() else None)
        found = self._compared.get(known)
        if found is None:
            profile = _Profile(title, self.lexicon, mute)
            found = []
            for number in self._candidates(profile):
                entry = self._entries[number]
                comparison = _compare(profile, entry.profile)
                if comparison.score >= ASK:
                    found.append((entry, comparison))
            self._compared[known] = found
        return found

    def _candidates(self, profile: _Profile) -> list[int]:
        """Return the titles that share most weight, walking from the rarest notion on."""
        shared: dict[int, float] = defaultdict(float)
        paths = sorted(
            (len(self._postings[notion]), notion, profile.weights[own_notion] * strength)
            for own_notion, ties in profile.ties
            for notion, strength in ties
            if strength >= _TIE_WALKED
        )
        walked, unwalked = 0, 0.0
        for length, notion, weight in paths:
            if walked > _WALKED:
                unwalked += weight
                continue
            walked += length
            for number in self._postings[notion]:
                shared[number] += weight
        if not shared:
            return []
        least = _LEAST_SHARED * (max(shared.values()) + unwalked) - unwalked
        totals, own, kinds = self._totals, profile.total, self._kinds
        apart = self._apart_from(profile.title.facets)
        likely = sorted(
            [
                (weight / (totals[number] + own), -number)
                for number, weight in shared.items()
                if weight >= least and not apart[kinds[number]]
            ],
            reverse=True,
        )[:_COMPARED]
        if not likely:
            return []
        enough = _LEAST_ALIKE * likely[0][0] - unwalked / own
        return [-number for alike, number in likely if alike >= enough]

    def _apart_from(self, facets: Facets) -> list[bool]:
        """Tell of every kind of facets in the calendar whether it forbids a link to these."""
        kind = words.identity(facets)
        apart = self._apart.get(kind)
        if apart is None:
            apart = [bool(words.conflicts(facets, other)) for other in self._distinct]
            self._apart[kind] = apart
        return apart


def _option(
    card: EventCard, periods: Sequence[Period], occurrence: Occurrence, comparison: Comparison
) -> _Option:
    days = _days_outside(periods, occurrence)
    rank = comparison.score
    if days == 0:
        rank += _RANK_INSIDE
    elif days is not None:
        rank += _RANK_NEAR + _RANK_YEAR_AWAY * min(1.0, days / _DAYS_A_YEAR)
    if _center_relation(card, occurrence) == "same":
        rank += _RANK_CENTER
    return _Option(occurrence, comparison, days, rank)


def _center_words(center: Center) -> frozenset[str]:
    names = (center.name, *center.aliases)
    return frozenset(notion for name in names for notion in read_title(name).shares)


# --- codes --------------------------------------------------------------------------------------

_TO_LATIN = str.maketrans("АВЕКМНОРСТУХЁ", "ABEKMHOPCTYXE")
_CODE_TOKEN = re.compile(r"\w+(?:[.\-/_]\w+)*")
_MARKED = re.compile(
    r"(?:\[\s*(?:№|N|КОД)?[\s:]*|#\s*|\bKОД[\s:№]*|^\W*№\s*|\(\s*№\s*)(\w+(?:[.\-/_]\w+)*)"
)
_SPEAKING = re.compile(r"[A-ZА-Я]+[.\-/_]?\d")


class _Codes:
    """The calendar's own codes, found as whole tokens of a title."""

    __slots__ = ("_codes",)

    def __init__(self, codes: Mapping[str, list[Occurrence]]) -> None:
        self._codes = codes

    def find(self, title: str) -> list[Occurrence]:
        if not self._codes:
            return []
        plain = _plain(title)
        found: dict[str, Occurrence] = {}
        for token in _CODE_TOKEN.findall(plain):
            if _SPEAKING.match(token):
                self._look_up(token, found)
        for match_ in _MARKED.finditer(plain):
            self._look_up(match_.group(1), found)
        return list(found.values())

    def _look_up(self, token: str, found: dict[str, Occurrence]) -> None:
        for occurrence in self._codes.get(token, ()):
            found[occurrence.key] = occurrence


def _plain(text: str) -> str:
    """Write a code or a title so that «Е07» and "e07" are one."""
    return text.strip().upper().translate(_TO_LATIN)


# --- certain, asked, none -----------------------------------------------------------------------


def _certain(
    open_cards: Mapping[str, list[_Option]], cards: Mapping[str, EventCard]
) -> dict[str, _Option]:
    """Find the certain links, in rounds: a certain card takes its occurrence from weaker ones."""
    certain: dict[str, _Option] = {}
    claims: dict[tuple[str, str | None], float] = {}
    while True:
        found = {
            card_id: option
            for card_id, options in open_cards.items()
            if card_id not in certain
            and (option := _surest(options, cards[card_id].center_id, claims)) is not None
        }
        if not found:
            return certain
        certain.update(found)
        for card_id, option in found.items():
            slot = (option.occurrence.key, cards[card_id].center_id)
            claims[slot] = max(claims.get(slot, 0.0), option.rank)


def _surest(
    options: Sequence[_Option],
    center_id: str | None,
    claims: Mapping[tuple[str, str | None], float],
) -> _Option | None:
    """Return the option that is certain: good enough by itself, and alone.

    What a better card of the same centre has taken is no rival, but another time of one and the
    same event always is: only the date may choose between those.
    """
    if not options or not _good_enough(options[0]):
        return None
    best = options[0]
    lead = _lead_needed(best)
    for rival in options[1:]:
        if best.rank - rival.rank >= lead:
            return best
        taken = claims.get((rival.occurrence.key, center_id), 0.0) >= rival.rank + CLAIM
        if not taken or rival.occurrence.event.key == best.occurrence.event.key:
            return None
    return best


def _lead_needed(option: _Option) -> float:
    plain = option.comparison.score >= SURE and (option.days_outside or 0) <= NEAR_DAYS
    return MARGIN if plain else FAR_MARGIN


def _good_enough(option: _Option) -> bool:
    if option.comparison.doubts:
        return False
    days, short = option.days_outside, option.comparison.short
    if days is None:
        least = SURE_SHORT_UNDATED if short else SURE_UNDATED
    elif days <= NEAR_DAYS:
        least = SURE_SHORT if short else SURE
    elif days <= FAR_DAYS:
        least = SURE_SHORT_OUTSIDE if short else SURE_OUTSIDE
    else:
        return False
    return option.comparison.score >= least


def _asked(options: Sequence[_Option]) -> tuple[tuple[str, float], ...]:
    """Return what a person is asked about, best first."""
    asked = [option for option in options if _worth_asking(option)]
    if not asked:
        return ()
    least = asked[0].rank - CANDIDATE_SPREAD
    return tuple(
        (option.occurrence.key, round(min(1.0, option.rank), 3))
        for option in asked[:CANDIDATES]
        if option.rank >= least
    )


def _worth_asking(option: _Option) -> bool:
    days = option.days_outside
    if days is None:
        return option.comparison.score >= ASK_UNDATED
    if days <= FAR_DAYS:
        return option.comparison.score >= ASK
    return option.comparison.score >= ASK_FAR


_BY_ORDER = {LinkedBy.PERSON: 0, LinkedBy.CODE: 1, LinkedBy.TITLE: 2}


def _mark_duplicates(
    links: Iterable[Link], cards: Mapping[str, EventCard], occurrences: Mapping[str, Occurrence]
) -> list[Link]:
    """Name the second card of one centre for one occurrence, in one source, a duplicate.

    A row of a table beside a card of the board is no duplicate, nor is the second of the ten
    materials that an event asks for.
    """
    seen: set[tuple[str, str, str]] = set()
    marked: list[Link] = []
    for link in sorted(links, key=lambda link: _precedence(link, cards[link.card_id])):
        card, occurrence = cards[link.card_id], occurrences[link.occurrence_key]
        center_id = card.center_id or occurrence.center_id
        duplicate = False
        if center_id is not None and occurrence.event.quota is None:
            place = (link.occurrence_key, center_id, card.source)
            duplicate = place in seen
            seen.add(place)
        marked.append(
            Link(link.card_id, link.occurrence_key, link.by, link.score, duplicate=duplicate)
        )
    return sorted(marked, key=lambda link: link.card_id)


def _precedence(link: Link, card: EventCard) -> tuple[int, float, bool, bool, float, str]:
    created = card.created_at.timestamp() if card.created_at else 0.0
    return (_BY_ORDER[link.by], -link.score, card.held is None, card.created_at is None, created, card.id)
