"""Gold set to scores."""
