"""A worker that only waits."""

import time

while True:
    time.sleep(1)
