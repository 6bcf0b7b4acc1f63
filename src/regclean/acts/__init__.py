"""The one door: what a person or a schedule does is an act, and every act checks for itself who may do it.

The page, the API, the command line and the flows call acts and check nothing themselves. The rooms below (findings,
batches, accounts) know how a thing is done, not who may do it.
"""

from regclean.acts.alike import decide_alike, uncertified, undo_alike
from regclean.acts.batches import (
    SENT_BACK,
    apply,
    approve,
    build,
    check_there,
    export,
    export_folder,
    exported_files,
    send_back,
    take_files,
    undo,
)
from regclean.acts.cases import arrange, assign, comment, consider, decide, decide_all, undo_decision
from regclean.acts.certificates import BandNow, certify, list_bands, next_checks
from regclean.acts.context import ACTS, Context
from regclean.acts.labelling import ANSWERS, Dealt, answer, deal, figures, list_samples, take_back
from regclean.acts.looking import LOOKS, open_customer, open_protected, reveal
from regclean.acts.models import go_back, use_model
from regclean.acts.nights import accept_checks
from regclean.acts.people import (
    add_account,
    check_may_add,
    has_accounts,
    list_accounts,
    make_token,
    revoke_tokens,
    set_active,
    set_password,
    set_roles,
)
from regclean.acts.samples import LabelReport, draw_sample, label_pairs
from regclean.acts.task_sheets import read_answers, task_sheet
from regclean.acts.tasks import (
    AnswerReport,
    Task,
    TaskAnswer,
    TaskCounts,
    accept_answers,
    answer_tasks,
    count_tasks,
    find_task,
    list_tasks,
    plan_task,
)
from regclean.acts.visibility import (
    hidden_findings,
    hidden_from,
    is_protected,
    is_protected_customer,
    visible_finding,
    visible_to,
)

__all__ = [
    "ACTS",
    "ANSWERS",
    "LOOKS",
    "SENT_BACK",
    "AnswerReport",
    "BandNow",
    "Context",
    "Dealt",
    "LabelReport",
    "Task",
    "TaskAnswer",
    "TaskCounts",
    "accept_answers",
    "accept_checks",
    "add_account",
    "answer",
    "answer_tasks",
    "apply",
    "approve",
    "arrange",
    "assign",
    "build",
    "certify",
    "check_may_add",
    "check_there",
    "comment",
    "consider",
    "count_tasks",
    "deal",
    "decide",
    "decide_alike",
    "decide_all",
    "draw_sample",
    "export",
    "export_folder",
    "exported_files",
    "figures",
    "find_task",
    "go_back",
    "has_accounts",
    "hidden_findings",
    "hidden_from",
    "is_protected",
    "is_protected_customer",
    "label_pairs",
    "list_accounts",
    "list_bands",
    "list_samples",
    "list_tasks",
    "make_token",
    "next_checks",
    "open_customer",
    "open_protected",
    "plan_task",
    "read_answers",
    "reveal",
    "revoke_tokens",
    "send_back",
    "set_active",
    "set_password",
    "set_roles",
    "take_back",
    "take_files",
    "task_sheet",
    "uncertified",
    "undo",
    "undo_alike",
    "undo_decision",
    "use_model",
    "visible_finding",
    "visible_to",
]
