"""How alike the titles of a card and of an event are, and why.

Notions are weighted by how rare they are, in published titles and in the calendar at hand, so
that a calendar of one event works as well as one of two thousand. The score is the weight that
each title finds in the other, less what the doubts of the facets take.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from miro_sync.matching import titles, vocabulary, words
from miro_sync.matching.titles import Facets, Title, read_title

#: What the parts of a title score weigh: the title that is covered worse, the one that is covered
#: better, and the letters. Near the balance that logistic regression found on labelled pairs.
_WEIGHT_WORSE = 0.50
_WEIGHT_BETTER = 0.28
_WEIGHT_LETTERS = 0.22
#: What is left of a score for each doubt.
_DOUBT_FACTORS: Mapping[str, float] = {
    "actions": 0.62,
    "audiences": 0.5,
    "days": 0.55,
    "details": 1.0,
    "forms": 0.62,
    "grades": 0.85,
    "heads": 0.85,
    "levels": 0.65,
    "moments": 0.7,
    "names": 0.6,
    "phases": 0.6,
    "stages": 0.75,
    "subjects": 0.7,
}
#: Forms that say little: a «субботник» is often called an «акция». Then, and where both give one
#: name, another form weighs less.
_VAGUE_FORMS = frozenset({"акция", "проект", "программа", "операция", "кампания", "праздник"})
_VAGUE_FORM_FACTOR = 0.82
_OTHER_MOMENT_FACTOR = 0.55
#: Only one of them says which pass of the work it is; one step is named within the other's words.
_ONE_PHASE_FACTOR = 0.85
_STEP_WITHIN_FACTOR = 0.75
_OTHER_TOPIC_FACTOR = 0.6
#: A standard day alone («День космонавтики») and what is held on it is worth a question; so are
#: titles of which one holds the name that the other puts in quotes («Живая классика»).
_SAME_DAY_SCORE = 0.46
#: One of them alone names a thing in quotes that the other does not know, or a subject; both call
#: the thing by one name.
_NAMED_SCORE = 0.46
_NAMED_COVERED = 0.28
_ONE_NAME_FACTOR = 0.85
_ONE_SUBJECT_FACTOR = 0.85
_SAME_NAME_GAIN = 0.15
_NAME_COVERED = 0.6
_NAME_WHOLE = 0.85
_MISREAD_SIMILARITY = 0.6
_NAME_TIE = 0.8
#: A short name: so much of its weight stands in the other title, and so many words of it tell
#: something («Конкурс» alone does not).
_SHORT_COVERED = 0.94
_SHORT_WORDS = 2
#: So many subjects are a list that a short name leaves out.
_SUBJECT_LIST = 3
#: Ties of a written word to one of one root, to one misspelt, to one cut short («возможн.»), and
#: what makes a typo believable. Similarity is that of optimal string alignment, 0..1.
_TIE_ROOT = 0.85
_TIE_TYPO = 0.85
_TIE_CUT = 0.7
_TYPO_SIMILARITY = 0.79
_TYPO_MIN = 5
_ROOT_MIN = 4
_CUT_MIN = 3
#: What is left of the weight of a centre's name in its own cards.
_MUTED = 0.05


@dataclass(frozen=True, slots=True)
class Comparison:
    """How alike two titles are, and why.

    Attributes:
        score: 0..1; 0 where `conflicts` forbid.
        doubts: facets that a person must look at (`words.doubts`, and "names").
        short: the first says nothing that the second does not say, and says enough.
        exact: both hold the same notions.
        part: the score of the first as one of the several things that the second asks for (ten
            materials), about some of its subjects and classes; 0 where it is no such part.
        conflicts: facets that make them different events beyond doubt (`words.conflicts`).
        shared: notions that both hold, the weightiest first; only where it was asked why.

    """

    score: float
    doubts: tuple[str, ...] = ()
    short: bool = False
    exact: bool = False
    part: float = 0.0
    conflicts: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()


def compare(one: str, other: str) -> Comparison:
    """Compare a card's title with an event's by general knowledge of school events alone."""
    title = read_title(other)
    lexicon = Lexicon([title])
    return explained(Profile(read_title(one), lexicon), Profile(title, lexicon))


def similarity(one: str, other: str) -> float:
    """Tell how alike two titles are, 0..1, by general knowledge of school events alone."""
    return compare(one, other).score


class Lexicon:
    """How rare notions are, and which notions of the calendar a written word may mean.

    Attributes:
        notions: all of the calendar's titles.

    """

    __slots__ = ("_counts", "_initials", "_kindred", "_roots", "_titles", "_weights", "notions")

    def __init__(self, calendar: Collection[Title]) -> None:
        self._counts = Counter(notion for title in calendar for notion in title.shares)
        self._titles = len(calendar) + vocabulary.BACKGROUND_TITLES
        self._weights: dict[str, float] = {}
        self._kindred: dict[str, tuple[tuple[str, float], ...]] = {}
        self.notions = frozenset(self._counts)
        self._roots: dict[str, list[str]] = defaultdict(list)
        self._initials: dict[str, dict[str, str]] = defaultdict(dict)
        for notion in sorted(self.notions):
            if len(notion) >= _ROOT_MIN:
                self._roots[words.root(notion)].append(notion)
            if notion.isalpha():
                self._initials[notion[0]][words.stem(notion)] = notion

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

        near = self._initials.get(notion[0], {})
        if len(notion) >= _TYPO_MIN:
            for stem, _, _ in process.extract(
                notion, list(near), scorer=OSA.normalized_similarity, score_cutoff=_TYPO_SIMILARITY
            ):
                yield near[stem], _TIE_TYPO
        if len(notion) >= _CUT_MIN:
            for stem, other in near.items():
                if stem.startswith(notion):
                    yield other, _TIE_CUT


class Profile:
    """A title with the weights that a lexicon gives its notions.

    Attributes:
        weights: of its notions; `total` of them all.
        telling: how many of its notions are no mere wrappers.
        parts: it asks for several things, each about some of its subjects.
        ties: its notions, each with the calendar's notions that it may stand for.
        names: its named things, notions with their full weights.

    """

    __slots__ = ("names", "parts", "telling", "ties", "title", "total", "weights")

    def __init__(
        self,
        title: Title,
        lexicon: Lexicon,
        mute: Collection[str] = (),
        *,
        parts: bool = False,
    ) -> None:
        self.title = title
        self.parts = parts
        self.weights = {
            notion: share * lexicon.weight(notion) * (_MUTED if notion in mute else 1.0)
            for notion, share in title.shares.items()
        }
        self.total = sum(self.weights.values())
        self.telling = sum(share > words.PALE for share in title.shares.values())
        self.ties = [(notion, lexicon.kindred(notion)) for notion in self.weights]
        self.names = [{notion: lexicon.weight(notion) for notion in name} for name in title.names]


def explained(card: Profile, event: Profile) -> Comparison:
    """Compare two titles unless their facets forbid a link; what they share is named."""
    conflicts = titles.conflicts(card.title.facets, event.title.facets)
    if conflicts:
        return Comparison(0.0, conflicts=conflicts)
    meeting = _meet(card, event)
    shared = sorted(meeting.reached, key=lambda notion: (-event.weights[notion], notion))
    return replace(_judge(card, event, meeting, 0.0), shared=tuple(shared))


def compared(
    card: Profile, events: Iterable[Profile], least: float = 0.0
) -> list[tuple[Profile, Comparison]]:
    """Compare a card's title with those of events that do not conflict with it.

    Args:
        card: the card's title.
        events: the events'.
        least: a score below which a comparison is of no interest and left out.

    """
    meetings = [(event, _meet(card, event)) for event in events]
    best = max((meeting.covered for _, meeting in meetings), default=0.0)
    found: list[tuple[Profile, Comparison]] = []
    for event, meeting in meetings:
        if meeting.hit and meeting.covered >= _LEAST_OF_BEST * best:
            comparison = _judge(card, event, meeting, least)
            if max(comparison.score, comparison.part) >= least:
                found.append((event, comparison))
    return found


#: An event of whose title, and in whose title, so much less is found than of the best is let go.
_LEAST_OF_BEST = 0.5


class _Meeting:
    """What two titles have of each other.

    Attributes:
        hit: how well each notion of the card is met in the event, 0..1; `reached` the other way.
        card_covered, event_covered: parts of their weights that the other has, 0..1.
        covered: both together, as they weigh in a score.

    """

    __slots__ = ("card_covered", "covered", "event_covered", "hit", "reached")

    def __init__(
        self, card: Profile, event: Profile, hit: dict[str, float], reached: dict[str, float]
    ) -> None:
        self.hit = hit
        self.reached = reached
        own, its = card.weights, event.weights
        one = sum([own[name] * part for name, part in hit.items()]) / (card.total or 1.0)
        other = sum([its[name] * part for name, part in reached.items()]) / (event.total or 1.0)
        self.card_covered, self.event_covered = one, other
        self.covered = _both_covered(one, other)


def _both_covered(one: float, other: float) -> float:
    return _WEIGHT_WORSE * min(one, other) + _WEIGHT_BETTER * max(one, other)


def _meet(card: Profile, event: Profile) -> _Meeting:
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
    return _Meeting(card, event, hit, reached)


def _judge(card: Profile, event: Profile, meeting: _Meeting, least: float) -> Comparison:
    score = meeting.covered + _WEIGHT_LETTERS * _letters(card.title, event.title)
    one, other = card.title.facets, event.title.facets
    same_day = not one.days.isdisjoint(other.days)
    lifted = (
        same_day
        or event.parts
        or (meeting.covered >= _NAMED_COVERED and bool(card.names or event.names))
    )
    if score + _SAME_NAME_GAIN * (1.0 - score) < least and not lifted:
        return Comparison(score)  # nothing below can lift it so far
    named = _compare_names(card, event, meeting)
    found = _doubts(card, event, meeting, named)
    if named.unmet_card or named.unmet_event:
        score *= 1.0 if "names" in found else _ONE_NAME_FACTOR
    if named.met_card and named.met_event:
        score += _SAME_NAME_GAIN * (1.0 - score)
    for doubt in found:
        score *= _doubt_factor(doubt, one, other, same_name=named.same)
    if bool(one.subjects) != bool(other.subjects):
        score *= _ONE_SUBJECT_FACTOR
    if _is_other_topic(card.title, event.title, meeting):
        score *= _OTHER_TOPIC_FACTOR
    if same_day and not (one.forms and other.forms):
        score = max(score, _SAME_DAY_SCORE)
    if named.same:
        score = max(score, _NAMED_SCORE)
    short = (
        meeting.card_covered >= _SHORT_COVERED
        and card.telling >= _SHORT_WORDS
        and not named.unmet_event
        and other.days <= one.days
        and (other.subjects <= one.subjects or _lists_subjects(other))
        and not _is_narrower(event.title, meeting.reached)
    )
    exact = not found and card.weights.keys() == event.weights.keys()
    part = 0.0
    if event.parts and _is_part(one, other, found):
        part = _part_score(card, event, meeting, named)
    return Comparison(score, found, short=short, exact=exact, part=part)


def _is_narrower(event: Title, reached: Mapping[str, float]) -> bool:
    """«Месячник безопасности» is no short name of «Месячник пожарной безопасности»."""
    return any(noun in reached and adjective not in reached for adjective, noun in event.qualifiers)


def _lists_subjects(facets: Facets) -> bool:
    """«… по химии, биологии, физике»: a short name leaves the whole list out."""
    return len(facets.subjects) >= _SUBJECT_LIST and not titles.called_by_subjects(facets)


_OF_A_PART = frozenset({"subjects", "grades", "details"})


def _is_part(one: Facets, other: Facets, found: tuple[str, ...]) -> bool:
    """Tell whether all that is doubtful is that the first names less than the second."""
    if not found or not _OF_A_PART.issuperset(found):
        return False
    return one.subjects <= other.subjects and one.grades <= other.grades


def _part_score(card: Profile, event: Profile, meeting: _Meeting, named: _Named) -> float:
    """Score a part: what it is itself called, and the other subjects, are not missed."""
    own, its = card.weights, event.weights
    detail = [own[notion] for notion in card.title.detail if notion not in meeting.hit]
    silent = event.title.facets.subjects - card.title.facets.subjects
    left = card.total - sum(detail)
    asked = event.total - sum([its.get(notion, 0.0) for notion in silent])
    covered = _both_covered(
        meeting.card_covered * card.total / left, meeting.event_covered * event.total / asked
    )
    score = covered + _WEIGHT_LETTERS * _letters(card.title, event.title)
    return score * _ONE_NAME_FACTOR if named.unmet_event else score


@dataclass(slots=True)
class _Named:
    """How many of the named things of each title the other one knows."""

    met_card: int = 0
    unmet_card: int = 0
    met_event: int = 0
    unmet_event: int = 0

    @property
    def same(self) -> bool:
        """Whether every title that names things names one that the other knows."""
        one_knows = bool(self.met_card) or not self.unmet_card
        other_knows = bool(self.met_event) or not self.unmet_event
        return one_knows and other_knows and bool(self.met_card or self.met_event)


def _compare_names(card: Profile, event: Profile, meeting: _Meeting) -> _Named:
    own = [_covered(name, meeting.hit) for name in card.names]
    its = [_covered(name, meeting.reached) for name in event.names]
    least = _NAME_COVERED
    if (
        own
        and its
        and max(own) < _NAME_WHOLE
        and max(its) < _NAME_WHOLE
        and not _misread(card.names, event.names, meeting)
    ):
        least = _NAME_WHOLE  # «Космос глазами детей», «Война глазами детей»
    met_card = sum([part >= least for part in own])
    met_event = sum([part >= least for part in its])
    return _Named(met_card, len(own) - met_card, met_event, len(its) - met_event)


def _misread(
    names: Sequence[Mapping[str, float]], others: Sequence[Mapping[str, float]], meeting: _Meeting
) -> bool:
    """Tell whether a word that only one of the names holds may be the other's, misspelt."""
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - 17 ms that only matching needs

    own = [notion for name in names for notion in name if notion not in meeting.hit]
    its = [notion for name in others for notion in name if notion not in meeting.reached]
    return any(
        one[0] == other[0]
        and min(len(one), len(other)) >= _ROOT_MIN  # «море» is not «мир» misspelt
        and OSA.normalized_similarity(one, other) >= _MISREAD_SIMILARITY
        for one in own
        for other in its
    )


def _is_other_topic(one: Title, other: Title, meeting: _Meeting) -> bool:
    """Tell whether both are about something, and nothing of it is common."""
    if not one.topic or not other.topic:
        return False
    return one.topic.isdisjoint(meeting.hit) and other.topic.isdisjoint(meeting.reached)


def _is_other_head(one: Title, other: Title, meeting: _Meeting) -> bool:
    """Tell whether the first telling word of neither is met in the other."""
    if not one.head or not other.head:
        return False
    return one.head not in meeting.hit and other.head not in meeting.reached


def _doubts(card: Profile, event: Profile, meeting: _Meeting, named: _Named) -> tuple[str, ...]:
    found = titles.doubts(card.title.facets, event.title.facets)
    if "forms" in found and (
        _is_called(event.names, meeting.hit, meeting.card_covered)
        or _is_called(card.names, meeting.reached, meeting.event_covered)
    ):
        found = tuple(doubt for doubt in found if doubt != "forms")
    if named.unmet_card and named.unmet_event:
        found = (*found, "names")
    if _adds_detail(card, meeting.hit) or _adds_detail(event, meeting.reached):
        found = (*found, "details")
    if (
        _is_other_head(card.title, event.title, meeting)
        and "forms" not in found
        and "actions" not in found
    ):
        found = (*found, "heads")
    return found


def _adds_detail(title: Profile, met: Mapping[str, float]) -> bool:
    """«Методическая неделя: открытые уроки» may be the week, or one day of it."""
    told = title.title.own_event
    return bool(told) and told.isdisjoint(met)


def _is_called(
    names: Sequence[Mapping[str, float]], met: Mapping[str, float], covered: float
) -> bool:
    """Tell whether one title is what the other puts in quotes: «Зарница»."""
    return covered >= _SHORT_COVERED and any(met.keys() <= name.keys() for name in names)


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
    if doubt == "phases" and not (one.phases and other.phases):
        return _ONE_PHASE_FACTOR
    if doubt == "actions" and not set(one.actions).isdisjoint(other.actions):
        return _STEP_WITHIN_FACTOR
    return _DOUBT_FACTORS[doubt]


def _letters(one: Title, other: Title) -> float:
    if not one.grams or not other.grams:
        return 0.0
    return len(one.grams & other.grams) / math.sqrt(len(one.grams) * len(other.grams))


def _covered(name: Mapping[str, float], found: Mapping[str, float]) -> float:
    """Tell how much of a name is met, 0..1."""
    parts = [(weight, found.get(notion, 0.0)) for notion, weight in name.items()]
    return sum([weight for weight, part in parts if part >= _NAME_TIE]) / sum(name.values())


@cache
def _background() -> Mapping[str, int]:
    counts: dict[str, int] = {}
    count = 0
    for line in words.lines(vocabulary.BACKGROUND):
        head, colon, tail = line.partition(":")
        if colon:
            count = int(head)
        counts.update(dict.fromkeys((tail if colon else head).split(), count))
    return counts
