"""The one method that makes requests: what it repeats, what it says, and what it never shows."""

from __future__ import annotations

import logging
import time
import traceback
from pathlib import Path

import pytest
import requests
import responses
from miro_server import Fault
from miro_world import FakeClock, small_board, told, world
from pydantic import SecretStr

import miro_sync
from miro_sync import miro_http
from miro_sync.errors import SourceError
from miro_sync.messages import catalogue
from miro_sync.miro_http import (
    ATTACH_TAG,
    BOARD,
    CREATE_TAG,
    DETACH_TAG,
    GRANT,
    REMOVE_CARD,
    REMOVE_TAG,
    TAGS,
    Address,
    Call,
    MiroHttp,
    MiroRefusedError,
    MiroTroubleError,
    Patience,
    Route,
)
from miro_sync.miro_tokens import PermanentToken
from miro_sync.model import Message

API = "https://api.miro.com"
SECRET = "eyJtaXJvLm9yaWdpbiI6ImV1MDEifQ_secret"
LOOK = Call(BOARD, {"board": "uXjVexample="})
MAKE = Call(CREATE_TAG, {"board": "uXjVexample="}, json={"title": "календарь: скоро"})


def ask(
    call: Call = LOOK,
    *,
    patience: float = 60,
    time_: FakeClock | None = None,
    look_up: str | None = None,
) -> bytes:
    clock = (time_ or FakeClock()).clock()
    http = MiroHttp(clock, Address(API))
    return http.call(
        call,
        lambda body: body,
        Patience(patience, clock),
        PermanentToken.of(SECRET),
        None if look_up is None else lambda: look_up.encode() or None,
    )


def said(failed: pytest.ExceptionInfo[SourceError]) -> str:
    return told(failed.value.message)


@responses.activate
def test_the_token_travels_in_its_header_and_the_id_in_the_path() -> None:
    responses.get(f"{API}/v2/boards/uXjVexample%3D", body=b"{}")
    assert ask() == b"{}"
    sent = responses.calls[0].request
    assert sent.headers["Authorization"] == f"Bearer {SECRET}"
    assert sent.headers["User-Agent"] == f"miro-sync/{miro_sync.__version__}"
    assert sent.url == f"{API}/v2/boards/uXjVexample%3D"


@responses.activate
def test_a_purchase_of_tokens_is_a_form_without_a_token() -> None:
    responses.post(f"{API}/v1/oauth/token", body=b"{}")
    clock = FakeClock().clock()
    call = Call(GRANT, form={"grant_type": "refresh_token", "refresh_token": SecretStr("r")})
    MiroHttp(clock, Address(API)).call(call, lambda body: body, Patience(0, clock))
    sent = responses.calls[0].request
    assert "Authorization" not in sent.headers
    assert sent.body == "grant_type=refresh_token&refresh_token=r"
    assert "refresh_token" not in (sent.url or "")


@responses.activate
@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 302])
def test_what_may_pass_is_asked_again(status: int) -> None:
    responses.get(f"{API}/v2/boards/uXjVexample%3D", status=status)
    responses.get(f"{API}/v2/boards/uXjVexample%3D", body=b"{}")
    assert ask() == b"{}"


@responses.activate
@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 413])
def test_what_will_not_pass_is_asked_once(status: int) -> None:
    responses.get(f"{API}/v2/boards/uXjVexample%3D", status=status)
    with pytest.raises(MiroRefusedError) as failed:
        ask()
    assert failed.value.status == status
    assert len(responses.calls) == 1
    assert said(failed)


@responses.activate
def test_pauses_double_are_spread_and_end_with_the_patience() -> None:
    responses.get(f"{API}/v2/boards/uXjVexample%3D", status=503)
    waited = FakeClock()
    with pytest.raises(MiroTroubleError) as failed:
        ask(time_=waited, patience=60)
    assert 30 < waited.monotonic() <= 60
    assert 5 <= len(responses.calls) <= 8
    assert "503" in said(failed)


@responses.activate
def test_no_patience_means_one_attempt() -> None:
    responses.get(f"{API}/v2/boards/uXjVexample%3D", status=503)
    with pytest.raises(MiroTroubleError):
        ask(patience=0)
    assert len(responses.calls) == 1


@responses.activate
def test_a_call_that_makes_something_is_not_repeated_blindly() -> None:
    responses.post(f"{API}/v2/boards/uXjVexample%3D/tags", status=503)
    with pytest.raises(MiroTroubleError):
        ask(MAKE)
    assert len(responses.calls) == 1


@responses.activate
def test_a_call_that_makes_something_is_repeated_when_it_was_certainly_not_done() -> None:
    url = f"{API}/v2/boards/uXjVexample%3D/tags"
    responses.post(url, status=429)
    refused = requests.exceptions.ConnectTimeout()
    responses.post(url, body=refused)
    responses.post(url, body=b"{}", status=201)
    assert ask(MAKE) == b"{}"


@responses.activate
def test_a_call_in_doubt_is_looked_up_before_it_is_repeated() -> None:
    url = f"{API}/v2/boards/uXjVexample%3D/tags"
    responses.post(url, status=503)
    assert ask(MAKE, look_up="found") == b"found"
    assert len(responses.calls) == 1
    responses.post(url, body=b"{}", status=201)
    responses.calls.reset()
    assert ask(MAKE, look_up="") == b"{}"


@responses.activate
def test_words_are_told_for_each_way_a_connection_fails() -> None:
    url = f"{API}/v2/boards/uXjVexample%3D"
    for error, words in (
        (requests.exceptions.SSLError(), "защищённое соединение"),
        (requests.exceptions.ConnectTimeout(), "Нет связи"),
        (requests.exceptions.ReadTimeout(), "не отвечает"),
        (requests.exceptions.ConnectionError(), "оборвалась"),
        (requests.exceptions.TooManyRedirects(), "оборвалась"),
    ):
        responses.reset()
        responses.get(url, body=error)
        with pytest.raises(SourceError) as failed:
            ask(patience=1)
        assert words in said(failed)


def test_an_answer_that_drips_for_ever_is_given_up() -> None:
    with world(small_board(), Fault("drips", "board", times=99), patience=0) as w:
        w.http._whole_answer_seconds = 0.3
        begun = time.monotonic()
        with pytest.raises(SourceError) as failed:
            w.client.read()
    assert "не отвечает" in told(failed.value.message)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "call",
    [
        Call(DETACH_TAG, {"board": "b", "item": "1"}),
        Call(DETACH_TAG, {"board": "b", "item": "1"}, {"tag_id": ""}),
        Call(DETACH_TAG, {"board": "b", "item": ""}, {"tag_id": "7"}),
        Call(DETACH_TAG, {"board": "", "item": "1"}, {"tag_id": "7"}),
        Call(ATTACH_TAG, {"board": "b", "item": "1"}, {"tag": "7"}),
    ],
)
@responses.activate
def test_a_call_without_all_it_needs_never_leaves(call: Call) -> None:
    with pytest.raises(ValueError, match="without all that it needs"):
        ask(call)
    assert len(responses.calls) == 0


@responses.activate
def test_an_id_cannot_lead_to_another_call() -> None:
    responses.get(f"{API}/v2/boards/..%2Fx%3Fy%23z/tags", body=b"{}")
    ask(Call(TAGS, {"board": "../x?y#z"}))
    assert responses.calls[0].request.url == f"{API}/v2/boards/..%2Fx%3Fy%23z/tags"


def routes() -> list[Route]:
    return [each for each in vars(miro_http).values() if isinstance(each, Route)]


def test_only_cards_and_tags_can_be_deleted_and_no_item_of_another_kind() -> None:
    deleting = [route for route in routes() if route.verb == "DELETE"]
    assert deleting == [DETACH_TAG, REMOVE_CARD, REMOVE_TAG]
    assert DETACH_TAG.needs == {"tag_id"}
    assert REMOVE_CARD.path == "/v2/boards/{board}/cards/{item}"
    assert REMOVE_TAG.path == "/v2/boards/{board}/tags/{tag}"


def test_no_call_is_made_anywhere_but_by_a_declared_route() -> None:
    package = Path(miro_sync.__file__).parent
    for path in package.rglob("*.py"):
        text = path.read_text("utf-8")
        assert "DELETE" not in text or path.name == "miro_http.py", path
        if path.name.startswith("miro_") and path.name != "miro_http.py":
            assert "Route(" not in text, path
            assert "requests.Session" not in text, path
            assert "session." not in text, path


def test_only_documented_routes_of_the_second_version_are_used() -> None:
    for route in routes():
        assert route.path.startswith(("/v2/boards/{board}", "/v1/oauth"))
        assert "experimental" not in route.path
        assert "webhook" not in route.path


def test_calls_that_make_something_are_marked_as_such() -> None:
    for route in routes():
        harmless = route.verb in {"GET", "PATCH"} or route in {GRANT, REMOVE_CARD, REMOVE_TAG}
        assert route.twice is harmless, route


@pytest.mark.parametrize("kind", ["401", "403", "500", "reset", "not_json", "hung"])
def test_the_token_is_shown_nowhere(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = PermanentToken.of(SECRET)
    fault = Fault(kind, "board", times=99)
    with world(small_board(), fault, patience=2, timeout=0.2, tokens=lambda _: secret) as w:
        w.server.tokens = {SECRET: None}
        with pytest.raises(SourceError) as failed:
            w.client.read()
        shown = [repr(w.client), repr(vars(w.client)), repr(vars(w.http)), repr(secret)]
        shown += [repr(one) for one in w.server.seen]
    error = failed.value
    shown += [str(error), repr(error), repr(vars(error)), caplog.text]
    shown += ["".join(traceback.format_exception(error, chain=True)), str(failed.getrepr())]
    shown += [catalogue(language).tell(error.message) for language in ("ru", "en")]
    assert not [text for text in shown if SECRET in text]


def test_trouble_of_calls_at_once_is_counted_once() -> None:
    clock = FakeClock()
    patience = Patience(60, clock.clock())
    patience.trouble_began(0)
    clock.move(seconds=10)
    patience.trouble_began(5)
    clock.move(seconds=10)
    assert patience.left() == 40
    patience.trouble_ended()
    assert patience.left() == 40
    patience.trouble_ended()
    clock.move(seconds=100)
    assert patience.left() == 40


def test_an_error_carries_its_words_and_not_its_cause() -> None:
    error = MiroTroubleError(Message("miro.silent", {"host": "x", "seconds": 3}), wish=7)
    assert (error.exit_code, error.wish, error.untouched) == (3, 7, False)


@pytest.mark.parametrize(("patience", "seconds"), [(60, 30), (12, 12), (1, 5), (0, 5)])
@responses.activate
def test_a_silent_call_does_not_outlast_the_patience(patience: float, seconds: float) -> None:
    responses.get(f"{API}/v2/boards/uXjVexample%3D", body=b"{}")
    ask(patience=patience)
    connect, silence = responses.calls[0].request.req_kwargs["timeout"]  # type: ignore[attr-defined]
    assert silence == seconds
    assert connect == min(10, seconds)
