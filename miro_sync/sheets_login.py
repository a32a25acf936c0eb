"""Who we are to Google: a key from the environment, and the token that it buys.

Looked for, in this order: `GOOGLE_APPLICATION_CREDENTIALS` (the path of a key file, or its JSON
text), `GOOGLE_APPLICATION_CREDENTIALS_JSON` (the text), and the login that `gcloud auth
application-default login` left on this computer. Keys and tokens show themselves in no `repr` and
no sentence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import requests
from google.auth import transport
from google.auth.credentials import Credentials
from google.auth.exceptions import RefreshError
from google.oauth2 import credentials as user
from google.oauth2 import service_account
from requests.auth import AuthBase

from miro_sync.errors import SourceError
from miro_sync.model import Message, say
from miro_sync.sheets_http import Answer, RefusedError, TroubleError, Web, wish_of

READING: Final = "https://www.googleapis.com/auth/spreadsheets.readonly"
WRITING: Final = "https://www.googleapis.com/auth/spreadsheets"

KEY: Final = "GOOGLE_APPLICATION_CREDENTIALS"
KEY_TEXT: Final = "GOOGLE_APPLICATION_CREDENTIALS_JSON"

#: A key file takes about 2 KB.
_LONGEST_KEY = 100_000


@dataclass(frozen=True, slots=True)
class Login:
    """A key that was found.

    Attributes:
        origin: where it came from, in words.
        email: of the service account; None for a person's login.
        is_person: it is a person's login, not a service account's key.

    """

    origin: Message
    email: str | None
    is_person: bool
    _info: Mapping[str, Any] = field(repr=False)

    def account(self, web: Web, scope: str) -> Account:
        """Return the account that the key opens, asking for no more than the scope.

        Raises:
            RefusedError: the key is damaged.

        """
        try:
            return Account(self, self._credentials(scope), web)
        except (ValueError, KeyError, TypeError, AttributeError):
            # The reasons that google-auth gives may quote the key.
            raise RefusedError(say("sheets.key_damaged", origin=self.origin)) from None

    def _credentials(self, scope: str) -> Credentials:
        make = (
            user.Credentials.from_authorized_user_info
            if self.is_person
            else service_account.Credentials.from_service_account_info
        )
        credentials: Credentials = make(self._info, scopes=[scope])
        return credentials


class Account(AuthBase):
    """Puts a valid token on each request, and buys one when there is none.

    Attributes:
        login: the key.
        credentials: google-auth's own, which hold the token.

    """

    def __init__(self, login: Login, credentials: Credentials, web: Web) -> None:
        """Prepare; nothing is sent before the first request."""
        self.login = login
        self.credentials = credentials
        self._request = _TokenRequest(web)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign a request; `prepare` must have been called."""
        self.credentials.apply(request.headers)
        return request

    def prepare(self, *, renew: bool = False) -> None:
        """Make sure that there is a valid token.

        Only the credentials' own `refresh` is used: google-auth's session would also start a
        thread that asks another of Google's services where the account may be used from.

        Args:
            renew: the token at hand was refused.

        Raises:
            RefusedError: Google does not accept the key.
            TroubleError: Google could not be asked.

        """
        if self.credentials.valid and not renew:
            return
        try:
            self.credentials.refresh(self._request)
        except SourceError:
            raise
        except RefreshError as error:
            raise self._refused(error) from None
        except (ValueError, TypeError, KeyError, AttributeError):
            # What came back is no answer of Google's: google-auth takes it for one.
            raise TroubleError(say("sheets.not_google", host=self._request.host)) from None

    def _refused(self, error: RefreshError) -> RefusedError | TroubleError:
        """Put the refusal of a token into words; the codes are those of RFC 6749 and Google's."""
        answer = error.args[1] if len(error.args) > 1 else None
        if not isinstance(answer, Mapping) or "error" not in answer:
            return TroubleError(say("sheets.not_google", host=self._request.host))
        code = str(answer.get("error", ""))
        why = str(answer.get("error_description", ""))
        origin = self.login.origin
        if self.login.is_person:
            return RefusedError(say("sheets.login_expired", origin=origin, scope=WRITING))
        if _WRONG_TIME.search(why):
            return RefusedError(say("sheets.clock_wrong"))
        if _NO_ACCOUNT.search(why) or code in {"deleted_client", "disabled_client"}:
            email = self.login.email or ""
            return RefusedError(say("sheets.account_gone", email=email, origin=origin))
        if _NO_KEY.search(why):
            return RefusedError(say("sheets.key_revoked", origin=origin))
        return RefusedError(say("sheets.key_refused", origin=origin))


def find_login(environ: Mapping[str, str]) -> Login | None:
    """Find the key to use.

    Args:
        environ: the environment; nothing else of it is looked at than said above.

    Returns:
        The key, None when there is none at all.

    Raises:
        RefusedError: a key is named, but it cannot be read or is of another kind.

    """
    given = environ.get(KEY, "").strip()
    if given.startswith("{"):
        return _login(given, say("sheets.key_in_variable", name=KEY))
    if given:
        path = Path(given).expanduser()
        return _login(_text(path), say("sheets.key_in_file", path=given, name=KEY))
    text = environ.get(KEY_TEXT, "").strip()
    if text:
        return _login(text, say("sheets.key_in_variable", name=KEY_TEXT))
    left = _left_by_gcloud(environ)
    if left is not None:
        return _login(_text(left), say("sheets.key_of_gcloud", path=str(left)))
    return None


#: Google's descriptions of an `invalid_grant`, as they were met.
_WRONG_TIME = re.compile(r"\b(?:iat|exp|timeframe|short-lived)\b", re.IGNORECASE)
_NO_ACCOUNT = re.compile(r"account (?:not found|disabled|deleted|has been)", re.IGNORECASE)
_NO_KEY = re.compile(r"signature|expired|revoked", re.IGNORECASE)


def _text(path: Path) -> str:
    """Return what a key file holds."""
    shown = str(path)
    try:
        document = path.read_bytes()[: _LONGEST_KEY + 1]
    except FileNotFoundError:
        raise RefusedError(say("sheets.key_file_absent", path=shown, name=KEY)) from None
    except OSError:
        what = "folder" if path.is_dir() else "locked"
        raise RefusedError(say(f"sheets.key_file_{what}", path=shown, name=KEY)) from None
    if len(document) > _LONGEST_KEY:
        raise RefusedError(
            say("sheets.key_not_json", origin=say("sheets.key_in_file", path=shown, name=KEY))
        )
    return document.decode("utf-8-sig", "replace")


def _left_by_gcloud(environ: Mapping[str, str]) -> Path | None:
    """Return the file of `gcloud auth application-default login`, where there is one."""
    folder = environ.get("CLOUDSDK_CONFIG")
    if not folder and environ.get("APPDATA"):
        folder = str(Path(environ["APPDATA"], "gcloud"))
    if not folder and environ.get("HOME"):
        folder = str(Path(environ["HOME"], ".config", "gcloud"))
    if not folder:
        return None
    path = Path(folder, "application_default_credentials.json")
    return path if path.is_file() else None


def _login(text: str, origin: Message) -> Login:
    """Understand the text of a key."""
    try:
        info = json.loads(text)
    except (ValueError, RecursionError):
        cut = text.lstrip().startswith("{")
        raise RefusedError(
            say(f"sheets.key_{'damaged' if cut else 'not_json'}", origin=origin)
        ) from None
    kind = info.get("type") if isinstance(info, dict) else None
    if kind == "service_account":
        email = info.get("client_email")
        if not isinstance(email, str) or not email:
            raise RefusedError(say("sheets.key_damaged", origin=origin))
        return Login(origin, email, is_person=False, _info=info)
    if kind == "authorized_user":
        return Login(origin, None, is_person=True, _info=info)
    other = isinstance(info, dict) and info.keys() & {"installed", "web"}
    raise RefusedError(
        say(f"sheets.key_{'of_application' if other else 'other_kind'}", origin=origin)
    )


class _TokenRequest(transport.Request):
    """How google-auth asks for a token: through `Web`, so that our patience is the only one.

    google-auth would repeat a failed request by itself, asleep for seconds that nobody counts;
    an exception stops it.
    """

    def __init__(self, web: Web) -> None:
        self._web = web
        self.host = ""

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002 - as inherited; `Web` has its own
        **_: object,
    ) -> _TokenAnswer:
        answer = self._web.send(method, url, data=body, headers=headers)
        self.host = answer.host
        if answer.status == requests.codes.too_many_requests:
            raise TroubleError(say("sheets.too_many"), wish=wish_of(answer.headers))
        if answer.status >= requests.codes.server_error:
            raise TroubleError(say("sheets.out_of_order", host=answer.host, status=answer.status))
        if answer.is_page or answer.status // 100 == 3:  # noqa: PLR2004 - it leads elsewhere
            raise TroubleError(say("sheets.not_google", host=answer.host))
        return _TokenAnswer(answer)


class _TokenAnswer(transport.Response):
    """An answer as google-auth wants to see it."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    @property
    def status(self) -> int:
        return self._answer.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self._answer.headers

    @property
    def data(self) -> bytes:
        return self._answer.body
