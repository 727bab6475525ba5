"""Answers to keep: made by hand, and drawn at random."""

from __future__ import annotations

from hypothesis import strategies as st

from qa.conversations import Exchange, KeptAlternative, KeptAnswer, KeptCitation, KeptPassage

TEXT = "青石大桥全长1268米，总投资3.2亿元。"


def passage(text: str = TEXT, start: int = 4, **other: object) -> KeptPassage:
    values: dict[str, object] = {
        "document_id": "d1",
        "title": "青石镇公报",
        "organisation": "青石镇人民政府",
        "date": "2023-02",
        "source": None,
        "sha256": "0" * 64,
        "path": None,
        "file": "公报.txt",
        "media_type": "text/plain",
        "heading_path": ("一、建设", "（一）桥梁"),
        "page": 3,
    }
    return KeptPassage(**{**values, **other}, start=start, end=start + len(text), text=text)  # type: ignore[arg-type]


def citation(quote: str = "1268米", within: KeptPassage | None = None) -> KeptCitation:
    within = within or passage()
    start = within.start + within.text.index(quote)
    return KeptCitation(within, quote, start, start + len(quote))


def answer(quote: str = "1268米", question: str = "青石大桥全长多少米？") -> KeptAnswer:
    return KeptAnswer(quote, False, 0.9, question, (citation(quote),), nearest=(passage(),), timings={"total": 0.5})


def exchange(identifier: str = "e1", asked: str = "多长？", given: KeptAnswer | None = None) -> Exchange:
    return Exchange(
        identifier, "2024-05-01T08:00:00.000+00:00", asked, "青石大桥全长多少米？", ((0, 4),), given or answer()
    )


# Half characters, control characters, emoji, markup: whatever a browser or a document may hold.
texts = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=30),
    st.text(" \n\r\t*_`~[]()<>#|\\!&;-+=1.）（《“”，。👩‍👩‍👧é:/@$^{}甲乙a", max_size=30),
)
maybe = st.none() | texts


@st.composite
def citations(draw: st.DrawFn) -> KeptCitation:
    text, start = draw(texts), draw(st.integers(0, 10**9))
    first = draw(st.integers(0, len(text)))
    last = draw(st.integers(first, len(text)))
    within = passage(
        text,
        start,
        title=draw(texts),
        organisation=draw(maybe),
        date=draw(maybe),
        source=draw(maybe),
        path=draw(maybe),
        file=draw(texts),
        heading_path=tuple(draw(st.lists(texts, max_size=2))),
        page=draw(st.none() | st.integers(1, 999)),
    )
    return KeptCitation(within, text[first:last], start + first, start + last)


probabilities = st.floats(0, 1)
alternatives = st.builds(KeptAlternative, texts, probabilities, citations())
answers = st.builds(
    KeptAnswer,
    text=texts,
    abstained=st.booleans(),
    confidence=probabilities,
    question=texts,
    citations=st.lists(citations(), max_size=2).map(tuple),
    alternatives=st.lists(alternatives, max_size=1).map(tuple),
    disagreements=st.lists(alternatives, max_size=1).map(tuple),
    nearest=st.lists(citations().map(lambda each: each.passage), max_size=2).map(tuple),
    timings=st.dictionaries(texts, st.floats(0, 100), max_size=2),
)
exchanges = st.builds(
    Exchange,
    id=st.uuids().map(lambda each: each.hex),
    time=texts,
    asked=texts,
    question=texts,
    carried=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=2).map(tuple),
    answer=st.none() | answers,
    error=texts,
    hint=texts,
    options=st.dictionaries(texts, st.none() | texts | st.lists(texts, max_size=2) | probabilities, max_size=2),
)
