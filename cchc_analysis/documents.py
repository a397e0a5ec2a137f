"""Raw cells from the tables of Word files.

Text that is raised, struck out or hidden is put in brackets: in "97,23¹" the mark is no digit.
"""

from pathlib import Path

from cchc_analysis.grid import Grid, to_cells
from cchc_analysis.headings import is_heading
from cchc_analysis.hidden import MOST_CELLS, MOST_COLUMNS
from cchc_analysis.sniff import damaged
from cchc_analysis.text import clean

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ON = "not(@w:val='0' or @w:val='false' or @w:val='none')"
_MARKED_RUN = (
    f"./w:rPr[w:vanish[{_ON}] or w:strike[{_ON}] or w:dstrike[{_ON}] or w:position[{_ON}]"
    " or w:vertAlign[@w:val!='baseline']]"
)
_MOST_SPAN = 1000
_MOST_TABLES = 500


def word_grids(path: Path) -> list[Grid]:
    """Return the tables of a Word file, each with the paragraph above it."""
    import docx

    try:
        document = docx.Document(str(path))
        body = document.element.body
        _mark_styled_runs(document)
    except Exception:  # whatever a broken package makes the library raise
        raise damaged(path.name) from None
    grids, title = [], ""
    for element in body.iter(f"{_W}p", f"{_W}tbl"):
        if element.tag == f"{_W}p":
            if next(element.iterancestors(f"{_W}tbl"), None) is None:
                title = title_of(_word_text(element)) or title
            continue
        if next(element.iterancestors("{*}Fallback"), None) is not None:
            continue
        place = f"bảng {len(grids) + 1}"
        if element.xpath(".//w:ins | .//w:del | .//w:moveFrom | .//w:moveTo"):
            raise ValueError(
                f"{path.name}, {place}: còn thay đổi chưa được chấp nhận (Track Changes), không rõ "
                "số nào đúng; hãy chấp nhận hoặc từ chối hết trong Word rồi lưu lại."
            )
        check_count(len(grids), path.name)
        try:
            rows, merged = _word_rows(element, f"{path.name}, {place}")
        except ValueError as error:  # a span that is no number
            raise error if str(error).startswith(path.name) else damaged(path.name) from None
        grids.append(Grid(place, title, to_cells(rows, range(1, len(rows) + 1)), merged))
        title = ""
    return grids


def _mark_styled_runs(document: object) -> None:
    """Strike out each run whose style is raised, struck out or hidden, so that it is seen as such.

    Word gives a footnote mark a style and no format of its own.
    """
    marked = {
        style.styleId
        for style in document.styles.element.style_lst
        if style.xpath(_MARKED_RUN) and style.get(f"{_W}type") == "character"
    }
    for style in document.element.body.iter(f"{_W}rStyle"):
        if style.get(f"{_W}val") in marked:
            style.tag = f"{_W}strike"


def _word_rows(table: object, where: str) -> tuple[list[list[str]], set[tuple[int, int]]]:
    """Return the cells of a table; what is merged down fills every row that it spans, as told."""
    rows: list[list[str]] = []
    merged = set()
    numbered = 0
    size = 0  # in letters: a text merged down is counted in every row
    for row in table.xpath("./w:tr | ./w:sdt/w:sdtContent/w:tr"):
        if row.xpath(f"./w:trPr/w:hidden[{_ON}]"):
            raise hidden_row(where, len(rows) + 1)
        cells = [""] * (span(row.grid_before + 1, where) - 1)
        for cell in row.xpath("./w:tc | ./w:sdt/w:sdtContent/w:tc"):
            at = len(cells)
            above = rows[-1][at] if rows and at < len(rows[-1]) else ""
            if is_merged := cell.vMerge == "continue":
                merged.add((len(rows) + 1, at))
            text = _word_text(cell)
            if not text.strip() and cell.xpath("./w:p/w:pPr/w:numPr"):
                numbered += 1  # Word shows this number and stores none
                text = str(numbered)
            cells.append(above if is_merged else text)
            cells += [""] * (span(cell.grid_span, where) - 1)
        rows.append(cells + [""] * (span(row.grid_after + 1, where) - 1))
        size += sum(map(len, rows[-1])) + len(rows[-1])
        check_size(size, len(rows[-1]), where)
    return rows, merged


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


def span(value: object, where: str) -> int:
    """Return over how many columns or rows a cell goes."""
    text = str(value or 1).strip()
    span = int(text) if text.isascii() and text.isdigit() else 1
    if span > _MOST_SPAN:
        raise ValueError(f"{where}: một ô gộp qua {text[:20]} ô; hãy bỏ gộp ô rồi lưu lại.")
    return max(span, 1)


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


def check_count(tables: int, name: str) -> None:
    """Refuse a file of more tables than a person writes."""
    if tables > _MOST_TABLES:
        raise ValueError(f"{name}: có hơn {_MOST_TABLES} bảng; hãy lưu riêng bảng điểm.")


def check_size(cells: int, columns: int, where: str) -> None:
    """Refuse a table that merged cells make too large, or with more columns than a table has."""
    if cells > 10 * MOST_CELLS or columns > MOST_COLUMNS:
        raise ValueError(
            f"{where}: bảng quá lớn (giới hạn {10 * MOST_CELLS} chữ, {MOST_COLUMNS} cột); hãy lưu "
            "riêng bảng điểm vào một tệp mới."
        )
