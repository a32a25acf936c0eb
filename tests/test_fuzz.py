"""Hostile input to every door: what was a defect once is none again, and what is made up is none.

The targets and what counts as a defect are those of `fuzz/`; a longer search is `make fuzz`.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.edits import edited
from fuzz.kept import inputs_of
from fuzz.oracle import LARGEST, tried
from fuzz.targets import TARGETS

ROOT = Path(__file__).parents[1]
#: Those that run the program whole, or a service with it: seconds for a dozen inputs.
DEAR = frozenset({"project", "command_line", "miro_door", "google_door", "public_door"})
_EXAMPLES = dict.fromkeys(DEAR, 2) | {"project": 1}
#: What is measured beside other work says little: only what is slow beyond doubt fails here.
PATIENCE = 20.0
#: Lanes of a board that was given up end by themselves a little later, with dice of their own:
#: hypothesis would take these for its own.
CALM = sorted(set(TARGETS) - {"miro_door"})
KEPT = [(name, path) for name in sorted(TARGETS) for path in inputs_of(name)]


@pytest.mark.parametrize(("name", "path"), KEPT, ids=[f"{n}-{p.name}" for n, p in KEPT])
def test_a_kept_input_is_answered_or_refused_in_words(name: str, path: Path) -> None:
    tried(TARGETS[name], path.read_bytes(), seconds=PATIENCE)


@pytest.mark.parametrize("name", CALM)
def test_what_is_made_of_a_kept_input_is_answered_or_refused_in_words(name: str) -> None:
    kept = [path.read_bytes() for path in inputs_of(name)]
    words = [word.encode("utf-8", "replace") for word in TARGETS[name].words]
    assert kept

    @settings(max_examples=_EXAMPLES.get(name, 12), deadline=None, database=None)
    @given(st.sampled_from(kept), st.lists(st.integers(0, 2**32), min_size=1, max_size=6))
    def hold(document: bytes, seeds: list[int]) -> None:
        for seed in seeds:
            dice = random.Random(seed)  # noqa: S311 - chance need not be secret
            document = edited(document, words, dice, longest=LARGEST, swell=False)
        tried(TARGETS[name], document, seconds=PATIENCE)

    hold()


@pytest.mark.parametrize("name", sorted(set(TARGETS) - DEAR))
def test_any_words_in_any_order_are_answered_or_refused_in_words(name: str) -> None:
    words = st.one_of(st.sampled_from(TARGETS[name].words), st.text(max_size=12))

    @settings(max_examples=12, deadline=None, database=None)
    @given(st.one_of(st.lists(words, max_size=25).map("".join), st.text(max_size=200)))
    def hold(text: str) -> None:
        tried(TARGETS[name], text.encode("utf-8", "replace"), seconds=PATIENCE)

    hold()


def test_an_answer_is_the_same_in_every_process() -> None:
    quick = ",".join(sorted(set(TARGETS) - DEAR))
    told = {
        subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", "fuzz.alone", quick],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1


def test_every_target_has_inputs_to_begin_with_and_all_of_them_are_tiny() -> None:
    for name in TARGETS:
        assert inputs_of(name), name
    assert all(path.stat().st_size < 12_000 for _, path in KEPT)
