"""What Python's garbage collector is told in a process that bills, or that takes usage in."""

import gc

_YOUNG = 20_000


def settle() -> None:
    """What is loaded by now stays, and a chunk of rows, which has no cycles, is walked seldom:
    left to itself the collector takes a fifth of a billing run, and of bodies of usage as long as
    all else that Python does with them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG)
