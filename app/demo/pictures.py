"""What happened, as tables and as a licence calendar, for the terminal."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

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
COLOURS = ("green", "cyan", "magenta", "yellow", "blue", "red")


def costs(accounts: Sequence[Any]) -> Table:
    table = Table(title="What December cost", title_justify="left")
    for column in ("Company", "Plan", "Billed by"):
        table.add_column(column)
    for column in ("Licences", "Subscription", "Usage", "Total", "Credits left"):
        table.add_column(column, justify="right")
    for account in accounts:
        cost = account["monthlyCost"]
        table.add_row(
            account["name"],
            account["subscription"]["plan"]["name"],
            account["billingPolicy"].replace("_", " ").lower(),
            f"{account['licenses']['occupied']} of {account['licenses']['held']}",
            cost["subscription"]["amount"],
            cost["usage"]["amount"],
            Text(cost["total"]["amount"], style="bold"),
            account["credits"]["balance"]["amount"],
        )
    return table


def invoices(accounts: Sequence[Any]) -> Table:
    table = Table(title="Every invoice and its charges", title_justify="left")
    for column in ("Company", "Invoice", "Issued", "Kind", "Charge"):
        table.add_column(column)
    table.add_column("Amount", justify="right")
    table.add_column("Total", justify="right")
    for account in accounts:
        name = account["name"]
        for invoice in reversed(account["invoices"]["nodes"]):
            if invoice["kind"] == "TOP_UP":
                continue
            head = [name, invoice["number"], invoice["issuedOn"], invoice["kind"].lower()]
            for index, charge in enumerate(invoice["charges"]):
                last = index == len(invoice["charges"]) - 1
                total = Text(invoice["total"]["amount"] if last else "", style="bold")
                table.add_row(*head, charge["description"], charge["amount"]["amount"], total)
                head = [""] * 4
            name = ""
        table.add_section()
    return table


def top_ups(accounts: Sequence[Any]) -> Table:
    table = Table(title="Credits that a worker topped up", title_justify="left")
    table.add_column("Company")
    table.add_column("Top-up invoices")
    for account in accounts:
        found = [
            invoice["total"]["amount"]
            for invoice in account["invoices"]["nodes"]
            if invoice["kind"] == "TOP_UP"
        ]
        if found:
            table.add_row(account["name"], " + ".join(found))
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
    rows = [Text("            ") + Text("".join(f"{day.day % 10}" for day in span), style="dim")]
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


def show(console: Console, accounts: Sequence[Any]) -> None:
    console.print(costs(accounts))
    console.print(invoices(accounts))
    console.print(top_ups(accounts))
    console.print(calendar(accounts[-1], date(2025, 12, 1), 62))
    console.print("\nThe same from the API, as any client may ask for it:\n")
    console.print(Syntax(REPORT, "graphql", theme="ansi_dark", background_color="default"))
