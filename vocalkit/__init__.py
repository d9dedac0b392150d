"""vocalkit: a licensed voice sings your lyrics on your instrumental."""

__version__ = "0.1.0"
