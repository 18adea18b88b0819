"""Typed clients, made from the schema and from the documents in `graphql/operations`.

`python -m api.clients` makes both again, with node 20 and what its lock file names for TypeScript.
"""

import os
import subprocess
import sys
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

from graphql import ExecutableDefinitionNode, parse, print_ast

ROOT = Path(__file__).parents[2]
OPERATIONS, SCHEMA = ROOT / "graphql/operations", ROOT / "schema.graphql"
PYTHON, TYPESCRIPT = ROOT / "graphql/clients/python", ROOT / "graphql/clients/typescript"
PACKAGE, MODULE = "perseat_client", "src/operations.ts"
PINNED = ("ariadne-codegen==0.19.0", "graphql-core==3.2.14", "ruff==0.15.22")
"""In an environment of their own, as ours has a newer graphql-core; ruff formats what is made."""
_CONFIG = """[tool.ariadne-codegen]
schema_path = "{schema}"
queries_path = "{documents}"
target_package_name = "{package}"
target_package_path = "{folder}"
client_name = "Perseat"
include_comments = "none"
[tool.ariadne-codegen.scalars.Date]
type = "datetime.date"
[tool.ariadne-codegen.scalars.DateTime]
type = "datetime.datetime"
[tool.ariadne-codegen.scalars.Decimal]
type = "decimal.Decimal"
[tool.ariadne-codegen.scalars.JSON]
type = "typing.Any"
[tool.ariadne-codegen.scalars.Long]
type = "int"
"""


def merged() -> str:
    """One document of all. Each stands alone and brings its fragments along; those of one name are
    the same, else LookupError names one."""
    found: dict[str, str] = {}
    for file in sorted(OPERATIONS.glob("*.graphql")):
        for each in parse(file.read_text()).definitions:
            if not isinstance(each, ExecutableDefinitionNode) or each.name is None:
                raise LookupError(f"{file.name}: a definition without a name")
            text = print_ast(each)
            if found.setdefault(each.name.value, text) != text:
                raise LookupError(f"{file.name}: another {each.name.value}")
    return "\n\n".join(found.values()) + "\n"


def _run(*command: object, within: Path) -> None:
    words = [str(each) for each in command]
    subprocess.run(words, cwd=within, check=True, stdout=sys.stderr)  # noqa: S603


def install() -> None:
    """What the lock file names, if it is not there."""
    done, lock = (TYPESCRIPT / each for each in ("node_modules/.made", "package-lock.json"))
    if done.exists() and done.read_text() == lock.read_text():
        return
    _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", within=TYPESCRIPT)
    done.write_text(lock.read_text())


def make_typescript(file: Path, documents: Path) -> None:
    install()
    _run("node", "generate.mjs", SCHEMA, documents, OPERATIONS, file, within=TYPESCRIPT)


def make_python(folder: Path, documents: Path) -> None:
    """The package anew; what an operation has left behind that is gone goes, too."""
    rmtree(folder / PACKAGE, ignore_errors=True)
    config = documents.with_suffix(".toml")
    named = {"schema": SCHEMA, "documents": documents, "package": PACKAGE, "folder": folder}
    config.write_text(_CONFIG.format_map(named))
    generator, *pinned = PINNED
    also = [word for each in pinned for word in ("--with", each)]
    uv = (os.environ.get("UV", "uv"), "tool", "run", "--quiet", "--isolated")
    command = (*uv, "--from", generator, *also, "ariadne-codegen")
    _run(*command, "--config", config, within=documents.parent)


def make(typescript: Path, python: Path) -> None:
    with TemporaryDirectory() as folder:
        documents = Path(folder) / "all.graphql"
        documents.write_text(merged())
        make_typescript(typescript, documents)
        make_python(python, documents)


if __name__ == "__main__":
    make(TYPESCRIPT / MODULE, PYTHON)
