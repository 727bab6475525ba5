"""What surrounds a saved web page: navigation above the document, site links and registration below it.

Only whole lines at the edges are taken, and never more than half of a document; where in doubt, a line stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.documents.model import Block, Kind

_EDGE_LINES = 40
_LINE = 160
_SHARE = 0.5

_BREADCRUMB = re.compile(
    r"(?:您的|您|你的)?(?:当前|所在|现在)?(?:的)?位置(?:是)?\s*[:：]"
    r"|您?所在的?(?:位置|栏目)\s*[:：]"
    r"|首页\s*[>»›＞/→-]"
    r"|[^\s>»›＞。]{1,12}(?:\s*[>»›＞]{1,2}\s*[^\s>»›＞。]{1,20}){2,}\s*[>»›＞]?$"
)
_SITE_WORD = (
    r"首页|登录|注册|邮箱|无障碍|长者|适老|地图|导航|关于|联系|声明|English|EN|繁[體体]|简体|移动|手机版|客户端"
    r"|微信|微博|RSS|收藏|设为|IPv6|政府网|政务|人民政府|服务|公开|互动|网站|本站|帮助|版权|隐私|投稿|加入|招聘|广告|举报"
)
_TOOL_WORD = (
    r"打印(?:本页|此页|文章)?|关闭(?:窗口|本页)?|分享(?:到|至|本页)?|收藏(?:本站|本页)?|字体|字号|大|中|小|默认|返回顶部"
    r"|返回首页|返回|顶部|扫一扫.{0,16}|微信|微博|QQ空间|QQ|朋友圈|朗读|下载|纠错|我要纠错|语音播报|繁[體体](?:中文|版)?"
    r"|简体(?:中文|版)?|无障碍(?:浏览|阅读)?|长者(?:版|模式)|适老化|关怀版|登录|注册|设为首页|English|网站支持IPv6|手机版|移动版"
)
_GAP = r"[【\[\]】|｜\s:：/·,，>《》()（）]"
# Atomic and possessive: a long line of such words must not be tried in every way.
_TOOLS = re.compile(rf"{_GAP}*+(?:(?>{_TOOL_WORD}){_GAP}*+)++", re.I)
_LABEL = re.compile(r"(?:发布|来源|时间|日期|作者|编辑|发文|成文|文号|索引)[^|｜:：]{0,4}[:：]")
_SENTENCE = re.compile(r"[。！？；]")

_FOOTER_SURE = re.compile(
    r"网站标识码|公网安备|ICP\s*[备证]|版权所有|Copyright|©|All\s+Rights?\s+Reserved|网站地图|网站声明|关于我们"
    r"|^\s*(?:上一[篇条]|下一[篇条]|责任编辑|责编|打印|关闭|分享到?|返回顶部|相关链接|友情链接|扫一扫)",
    re.I,
)
_FOOTER_MAYBE = re.compile(
    r"^\s*(?:主办|承办|协办|主管|运维|维护|技术支持|建设单位|联系(?:我们|电话|方式)|电话|传真|地址|邮编|邮箱|建议使用"
    r"|您是第|访问量|浏览次数|网上有害信息|违法和?不良信息|互联网新闻信息|(?:党政机关|政府网站)?找错|举报|政府网站)"
    r"|举报(?:专区|中心|电话|邮箱|平台)\s*$",
    re.I,
)


def edges(text: str, blocks: Sequence[Block]) -> set[int]:
    """Indices of the blocks at either end that are navigation or footer."""
    taken = _head(text, blocks) | _foot(text, blocks)
    total = sum(b.end - b.start for b in blocks)
    if len(taken) == len(blocks) or sum(blocks[i].end - blocks[i].start for i in taken) > _SHARE * total:
        return set()
    return taken


def _head(text: str, blocks: Sequence[Block]) -> set[int]:
    taken: set[int] = set()
    leading = True
    for i, block in enumerate(blocks[:_EDGE_LINES]):
        if block.kind is not Kind.TEXT:
            break
        line = text[block.start : block.end]
        if leading and is_navigation(line):
            taken.add(i)
            continue
        leading = False
        # Tools such as 【字体：大 中 小】 打印 stand between the title and the text.
        if i < 12 and _TOOLS.fullmatch(line) and len(line) >= 4:
            taken.add(i)
        elif len(line) > _LINE or _SENTENCE.search(line):
            break
    return taken


def _foot(text: str, blocks: Sequence[Block]) -> set[int]:
    taken: set[int] = set()
    reach: set[int] = set()
    first = max(0, len(blocks) - _EDGE_LINES)
    for i in range(len(blocks) - 1, first - 1, -1):
        block = blocks[i]
        line = text[block.start : block.end]
        if block.kind is not Kind.TEXT or len(line) > 2 * _LINE:
            break
        sure = (bool(_FOOTER_SURE.search(line)) and not line.rstrip().endswith("。")) or _TOOLS.fullmatch(
            line
        ) is not None
        if not sure and not _FOOTER_MAYBE.search(line) and not is_navigation(line):
            break
        reach.add(i)
        if sure:
            taken |= reach
    # Lines above the uppermost sure one (主办：…) belong to the footer only when it has a sure one below.
    return reach if taken else set()


def is_navigation(line: str) -> bool:
    """Whether a line is a breadcrumb, a bar of site links, or page tools."""
    if len(line) > _LINE or _SENTENCE.search(line):
        return False
    if _BREADCRUMB.match(line.strip()) or _TOOLS.fullmatch(line):
        return len(line.strip()) > 1
    if _LABEL.search(line):
        return False
    parts = [p.strip() for p in re.split(r"[|｜]", line)]
    if len(parts) < 2 or any(len(p) > 16 for p in parts) or not parts[0]:
        return False
    return any(re.search(_SITE_WORD, p, re.I) for p in parts)
