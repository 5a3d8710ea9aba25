"""Scripts for somebody's own rows of numbers: written into a folder, run there, and read back."""

import runpy
import sys
from contextlib import chdir
from typing import Any, NamedTuple

from tests.present import present
from transfer_core.own_data.answering import Answer, Question, answer_steps
from transfer_core.own_data.contents import Contents
from transfer_core.own_data.files import read
from transfer_ui.articles.your_data import home
from transfer_ui.export import own_rows


class Case(NamedTuple):
    """Files, what was asked of them, and what the lab answered."""

    files: dict[str, bytes]
    question: Question
    contents: Contents
    answer: Answer

    @property
    def rows(self):
        """What the page hands over."""
        return home.rows_of(self.contents, self.question, self.answer)

    def rows_with(self, way):
        """The same, had this been recommended."""
        answer, question = self.answer, self.question
        title = answer.facts.titles[way]
        return self.rows._replace(way=way, title=title, source=own_rows.source_of(way, question, answer))


def measured(files, question, n_seeds=2):
    """Ask the lab; a second file is the source."""
    contents = [read(name, data) for name, data in files.items()]
    *_, last = answer_steps(contents[0], question, contents[1] if len(contents) > 1 else None, n_seeds)
    return Case(files, question, contents[0], present(last.results)())


def run(folder, rows, files, capsys) -> tuple[dict[str, Any], str]:
    """Run the script on files that lie in its folder; give its names, and what it printed."""
    script = folder / rows.file
    script.write_text(own_rows.write(rows), encoding="utf-8")
    for name, data in files.items():
        (folder / name).write_bytes(data)
    arguments, sys.argv = sys.argv, [str(script), *files]
    try:
        with chdir(folder):
            names = runpy.run_path(str(script))
    finally:
        sys.argv = arguments
    return names, capsys.readouterr().out
