"""The child process that speaks with the other sign-in service: JSON on stdin, JSON on stdout, 3 when it refuses.

Opens addresses of the issuer that the settings name, and those that it names itself; none that a visitor sends.
"""

import json
import sys
from typing import Any
from urllib.parse import urlsplit

from authlib.integrations.httpx_client import OAuth2Client, OAuthError
from authlib.oidc.core import CodeIDToken
from httpx2 import Client, HTTPError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from server.child import REFUSED
from server.web.oidc import AWAY

_PATIENCE_S = 10
_LEEWAY_S = 120
# A key that the provider publishes, never a shared secret and never none.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
_LOCAL = ("localhost", "127.0.0.1")


class Refused(Exception):
    """What came is not right; the text says what, and nothing of what came."""


def discover(given: dict[str, Any]) -> dict[str, Any]:
    """The provider's addresses, as it publishes them."""
    issuer = given["issuer"]
    with Client(timeout=_PATIENCE_S) as client:
        found = _get(client, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != issuer:
        raise Refused("another issuer answers")
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
    addresses = {name: str(found[name]) for name in names if found.get(name)}
    for address in addresses.values():
        _check_address(address)
    how = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    method = "client_secret_basic" if "client_secret_basic" in how else "client_secret_post"
    return {"issuer": issuer, "method": method, **addresses}


def exchange(given: dict[str, Any]) -> dict[str, Any]:
    """The claims of whom the code stands for."""
    provider, client_id = given["provider"], given["client_id"]
    with OAuth2Client(
        client_id, given["client_secret"], token_endpoint_auth_method=provider["method"], timeout=_PATIENCE_S
    ) as client:
        asked = {"code": given["code"], "code_verifier": given["verifier"], "redirect_uri": given["redirect_uri"]}
        token = client.fetch_token(provider["token_endpoint"], grant_type="authorization_code", **asked)
        with Client(timeout=_PATIENCE_S) as reader:
            keys = KeySet.import_key_set({"keys": _get(reader, provider["jwks_uri"])["keys"]})
            signed = jwt.decode(str(token.get("id_token", "")), keys, algorithms=_ALGORITHMS)
            claims = CodeIDToken(
                signed.claims,
                signed.header,
                {
                    "iss": {"essential": True, "value": provider["issuer"]},
                    "aud": {"essential": True, "value": client_id},
                },
                {"nonce": given["nonce"], "client_id": client_id, "access_token": token.get("access_token")},
            )
            claims.validate(leeway=_LEEWAY_S)
            if set(given["wanted"]) <= claims.keys() or "userinfo_endpoint" not in provider:
                return dict(claims)
            more = _get(reader, provider["userinfo_endpoint"], {"Authorization": f"Bearer {token['access_token']}"})
    if more.get("sub") != claims["sub"]:
        raise Refused("the two tell of different people")
    return {**more, **claims}


def _get(client: Client, address: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    _check_address(address)
    reply = client.get(address, headers=headers).raise_for_status().json()
    if not isinstance(reply, dict):
        raise Refused("no JSON object came")
    return reply


def _check_address(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in _LOCAL:
        raise Refused("an address is not https")


_JOBS = {"discover": discover, "exchange": exchange}


def main() -> None:
    given = json.load(sys.stdin)
    try:
        said = _JOBS[given["job"]](given)
    except HTTPError as error:
        sys.stderr.write(type(error).__name__)
        sys.exit(AWAY)
    except (Refused, OAuthError, JoseError, ValueError, KeyError, TypeError) as error:
        sys.stderr.write(str(error) if isinstance(error, Refused) else type(error).__name__)
        sys.exit(REFUSED)
    json.dump(said, sys.stdout)


if __name__ == "__main__":
    main()
