"""Making an evaluation set from one's own documents: questions proposed by rule, and what people said in the chat."""

from eval.drafting.files import read_back, write_csv, write_jsonl
from eval.drafting.from_feedback import append_to_set, drafts_from_feedback
from eval.drafting.propose import draft
from eval.drafting.types import KINDS, Draft

__all__ = [
    "KINDS",
    "Draft",
    "append_to_set",
    "draft",
    "drafts_from_feedback",
    "read_back",
    "write_csv",
    "write_jsonl",
]
