import pytest

from applications.terms_changes import Piece, differences

FORMER = "One two three.\n\nFour five six.\n\nSeven."


def read(pieces, *, without):
    return "".join(piece.text for piece in pieces if piece.kind != without)


@pytest.mark.parametrize(
    ("new", "pieces"),
    [
        (FORMER, [Piece("same", FORMER)]),
        (FORMER.replace("\n", "\r\n"), [Piece("same", FORMER)]),
        ("One two three.", [Piece("same", "One two three."), Piece("gone", "\n\nFour five six.\n\nSeven.")]),
        (
            FORMER.replace("five", "5"),
            [
                Piece("same", "One two three.\n\nFour "),
                Piece("gone", "five "),
                Piece("added", "5 "),
                Piece("same", "six.\n\nSeven."),
            ],
        ),
        (f"{FORMER}\n\nEight.", [Piece("same", FORMER), Piece("added", "\n\nEight.")]),
        ("", [Piece("gone", FORMER)]),
    ],
)
def test_differences_are_told_word_by_word(new, pieces):
    assert differences(FORMER, new) == pieces


def test_pieces_make_up_both_texts():
    new = "Zero.\n\nFour six. And more words.\n\nSeven.\nEight."
    pieces = differences(FORMER, new)

    assert read(pieces, without="added") == FORMER
    assert read(pieces, without="gone") == new
