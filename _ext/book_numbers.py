"""A chapter has the number its file name says, so that links and citations keep while other chapters come and go."""

import re
from pathlib import PurePosixPath

from sphinx_external_toc.collectors import TocTreeCollectorWithStyles


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
    def renumbered(number):
        return number and type(number)((chapter, *number[1:]))

    sections = env.toc_secnumbers[docname]
    sections.update({anchor: renumbered(number) for anchor, number in sections.items()})
    numbered = env.tocs[docname].findall(lambda node: "secnumber" in getattr(node, "attributes", {}))
    for node in [env.titles[docname], *numbered]:
        node["secnumber"] = renumbered(node.get("secnumber"))


def setup(app):
    # The collector that Jupyter Book uses, which offers no way to say where counting starts.
    TocTreeCollectorWithStyles.assign_section_numbers = number_by_file_name(
        TocTreeCollectorWithStyles.assign_section_numbers
    )
    return {"parallel_read_safe": True}
