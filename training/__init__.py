"""Trains the encoder that the package ships; needs the data sets and torch, unlike the package."""
