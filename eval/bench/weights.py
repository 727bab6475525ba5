"""The reader's weights that a benchmark is asked to try in place of the shipped ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from eval.errors import RunError
from qa.reader.selection import FILE as SELECTION
from qa.reader.selection import Selection, load_selection
from qa.reader.weights import FILE as WEIGHTS

if TYPE_CHECKING:
    from qa.reader.trained import TrainedReader


@dataclass(frozen=True, slots=True)
class Weights:
    """A reader by its two files; those that are not named are the shipped ones."""

    model: Path = WEIGHTS
    selection: Path = SELECTION

    @property
    def name(self) -> str:
        """What a table calls it."""
        return self.model.stem

    def weighing(self) -> Selection:
        """How the scores are weighed; raises ``RunError`` for a file that says so for other scores, or not at all."""
        try:
            return load_selection(self.selection)
        except (KeyError, OSError, TypeError, ValueError) as error:
            raise RunError(
                f"{self.selection} holds no weights of selection for this version: {error}",
                "fit them with: python -m qa.reader.train select",
            ) from error

    def reader(self) -> TrainedReader:
        """The reader; raises ``RunError`` for files that are none."""
        from safetensors import SafetensorError

        from qa.reader.trained import TrainedReader

        self.weighing()
        try:
            return TrainedReader(self.model, self.selection)
        except (KeyError, OSError, RuntimeError, SafetensorError) as error:
            raise RunError(
                f"{self.model} holds no weights of the reader: {str(error).splitlines()[0]}",
                "name a file that python -m qa.reader.train wrote",
            ) from error


SHIPPED = Weights()


def named(model: Path | None, selection: Path | None) -> Weights | None:
    """The files that the command line names; ``None`` for neither."""
    return None if model is selection is None else Weights(model or WEIGHTS, selection or SELECTION)


def weights_in(folder: Path) -> list[Weights]:
    """Every ``NAME.safetensors`` of a folder by name, each with the ``NAME.json`` beside it where there is one.

    Raises ``RunError`` when there is none.
    """
    found = [
        Weights(file, beside if (beside := file.with_suffix(".json")).is_file() else SELECTION)
        for file in sorted(folder.glob("*.safetensors"))
    ]
    if not found:
        raise RunError(f"{folder} holds no weights of a reader", "name a folder with NAME.safetensors files in it")
    return found
