"""Every word of the evaluation page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Texts:
    """Templates are filled with ``str.format``."""

    heading: str = "评测"
    back: str = "← 回到问答"
    intro: str = "用一组带参考答案的问题，检验引答能否找到段落、引对原话、该拒答时拒答。"
    run_tab: str = "运行"
    draft_tab: str = "起草评测集"

    # Running
    which: str = "评测集"
    samples: str = "示例问题（自带示例文档）"
    own: str = "{name}（{count} 题）"
    upload: str = "上传评测集"
    uploaded: str = "上传：{name}"
    whose: str = "在哪里找答案"
    whose_own: str = "评测集自带的文档"
    whose_library: str = "当前文档库"
    mode: str = "方式"
    mode_open: str = "先检索再回答"
    mode_given: str = "直接给出正确段落"
    limit: str = "最多问几题（0 表示全部）"
    start: str = "开始"
    stop: str = "停止"
    stopping: str = "正在停止，已问的会保留…"
    preparing: str = "正在准备…"
    indexing: str = "正在建立索引：{done}/{total}"
    asking: str = "已问 {done} / {total} 题"
    progress: str = "评测进度"
    left: str = "约剩 {minutes} 分钟"
    stopped: str = "已停止。已问的 {done} 题保留着，再点“开始”会接着问。"
    finished: str = "完成，共 {done} 题。"
    downloads: str = "下载报告与预测"
    choose_set: str = "先选一个评测集，或上传一个。"
    unexpected: str = "出了意外的错误：{error}"
    report: str = "评测报告"

    # Drafting
    draft_intro: str = (
        "从文档库的段落按规则提出问题，也可以把问答时给出的“对／不对／本该拒答”收进来。"
        "逐条改、勾选要用的，再存成评测集。"
    )
    how_many: str = "提出几题"
    draft: str = "从文档起草"
    from_feedback: str = "收进问答反馈"
    all_accepted: str = "全部勾选"
    none_accepted: str = "全部不选"
    columns: tuple[str, ...] = ("采用", "问题", "答案", "类型", "证据", "文档", "前文", "编号")
    name: str = "存到评测集"
    default_name: str = "我的评测集"
    save: str = "存入勾选的"
    drafted: str = "提出 {count} 题，请逐条看过。多个答案用 | 分开，没有答案的留空。"
    nothing_drafted: str = "没有可提的问题：文档库是空的，或者段落里没有数字、日期、人名和条款。"
    no_feedback: str = "还没有反馈。在问答窗口里点“对”“不对”或“本该拒答”。"
    feedback_added: str = "收进 {count} 条反馈。"
    saved: str = "存入 {count} 题，{path} 现有 {total} 题。"
    nothing_chosen: str = "没有勾选任何问题。"
    bad_name: str = "评测集的名字只能有文字、数字、横线和下划线。"


ZH = Texts()
