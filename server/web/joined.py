"""Many source files as one: the client's modules, its style sheets. A slow line asks once (decisions/0015)."""

import posixpath
import re
from collections.abc import Mapping

_IMPORT = re.compile(r'^import (?:\* as (?P<whole>\w+)|(?P<names>\{[\w\s,]+\})) from "(?P<path>[\w./-]+)";$', re.M)
_DECLARED = re.compile(r"^export (?=(?:(?:async )?function|class|const) (\w+))", re.M)
_LISTED = re.compile(r"\bexport ?\{([\w\s,]+)\};")
_STYLES = re.compile(r'^@import "([\w./-]+)";$', re.M)


def join_scripts(entry: str, texts: Mapping[str, str]) -> str:
    """The module `entry` and all it imports, by name, as one script: each a function of its own, in need's order.

    Knows the plain forms that our modules are written in; what is left of another one is no script any more.
    Raises KeyError for a module that is not there.
    """
    done: dict[str, str] = {}

    def add(name: str) -> str:
        """The variable that holds what a module exports."""
        variable = re.sub(r"\W", "_", name)
        if name not in done:
            body = _IMPORT.sub(lambda found: take(name, found), texts[name])
            exported = [_property(each) for listed in _LISTED.findall(body) for each in listed.split(",")]
            exported += _DECLARED.findall(body)
            body = _LISTED.sub("", _DECLARED.sub("", body))
            how = "await (async" if name == entry else "("
            done[name] = f"const {variable} = {how}() => {{\n{body}\nreturn {{ {', '.join(exported)} }};\n}})();\n"
        return variable

    def take(by: str, found: re.Match[str]) -> str:
        variable = add(posixpath.normpath(posixpath.join(posixpath.dirname(by), found["path"])))
        return f"const {found['whole'] or found['names'].replace(' as ', ': ')} = {variable};"

    add(entry)
    return f"(async () => {{\n{''.join(done.values())}}})();\n"


def _property(exported: str) -> str:
    """`a as b` becomes `b: a`."""
    return ": ".join(reversed(exported.strip().split(" as ")))


def join_styles(entry: str, texts: Mapping[str, str]) -> str:
    """A style sheet with those it imports, from its own folder, in their places. Raises KeyError."""
    return _STYLES.sub(lambda found: texts[posixpath.join(posixpath.dirname(entry), found[1])], texts[entry])
