"""Every text of the window in one place: the fields that each language fills in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Texts:
    """The window's texts in one language. ``{…}`` are filled in with ``str.format``."""

    language: str
    """As BCP 47 has it, for the page's ``lang``: it decides which shapes fonts give to Chinese characters."""
    code: str
    """What the language switch and the address of an export call it: zh or en."""
    title: str
    name: str
    claim: str

    # The bar at the top
    chat: str
    documents: str
    library_label: str
    new_library: str
    new_library_prompt: str
    switch_language: str
    switch_theme: str
    menu: str

    # Conversations
    conversations: str
    new_conversation: str
    search_conversations: str
    no_conversations: str
    none_found: str
    rename: str
    rename_prompt: str
    delete: str
    delete_confirm: str
    export: str
    not_kept: str
    untitled_conversation: str
    today: str
    yesterday: str
    earlier: str

    # The conversation
    log_label: str
    question_label: str
    question_placeholder: str
    send: str
    stop: str
    understood: str
    asked_within: str
    take_literally: str
    change_understood: str
    edit: str
    again: str
    ask_changed: str
    cancel: str
    loading_model: str
    opening: str
    opening_sent: str
    opening_failed: str
    searching: str
    following: str
    found: str
    stopped: str
    unfinished: str
    abstained: str
    abstained_note: str
    abstained_nothing: str
    could_ask: str
    other_answers: str
    uncertain_answers: str
    disagree: str
    disagree_note: str
    this_answer: str
    confidence_high: str
    confidence_middle: str
    confidence_low: str
    confidence_label: str
    source_changed: str
    source_removed: str
    also_in: str
    unexpected: str
    unexpected_hint: str
    conversation_gone: str
    asked_with: str

    # Filters
    filters: str
    filter_documents: str
    filter_organisation: str
    filter_since: str
    filter_until: str
    filter_any: str
    date_example: str

    # What people say of an answer
    feedback_label: str
    feedback_right: str
    feedback_wrong: str
    feedback_should_have_refused: str
    feedback_right_to_refuse: str
    feedback_has_answer: str
    feedback_stored: str
    feedback_failed: str
    feedback_gone: str
    reason_label: str
    reason_label_abstained: str
    reason_send: str

    # Nothing asked yet
    empty_heading: str
    empty_text: str
    ready_heading: str
    ready_text: str
    suggestions: str
    add_samples: str
    upload_own: str

    # The source
    source: str
    source_empty: str
    source_gone: str
    source_gone_quote: str
    source_was: str
    source_now: str
    outline: str
    previous: str
    next: str
    place_of: str
    copy_quote: str
    copied: str
    open_original: str
    download_original: str
    as_text: str
    as_page: str
    page: str
    page_image: str
    untitled: str
    sources_of: str
    shown_in_part: str
    close: str

    # Documents
    no_documents: str
    passages: str
    remove: str
    remove_confirm: str
    open_document: str
    adding: str
    added: str
    replaced: str
    unchanged: str
    failed: str
    not_read: str
    drop_heading: str
    drop_now: str
    choose_files: str
    choose_folder: str
    drop_note: str
    replace_older: str
    replace_older_note: str
    unread: str
    read_only: str
    adding_files: str
    adding_done: str
    adding_stopped: str
    adding_broken: str
    file_broken: str
    go_on: str
    nothing_to_add: str
    count_added: str
    count_replaced: str
    count_unchanged: str
    count_failed: str
    count_skipped: str
    search_documents: str
    sort_label: str
    sort_added: str
    sort_title: str
    sort_newest: str
    sort_oldest: str
    sort_passages: str
    count_documents: str
    count_found: str
    show_more: str
    select_all: str
    select_document: str
    selected: str
    unselect: str
    remove_selected: str
    remove_selected_confirm: str
    removed: str
    removing: str
    edit_document: str
    field_title: str
    field_organisation: str
    field_number: str
    number_example: str
    field_date: str
    field_format: str
    field_passages: str
    save: str
    saving: str
    saved: str
    edited: str
    edited_fields: str
    download: str
    format_html: str
    format_text: str
    create_library: str
    export_feedback: str
    export_feedback_note: str
    empty_library: str
