"""Questions made by rule from a Library's sentences, each with the words that answer it.

``suggested`` shows them to people; evaluation drafts sets from them.
"""

from qa.drafting.corpus import Corpus, Statement
from qa.drafting.proposal import Proposal
from qa.drafting.propose import KINDS, in_turn, proposals_of, spread

__all__ = ["KINDS", "Corpus", "Proposal", "Statement", "in_turn", "proposals_of", "spread"]
