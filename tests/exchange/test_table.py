import pytest

from ebbtide.exchange.nonmem import Table, parse_table, read_table
from ebbtide.library import InputError

ROWS = [("1", "0", "100"), ("1", "2.5", ".")]


def columns(table: Table) -> tuple[str, ...]:
    return table.columns


@pytest.mark.parametrize(
    "text",
    [
        "ID,TIME,AMT\n1,0,100\n1,2.5,.\n",
        "\ufeffID,TIME,AMT\r\n1,0,100\r\n1,2.5,.\r\n",
        "ID\tTIME\tAMT\n1\t0\t100\n1\t2.5\t.",
        "ID;TIME;AMT\n1;0;100\n1;2.5;.",
        "  ID  TIME AMT\n  1   0  100\n  1   2.5 .\n\n",
        '"ID","TIME","AMT"\n"1","0","100"\n1, 2.5 ,.\n',
        "# made by hand\n\nID,TIME,AMT\n# first dose\n1,0,100\n#1,1,100\n1,2.5,.\n",
        "#ID,TIME,AMT\n1,0,100\n1,2.5,.\n",
        "TABLE NO.  1\n ID TIME AMT\n 1 0 100\n 1 2.5 .\n",
        "ID,TIME,AMT,\n1,0,100,\n1,2.5,.,\n",
    ],
)
def test_forms_of_one_table(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("table") / "data.csv"
    path.write_bytes(text.encode())
    table = read_table(path)
    assert table.columns == ("ID", "TIME", "AMT")
    assert list(table.rows) == ROWS


def test_rows_that_the_first_column_marks_with_c_are_left_out() -> None:
    table = parse_table("C,ID,TIME\n.,1,0\nC,1,1\nc,1,2\n.,1,3\n", "d")
    assert [row[2] for row in table.rows] == ["0", "3"]
    assert table.at(1, 2) == "d: line 5: TIME"


def test_numbers() -> None:
    table = parse_table("ID,TIME\n1,.\n1,\n1,NA\n1,-1.5E+2\n1,+.5d-1\n1,3.\n", "d")
    assert table.numbers(1) == [None, None, None, -150.0, 0.05, 3.0]


@pytest.mark.parametrize(
    "text", ["1_0", "nan", "inf", "0x1", "1,5", "１", "1e", "--1", "1e40", "12:30", "2020-01-01"]
)
def test_what_is_no_number_is_told_with_line_and_column(text: str) -> None:
    table = parse_table(f'ID,TIME,AMT\n1,0,1\n1,1,"{text}"', "d.csv")
    with pytest.raises(InputError, match=r"^d.csv: line 3: AMT: ") as error:
        table.numbers(2)
    assert text in str(error.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no records"),
        ("ID,TIME\n", "no records"),
        ("1,0,100\n", "line 1: the first line names the columns"),
        ("ID,TME\n1,0\n", "line 1: the first line names the columns"),
        ("ID,TIME\n1,0,3\n", "line 2: 3 fields, but the head names 2 columns"),
        ("ID,TIME,AMT\n1,0\n", "line 2: 2 fields, but the head names 3 columns"),
        ("ID,TIME,AMT,AMT\n1,0,3,3\n", "line 1: the column is there twice"),
    ],
)
def test_what_is_no_table(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        parse_table(text, "d.csv")


def test_a_column_is_found_in_any_case_but_only_once() -> None:
    table = parse_table("ID,TIME,Wt,wt,Age\n1,0,1,2,3\n", "d.csv")
    assert (table.find("age"), table.find("wt"), table.find("SEX")) == (4, 3, None)
    with pytest.raises(InputError, match="more than one column"):
        table.find("WT")
    with pytest.raises(InputError, match='Did you mean "Age"'):
        table.place("Agee", "here")
