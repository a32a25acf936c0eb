"""The dependencies: each has a reason and a licence one may use, and the locks name no address."""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from pathlib import Path

import audit
import bill
import locked
import pytest
import yaml

ROOT = Path(__file__).parents[1]
LOCKS = sorted(ROOT.glob("requirements*.lock"))
PAGE = (ROOT / "docs" / "dependencies.md").read_text("utf-8")

#: The dependencies that ask something in return of whoever changes them and passes them on.
WITH_CONDITIONS = {"certifi", "psycopg", "psycopg-binary", "psycopg-pool"}


def asked_for() -> dict[str, set[str]]:
    """Return the extras that ask for each dependency of pyproject.toml; empty for all."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    out: dict[str, set[str]] = {}
    for extra, lines in groups.items():
        for line in lines:
            out.setdefault(re.split(r"[^\w-]", line)[0].lower(), set()).update({extra} - {""})
    return out


def test_every_dependency_has_a_reason_and_there_is_no_reason_without_one() -> None:
    reasons = locked.reasons()
    assert reasons.keys() == asked_for().keys()
    for name, extras in asked_for().items():
        named = reasons[name].get("extra", "")
        assert set(filter(None, named.split(", "))) == extras
        assert reasons[name]["needed"], name
        assert reasons[name]["against"], name


def test_what_the_program_asks_for_is_what_the_lock_calls_direct() -> None:
    assert {name for name, one in locked.run_time().items() if one.direct} == asked_for().keys()


def test_tools_that_build_the_program_are_not_what_it_runs_on() -> None:
    assert not {"hatchling", "editables", "pytest", "ruff"} & locked.run_time().keys()


@pytest.mark.parametrize("name", sorted(locked.run_time()))
def test_every_package_comes_under_a_licence_that_one_may_use(name: str) -> None:
    named = set(locked.parts(locked.licence(name)))
    assert named <= locked.PERMISSIVE | locked.WEAK_COPYLEFT
    assert (not named <= locked.PERMISSIVE) == (name in WITH_CONDITIONS)


def test_a_licence_that_is_not_on_the_list_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "greedy-1.0.dist-info"
    told.mkdir()
    text = "Metadata-Version: 2.4\nName: greedy\nVersion: 1.0\nLicense-Expression: {}\n"
    monkeypatch.syspath_prepend(str(tmp_path))

    told.joinpath("METADATA").write_text(text.format("MIT AND AGPL-3.0-only"), "utf-8")
    with pytest.raises(LookupError, match="not on the list"):
        locked.licence("greedy")

    told.joinpath("METADATA").write_text(
        "Metadata-Version: 2.1\nName: greedy\nVersion: 1.0\nLicense: MIT\n"
        "Classifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)\n",
        "utf-8",
    )
    with pytest.raises(LookupError, match="GPLv3"):
        locked.licence("greedy")

    told.joinpath("METADATA").write_text(text.format("MIT AND PSF-2.0"), "utf-8")
    assert locked.licence("greedy") == "MIT AND PSF-2.0"


def test_the_page_names_the_packages_and_versions_of_the_lock() -> None:
    rows = re.findall(r"(?m)^\| ([\w.-]+)(?: \(`[^`]+`\))? \| (\d\S*) \|", PAGE)
    assert len(rows) == len(set(rows))
    assert dict(rows) == {name: one.version for name, one in locked.run_time().items()}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_names_no_address_and_gives_a_checksum_for_everything(lock: Path) -> None:
    text = lock.read_text("utf-8")
    assert "://" not in text
    pins = re.split(r"(?m)^(?=\S)", text)[1:]
    assert pins
    assert [pin.split()[0] for pin in pins if pin[0] != "#" and "--hash=sha256:" not in pin] == []


def test_the_small_lock_and_the_servers_agree() -> None:
    small, large = locked.run_time(locked.SMALL_LOCK), locked.run_time()
    assert {one.name: one.version for one in small.values()} == {
        name: large[name].version for name in small
    }


def test_the_bill_of_materials_is_valid_and_the_same_every_time() -> None:
    text = bill.bill()
    assert bill.refused(text) is None
    assert bill.bill() == text


def test_a_bill_that_the_standard_refuses_is_noticed() -> None:
    wrong = json.loads(bill.bill())
    wrong["components"][0]["type"] = "school"
    assert bill.refused(json.dumps(wrong)) is not None


def test_the_bill_lists_every_package_with_its_licence_and_what_it_needs() -> None:
    told = json.loads(bill.bill())
    packages = {one["name"]: one for one in told["components"]}
    assert packages.keys() == locked.run_time().keys()
    assert all(one["licenses"] for one in packages.values())
    needs = {one["ref"]: set(one.get("dependsOn", ())) for one in told["dependencies"]}
    assert packages["mako"]["purl"] in needs[packages["alembic"]["purl"]]
    assert needs["miro-sync"] == {packages[name]["purl"] for name in asked_for()}
    assert packages["flask"]["scope"] == "optional"
    assert packages["click"]["scope"] == "required"


NOW = dt.datetime(2026, 1, 10, tzinfo=dt.UTC)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Return a small copy of the advisory database, which knows the canary."""
    name, version, number = audit.CANARY
    advisory(tmp_path, name, number, versions=[version])
    return tmp_path


def advisory(
    folder: Path,
    name: str,
    number: str,
    *,
    versions: list[str] | None = None,
    events: list[dict[str, str]] | None = None,
    withdrawn: bool = False,
) -> None:
    entry = {
        "id": number,
        "modified": "2026-01-05T10:00:00Z",
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": name},
                "ranges": [{"type": "ECOSYSTEM", "events": events}] if events else [],
                "versions": versions or [],
            }
        ],
        **({"withdrawn": "2026-01-06T10:00:00Z"} if withdrawn else {}),
    }
    file = folder / "vulns" / name / f"{number}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    # As the database has it: the moment of the change is no string.
    text = yaml.safe_dump(entry).replace("'2026-01-05T10:00:00Z'", "2026-01-05T10:00:00Z")
    file.write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("version", "vulnerable"),
    [("1.9", False), ("2.0", True), ("2.4.1", True), ("2.5", False), ("3.0", True), ("3.1", False)],
)
def test_a_version_is_vulnerable_from_where_it_begins_until_it_was_fixed(
    database: Path,
    version: str,
    vulnerable: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    events = [
        {"introduced": "2.0"},
        {"fixed": "2.5"},
        {"introduced": "3.0"},
        {"last_affected": "3.0"},
    ]
    advisory(database, "flask", "PYSEC-1", events=events)

    assert audit.known(database, "flask", version) == (["PYSEC-1"] if vulnerable else [])


def test_what_is_found_is_told_and_is_the_exit_code(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    advisory(database, "flask", "PYSEC-1", versions=["3.1.3"])

    assert audit.by_copy(database, {"flask": "3.1.3", "click": "8.5"}, NOW) == 1
    assert "flask 3.1.3: PYSEC-1\n2 packages, 1 with" in capsys.readouterr().out


def test_what_was_withdrawn_is_none(database: Path) -> None:
    advisory(database, "flask", "PYSEC-1", versions=["3.1.3"], withdrawn=True)

    assert audit.by_copy(database, {"flask": "3.1.3"}, NOW) == 0


def test_a_copy_that_does_not_know_what_all_know_checks_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit.by_copy(tmp_path, {"flask": "3.1.3"}, NOW) == audit.UNCHECKED
    assert "nothing was checked" in capsys.readouterr().out


def test_an_old_copy_says_so(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    audit.by_copy(database, {"flask": "3.1.3"}, NOW)
    assert "days old" not in capsys.readouterr().out
    audit.by_copy(database, {"flask": "3.1.3"}, NOW + dt.timedelta(days=60))
    assert "the copy is 64 days old" in capsys.readouterr().out


def program(folder: Path, *answers: tuple[str, str, int]) -> str:
    """Write what stands in for `pip-audit`: it answers by what stands in the file it is given."""
    cases = "".join(
        f"if grep -q '{word}' \"$file\"; then echo '{said}'; exit {code}; fi\n"
        for word, said, code in answers
    )
    made = folder / "pip-audit"
    made.write_text(f'#!/bin/sh\nfor file in "$@"; do :; done\n{cases}exit 9\n', "utf-8")
    made.chmod(0o755)
    return str(made)


FOUND = ("jinja2==2.11.2", "jinja2 2.11.2 PYSEC-2021-66", 1)


def test_a_service_that_does_not_answer_is_not_taken_for_good_news(tmp_path: Path) -> None:
    """Where `pip-audit` knows nothing it says that it found nothing, and leaves with 0."""
    silent = program(tmp_path, ("==", "No known vulnerabilities found", 0))
    assert audit.by_network(silent) == audit.UNCHECKED


def test_a_service_that_fails_is_not_taken_for_a_finding(tmp_path: Path) -> None:
    broken = program(tmp_path, ("==", "connection refused", 1))
    assert audit.by_network(broken) == audit.UNCHECKED


@pytest.mark.parametrize("code", [0, 1])
def test_a_service_that_knows_the_canary_is_believed(tmp_path: Path, code: int) -> None:
    assert audit.by_network(program(tmp_path, FOUND, ("alembic==", "…", code))) == code
