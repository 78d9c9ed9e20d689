"""The address of a server, its key, and what it tells of an error."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from mlqa.errors import ModelError
from mlqa.index.models import reason

KEY = "OPENAI_API_KEY"


def host_of(base_url: str) -> str:
    """Host and port of an address.

    Raises:
        ModelError: It is not an address, or holds a name or a password.
    """
    try:
        parts = urlsplit(base_url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # a port that is no number, a bracket that stays open
        raise _wrong(base_url) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise _wrong(base_url)
    return f"{parts.hostname}{port}"


def _wrong(base_url: str) -> ModelError:
    """The error for an address; what may be a password is not repeated."""
    scheme, found, rest = base_url.rpartition("@")
    return ModelError("generator_url", url=f"…@{rest}" if found and scheme else base_url)


def told(error: Exception) -> str:
    """What the server says of an error, if it says it in the usual way."""
    body = getattr(error, "body", None)
    said = body.get("message") if isinstance(body, dict) else None
    return reason(ValueError(said)) if isinstance(said, str) and said else ""


def without_key(text: str) -> str:
    """A text in which the key does not stand."""
    key = os.environ.get(KEY)
    return text.replace(key, "…") if key else text
