"""The window's texts, in two languages."""

from __future__ import annotations

from ui.texts.en import EN
from ui.texts.texts import Texts
from ui.texts.zh import ZH

__all__ = ["EN", "ZH", "Texts", "in_language"]

_BY_CODE = {texts.code: texts for texts in (ZH, EN)}


def in_language(chosen: str, accepted: str = "") -> Texts:
    """The texts of the language that was chosen (zh or en), else the first one that the browser accepts.

    ``accepted`` is an ``Accept-Language`` header; Chinese where it names neither.
    """
    if chosen in _BY_CODE:
        return _BY_CODE[chosen]
    for part in accepted.split(","):
        code = part.split(";")[0].strip().lower().split("-")[0]
        if code in _BY_CODE:
            return _BY_CODE[code]
    return ZH
