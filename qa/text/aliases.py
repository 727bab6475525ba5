"""Terms that mean the same in reports: people ask for the GDP, and the document says 地区生产总值."""

from __future__ import annotations

from qa.text.normalise import fold

# Folded. Each group holds one indicator's names, the ones that people use in questions among them.
GROUPS: tuple[tuple[str, ...], ...] = (
    ("gdp", "地区生产总值", "国内生产总值", "生产总值"),
    ("cpi", "居民消费价格"),
    ("ppi", "工业生产者出厂价格"),
    ("r&d", "研发经费", "研究与试验发展"),
    ("财政收入", "一般公共预算收入"),
    ("财政支出", "一般公共预算支出"),
    ("社零", "社会消费品零售总额"),
    ("固投", "固定资产投资"),
    ("规上", "规模以上"),
    ("外贸", "进出口"),
)


def other_names(question: str) -> tuple[tuple[str, ...], ...]:
    """For each indicator that ``question`` names, the other names of it, folded."""
    folded = fold(question)
    found = []
    for group in GROUPS:
        asked = max((name for name in group if name in folded), key=len, default=None)
        if asked is not None:
            found.append(tuple(name for name in group if name not in asked and asked not in name))
    return tuple(names for names in found if names)


def in_words_of(question: str, text: str) -> str:
    """``question`` with each indicator that ``text`` does not know under that name named as ``text`` names it.

    A question that names none comes back as it is, another one folded.
    """
    folded, known_text = fold(question), fold(text)
    said = folded
    for group in GROUPS:
        asked = max((name for name in group if name in folded), key=len, default=None)
        if asked is None or asked in known_text:
            continue
        known = next((name for name in group if name in known_text), None)
        if known is not None:
            said = said.replace(asked, known)
    return question if said == folded else said
