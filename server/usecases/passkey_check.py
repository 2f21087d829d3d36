"""The child process that checks what an authenticator signed: JSON on stdin, JSON on stdout, 3 when it is not right."""

import json
import sys
from typing import Any

from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from server.child import REFUSED


def check(given: dict[str, Any]) -> dict[str, Any]:
    """Somebody has to have proved to the authenticator who they are: so a passkey counts as two factors.

    `public_key` is that of a known passkey, missing when one is being made. Raises what the library raises.
    """
    asked: dict[str, Any] = {
        "credential": given["credential"],
        "expected_challenge": base64url_to_bytes(given["challenge"]),
        "expected_rp_id": given["site"],
        "expected_origin": given["origin"],
        "require_user_verification": True,
    }
    if "public_key" in given:
        used = verify_authentication_response(
            **asked,
            credential_public_key=base64url_to_bytes(given["public_key"]),
            credential_current_sign_count=given["sign_count"],
        )
        return {"sign_count": used.new_sign_count}
    made = verify_registration_response(**asked)
    return {
        "id": bytes_to_base64url(made.credential_id),
        "public_key": bytes_to_base64url(made.credential_public_key),
        "sign_count": made.sign_count,
    }


def main() -> None:
    given = json.load(sys.stdin)
    try:
        checked = check(given)
    except Exception as error:
        # Strangers write what is read here, and the libraries below raise many kinds of errors over it.
        sys.stderr.write(type(error).__name__)
        sys.exit(REFUSED)
    json.dump(checked, sys.stdout)


if __name__ == "__main__":
    main()
