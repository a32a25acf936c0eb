"""The documents as an office program opens them: it reads them all, and the list fits one page.

LibreOffice (`soffice`) and `pdftoppm` are looked for on this machine; where they are absent, the
tests say so and are left out.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from documents_sample import crowded, hostile, overview

from miro_sync.messages import catalogue
from miro_sync.overview import Overview
from miro_sync.reports import docx, xlsx

RU = catalogue("ru")


def pages(folder: Path, name: str, document: bytes) -> list[Path]:
    """Return the pages of a document as pictures."""
    office, painter = shutil.which("soffice"), shutil.which("pdftoppm")
    if office is None or painter is None:
        pytest.skip("no LibreOffice or no pdftoppm on this machine: nobody opened the documents")
    path = folder / name
    path.write_bytes(document)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    for command in (
        [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(path)],
        [painter, "-r", "40", "-png", str(path.with_suffix(".pdf")), str(folder / path.stem)],
    ):
        subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603 - found above
    return sorted(folder.glob(f"{path.stem}-*.png"))


@pytest.mark.parametrize("of", [crowded(11), overview()], ids=["crowded", "usual"])
def test_the_list_for_a_meeting_is_one_sheet_of_paper(tmp_path: Path, of: Overview) -> None:
    assert len(pages(tmp_path, "meeting.docx", docx.render(of, RU, kind="meeting"))) == 1


def test_an_office_program_opens_all_kinds_even_hostile_ones(tmp_path: Path) -> None:
    documents = {
        "center.docx": docx.render(hostile(), RU, center="yaya1"),
        "final.docx": docx.render(hostile(), RU, kind="final"),
        "calendar.xlsx": xlsx.render(hostile(), RU),
    }
    for name, document in documents.items():
        assert pages(tmp_path, name, document), name
