"""What is refused and what is told: one sentence, and the option that settles it."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np

from cchc_analysis.text import words

Face = Literal["python", "notebook", "command", "fields"]
Reads = Literal["scores", "fields"]  # which loader reads a file
FIELDS = words("fields")  # of the first notebook
_IN_FILE = words("options")["in_file"]
_LONGEST, _LONG = 600, 280
# Where a sentence gives its option, names it, or gives what stays of it for other files.
_HERE, _NAMED, _REST = "{option}", "{option.name}", "{option.rest}"


class Option(NamedTuple):
    """An argument of a public function, with the value that settles the matter or an example."""

    name: str
    value: object = None
    also: "Option | None" = None  # what has to be given with it
    in_file: Literal["", "scores", "fields"] = ""  # what a file holds that is read without options
    rest: "Option | None" = None  # of a list of files, where it is left out for this one

    def named(self, face: Face = "python") -> str:
        """Return what this face calls the option: `max_score`, MAX_SCORE, --max-score."""
        if face == "command":
            return f"--{self.name.replace('_', '-')}"
        if face == "fields":
            roles = self.value if isinstance(self.value, Mapping) else ["score"]
            names = [f"column {role}" for role in roles] if self.name == "columns" else [self.name]
            there = [name for name in names if name in FIELDS] or ["file"]
            return ", ".join(f'ô "{FIELDS[name]["label"]}"' for name in there)
        return self.name if face == "python" else self.name.upper()

    def said(self, face: Face = "python") -> str:
        """Return how this face gives the option: `max_score=70`, MAX_SCORE = 70, --max-score 70."""
        if self.also is not None:
            both = (self._replace(also=None).said(face), self.also.said(face))
            return (" " if face == "command" and not self.in_file else ", ").join(both)
        if self.in_file:
            return self._written()
        option = self.named(face)
        if face == "fields":
            if isinstance(self.value, str) and "example" in FIELDS.get(self.name, ()):
                return f"{option} là {self.value}"
            is_known = isinstance(self.value, int | float)
            return f"{option} là {self.value:g}".replace(".", ",") if is_known else option
        if face == "command":
            if isinstance(self.value, Mapping):
                return " ".join(f'{option} {key}="{value}"' for key, value in self.value.items())
            value = "" if self.value is None else f" {self.value}"
            return f'{option} "{self.value}"' if " " in value.strip() else option + value
        sign = "=" if face == "python" else " = "
        if self.value is None:
            return f"{option}=" if face == "python" else f"{option} = …"
        return f"{option}{sign}{_literal(self.value)}"

    def of_file(self, at: int, every: Sequence[Mapping[str, object]]) -> "Option":
        """Return the option with the value for one file in the list of what each was given."""
        if len(every) < 2:
            return self
        rest, value, given = None, self.value, [own.get(self.name) for own in every]
        if isinstance(given[at], Mapping) and isinstance(value, Mapping):
            rest = {key: one for key, one in given[at].items() if key not in value} or None
            value = {**given[at], **value}
        if len(_literal([*given, value])) > _LONG:
            given, value = [one and ... for one in given], self.value
        value = ... if value is None else value
        value, rest = ([*given[:at], own, *given[at + 1 :]] for own in (value, rest))
        also = self.also and self.also.of_file(at, every)
        return self._replace(value=value, also=also, rest=Option(self.name, rest))

    def beside(self, in_file: Reads, **renamed: str) -> "Option":
        """Return the option of a file that is read without options, save those that are renamed."""
        name = renamed.get(self.name, self.name)
        if name not in _IN_FILE[in_file]:
            return self._replace(name=name)
        also = self.also and self.also.beside(in_file, **renamed)
        return self._replace(also=also, in_file=in_file)

    def _written(self) -> str:
        """Return what is written into the file instead."""
        words = _IN_FILE[self.in_file]
        values = self.value if isinstance(self.value, list) else [self.value]
        pairs = [("score", value) for value in values]
        if isinstance(self.value, Mapping):
            pairs = list(self.value.items())
        written = (
            words[self.name].format(key=key, role=words["roles"].get(key, key), value=value or "…")
            for key, value in pairs
        )
        return ", ".join(dict.fromkeys(written))


def with_option(sentence: str, option: Option | None, face: Face = "python") -> str:
    """Return a sentence with its option as this face gives it."""
    if option is None:
        return sentence
    rest = f" ({option.rest.said(face)})" if option.rest else ""
    sentence = sentence.replace(_NAMED, option.named(face)).replace(_REST, rest)
    return sentence.replace(_HERE, option.said(face))


def _literal(value: object) -> str:
    """Return a value as it is typed; … is what is not known, or too long to tell."""
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    if value is None or value is ...:
        return "None" if value is None else "…"
    return json.dumps(value, ensure_ascii=False, default=str)


class Clause(NamedTuple):
    """A clause on a table, its values apart: clauses that differ only in these are told as one."""

    words: str  # {} is the place of a value
    values: tuple
    line: int | None = None  # if it is of a row, which differs from one of another

    def __str__(self) -> str:
        """Return the clause with its values."""
        return self.words.format(*self.values)


class Refusal(ValueError):
    """Why something is not done: what is wrong and where, and what the analyst does about it.

    Parameters
    ----------
    problem, remedy : str
        The two halves of the sentence; ``{option}`` stands for `option` with its value,
        ``{option.name}`` for what it is called, ``{option.rest}`` for what other files keep of it.
    file, place : str
        What is read or written, and where in it: "trang tính 'X', ô D5", "dòng 12".
    value : object
        What stands there and cannot be used.
    option : Option
        The argument that settles it.
    """

    def __init__(
        self, problem: str, remedy: str = "", *, file: str = "", place: str = "",
        value: object = None, option: Option | None = None,
    ) -> None:  # fmt: skip
        """Keep the parts; the sentence of the exception names the option as Python gives it."""
        self.problem, self.remedy, self.file, self.place = problem, remedy, file, place
        self.value, self.option = value, option
        self.reads: Reads = "scores"
        super().__init__(self.said())

    def said(self, face: Face = "python") -> str:
        """Return the sentence as this face says it, in one paragraph of at most 600 letters."""
        where = ", ".join(filter(None, [self.file, self.place]))
        problem, remedy = (
            with_option(half, self.option, face) for half in (self.problem, self.remedy)
        )
        head = " ".join(f"{where}: {problem}".removeprefix(": ").split())
        tail = f"; {' '.join(remedy.split())}." if remedy else "."
        room = _LONGEST - len(tail)
        return (head if len(head) <= room else f"{head[: room - 1]}…") + tail


_NO_TEXT = r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"  # that no XML may hold
# What is given for a text, or for one of two, must be of these kinds; else it is called so.
_KINDS = {
    str: (str | None, "chữ", "đặt trong ngoặc kép"),
    bool: (bool | np.bool_, "True hoặc False", "ghi một trong hai"),
}


def check_given(kind: type, **given: object) -> None:
    """Refuse, by the name of its option, what is not of a kind; no text is a text, too."""
    kinds, called, remedy = _KINDS[kind]
    for name, value in given.items():
        if not isinstance(value, kinds):
            raise Refusal(f"{name}={value!r:.60} phải là {called}", f"hãy {remedy}", value=value)
        if found := re.search(_NO_TEXT, str(value)):
            problem = f"{name}={value!r:.60} có ký tự điều khiển {found[0]!r}"
            raise Refusal(problem, "hãy bỏ ký tự ấy", value=value)
