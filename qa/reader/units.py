"""Units that follow figures in Chinese text, folded, and which of them stand for one another."""

from __future__ import annotations


def word_set(words: str) -> frozenset[str]:
    """The words of ``words``, which spaces separate."""
    return frozenset(words.split())


MONEY = word_set("元 美元 欧元 港元 港币 日元 英镑 人民币 美金 新台币 台币 卢布 法郎 马克 块钱 块 美分 韩元")
_LENGTH = word_set("公里 千米 米 厘米 毫米 英里 英尺 海里 里 尺 英寸 km m cm mm 微米 光年")
_AREA = word_set("亩 公顷 平方米 平方公里 平方千米 平方厘米 平方英里 英亩 平米 km2 m2")
_WEIGHT = word_set("吨 千克 公斤 斤 克 毫克 磅 吨标准煤 kg 标准箱")
_VOLUME = word_set("立方米 立方公里 升 毫升 方 加仑 立方")
_POWER = word_set("千瓦 瓦 兆瓦 千瓦时 度 千伏安 千瓦·时 kw mw gw kwh mwh gwh kva")
_TIME = word_set("年 个月 天 小时 分钟 秒 周 星期 个工作日 工作日 日 周年 个小时 年级 月 岁 世纪 钟头 个星期")
_PEOPLE = word_set("人 名 位 人次 口 员 例")
_PLACES_OF_BUSINESS = word_set("家 户 个 所 间")
_COUNTERS = word_set(
    "个 家 户 名 位 人 人次 座 条 张 项 件 处 所 套 台 辆 列 架 艘 艘次 班 批 次 场 种 类 "
    "款 部 本 册 首 篇 期 届 支 只 头 匹 棵 株 颗 粒 枚 片 块 间 栋 幢 层 级 段 组 对 双 把 "
    "根 份 封 幅 门 起 例 宗 笔 单 门类 所次 公里 车次 标箱 村 镇 乡 县 区 市 省 国 集 章 "
    "节 回 关 轮 局 分 倍 桌 张次 站 排 股 枝 架次 床 床位 口 眼 道 面 代 人份 人天 步 字 "
    "页 卷 席 票 胎 度 席次 个点 集数 万人 成 度电 像素 比特 字节 赫兹 吨公里 摄氏度 ℃ 度c "
    "点 重 门诊 员 集团 岁 国家 项目 学位 标准箱"
)
_POINTS = word_set("个基点 基点")
PERCENT = frozenset(("%", "‰", "个百分点", "百分点")) | _POINTS
ALL = _POINTS | MONEY | _LENGTH | _AREA | _WEIGHT | _VOLUME | _POWER | _TIME | _PEOPLE | _COUNTERS | _PLACES_OF_BUSINESS
LONGEST_FIRST = tuple(sorted(ALL, key=lambda u: (-len(u), u)))
DURATIONS = _TIME

_GROUPS = (MONEY, _LENGTH, _AREA, _WEIGHT, _VOLUME, _POWER)
_EXTRA: dict[str, frozenset[str]] = {
    "人": _PEOPLE,
    "人次": _PEOPLE,
    "名": _PEOPLE,
    "位": _PEOPLE,
    "家": frozenset(("家", "户", "个", "所")),
    "户": frozenset(("户", "家")),
    "年": frozenset(("年", "周年")),
    "月": frozenset(("个月", "月")),
    "天": frozenset(("天", "日", "个工作日", "工作日")),
    "小时": frozenset(("小时", "个小时", "钟头")),
    "工作日": frozenset(("个工作日", "工作日")),
    "周": frozenset(("周", "星期", "个星期")),
    "星期": frozenset(("周", "星期", "个星期")),
}
BY_ADJECTIVE = {
    "高": _LENGTH,
    "长": _LENGTH | _TIME,
    "宽": _LENGTH,
    "深": _LENGTH,
    "远": _LENGTH,
    "厚": _LENGTH,
    "大": _AREA | _LENGTH | _TIME,
    "重": _WEIGHT,
    "快": frozenset[str](),
}


def alike(unit: str) -> frozenset[str]:
    """The units that may answer a question that asks for ``unit``: money for money, lengths for lengths."""
    for group in _GROUPS:
        if unit in group:
            return group
    if unit in ("钱", "资金", "块钱"):
        return MONEY
    return _EXTRA.get(unit, frozenset((unit,)))
