"""What users read, by language."""
