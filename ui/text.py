"""Every text of the window in one place. Another language is another ``Texts``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Texts:
    """The window's texts; the defaults are Chinese. ``{…}`` are filled in with ``str.format``."""

    language: str = "zh-CN"
    title: str = "引答 Yinda"
    name: str = "引答"
    claim: str = "只用你的文档里的原话回答"

    # The conversation
    log_label: str = "对话"
    question_label: str = "问题"
    question_placeholder: str = "问问你的文档…"
    send: str = "提问"
    new_conversation: str = "新对话"
    understood: str = "理解为：{question}"
    loading_model: str = "正在载入模型，只在启动后的第一次需要等一会儿…"
    searching: str = "正在查找…"
    following: str = "正在结合前面的问题查找…"
    found: str = "找到 {count} 段，来自{titles}，正在阅读…"
    abstained: str = "没有在文档里找到这个问题的答案"
    abstained_note: str = "下面是最接近的段落，也许有帮助。"
    abstained_nothing: str = "也没有找到相近的段落。"
    other_answers: str = "其他可能的答案（{count}）"
    uncertain_answers: str = "没有把握的可能答案（{count}）"
    confidence_high: str = "把握很大"
    confidence_middle: str = "把握较大"
    confidence_low: str = "把握不大，请核对原文"
    confidence_label: str = "可信度 {percent}%"
    unexpected: str = "出了意外的错误，这个问题没有答成。"
    unexpected_hint: str = "详情在启动引答的终端里。"

    # What people say of an answer
    feedback_label: str = "这个回答对吗？"
    feedback_right: str = "对"
    feedback_wrong: str = "不对"
    feedback_should_have_refused: str = "本该拒答"
    feedback_right_to_refuse: str = "拒得对"
    feedback_has_answer: str = "其实有答案"
    feedback_stored: str = "已记下"
    feedback_failed: str = "没有记下：{reason}"
    feedback_gone: str = "这段对话已经结束"
    reason_label: str = "哪里不对（可不填）"
    reason_label_abstained: str = "答案是什么、在哪里（可不填）"
    reason_send: str = "补充"

    # Nothing asked yet
    empty_heading: str = "先放进几份文档"
    empty_text: str = "上传自己的 PDF、Word、Markdown、网页或文本文件，或者先用示例文档试试。文档只留在这台电脑上。"
    ready_heading: str = "想知道什么？"
    ready_text: str = "已有 {documents} 份文档、{passages} 个段落。答案都是文档里的原话，点一下引文就能看到出处。"
    add_samples: str = "添加示例文档"
    upload_own: str = "上传自己的文档"

    # Documents
    documents: str = "文档"
    upload: str = "上传文档"
    no_documents: str = "还没有文档。"
    passages: str = "{count} 段"
    remove: str = "移除"
    remove_confirm: str = "确定移除？"
    open_document: str = "查看全文"
    adding: str = "正在添加 {name}（{done}/{total}）"
    added: str = "已添加 · {passages} 段"
    replaced: str = "已更新 · {passages} 段"
    unchanged: str = "已经在库里，没有变化"
    failed: str = "没有添加：{reason}"
    removed: str = "已移除"
    close: str = "关闭"

    # The source
    source: str = "出处"
    source_empty: str = "点一下答案下面的引文，这里会显示它所在的整段原文。"
    source_gone: str = "这份文档已经移除，不再显示。"
    whole_document: str = "看全文"
    page: str = "第 {page} 页"
    untitled: str = "未命名文档"
    sources_of: str = "来源"

    # Asked of the sample documents
    sample_questions: tuple[str, ...] = (
        "2023年地区生产总值是多少？",
        "滨江快速路是哪天通车的？",
        "男员工的产假有多少天？",
        "澜溪市现在有多少常住人口？",
    )


ZH = Texts()
