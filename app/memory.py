"""What Python's garbage collector is told in a process that bills."""

import gc

_YOUNG = 20_000


def settle() -> None:
    """What is loaded by now stays, and a chunk of rows, which has no cycles, is walked seldom:
    left to itself the collector takes a fifth of a billing run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG)
