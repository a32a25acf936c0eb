"""Which card or row speaks of which occurrence: certain, to be asked, or none.

A code in the title or a person's word settles it. Otherwise the titles are compared notion by
notion, each weighted by how rare it is; facets (subject, class, stage, year …) that contradict
forbid a link; the date and the centre choose between occurrences of one title, but never make a
link of a wrong title. The result does not depend on the order of the input.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from miro_sync.matching import titles
from miro_sync.matching.likeness import Comparison, Lexicon, Profile, compared, explained
from miro_sync.matching.notes import Note, Notes, Option
from miro_sync.matching.titles import Facets, Title, read_title
from miro_sync.model import (
    Center,
    Decision,
    DecisionKind,
    EventCard,
    Link,
    LinkedBy,
    Matching,
    Message,
    Occurrence,
    Period,
    Question,
    ScheduleKind,
    say,
)

# --- what the numbers mean ----------------------------------------------------------------------

#: Title scores (0..1) from which a link is certain: when the date agrees, when no date is known,
#: and when the card is dated outside the period («moved» is found by an unmistakable title).
SURE = 0.80
SURE_UNDATED = 0.84
SURE_OUTSIDE = 0.84
#: The same for a short name, every word of which stands in the event's title.
SURE_SHORT = 0.66
SURE_SHORT_UNDATED = 0.74
SURE_SHORT_OUTSIDE = 0.74
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
#: Days outside a period: still near it; too far to be certain of a transfer; another year's event.
NEAR_DAYS = 14
FAR_DAYS = 183
OTHER_YEAR_DAYS = 300
#: The same for a card without a date whose title names a year.
OTHER_NAMED_YEAR_DAYS = 92
#: Days before a last day («до 15 апреля») in which the thing is usually done.
DEADLINE_DAYS = 60
#: At most so many candidates are asked about, none worse than the best by more than this.
CANDIDATES = 5
CANDIDATE_SPREAD = 0.25

#: What date, centre and the very same words add when occurrences are ranked.
_RANK_INSIDE = 0.05
_RANK_NEAR = -0.03
_RANK_YEAR_AWAY = -0.19
_RANK_CENTER = 0.06
_RANK_EXACT = 0.07
_DAYS_A_YEAR = 365
#: Title candidates of a card that are compared exactly, and how much of the index is walked.
_COMPARED = 12
_WALKED = 250
#: What is not worth comparing: much less shared than with the best.
_LEAST_SHARED = 0.45
#: How much of what was not walked a title may be hoped to share, beyond the best.
_UNWALKED = 0.25
#: Ties too weak to be walked in the index.
_TIE_WALKED = 0.7


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
    notes: Notes | None = None,
) -> Matching:
    """Decide which card speaks of which occurrence.

    Args:
        occurrences: of the calendar, keys unique.
        cards: of board and tables, ids unique.
        decisions: in the order in which they were made; only confirm and reject count here.
        centers: their names are no part of what a card says of its event.
        notes: what earlier matchings found for single cards; they are added to, and change
            nothing but the time that it takes.

    Returns:
        Each card in exactly one of links, questions, extra; all sorted by card id. Candidates of
        a question best first.

    """
    plan = _Plan(occurrences, centers)
    notes = Notes() if notes is None else notes
    notes.open(occurrences, centers)
    spoken = _Spoken(decisions)
    links: list[Link] = []
    questions: list[Question] = []
    extra: list[str] = []
    open_cards: dict[str, list[Option]] = {}
    for card in cards:
        note = notes.of(card)
        if note is None:
            note = notes.add(card, plan.book.note(card))
        settled = _settle(card, plan, note, spoken)
        if isinstance(settled, Link):
            links.append(settled)
        elif isinstance(settled, Question):
            questions.append(settled)
        else:
            open_cards[card.id] = _not_rejected(note.options, card, plan, spoken)
    by_id = {card.id: card for card in cards}
    for card_id, option in _certain(open_cards, by_id, plan).items():
        links.append(Link(card_id, option.key, LinkedBy.TITLE, round(min(1.0, option.rank), 3)))
        del open_cards[card_id]
    for card_id, options in open_cards.items():
        asked = _asked(options)
        if asked:
            questions.append(Question(card_id, asked))
        else:
            extra.append(card_id)
    return Matching(
        links=tuple(_mark_duplicates(links, by_id, plan.by_key)),
        questions=tuple(sorted(questions, key=lambda question: question.card_id)),
        extra=tuple(sorted(extra)),
    )


def explain(
    card: EventCard, occurrence: Occurrence, occurrences: Sequence[Occurrence] = ()
) -> Explanation:
    """Tell why a card is held for speaking of an occurrence, or is not.

    Args:
        card: a card or row.
        occurrence: what it may speak of.
        occurrences: the calendar, whose frequent words weigh less; may be left out.

    """
    book = _Plan(list(occurrences) or [occurrence], ()).book
    title = read_title(card.title)
    parts = _asks_for_several([occurrence])
    event = Profile(read_title(occurrence.event.title), book.lexicon, parts=parts)
    return Explanation(
        titles=explained(Profile(title, book.lexicon), event),
        days_outside=_days_outside(_card_periods(card, title.facets.years), occurrence),
        center=_center_relation(card, occurrence),
    )


def reasons(explanation: Explanation) -> tuple[Message, ...]:
    """Say why, in sentences for «почему»: the titles, what contradicts, the date, the centre."""
    compared_titles = explanation.titles
    if compared_titles.conflicts:
        return tuple(say(f"matching.other_{facet}") for facet in compared_titles.conflicts)
    said = [say("matching.alike", percent=round(100 * compared_titles.score))]
    said += [say(f"matching.doubt_{facet}") for facet in compared_titles.doubts]
    days = explanation.days_outside
    if days is None:
        said.append(say("matching.date_unknown"))
    else:
        said.append(
            say("matching.date_outside", days=days) if days else say("matching.date_inside")
        )
    said.append(say(f"matching.center_{explanation.center}"))
    return tuple(said)


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


def _settle(card: EventCard, plan: _Plan, note: Note, spoken: _Spoken) -> Link | Question | None:
    """Let a person's word decide, then a code; None leaves the card to its title."""
    confirmed: list[tuple[int, Occurrence]] = []
    for subject in sorted(spoken.subjects(card.id)):
        for occurrence in plan.under(subject):
            said = spoken.of(card.id, occurrence)
            if said and said[1]:
                confirmed.append((said[0], occurrence))
    if confirmed:
        latest = max(order for order, _ in confirmed)
        meant = {found.key: found for order, found in confirmed if order == latest}
        return _pick(card, note, list(meant.values()), LinkedBy.PERSON)
    coded = [
        occurrence
        for occurrence in map(plan.by_key.__getitem__, note.coded)
        if not spoken.rejects(card.id, occurrence)
    ]
    return _pick(card, note, coded, LinkedBy.CODE) if coded else None


def _not_rejected(
    options: Sequence[Option], card: EventCard, plan: _Plan, spoken: _Spoken
) -> list[Option]:
    if not spoken.subjects(card.id):
        return list(options)
    return [one for one in options if not spoken.rejects(card.id, plan.by_key[one.key])]


def _pick(card: EventCard, note: Note, meant: list[Occurrence], by: LinkedBy) -> Link | Question:
    """Let centre and date pick among the occurrences that a person or a code names."""
    own = [occurrence for occurrence in meant if _center_relation(card, occurrence) != "other"]
    periods = _card_periods(card, note.years)
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


def _card_periods(card: EventCard, years: Iterable[int]) -> tuple[Period, ...]:
    """Return when a card speaks of: its date, else the years its title names; () for never."""
    if card.date is not None and _is_dated(card):
        return card.date.periods
    return tuple(Period(dt.date(year, 1, 1), dt.date(year, 12, 31)) for year in sorted(years))


def _is_dated(card: EventCard) -> bool:
    schedule = card.date
    return schedule is not None and bool(schedule.periods) and schedule.kind not in _VAGUE_DATES


#: Kinds of schedule that are no fact of a card's own days.
_VAGUE_DATES = frozenset({ScheduleKind.UNDATED, ScheduleKind.AMBIGUOUS})


def _days_outside(periods: Sequence[Period], occurrence: Occurrence) -> int | None:
    """Return days between the nearest period and the occurrence, 0 when they share a day."""
    if not periods or occurrence.period is None:
        return None
    start, end = occurrence.period.start, occurrence.period.end
    if occurrence.event.schedule.deadline:
        start -= dt.timedelta(days=DEADLINE_DAYS)
    return min(max((period.start - end).days, (start - period.end).days, 0) for period in periods)


def _center_relation(card: EventCard, occurrence: Occurrence) -> str:
    if occurrence.center_id is None:
        return "network"
    if card.center_id is None:
        return "unknown"
    return "same" if card.center_id == occurrence.center_id else "other"


# --- the calendar as an index -------------------------------------------------------------------


class _Entry:
    """One title of the calendar with its occurrences."""

    __slots__ = ("by_center", "occurrences", "profile")

    def __init__(self, profile: Profile, occurrences: list[Occurrence]) -> None:
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


class _Plan:
    """The calendar by its keys; as a book it is read when the first title asks for it."""

    def __init__(self, occurrences: Sequence[Occurrence], centers: Sequence[Center]) -> None:
        self._ordered = sorted(occurrences, key=lambda occurrence: occurrence.key)
        self._centers = centers
        self.by_key = {occurrence.key: occurrence for occurrence in self._ordered}
        self._by_event: dict[str, list[Occurrence]] = defaultdict(list)
        for occurrence in self._ordered:
            self._by_event[occurrence.event.key].append(occurrence)

    @cached_property
    def book(self) -> _Book:
        """The calendar by its words."""
        return _Book(self._ordered, self._centers)

    def under(self, key: str) -> list[Occurrence]:
        """Return the occurrences of an event's or occurrence's key."""
        found = self._by_event.get(key)
        if found:
            return found
        return [self.by_key[key]] if key in self.by_key else []


class _Book:
    """The calendar, ready to be asked by title and code."""

    def __init__(self, ordered: Sequence[Occurrence], centers: Sequence[Center]) -> None:
        by_title: dict[str, list[Occurrence]] = defaultdict(list)
        codes: dict[str, list[Occurrence]] = defaultdict(list)
        for occurrence in ordered:
            by_title[occurrence.event.title].append(occurrence)
            if occurrence.event.code:
                codes[_plain(occurrence.event.code)].append(occurrence)
        self._codes = _Codes(codes)
        read = {text: read_title(text) for text in by_title}
        self.lexicon = Lexicon(read.values())
        self._entries = [
            _Entry(Profile(read[text], self.lexicon, parts=_asks_for_several(found)), found)
            for text, found in by_title.items()
        ]
        self._entry_of = {entry.profile.title.text: entry for entry in self._entries}
        kinds: dict[tuple[object, ...], int] = {}
        self._kinds: list[int] = []
        self._distinct: list[Facets] = []
        for entry in self._entries:
            facets = entry.profile.title.facets
            kind = kinds.setdefault(titles.identity(facets), len(kinds))
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

    def note(self, card: EventCard) -> Note:
        """Return what the calendar has to say to a card, whatever people said of it."""
        title = read_title(card.title)
        years = tuple(sorted(title.facets.years))
        coded = tuple(one.key for one in self._codes.find(card.title))
        periods = _card_periods(card, years)
        options = [
            option
            for entry, comparison in self._alike(card, title)
            for occurrence in entry.open_to(card.center_id)
            if not _of_another_year(option := _option(card, periods, occurrence, comparison), card)
        ]
        options.sort(key=lambda option: (-option.rank, option.key))
        return Note(coded, years, tuple(options))

    def _alike(self, card: EventCard, title: Title) -> list[tuple[_Entry, Comparison]]:
        mute = self._mutes.get(card.center_id or "", frozenset())
        known = (card.title, card.center_id if mute & title.shares.keys() else None)
        found = self._compared.get(known)
        if found is None:
            profile = Profile(title, self.lexicon, mute)
            events = [self._entries[number].profile for number in self._candidates(profile)]
            found = [
                (self._entry_of[event.title.text], comparison)
                for event, comparison in compared(profile, events, ASK)
            ]
            self._compared[known] = found
        return found

    def _candidates(self, profile: Profile) -> list[int]:
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
        least = _LEAST_SHARED * max(shared.values()) - _UNWALKED * unwalked
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
        return [-number for _, number in likely]

    def _apart_from(self, facets: Facets) -> list[bool]:
        """Tell of every kind of facets in the calendar whether it forbids a link to these."""
        kind = titles.identity(facets)
        apart = self._apart.get(kind)
        if apart is None:
            apart = [bool(titles.conflicts(facets, other)) for other in self._distinct]
            self._apart[kind] = apart
        return apart


def _asks_for_several(occurrences: Sequence[Occurrence]) -> bool:
    """A quota («не менее 10 материалов»): each material is about one of the event's subjects."""
    return any(occurrence.event.quota is not None for occurrence in occurrences)


def _option(
    card: EventCard, periods: Sequence[Period], occurrence: Occurrence, comparison: Comparison
) -> Option:
    if occurrence.event.quota is not None and comparison.part:
        comparison = replace(comparison, score=comparison.part, doubts=())
    days = _days_outside(periods, occurrence)
    rank = comparison.score
    if days == 0:
        rank += _RANK_INSIDE
    elif days is not None:
        rank += _RANK_NEAR + _RANK_YEAR_AWAY * min(1.0, days / _DAYS_A_YEAR)
    if _center_relation(card, occurrence) == "same":
        rank += _RANK_CENTER
    if comparison.exact:
        rank += _RANK_EXACT
    doubtful = bool(comparison.doubts)
    return Option(occurrence.key, rank, comparison.score, comparison.short, doubtful, days)


def _of_another_year(option: Option, card: EventCard) -> bool:
    """Tell whether a card speaks of the like event of another year."""
    if option.days is None:
        return False
    limit = OTHER_YEAR_DAYS if _is_dated(card) else OTHER_NAMED_YEAR_DAYS
    return option.days > limit


def _center_words(center: Center) -> frozenset[str]:
    names = (center.name, *center.aliases)
    return frozenset(notion for name in names for notion in read_title(name).shares)


# --- codes --------------------------------------------------------------------------------------

_TO_LATIN = str.maketrans("АВЕКМНОРСТУХЁ", "ABEKMHOPCTYXE")


def _plain(text: str) -> str:
    """Write a code or a title so that «Е07» and "e07" are one."""
    return text.strip().upper().translate(_TO_LATIN)


_CODE = r"\w+(?:[.\-/]\w+)*"
_CODE_TOKEN = re.compile(_CODE)
_WORD_GLUED = re.compile(r"[.\-/](?=[^\W\d]{3})")
#: A code that is no number and no word: letters, then digits.
_SPEAKING = re.compile(r"[^\W\d]+[.\-/]?\d")
_CODE_WORD = _plain("код")
#: What says «this is a code» where it might be a class, a date or a school's number.
_MARKED = re.compile(
    rf"\[\s*(?:№|{_CODE_WORD})?[\s:№]*({_CODE})\s*\]|\(\s*№\s*({_CODE})\s*\)"
    rf"|(?:#\s*|\b{_CODE_WORD}[\s:№]+|^\W*№\s*)({_CODE})"
)


class _Codes:
    """The calendar's own codes, found as whole tokens of a title."""

    __slots__ = ("_codes",)

    def __init__(self, codes: Mapping[str, list[Occurrence]]) -> None:
        self._codes = codes

    def find(self, title: str) -> list[Occurrence]:
        """Return the occurrences of all events whose code stands in the title, each once."""
        if not self._codes:
            return []
        plain = _plain(title)
        tokens = [token for token in _CODE_TOKEN.findall(plain) if _SPEAKING.match(token)]
        tokens += [part for token in tokens for part in token.split("/")]
        tokens += [_WORD_GLUED.split(token, maxsplit=1)[0] for token in tokens]
        tokens += [token for groups in _MARKED.findall(plain) for token in groups if token]
        found = {
            occurrence.key: occurrence
            for token in tokens
            for occurrence in self._codes.get(token, ())
        }
        return [found[key] for key in sorted(found)]


# --- certain, asked, none -----------------------------------------------------------------------


def _certain(
    open_cards: Mapping[str, list[Option]], cards: Mapping[str, EventCard], plan: _Plan
) -> dict[str, Option]:
    """Find the certain links, in rounds: a certain card takes its occurrence from weaker ones."""
    certain: dict[str, Option] = {}
    claims: dict[tuple[str, str | None], float] = {}
    while True:
        found = {
            card_id: option
            for card_id, options in open_cards.items()
            if card_id not in certain
            and (option := _surest(options, cards[card_id].center_id, claims, plan)) is not None
        }
        if not found:
            return certain
        certain.update(found)
        for card_id, option in found.items():
            slot = (option.key, cards[card_id].center_id)
            claims[slot] = max(claims.get(slot, 0.0), option.rank)


def _surest(
    options: Sequence[Option],
    center_id: str | None,
    claims: Mapping[tuple[str, str | None], float],
    plan: _Plan,
) -> Option | None:
    """Return the option that is certain: good enough by itself, and alone.

    What a better card of the same centre has taken is no rival, but another time of one and the
    same event always is: only the date may choose between those.
    """
    if not options:
        return None
    taken = {
        option.key
        for option in options
        if claims.get((option.key, center_id), 0.0) >= option.rank + CLAIM
    }
    near = [option for option in options if options[0].rank - option.rank < MARGIN]
    best = next((option for option in near if option.key not in taken), options[0])
    if not _good_enough(best):
        return None
    lead = _lead_needed(best)
    for rival in options:
        event = plan.by_key[rival.key].event.key
        if rival is best or best.rank - rival.rank >= lead:
            continue
        if rival.key not in taken or event == plan.by_key[best.key].event.key:
            return None
    return best


def _lead_needed(option: Option) -> float:
    plain = option.score >= SURE and (option.days or 0) <= NEAR_DAYS
    return MARGIN if plain else FAR_MARGIN


def _good_enough(option: Option) -> bool:
    if option.doubtful:
        return False
    days, short = option.days, option.short
    if days is None:
        least = SURE_SHORT_UNDATED if short else SURE_UNDATED
    elif days <= NEAR_DAYS:
        least = SURE_SHORT if short else SURE
    elif days <= FAR_DAYS:
        least = SURE_SHORT_OUTSIDE if short else SURE_OUTSIDE
    else:
        return False
    return option.score >= least


def _asked(options: Sequence[Option]) -> tuple[tuple[str, float], ...]:
    """Return what a person is asked about, best first."""
    asked = [option for option in options if _worth_asking(option)]
    if not asked:
        return ()
    least = asked[0].rank - CANDIDATE_SPREAD
    return tuple(
        (option.key, round(min(1.0, option.rank), 3))
        for option in asked[:CANDIDATES]
        if option.rank >= least
    )


def _worth_asking(option: Option) -> bool:
    days = option.days
    if days is None:
        return option.score >= ASK_UNDATED
    if days <= FAR_DAYS:
        return option.score >= ASK
    return option.score >= ASK_FAR


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
    return (
        _BY_ORDER[link.by],
        -link.score,
        card.held is None,
        card.created_at is None,
        created,
        card.id,
    )
