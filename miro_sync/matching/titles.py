"""Titles of school events taken apart: notions, and what makes one event another.

A title becomes a `Title`: its notions (families of words, stems, standard phrases and days) with
a weight each, and its `Facets`: subject, class, stage, year, number, named thing … that tell two
events of one wording apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from miro_sync.matching import vocabulary as vocab
from miro_sync.matching.title_words import EDITION, Item, TitleWords, read_words
from miro_sync.matching.words import PALE, STAGE, Word, families, notion


@dataclass(frozen=True, slots=True)
class Facets:
    """What a title names of the things that make one event another; empty means silent.

    Attributes:
        subjects: school subjects, kinds of sport.
        grades: classes 1..11. sections: parallel classes, (9, "а").
        exams: огэ, егэ, впр, гвэ.
        years: calendar years. school_years: first years of school years.
        stages: levels that its stage («муниципальный этап») may have, `vocabulary.FINAL` the last.
        modes: очный, заочный, отборочный.
        numbers: (kind, number): ("этап", 4), ("выпуск", 8) for the eighth conference.
        levels: reach of the event itself («всероссийский», «городской»).
        audiences, days, phases, moments: as in the tables of `vocabulary`.
        forms: kinds of event in the order of the title.
        joint: a form that «и» joins to the first («диктант и урок»).
        actions: what is done with the thing («обновление»), the first and others before a form.

    """

    subjects: frozenset[str] = frozenset()
    grades: frozenset[int] = frozenset()
    sections: frozenset[tuple[int, str]] = frozenset()
    exams: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()
    school_years: frozenset[int] = frozenset()
    stages: frozenset[int] = frozenset()
    modes: frozenset[str] = frozenset()
    numbers: frozenset[tuple[str, int]] = frozenset()
    levels: frozenset[int] = frozenset()
    audiences: frozenset[str] = frozenset()
    days: frozenset[str] = frozenset()
    phases: frozenset[str] = frozenset()
    moments: frozenset[str] = frozenset()
    forms: tuple[str, ...] = ()
    joint: str | None = None
    actions: tuple[str, ...] = ()


#: What weighs less (wrappers, ornaments, who is invited) does not lead a title.
_LEADING_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class Title:
    """A title taken apart.

    Attributes:
        text: as it was written.
        shares: its notions, each with the part of its weight that it carries, 0..1.
        qualifiers: adjectives with the noun that they narrow («пожарной безопасности»), as notions.
        detail: those that stand in quotes or after a colon.
        own_event: those after a colon where they name an event of their own, not what is done.
        head: the first of them that tells something, "" when none does.
        topic: those of its notions that tell what it is about, not what kind of thing it is.
        names: things named in quotes or by «по теме …», as notions.
        facets: what makes it another event.
        grams: trigrams of its letters.

    """

    text: str
    shares: Mapping[str, float]
    qualifiers: tuple[tuple[str, str], ...]
    detail: frozenset[str]
    own_event: frozenset[str]
    head: str
    topic: frozenset[str]
    names: tuple[frozenset[str], ...]
    facets: Facets
    grams: frozenset[str]


def read_title(text: str) -> Title:
    """Take a title apart; any text will do, an empty one has no notions."""
    read = read_words(text)
    facets = _facets(read)
    if facets.moments and not facets.forms:
        _raise_the_center(read.items)
    shares: dict[str, float] = {}
    names: dict[int, set[str]] = {}
    for item in read.items:
        name, share = item.word.notion, item.share * item.word.share
        shares[name] = max(share, shares.get(name, 0.0))
        if item.name >= 0 and share > PALE and not name.isdecimal():
            names.setdefault(item.name, set()).add(name)
    loudest = max(shares.values(), default=1.0)
    return Title(
        text=text,
        shares={name: share / loudest for name, share in shares.items()},
        qualifiers=_qualifiers(read.items),
        detail=frozenset(item.word.notion for item in read.items if item.name >= 0 or item.detail),
        own_event=_own_event([item for item in read.items if item.detail]),
        head=next((item.word.notion for item in read.items if _leads(item)), ""),
        topic=frozenset(item.word.notion for item in read.items if item.word.topical),
        names=tuple(frozenset(name) for name in names.values()),
        facets=facets,
        grams=_grams(read.items),
    )


def identity(facets: Facets) -> tuple[object, ...]:
    """Return what `conflicts` looks at: facets of equal identity conflict with the same titles."""
    return (
        facets.subjects,
        facets.grades,
        facets.sections,
        facets.exams,
        facets.years,
        facets.school_years,
        facets.stages,
        facets.modes,
        facets.numbers,
        facets.levels,
        called_by_subjects(facets),
    )


def _leads(item: Item) -> bool:
    word = item.word
    return word.share * item.share > _LEADING_SHARE and not word.level and word.notion != STAGE


def conflicts(one: Facets, other: Facets) -> tuple[str, ...]:
    """Name what makes two titles different events beyond doubt; silence is no conflict.

    Args:
        one: what a title names.
        other: what another one names; the order does not matter.

    Returns:
        Names out of subjects, grades, exams, years, stages, modes, numbers.

    """
    found: list[str] = []
    if _apart(one.exams, other.exams):
        found.append("exams")
    if _apart(_classes(one), _classes(other)) or _apart(one.sections, other.sections):
        found.append("grades")
    if _apart(one.modes, other.modes):
        found.append("modes")
    if _other_numbers(one, other):
        found.append("numbers")
    if _other_stage(one, other):
        found.append("stages")
    if _other_subjects(one, other):
        found.append("subjects")
    if _apart(one.years, other.years) or _apart(one.school_years, other.school_years):
        found.append("years")
    return tuple(found)


def doubts(one: Facets, other: Facets) -> tuple[str, ...]:
    """Name what may make two titles different events, so that a person must say.

    Args:
        one: what a title names.
        other: what another one names; the order does not matter.

    Returns:
        Names out of actions, audiences, days, forms, grades, levels, moments, phases, stages,
        subjects.

    """
    return tuple(name for name, doubted in _DOUBTS.items() if doubted(one, other))


def _classes(facets: Facets) -> frozenset[int]:
    """Return the classes, else those that take the exams named."""
    taken = [grade for exam in facets.exams for grade in vocab.EXAM_GRADES.get(exam, ())]
    return facets.grades or frozenset(taken)


def called_by_subjects(facets: Facets) -> bool:
    """Tell whether the event is named by its subjects: a subject week."""
    return not _SUBJECT_FORMS.isdisjoint(facets.forms[:1])


def _apart(one: frozenset[object], other: frozenset[object]) -> bool:
    return bool(one) and bool(other) and one.isdisjoint(other)


def _other_numbers(one: Facets, other: Facets) -> bool:
    """Tell whether numbers of one kind («II …», «занятие 3») have none in common."""
    kinds = {kind for kind, _ in one.numbers} & {kind for kind, _ in other.numbers}
    common = {kind for kind, _ in one.numbers & other.numbers}
    return not kinds <= common


#: Forms that are called by their subjects: «Неделя математики» is not «Неделя математики и физики».
_SUBJECT_FORMS = frozenset({"неделя", "декада", "месячник"})
_LOCAL = frozenset({0, 1, 2, 3, 4})


def _other_subjects(one: Facets, other: Facets) -> bool:
    if not one.subjects or not other.subjects:
        return False
    if one.subjects.isdisjoint(other.subjects):
        return True
    named = called_by_subjects(one) or called_by_subjects(other)
    return named and one.subjects != other.subjects


def _other_stage(one: Facets, other: Facets) -> bool:
    if one.stages and other.stages:
        return one.stages.isdisjoint(other.stages)
    if not one.levels and not other.levels:
        return False
    if one.stages or other.stages:
        # a stage beside the district's own contest; not beside the whole contest
        stage, whole = (one, other) if one.stages else (other, one)
        apart = _apart(stage.stages, whole.levels & _LOCAL)
        return apart and stage.levels.isdisjoint(whole.levels)
    return _apart(one.levels & _LOCAL, other.levels & _LOCAL)


def _other_form(one: Facets, other: Facets) -> bool:
    if not one.forms or not other.forms:
        return False
    return one.joint != other.joint or not _same_form(one.forms, other.forms)


def _own_contest(one: Facets, other: Facets) -> bool:
    """«Районный конкурс» of one is the «районный этап» of the other."""
    if bool(one.stages) == bool(other.stages):
        return False
    stage, whole = (one, other) if one.stages else (other, one)
    return not stage.stages.isdisjoint(whole.levels)


def _steps(facets: Facets) -> bool:
    return bool(facets.numbers) and any(kind != EDITION for kind, _ in facets.numbers)


def _same_action(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return _among(one[0], other) and _among(other[0], one)


def _among(action: str, actions: tuple[str, ...]) -> bool:
    return action in actions or any(
        action in kin_ and not kin_.isdisjoint(actions[:1]) for kin_ in vocab.ACTION_KIN
    )


def _same_form(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return one[0] == other[0] or not families()[one[0]].isdisjoint(families()[other[0]])


_DOUBTS: Mapping[str, Callable[[Facets, Facets], bool]] = {
    "actions": lambda one, other: (
        bool(one.actions and other.actions) and not _same_action(one.actions, other.actions)
    ),
    "audiences": lambda one, other: _apart(one.audiences, other.audiences),
    "days": lambda one, other: _apart(one.days, other.days),
    "forms": _other_form,
    "grades": lambda one, other: (
        (bool(one.grades and other.grades) and one.grades != other.grades)
        or bool(one.sections) != bool(other.sections)
    ),
    "levels": lambda one, other: _apart(one.levels, other.levels) and not _own_contest(one, other),
    "moments": lambda one, other: one.moments != other.moments,
    "phases": lambda one, other: one.phases != other.phases,
    "stages": lambda one, other: (
        (one.stages != other.stages and not _own_contest(one, other))
        or _steps(one) != _steps(other)
    ),
    "subjects": lambda one, other: (
        bool(one.subjects and other.subjects) and one.subjects != other.subjects
    ),
}


# --- facets -----------------------------------------------------------------------------------

_FINALE = "финал"
_SUBJECT_PLACES = frozenset({"предметн", "предмет", "учител", "учитель", "кабинет", "знан"})


def _qualifiers(items: list[Item]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (one.word.notion, other.word.notion)
        for one, other in pairwise(items)
        if one.word.adjective
        and one.word.topical
        and other.word.topical
        and not other.word.adjective
        and min(one.word.share, other.word.share) > _LEADING_SHARE
        and one.name == other.name
    )


def _own_event(items: list[Item]) -> frozenset[str]:
    if not any(item.word.form or item.word.moment for item in items):
        return frozenset()
    return frozenset(item.word.notion for item in items if item.share * item.word.share > PALE)


def _facets(read: TitleWords) -> Facets:
    items = read.items
    outside = [item for item in items if item.name < 0]
    stages, levels = _reach(outside)
    telling = [item for item in items if item.word.telling]
    plain = [item for item in telling if item.name < 0]
    grades = {grade for item in telling for grade in item.word.grades}
    return Facets(
        subjects=_subjects(outside) or _subjects(items),
        grades=frozenset(read.grades | grades),
        sections=frozenset(read.sections),
        exams=frozenset(item.word.exam for item in telling if item.word.exam),
        years=frozenset(read.years),
        school_years=frozenset(read.school_years),
        stages=stages,
        modes=frozenset(item.word.mode for item in plain if item.word.mode),
        numbers=frozenset(read.numbers),
        levels=levels,
        audiences=frozenset(item.word.audience for item in plain if item.word.audience),
        days=frozenset(item.word.day for item in telling if item.word.day),
        phases=frozenset(item.word.phase for item in plain if item.word.phase),
        moments=frozenset(item.word.moment for item in plain if item.word.moment),
        forms=_forms(outside) or _forms(items),
        joint=_joint(items),
        actions=_actions(outside),
    )


#: «Открытие центра «Точка роста»»: what is opened is what the title is about.
_OPENED_CENTER_SHARE = 0.6


def _raise_the_center(items: list[Item]) -> None:
    for item in items:
        if item.word.notion == notion("точкароста"):
            item.word = replace(item.word, share=_OPENED_CENTER_SHARE)


def _forms(items: list[Item]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.word.form for item in items if item.word.form))


def _joint(items: list[Item]) -> str | None:
    """Name the form that «и» puts beside the first one, words of the same kind left out."""
    first = next((item.word.form for item in items if item.word.form), None)
    for at, item in enumerate(items):
        form = item.word.form
        if not form or not first or not families()[form].isdisjoint(families()[first]):
            continue
        if item.joined or (at and items[at - 1].joined and items[at - 1].word.adjective):
            return form
    return None


def _actions(items: list[Item]) -> tuple[str, ...]:
    found: list[str] = []
    for item in items:
        if item.word.action:
            found.append(item.word.action)
        if item.word.form or item.word.moment:
            break
    return tuple(found)


def _subjects(items: list[Item]) -> frozenset[str]:
    found: set[str] = set()
    for at, item in enumerate(items):
        subject = item.word.subject
        if subject and (not item.word.weak_subject or _subject_expected(items, at)):
            found.add(subject)
            found.update(vocab.SUBJECT_GROUPS.get(subject, ()))
    return frozenset(found)


def _subject_expected(items: list[Item], at: int) -> bool:
    item = items[at]
    before = items[at - 1].word if at else None
    after = items[at + 1].word if at + 1 < len(items) else None
    if before and (before.form or before.notion in _SUBJECT_PLACES or before.audience):
        return True
    if item.listed and (before is None or before.subject or not before.adjective):
        return True
    return bool(after and after.form and item.word.adjective)


def _reach(items: list[Item]) -> tuple[frozenset[int], frozenset[int]]:
    """Tell the levels of the stage from those of the event: «районный этап областного конкурса»."""
    stages: set[int] = set()
    levels: set[int] = set()
    pending: set[int] = set()
    for at, item in enumerate(items):
        word = item.word
        after = items[at + 1].word if at + 1 < len(items) else None
        if word.notion == _FINALE:
            stages.add(vocab.FINAL)
        elif word.notion == STAGE:
            stages |= pending
            pending = set()
        elif word.level and not (after and after.day):
            pending.update(word.level)
        elif not word.level and not word.mode:
            levels |= pending
            pending = set(word.owner) if at and _owned(items[at - 1].word) else set()
    levels |= pending
    if vocab.COUNTRY in stages:
        stages.add(vocab.FINAL)
    return frozenset(stages), frozenset(levels - {vocab.FINAL})


def _owned(word: Word) -> bool:
    return bool(word.form or word.audience) or word.notion in _OWNED


#: «среди классов школы», «команды района».
_OWNED = frozenset({notion("класс"), notion("команда")})


def _grams(items: list[Item]) -> frozenset[str]:
    loud = [item for item in items if item.share * item.word.share > PALE]
    return frozenset().union(*[_trigrams(item.word.notion) for item in loud or items])


@cache
def _trigrams(name: str) -> frozenset[str]:
    padded = f" {name} "
    return frozenset([padded[at : at + 3] for at in range(len(padded) - 2)])
