"""The enums of the domain as the API shows them: each file describes some of them."""

from api.enums import accounts, calls, credits, invoices, people, runs, usage, webhooks

__all__ = ["accounts", "calls", "credits", "invoices", "people", "runs", "usage", "webhooks"]
