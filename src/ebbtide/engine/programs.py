"""Compiled programs, kept on disk as machine code for each composition of compounds and shape of arrays.

The cache of JAX is asked with a program that was traced and lowered, which takes longer here than to load
what was compiled. So a program is known by what it is made from: its sources, its static arguments, the
shapes of the others, and the machine.
"""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import os
import pickle
import platform
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any

import jax
from jax.experimental import serialize_executable
from jax.experimental.compilation_cache import compilation_cache

FOLDER = "programs"
DIGEST = hashlib.sha256().digest_size
"""Bytes at the head of a file that tell whether the others are as they were written."""
MOST_BYTES = 2**30
"""Of all programs on disk; those not used for longest go first."""
PARTS_OF_EVERY_PROGRAM = ("engine", "physiology")
UNREADABLE = (
    *(OSError, EOFError, ValueError, TypeError, LookupError, AttributeError, ImportError),
    *(pickle.PickleError, RuntimeError),
)


class Program:
    """A function that is compiled for its ``static`` arguments, by place, and for the shapes of the others.

    What it returns must be made of tuples that can be pickled. Elsewhere than on a CPU, or where its static
    arguments have no name that outlives the process, it is compiled as JAX does.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        static: Sequence[int],
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.static = tuple(sorted(static))
        self.jitted = jax.jit(function, static_argnums=self.static, compiler_options=dict(options or {}))
        self.name = f"{function.__module__}.{function.__qualname__} {sorted((options or {}).items())}"
        self._ready: dict[Any, Callable[..., Any]] = {}
        self._making: dict[Any, Lock] = {}

    def __call__(self, *args: Any) -> Any:
        """The function's result; arguments by place."""
        static = tuple(args[i] for i in self.static)
        others = tuple(arg for i, arg in enumerate(args) if i not in self.static)
        leaves, tree = jax.tree.flatten(others)
        key = static, tree, tuple((leaf.shape, leaf.dtype) for leaf in leaves)
        found = self._ready.get(key)
        if found is None:
            with self._making.setdefault(key, Lock()):  # others who want the same wait for it
                if key not in self._ready:
                    self._ready[key], result = self._first(args, others, static, tree, leaves)
                    return result
                found = self._ready[key]
        return found(*others)

    def _first(
        self,
        args: Sequence[Any],
        others: Sequence[Any],
        static: Sequence[Any],
        tree: Any,
        leaves: Sequence[Any],
    ) -> tuple[Callable[..., Any], Any]:
        """A program, and what it gives for these arguments."""
        folder = folder_of_programs()
        known = None
        if folder is not None and jax.default_backend() == "cpu":
            shapes = [(leaf.shape, str(leaf.dtype)) for leaf in leaves]
            known = file_name(self.name, static, str(tree), shapes)
        if folder is None or known is None:
            plain = partial(self._plainly, static)
            return plain, plain(*others)
        path = folder / known
        made = _loaded(path, tree)
        if made is not None:
            with contextlib.suppress(RuntimeError):  # a part of it is missing: it is made anew
                return made, made(*others)
        made = self._compiled(args, path)
        return made, made(*others)

    def _plainly(self, static: Sequence[Any], *others: Any) -> Any:
        merged = list(others)
        for place, value in zip(self.static, static, strict=True):
            merged.insert(place, value)
        return self.jitted(*merged)

    def _compiled(self, args: Sequence[Any], path: Path) -> Callable[..., Any]:
        lowered = self.jitted.lower(*args)
        with _WITHOUT_CACHE:  # what came from there cannot be written again
            compiled = lowered.compile()
        with contextlib.suppress(OSError, ValueError, NotImplementedError):
            _keep(path, compiled)
        return compiled


class _WithoutCache:
    """The cache of JAX left out, as long as at least one thread is inside."""

    def __init__(self) -> None:
        self.inside = 0
        self.before = True
        self.counting = Lock()

    def __enter__(self) -> None:
        with self.counting:
            if not self.inside:
                self.before = jax.config.jax_enable_compilation_cache  # type: ignore[attr-defined]
                self._switch(False)
            self.inside += 1

    def __exit__(self, *_: object) -> None:
        with self.counting:
            self.inside -= 1
            if not self.inside:
                self._switch(self.before)

    def _switch(self, enabled: bool) -> None:
        jax.config.update("jax_enable_compilation_cache", enabled)
        compilation_cache.reset_cache()  # which asks once for all whether it is enabled


_WITHOUT_CACHE = _WithoutCache()


def _loaded(path: Path, tree: Any) -> Callable[..., Any] | None:
    try:
        text = path.read_bytes()
        if hashlib.sha256(text[DIGEST:]).digest() != text[:DIGEST]:
            return None
        content, result = pickle.loads(text[DIGEST:])
        os.utime(path)
        arguments = jax.tree.structure((tree.unflatten([0] * tree.num_leaves), {}))
        made: Callable[..., Any] = serialize_executable.deserialize_and_load(
            content, arguments, jax.tree.structure(result)
        )
    except UNREADABLE:
        return None
    return made


def _keep(path: Path, compiled: Any) -> None:
    """Write a program so that others see it whole or not at all."""
    content, _, result = serialize_executable.serialize(compiled)
    text = pickle.dumps((content, result.unflatten([0] * result.num_leaves)))
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        file.write(hashlib.sha256(text).digest() + text)
    os.replace(file.name, path)
    _prune(path.parent)


def _prune(folder: Path, most_bytes: int = MOST_BYTES) -> None:
    found = [(own.stat().st_mtime, own.stat().st_size, own) for own in folder.iterdir()]
    total = 0
    for _, size, own in sorted(found, reverse=True):
        total += size
        if total > most_bytes:
            own.unlink(missing_ok=True)


def cache_folder() -> Path | None:
    """Where compiled programs are kept: ``EBBTIDE_CACHE``, else in the person's cache; None if it fails."""
    cache_home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = Path(os.environ.get("EBBTIDE_CACHE") or os.path.join(cache_home, "ebbtide"))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None  # a read-only home: programs are compiled anew each time
    return folder


@cache
def folder_of_programs() -> Path | None:
    """The part of it for the programs of this module."""
    home = cache_folder()
    if home is None:
        return None
    try:
        (home / FOLDER).mkdir(mode=0o700, exist_ok=True)
    except OSError:
        return None
    return home / FOLDER


def file_name(name: str, static: Sequence[Any], tree: str, shapes: Sequence[Any]) -> str | None:
    """The file of a program; None where a static argument has no lasting name."""
    sources: set[str] = set()
    try:
        written = [lasting_name(value, sources) for value in static]
    except TypeError:
        return None
    made_from = [name, written, tree, shapes, _own_sources(), [_source(file) for file in sorted(sources)]]
    return hashlib.sha256(repr([made_from, _machine()]).encode()).hexdigest()


def lasting_name(value: Any, sources: set[str]) -> str:
    """A name that equal values have in every process; files of their classes are added to ``sources``.

    Raises
    ------
    TypeError
        For a value of whose parts one has no such name.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return repr(value)
    if isinstance(value, tuple | list):
        inside = ", ".join(lasting_name(part, sources) for part in value)
        return f"{type(value).__qualname__}({inside})"
    if is_dataclass(value) and not isinstance(value, type):
        sources.add(inspect.getfile(type(value)))
        own = ((field.name, getattr(value, field.name)) for field in fields(value) if field.compare)
        inside = ", ".join(f"{key}={lasting_name(part, sources)}" for key, part in own)
        return f"{type(value).__module__}.{type(value).__qualname__}({inside})"
    raise TypeError(f"no lasting name for {type(value).__name__}")


@cache
def _source(file: str) -> str:
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()


@cache
def _own_sources() -> tuple[str, ...]:
    package = Path(__file__).parent.parent
    return tuple(
        _source(str(file))
        for part in PARTS_OF_EVERY_PROGRAM
        for file in sorted((package / part).glob("**/*.py"))
    )


@cache
def _machine() -> str:
    """Processor and libraries: code for one may not run on another."""
    cpu = platform.processor()
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        cpu += next((line for line in lines if line.startswith(("flags", "Features"))), "")
        cpu += next((line for line in lines if line.startswith("model name")), "")
    versions = *map(version, ("jax", "jaxlib", "numpy")), platform.python_version()
    return repr((platform.machine(), platform.system(), cpu, versions, os.environ.get("XLA_FLAGS", "")))
