"""The vocoders' names, without what they need: a command line knows them before anything is loaded."""

VOCODER_NAMES = ("neural", "world", "griffinlim")
DEFAULT_VOCODER = "neural"
