"""What is compared of a transcript: everything but chance and time."""

from documents.transcripts import without_chance

SHOWN = """\
wrote mult8.hj in 0.18 s
  a    b      p  reads
167  229  38243      9
229  167  38243      8
2 distinct answers; 17 of 3072 reads verified; 170 free of 192 spins; 0.08 s
"""
OTHERWISE = """\
wrote mult8.hj in 1.20 s
  a    b      p  reads
229  167  38243  14
167  229  38243  11
2 distinct answers; 25 of 1024 reads verified; 170 free of 192 spins; 0.10 s
"""
FEW = "  a  reads\n  1      3\n  2      2\nand 5 more (--show N, or --json FILE for all)\n"


def test_reads_order_and_times_do_not_count() -> None:
    assert without_chance(SHOWN) == without_chance(OTHERWISE)


def test_answers_and_everything_else_count() -> None:
    for old, new in (
        ("229  167", "229  168"),
        ("170 free", "169 free"),
        ("192", "48"),
        ("\n167", "\n1670"),
    ):
        assert without_chance(SHOWN) != without_chance(SHOWN.replace(old, new))


def test_of_many_answers_only_how_many_are_shown_counts() -> None:
    assert without_chance(FEW) == without_chance(FEW.replace("  2      2", "  7      2"))
    assert without_chance(FEW) != without_chance(FEW.replace("  2      2\n", ""))
    assert without_chance(FEW) != without_chance(FEW.replace("5 more", "6 more"))
