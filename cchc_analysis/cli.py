"""The command ``cchc-report``: from one published table to the files of a report."""

import argparse
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from cchc_analysis.charts import plot_comparison, plot_distribution, plot_ranking
from cchc_analysis.check import check_published
from cchc_analysis.export import save_chart, write_csv
from cchc_analysis.format import format_ranking
from cchc_analysis.load import load_scores
from cchc_analysis.ranking import grade_distribution, grade_units, rank_units
from cchc_analysis.schemes import DEFAULT_SCHEME, load_scheme, scheme_names
from cchc_analysis.table import several_groups

_HEAD = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 after a sentence on what is wrong."""
    for stream in (sys.stdout, sys.stderr):  # a console that lacks a letter shows "?" instead
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    options = _parser().parse_args(arguments)
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always", UserWarning)
            _report(options)
    except (ValueError, OSError) as error:
        print(f"Lỗi: {_sentence(error)}", file=sys.stderr)
        return 1
    for message in dict.fromkeys(str(warning.message) for warning in told):
        print(f"Lưu ý: {message}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cchc-report",
        description="Xếp hạng, xếp loại và vẽ biểu đồ từ một bảng điểm CCHC.",
        epilog="Ví dụ: python -m uv run cchc-report data/cchc-2020.csv --max-score 100",
        add_help=False,
    )
    group = parser.add_argument_group("tham số")
    add = group.add_argument
    formats = "bảng điểm: Excel, Word, trang web đã lưu, .csv, .pdf, hoặc .txt dán từ trang web"
    add("file", metavar="TỆP", type=Path, help=formats)
    one = "số thứ tự hoặc tiêu đề của bảng cần đọc, nếu tệp có nhiều bảng"
    add("--table", metavar="BẢNG", type=_table, help=one)
    which = 'cột nào là gì, nếu tên cột không đủ rõ, ví dụ score="Điểm thẩm định"; có thể lặp lại'
    add("--columns", metavar="TÊN=CỘT", type=_column, action="append", default=[], help=which)
    add("--max-score", metavar="ĐIỂM", type=_number, help="thang điểm, nếu bảng không ghi")
    schemes = f"thang xếp loại: {', '.join(scheme_names())} (mặc định: %(default)s)"
    add("--scheme", metavar="TÊN", default=DEFAULT_SCHEME, help=schemes)
    folder = "nơi ghi kết quả, trong thư mục con mang tên tệp (mặc định: %(default)s)"
    add("--out", metavar="THƯ_MỤC", type=Path, default=Path("reports"), help=folder)
    add("-h", "--help", action="help", help="hiện hướng dẫn này")
    return parser


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"'{text}' không phải là một số; hãy viết ví dụ 100 hoặc 62,5"
        ) from None


def _table(text: str) -> int | str:
    return int(text) if text.isdigit() else text


def _column(text: str) -> tuple[str, int | str]:
    role, is_one, column = text.partition("=")
    if not is_one:
        raise argparse.ArgumentTypeError(f"'{text}' thiếu dấu =; hãy viết ví dụ score='Tổng điểm'")
    return role, _table(column)


def _sentence(error: Exception) -> str:
    """Return what is wrong; the system's own errors come in English and are put in words here."""
    if not isinstance(error, OSError) or error.filename is None:
        return str(error)
    return (
        f"Không mở hoặc không ghi được {error.filename} ({error.strerror}); nếu tệp đang mở trong "
        "chương trình khác thì hãy đóng lại, nếu không hãy chọn thư mục khác bằng --out."
    )


def _report(options: argparse.Namespace) -> None:
    import matplotlib as mpl
    import matplotlib.style

    mpl.use("agg")  # files only: no window, no display needed
    scheme = load_scheme(options.scheme)
    scores = load_scores(
        options.file,
        table=options.table,
        columns=dict(options.columns),
        max_score=options.max_score,
    )
    ranking = scores.pipe(rank_units).pipe(grade_units, scheme=scheme)
    counts = grade_distribution(ranking, by=several_groups(ranking))
    check = check_published(ranking)
    printed, distribution = format_ranking(ranking), format_ranking(counts)
    note = f"{scores.attrs['scale']}. Ngưỡng xếp loại: {scheme}."
    with mpl.style.context("cchc_analysis.report"):
        charts = {
            "ranking": plot_ranking(ranking, scheme=scheme),
            "distribution": plot_distribution(counts, scheme=scheme),
            "comparison": plot_comparison(ranking, scheme=scheme),
        }
        folder = options.out / options.file.stem
        files = [
            path
            for name, ax in charts.items()
            for path in save_chart(
                ax, name, folder=folder, source=f"tệp {options.file.name}", note=note
            )
        ]
    files += [
        write_csv(printed, folder / "ranking.csv"),
        write_csv(distribution, folder / "distribution.csv"),
        write_csv(format_ranking(check), folder / "check.csv"),
    ]
    print(scores.attrs["scale"])
    print(f"Ngưỡng xếp loại: {scheme}")
    print(f"\n{printed.head(_HEAD).to_string(index=False)}")
    if len(printed) > _HEAD:
        print(f"… và {len(printed) - _HEAD} đơn vị nữa")
    print(f"\n{distribution.to_string(index=False)}")
    if distribution.attrs["note"]:
        print(distribution.attrs["note"])
    print(f"\n{check.attrs['note']}")
    print("\nĐã ghi:")
    for path in files:
        print(f"  {path.as_posix()}")
