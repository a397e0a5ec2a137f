"""Raw cells from the tables of Word files.

Text that is raised, struck out or hidden is put in brackets: in "97,23¹" the mark is no digit.
"""

from pathlib import Path

from cchc_analysis.reading.containers import damaged
from cchc_analysis.reading.grid import Grid, to_cells
from cchc_analysis.reading.headings import is_heading
from cchc_analysis.reading.hidden import MOST_CELLS, MOST_COLUMNS
from cchc_analysis.text import clean

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ON = "not(@w:val='0' or @w:val='false' or @w:val='none')"
_MARKED_RUN = (
    f"./w:rPr[w:vanish[{_ON}] or w:strike[{_ON}] or w:dstrike[{_ON}] or w:position[{_ON}]"
    " or w:vertAlign[@w:val!='baseline']]"
)


def word_grids(path: Path) -> list[Grid]:
    """Return the tables of a Word file, each with the paragraph above it."""
    import docx

    try:
        document = docx.Document(str(path))
        body = document.element.body
        styles = document.styles.element.xpath("w:style[@w:type='character']")
    except Exception:  # whatever a broken package makes the library raise
        raise damaged(path.name) from None
    # A run may have its looks from a style; struck out it is seen as what it is.
    marked = {style.styleId for style in styles if style.xpath(_MARKED_RUN)}
    for style in body.iter(f"{_W}rStyle"):
        if style.get(f"{_W}val") in marked:
            style.tag = f"{_W}strike"
    grids, title = [], ""
    for element in body.iter(f"{_W}p", f"{_W}tbl"):
        if element.tag == f"{_W}p":
            if next(element.iterancestors(f"{_W}tbl"), None) is None:
                title = title_of(_word_text(element)) or title
        elif next(element.iterancestors("{*}Fallback"), None) is None:
            where = f"{path.name}, bảng {len(grids) + 1}"
            grids.append(grid_of(grids, title, *_word_rows(element, where)))
            title = ""
    return grids


def _word_rows(table: object, where: str) -> tuple[list[list[str]], set[tuple[int, int]]]:
    """Return the cells of a table; what is merged down fills every row that it spans, as told."""
    if table.xpath(".//w:ins | .//w:del | .//w:moveFrom | .//w:moveTo"):
        raise ValueError(
            f"{where}: còn thay đổi chưa được chấp nhận (Track Changes), không rõ số nào đúng; hãy "
            "chấp nhận hoặc từ chối hết trong Word rồi lưu lại."
        )
    rows: list[list[str]] = []
    merged = set()
    numbered = size = 0  # in letters: a text merged down is counted in every row
    for row in table.xpath("./w:tr | ./w:sdt/w:sdtContent/w:tr"):
        if row.xpath(f"./w:trPr/w:hidden[{_ON}]"):
            raise hidden_row(where, len(rows) + 1)
        cells = [""] * _span(row, "./w:trPr/w:gridBefore")
        for cell in row.xpath("./w:tc | ./w:sdt/w:sdtContent/w:tc"):
            at = len(cells)
            above = rows[-1][at] if rows and at < len(rows[-1]) else ""
            if is_merged := bool(cell.xpath("./w:tcPr/w:vMerge[not(@w:val='restart')]")):
                merged.add((len(rows) + 1, at))
            text = _word_text(cell)
            if not text.strip() and cell.xpath("./w:p/w:pPr/w:numPr"):
                numbered += 1  # Word shows this number and stores none
                text = str(numbered)
            cells.append(above if is_merged else text)
            cells += [""] * (_span(cell, "./w:tcPr/w:gridSpan") - 1)
        rows.append(cells + [""] * _span(row, "./w:trPr/w:gridAfter"))
        size += sum(map(len, rows[-1])) + len(rows[-1])
        check_size(size, len(rows[-1]), where)
    return rows, merged


def _span(element: object, path: str) -> int:
    return span(next(iter(element.xpath(f"{path}/@w:val")), None))


def _word_text(node: object) -> str:
    if node.tag == f"{_W}t":
        return node.text or ""
    name = node.tag.rpartition("}")[2] if isinstance(node.tag, str) else "pPr"
    if name in ("tab", "br", "cr"):
        return " "
    if name == "noBreakHyphen":
        return "-"
    if name in ("pPr", "rPr", "tcPr", "Fallback"):
        return ""
    text = "".join(_word_text(child) for child in node if child.tag != f"{_W}tbl")
    if name == "r" and text.strip() and node.xpath(_MARKED_RUN):
        return f"[{text}]"
    return f"{text} " if name == "p" else text


def grid_of(
    before: list[Grid], title: str, rows: list[list[str]], merged: set[tuple[int, int]]
) -> Grid:
    """Return the next table of a file as raw cells."""
    cells = to_cells(rows, range(1, len(rows) + 1))
    return Grid(f"bảng {len(before) + 1}", title, cells, merged)


def span(value: str | None) -> int:
    """Return over how many columns or rows a cell goes, 0 if it is not said."""
    text = (value or "").strip()
    is_number = text.isascii() and text.isdigit()
    return min(int(text[:9]), MOST_COLUMNS + 1) if is_number else 0


def hidden_row(where: str, row: int) -> ValueError:
    """Return the sentence for a row that nobody sees."""
    return ValueError(
        f"{where}, dòng {row}: dòng bị ẩn, không rõ có dùng hay không; hãy chép bảng vào Excel rồi "
        "xóa dòng ẩn."
    )


def title_of(text: str) -> str:
    """Return a line that may be a heading: not one in brackets, nor the unit of measure."""
    text = clean(text)
    return text if is_heading(text) else ""


def check_size(cells: int, columns: int, where: str) -> None:
    """Refuse a table that merged cells make too large, or with more columns than a table has."""
    if cells > 10 * MOST_CELLS or columns > MOST_COLUMNS:
        raise ValueError(
            f"{where}: bảng quá lớn (giới hạn {10 * MOST_CELLS} chữ, {MOST_COLUMNS} cột); hãy lưu "
            "riêng bảng điểm vào một tệp mới."
        )
