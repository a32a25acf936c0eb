"""Tokens: kept safely, renewed by one at a time, and their end is told in time."""

from __future__ import annotations

import datetime as dt
import json
import os
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from miro_server import TOKEN, Fault
from miro_world import NOON, FakeClock, World, small_board, told, world
from pydantic import SecretStr

from miro_sync.errors import SettingsError, SourceError
from miro_sync.miro_http import Address, MiroHttp
from miro_sync.miro_tokens import (
    PermanentToken,
    StoredTokens,
    TokenPair,
    load_tokens,
    save_tokens,
    token_source,
    token_warnings,
)

HOUR = dt.timedelta(hours=1)


def pair(**parts: Any) -> TokenPair:  # noqa: ANN401 - parts of a pair
    whole: dict[str, Any] = {
        "access_token": SecretStr("access-0"),
        "refresh_token": SecretStr("refresh-0"),
        "expires_at": NOON + HOUR,
        "refresh_expires_at": NOON + dt.timedelta(days=60),
        "client_id": "app",
        "client_secret": SecretStr("app-secret"),
    }
    return TokenPair(**(whole | parts))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "miro.json"
    save_tokens(path, pair())
    return path


def with_pair(file: Path, *faults: Fault, **manners: Any) -> Any:  # noqa: ANN401 - as `world`
    """Serve a board to a client with the pair of the file; the service knows that pair."""
    return world(small_board(), *faults, tokens=lambda http: StoredTokens(file, http), **manners)


def known(w: World, token: str = "access-0") -> None:  # noqa: S107 - opens nothing
    w.server.tokens = {token: NOON.timestamp() + 3600}


# --- where a token comes from -----------------------------------------------------------------


def http() -> MiroHttp:
    return MiroHttp(FakeClock().clock(), Address("http://127.0.0.1:9"))


def test_a_token_comes_from_the_environment_itself() -> None:
    assert token_source({"MIRO_ACCESS_TOKEN": " abc \n"}, http()) == PermanentToken.of("abc")


def test_a_token_comes_from_a_named_file(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("abc\n", "utf-8")
    source = token_source({"MIRO_ACCESS_TOKEN_FILE": str(path)}, http())
    assert source == PermanentToken.of("abc")


def test_a_file_that_login_wrote_holds_a_pair(file: Path) -> None:
    source = token_source({"MIRO_ACCESS_TOKEN_FILE": str(file)}, http())
    assert isinstance(source, StoredTokens)


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "MIRO_ACCESS_TOKEN"),
        ({"MIRO_ACCESS_TOKEN": "  "}, "Нет ключа"),
        ({"MIRO_ACCESS_TOKEN": "вставьте ключ"}, "не ключ"),
        ({"MIRO_ACCESS_TOKEN_FILE": "/nowhere/miro"}, "/nowhere/miro"),
    ],
)
def test_a_missing_token_is_a_matter_of_settings(environment: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError) as refused:
        token_source(environment, http())
    assert words in told(refused.value.message)


@pytest.mark.parametrize("text", ["", "два слова", "a b", "\x00"])
def test_a_file_that_holds_no_token_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "token"
    path.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as refused:
        token_source({"MIRO_ACCESS_TOKEN_FILE": str(path)}, http())
    assert str(path) in told(refused.value.message)


# --- the file ---------------------------------------------------------------------------------


def test_the_file_is_its_owners_alone_and_holds_the_pair(file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_tokens(file) == pair()


def test_replacing_the_file_leaves_nothing_else_behind(file: Path) -> None:
    save_tokens(file, pair(access_token=SecretStr("access-1")))
    assert load_tokens(file).access_token.get_secret_value() == "access-1"
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_a_file_that_cannot_be_replaced_keeps_the_pair(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(_: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(SourceError) as failed:
        save_tokens(file, pair(access_token=SecretStr("access-1")))
    assert str(file) in told(failed.value.message)
    assert load_tokens(file) == pair()
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_a_folder_that_is_gone_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as failed:
        save_tokens(tmp_path / "gone" / "miro.json", pair())
    assert "не получается" in told(failed.value.message).lower()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"access_token": ""}', '{"access_token": 5}'])
def test_a_spoilt_file_is_said_in_words(file: Path, text: str) -> None:
    file.write_text(text, "utf-8")
    with pytest.raises(SourceError) as failed:
        load_tokens(file)
    assert str(file) in told(failed.value.message)


def test_secrets_of_a_pair_do_not_show_themselves() -> None:
    shown = repr(pair()) + str(pair()) + repr(PermanentToken.of("access-0"))
    assert "access-0" not in shown
    assert "refresh-0" not in shown
    assert "app-secret" not in shown


# --- renewal ----------------------------------------------------------------------------------


def test_a_fresh_token_is_used_as_it_is(file: Path) -> None:
    with with_pair(file) as w:
        known(w)
        w.client.read()
        assert w.server.grants == 0


def test_a_token_about_to_end_is_renewed_before_it_is_used(file: Path) -> None:
    with with_pair(file) as w:
        known(w)
        w.time.move(minutes=58, seconds=30)
        w.client.read()
        assert w.server.grants == 1
        assert not [one for one in w.server.seen if one.status == 401]
    stored = load_tokens(file)
    assert stored.access_token.get_secret_value() == "access-1"
    assert stored.refresh_token
    assert stored.refresh_token.get_secret_value() == "refresh-1"
    assert stored.refresh_expires_at
    assert stored.refresh_expires_at > NOON + dt.timedelta(days=60)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("page", ["first", "middle", "last", "any"])
@pytest.mark.parametrize("place", ["items", "tags", "members", "tagged", "board"])
def test_a_token_that_is_refused_halfway_is_renewed_once(file: Path, place: str, page: str) -> None:
    with with_pair(file, Fault("401", place, page)) as w:
        known(w)
        snapshot = w.client.read().snapshot
        assert snapshot
        assert snapshot.complete
        assert w.server.grants == (0 if w.server.faults[0].times else 1)


def test_many_threads_renew_once(file: Path) -> None:
    with with_pair(file) as w:
        known(w, "nobody-has-this")
        snapshot = w.client.read().snapshot
        assert snapshot
        assert snapshot.complete
        assert w.server.grants == 1


def test_a_pair_that_another_process_renewed_is_read_again(file: Path) -> None:
    with with_pair(file) as w:
        known(w)
        w.client.who_am_i()
        save_tokens(file, pair(access_token=SecretStr("access-7")))
        known(w, "access-7")
        assert w.client.who_am_i().user
        assert w.server.grants == 0


def test_two_readers_of_one_file_never_lose_the_pair(file: Path) -> None:
    with with_pair(file) as w:
        known(w)
        w.time.move(hours=2)
        readers = [StoredTokens(file, w.http) for _ in range(8)]
        start = threading.Barrier(8)

        def ask(reader: StoredTokens) -> str:
            start.wait()
            return reader.current().get_secret_value()

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(ask, readers)) == {"access-1"}
        assert w.server.grants == 1


WORKER = """
import datetime as dt, sys
from pathlib import Path
from miro_sync.miro_budget import Clock
from miro_sync.miro_http import Address, MiroHttp
from miro_sync.miro_tokens import StoredTokens
moment = dt.datetime.fromisoformat(sys.argv[3])
http = MiroHttp(Clock(lambda: moment), Address(sys.argv[1]))
sys.stdin.readline()
print(StoredTokens(Path(sys.argv[2]), http).current().get_secret_value())
"""


def test_two_processes_at_once_buy_one_pair(file: Path) -> None:
    with with_pair(file) as w:
        known(w)
        w.time.move(hours=2)
        later = w.time.now().isoformat()
        command = [sys.executable, "-c", WORKER, w.server.url, str(file), later]
        workers = [
            subprocess.Popen(  # noqa: S603 - our own script
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=Path(__file__).parents[1],
            )
            for _ in range(2)
        ]
        for worker in workers:
            assert worker.stdin
            worker.stdin.write("\n")
            worker.stdin.flush()
        assert {worker.communicate(timeout=60)[0].strip() for worker in workers} == {"access-1"}
        assert w.server.grants == 1


def test_a_lost_race_on_a_disk_without_locks_is_won_by_reading_again(file: Path) -> None:
    with with_pair(file) as w:
        w.server.refresh_token = "refresh-9"  # somebody has bought already …
        reader = StoredTokens(file, w.http)
        bought = pair(access_token=SecretStr("access-9"), refresh_token=SecretStr("refresh-9"))
        w.server.tokens = {"access-9": None}
        # … and stores it while we ask
        w.server.before_grant = lambda: save_tokens(file, bought)
        w.time.move(hours=2)
        assert reader.current().get_secret_value() == "access-9"


@pytest.mark.parametrize("kind", ["408", "429", "429+", "500", "502", "503", "reset", "hung"])
def test_trouble_while_renewing_is_waited_out(file: Path, kind: str) -> None:
    with with_pair(file, Fault(kind, "grant"), timeout=0.3 if kind == "hung" else 10.0) as w:
        known(w)
        w.time.move(hours=2)
        assert w.client.read().snapshot
        assert w.server.grants == 1


@pytest.mark.parametrize("kind", ["reset", "cut", "hung", "not_json", "wrong_shape"])
def test_a_purchase_whose_answer_is_lost_asks_for_a_login(file: Path, kind: str) -> None:
    # Bought, but nobody knows the new pair, and the old one is dead: only a person can help.
    fault = Fault(kind, "grant", done=True)
    with with_pair(file, fault, timeout=0.3 if kind == "hung" else 10.0) as w:
        known(w)
        w.time.move(hours=2)
        with pytest.raises(SourceError) as failed:
            w.client.read()
    assert "miro-sync login" in told(failed.value.message)
    assert load_tokens(file) == pair()


def test_trouble_while_renewing_that_stays_ends_in_words(file: Path) -> None:
    with with_pair(file, Fault("503", "grant", times=999), patience=20) as w:
        known(w)
        w.time.move(hours=2)
        with pytest.raises(SourceError) as failed:
            w.client.who_am_i()
    assert "временно не работает" in told(failed.value.message)


@pytest.mark.parametrize("kind", ["not_json", "wrong_shape"])
def test_a_purchase_that_cannot_be_read_never_spoils_the_file(file: Path, kind: str) -> None:
    with with_pair(file, Fault(kind, "grant", times=999), patience=5) as w:
        known(w)
        w.time.move(hours=2)
        with pytest.raises(SourceError):
            w.client.who_am_i()
    assert load_tokens(file) == pair()


def test_a_pair_that_has_ended_asks_for_a_login(file: Path) -> None:
    with with_pair(file) as w:
        w.server.refresh_token = "another"
        w.time.move(days=61)
        with pytest.raises(SourceError) as failed:
            w.client.read()
    assert "miro-sync login" in told(failed.value.message)


def test_a_stored_token_without_end_is_used_and_cannot_be_renewed(tmp_path: Path) -> None:
    path = tmp_path / "miro.json"
    save_tokens(
        path,
        pair(access_token=SecretStr(TOKEN), refresh_token=None, expires_at=None,
             refresh_expires_at=None),
    )  # fmt: skip
    with with_pair(path) as w:
        assert w.client.who_am_i().user
        w.server.tokens = {}
        with pytest.raises(SourceError) as failed:
            w.client.who_am_i()
    assert "miro-sync login" in told(failed.value.message)


def test_a_token_refused_although_just_renewed_asks_for_a_login(file: Path) -> None:
    with with_pair(file, Fault("401", "token", times=99)) as w:
        known(w)
        with pytest.raises(SourceError) as failed:
            w.client.who_am_i()
    assert "miro-sync login" in told(failed.value.message)


def test_a_file_that_vanished_is_said_in_words(file: Path) -> None:
    with with_pair(file) as w:
        file.unlink()
        with pytest.raises(SourceError) as failed:
            w.client.read()
    assert str(file) in told(failed.value.message)


def test_a_refusal_of_the_renewed_token_for_another_reason_is_told_as_such(file: Path) -> None:
    faults = [Fault("401", "board"), Fault("403", "board")]
    with with_pair(file, *faults) as w:
        known(w)
        with pytest.raises(SourceError) as failed:
            w.client.read()
    assert "нет доступа" in told(failed.value.message)


def test_a_folder_that_cannot_be_written_is_said_in_words(file: Path) -> None:
    with with_pair(file) as w:
        known(w)
        w.time.move(hours=2)
        (file.parent / f".{file.name}.lock").mkdir()
        with pytest.raises(SourceError) as failed:
            w.client.read()
    assert "записать файл" in told(failed.value.message)


# --- warnings ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (60, None),
        (15, None),
        (14, "через 14 дней"),
        (4, "через 4 дня"),
        (3, "осталось 3 дня"),
        (0, "осталось 0 дней"),
        (-1, "miro-sync login"),
    ],
)
def test_the_end_of_a_pair_is_told_14_and_3_days_before(
    file: Path, days: int, words: str | None
) -> None:
    save_tokens(file, pair(refresh_expires_at=NOON + dt.timedelta(days=days, minutes=5)))
    warnings = token_warnings({"MIRO_ACCESS_TOKEN_FILE": str(file)}, NOON)
    if words is None:
        assert warnings == ()
    else:
        (warning,) = warnings
        assert words in told(warning)


def test_a_file_that_others_can_read_is_told(file: Path) -> None:
    file.chmod(0o644)
    (warning,) = token_warnings({"MIRO_ACCESS_TOKEN_FILE": str(file)}, NOON)
    assert "chmod 600" in told(warning)


def test_a_permanent_token_has_no_end_to_warn_of(tmp_path: Path, file: Path) -> None:
    path = tmp_path / "token"
    path.touch(0o600)
    path.write_text("abc", "utf-8")
    assert token_warnings({"MIRO_ACCESS_TOKEN_FILE": str(path)}, NOON) == ()
    assert token_warnings({}, NOON) == ()
    both = {"MIRO_ACCESS_TOKEN": "abc", "MIRO_ACCESS_TOKEN_FILE": str(file)}
    assert token_warnings(both, NOON + dt.timedelta(days=59)) == ()


def test_a_stored_token_without_a_refresh_token_has_no_end_to_warn_of(file: Path) -> None:
    save_tokens(file, pair(refresh_token=None, refresh_expires_at=None))
    assert token_warnings({"MIRO_ACCESS_TOKEN_FILE": str(file)}, NOON) == ()


def test_the_file_can_be_read_by_people(file: Path) -> None:
    document = json.loads(file.read_text("utf-8"))
    assert document["schema"] == "miro-sync/token/1"
    assert document["expires_at"] == "2023-06-01T13:00:00+00:00"
