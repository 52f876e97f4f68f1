"""Results written by a process of its own, which gets ready while the forecast is computed.

Importing what a report needs and starting the chart converter take about as long as a forecast of one
person; on a second core they cost no time.
"""

from __future__ import annotations

from collections.abc import Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from ebbtide.engine.forecast import Forecast


class ResultWriter:
    """Starts at once; :meth:`write` hands a forecast over and waits for its files.

    Parameters
    ----------
    library_folders
        Folders of the user's own, as given to :func:`ebbtide.library.load_library`.
    """

    def __init__(self, library_folders: Sequence[Path | str] = ()) -> None:
        context = get_context("spawn")
        self._connection, far_end = context.Pipe()
        folders = [str(folder) for folder in library_folders]
        self._process = context.Process(target=_serve, args=(far_end, folders), daemon=True)
        self._process.start()
        far_end.close()

    def write(self, forecast: Forecast, out_dir: Path) -> dict[str, Path]:
        """Write all results; what goes wrong over there is raised here.

        Raises
        ------
        RuntimeError
            When the process has ended without an answer.
        """
        self._connection.send((forecast, out_dir))
        try:
            answer = self._connection.recv()
        except EOFError as error:
            raise RuntimeError("the process that writes results has ended") from error
        self._process.join()
        if isinstance(answer, Exception):
            raise answer
        written: dict[str, Path] = answer
        return written

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._process.terminate()


def _serve(connection: Connection[Any, Any], folders: Sequence[str]) -> None:
    from ebbtide.library import load_library

    from .render import warm_up
    from .write import get_ready, write_results

    warm_up()
    library = load_library(folders)
    get_ready()
    try:
        forecast, out_dir = connection.recv()
        connection.send(write_results(forecast, out_dir, library))
    except EOFError:
        return  # the other side gave up
    except Exception as error:
        connection.send(error)
