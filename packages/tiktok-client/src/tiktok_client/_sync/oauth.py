# Generated from _async/oauth.py by tools/unasync.py. Edit that file.
"""Authorisation, from the consent page to disconnecting."""

from collections.abc import Iterable

from tiktok_client._operations import oauth
from tiktok_client.endpoints import Endpoints
from tiktok_client.models.oauth import (
    AppKeys,
    AuthorizeRequest,
    Callback,
    ClientToken,
    TokenGrant,
)

from .transport import Transport

__all__ = ["OAuth"]


class OAuth:
    """OAuth v2 of one app. Reached as `tiktok.oauth`.

    Source: oauth-user-access-token-management 2026-11-05, login-kit-web and login-kit-desktop
    (2026).
    """

    def __init__(self, app: AppKeys | None, endpoints: Endpoints, transport: Transport) -> None:
        self._app = app
        self._endpoints = endpoints
        self._transport = transport

    def authorize(
        self,
        *,
        redirect_uri: str,
        scopes: Iterable[str],
        kind: oauth.AppKind,
        state: str | None = None,
        always_ask: bool = False,
    ) -> AuthorizeRequest:
        """Build the consent page's address. No network.

        Keep `.state` and `.code_verifier` until the callback comes. `always_ask` shows the page
        even to someone who has consented before, so that they can switch accounts. Raises
        ValueError for a redirect address that an app of this kind cannot have registered.

        Source: login-kit-web, login-kit-desktop (2026).
        """
        return oauth.authorize(
            self._keys(),
            self._endpoints,
            redirect_uri=redirect_uri,
            scopes=scopes,
            kind=kind,
            state=state,
            always_ask=always_ask,
        )

    def read_callback(self, url_or_query: str, *, expected_state: str) -> Callback:
        """Read what the browser brought back. No network.

        Raises StateMismatch for somebody else's callback, and OAuthError if the person said no
        (`access_denied`) or TikTok did.

        Source: login-kit-web (2026).
        """
        return oauth.read_callback(url_or_query, expected_state=expected_state)

    def exchange(
        self,
        *,
        code: str,
        redirect_uri: str,
        code_verifier: str | None = None,
        timeout_s: float | None = None,
    ) -> TokenGrant:
        """Turn a code into tokens. It works once: if the answer is lost, consent is needed again.

        Compare `scopes` with what was asked for. Raises OAuthError, TransportError, ResponseError.

        Source: oauth-get-a-user-access-token, 2026-11-02.
        """
        request = oauth.exchange(
            self._keys(),
            self._endpoints,
            code=code,
            redirect_uri=redirect_uri,
            code_verifier=code_verifier,
        )
        return self._transport.call(request, oauth.read_grant, timeout_s=timeout_s)

    def refresh(self, *, refresh_token: str, timeout_s: float | None = None) -> TokenGrant:
        """Get new tokens. The refresh token that was sent stops working: store the new one first.

        One refresh at a time for a person, over all machines. Raises OAuthError (`invalid_grant`:
        ask the person again), TransportError, ResponseError.

        Source: oauth-refresh-a-user-access-token, 2026-11-02.
        """
        request = oauth.refresh(self._keys(), self._endpoints, refresh_token=refresh_token)
        return self._transport.call(request, oauth.read_grant, timeout_s=timeout_s)

    def client_token(self, *, timeout_s: float | None = None) -> ClientToken:
        """Get a token of the app itself: for Research and Commercial Content, not for posting.

        It lives two hours as a rule (`expires_in`) and cannot be refreshed: ask again. Raises
        OAuthError, TransportError, ResponseError.

        Source: client-access-token-management (2026).
        """
        request = oauth.client_token(self._keys(), self._endpoints)
        return self._transport.call(request, oauth.read_client_token, timeout_s=timeout_s)

    def revoke(self, *, access_token: str, timeout_s: float | None = None) -> None:
        """Disconnect the app from this person; both tokens die.

        Raises OAuthError, TransportError, ResponseError.

        Source: oauth-revoke-a-user-access-token, 2026-11-02.
        """
        request = oauth.revoke(self._keys(), self._endpoints, access_token=access_token)
        self._transport.call(request, oauth.read_revoked, timeout_s=timeout_s)

    def _keys(self) -> AppKeys:
        if self._app is None:
            raise ValueError("OAuth calls need app=AppKeys(...)")
        return self._app
