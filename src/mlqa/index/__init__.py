"""Vectors, BM25 and what stores them."""
