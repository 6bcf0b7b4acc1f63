"""The reply page: where a contact person answers. It stands alone, without the register, the ledger or a night."""

from regclean.reply_page.app import Desk, create_app, words_of
from regclean.reply_page.envelope import (
    NUMBER,
    TYPED,
    Codes,
    grouped,
    open_answer,
    open_question,
    plain,
    public_of,
    seal_answer,
    seal_question,
)
from regclean.reply_page.folder import Folder
from regclean.reply_page.form import Form, shown, told

__all__ = [
    "NUMBER",
    "TYPED",
    "Codes",
    "Desk",
    "Folder",
    "Form",
    "create_app",
    "grouped",
    "open_answer",
    "open_question",
    "plain",
    "public_of",
    "seal_answer",
    "seal_question",
    "shown",
    "told",
    "words_of",
]
