"""The table of acts (tests/acts.py) knows every operation that may meet another one."""

import ast
from pathlib import Path

from tests.acts import ACTS

ROOT = Path(__file__).parent.parent
ROOMS = ("applications", "counter", "identity", "upstream", "privacy")
DECORATORS = {"atomically", "transaction.atomic", "transaction.atomic(savepoint=False)"}
# Why the others need no row: what they are part of, or what they touch besides an application.
WITHOUT_ACT = {
    "applications.changes.edit": "part of change_by_form",
    "applications.changes.put": "part of put",
    "applications.certificates.issue_certificate": "locks as decline does",
    "applications.confirmation.confirm_at_counter": "part of confirm_here",
    "applications.confirmation.undo": "part of undo",
    "applications.deadlines.end": "part of tick",
    "applications.intake.send": "an application that nobody else knows yet; with change in test_concurrency",
    "applications.intake.send_many": "as send",
    "applications.invitations.correct_address": "locks as correct does",
    "applications.invitations.decline_by_link": "locks as decline does",
    "applications.invitations.undo_declining": "part of undo",
    "applications.invitations.opened": "locks as decline does",
    "applications.doubled_people.join": "people of whom nothing rests on one, by hand alone",
    "applications.invitations.report_error": "locks as decline does",
    "applications.invitations.resend": "locks as decline does",
    "applications.recorded_acts.undo_acts": "part of undo",
    "applications.drafts.adopt": "a draft alone",
    "applications.drafts.rebase": "a draft alone",
    "applications.drafts.send_draft_link": "a draft alone",
    "applications.pdf_documents.request_pdf": "the document of one receipt or certificate alone",
    "counter.account_issue.correct_contact_details": "locks as move does",
    "counter.account_issue.send_account_link": "locks as the end of move does",
    "counter.counter_acts.certify_here": "locks as decline_here does",
    "counter.paper_day.decide": "decide, and then as confirm_here",
    "counter.tellings.mark_told": "a note on a letter alone",
    "counter.contacts.correct_contact_details": "locks as correct does",
    "counter.feedback.give_feedback": "feedback alone",
    "counter.feedback.mark_answered": "feedback alone",
    "counter.search.find_people": "writes the trail alone",
    "counter.desk.access_log.record_access": "writes the trail alone",
    "counter.desk.lists.record_list": "writes the trail alone",
    "identity.accounts.close": "part of undo and erase",
    "identity.accounts.correct_account_address": "part of move",
    "identity.accounts.issue_account": "part of issue",
    "identity.accounts.send_link": "locks as the end of move does",
    "identity.break_glass.alarm": "writes the trail alone",
    "identity.directory_links.link_to_directory": "staff alone",
    "identity.people.exchange_codes": "part of decide",
    "identity.people.restore_codes": "part of undo",
    "identity.staff_changes.ask_for_change": "staff alone",
    "identity.staff_changes.send_link_or_ask": "staff alone",
    "identity.staff_links.set_staff_password": "staff alone",
    "identity.staff_changes.decide_change": "staff alone",
    "upstream.clients.issue": "a client alone",
    "upstream.clients.settle": "a client alone",
    "privacy.restoring.release": "emails and events that nobody takes while they are held",
    "upstream.endpoints.disable": "webhooks alone",
    "upstream.endpoints.rotate": "webhooks alone",
    "upstream.intake.read": "writes the trail alone",
    "upstream.intake.withdraw": "as withdraw",
}


def operations():
    """Return the public functions that are whole transactions, by their dotted names."""
    found = set()
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for node in ast.parse(path.read_text()).body:
                is_public = isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
                if is_public and DECORATORS.intersection(map(ast.unparse, node.decorator_list)):
                    found.add(f"{module}.{node.name}")
    return found


def test_every_operation_is_an_act_or_says_why_not():
    acts = {f"{act.operation.__module__}.{act.operation.__name__}" for act in ACTS.values()}

    assert acts.isdisjoint(WITHOUT_ACT)
    assert operations() - acts == WITHOUT_ACT.keys()
