"""Bytecode for the many interpreters that start here, where none may be written.

Only the first of them has to compile then. A plugin, because it has to come before anything else is
imported. Some interpreters run as other users, who write there too.
"""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

if sys.dont_write_bytecode and sys.pycache_prefix is None:
    _compiled = tempfile.mkdtemp(prefix="perseat-compiled-")
    Path(_compiled).chmod(0o1777)
    atexit.register(shutil.rmtree, _compiled, ignore_errors=True)
    os.environ |= {"PYTHONPYCACHEPREFIX": _compiled, "PYTHONDONTWRITEBYTECODE": ""}
    sys.dont_write_bytecode, sys.pycache_prefix = False, _compiled
