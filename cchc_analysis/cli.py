"""The command ``cchc-report``: from published tables to the files of a report."""

import argparse
import errno
import sys
import unicodedata
import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from cchc_analysis.console import make_readable
from cchc_analysis.files import allowed_name, as_typed
from cchc_analysis.job import Job
from cchc_analysis.schemes import DEFAULT_SCHEME, load_scheme, scheme_names

_EXAMPLES = """ví dụ:
  cchc-report data/cchc-2020.csv
  cchc-report "bảng của tôi.xlsx" --max-score 70 --scheme nam-dinh-2020-so
  cchc-report nam-2021.docx --before nam-2020.xlsx --unit "Sở Nội vụ"
  cchc-report thang-1.xlsx thang-2.xlsx --out D:/bao-cao
(gõ 'python -m uv run' trước mỗi lệnh)"""
_LONGEST = 248  # letters of a folder on Windows, where long paths are not switched on


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 after a sentence on each file that could not be read."""
    for stream in (sys.stdout, sys.stderr):
        make_readable(stream)
    options = _parser().parse_args(arguments)
    try:
        scheme = load_scheme(options.scheme)
        folders = _folders(options)
    except (ValueError, OSError) as error:
        print(f"Lỗi: {_sentence(error)}", file=sys.stderr)
        return 1
    failed = 0
    for file, folder in zip(_progress(options.files), folders, strict=True):
        failed += not _run(Job(file, folder, scheme, options))
    if len(folders) > 1:
        print(f"Xong {len(folders) - failed}/{len(folders)} tệp.")
    return int(failed > 0)


def _run(job: Job) -> bool:
    """Make one report, or say why not."""
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always", UserWarning)
            said = job.run()
    except (ValueError, OSError) as error:
        print(f"Lỗi: {_sentence(error)}", file=sys.stderr)
        return False
    print("\n".join(said))
    for message in dict.fromkeys(str(warning.message) for warning in told):
        print(f"Lưu ý: {message}")
    return True


def _progress(files: Sequence[Path]) -> Sequence[Path]:
    """Return the files under a progress bar, if there are several and a person looks on."""
    if len(files) == 1 or not sys.stderr.isatty():
        return files
    from tqdm import tqdm

    return tqdm(files, unit=" tệp")


def _folders(options: argparse.Namespace) -> list[Path]:
    """Return for each file a folder of its own."""
    if len(options.files) > 1 and (options.before or options.fields):
        raise ValueError("--before và --fields chỉ dùng với một tệp; hãy chạy lệnh cho từng tệp.")
    stems = Counter(_key(file.stem) for file in options.files)
    names = [file.stem if stems[_key(file.stem)] == 1 else file.name for file in options.files]
    ((most, count),) = Counter(map(_key, names)).most_common(1)
    if count > 1:
        twice = next(name for name in names if _key(name) == most)
        raise ValueError(
            f"Có nhiều tệp cùng tên {twice}, kết quả sẽ ghi đè nhau; hãy đổi tên một tệp, hoặc "
            "chạy lệnh cho từng tệp với --out khác nhau."
        )
    return [options.out / allowed_name(name) for name in names]


def _key(name: str) -> str:
    """Return what two names have in common that are one folder on Windows or macOS."""
    return unicodedata.normalize("NFC", allowed_name(name)).casefold()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cchc-report",
        description="Xếp hạng, xếp loại, vẽ biểu đồ và viết báo cáo từ bảng điểm CCHC.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,
    )
    group = parser.add_argument_group("tham số")
    add = group.add_argument
    formats = "bảng điểm: Excel, Word, trang web đã lưu, .csv, .pdf, hoặc .txt dán từ trang web"
    add("files", metavar="TỆP", type=Path, nargs="+", help=formats)
    add("--before", metavar="TỆP", type=Path, help="bảng điểm kỳ trước, để so sánh")
    add("--fields", metavar="TỆP", type=Path, help="bảng điểm theo lĩnh vực")
    add("--unit", metavar="TÊN", type=as_typed, help="đơn vị cần làm nổi bật")
    one = "số thứ tự hoặc tiêu đề của bảng cần đọc, nếu tệp có nhiều bảng"
    add("--table", metavar="BẢNG", type=_table, help=one)
    add("--year", metavar="NĂM", type=int, help="năm cần lấy, hoặc năm của bảng không ghi năm")
    which = 'cột nào là gì, nếu tên cột không đủ rõ, ví dụ score="Điểm thẩm định"; có thể lặp lại'
    add("--columns", metavar="TÊN=CỘT", type=_column, action="append", default=[], help=which)
    add("--max-score", metavar="ĐIỂM", type=_number, help="thang điểm, nếu bảng không ghi")
    schemes = f"thang xếp loại: {', '.join(scheme_names())} (mặc định: %(default)s)"
    add("--scheme", metavar="TÊN", default=DEFAULT_SCHEME, help=schemes)
    add("--template", metavar="TỆP", type=Path, help="mẫu .docx của cơ quan cho báo cáo")
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
    return int(text) if text.isdigit() else as_typed(text)


def _column(text: str) -> tuple[str, int | str]:
    role, is_one, column = text.partition("=")
    if not is_one:
        raise argparse.ArgumentTypeError(f"'{text}' thiếu dấu =; hãy viết ví dụ score='Tổng điểm'")
    return role, _table(column)


def _sentence(error: Exception) -> str:
    """Return what is wrong; the system's own errors come in English and are put in words here."""
    if not isinstance(error, OSError) or error.filename is None:
        return str(error)
    if error.errno == errno.ENOSPC:
        return (
            f"Không ghi được {error.filename}: đĩa đã đầy; các tệp cũ vẫn còn nguyên. Hãy giải "
            "phóng đĩa hoặc chọn nơi khác bằng --out."
        )
    # Windows calls a path that is too long one that is not there.
    if error.errno == errno.ENAMETOOLONG or (
        error.errno == errno.ENOENT and len(str(error.filename)) >= _LONGEST
    ):
        return (
            f"Không ghi được …{str(error.filename)[-100:]}: tên tệp hoặc đường dẫn quá dài; hãy "
            "chọn bằng --out một thư mục có đường dẫn ngắn hơn."
        )
    return (
        f"Không mở hoặc không ghi được {error.filename} ({error.strerror}); nếu tệp đang mở trong "
        "chương trình khác thì hãy đóng lại, nếu không hãy chọn thư mục khác bằng --out."
    )
