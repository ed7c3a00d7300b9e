"""What is wrong with a value, in words: what is wanted in its place, with an example.

pydantic's own sentences are for its users: they speak of strings, patterns and Python's types. None of ours repeats
what was sent, which may be a personal identity code (R17).
"""

from collections.abc import Mapping
from typing import Any

A_TIME = "Give a time as YYYY-MM-DDThh:mm:ss with its UTC offset, such as 2026-11-20T10:00:00Z"
# By kind of error; in braces what pydantic knows of the limit.
WORDS = {
    "bool_type": "Give true or false, without quotes",
    "date_from_datetime_inexact": "Give a date without a time, as YYYY-MM-DD",
    "date_from_datetime_parsing": "There is no such day: give a date as YYYY-MM-DD, such as 2026-11-20",
    "datetime_from_date_parsing": A_TIME,
    "datetime_parsing": A_TIME,
    "decimal_max_digits": "Give a number of at most {max_digits} digits",
    "decimal_max_places": "Give a number of at most {decimal_places} decimals",
    "decimal_parsing": "Give a number with a decimal point, such as 1100.50",
    "decimal_type": "Give a number with a decimal point, such as 1100.50",
    "decimal_whole_digits": "Give a number of at most {whole_digits} digits before the decimal point",
    "enum": "Give one of {expected}",
    "extra_forbidden": "Unknown name",
    "finite_number": "Give a number with a decimal point, such as 1100.50",
    "greater_than_equal": "Give at least {ge}",
    "int_from_float": "Give a whole number without quotes, such as 2",
    "int_parsing": "Give a whole number, such as 100",
    "int_parsing_size": "Give a smaller number",
    "int_type": "Give a whole number without quotes, such as 2",
    "less_than_equal": "Give at most {le}",
    "list_type": "Give a list in square brackets, such as []",
    "literal_error": "Give one of {expected}",
    "missing": "This is required",
    "model_attributes_type": "Give an object in braces, such as {{}}",
    "model_type": "Give an object in braces, such as {{}}",
    "string_too_long": "Give at most {max_length} characters",
    "string_too_short": "Give at least {min_length} character",
    "string_type": "Give a text in quotes",
    "string_unicode": "The text holds half a character: give whole characters of Unicode",
    "timezone_aware": "Give the time with its UTC offset, such as 2026-11-20T10:00:00Z",
    "too_long": "Give at most {max_length} of these",
    "too_short": "Give at least {min_length} of these",
}
# Where a form is asked for: by the name of the field.
A_NUMBER_OF_YOURS = "Give 1 to 64 of the letters A to Z, digits and . _ / -, such as HS-2026-0001"
FORMS = {
    "reference": A_NUMBER_OF_YOURS,
    "client_reference": A_NUMBER_OF_YOURS,
    "client_references": A_NUMBER_OF_YOURS,
    "after": "Give next of the answer before, as it came, or 0 in the first request",
}
OTHERWISE = "This is not in the form that the description of the interface gives"


def fault_in_words(path: tuple[str | int, ...], error: Mapping[str, Any]) -> str:
    """Return what is wanted in the place of a value that pydantic refused."""
    kind = str(error["type"])
    if kind == "value_error":  # a sentence of ours
        return str(error["msg"]).removeprefix("Value error, ")
    if kind == "string_pattern_mismatch":
        names = [step for step in path if isinstance(step, str)]
        return FORMS.get(names[-1] if names else "", OTHERWISE)
    limits = dict(error.get("ctx", {}))
    if "expected" in limits:
        limits["expected"] = str(limits["expected"]).replace("'", "")
    words = WORDS.get(kind, OTHERWISE).format_map(limits)
    return words + "s" if kind == "string_too_short" and limits.get("min_length") != 1 else words
