"""Every word of the evaluation page, in two languages."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

_KEY = "evaluation_"


@dataclass(frozen=True, slots=True)
class Texts:
    """One language. Templates are filled with ``str.format``."""

    code: Literal["zh", "en"]
    heading: str
    intro: str
    run_tab: str
    draft_tab: str

    # Running
    which: str
    samples: str
    own: str
    upload: str
    uploaded: str
    whose: str
    whose_own: str
    whose_library: str
    mode: str
    mode_open: str
    mode_given: str
    limit: str
    start: str
    stop: str
    stopping: str
    preparing: str
    indexing: str
    asking: str
    progress: str
    left: str
    stopped: str
    finished: str
    downloads: str
    choose_set: str
    unexpected: str
    report: str

    # Drafting
    draft_intro: str
    all_feedback: str
    how_many: str
    draft: str
    from_feedback: str
    all_accepted: str
    none_accepted: str
    columns: tuple[str, ...]
    name: str
    default_name: str
    save: str
    drafted: str
    nothing_drafted: str
    no_feedback: str
    feedback_added: str
    saved: str
    nothing_chosen: str
    bad_name: str
    no_question: str
    no_question_hint: str
    no_answer: str
    no_answer_hint: str
    no_answer_hint_like: str


ZH = Texts(
    code="zh",
    heading="评测",
    intro="用一组带参考答案的问题，检验引答能否找到段落、引对原话、该拒答时拒答。",
    run_tab="运行",
    draft_tab="起草评测集",
    which="评测集",
    samples="示例问题（自带示例文档）",
    own="{name}（{count} 题）",
    upload="上传评测集",
    uploaded="上传：{name}",
    whose="在哪里找答案",
    whose_own="评测集自带的文档",
    whose_library="当前文档库",
    mode="方式",
    mode_open="先检索再回答",
    mode_given="直接给出正确段落",
    limit="最多问几题（0 表示全部）",
    start="开始",
    stop="停止",
    stopping="正在停止，已问的会保留…",
    preparing="正在准备…",
    indexing="正在建立索引：{done}/{total}",
    asking="已问 {done} / {total} 题",
    progress="评测进度",
    left="，约剩 {minutes} 分钟",
    stopped="已停止。已问的 {done} 题保留着，再点“开始”会接着问。",
    finished="完成，共 {done} 题。",
    downloads="下载报告与预测",
    choose_set="先选一个评测集，或上传一个。",
    unexpected="出了意外的错误：{error}",
    report="评测报告",
    draft_intro=(
        "从文档库的段落按规则提出问题，也可以把问答时给出的“对／不对／本该拒答”收进来。"
        "逐条改、勾选要用的，再存成评测集。"
    ),
    all_feedback="下载全部问答反馈（CSV）",
    how_many="提出几题",
    draft="从文档起草",
    from_feedback="收进问答反馈",
    all_accepted="全部勾选",
    none_accepted="全部不选",
    columns=("采用", "问题", "答案", "类型", "证据", "文档", "前文", "编号"),
    name="存到评测集",
    default_name="我的评测集",
    save="存入勾选的",
    drafted="提出 {count} 题，请逐条看过。多个答案用 | 分开，没有答案的留空。",
    nothing_drafted="没有可提的问题：文档库是空的，或者段落里没有数字、日期、人名和条款。",
    no_feedback="还没有反馈。在问答窗口里点“对”“不对”或“本该拒答”。",
    feedback_added="收进 {count} 条反馈。",
    saved="存入 {count} 题，{path} 现有 {total} 题。",
    nothing_chosen="没有勾选任何问题。",
    bad_name="评测集的名字只能有文字、数字、横线和下划线。",
    no_question="勾选的一行没有问题",
    no_question_hint="写上问题，或不勾选这一行",
    no_answer="「{question}」还没有答案",
    no_answer_hint="填上答案，或不勾选这一行",
    no_answer_hint_like="填上答案（例如 {answer}），或不勾选这一行",
)

EN = Texts(
    code="en",
    heading="Evaluation",
    intro=(
        "Questions with reference answers show whether Yinda finds the passages, quotes the right words, and refuses"
        " where it should."
    ),
    run_tab="Run",
    draft_tab="Draft a set",
    which="Evaluation set",
    samples="Sample questions",
    own="{name} (questions: {count})",
    upload="Upload a set",
    uploaded="Uploaded: {name}",
    whose="Where to look for answers",
    whose_own="The set's own documents",
    whose_library="This Library",
    mode="How",
    mode_open="Search, then answer",
    mode_given="Give the right passage",
    limit="At most (0: all)",
    start="Start",
    stop="Stop",
    stopping="Stopping; what was asked is kept…",
    preparing="Preparing…",
    indexing="Indexing: {done}/{total}",
    asking="{done} of {total} asked",
    progress="Progress of the evaluation",
    left=", about {minutes} min left",
    stopped="Stopped. What was asked so far ({done}) is kept; Start goes on from there.",
    finished="Finished; {done} asked.",
    downloads="Download the report and the predictions",
    choose_set="First choose a set, or upload one.",
    unexpected="Something unexpected went wrong: {error}",
    report="Evaluation report",
    draft_intro=(
        "Questions are proposed by rule from the Library's passages; what was said of answers in the chat (right,"
        " wrong, should have refused) can be taken in too. Edit them, tick those to use, and save them as a set."
    ),
    all_feedback="Download all feedback on answers (CSV)",
    how_many="How many",
    draft="Draft from documents",
    from_feedback="Take in feedback",
    all_accepted="Tick all",
    none_accepted="Tick none",
    columns=("Use", "Question", "Answers", "Kind", "Evidence", "Document", "Before", "Id"),
    name="Save to the set",
    default_name="my-set",
    save="Save the ticked",
    drafted="Proposed: {count}. Look at each one; | stands between answers; leave the cell empty where there is none.",
    nothing_drafted="Nothing to propose: the Library is empty, or no passage holds figures, dates, names or articles.",
    no_feedback="No feedback yet. Say “Right”, “Wrong” or “Should have refused” of an answer in the chat.",
    feedback_added="Verdicts taken in: {count}.",
    saved="Saved: {count}. {path} now has {total} in all.",
    nothing_chosen="No question is ticked.",
    bad_name="The name of a set may only have letters, digits, hyphens and underscores.",
    no_question="A ticked row has no question",
    no_question_hint="write the question, or do not tick the row",
    no_answer="“{question}” has no answer yet",
    no_answer_hint="fill in the answer, or do not tick the row",
    no_answer_hint_like="fill in the answer (for example {answer}), or do not tick the row",
)

_BY_CODE: dict[str, Texts] = {texts.code: texts for texts in (ZH, EN)}


def in_language(chosen: str, accepted: str = "") -> Texts:
    """The texts of the language that was chosen (zh or en), else of the first that ``Accept-Language`` names.

    Chinese where it names neither.
    """
    for part in (chosen, *accepted.split(",")):
        code = part.split(";")[0].strip().lower().split("-")[0]
        if code in _BY_CODE:
            return _BY_CODE[code]
    return ZH


def texts_of(request: Any) -> Texts:
    """The texts for who sent a request, gradio's or starlette's: the window's cookie, else what the browser accepts."""
    cookies, headers = getattr(request, "cookies", None) or {}, getattr(request, "headers", None) or {}
    return in_language(str(cookies.get("yinda_language", "")), str(headers.get("accept-language", "")))


def translations() -> dict[str, dict[str, str]]:
    """Language -> key -> text, for components that the browser translates; the window has all pages' keys in one."""
    return {
        code: {
            f"{_KEY}{field.name}": text
            for field in fields(texts)
            if isinstance(text := getattr(texts, field.name), str) and field.name != "code"
        }
        for code, texts in _BY_CODE.items()
    }


def label(name: str) -> Any:
    """The text of that name for a component, in the language that the browser takes."""
    from gradio.i18n import I18nData

    return I18nData(f"{_KEY}{name}")
