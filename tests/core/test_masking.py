import pytest

from core import masking


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("maija@example.test", "m•••@example.test"),
        ("m@example.test", "m•••@example.test"),
        ('"a@b"@example.test', '"•••@example.test'),
        ("@example.test", "•••@example.test"),
        ("nobody", "•••"),
        ("", "•••"),
    ],
)
def test_mask_keeps_the_first_letter_and_the_host(address, masked):
    assert masking.mask(address) == masked
