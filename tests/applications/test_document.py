import copy
import datetime as dt
import hashlib
import json
import re
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic_core._pydantic_core import list_all_errors

from applications import document, intake
from applications.document import Document, InvalidDocument, Stored, canonical, parse, pointer
from applications.facts import NOT_A_NAME
from applications.fault_words import OTHERWISE, fault_in_words
from applications.models import Applicant, Version
from core.text import BIDI_CONTROLS, typed_prose
from tests import cast
from tests.applications.factories import HOUSING_SYSTEM
from tests.cast import MAIJA, OLLI, TEA, VERA, VILLE, day
from tests.core.spellings import personal_names

ABSENT = object()
CONTROLS = "Control characters are not allowed"
WRONG_CODE = "Invalid personal identity code"
TOO_OLD = "Somebody born then would be over 120 years old"
A_DATE = "Give a date as YYYY-MM-DD"
A_NUMBER = "Give a number with a decimal point, such as 1100.50"
NO_DAY = "There is no such day: give a date as YYYY-MM-DD, such as 2026-11-20"
DWELLINGS = "Give one of flat, terraced, detached, shared, homeless or other"
A_WHOLE_NUMBER = "Give a whole number without quotes, such as 2"


AHEAD = day(2)


def places_in(value, path=()):
    """Yield the path of every value that a value holds."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (*path, step)
        yield from places_in(inner, (*path, step))


def changed(path, value, *people):
    """Return an application in which one value is another, or absent."""
    data = copy.deepcopy(cast.document(*(people or (MAIJA, OLLI))))
    data["others_moving_in"] = [{"first_names": "Lapsi", "last_name": "Meikäläinen", "birth_date": "2020-02-29"}]
    *way, last = path
    inner = data
    for step in way:
        inner = inner[step]
    if value is ABSENT:
        del inner[last]
    else:
        inner[last] = value
    return data


def faults(data):
    try:
        parse(data)
    except InvalidDocument as error:
        return error.faults
    return []


# --- What is refused, and where --------------------------------------------------------------------------

MAIN = ("main_applicant",)
INCOME = (*MAIN, "income", "monthly_gross")
FAULTS = [
    ((*MAIN, "hetu"), "010594Y9033", WRONG_CODE),
    ((*MAIN, "hetu"), "010594-9032 x", WRONG_CODE),
    ((*MAIN, "hetu"), "٠١٠٥٩٤Y9032", WRONG_CODE),
    ((*MAIN, "hetu"), "310299-9032", WRONG_CODE),
    ((*MAIN, "hetu"), "", WRONG_CODE),
    ((*MAIN, "hetu"), "0" * 41, "Give at most 40 characters"),
    ((*MAIN, "hetu"), TEA["hetu"], "The main applicant must be 18"),
    (("co_applicants", 0, "hetu"), MAIJA["hetu"].lower(), "The same person is named twice"),
    ((*MAIN, "first_names"), "", "Give at least 1 character"),
    ((*MAIN, "first_names"), " \u00a0", "The text is empty"),
    ((*MAIN, "first_names"), "x" * 201, "Give at most 200 characters"),
    ((*MAIN, "first_names"), "\u0000", CONTROLS),
    ((*MAIN, "first_names"), "a\tb", CONTROLS),
    ((*MAIN, "first_names"), "a\u0085b", CONTROLS),
    ((*MAIN, "first_names"), "a\u2028b", CONTROLS),
    ((*MAIN, "first_names"), "Your prize: foo.fi", NOT_A_NAME),
    ((*MAIN, "last_name"), "King, Jr.", NOT_A_NAME),
    (("others_moving_in", 0, "first_names"), "Sofia/Sofie", NOT_A_NAME),
    ((*MAIN, "email"), "a@b", "Invalid email address"),
    ((*MAIN, "email"), "a@example.test, b@example.test", "Invalid email address"),
    ((*MAIN, "language"), "FI", "Give one of fi, sv or en"),
    ((*MAIN, "non_disclosure"), "true", "Give true or false, without quotes"),
    ((*MAIN, "non_disclosure"), 1, "Give true or false, without quotes"),
    (INCOME, -1, "Give at least 0"),
    (INCOME, "1_000", A_NUMBER),
    (INCOME, "1e3", A_NUMBER),
    (INCOME, "1 000,50", A_NUMBER),
    (INCOME, "١٢", A_NUMBER),
    (INCOME, "NaN", A_NUMBER),
    (INCOME, "100000000", A_NUMBER),
    (INCOME, "0.005", A_NUMBER),
    (INCOME, 0.005, "Give a number of at most 2 decimals"),
    (INCOME, 100_000_000, "Give a number of at most 8 digits before the decimal point"),
    (INCOME, float("inf"), A_NUMBER),
    (INCOME, ABSENT, "This is required"),
    (("others_moving_in", 0, "birth_date"), AHEAD, "The date lies ahead"),
    (("others_moving_in", 0, "birth_date"), "2023-02-29", NO_DAY),
    (("others_moving_in", 0, "birth_date"), 0, A_DATE),
    (("others_moving_in", 0, "birth_date"), "1700000000", A_DATE),
    (("others_moving_in", 0, "birth_date"), "2020-01-01T00:00:00", A_DATE),
    (("content", "home", "rooms"), True, A_WHOLE_NUMBER),
    (("content", "home", "rooms"), "2", A_WHOLE_NUMBER),
    (("content", "home", "rooms"), 0, "Give at least 1"),
    (("content", "home", "dwelling"), "castle", DWELLINGS),
    (("content", "more"), "a\u0000b", CONTROLS),
    (("content", "more"), "\ud800", "The text holds half a character: give whole characters of Unicode"),
    (("content", "more"), "x" * 2001, "Give at most 2000 characters"),
    (("content", "assurance"), False, "The assurance is missing"),
    (("content", "need", "reasons"), [], "Give at least 1 of these"),
    (("sent_at",), "2999-01-01T00:00:00Z", "The time lies ahead"),
    (("sent_at",), "9999-12-31T23:59:59-23:59", "Give at most 9000-01-01T00:00:00Z"),
    (("sent_at",), "0001-01-01T00:00:00+23:59", "Give at least 2000-01-01T00:00:00Z"),
    (("sent_at",), "2026-11-20T10:00:00", "Give the time with its UTC offset, such as 2026-11-20T10:00:00Z"),
    (("sent_at",), 0, "Give a time as YYYY-MM-DDThh:mm:ss with its UTC offset, such as 2026-11-20T10:00:00Z"),
    (("reference",), "a\n", "Give 1 to 64 of the letters A to Z, digits and . _ / -, such as HS-2026-0001"),
    (("co_applicants",), [cast.applicant(VERA)] * 4, "Give at most 3 of these"),
    (("co_applicants",), {}, "Give a list in square brackets, such as []"),
    (("language",), ABSENT, "This is required"),
    (("extra",), 1, "Unknown name"),
    ((*MAIN, "extra"), 1, "Unknown name"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "detail"), FAULTS)
def test_fault_is_at_the_value(path, value, detail):
    assert faults(changed(path, value)) == [(pointer(*path), detail)]


@pytest.mark.parametrize("phone", ["", "   ", "+", "12", "040 123 4567 ext 8", "٠٤٠١٢٣"])
def test_phone_of_a_wrong_form(phone):
    ((place, _detail),) = faults(changed((*MAIN, "phone"), phone))

    assert place == "/main_applicant/phone"


@pytest.mark.parametrize("phone", ["040 123 4567", "+358 40 1234567", "(09) 310 1691", "09-310 1691", "112"])
def test_phone_of_a_right_form(phone):
    assert faults(changed((*MAIN, "phone"), phone)) == []


@pytest.mark.parametrize("name", ["010594Y9032", "a/b", "a~b", "\u0000", "x" * 41, ""])
def test_unknown_name_of_an_odd_form_is_not_repeated(name):
    assert faults(changed((*MAIN, name), 1)) == [("/main_applicant", "Unknown name")]


@pytest.mark.parametrize(
    ("one", "place", "detail"),
    [
        ({}, "", "Give one of hetu, birth_date and due_date"),
        ({"birth_date": "1990-01-01"}, "/first_names", "Only a child may have no name yet"),
        ({"hetu": VERA["hetu"]}, "/first_names", "Only a child may have no name yet"),
        ({"due_date": day(100), "birth_date": "2020-01-01"}, "", "Give one of hetu, birth_date and due_date"),
        ({"first_names": "A", "last_name": "B", "hetu": MAIJA["hetu"]}, "/hetu", "The same person is named twice"),
        ("child", "", "Give an object in braces, such as {}"),
    ],
)  # fmt: skip
def test_resident_that_is_not_one(one, place, detail):
    assert faults(changed(("others_moving_in", 0), one)) == [(f"/others_moving_in/0{place}", detail)]


def test_unborn_resident_needs_no_name():
    assert faults(changed(("others_moving_in", 0), {"due_date": day(100)})) == []


def test_applicant_with_both_code_and_birth_date_or_neither():
    both = changed(("co_applicants", 0, "birth_date"), "1994-05-02")
    neither = changed(("co_applicants", 0, "hetu"), ABSENT)

    expected = [("/co_applicants/0", "Give either hetu or birth_date")]
    assert (faults(both), faults(neither)) == (expected, expected)


def test_main_applicant_without_a_code():
    """R3: only a co-applicant may be without one."""
    data = changed((*MAIN, "hetu"), ABSENT)
    data["main_applicant"]["birth_date"] = "2015-01-01"

    assert faults(data) == [
        ("/main_applicant/hetu", "The main applicant needs a Finnish personal identity code"),
        ("/main_applicant/birth_date", "The main applicant must be 18"),
    ]


def test_every_fault_is_told():
    data = changed((*MAIN, "hetu"), "x", MAIJA, OLLI, VERA, VILLE)
    data["co_applicants"][2]["last_name"] = ""
    del data["content"]["need"]

    assert [place for place, _ in faults(data)] == [
        "/main_applicant/hetu",
        "/co_applicants/2/last_name",
        "/content/need",
    ]


@pytest.mark.parametrize("data", [None, [], "text", 1, True, {}])
def test_what_is_no_application_at_all(data):
    assert faults(data)


def test_test_codes_only_where_allowed(settings):
    settings.ALLOW_TEST_CODES = False

    assert faults(cast.document()) == [("/main_applicant/hetu", WRONG_CODE)]


@pytest.mark.parametrize(
    ("path", "value", "detail"),
    [
        ((*MAIN, "hetu"), "010150+900C", TOO_OLD),
        (("others_moving_in", 0, "birth_date"), "1899-12-31", TOO_OLD),
        (("content", "wishes", "area_max"), 39, "area_max is smaller than area_min"),
        (("content", "wishes", "areas"), ["Kallio", "Vallila", "Kallio "], "The same is named twice"),
        (("content", "wishes", "flat_types"), ["2", "2"], "The same is named twice"),
        (("content", "wishes", "features"), ["lift", "lift"], "The same is named twice"),
        (("content", "need", "reasons"), ["work", "work"], "The same is named twice"),
        (("content", "need", "homeless_since"), AHEAD, "The date lies ahead"),
        (("content", "need", "homeless_since"), "1899-12-31", "The date lies more than a lifetime back"),
        (("content", "need", "must_move_by"), day(-367), "The date was more than a year ago"),
        (("content", "need", "must_move_by"), day(3660), "The date lies more than 10 years ahead"),
    ],
)
def test_what_cannot_be_true_is_a_fault_at_the_value(path, value, detail):
    assert faults(changed(path, value)) == [(pointer(*path), detail)]


@pytest.mark.parametrize(
    ("due", "detail"),
    [
        (301, "The due date lies more than 300 days ahead"),
        (-61, "The due date was more than 60 days ago: give the child's hetu or birth_date"),
    ],
)
def test_due_date_that_cannot_be_true(due, detail):
    sent = changed(("others_moving_in", 0), {"due_date": day(due)})

    assert faults(sent) == [("/others_moving_in/0/due_date", detail)]


@pytest.mark.parametrize("due", [300, -60])
def test_due_date_at_the_bounds(due):
    assert faults(changed(("others_moving_in", 0), {"due_date": day(due)})) == []


def test_days_that_have_passed_meanwhile_do_not_hinder_a_change():
    """A child is born, and the day of moving comes, while an application is valid and renewed."""
    data = changed(("others_moving_in", 0), {"due_date": day(-400)})
    data["content"]["need"]["must_move_by"] = day(-800)

    assert [place for place, _ in faults(data)] == ["/others_moving_in/0/due_date", "/content/need/must_move_by"]
    assert parse(data, is_new=False)


# What pydantic, Python and regular expressions would say.
RAW = re.compile(r"pattern|should|Input|String|Decimal|\bint\b|\bstr\b|dict|datetime|instance|NoneType|\^|\\|\[\^?\w")


def test_no_fault_speaks_the_language_of_the_program():
    odd = [
        None,
        True,
        0,
        -1,
        1.5,
        10**30,
        float("inf"),
        "",
        "x",
        "\ud800",
        "2026-02-30",
        "2026-11-20T10:00:00",
        "x" * 3000,
        [],
        [[]] * 40,
        {},
        {"x": 1},
    ]
    told = set()
    for path in places_in(changed(("content", "more"), "text")):
        for value in odd:
            told |= {detail for _, detail in faults(changed_in(changed(("content", "more"), "text"), path, value))}

    assert len(told) > 20
    assert [detail for detail in told if RAW.search(detail)] == []
    assert OTHERWISE not in told


@pytest.mark.parametrize("kind", list_all_errors(), ids=lambda kind: kind["type"])
def test_every_kind_of_fault_that_there_is_has_words(kind):
    known = {"type": kind["type"], "msg": "Value error, Ours", "ctx": kind["example_context"] or {}}

    assert RAW.search(fault_in_words(("x",), known)) is None


def test_kind_of_fault_that_is_not_known_has_words_too():
    assert fault_in_words(("x",), {"type": "of_another_release", "msg": "Input should be new"}) == OTHERWISE


# --- What is kept, and how -------------------------------------------------------------------------------

allowed_characters = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters=BIDI_CONTROLS)
prose = st.text(allowed_characters, min_size=1, max_size=200).map(typed_prose).filter(bool)


@pytest.mark.parametrize("missing", ["first_names", "last_name"])
def test_somebody_with_one_name_can_apply(missing):
    data = cast.document(MAIJA, OLLI)
    del data["main_applicant"][missing]
    data["co_applicants"][0][missing] = None

    assert faults(data) == []


def test_somebody_without_any_name_cannot_apply():
    data = cast.document(MAIJA, OLLI)
    for name in ["first_names", "last_name"]:
        del data["main_applicant"][name], data["co_applicants"][0][name]

    assert faults(data) == [
        (place, "Give first_names or last_name, or both") for place in ("/main_applicant", "/co_applicants/0")
    ]


@pytest.mark.parametrize("child", [{"birth_date": "2026-10-30"}, {"hetu": TEA["hetu"]}])
def test_child_without_a_name_yet_can_move_in(child):
    assert faults(changed(("others_moving_in", 0), child)) == []


def test_name_is_stored_in_its_one_form():
    data = cast.document()
    data["main_applicant"] |= {"first_names": "A\u030asa\u00a0 Maria", "last_name": " O\u0308hman"}

    main = parse(data).main_applicant

    assert (main.first_names, main.last_name) == ("Åsa Maria", "Öhman")


@given(personal_names, personal_names)
def test_names_come_back_exactly(first, last):
    data = cast.document()
    data["main_applicant"] |= {"first_names": first, "last_name": last}

    sent = parse(json.loads(json.dumps(data)))
    kept = Stored.model_validate_json(canonical(sent))

    assert (sent.main_applicant.first_names, sent.main_applicant.last_name) == (first, last)
    assert (kept.main_applicant.first_names, kept.main_applicant.last_name) == (first, last)


@pytest.mark.django_db
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(personal_names)
def test_names_come_back_exactly_from_the_database(name):
    data = cast.document()
    data["main_applicant"]["last_name"] = name

    application = intake.send(parse(data), by=HOUSING_SYSTEM)

    applicant = Applicant.objects.select_related("version").get(version__application=application)
    assert applicant.last_name == name
    assert Stored.model_validate_json(applicant.version.content).main_applicant.last_name == name


@st.composite
def codes(draw):
    """Return a code of an adult of the 1900s, in its official form."""
    born = draw(st.dates(dt.date(1930, 1, 1), dt.date(1999, 12, 31)))
    nine = f"{born:%d%m%y}{draw(st.integers(2, 999)):03}"
    check = "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(nine) % 31]
    return nine[:6] + draw(st.sampled_from("-YXWVU")) + nine[6:] + check


@given(codes(), st.sampled_from(["", " ", "\u00a0", "\n"]), st.sampled_from("-‐‑‒–—−"), st.booleans())
def test_code_in_any_form_is_one_code(code, space, dash, lower):
    typed = space + code.replace("-", dash) + space

    sent = parse(changed((*MAIN, "hetu"), typed.lower() if lower else typed, MAIJA))

    assert sent.main_applicant.hetu == code
    assert sent.main_applicant.born == dt.date.fromisoformat(f"19{code[4:6]}-{code[2:4]}-{code[:2]}")


@given(codes(), st.sampled_from("ABCDEF+"))
def test_code_of_another_century_is_another_person(code, sign):
    data = cast.document({**MAIJA, "hetu": code}, {**OLLI, "hetu": code[:6] + sign + code[7:]})

    # Of a day ahead, or one that this century does not have, it is no code; else it is simply not the same.
    assert {detail for _, detail in faults(data)} <= {WRONG_CODE, TOO_OLD}


amounts = st.decimals(0, Decimal("99999999.99"), places=2)


@given(amounts)
def test_amount_in_any_form_is_one_amount(amount):
    forms = [str(amount), float(amount), f"{amount:.1f}" if amount * 10 % 1 == 0 else str(amount)]
    forms += [int(amount)] if amount % 1 == 0 else []

    kept = {canonical(parse(changed(INCOME, form))) for form in forms}

    assert len(kept) == 1
    assert Stored.model_validate_json(kept.pop()).main_applicant.income.monthly_gross == amount


def test_amount_of_nothing_is_one_amount():
    kept = {canonical(parse(changed((*MAIN, "income", "benefits"), form))) for form in (ABSENT, 0, "0", "0.0", -0.0)}

    assert len(kept) == 1


def test_words_of_their_own_may_have_lines():
    assert parse(changed(("content", "more"), "yksi\r\n\tkaksi")).content.more == "yksi\r\n\tkaksi"


# --- The canonical text ----------------------------------------------------------------------------------


def shuffled(draw, value):
    if isinstance(value, dict):
        return {key: shuffled(draw, value[key]) for key in draw(st.permutations(list(value)))}
    return [shuffled(draw, item) for item in value] if isinstance(value, list) else value


@given(st.data())
def test_canonical_is_one_whatever_the_order_of_names(data):
    original = changed((*MAIN, "phone"), "112", MAIJA, OLLI, VERA)

    assert canonical(parse(shuffled(data.draw, original))) == canonical(parse(original))


@given(
    people=st.lists(st.sampled_from([OLLI, VERA, VILLE, TEA]), unique_by=lambda who: who["hetu"], max_size=3),
    more=st.none() | prose,
    area=st.none() | st.decimals(1, 99999, places=1).map(str),
    since=st.none() | st.dates(dt.date(1910, 1, 1), dt.date(2026, 1, 1)).map(str),
    name=personal_names,
)
def test_canonical_comes_back_from_what_is_stored(people, more, area, since, name):
    data = changed(("content", "more"), more, MAIJA, *people)
    data["content"]["home"]["area"] = area
    data["content"]["need"]["homeless_since"] = since
    data["main_applicant"]["last_name"] = name
    sent = parse(data)

    text = canonical(sent)
    stored = Stored.model_validate_json(text)
    again = Document(
        **{name: getattr(stored, name) for name in Stored.model_fields},
        reference=sent.reference,
        sent_at=sent.sent_at,
    )

    assert canonical(again) == text
    assert [a.hetu for a in stored.applicants] == [a.hetu for a in sent.applicants]
    assert stored.content == sent.content


def test_canonical_is_sorted_and_without_white_space():
    text = canonical(parse(cast.document(MAIJA, OLLI)))

    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert '"last_name":"Öhman"' in text


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("reference",), "another"),
        (("sent_at",), (timezone.now() - dt.timedelta(days=2)).isoformat()),
        ((*MAIN, "email"), "new@example.test"),
        ((*MAIN, "phone"), ABSENT),
        (("co_applicants", 0, "language"), "sv"),
        (("co_applicants", 0, "non_disclosure"), True),
    ],
    ids=["reference", "sent_at", "email", "phone", "language", "non_disclosure"],
)
def test_canonical_leaves_out_what_is_no_content(path, value):
    """Correcting contact details makes no new version, so it must not change the digest."""
    assert canonical(parse(changed(path, value))) == canonical(parse(changed(("language",), "fi")))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("language",), "sv"),
        ((*MAIN, "last_name"), "Meikalainen"),
        ((*MAIN, "address"), ABSENT),
        (INCOME, "2450.51"),
        (("co_applicants", 0, "hetu"), VERA["hetu"]),
        (("others_moving_in",), []),
        (("content", "wishes", "features"), []),
    ],
)
def test_canonical_tells_contents_apart(path, value):
    assert canonical(parse(changed(path, value))) != canonical(parse(changed(("language",), "fi")))


def test_digest_covers_salt_and_content():
    text = canonical(parse(cast.document()))

    assert Version.digest_of("salt", text) == hashlib.sha256(b"salt\n" + text.encode()).hexdigest()
    assert (
        len({Version.digest_of("salt", text), Version.digest_of("tlas", text), Version.digest_of("salt", text + " ")})
        == 3
    )


# --- Pointers --------------------------------------------------------------------------------------------


def resolve(data, text):
    """Follow a JSON pointer as RFC 6901 says."""
    assert text == "" or text.startswith("/")
    for token in text.split("/")[1:]:
        token = token.replace("~1", "/").replace("~0", "~")
        data = data[int(token)] if isinstance(data, list) else data[token]
    return data


@given(st.lists(st.text("ab/~01 é") | st.integers(0, 3)))
def test_pointer_leads_to_the_place(path):
    data = "here"
    for step in reversed(path):
        data = {step: data} if isinstance(step, str) else [None] * step + [data]

    assert resolve(data, pointer(*path)) == "here"


def test_pointer_of_the_whole_is_empty():
    assert pointer() == ""


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=5,
    ),
    st.data(),
)
def test_anything_anywhere_is_taken_or_a_fault_with_a_pointer_to_it(value, data):
    good = cast.document(MAIJA, OLLI)
    path, inner = [], good
    while isinstance(inner, dict | list) and inner and (not path or data.draw(st.booleans())):
        path.append(data.draw(st.sampled_from(list(inner) if isinstance(inner, dict) else range(len(inner)))))
        inner = inner[path[-1]]

    for place, detail in faults(changed_in(good, path, value)):
        assert place.startswith(pointer(*path)) or pointer(*path).startswith(place)
        assert detail


def changed_in(data, path, value):
    data = copy.deepcopy(data)
    *way, last = path
    inner = data
    for step in way:
        inner = inner[step]
    inner[last] = value
    return data


def test_schema_says_what_is_taken():
    """The form and the API share it: an amount's pattern, the limits of lists, and no other names."""
    schema = document.Document.model_json_schema()

    assert schema["additionalProperties"] is False
    assert schema["properties"]["co_applicants"]["maxItems"] == 3
    assert schema["$defs"]["Income"]["properties"]["assets"]["anyOf"] == [
        {"type": "number", "minimum": 0, "maximum": 99_999_999.99},
        {"type": "string", "pattern": r"^[0-9]{1,8}(\.[0-9]{1,2})?$"},
    ]


def test_application_whose_last_day_is_over_when_it_comes_in_invites_nobody(time_machine):
    """R5: it would lapse at once"""
    time_machine.move_to("2026-11-16T12:00:00+02:00", tick=False)
    assert parse(changed(("sent_at",), "2026-08-18T00:30:00+03:00"))  # its last day is today

    with pytest.raises(InvalidDocument) as refused:
        parse(changed(("sent_at",), "2026-08-17T23:30:00+03:00"))

    assert refused.value.faults == [("/sent_at", "The last day of validity, counted from this time, is over")]
