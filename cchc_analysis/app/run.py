"""One run of ``cchc-report`` for one file: what is read, what is written, what is said."""

import argparse
import errno
import warnings
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from functools import partial
from operator import methodcaller
from pathlib import Path
from warnings import WarningMessage

import pandas as pd

from cchc_analysis.charts.units import chosen_rows
from cchc_analysis.files import as_typed, write_whole
from cchc_analysis.groups import scale_of
from cchc_analysis.reading.fields import load_fields
from cchc_analysis.reading.load import LoadWarning, load_scores
from cchc_analysis.refusal import Face, Option, Refusal
from cchc_analysis.reports.folder import write_bundle
from cchc_analysis.reports.report import report_of
from cchc_analysis.reports.workbook import workbook_of
from cchc_analysis.scoring.fields import who_lacks
from cchc_analysis.scoring.printing import printed
from cchc_analysis.scoring.results import Results, results_of
from cchc_analysis.scoring.schemes import (
    DEFAULT_SCHEME,
    AnyScheme,
    load_scheme,
    scheme_of_words,
)
from cchc_analysis.text import clean, listed, unit_key

_HEAD = 10  # units that are shown
_INPUTS = ("before", "predecessors", "template")
_LONGEST = 248  # letters of a folder on Windows, where long paths are not switched on


def scheme_of(options: argparse.Namespace) -> AnyScheme:
    """Return the scheme that the options name, or one by block, as the document states it."""
    source = options.scheme_source
    if options.scheme is not None and options.cutoffs is not None:
        raise Refusal("Có cả --scheme và --cutoffs", "hãy dùng một trong hai")
    if source is not None and not source.strip():
        raise Refusal("--scheme-source trống", "hãy ghi văn bản nêu ngưỡng, hoặc bỏ lựa chọn này")
    if options.cutoffs is not None:
        return scheme_of_words(options.cutoffs, source or "")
    if source is not None and options.scheme is None:
        raise Refusal(
            "--scheme-source không cho biết các ngưỡng", "hãy ghi thêm --cutoffs hoặc --scheme"
        )
    scheme = DEFAULT_SCHEME if options.scheme is None else options.scheme
    of_block = _by_block(scheme)
    schemes = {block: load_scheme(one) for block, one in (of_block or {"": scheme}).items()}
    if source is not None:
        schemes = {b: replace(one, source=source, assumed=False) for b, one in schemes.items()}
    return schemes if of_block else schemes[""]


def _by_block(scheme: str) -> dict[str, str]:
    """Return the schemes of "Khối sở=a; Khối huyện=b", by block; none of one for all."""
    pairs = [piece.partition("=") for piece in scheme.rstrip("; ").split(";")]
    if "=" not in scheme or (len(pairs) == 1 and Path(scheme).exists()):
        return {}
    of_block = {clean(block): clean(one) for block, _, one in pairs}
    if not all([*of_block, *of_block.values()]) or len(of_block) < len(pairs):
        raise Refusal(
            f"--scheme '{scheme}' không phải là mỗi khối một thang",
            'hãy viết {option}', value=scheme,
            option=Option("scheme", "Khối sở=nam-dinh-2020-so; Khối huyện=nam-dinh-2020-huyen"),
        )  # fmt: skip
    return of_block


def run(file: Path, folder: Path, scheme: AnyScheme, options: argparse.Namespace) -> list[str]:
    """Write all files of the report of one file, and return the lines to show."""
    import matplotlib as mpl

    mpl.use("agg")  # files only: no window, no display needed
    results, told = read(file, scheme, options)
    inputs = {"file": file} | {role: vars(options)[role] for role in _INPUTS if vars(options)[role]}
    several = enumerate(options.fields or [], 1)
    inputs |= {f"fields {at}".removesuffix(" 1"): path for at, path in several}
    written, kept = write_bundle(
        folder, inputs, lambda new: write_files(new, results, file, options)
    )
    return [
        *_lines(results),
        *(f"\n{line}" for line in [*told, *kept] if line),
        "\nĐã ghi:",
        *(f"  {path.as_posix()}" for path in written),
    ]


def read(file: Path, scheme: AnyScheme, options: argparse.Namespace) -> tuple[Results, list[str]]:
    """Return what the files give, and what to tell of those beside the first."""
    told, before, fields = [], None, None
    given = {name: vars(options)[name] for name in ("table", "max_score", "block")}
    scores = _of_year(file, "year", options, columns=dict(options.columns), **given)
    chosen_rows(scores, options.unit)  # refused if it cannot be marked
    if options.before is not None:
        before, told = _before(options, scores, file)
    if options.fields is not None:
        of_all = _beside(load_fields, options.fields)
        if "year" in of_all and "year" in scores:
            of_all = _rows(of_all, of_all["year"].isin(scores["year"]))
        fields = _rows(of_all, of_all["unit"].map(unit_key).isin(scores["unit"].map(unit_key)))
        if fields.empty:
            raise Refusal(
                f"{_names(options.fields)} ({{option.name}}) không có đơn vị nào của {file.name}, "
                "hoặc không cùng năm",
                "hãy kiểm tra lại hai tệp",
                option=Option("fields"),
            )
    results = results_of(
        scores, scheme=scheme, before=before, predecessors=options.predecessors, fields=fields,
        unit=options.unit,
    )  # fmt: skip
    if before is not None and results.change["status"].isin(["new", "gone"]).all():
        raise Refusal(
            f"{options.before.name} ({{option.name}}) và {file.name} không có đơn vị nào chung "
            f"nên không so sánh được: bảng trước có {listed(before['unit'].tolist())}",
            "hãy kiểm tra lại hai tệp",
            option=Option("before"),
        )
    if results.change is not None:
        told.append(results.change.attrs["note"])
    if fields is not None:
        told.append(who_lacks(of_all, scores))
    return results, told


def write_files(
    folder: Path, results: Results, file: Path, options: argparse.Namespace,
    kinds: Collection[str] = ("docx", "xlsx", "html", "csv", "png"),
) -> None:  # fmt: skip
    """Write report, workbook, page, check and charts; each chart is drawn once for all of them."""
    from cchc_analysis.charts.export import write_chart, write_csv
    from cchc_analysis.reports.notebook import page_of
    from cchc_analysis.reports.pictures import pictures_of

    dated = f" (số liệu ngày {options.date})" if options.date else ""
    own = (options.source or f"tệp {as_typed(file.name)}") + dated
    before = f"tệp {as_typed(options.before.name)}" if options.before else ""
    fields = f"tệp {_names(options.fields)}" if options.fields else ""
    olds = options.predecessors and f"tệp {as_typed(options.predecessors.name)}"
    source = {"scores": own, "before": before, "fields": fields, "predecessors": olds}
    only = results.groups[0] if len(results.groups) == 1 else None
    formats = ("png", "svg") if {*kinds} & {"docx", "png"} else ("svg",)
    pictures = {}
    if {*kinds} & {"html", "png"}:  # else a report draws what stands in it
        pictures = pictures_of(results, only, source=source, formats=formats)
    given = {"source": source, "pictures": pictures}
    if options.form:
        name = f"{options.form}.docx"
        report_of(results, folder / name, form=options.form, template=options.template, **given)
    if "docx" in kinds:
        template = None if options.form else options.template
        report_of(results, folder / "report.docx", template=template, **given)
    if "xlsx" in kinds:
        workbook_of(results, folder / "report.xlsx", source=options.source and own)
    if "html" in kinds:
        page = page_of(results, pictures, source=own)
        write_whole(folder / "report.html", page.encode())
    if "csv" in kinds:
        write_csv(printed(results.check, "check").frame(), folder / "check.csv")
    if "png" in kinds:
        for name, pages in pictures.items():
            write_chart(pages, name, folder=folder)


def _of_year(file: Path, name: str, options: argparse.Namespace, **given: object) -> pd.DataFrame:
    """Return the scores of the year that an option names: the only one, or one of several."""
    year = vars(options)[name]
    try:
        return load_scores(file, year=year, **given)
    except Refusal as error:
        if year is None or error.option != Option("year", year):
            raise
        scores = load_scores(file, **given)  # the file says others
        if "year" not in scores:
            raise
    if year not in set(scores["year"]):
        raise Refusal(
            f"không có năm {year} ({{option.name}})", f"bảng có năm {_years(scores)}",
            file=file.name, option=Option(name),
        )  # fmt: skip
    return _rows(scores, scores["year"] == year)


def _before(
    options: argparse.Namespace, scores: pd.DataFrame, of: Path
) -> tuple[pd.DataFrame, list[str]]:
    """Return the scores of the period before those of a file, and what to tell of them."""
    file, told = options.before, []
    load = partial(_of_year, name="before_year", options=options)
    before = _beside(load, file, year="before_year")
    if "year" in scores and scores["year"].nunique() > 1:
        raise Refusal(
            f"{of.name} có nhiều năm ({_years(scores)}) và không rõ năm nào so với {file.name}",
            f"hãy ghi năm của {of.name} bằng {{option.name}}", option=Option("year"),
        )  # fmt: skip
    if "year" in before and before["year"].nunique() > 1:
        now = scores["year"].min() if "year" in scores else 0
        earlier = before["year"][before["year"] < now]
        if earlier.empty:
            raise Refusal(
                f"{file.name} có nhiều năm ({_years(before)}) và không rõ năm nào ngay trước "
                f"{of.name}",
                "hãy ghi năm cần so bằng {option.name}", option=Option("before_year"),
            )  # fmt: skip
        before = _rows(before, before["year"] == earlier.max())
        told.append(f"{file.name} có nhiều năm: so sánh với năm {earlier.max()}.")
    if before.equals(scores):
        raise Refusal(
            f"{file.name} ({{option.name}}) giống hệt bảng của {of.name}",
            "hãy chọn tệp của kỳ trước", option=Option("before"),
        )  # fmt: skip
    return before, [*told, f"Kỳ trước ({file.name}): {scale_of(before)}."]


def _names(files: Sequence[Path]) -> str:
    return ", ".join(as_typed(file.name) for file in files)


def _beside(load: Callable, file: Path | Sequence[Path], **renamed: str) -> pd.DataFrame:
    """Load a file by what it says itself; what is told names no option of the first file."""
    with warnings.catch_warnings(record=True) as warned:
        try:
            table = load(file)
        except Refusal as error:
            error.option = error.option and error.option.beside(error.reads, **renamed)
            raise
    for message in (one.message for one in warned):
        if isinstance(message, LoadWarning):
            message = message.with_options(methodcaller("beside", message.reads, **renamed))
        warnings.warn(message, stacklevel=2)
    return table


def _rows(table: pd.DataFrame, chosen: pd.Series) -> pd.DataFrame:
    return table[chosen].reset_index(drop=True)


def _years(table: pd.DataFrame) -> str:
    return ", ".join(map(str, sorted(table["year"].unique())))


def _lines(results: Results) -> list[str]:
    """Return the first units, how many have each grade, and whether all is as published."""
    ranking = printed(results.ranking, "ranking").frame()
    counts = printed(results.distribution, "distribution")
    more = len(ranking) - _HEAD
    lines = [
        scale_of(results.ranking),
        f"Ngưỡng xếp loại: {results.scheme}",
        f"\n{ranking.head(_HEAD).to_string(index=False)}",
        f"… và {more} đơn vị nữa" if more > 0 else "",
        f"\n{counts.frame().to_string(index=False)}",
        counts.note,
        f"\n{results.check.attrs['note']}",
    ]
    return [line for line in lines if line]


def in_words(error: Exception, face: Face) -> str:
    """Return what is wrong in a sentence, with options as this face has them."""
    if isinstance(error, Refusal):
        return error.said(face)
    if not isinstance(error, OSError):
        again = "hãy lưu lại tệp rồi chạy lại" if face == "command" else "hãy đọc lại tệp"
        return f"Lỗi ngoài dự kiến ({type(error).__name__}: {error}); {again}."
    return str(error) if error.errno is None else _of_system(error)


def notes(told: Iterable[WarningMessage], face: Face) -> list[str]:
    """Return what the package warned of; libraries tell in English what is of no use here."""
    ours = [one.message for one in told if one.category.__module__.startswith("cchc_analysis.")]
    said = [one.said(face) if hasattr(one, "said") else str(one) for one in ours]
    return [f"Lưu ý: {words}" for words in dict.fromkeys(said)]


def _of_system(error: OSError) -> str:
    """Return an error of the system, which comes in English, in words."""
    path = str(error.filename or "tệp kết quả")
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return (
            f"Không ghi được {path}: đĩa đã đầy; các tệp cũ vẫn còn nguyên. Hãy giải "
            "phóng đĩa hoặc chọn thư mục khác."
        )
    # Windows calls a path that is too long one that is not there.
    is_long = isinstance(error, FileNotFoundError) and len(path) >= _LONGEST
    if is_long or error.errno == errno.ENAMETOOLONG:
        return (
            f"Không ghi được …{path[-100:]}: tên tệp hoặc đường dẫn quá dài; hãy chọn một thư mục "
            "có đường dẫn ngắn hơn."
        )
    if isinstance(error, FileNotFoundError):
        return f"Không tìm thấy {path}; hãy kiểm tra đường dẫn, hoặc chọn thư mục khác."
    return (
        f"Không mở hoặc không ghi được {path}; nếu tệp đang mở trong chương trình khác thì hãy "
        "đóng lại, nếu không hãy chọn thư mục khác. Các tệp cũ vẫn còn nguyên."
    )
