"""A table with a title and a note, and how it is written: CSV, Markdown, LaTeX, JSON, XLSX."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

Value = str | int | float | None

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LATEX = str.maketrans({
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\n": " ",
})  # fmt: skip
_SHEET_NAME = 31


@dataclass(frozen=True)
class Table:
    """Rows under a head; `note` says what was counted and how, `revision` of which state of the base."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Value]]
    note: str = ""
    revision: int = 0
    extra: dict[str, object] = field(default_factory=dict)


def as_csv(table: Table) -> str:
    """Write comma-separated values; a text that a spreadsheet would take for a formula gets an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_tame(name) for name in table.head])
    writer.writerows([_tame(value) for value in row] for row in table.rows)
    return out.getvalue()


def as_markdown(table: Table) -> str:
    """Write a pipe table with its title above and its note below."""
    lines = [f"# {table.title}", "", _pipes(table.head), _pipes("---" for _ in table.head)]
    lines += [_pipes(map(_plain, row)) for row in table.rows]
    return "\n".join([*lines, "", _stamped(table), ""])


def as_latex(table: Table) -> str:
    """Write a longtable with booktabs rules; the preamble that it needs stands on top as a comment."""
    columns = "l" * len(table.head)
    head = " & ".join(map(in_tex, table.head)) + r" \\"
    body = [" & ".join(in_tex(_plain(value)) for value in row) + r" \\" for row in table.rows]
    return "\n".join([
        r"% \usepackage{booktabs,longtable}", rf"\begin{{longtable}}{{{columns}}}", rf"\caption{{{in_tex(table.title)}}}\\",
        r"\toprule", head, r"\midrule", r"\endhead", *body, r"\bottomrule", r"\end{longtable}",
        "% " + _stamped(table).replace("\n", " "), "",
    ])  # fmt: skip


def as_json(table: Table) -> str:
    """Write one object for each row, with title, note and revision."""
    rows = [dict(zip(table.head, row, strict=True)) for row in table.rows]
    told = {"title": table.title, "note": table.note, "revision": table.revision, **table.extra, "rows": rows}
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def as_xlsx(table: Table) -> bytes:
    """Write a workbook with one sheet, its head frozen, and a second sheet that says what was counted."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "".join(letter for letter in table.title if letter not in r"[]:*?/\\")[:_SHEET_NAME] or "Table"
    sheet.append([_clean(name) for name in table.head])
    for cell in sheet[1]:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    for row in table.rows:
        sheet.append([_clean(value) for value in row])
        for cell in sheet[sheet.max_row]:
            if cell.data_type == "f":
                cell.data_type = "s"
    sheet.freeze_panes = "B2"
    about = book.create_sheet("About")
    for text in (table.title, table.note, f"Revision {table.revision}"):
        about.append([_clean(text)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _stamped(table: Table) -> str:
    return f"{table.note} Revision {table.revision}.".strip()


def _tame(value: Value) -> Value:
    return "'" + value if isinstance(value, str) and value.startswith(_FORMULA) else value


def _plain(value: Value) -> str:
    return "" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)


def _pipes(values: object) -> str:
    texts = [str(value).replace("|", "\\|").replace("\n", " ") for value in values]  # type: ignore[attr-defined]
    return "| " + " | ".join(texts) + " |"


def in_tex(text: str) -> str:
    """Write a text so that LaTeX takes none of its letters for a mark."""
    return text.translate(_LATEX)


def _clean(value: Value) -> Value:
    """Take out the control characters that a workbook cannot hold."""
    return "".join(c for c in value if c >= " " or c in "\t\n") if isinstance(value, str) else value
