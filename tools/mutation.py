"""Break the rules one by one and tell which breaks no test notices.

    python tools/mutation.py periods                       300 random breaks of `periods`
    python tools/mutation.py matching --sample 0           all of them
    python tools/mutation.py kpi --minutes 5 --seed 2      what five minutes are enough for
    python tools/mutation.py periods --only NAME NAME      those again, or all of one function

mutmut makes the breaks ("mutants") and `[tool.mutmut]` says of which modules. Its own runner is not
used: it tells tests apart by ids that it cannot read back when they are Russian. Here the tests of
the rules are collected once, and every mutant gets a fork of that process with its one function
exchanged. A function that has already run when the tests are collected (it filled a table of its
module) gets a process that imports everything anew. The quickest tests come first, the first that
fails ends it, and a mutant that runs far longer than the unbroken rules counts as noticed.

Of a module's tables only what functions do with them is broken. Tests over the collections that are
not part of the project stay out unless MIRO_SYNC_SHARED names their folder. Needs `os.fork`.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import functools
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import json
import os
import random
import resource
import signal
import sys
import time
import types
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper
from mutmut.configuration import config
from mutmut.mutation.file_mutation import MutationVisitor
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import get_ignored_lines

ROOT = Path(__file__).resolve().parents[1]

#: The tests of each rule, quick ones: no command, no server, no document.
TESTS = {
    "periods": [
        "test_periods.py",
        "test_periods_said.py",
        "test_periods_rhythms.py",
        "test_periods_properties.py",
    ],
    "matching": [
        "test_words.py",
        "test_titles.py",
        "test_title_examples.py",
        "test_likeness.py",
        "test_likeness_examples.py",
        "test_matching.py",
        "test_matching_margins.py",
        "test_matching_notes.py",
        "test_matching_properties.py",
    ],
    "reconcile": ["test_reconcile.py", "test_reconcile_properties.py"],
    "activity": ["test_activity.py", "test_weeks.py"],
    "kpi": [
        "test_kpi.py",
        "test_kpi_rules.py",
        "test_kpi_properties.py",
        "test_small_groups.py",
        "test_table_words.py",
    ],
    "digest": [
        "test_digest.py",
        "test_blocks.py",
        "test_letters.py",
        "test_saying.py",
        "test_standing.py",
    ],
    "findings": ["test_findings.py"],
    "assessment": ["test_assessment.py", "test_past.py", "test_reconcile.py"],
    "identity": ["test_identity.py"],
    "decisions": ["test_decisions.py", "test_reconcile.py"],
}

#: Tests of speed fail on a busy machine, whatever the rule; one draws 1500 texts to find a crash.
_CHOSEN = "not slow and not growth and not every_text_has_an_answer"
_EXAMPLES = 40  # of a property
_EXTRA_SECONDS = 5  # of processor time, on top of twice what the unbroken rules need
_BLOCKED = 20  # times that, by the clock: it waits for something
_MEMORY = 4 << 30  # bytes
_CACHE = type(functools.cache(len))


@dataclass(frozen=True, slots=True)
class Mutant:
    """A rule with one break.

    Attributes:
        module: dotted name of the broken module.
        function: the broken function, "Class.method" for a method.
        number: which break of that function, from 1.
        source: the whole broken module.
        definition: the broken function alone, without decorators.

    """

    module: str
    function: str
    number: int
    source: str
    definition: str

    @property
    def name(self) -> str:
        """Return what `--only` takes."""
        return f"{self.module.removeprefix('miro_sync.')}:{self.function}:{self.number}"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a forked process ended: its answer, None where it gave none, and processor seconds."""

    answer: Any
    seconds: float


def main(words: Sequence[str]) -> int:
    """Try the mutants that the command line asks for; print the survivors and a summary.

    Returns:
        0, or 2 when the tests fail even unbroken.

    """
    asked = _arguments(words)
    os.chdir(ROOT)
    mutants = _chosen(asked)
    files = {_path(mutant.module) for mutant in mutants}
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    until = time.monotonic() + 60 * asked.minutes
    started = time.monotonic()
    first = _in_fork(lambda: _collect_and_try(asked.rules, mutants, files, until))
    if first.answer is None:
        print("The tests do not pass even with the rules as they are.", file=sys.stderr)
        return 2
    noticed: dict[str, bool] = first.answer["noticed"]
    for mutant in mutants:
        if mutant.name in first.answer["early"] and time.monotonic() < until:
            ended = _in_fork(lambda: _try_anew(asked.rules, mutant), first.answer["limit"])  # noqa: B023 - called at once
            noticed[mutant.name] = ended.answer != 0
            _tell(mutant, noticed)
    _summarise(mutants, noticed, time.monotonic() - started)
    return 0


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("rules", choices=TESTS)
    parser.add_argument("--sample", type=int, default=300, help="how many mutants, 0 for all")
    parser.add_argument("--seed", type=int, default=1, help="which of them")
    parser.add_argument("--minutes", type=float, default=30, help="stop after so long")
    parser.add_argument("--only", nargs="+", help="mutants whose names begin like these")
    return parser.parse_args(words)


# --- the mutants --------------------------------------------------------------------------------


class _Visitor(MutationVisitor):
    """Breaks decorated functions too: the function within is exchanged, its decorators stay."""

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        decorated = isinstance(node, cst.FunctionDef) and node.decorators
        return False if decorated else super()._skip_node_and_children(node)


def _chosen(asked: argparse.Namespace) -> list[Mutant]:
    """Return the mutants to try, drawn so that those of the first minutes are a fair sample."""
    rules = ROOT / "miro_sync" / asked.rules
    paths = sorted(rules.rglob("*.py")) if rules.is_dir() else [rules.with_suffix(".py")]
    paths = [path.relative_to(ROOT) for path in paths]
    plans = [plan for path in paths if config().should_mutate(path) for plan in _plans(path)]
    if asked.only:
        plans = [
            plan
            for plan in plans
            if f"{plan[0]}:".startswith(tuple(f"{one}:" for one in asked.only))
        ]
    elif asked.sample:
        dice = random.Random(asked.seed)  # noqa: S311 - no secret
        plans = dice.sample(plans, min(asked.sample, len(plans)))
    return [make() for _, make in plans]


def _plans(path: Path) -> list[tuple[str, Callable[[], Mutant]]]:
    """Return the name of every mutant of a file and what makes it; making all takes minutes."""
    code = (ROOT / path).read_text("utf-8")
    wrapper = MetadataWrapper(cst.parse_module(code))
    visitor = _Visitor(mutation_operators, get_ignored_lines(str(path), code, wrapper))
    tree = wrapper.visit(visitor)
    names = dict(_functions(tree))
    module = ".".join(path.with_suffix("").parts)
    numbers: Counter[str] = Counter()
    plans: list[tuple[str, Callable[[], Mutant]]] = []
    for mutation in visitor.mutations:
        function = mutation.contained_by_top_level_function
        if not isinstance(function, cst.FunctionDef) or function not in names:
            continue
        name = names[function]
        numbers[name] += 1
        make = functools.partial(
            _made,
            (module, name, numbers[name]),
            (tree, function),
            (mutation.original_node, mutation.mutated_node),
        )
        plans.append((f"{module.removeprefix('miro_sync.')}:{name}:{numbers[name]}", make))
    return plans


def _made(
    which: tuple[str, str, int],
    whole: tuple[cst.Module, cst.FunctionDef],
    change: tuple[cst.CSTNode, cst.CSTNode],
) -> Mutant:
    tree, function = whole
    broken = cst.ensure_type(function.deep_replace(*change), cst.FunctionDef)
    bare = broken.with_changes(decorators=(), leading_lines=())
    source = cst.ensure_type(tree.deep_replace(*change), cst.Module).code
    return Mutant(*which, source, cst.Module([bare]).code)


def _functions(tree: cst.Module) -> Iterable[tuple[cst.FunctionDef, str]]:
    for statement in tree.body:
        if isinstance(statement, cst.FunctionDef):
            yield statement, statement.name.value
        elif isinstance(statement, cst.ClassDef):
            for inner in statement.body.body:
                if isinstance(inner, cst.FunctionDef):
                    yield inner, f"{statement.name.value}.{inner.name.value}"


def _path(module: str) -> str:
    return str(ROOT.joinpath(*module.split(".")).with_suffix(".py"))


# --- trying them --------------------------------------------------------------------------------


class _Tests:
    """A pytest plugin: examples that come out the same every time, and what to do with them."""

    def __init__(self, run: Callable[[pytest.Session], None] | None = None) -> None:
        self.run = run
        self.seconds: dict[str, float] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        hypothesis.settings.register_profile(
            "mutation",
            database=None,
            deadline=None,
            derandomize=True,
            max_examples=_EXAMPLES,
            phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
        )
        hypothesis.settings.load_profile("mutation")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        if self.run is None:
            return None
        self.run(session)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0) + report.duration


def _options(rules: str) -> list[str]:
    quiet = ["-q", "--tb=no", "--assert=plain", "-p", "no:cacheprovider", "-x", "-k", _CHOSEN]
    return [*quiet, *(str(path) for name in TESTS[rules] for path in ROOT.glob(f"tests/{name}"))]


def _collect_and_try(
    rules: str, mutants: list[Mutant], files: set[str], until: float
) -> dict[str, Any] | None:
    """Collect the tests, pass them unbroken, then try every mutant in a fork of this process."""
    early: set[tuple[str, str]] = set()
    answer: dict[str, Any] = {}

    def note(frame: types.FrameType, event: str, _argument: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename in files:
            early.add((code.co_filename, code.co_qualname.partition(".<locals>")[0]))

    def run(session: pytest.Session) -> None:
        sys.setprofile(None)
        unbroken = _in_fork(lambda: _passed(session) and plugin.seconds)
        if not unbroken.answer:
            return
        session.items.sort(key=lambda item: unbroken.answer.get(item.nodeid, 0))
        limit = 2 * unbroken.seconds + _EXTRA_SECONDS
        noticed: dict[str, bool] = {}
        late = [m for m in mutants if (_path(m.module), m.function) not in early]
        for mutant in late:
            if time.monotonic() > until:
                break
            ended = _in_fork(lambda: _passed_broken(session, mutant), limit)  # noqa: B023 - called at once
            noticed[mutant.name] = ended.answer is not True
            _tell(mutant, noticed)
        names = {m.name for m in mutants} - {m.name for m in late}
        answer.update(noticed=noticed, early=sorted(names), limit=limit)

    plugin = _Tests(run)
    sys.setprofile(note)
    with contextlib.redirect_stdout(Path(os.devnull).open("w", encoding="utf-8")):
        pytest.main(_options(rules), plugins=[plugin])
    return answer or None


def _passed_broken(session: pytest.Session, mutant: Mutant) -> bool:
    _exchange(mutant)
    return _passed(session)


def _passed(session: pytest.Session) -> bool:
    """Run the collected tests up to the first failure."""
    with contextlib.suppress(session.Failed, session.Interrupted):
        for item, following in zip(session.items, [*session.items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed:
                break
    return not session.testsfailed


def _exchange(mutant: Mutant) -> None:
    """Put the broken function in the place of the one that everybody has imported."""
    module = sys.modules[mutant.module]
    namespace = dict(vars(module))
    exec(compile(mutant.definition, _path(mutant.module), "exec"), namespace)  # noqa: S102 - what this is for
    owner: Any = module
    *classes, name = mutant.function.split(".")
    for part in classes:
        owner = getattr(owner, part)
    found = inspect.getattr_static(owner, name)
    for inside in ("fget", "func", "__func__"):
        found = getattr(found, inside, found)
    found = inspect.unwrap(found)
    broken = namespace[name]
    found.__code__, found.__defaults__ = broken.__code__, broken.__defaults__
    found.__kwdefaults__ = broken.__kwdefaults__
    for kept in gc.get_objects():
        if isinstance(kept, _CACHE):
            kept.cache_clear()


class _Broken(importlib.machinery.SourceFileLoader):
    """Loads the broken source of a module."""

    def __init__(self, mutant: Mutant) -> None:
        super().__init__(mutant.module, _path(mutant.module))
        self.source = mutant.source

    def get_code(self, fullname: str) -> types.CodeType:
        return compile(self.source, self.get_filename(fullname), "exec")


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the broken module before the one on disk is found."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(
        self, fullname: str, _path: object, _target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.mutant.module:
            return None
        return importlib.util.spec_from_loader(fullname, _Broken(self.mutant))


def _try_anew(rules: str, mutant: Mutant) -> int:
    """Import everything with the broken module; return pytest's exit code."""
    sys.meta_path.insert(0, _Finder(mutant))
    with contextlib.redirect_stdout(Path(os.devnull).open("w", encoding="utf-8")):
        return int(pytest.main(_options(rules), plugins=[_Tests()]))


def _in_fork(work: Callable[[], object], seconds: float | None = None) -> Ended:
    """Do something in a process of its own, which may not use more than so much processor time."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        if seconds is not None:
            most = int(seconds) + 1
            resource.setrlimit(resource.RLIMIT_CPU, (most, most + 1))
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
            signal.alarm(_BLOCKED * most)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        try:
            answer = json.dumps(work()).encode()
            with os.fdopen(writing, "wb") as pipe:
                pipe.write(answer)
        except BaseException:  # noqa: BLE001 - whatever a broken rule raises
            os._exit(1)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    _, _, used = os.wait4(child, 0)
    return Ended(
        answer=json.loads(answer) if answer else None,
        seconds=used.ru_utime + used.ru_stime,
    )


# --- telling ------------------------------------------------------------------------------------


def _tell(mutant: Mutant, noticed: dict[str, bool]) -> None:
    if noticed[mutant.name]:
        return
    old = Path(_path(mutant.module)).read_text("utf-8").splitlines()
    change = difflib.unified_diff(old, mutant.source.splitlines(), n=0, lineterm="")
    lines = [line for line in change if not line.startswith(("---", "+++"))]
    print("\n".join(["", mutant.name, *lines]), file=sys.__stdout__, flush=True)


def _summarise(mutants: list[Mutant], noticed: dict[str, bool], seconds: float) -> None:
    tried, missed = Counter[str](), Counter[str]()
    for mutant in mutants:
        if mutant.name in noticed:
            tried[mutant.module] += 1
            missed[mutant.module] += not noticed[mutant.name]
    print()
    for module, count in sorted(tried.items()):
        print(f"{module:36} {count:5} tried {missed[module]:5} not noticed")
    total, alive = sum(tried.values()), sum(missed.values())
    print(f"{'all':36} {total:5} tried {alive:5} not noticed, {seconds:.0f} s")
    if total < len(mutants):
        print(f"{len(mutants) - total} more were not tried: the time was up.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
