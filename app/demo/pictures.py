"""What happened, as tables and as a licence calendar, for the terminal."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from rich import box
from rich.console import Console, Group
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

REPORT = """query($id: ID!, $month: Date!) {
  account(id: $id) {
    name
    billingPolicy
    subscription { plan { name } }
    licenses { held occupied }
    monthlyCost(month: $month) {
      subscription { amount }
      usage { amount }
      total { amount }
    }
    credits {
      balance { amount }
      topUps { nodes { purpose status amount { amount } } }
    }
    invoices {
      nodes {
        number kind status issuedOn
        total { amount }
        charges {
          description component quantity firstUnit lastUnit explanation
          amount { amount }
          period { firstDay lastDay }
        }
      }
    }
  }
}"""
MARKED = {1, 5, 10, 15, 20, 25}
COLOURS = ("green", "cyan", "magenta", "yellow", "blue", "red")


def costs(accounts: Sequence[Any]) -> Table:
    table = Table(
        title="What December cost",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    table.add_column("Company", no_wrap=True)
    table.add_column("Plan")
    for column in ("Licences", "Subscription", "Usage", "Total", "Credits"):
        table.add_column(column, justify="right", no_wrap=True)
    for account in accounts:
        cost, licenses = account["monthlyCost"], account["licenses"]
        table.add_row(
            account["name"],
            account["subscription"]["plan"]["name"],
            f"{licenses['occupied']} of {licenses['held']}",
            cost["subscription"]["amount"],
            cost["usage"]["amount"],
            Text(cost["total"]["amount"], style="bold"),
            account["credits"]["balance"]["amount"],
        )
    return table


def invoices(accounts: Sequence[Any]) -> Table:
    """Every invoice but top-ups: a line for each charge, and the total."""
    table = Table(title="Every invoice", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("Company, invoice, charges", min_width=62)
    table.add_column("Amount", justify="right")
    for account in accounts:
        table.add_row(Text(account["name"], style="bold cyan"), "")
        for invoice in reversed(account["invoices"]["nodes"]):
            if invoice["kind"] == "TOP_UP":
                continue
            day = f"{date.fromisoformat(invoice['issuedOn']):%d %b %Y}"
            head = f"  {invoice['number']}  {day}  {invoice['kind'].lower().replace('_', '-')}"
            table.add_row(Text(head), Text(invoice["total"]["amount"], style="bold"))
            for charge in invoice["charges"]:
                line = f"      {charge['quantity']:>2} x {charge['description']}"
                table.add_row(Text(line, style="dim"), Text(charge["amount"]["amount"], "dim"))
        table.add_section()
    return table


def top_ups(accounts: Sequence[Any]) -> Table:
    title = "Top-up invoices, charged by a worker when credits ran low"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("Company")
    table.add_column("Invoices")
    for account in accounts:
        found = [
            f"{invoice['number']} {invoice['total']['amount']}"
            for invoice in reversed(account["invoices"]["nodes"])
            if invoice["kind"] == "TOP_UP"
        ]
        if found:
            table.add_row(account["name"], ", ".join(found))
    return table


def calendar(account: Any, first: date, days: int) -> Panel:
    """A row per licence, a column per day, a colour per charge that paid for it."""
    charges = [
        charge
        for invoice in reversed(account["invoices"]["nodes"])
        for charge in invoice["charges"]
        if charge["component"] == "LICENSE"
    ]
    span = [first + timedelta(days=number) for number in range(days)]
    rows = [*_ruler(span)]
    for unit in range(1, max(charge["lastUnit"] for charge in charges) + 1):
        cells = Text(f"licence {unit:>2}  ")
        for day in span:
            cells.append(*_cell(charges, unit, day))
        rows.append(cells)
    return Panel(
        Group(*rows, "", *_legend(charges)),
        title=f"Licence calendar of {account['name']}: who paid for which day",
        title_align="left",
        expand=False,
    )


def _ruler(span: Sequence[date]) -> Iterator[Text]:
    """The months, and below them some numbers of days, each begun above its own day."""
    for label, days in (("%b %Y", {1}), ("%-d", MARKED)):
        line = ""
        for number, day in enumerate(span):
            if day.day in days:
                line = f"{line:<{number}}{day.strftime(label)}"
        yield Text(f"{'':12}{line}", style="bold")


def _cell(charges: Sequence[Any], unit: int, day: date) -> tuple[str, str]:
    for index, charge in enumerate(charges):
        period = charge["period"]
        paid = period["firstDay"] <= day.isoformat() <= period["lastDay"]
        if paid and charge["firstUnit"] <= unit <= charge["lastUnit"]:
            return chr(ord("a") + index % 26), f"black on {COLOURS[index % len(COLOURS)]}"
    return "·", "dim"


def _legend(charges: Sequence[Any]) -> Iterator[Text]:
    for index, charge in enumerate(charges):
        style = f"black on {COLOURS[index % len(COLOURS)]}"
        yield Text.assemble(
            (f" {chr(ord('a') + index % 26)} ", style),
            f" {charge['amount']['amount']:>7}  {charge['explanation']}",
        )


def conversation(answer: str) -> Group:
    question = Syntax(QUESTION, "graphql", theme="ansi_dark")
    return Group(question, "", Syntax(answer, "json", theme="ansi_dark"))


def show(console: Console, accounts: Sequence[Any], answer: str) -> None:
    """The tables, the calendar of the company whose people come and go, and a plain answer."""
    console.print(costs(accounts))
    console.print(invoices(accounts))
    console.print(top_ups(accounts))
    console.print(calendar(accounts[-1], date(2025, 12, 1), 62))
    console.print("\nThe API's own words, for the company that converted in mid-month:\n")
    console.print(conversation(answer))


QUESTION = """{ account(id: "...") { name
    monthlyCost(month: "2025-12-01") { total { amount currency } }
    invoices { nodes { number kind status total { amount currency } } } } }"""
