"""Chinese words with their parts of speech, by offset: jieba, kept apart from the host program's dictionaries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

# What jieba calls a noun, a name, a thing that is done, or does not know: what a question can be about.
_NOUN_FLAGS = ("n", "j", "l", "i", "eng", "vn", "an", "s")
# Names that jieba takes for times, 暑假 and 清明, are nouns here; 现在 is none.
_WHEN = re.compile("[年月日天周时季]|现在|目前|上午|下午|晚|早|近|以[前后]|过去|未来|后来|最初|最后")
_VERB_FLAGS = ("v", "zg")


@dataclass(frozen=True, slots=True)
class Word:
    """A word at ``start:end`` of the folded text, with jieba's tag."""

    start: int
    end: int
    text: str
    flag: str

    @property
    def noun(self) -> bool:
        """Whether it names something."""
        return self.flag.startswith(_NOUN_FLAGS) or (self.flag == "t" and not _WHEN.search(self.text))

    @property
    def verb(self) -> bool:
        """Whether it says what is done."""
        return self.flag.startswith(_VERB_FLAGS) and self.flag not in ("vn", "vd")

    @property
    def place(self) -> bool:
        """Whether jieba knows it as the name of a place."""
        return self.flag == "ns" and self.end - self.start >= 2


# Words that jieba cuts or tags otherwise than questions use them.
_CORRECTED = {
    "n": (
        "城镇 农村 乡村 城乡 城镇居民 农村居民 年假 病假 事假 婚假 产假 丧假 陪产假 公积金 试用期 住宿费 交通费 伙食费 "
        "补贴 片区 老城 新城 工期 租期 任期 甲方 乙方 丙方 一期 二期 三期 报销单 申请单 订单 清单 合同 协议 公章 "
        "发票 年会 例会 股东会 董事会 年终奖 全勤奖 占比 押金 定金 违约金 滞纳金 消费券"
    ),
    "v": (
        "惠及 罚 扣 新建 改建 扩建 续建 报 投 产 建 改 交 领 退 赔 补 逾期 拉动 带动 避 归 该罚 该扣 能报 能领 能退 "
        "能拿 会罚 要罚 要交 可报 上线 核准 到账 现存 仅存 动工 过期 限流 关门 开门 开馆 闭馆 开学 放学 开庭 宣判 "
        "发车 停业 "
        "打烊 营业"
    ),
    "r": "多少 多久 几天 几个 几家 几年 几月 几次 几人 多少钱",
    "d": "后来 最终 实际",
}


@cache
def _tagger() -> Any:
    import jieba
    import jieba.posseg

    jieba.setLogLevel(60)
    tokenizer = jieba.Tokenizer()
    tagger = jieba.posseg.POSTokenizer(tokenizer)
    tokenizer.initialize()
    for flag, listed in _CORRECTED.items():
        for word in listed.split():
            tokenizer.add_word(word)
            tagger.word_tag_tab[word] = flag
    return tagger


@lru_cache(maxsize=512)
def words(folded: str) -> tuple[Word, ...]:
    """The words of a folded text, in order and without gaps."""
    out = []
    at = 0
    for pair in _tagger().cut(folded):
        out.append(Word(at, at + len(pair.word), pair.word, pair.flag))
        at += len(pair.word)
    return tuple(out)
