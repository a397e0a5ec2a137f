"""Grade schemes as they are written down: in the catalogue, in a file of one's own, in words."""

import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from cchc_analysis.refusal import Option, Refusal
from cchc_analysis.text import clean
from cchc_analysis.vocabulary import words

_FILE = re.compile(r"(.+?\.toml)(?::(.*))?", re.IGNORECASE | re.DOTALL)
_BARE_NAME = re.compile(r'^[ \t]*\[([^\[\]"\'=]+)\][ \t]*$', re.MULTILINE)
_ABOUT = ("number", "date", "place", "years", "block", "address")
_KEYS = ("grades", "bounds", "strict", "source", "assumed", *_ABOUT)
_FORM = (
    'hãy viết ba dòng như ví dụ: [cua-toi] rồi grades = ["Đạt", "Không đạt"] rồi bounds = [87.5, 0]'
)
_GRADE = re.compile(
    r"(.*?)[ :=]*(từ|trên|>=|≥|>|dưới|không quá)? *(\d+(?:[.,]\d+)?) *%?(?: trở lên)?",
    re.IGNORECASE,
)
_NAME = re.compile(r"[^\W\d_](?:[^\d,;:%=<>≥]*[\w)])??(?: (\d{1,2}))?")
_STRICT, _BELOW = ("trên", ">"), ("dưới", "không quá")


@cache
def known_schemes() -> dict[str, dict]:
    """Return the arguments of each `GradeScheme` of the catalogue, by its name."""
    return {name: _arguments(section) for name, section in words("schemes").items()}


def in_file(name: str) -> tuple[str, str | None] | None:
    """Return the path and the scheme that a name such as ``D:/cua-toi.toml:so`` stands for."""
    match = _FILE.fullmatch(name)
    return match and (match[1], match[2])


def of_file(path: Path, name: str | None) -> tuple[str, dict]:
    """Return the name and the arguments of a scheme in a file in the form of the catalogue."""
    schemes = _read(path)
    if name is None and len(schemes) == 1:
        (name,) = schemes
    names = ", ".join(schemes)
    if name is None:
        raise Refusal(
            f"tệp có {len(schemes)} thang xếp loại ({names})",
            "hãy nêu một thang: {option}", file=path.name,
            option=Option("scheme", f"{path.as_posix()}:{next(iter(schemes))}"),
        )  # fmt: skip
    if clean(name) not in schemes:
        raise Refusal(
            f"tệp không có thang xếp loại '{name}'", f"hãy chọn một trong: {names}",
            file=path.name, value=name, option=Option("scheme"),
        )  # fmt: skip
    section = schemes[clean(name)]
    place = f"thang '{clean(name)}'"
    for key in section:
        if key not in _KEYS:
            close = get_close_matches(key, _KEYS, n=1)
            hint = f" (có phải '{close[0]}'?)" if close else ""
            raise Refusal(
                f"không hiểu mục '{key}'{hint}", f"các mục dùng được: {', '.join(_KEYS)}",
                file=path.name, place=place, value=key,
            )  # fmt: skip
    for key in ("grades", "bounds"):
        if key not in section:
            raise Refusal(f"thiếu mục '{key}'", _FORM, file=path.name, place=place)
    for key in ("source", *_ABOUT):
        if not isinstance(section.get(key, ""), str):
            remedy = f'hãy đặt trong ngoặc kép, ví dụ {key} = "{section[key]}"'
            raise Refusal(f"mục '{key}' không phải là chữ", remedy, file=path.name, place=place)
    return clean(name), _arguments(section)


def _read(path: Path) -> dict[str, dict]:
    """Return the sections of a file, whose names may have accents without quotes."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        found = tomllib.loads(_BARE_NAME.sub(lambda m: f'["{m[1].strip()}"]', text))
    except FileNotFoundError:
        raise Refusal(
            f"Không tìm thấy tệp thang xếp loại '{path}' (tìm ở {path.absolute().parent})",
            "hãy kiểm tra tên và thư mục", value=str(path),
        ) from None  # fmt: skip
    except UnicodeDecodeError:
        raise Refusal(
            "tệp không phải là chữ UTF-8", "hãy lưu lại thành UTF-8", file=path.name
        ) from None
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        place = f"dòng {line[1]}" if line else "cuối tệp"
        raise Refusal("không đọc được", _FORM, file=path.name, place=place) from None
    except OSError:
        raise Refusal("không mở được tệp thang xếp loại", "hãy kiểm tra đường dẫn",
                      file=str(path)) from None  # fmt: skip
    loose = [key for key, section in found.items() if not isinstance(section, Mapping)]
    if loose or not found:
        problem = f"mục '{loose[0]}' không thuộc thang nào" if loose else "tệp không có thang nào"
        raise Refusal(problem, _FORM, file=path.name)
    return {clean(name): section for name, section in found.items()}


def _arguments(section: Mapping) -> dict:
    """Return the arguments of a scheme; its source is what is known of its document."""
    about = {key: clean(section.get(key, "")) for key in ("source", *_ABOUT)}
    document = about["number"] + (f" ngày {about['date']}" if about["date"] else "")
    issuer = " của ".join(filter(None, [document, about["place"]]))
    year = about["years"] and f"năm {about['years']}"
    head = ", ".join(filter(None, [issuer, year, about["block"]]))
    return {
        "grades": section["grades"],
        "bounds": section["bounds"],
        "strict": section.get("strict", ()),
        "source": "; ".join(filter(None, [head, about["source"], about["address"]])),
        "assumed": bool(section.get("assumed")) or not (about["number"] or about["source"]),
    }


def of_words(text: str) -> dict:
    """Return grades, bounds and strict ones of "Xuất sắc 90, Tốt trên 87,5; Khá 65, Yếu".

    Grades are parted by ``;`` or by a comma with a space; the last needs no bound. Nothing may be
    left over.
    """
    pieces = [clean(piece) for piece in re.split(r";|,(?=\s)", text.strip().rstrip(".;,"))]
    grades, bounds, strict = [], [], []
    for at, piece in enumerate(pieces):
        is_last = at == len(pieces) - 1
        match = _GRADE.fullmatch(piece)
        name, how, bound = match.groups() if match else (piece, None, "0" if is_last else "")
        bound, how = float(bound.replace(",", ".") or "nan"), (how or "").lower()
        is_name = _NAME.fullmatch(name)
        is_good = is_name and (is_name[1] is None or int(is_name[1]) == at + 1) and bound == bound
        if is_good and how in _BELOW:  # what is left below the last bound
            goes_on = is_last and bounds and bound == bounds[-1]
            is_good = goes_on and (how == "không quá") == (grades[-1] in strict)
            bound = 0.0
        if not is_good:
            raise _left_over(piece)
        grades.append(name)
        bounds.append(bound)
        strict += [name] if how in _STRICT else []
    numbered = [name[-1].isdigit() for name in grades]
    if any(numbered) != all(numbered) or not any(bounds):
        raise _left_over(pieces[-1])
    return {"grades": grades, "bounds": bounds, "strict": strict}


def _left_over(piece: str) -> Refusal:
    return Refusal(
        f"Không hiểu '{piece}' trong các ngưỡng xếp loại",
        "hãy viết tên loại rồi ngưỡng dưới, cách nhau bằng dấu ; hoặc dấu phẩy kèm dấu cách, "
        'ví dụ {option}', value=piece,
        option=Option("cutoffs", "Xuất sắc 90; Tốt trên 80; Khá 62,5; Yếu 0"),
    )  # fmt: skip
