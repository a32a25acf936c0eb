"""The door to the mail server, against servers on loopback that refuse, drop and hang."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from mail_server import DROP, HANG, real, scripted
from pydantic import SecretStr

from miro_sync.errors import MailError
from miro_sync.mail_sender import MailSender, Server
from miro_sync.messages import catalogue
from miro_sync.miro_budget import Clock

FROM, TO = "calendar@example.org", "reader@example.org"
LETTER = b"Subject: test\r\n\r\nfirst line\r\n.a line that begins with a dot\r\n"
NOON = dt.datetime(2024, 4, 22, 5, 0, tzinfo=dt.UTC)
LOGIN = {"user": "office", "password": SecretStr("secret word")}


class Waits:
    """A clock that does not wait and knows how long it would have."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def clock(self) -> Clock:
        return Clock(lambda: NOON, sleep=self.slept.append)


def server_at(port: int, **changes: object) -> Server:
    base = Server("127.0.0.1", port, implicit_tls=False, trusted_way=True, timeout=0.4, patience=7)
    return replace(base, **changes)  # type: ignore[arg-type]


def sent(server: Server, waits: Waits | None = None) -> bool:
    """Send the letter; fails the test when it is handed over more than once."""
    handed: list[int] = []

    def hand_over() -> bool:
        handed.append(1)
        return len(handed) == 1

    with MailSender(server, (waits or Waits()).clock()) as door:
        return door.send(LETTER, FROM, TO, hand_over)


def refusal(server: Server, waits: Waits | None = None) -> MailError:
    with pytest.raises(MailError) as caught:
        sent(server, waits)
    for language in ("ru", "en"):
        assert catalogue(language).tell(caught.value.message)
    return caught.value


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def certified(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Iterator[Path]:
    with authority.cert_pem.tempfile(dir=str(tmp_path)) as path:
        yield Path(path)


# --- letters that arrive --------------------------------------------------------------------------


def test_a_letter_arrives_byte_by_byte() -> None:
    with scripted() as server:
        assert sent(server_at(server.port))

    assert server.taken == [(TO, LETTER)]


def test_several_letters_go_over_one_connection() -> None:
    with scripted() as server, MailSender(server_at(server.port), Waits().clock()) as door:
        assert all(door.send(LETTER, FROM, f"{name}@example.org", lambda: True) for name in "abc")

    assert [to for to, _ in server.taken] == ["a@example.org", "b@example.org", "c@example.org"]
    assert server.steps.count("EHLO") == 1


def test_with_tls_from_the_first_byte_and_a_login(certified: ssl.SSLContext, ca_file: Path) -> None:
    with real(tls=certified, login=True) as (port, mailbox):
        assert sent(server_at(port, implicit_tls=True, ca_file=ca_file, timeout=5, **LOGIN))

    assert mailbox.letters == [(TO, LETTER)]
    assert mailbox.logged_in


def test_with_starttls_and_a_login(certified: ssl.SSLContext, ca_file: Path) -> None:
    with real(starttls=certified, login=True) as (port, mailbox):
        assert sent(server_at(port, trusted_way=False, ca_file=ca_file, timeout=5, **LOGIN))

    assert mailbox.letters == [(TO, LETTER)]
    assert mailbox.logged_in


def test_the_systems_certificates_are_believed(
    certified: ssl.SSLContext, ca_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    with real(tls=certified) as (port, mailbox):
        assert sent(server_at(port, implicit_tls=True, timeout=5))

    assert len(mailbox.letters) == 1


# --- nobody listens on the way --------------------------------------------------------------------


@pytest.mark.parametrize("implicit", [True, False])
def test_a_certificate_that_nobody_vouches_for_gets_no_letter_and_no_password(
    certified: ssl.SSLContext, *, implicit: bool
) -> None:
    kind = {"tls": certified} if implicit else {"starttls": certified}
    with real(**kind) as (port, mailbox):  # type: ignore[arg-type]
        error = refusal(server_at(port, implicit_tls=implicit, timeout=5, **LOGIN))

    assert error.message.key == "digest.certificate"
    assert mailbox.letters == []


def test_a_certificate_of_another_host_is_not_believed(
    authority: trustme.CA, ca_file: Path
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("mail.example.org").configure_cert(context)
    with real(tls=context) as (port, _):
        error = refusal(server_at(port, implicit_tls=True, ca_file=ca_file, timeout=5))

    assert error.message.key == "digest.certificate"


def test_a_server_elsewhere_that_cannot_encrypt_gets_nothing() -> None:
    with scripted() as server:
        error = refusal(server_at(server.port, trusted_way=False, **LOGIN))

    assert error.message.key == "digest.no_starttls"
    assert "AUTH" not in server.steps


def test_a_plain_server_behind_smtps_is_named_as_such() -> None:
    with scripted() as server:
        error = refusal(server_at(server.port, implicit_tls=True, timeout=2))

    assert error.message.key == "digest.no_tls"


def test_a_file_of_certificates_that_is_not_there_is_named(tmp_path: Path) -> None:
    error = refusal(server_at(1, ca_file=tmp_path / "нет.pem"))

    assert error.message.key == "digest.ca_file"


# --- refusals at every step -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "answer", "key"),
    [
        ("connect", "554 not you", "digest.refused"),
        ("AUTH", "535 wrong", "digest.login"),
        ("MAIL", "530 log in first", "digest.login_needed"),
        ("MAIL", "553 not your address", "digest.sender"),
        ("RCPT", "550 no such user", "digest.recipient"),
        ("DATA", "554 no", "digest.content"),
        ("dot", "554 spam", "digest.content"),
        ("dot", "552 too large", "digest.too_large"),
    ],
)
def test_a_lasting_refusal_is_told_at_once_and_nothing_is_taken(
    step: str, answer: str, key: str
) -> None:
    waits = Waits()
    with scripted(**{step: answer}) as server:
        error = refusal(server_at(server.port, **LOGIN), waits)

    assert (error.message.key, error.uncertain) == (key, False)
    assert server.taken == []
    assert waits.slept == []


def test_only_what_concerns_every_letter_stops_the_others() -> None:
    whole = {"connect": "554 no", "AUTH": "535 no", "MAIL": "553 no"}
    one = {"RCPT": "550 no", "DATA": "554 no", "dot": "554 no"}
    for script, of_server in ((whole, True), (one, False)):
        for step, answer in script.items():
            with scripted(**{step: answer}) as server:
                assert refusal(server_at(server.port, **LOGIN)).of_server is of_server


GOOD = {
    "connect": "220 test",
    "EHLO": "250-test\r\n250 AUTH PLAIN",
    "AUTH": "235 ok",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
}


@pytest.mark.parametrize("step", GOOD)
@pytest.mark.parametrize("answer", ["451 later", "421 closing", DROP])
def test_what_may_pass_is_tried_again(step: str, answer: str) -> None:
    waits = Waits()
    with scripted(**{step: [answer, GOOD[step]]}, HELO="421 closing") as server:
        assert sent(server_at(server.port, **LOGIN), waits)

    assert waits.slept == [1]
    assert len(server.taken) == 1


@pytest.mark.parametrize("step", GOOD)
def test_what_does_not_pass_is_given_up_when_patience_is(step: str) -> None:
    waits = Waits()
    with scripted(**{step: "451 later"}, HELO="451 later") as server:
        error = refusal(server_at(server.port, **LOGIN), waits)

    assert not error.uncertain
    assert waits.slept == [1, 2, 4]
    assert server.taken == []


def test_an_old_server_that_knows_no_ehlo_is_spoken_to_as_such() -> None:
    with scripted(EHLO="502 what?", HELO="250 test") as server:
        assert sent(server_at(server.port))


@pytest.mark.parametrize("step", ["connect", "EHLO", "MAIL", "RCPT", "DATA"])
def test_a_server_that_hangs_before_the_dot_is_given_up_and_has_no_letter(step: str) -> None:
    waits = Waits()
    with scripted(**{step: HANG}) as server:
        error = refusal(server_at(server.port, timeout=0.1, patience=1), waits)

    assert not error.uncertain
    assert error.of_server
    assert server.taken == []
    assert waits.slept == [1]


@pytest.mark.parametrize("answer", [DROP, HANG])
def test_without_an_answer_after_the_dot_nobody_knows_and_it_is_not_repeated(answer: str) -> None:
    with scripted(dot=answer) as server:
        error = refusal(server_at(server.port, timeout=0.2))

    assert error.uncertain
    assert len(server.taken) == 1


def test_patience_is_one_for_the_whole_run() -> None:
    waits = Waits()
    with (
        scripted(RCPT="451 later") as server,
        MailSender(server_at(server.port, patience=3), waits.clock()) as door,
    ):
        for _ in range(3):
            with pytest.raises(MailError):
                door.send(LETTER, FROM, TO, lambda: True)

    assert sum(waits.slept) == 3


def test_nobody_answers_on_a_closed_port() -> None:
    with scripted() as server:
        port = server.port

    error = refusal(server_at(port, patience=0))

    assert error.message.key == "digest.no_answer"


def test_a_letter_that_another_process_hands_over_is_not_taken() -> None:
    with scripted() as server, MailSender(server_at(server.port), Waits().clock()) as door:
        assert not door.send(LETTER, FROM, TO, lambda: False)
        assert door.send(LETTER, FROM, TO, lambda: True)

    assert len(server.taken) == 1


def test_a_password_in_the_wrong_script_is_told() -> None:
    with scripted() as server:
        error = refusal(server_at(server.port, user="office", password=SecretStr("пароль")))

    assert error.message.key == "digest.login_letters"


def test_no_password_is_ever_shown() -> None:
    assert "secret word" not in repr(server_at(1, **LOGIN))
