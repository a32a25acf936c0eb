"""Miro's access tokens: where they are kept, when they end, how a new one is had.

A token is either permanent (valid until the application is removed from the team) or one of a
pair: an access token for an hour, and a refresh token for 60 days that buys the next pair. Each
purchase ends the old pair at once, so the new one is on the disk before it is used, and one
process at a time buys. Secrets are `SecretStr` and show themselves nowhere.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import json
import os
import re
import stat
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import Annotated, Final

from pydantic import AwareDatetime, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as shape

from miro_sync.errors import SettingsError, SourceError
from miro_sync.miro_http import GRANT, Call, MiroHttp, MiroRefusedError, Patience
from miro_sync.model import Message, say
from miro_sync.wire import TokenGrant, read_token_grant

if sys.platform == "win32":  # pragma: no cover - not the tests' system
    import msvcrt
else:
    import fcntl

#: The refresh token's life (Miro's).
REFRESH_LIFE: Final = dt.timedelta(days=60)

#: Days before the end of a pair on which somebody must hear of it: first, last (ours).
WARN_DAYS: Final = (14, 3)

#: An access token with less life than this is renewed before it is used (ours).
_EARLY: Final = dt.timedelta(minutes=2)

_TOKEN: Final = re.compile(r"[!-~]+")  # what a header can carry; people paste other things

_FILE_SCHEMA: Final = "miro-sync/token/1"


@shape(frozen=True, slots=True, config=ConfigDict(extra="ignore"))
class TokenPair:
    """What the token file holds.

    Attributes:
        access_token, refresh_token: the pair; no refresh token for an application whose tokens
            do not expire.
        expires_at: the end of the access token, None when it has none.
        refresh_expires_at: the end of the refresh token, None when there is none.
        client_id, client_secret: the application; needed to buy the next pair.

    """

    access_token: Annotated[SecretStr, Field(min_length=1)]
    refresh_token: SecretStr | None = None
    expires_at: AwareDatetime | None = None
    refresh_expires_at: AwareDatetime | None = None
    client_id: str = ""
    client_secret: SecretStr = field(default=SecretStr(""))


@functools.cache
def _pair_adapter() -> TypeAdapter[TokenPair]:
    return TypeAdapter(TokenPair)


@dataclass(frozen=True, slots=True)
class PermanentToken:
    """A token that somebody made by hand and that does not end."""

    token: SecretStr

    @classmethod
    def of(cls, token: str) -> PermanentToken:
        """Take a token as it was written down."""
        return cls(SecretStr(token))

    def current(self) -> SecretStr:
        """Return the token."""
        return self.token

    def renewed(self, refused: SecretStr) -> SecretStr | None:  # noqa: ARG002 - as the protocol
        """Return None: a refused permanent token cannot be mended from here."""
        return None

    def remedy(self) -> Message:
        """Return what to do when Miro does not accept the token."""
        return say("miro.token_refused")


class StoredTokens:
    """A pair of tokens in a file that only its owner may read.

    Many threads and processes may hold one; whoever finds the access token ended takes the
    file's lock, and buys only if nobody else has in the meantime.
    """

    def __init__(self, path: Path, http: MiroHttp) -> None:
        """Remember where; the file is read when a token is asked for."""
        self._path = path
        self._http = http
        self._pair: TokenPair | None = None
        self._lock = RLock()

    def current(self) -> SecretStr:
        """Return an access token that still has two minutes to live.

        Raises:
            SourceError: the file is missing or spoilt, the pair has ended, or Miro could not
                be reached to renew it.

        """
        with self._lock:
            if self._pair is None:
                self._pair = load_tokens(self._path)
            if self._fresh(self._pair):
                return self._pair.access_token
            return self._bought(self._pair.access_token)

    def renewed(self, refused: SecretStr) -> SecretStr | None:
        """Return another access token after this one was refused, None when there is none."""
        with self._lock:
            if self._pair is not None and self._pair.access_token != refused:
                return self._pair.access_token
            try:
                return self._bought(refused)
            except MiroRefusedError:
                return None

    def remedy(self) -> Message:
        """Return what to do when Miro does not accept the tokens."""
        return say("miro.login_again")

    def _fresh(self, pair: TokenPair) -> bool:
        return pair.expires_at is None or pair.expires_at - self._http.clock.now() > _EARLY

    def _bought(self, spent: SecretStr) -> SecretStr:
        """Buy the next pair, unless another process did so while we waited for the lock."""
        with _locked(self._path, self._http):
            pair = load_tokens(self._path)
            if pair.access_token == spent or not self._fresh(pair):
                try:
                    pair = self._buy(pair)
                except MiroRefusedError:
                    # On a shared disk a lock may not hold: somebody else may have bought.
                    old, pair = pair, load_tokens(self._path)
                    if pair.access_token == old.access_token:
                        raise
            self._pair = pair
            return pair.access_token

    def _buy(self, pair: TokenPair) -> TokenPair:
        if pair.refresh_token is None:
            raise MiroRefusedError(self.remedy())
        form: dict[str, str | SecretStr] = {
            "grant_type": "refresh_token",
            "refresh_token": pair.refresh_token,
            "client_id": pair.client_id,
            "client_secret": pair.client_secret,
        }
        # No waiting here: the call that needs the token waits for both. A purchase that was
        # carried out and not answered ends in a refusal of the old pair, never in harm.
        patience = Patience(0, self._http.clock)
        try:
            grant = self._http.call(Call(GRANT, form=form), read_token_grant, patience)
        except MiroRefusedError as error:
            raise MiroRefusedError(self.remedy(), error.status) from None
        bought = pair_from_grant(
            grant, pair.client_id, pair.client_secret, self._http.clock.now(), kept=pair
        )
        save_tokens(self._path, bought)
        return bought


def pair_from_grant(
    grant: TokenGrant,
    client_id: str,
    client_secret: SecretStr,
    now: dt.datetime,
    kept: TokenPair | None = None,
) -> TokenPair:
    """Make the pair to be stored of what Miro granted.

    Args:
        grant: Miro's answer.
        client_id: of the application.
        client_secret: of the application.
        now: when it was granted, aware.
        kept: the pair before; its refresh token stays when the answer brings none.

    """
    refresh = grant.refresh_token or (kept.refresh_token if kept else None)
    return TokenPair(
        access_token=grant.access_token,
        refresh_token=refresh,
        expires_at=now + dt.timedelta(seconds=grant.expires_in) if grant.expires_in else None,
        refresh_expires_at=now + REFRESH_LIFE if refresh else None,
        client_id=client_id,
        client_secret=client_secret,
    )


def ends_soon(pair: TokenPair, now: dt.datetime) -> Message | None:
    """Return a warning 14 and 3 days before the pair ends unused, and once it has ended.

    A job that runs at least every few weeks renews the pair by the way and never hears this.
    """
    if pair.refresh_expires_at is None:
        return None
    days = (pair.refresh_expires_at - now).days
    if days < 0:
        return say("miro.login_again")
    first, last = WARN_DAYS
    if days <= last:
        return say("miro.login_ends_now", days=days, until=pair.refresh_expires_at.date())
    if days <= first:
        return say("miro.login_ends_soon", days=days, until=pair.refresh_expires_at.date())
    return None


def token_source(environment: Mapping[str, str], http: MiroHttp) -> PermanentToken | StoredTokens:
    """Find the token that the environment names.

    `MIRO_ACCESS_TOKEN` is the token itself; `MIRO_ACCESS_TOKEN_FILE` names a file that holds
    either a bare token or what `miro-sync login` wrote.

    Raises:
        SettingsError: neither is set, or the file cannot be read.

    """
    if token := environment.get("MIRO_ACCESS_TOKEN", "").strip():
        if not _TOKEN.fullmatch(token):
            raise SettingsError(say("miro.token_malformed"))
        return PermanentToken.of(token)
    name = environment.get("MIRO_ACCESS_TOKEN_FILE", "").strip()
    if not name:
        raise SettingsError(say("miro.no_token"))
    path = Path(name)
    try:
        text = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsError(say("miro.token_file_unreadable", path=name)) from None
    if text.startswith("{"):
        return StoredTokens(path, http)
    if not _TOKEN.fullmatch(text):
        raise SettingsError(say("miro.token_file_unreadable", path=name))
    return PermanentToken.of(text)


def who_pays(environment: Mapping[str, str]) -> str:
    """Return what the allowance of the named token is known by, as secret as the token itself.

    Miro allows credits to a user of an application. A permanent token is one such pair; of a pair
    of tokens, which change every hour, the application is what stays.

    Raises:
        SettingsError: as `token_source`.

    """
    if token := environment.get("MIRO_ACCESS_TOKEN", "").strip():
        return token
    name = environment.get("MIRO_ACCESS_TOKEN_FILE", "").strip()
    if not name:
        raise SettingsError(say("miro.no_token"))
    try:
        text = Path(name).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsError(say("miro.token_file_unreadable", path=name)) from None
    if not text.startswith("{"):
        return text
    try:
        return _pair_adapter().validate_json(text).client_id
    except ValidationError:
        raise SettingsError(say("miro.token_file_unreadable", path=name)) from None


def token_warnings(environment: Mapping[str, str], now: dt.datetime) -> tuple[Message, ...]:
    """Return what somebody should hear of the token while all still works.

    Args:
        environment: as for `token_source`.
        now: aware.

    Raises:
        SourceError: the token file is spoilt.

    """
    name = environment.get("MIRO_ACCESS_TOKEN_FILE", "").strip()
    if environment.get("MIRO_ACCESS_TOKEN", "").strip() or not name:
        return ()
    path = Path(name)
    warnings: list[Message] = []
    others = stat.S_IRWXG | stat.S_IRWXO
    if sys.platform != "win32" and path.exists() and path.stat().st_mode & others:
        warnings.append(say("miro.token_file_open_to_others", path=name))
    if path.exists() and path.read_bytes().lstrip().startswith(b"{"):
        ending = ends_soon(load_tokens(path), now)
        warnings += [ending] if ending else []
    return tuple(warnings)


def load_tokens(path: Path) -> TokenPair:
    """Read the token file; `SourceError` when it is missing or holds something else."""
    try:
        return _pair_adapter().validate_json(path.read_bytes())
    except (OSError, ValidationError):
        raise SourceError(say("miro.token_file_unreadable", path=str(path))) from None


def save_tokens(path: Path, pair: TokenPair) -> None:
    """Replace the token file: whole or not at all, on the disk, readable by its owner alone.

    Raises:
        SourceError: the file cannot be written.

    """
    document = {
        "schema": _FILE_SCHEMA,
        "access_token": pair.access_token.get_secret_value(),
        "refresh_token": pair.refresh_token.get_secret_value() if pair.refresh_token else None,
        "expires_at": pair.expires_at.isoformat() if pair.expires_at else None,
        "refresh_expires_at": (
            pair.refresh_expires_at.isoformat() if pair.refresh_expires_at else None
        ),
        "client_id": pair.client_id,
        "client_secret": pair.client_secret.get_secret_value(),
    }
    try:
        # mkstemp gives mode 600 from the first byte on.
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(document, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        if sys.platform != "win32":  # there a directory cannot be synchronised
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
    except OSError:
        raise SourceError(say("miro.token_file_not_written", path=str(path))) from None


@contextlib.contextmanager
def _locked(path: Path, http: MiroHttp) -> Iterator[None]:
    """Hold the file's lock, which belongs to the kernel: it ends with its process."""
    name = path.with_name(f".{path.name}.lock")
    try:
        file = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        raise SourceError(say("miro.token_file_not_written", path=str(path))) from None
    try:
        if sys.platform == "win32":  # pragma: no cover - not the tests' system
            while True:
                try:
                    msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
                    break
                except OSError:
                    http.clock.sleep(0.2)
        else:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)
