"""Files that are either the old one or the new one, never half of a new one.

What is written goes to a temporary file in the same folder, which then takes the name of the old file in one step. When
writing fails the old file is as it was, and nothing is left behind. A user's file that is missing is named.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import DataError, nearest

if TYPE_CHECKING:  # nothing of these is needed to write, and they take long to import
    import pandas
    from matplotlib.figure import Figure


def write_whole(path: str | Path, write: Callable[[Path], None]) -> Path:
    """Let `write` fill a temporary file, then give it the name `path`; answers the path.

    `write` is given the temporary path, which ends as `path` does. Folders that are missing are made. Whatever `write`
    raises passes through, and the old file stays.
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise DataError(f"file {str(path)!r} is a folder, name a file in it")
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.stem}.{secrets.token_hex(6)}{target.suffix}")
    try:
        write(temporary)
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    return Path(path)


def write_text(path: str | Path, text: str) -> Path:
    """Write a text as UTF-8 with plain line ends."""

    def write(temporary: Path) -> None:
        temporary.write_text(text, encoding="utf-8", newline="\n")

    return write_whole(path, write)


def write_csv(path: str | Path, table: pandas.DataFrame) -> Path:
    """Write a table with its index, a heading and empty cells for what does not apply."""

    def write(temporary: Path) -> None:
        table.to_csv(temporary, encoding="utf-8", lineterminator="\n")

    return write_whole(path, write)


def write_figure(path: str | Path, figure: Figure, resolution: float = 150.0) -> Path:
    """Write a figure in the format of the path's ending; `resolution` in dots per inch for pictures made of dots.

    Raises `DataError` for an ending that is no format of figures.
    """
    ending = Path(path).suffix.removeprefix(".").lower()
    formats = figure.canvas.get_supported_filetypes()
    if ending not in formats:
        raise DataError(f"figure {str(path)!r}: {ending!r} is no format of figures{nearest(ending, formats)}")

    def write(temporary: Path) -> None:
        figure.savefig(temporary, format=ending, dpi=resolution)

    return write_whole(path, write)


def read_text(path: Path) -> str:
    """Read a user's file, in Latin-1; raises `DataError` with the nearest name in its folder where there is none."""
    if path.is_dir():
        raise DataError(f"file {str(path)!r} is a folder, name a file in it{nearest('', _files_in(path))}")
    if not path.is_file():
        raise DataError(f"file {str(path)!r} does not exist{nearest(path.name, _files_in(path.parent))}")
    return path.read_text(encoding="latin-1")


def _files_in(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir() if each.is_file()] if folder.is_dir() else []
