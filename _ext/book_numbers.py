"""A chapter has the number its file name says, so that links and citations keep while other chapters come and go."""

import re
from pathlib import PurePosixPath

from sphinx.environment.collectors.toctree import TocTreeCollector


def number_by_file_name(assign):
    def assign_section_numbers(self, env):
        before = env.toc_secnumbers
        assign(self, env)
        for docname in env.toc_secnumbers:
            if match := re.match(r"(\d+)_", PurePosixPath(docname).name):
                renumber(env, docname, int(match[1]))
        return [name for name, numbers in env.toc_secnumbers.items() if numbers != before.get(name)]

    return assign_section_numbers


def renumber(env, docname: str, chapter: int):
    def shifted(number):
        return number and type(number)((chapter, *number[1:]))

    sections = env.toc_secnumbers[docname]
    sections.update({anchor: shifted(number) for anchor, number in sections.items()})
    for node in [env.titles[docname], *env.tocs[docname].findall(lambda node: "secnumber" in getattr(node, "attributes", {}))]:
        node["secnumber"] = shifted(node.get("secnumber"))


def install(app, config):
    # Not in setup: sphinx-multitoc-numbering replaces the same method, and is loaded later.
    TocTreeCollector.assign_section_numbers = number_by_file_name(TocTreeCollector.assign_section_numbers)


def setup(app):
    app.connect("config-inited", install)
    return {"parallel_read_safe": True}
