"""From bytes to text: UTF-8, UTF-16, GB18030 and Big5, strictly; what is not text is refused."""

from __future__ import annotations

import codecs

from qa.errors import DocumentError

_SIGNATURES = (
    (b"PK\x03\x04", "a ZIP or Office file"),
    (b"%PDF-", "a PDF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
    (b"\x7fELF", "a program"),
    (b"{\\rtf", "an RTF document"),
)
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# The most frequent characters of modern Chinese, Simplified, with the marks of its sentences.
_COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所"
    "民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那"
    "社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通"
    "并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区"
    "强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清"
    "己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步"
    "群广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团"
    "往酸历市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县"
    "局照参红细引听该铁价严首底液官德随病苏失尔死讲配女黄推显谈罪神艺呢席含企望密批营项防举球英氧势告李台落木帮轮破亚师围注远字"
    "材排供河态封另施减树溶怎止案言士均武固叶鱼波视仅费紧爱左章早朝害续轻服试食充兵源判护司足某练差致板田降黑犯负击范继兴似余坚"
    "，。、；：？！“”‘’（）《》「」『』　—…·０１２３４５６７８９％"
)
_LIKELY = 0.28
_ENOUGH = 12
_SAVE_AS = "Save it as UTF-8 and add it again."


def decode(data: bytes, name: str = "", declared: str | None = None) -> str:
    """Decode ``data`` exactly; line breaks stay as they are and a leading byte order mark is dropped.

    ``declared`` is an encoding that the document states of itself; it is tried behind UTF-8 and the marks.
    Raises ``DocumentError`` for binary data and for bytes that are no text in any of the encodings.
    """
    _refuse_binary(data, name)
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _checked(_strict(data[len(mark) :], encoding), name)
    text = _strict(data, "utf-8")
    if text is not None and "\x00" not in text:
        return _checked(text, name)
    if declared:
        text = _declared(data, declared)
        if text is not None:
            return _checked(text, name)
    return _checked(_best(data), name)


def _refuse_binary(data: bytes, name: str) -> None:
    for signature, what in _SIGNATURES:
        if data.startswith(signature):
            raise DocumentError(
                f"{name or 'The document'} is {what}, not a text.",
                "Give the file the suffix of its format, or save its content as a text file.",
            )


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _declared(data: bytes, declared: str) -> str | None:
    try:
        encoding = codecs.lookup(declared.strip()).name
    except LookupError:
        return None
    # What pages call gb2312 is often the larger set; the same holds for Big5.
    encoding = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "cp950"}.get(encoding, encoding)
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _best(data: bytes) -> str | None:
    """The most plausible of the encodings that fit, or ``None`` when none gives likely text."""
    candidates = ["gb18030", "cp950", "big5hkscs"]
    if len(data) % 2 == 0:
        candidates += ["utf-16-le", "utf-16-be"]
    best: tuple[float, str] | None = None
    for encoding in candidates:
        text = _strict(data, encoding)
        if text is None or "\x00" in text:
            continue
        score = plausibility(text)
        if best is None or score > best[0]:
            best = (score, text)
    if best is None:
        return None
    # Chinese prose has 0.5 and more, a list of names 0.3; bytes read in a wrong encoding seldom 0.2. A few
    # words alone may be rare ones.
    score, text = best
    return text if score >= (_LIKELY if len(text) >= _ENOUGH else _LIKELY / 2) else None


def plausibility(text: str, sample: int = 20_000) -> float:
    """How much a text looks like Chinese or plain ASCII: the share of common characters, 0..1."""
    points = 0.0
    counted = 0.0
    folded = _fold(text[:sample])
    for c in folded:
        if c in _COMMON:
            points += 1
            counted += 1
        elif "\x20" <= c < "\x7f" or c in "\r\n\t":
            # ASCII says little: it is the same in most of the encodings.
            points += 0.05
            counted += 0.05
        elif "\u4e00" <= c <= "\u9fff":
            counted += 1
        elif not c.isprintable() or "\ue000" <= c <= "\uf8ff" or "\uac00" <= c <= "\ud7a3":
            points -= 1
            counted += 1
        else:
            counted += 1
    return max(0.0, points / counted) if counted else 0.0


def _fold(text: str) -> str:
    from qa.text.normalise import fold

    # Full-width marks must stay: they tell the encodings apart better than any character.
    return "".join(c if c in _COMMON else f for c, f in zip(text, fold(text), strict=True))


def _checked(text: str | None, name: str) -> str:
    shown = name or "The document"
    if text is None:
        raise DocumentError(
            f"{shown} is not readable text: its bytes fit none of UTF-8, UTF-16, GB18030 and Big5.", _SAVE_AS
        )
    text = text.removeprefix("\ufeff")
    controls = sum(1 for c in text if (c < " " and c not in "\t\n\r\x0b\x0c") or c == "\x7f")
    if "\x00" in text or controls * 10 > len(text):
        raise DocumentError(f"{shown} is a binary file, not a text.", "Give the file the suffix of its format.")
    return text
