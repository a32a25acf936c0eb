"""Keys, refusals and trouble: each has its own words, and no secret is in any of them."""

from __future__ import annotations

import datetime as dt
import json
import logging
import time
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import requests
import responses
from conftest import shared, shared_lines
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google_books import ID, book, tab
from google_discovery import Json
from google_server import EMAIL, READING, Fault, GoogleServer, private_pem

from miro_sync.errors import SourceError
from miro_sync.files import read_workbook
from miro_sync.messages import catalogue
from miro_sync.model import TablesSnapshot, say
from miro_sync.sheets import SheetsSource
from miro_sync.sheets_http import Answer, Patience, TroubleError, Web, timeout_for, wish_of
from miro_sync.sheets_login import KEY, KEY_TEXT, _TokenAnswer, find_login

READ_AT = dt.datetime(2023, 6, 1, 8, 0, tzinfo=dt.UTC)
PAGE = "<!DOCTYPE html><html><body>502. That’s an error.</body></html>"


@pytest.fixture
def google() -> Iterator[GoogleServer]:
    with GoogleServer() as server:
        server.keep(book(tab("План", [["Мероприятие"], ["Экодиктант"]])))
        yield server
    assert not server.violations


def read(
    google: GoogleServer,
    environ: Mapping[str, str] | None = None,
    *,
    patience: float = 60.0,
    timeout: tuple[float, float] = (2.0, 2.0),
    clock: Json = None,
) -> TablesSnapshot:
    source = SheetsSource(
        ID,
        environ=google.environ() if environ is None else environ,
        read_at=READ_AT,
        clock=clock or google.clock,
        read_workbook=read_workbook,
        api_url=google.url,
        patience_seconds=patience,
        timeout=timeout,
    )
    return source.read()


def refusal(
    google: GoogleServer, environ: Mapping[str, str] | None = None, *, patience: float = 60.0
) -> str:
    """Return the Russian sentence with which a reading ends; nothing in it is a secret."""
    with pytest.raises(SourceError) as caught:
        read(google, environ, patience=patience)
    told = "".join(traceback.format_exception(caught.value))
    for secret in secrets(google):
        assert secret not in told
        assert secret not in repr(caught.value)
    assert catalogue("en").tell(caught.value.message)
    return catalogue("ru").tell(caught.value.message)


def secrets(google: GoogleServer) -> list[str]:
    lines = private_pem().splitlines()[1:-1]
    return [*google.tokens, *lines, "PRIVATE KEY"]


def error(status: int, text: str, code: str = "X", **more: Json) -> Fault:
    body = {"error": {"code": status, "message": text, "status": code, **more}}
    return Fault("/v4/", status, body, times=-1)


# --- where the key is looked for ----------------------------------------------------------------


def test_the_key_may_be_a_file_or_a_text(google: GoogleServer, tmp_path: Path) -> None:
    path = tmp_path / "ключ.json"
    path.write_text(json.dumps(google.key()), "utf-8-sig")

    for environ in ({KEY: str(path)}, google.environ(), {KEY_TEXT: json.dumps(google.key())}):
        assert len(read(google, environ).worksheets) == 1


def test_the_login_of_gcloud_is_found_where_gcloud_leaves_it(tmp_path: Path) -> None:
    person = {
        "type": "authorized_user",
        "client_id": "1",
        "client_secret": "s3cr3t",
        "refresh_token": "r3fr3sh",
    }
    for environ in (
        {"CLOUDSDK_CONFIG": str(tmp_path)},
        {"APPDATA": str(tmp_path.parent)},
        {"HOME": str(tmp_path)},
    ):
        folder = {
            "CLOUDSDK_CONFIG": tmp_path,
            "APPDATA": tmp_path.parent / "gcloud",
            "HOME": tmp_path / ".config" / "gcloud",
        }[next(iter(environ))]
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "application_default_credentials.json"
        path.write_text(json.dumps(person), "utf-8")

        login = find_login(environ)

        assert login is not None
        assert login.is_person
        assert login.email is None
        assert str(path) in catalogue("ru").tell(login.origin)
        assert "s3cr3t" not in repr(login)
        assert "r3fr3sh" not in repr(login)
        path.unlink()


def test_a_named_key_goes_before_the_login_of_gcloud(google: GoogleServer, tmp_path: Path) -> None:
    (tmp_path / "application_default_credentials.json").write_text("{}", "utf-8")

    login = find_login({**google.environ(), "CLOUDSDK_CONFIG": str(tmp_path)})

    assert login is not None
    assert login.email == EMAIL


def test_there_may_be_no_key_at_all(tmp_path: Path) -> None:
    assert find_login({}) is None
    assert find_login({KEY: " ", KEY_TEXT: "", "HOME": str(tmp_path)}) is None


def test_a_login_shows_no_key(google: GoogleServer) -> None:
    login = find_login(google.environ())

    assert EMAIL in repr(login)
    assert "PRIVATE KEY" not in repr(login)


def test_a_key_file_that_cannot_be_read_is_named(google: GoogleServer, tmp_path: Path) -> None:
    absent = tmp_path / "нет.json"
    locked = tmp_path / "закрыт.json"
    locked.symlink_to(locked)  # nobody can open it, not even an administrator

    assert f"нет: {absent}" in refusal(google, {KEY: str(absent)})
    assert f"{tmp_path} – папка" in refusal(google, {KEY: str(tmp_path)})
    assert f"не открывается: {locked}" in refusal(google, {KEY: str(locked)})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("PK\x03\x04", "не ключ Google"),
        ("-----BEGIN PRIVATE KEY-----", "не ключ Google"),
        ("x" * 200_000, "не ключ Google"),
        ('{"type": "service_account", "priv', "не целиком"),
        ('{"type": "service_account"}', "не целиком"),
        ('{"type": "service_account", "client_email": "a@b", "private_key": "x"}', "не целиком"),
        ('{"installed": {"client_id": "1"}}', "ключ приложения"),
        ('{"web": {"client_id": "1"}}', "ключ приложения"),
        ('{"type": "external_account"}', "не того вида"),
        ('{"type": "authorized_user"}', "не целиком"),
        ("[1]", "не того вида"),
        ("5", "не того вида"),
    ],
)
def test_a_key_of_another_kind_is_told_from_a_damaged_one(
    google: GoogleServer, tmp_path: Path, text: str, says: str
) -> None:
    path = tmp_path / "key.json"
    path.write_text(text, "utf-8")

    sentence = refusal(google, {KEY: str(path)})

    assert says in sentence
    assert str(path) in sentence
    assert not google.seen


def test_a_private_key_cut_in_the_middle_is_damaged(google: GoogleServer) -> None:
    cut = private_pem()[:300]

    assert "не целиком" in refusal(google, google.environ(private_key=cut))


# --- what the token address says ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"error": "invalid_grant"}, "истёк, отозван или удалён, либо неверны часы"),
        (
            {"error": "invalid_grant", "error_description": "Invalid JWT Signature."},
            "истёк, отозван или удалён. Создайте новый",
        ),
        (
            {
                "error": "invalid_grant",
                "error_description": "Invalid JWT: Token must be a short-lived token (60 minutes)"
                " and in a reasonable timeframe. Check your iat and exp values in the JWT claim.",
            },
            "часы этого компьютера спешат или отстают",
        ),
        (
            {"error": "invalid_grant", "error_description": "Invalid grant: account not found"},
            f"Сервисного аккаунта {EMAIL} больше нет",
        ),
        ({"error": "disabled_client", "error_description": "off"}, "удалён или отключён"),
        ({"error": "unauthorized_client"}, "не принял ключ"),
    ],
)
def test_a_refused_key_is_told_apart_by_what_google_says(
    google: GoogleServer, answer: Json, says: str
) -> None:
    google.faults.append(Fault("/token", 400, answer, times=-1))

    assert says in refusal(google)
    assert len(google.calls("/token")) == 1
    assert not google.calls("/v4/")


def test_a_key_that_google_does_not_know_any_more_is_told(google: GoogleServer) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )

    assert "Создайте новый" in refusal(google, google.environ(private_key=other.decode()))
    assert "больше нет" in refusal(google, google.environ(client_email="x@y.example"))


PERSON = {
    KEY: json.dumps(
        {
            "type": "authorized_user",
            "client_id": "1",
            "client_secret": "s3cr3t",
            "refresh_token": "r3fr3sh",
            "quota_project_id": "school-plans",
        }
    )
}


@responses.activate
def test_a_persons_login_has_words_of_its_own(google: GoogleServer) -> None:
    responses.add_passthru(google.url)
    token = responses.post("https://oauth2.googleapis.com/token", status=400, json=GONE)

    assert "gcloud auth application-default login" in refusal(google, PERSON)

    responses.remove(token)
    granted = {"access_token": "ya29.person", "expires_in": 3599}
    responses.post("https://oauth2.googleapis.com/token", json=granted)
    google.tokens["ya29.person"] = READING
    assert len(read(google, PERSON).worksheets) == 1
    assert google.calls("/v4/")[0].headers["x-goog-user-project"] == "school-plans"

    google.shared[ID] = ""
    assert "закрыта для того, кто вошёл" in refusal(google, PERSON)


GONE = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault("/token", 500, {"error": "internal_failure"}, times=-1), "сейчас неисправен"),
        (Fault("/token", 502, page=PAGE, times=-1), "сейчас неисправен"),
        (Fault("/token", 429, {}, times=-1), "просит подождать"),
        (Fault("/token", 200, page=PAGE, times=-1), "ответил кто-то другой"),
        (Fault("/token", 302, headers={"Location": "/x"}, times=-1), "ответил кто-то другой"),
        (Fault("/token", 200, ["token"], times=-1), "ответил кто-то другой"),
        (Fault("/token", 200, {"token": "x"}, times=-1), "ответил кто-то другой"),
        (Fault("/token", 400, "no", times=-1), "ответил кто-то другой"),
        (Fault("/token", kind="reset", times=-1), "обрывается"),
    ],
)
def test_trouble_with_the_token_is_waited_out_by_our_own_clock(
    google: GoogleServer, fault: Fault, says: str
) -> None:
    google.faults.append(fault)
    begun = time.monotonic()

    assert says in refusal(google)

    assert sum(google.clock.pauses) == pytest.approx(60)
    assert len(google.calls("/token")) > 4
    assert time.monotonic() - begun < 5


def test_a_token_that_ended_on_its_way_is_bought_anew(google: GoogleServer) -> None:
    google.faults.append(error(401, "Invalid Credentials", "UNAUTHENTICATED"))
    google.faults[0].times = 1

    assert len(read(google).worksheets) == 1
    assert len(google.calls("/token")) == 2


def test_a_token_that_is_never_accepted_is_the_keys_fault(google: GoogleServer) -> None:
    google.faults.append(error(401, "Invalid Credentials", "UNAUTHENTICATED"))

    assert "не принял ключ (переменная" in refusal(google)
    assert len(google.calls("/token")) == 2
    assert len(google.calls("/v4/")) == 2


# --- what Google refuses ------------------------------------------------------------------------

INFO = "type.googleapis.com/google.rpc.ErrorInfo"
PROJECT = "https://console.developers.google.com/apis/api/sheets.googleapis.com/overview?project=1"


def test_a_sheet_that_is_not_shared_names_the_address_and_the_button(
    google: GoogleServer,
) -> None:
    google.shared[ID] = ""

    sentence = refusal(google)

    assert EMAIL in sentence
    assert "«Поделиться»" in sentence
    assert "«Читатель»" in sentence
    assert len(google.calls("/v4/")) == 1


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (
            error(
                403,
                "Google Sheets API has not been used in project 1 before or it is disabled.",
                "PERMISSION_DENIED",
                details=[
                    {
                        "@type": INFO,
                        "reason": "SERVICE_DISABLED",
                        "metadata": {"activationUrl": PROJECT},
                    }
                ],
            ),
            f"Откройте {PROJECT}, нажмите «Включить»",
        ),
        (
            error(
                403,
                f"Google Sheets API has not been used in project 1 before or it is disabled."
                f" Enable it by visiting {PROJECT} then retry.",
            ),
            f"Откройте {PROJECT}, нажмите",
        ),
        (
            error(
                403,
                "Access Not Configured.",
                errors=[{"reason": "accessNotConfigured"}],
                details=[{"links": [{"url": "https://evil.example/google.com"}]}],
            ),
            "Откройте https://console.cloud.google.com/apis/library/sheets.googleapis.com,",
        ),
        (
            error(
                403,
                "Request had insufficient authentication scopes.",
                details=[{"@type": INFO, "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}],
            ),
            "не даёт права на таблицы",
        ),
        (
            error(403, "Consumer suspended.", details=[{"reason": "CONSUMER_SUSPENDED"}]),
            "закрыт или приостановлен",
        ),
        (Fault("/v4/", 403, page=PAGE, times=-1), "из этой сети закрыт"),
        (error(404, "Requested entity was not found.", "NOT_FOUND"), "Такой Google Таблицы нет"),
        (
            error(
                400,
                "This operation is not supported for this document",
                "FAILED_PRECONDITION",
            ),
            "«Сохранить как Google Таблицу»",
        ),
        (error(400, "Something else"), "(ошибка 400)"),
        (Fault("/v4/", 400, "x", times=-1), "(ошибка 400)"),
        (Fault("/v4/", 403, {"error": "no"}, times=-1), EMAIL),
        (Fault("/v4/", 403, {"error": {"details": 5}}, times=-1), EMAIL),
    ],
)
def test_each_refusal_has_its_own_words_and_is_not_repeated(
    google: GoogleServer, fault: Fault, says: str
) -> None:
    google.faults.append(fault)

    assert says in refusal(google)
    assert len(google.calls("/v4/")) == 1


def test_a_spreadsheet_that_is_not_there_is_not_found(google: GoogleServer) -> None:
    google.books.clear()

    assert "Такой Google Таблицы нет" in refusal(google)


def test_recorded_errors_are_put_into_words(google: GoogleServer) -> None:
    words = {
        400: "(ошибка 400)",
        401: "не принял ключ",
        403: EMAIL,
        404: "Такой Google Таблицы нет",
        429: "просит подождать",
    }
    for line in shared_lines("data", "google", "errors.jsonl"):
        answer = line["response"]
        google.faults[:] = [Fault("/v4/", answer["status"], answer["json"], times=-1)]

        assert words[answer["status"]] in refusal(google)


# --- trouble that passes ------------------------------------------------------------------------


TOO_MANY = {
    "error": {
        "code": 429,
        "message": "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per"
        " minute per user' of service 'sheets.googleapis.com'.",
        "status": "RESOURCE_EXHAUSTED",
    }
}


def test_every_recorded_burst_of_429_is_survived(google: GoogleServer) -> None:
    bursts = json.loads(shared("data", "google", "bursts_429.json").read_text("utf-8"))
    lengths = [burst["seconds_to_recover"] for burst in bursts]
    assert max(lengths) == 41.0

    for length in lengths:
        google.faults[:] = [Fault("/v4/", 429, TOO_MANY, lasts=length)]
        assert len(read(google).worksheets) == 1


def test_a_burst_of_41_seconds_takes_a_dozen_requests_and_no_minute(
    google: GoogleServer,
) -> None:
    google.faults.append(Fault("/v4/", 429, TOO_MANY, lasts=41.0))

    assert len(read(google).worksheets) == 1

    assert 41 <= sum(google.clock.pauses) <= 60
    assert len(google.calls("/v4/")) < 14


def test_the_last_attempt_is_made_when_patience_is_used_up(google: GoogleServer) -> None:
    google.faults.append(Fault("/v4/", 429, TOO_MANY, lasts=59.9))

    assert len(read(google).worksheets) == 1


def test_patience_has_an_end(google: GoogleServer) -> None:
    google.faults.append(Fault("/v4/", 429, TOO_MANY, times=-1))

    assert "просит подождать" in refusal(google)
    assert sum(google.clock.pauses) == pytest.approx(60)


def test_patience_is_for_the_whole_reading(google: GoogleServer) -> None:
    google.faults += [
        Fault("/token", 500, {}, lasts=25),
        Fault("values:batchGet", 500, {}, lasts=50),
    ]

    assert "неисправен" in refusal(google)
    assert sum(google.clock.pauses) == pytest.approx(60)


def test_without_patience_there_is_one_attempt(google: GoogleServer) -> None:
    google.faults.append(Fault("/v4/", 503, {}, times=1))

    assert "неисправен" in refusal(google, patience=0)
    assert google.clock.pauses == []


def test_a_wish_to_wait_is_granted_and_one_beyond_patience_ends_it(google: GoogleServer) -> None:
    google.faults.append(Fault("/v4/", 429, TOO_MANY, headers={"Retry-After": "20"}))
    assert len(read(google).worksheets) == 1
    assert google.clock.pauses == [20]

    google.clock.pauses.clear()
    google.faults.append(Fault("/v4/", 429, TOO_MANY, headers={"Retry-After": "3600"}, times=-1))
    assert "просит подождать" in refusal(google)
    assert google.clock.pauses == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500, body={"error": {"code": 500, "status": "INTERNAL"}}),
        Fault(status=502, page=PAGE),
        Fault(status=503, body={"error": {"code": 503, "status": "UNAVAILABLE"}}),
        Fault(status=200, page=PAGE),
        Fault(status=200, body={"sheets": 5}),
        Fault(status=302, headers={"Location": "https://wifi.example/"}),
        Fault(status=403, body=TOO_MANY),
        Fault(
            status=403,
            body={"error": {"code": 403, "errors": [{"reason": "userRateLimitExceeded"}]}},
        ),
        Fault(kind="reset"),
        Fault(kind="cut"),
    ],
    ids=str,
)
@pytest.mark.parametrize("at", ["/v4/", "values:batchGet"])
def test_trouble_that_passes_is_waited_out(google: GoogleServer, fault: Fault, at: str) -> None:
    google.faults.append(
        Fault(at, fault.status, fault.body, fault.page, fault.headers, 2, kind=fault.kind)
    )

    assert len(read(google).worksheets) == 1
    assert len(google.clock.pauses) == 2


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault(status=200, page=PAGE, times=-1), "ответил кто-то другой"),
        (Fault(status=200, body={"a": 1}, times=-1), "приходит испорченным"),
        (Fault(status=200, body={"sheets": 5}, times=-1), "приходит испорченным"),
        (Fault(kind="reset", times=-1), "обрывается на полуслове"),
        (Fault(kind="cut", times=-1), "обрывается на полуслове"),
        (Fault(status=502, page=PAGE, times=-1), "сейчас неисправен"),
    ],
)
def test_trouble_that_does_not_pass_is_told(google: GoogleServer, fault: Fault, says: str) -> None:
    google.faults.append(fault)

    assert says in refusal(google)
    assert sum(google.clock.pauses) == pytest.approx(60)


def test_a_malformed_answer_is_trouble(google: GoogleServer) -> None:
    google.faults.append(
        Fault(status=200, page='{"sheets": [', headers={"Content-Type": "application/json"})
    )

    assert len(read(google).worksheets) == 1


@pytest.mark.parametrize("kind", ["hang", "stall"])
@pytest.mark.parametrize("at", ["/token", "/v4/", "values:batchGet"])
def test_a_silent_server_is_given_up_in_time(google: GoogleServer, kind: str, at: str) -> None:
    google.faults.append(Fault(at, kind=kind, times=-1))
    begun = time.monotonic()

    with pytest.raises(SourceError) as caught:
        read(google, patience=0, timeout=(1.0, 0.3))

    assert time.monotonic() - begun < 3
    assert "молчит" in catalogue("ru").tell(caught.value.message)


def test_a_server_that_is_not_there_has_no_connection() -> None:
    server = GoogleServer()
    server._server.server_close()

    assert "Нет связи с 127.0.0.1" in refusal(server, {KEY: json.dumps(server.key())})


def test_a_silent_server_gets_as_much_time_as_the_patience_within_bounds() -> None:
    assert timeout_for(60) == (10, 60)
    assert timeout_for(30) == (10, 30)
    assert timeout_for(0) == (10, 10)
    assert timeout_for(3600) == (10, 60)


# --- the parts ----------------------------------------------------------------------------------


def test_an_answer_that_drips_or_grows_for_ever_is_given_up(google: GoogleServer) -> None:
    google.faults.append(Fault("/", 200, "x" * 300_000, times=-1))
    web = Web(google.clock, (1.0, 1.0))
    try:
        with pytest.raises(SourceError) as large:
            web.send("GET", f"{google.url}/", limit=100_000)

        class Hurried:
            """A clock on which every look costs a minute."""

            def monotonic(self) -> float:
                google.clock.time += 60
                return google.clock.time

            sleep = google.clock.sleep

        slow = Web(Hurried(), (1.0, 1.0))
        with pytest.raises(TroubleError) as dripping:
            slow.send("GET", f"{google.url}/")
        slow.close()
    finally:
        web.close()

    assert "слишком велика" in catalogue("ru").tell(large.value.message)
    assert "молчит" in catalogue("ru").tell(dripping.value.message)


def test_a_host_that_cannot_prove_itself_and_a_proxy_have_their_own_words(
    google: GoogleServer,
) -> None:
    web = Web(google.clock, (1.0, 1.0))
    with pytest.raises(SourceError) as untrusted:
        web.send("GET", google.url.replace("http:", "https:"))
    with responses.RequestsMock() as mock:
        mock.get("https://a.example/", body=requests.exceptions.ProxyError())
        mock.get("https://b.example/", body=requests.exceptions.TooManyRedirects())
        mock.get("https://c.example/", body=requests.exceptions.ConnectTimeout())
        with pytest.raises(TroubleError) as proxied:
            web.send("GET", "https://a.example/")
        with pytest.raises(TroubleError) as led_on:
            web.send("GET", "https://b.example/")
        with pytest.raises(TroubleError) as unheard:
            web.send("GET", "https://c.example/")
    web.close()

    tell = catalogue("ru").tell
    assert "подменено" in tell(untrusted.value.message)
    assert "Прокси-сервер не пропускает к a.example" in tell(proxied.value.message)
    assert "Связь с b.example обрывается" in tell(led_on.value.message)
    assert "Нет связи с c.example" in tell(unheard.value.message)


def test_an_attempt_that_succeeds_costs_no_patience(google: GoogleServer) -> None:
    patience = Patience(10, google.clock)

    def slow() -> str:
        google.clock.time += 100
        return "да"

    assert patience.outlast(slow) == "да"

    failures = iter([TroubleError(say("sheets.too_many")), None])

    def troubled() -> str:
        failure = next(failures)
        if failure:
            raise failure
        return "да"

    assert patience.outlast(troubled) == "да"
    assert 0 < sum(google.clock.pauses) <= 10


def test_google_auth_sees_an_answer_as_it_came() -> None:
    answer = _TokenAnswer(Answer(200, {"Date": "x"}, b"{}", "https://a.example/"))

    assert (answer.status, answer.headers, answer.data) == (200, {"Date": "x"}, b"{}")


def test_a_wish_is_read_in_seconds_alone() -> None:
    assert wish_of({"Retry-After": " 7 "}) == 7
    assert wish_of({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0
    assert wish_of({"Retry-After": "-1"}) == 0
    assert wish_of({}) == 0


def test_nothing_secret_is_logged(google: GoogleServer, caplog: pytest.LogCaptureFixture) -> None:
    google.faults.append(Fault("/v4/", 503, {}))

    with caplog.at_level(logging.DEBUG):
        read(google)

    assert caplog.records
    for secret in secrets(google):
        assert secret not in caplog.text
    assert "assertion=" not in caplog.text


def test_only_the_named_addresses_are_spoken_to(google: GoogleServer) -> None:
    """google-auth's own session would ask another service, in a thread of its own."""
    read(google)

    assert [seen.path for seen in google.seen] == [
        "/token",
        f"/v4/spreadsheets/{ID}",
        f"/v4/spreadsheets/{ID}/values:batchGet",
    ]
