"""Voices: from an id to a licence and its weights."""
