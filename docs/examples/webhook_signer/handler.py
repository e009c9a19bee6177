"""HMAC signatures of webhooks. The key is used here and shown nowhere."""

from __future__ import annotations

import hmac

from skillpod import Context, tool

_SCHEME = "sha256="


@tool(title="Sign a webhook", read_only=True, idempotent=True, category="security")
def sign(body: str, ctx: Context) -> str:
    """Give the signature that goes with a webhook's body, as the header X-Hub-Signature-256 has it.

    Args:
        body: Exactly what will be sent.
    """
    return _SCHEME + hmac.digest(ctx.secret("WEBHOOK_KEY").encode(), body.encode(), "sha256").hex()


@tool(title="Check a webhook", read_only=True, idempotent=True, category="security")
def check(body: str, signature: str, ctx: Context) -> bool:
    """Say whether a signature is the right one for a body.

    Args:
        body: Exactly what came.
        signature: The value of the header X-Hub-Signature-256.
    """
    return hmac.compare_digest(sign(body, ctx), signature)
