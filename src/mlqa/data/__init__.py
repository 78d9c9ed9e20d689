"""The weights of the encoder; see MODEL_CARD.md."""
