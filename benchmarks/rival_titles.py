"""Titles compared by other programs: run by benchmarks/matching.py in a Python that has them.

    python benchmarks/rival_titles.py TASK < pairs.json

In come pairs of titles in several spellings (as written, and by stems), each with its label. Out go
the scores of every way of using the program and the processor seconds of scoring; start, training
and indexing are not counted. Who learns, learns from the very pairs that are then judged: no real
use could be kinder.
"""

from __future__ import annotations

import importlib.metadata
import itertools
import json
import logging
import sys
import time
from collections.abc import Callable
from typing import Any

from rival_tables import megabytes

Pairs = list[tuple[str, str]]
Answers = dict[str, dict[str, Any]]


def main() -> None:
    given = json.load(sys.stdin)
    logging.disable(logging.CRITICAL)
    package = sys.argv[1].split()[0].strip(",")
    if sys.argv[1] == "rapidfuzz, a whole calendar":
        answer = whole_with_token_set(given["events"], given["cards"])
    else:
        task = {
            "rapidfuzz": with_token_set,
            "recordlinkage": with_recordlinkage,
            "splink": with_splink,
            "dedupe": with_dedupe,
        }[package]
        ways: Answers = {}
        for spelling, pairs in given["pairs"].items():
            found = task([(one, other) for one, other in pairs], given["labels"], given["passes"])
            ways |= {f"{way}, {spelling}": told for way, told in found.items()}
        answer = {"ways": ways}
    answer["versions"] = {package: importlib.metadata.version(package)}
    print(json.dumps(answer))


def with_token_set(pairs: Pairs, labels: list[bool], passes: int) -> Answers:
    del labels
    from rapidfuzz import fuzz

    def score() -> list[float]:
        return [fuzz.token_set_ratio(one, other) / 100 for one, other in pairs]

    return {"token_set_ratio": timed(score, passes)}


def with_recordlinkage(pairs: Pairs, labels: list[bool], passes: int) -> Answers:
    import pandas as pd
    import recordlinkage as rl

    ones = pd.DataFrame({"title": [one for one, _ in pairs]})
    others = pd.DataFrame({"title": [other for _, other in pairs]})
    index = pd.MultiIndex.from_arrays([range(len(pairs)), range(len(pairs))])
    compare = rl.Compare()
    for method in ("jarowinkler", "levenshtein", "qgram", "cosine", "lcs"):
        compare.string("title", "title", method=method, label=method)
    learner = rl.LogisticRegressionClassifier()
    right = index[[at for at, label in enumerate(labels) if label]]
    learner.fit(compare.compute(index, ones, others), right)

    def score() -> list[float]:
        return [float(one) for one in learner.prob(compare.compute(index, ones, others))]

    return {"five likenesses, logistic regression": timed(score, passes)}


def with_splink(pairs: Pairs, labels: list[bool], passes: int) -> Answers:
    import pandas as pd
    import splink.comparison_library as likeness
    from splink import DuckDBAPI, Linker, SettingsCreator

    tables = []
    for side, name in enumerate(("calendar", "board")):
        titles = [pair[side] for pair in pairs]
        tables.append(
            pd.DataFrame(
                {
                    "unique_id": range(len(pairs)),
                    "pair": range(len(pairs)),
                    "title": titles,
                    "words": [sorted(set(title.split())) for title in titles],
                    "source_dataset": name,
                }
            )
        )
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[
            likeness.JaroWinklerAtThresholds("title", [0.95, 0.9, 0.8, 0.7]),
            likeness.JaccardAtThresholds("title", [0.95, 0.9, 0.8, 0.7]),
            likeness.ArrayIntersectAtSizes("words", [5, 4, 3, 2, 1]),
        ],
        blocking_rules_to_generate_predictions=["l.pair = r.pair"],
        probability_two_random_records_match=sum(labels) / len(labels),
    )
    api = DuckDBAPI()
    linker = Linker([api.register(table) for table in tables], settings)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    known = pd.DataFrame(
        [
            {
                "source_dataset_l": "calendar",
                "unique_id_l": at,
                "source_dataset_r": "board",
                "unique_id_r": at,
            }
            for at, label in enumerate(labels)
            if label
        ]
    )
    linker.training.estimate_m_from_pairwise_labels(api.register(known))

    def score() -> list[float]:
        found = linker.inference.predict().as_pandas_dataframe()
        weights = dict(zip(found["unique_id_l"], found["match_weight"], strict=True))
        return [float(weights[at]) for at in range(len(pairs))]

    return {"labelled m, sampled u": timed(score, passes)}


def with_dedupe(pairs: Pairs, labels: list[bool], passes: int) -> Answers:
    import dedupe
    from dedupe import variables

    corpus = sorted(set(itertools.chain.from_iterable(pairs)))
    linker = dedupe.RecordLink(
        [variables.String("title"), variables.Text("title", corpus=corpus)], num_cores=1
    )
    records = [({"title": one}, {"title": other}) for one, other in pairs]
    linker.classifier.fit(linker.data_model.distances(records), labels)

    def score() -> list[float]:
        likely = linker.classifier.predict_proba(linker.data_model.distances(records))
        return [float(one[-1]) for one in likely]

    return {"string and text distance, its own classifier": timed(score, passes)}


def whole_with_token_set(events: list[str], cards: list[str]) -> dict[str, Any]:
    """Return each card's best event with its score; one core, as ours."""
    import numpy as np
    from rapidfuzz import fuzz, process

    begin = time.process_time()
    scores = process.cdist(cards, events, scorer=fuzz.token_set_ratio, dtype=np.float32, workers=1)
    best = scores.argmax(axis=1)
    spent = time.process_time() - begin
    return {
        "best": [int(one) for one in best],
        "scores": [float(scores[at, one]) for at, one in enumerate(best)],
        "seconds": spent,
        "megabytes": megabytes(),
    }


def timed(score: Callable[[], list[float]], passes: int) -> dict[str, Any]:
    found = score()
    least = float("inf")
    for _ in range(passes):
        begin = time.process_time()
        score()
        least = min(least, time.process_time() - begin)
    return {"scores": found, "seconds": least}


if __name__ == "__main__":
    main()
