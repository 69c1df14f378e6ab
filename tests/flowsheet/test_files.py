"""Files are whole or not there."""

import pandas
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from raffinate.flowsheet.errors import DataError
from raffinate.flowsheet.files import read_text, write_csv, write_figure, write_text, write_whole


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_write_text__writes_utf8_with_plain_line_ends(tmp_path):
    path = write_text(tmp_path / "report.md", "pH 2 at 60 °C\nend\n")
    assert path.read_bytes() == "pH 2 at 60 °C\nend\n".encode()
    assert names(tmp_path) == ["report.md"]


def test_write_text__replaces_what_was_there(tmp_path):
    write_text(tmp_path / "a.txt", "a long old text")
    write_text(tmp_path / "a.txt", "new")
    assert (tmp_path / "a.txt").read_text() == "new"
    assert names(tmp_path) == ["a.txt"]


def test_write_text__makes_missing_folders(tmp_path):
    write_text(str(tmp_path / "results" / "plant" / "a.txt"), "x")
    assert (tmp_path / "results" / "plant" / "a.txt").read_text() == "x"


def test_write_whole__keeps_the_old_file_when_the_writer_fails(tmp_path):
    write_text(tmp_path / "table.csv", "old")

    def fails(temporary):
        temporary.write_text("half of the n")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_whole(tmp_path / "table.csv", fails)
    assert (tmp_path / "table.csv").read_text() == "old"
    assert names(tmp_path) == ["table.csv"]


def test_write_whole__leaves_nothing_when_the_writer_fails_before_it_writes(tmp_path):
    def fails(temporary):
        raise ValueError(temporary.suffix)

    with pytest.raises(ValueError, match=r"^\.png$"):
        write_whole(tmp_path / "new.png", fails)
    assert names(tmp_path) == []


def test_write_whole__writes_in_the_same_folder_under_the_same_ending(tmp_path):
    seen = []

    def write(temporary):
        seen.append(temporary)
        temporary.write_text("x")
        assert not (tmp_path / "a.svg").exists()

    write_whole(tmp_path / "a.svg", write)
    assert seen[0].parent == tmp_path
    assert seen[0].suffix == ".svg"


def test_write_whole__follows_a_link_and_keeps_it(tmp_path):
    (tmp_path / "there").mkdir()
    write_text(tmp_path / "there" / "a.txt", "old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "there" / "a.txt")
    write_text(tmp_path / "link.txt", "new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "there" / "a.txt").read_text() == "new"


def test_write_whole__refuses_a_folder(tmp_path):
    with pytest.raises(DataError, match="is a folder"):
        write_text(tmp_path, "x")


def test_write_csv__reads_back_with_empty_cells(tmp_path):
    table = pandas.DataFrame({"pH": pandas.array([2.5, pandas.NA], dtype="Float64")}, index=["liquor", "powder"])
    path = write_csv(tmp_path / "table.csv", table.rename_axis("stream"))
    assert path.read_text() == "stream,pH\nliquor,2.5\npowder,\n"


def figure():
    drawn = Figure(figsize=(1.0, 1.0))
    FigureCanvasAgg(drawn)
    return drawn


@pytest.mark.parametrize(("ending", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_write_figure__writes_the_format_of_the_ending(tmp_path, ending, start):
    path = write_figure(tmp_path / f"plant.{ending}", figure())
    assert path.read_bytes().startswith(start)
    assert names(tmp_path) == [f"plant.{ending}"]


def test_write_figure__refuses_an_ending_that_is_no_format(tmp_path):
    with pytest.raises(DataError, match=r"'pgn' is no format of figures; did you mean 'png'\?"):
        write_figure(tmp_path / "plant.pgn", figure())
    assert names(tmp_path) == []


def test_read_text__names_the_file_that_was_meant(tmp_path):
    (tmp_path / "pitzer.dat").write_text("PITZER", encoding="latin-1")
    assert read_text(tmp_path / "pitzer.dat") == "PITZER"
    with pytest.raises(DataError, match=r"pitzr\.dat' does not exist; did you mean 'pitzer\.dat'"):
        read_text(tmp_path / "pitzr.dat")
    with pytest.raises(DataError, match="does not exist"):
        read_text(tmp_path / "nowhere" / "pitzer.dat")
