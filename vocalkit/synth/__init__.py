"""From a score to a sung voice: how it is performed, and how it sounds."""
