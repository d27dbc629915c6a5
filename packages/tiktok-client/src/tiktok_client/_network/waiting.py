"""The async half: httpcore2's own. It makes calls only, each small enough to be written at once."""

from httpcore2 import AnyIOBackend as Backend

__all__ = ["Backend"]
