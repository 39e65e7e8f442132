"""Yendor: record, store, learn, play, judge and look at NetHack agents."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("yendor")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+unknown"
