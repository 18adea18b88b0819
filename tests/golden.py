"""The worked figures, as text: YAML 1.1 takes the key `on` for a boolean."""

from pathlib import Path
from typing import Any

import yaml

GOLDEN: dict[str, list[dict[str, Any]]] = yaml.load(
    (Path(__file__).parent / "golden.yaml").read_text(),
    Loader=yaml.BaseLoader,  # noqa: S506 - it makes nothing but text, lists and maps
)
