"""The chat page: the only importer of Gradio, which takes seconds to load."""

from __future__ import annotations

import os

# Gradio reads it when it is imported: nothing may leave this machine.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

from mlqa.service.ui.page import build_page, looks
from mlqa.service.ui.serving import serve

__all__ = ["build_page", "looks", "serve"]
