"""The HTTP API: answers, passages, documents and tools for other programs."""

from mlqa.service.api.app import build_api
from mlqa.service.api.guard import Guard

__all__ = ["Guard", "build_api"]
