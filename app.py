"""Starts the chat page: ``python app.py``."""

from __future__ import annotations

import sys

from mlqa.chatbot import Chatbot
from mlqa.config import load_config
from mlqa.errors import MlqaError
from mlqa.messages import Language


def main() -> int:
    """Serves the page with the settings of environment and ``mlqa.toml``.

    Returns:
        The exit code: 0 done, 1 an error of ours.
    """
    language: Language = "ko"
    try:
        config = load_config()
        language = config.language
        bot = Chatbot.load(config.index, config)
        # Gradio takes seconds to load: an error in the index should not wait for it.
        from mlqa.service.ui import serve  # noqa: PLC0415

        serve(bot, host=config.host, port=config.port)
    except MlqaError as error:
        sys.stderr.write(error.text(language) + "\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
