"""The files of `deploy/`: their commands parse, and nothing runs with rights it does not need."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from test_guides import parse

from miro_sync.commands.worker import OUTDATED_CODE

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
OURS = ("schedule", "worker", "serve")
UNITS = sorted(DEPLOY.glob("*.service"))
DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8")

Json = Any


def compose() -> Json:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))


def pods() -> Iterator[tuple[str, Json]]:
    """Yield the pods of Kubernetes' files, each with what makes it."""
    for file in sorted(DEPLOY.glob("kubernetes*.yaml")):
        for one in yaml.safe_load_all(file.read_text("utf-8")):
            spec = one["spec"].get("jobTemplate", one)["spec"]
            if "template" in spec:
                yield f"{one['kind']} {one['metadata']['name']}", spec["template"]["spec"]


def commands() -> Iterator[str]:
    services = compose()["services"]
    for name in OURS:
        yield shlex.join(["miro-sync", *services[name]["command"]])
        test = services[name].get("healthcheck", {}).get("test", [])[1:]
        if test[:1] == ["miro-sync"]:
            yield shlex.join(test)
    for _, pod in pods():
        container = pod["containers"][0]
        yield shlex.join(["miro-sync", *container["args"]])
        probe = container.get("readinessProbe", {}).get("exec")
        if probe:
            yield shlex.join(probe["command"])
    for unit in UNITS:
        started = re.findall(r"(?m)^ExecStart=\S+/(miro-sync .+)$", unit.read_text("utf-8"))
        assert len(started) == 1, unit.name
        yield from started


@pytest.mark.parametrize("command", sorted(set(commands())))
def test_every_command_that_a_file_starts_is_one(command: str) -> None:
    parse(command)


@pytest.mark.parametrize(("name", "pod"), list(pods()), ids=[name for name, _ in pods()])
def test_every_pod_runs_without_rights_on_a_read_only_root(name: str, pod: Json) -> None:
    assert pod["securityContext"]["runAsNonRoot"], name
    assert pod["securityContext"]["runAsUser"] == 10001
    assert pod["automountServiceAccountToken"] is False
    for container in pod["containers"]:
        rights = container["securityContext"]
        assert rights["readOnlyRootFilesystem"]
        assert not rights["allowPrivilegeEscalation"]
        assert rights["capabilities"] == {"drop": ["ALL"]}
        assert "/tmp" in {mount["mountPath"] for mount in container["volumeMounts"]}  # noqa: S108 - the container's


@pytest.mark.parametrize("name", OURS)
def test_every_service_of_ours_runs_without_rights_on_a_read_only_root(name: str) -> None:
    service = compose()["services"][name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "/tmp" in service["tmpfs"]  # noqa: S108 - the container's


def test_only_the_view_is_reached_from_outside_and_by_this_machine_alone() -> None:
    reached = {name: one.get("ports") for name, one in compose()["services"].items()}
    assert reached.pop("serve") == ["127.0.0.1:8050:8050"]
    assert set(reached.values()) == {None}


def test_the_image_belongs_to_the_user_that_the_pods_name() -> None:
    assert "useradd --uid 10001" in DOCKERFILE
    assert "USER 10001" in DOCKERFILE


def test_a_worker_that_found_a_newer_one_is_not_restarted_by_systemd() -> None:
    unit = (DEPLOY / "miro-sync-worker.service").read_text("utf-8")
    codes = re.findall(r"(?m)^RestartPreventExitStatus=(.+)$", unit)
    assert str(OUTDATED_CODE) in codes[0].split()


def test_the_image_holds_what_every_service_needs() -> None:
    """The timetable, the view and the workers are extras: all of them are in its lock."""
    lock = (ROOT / "requirements-server.lock").read_text("utf-8")
    assert "requirements-server.lock" in DOCKERFILE
    assert {"apscheduler", "flask", "waitress", "procrastinate", "psycopg-binary"} <= set(
        re.findall(r"(?m)^([\w-]+)==", lock)
    )


def test_the_context_of_the_image_holds_what_is_copied_and_little_else() -> None:
    sent = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        if line.startswith("!")
    }
    copied: set[str] = set()
    for words in re.findall(r"(?m)^COPY (?!--from)(.+)$", DOCKERFILE):
        copied |= set(words.split()[:-1])
    assert sent == copied
