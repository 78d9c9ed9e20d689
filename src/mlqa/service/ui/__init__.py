"""The chat page: the only importer of Gradio, which takes seconds to load."""

from __future__ import annotations

import os

# Gradio reads it when it is imported: nothing may leave this machine.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
# Gradio counts its events for a page that is not served, with pandas, all of them at each event.
os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**12)
# At its first event Gradio asks Matplotlib for its backend, which else loads all of pyplot.
os.environ.setdefault("MPLBACKEND", "agg")

from mlqa.service.ui.page import build_page, looks
from mlqa.service.ui.serving import serve

__all__ = ["build_page", "looks", "serve"]
