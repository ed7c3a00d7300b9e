"""Django's tags as this service has them: what they show is what Django's own would show (ADR 64)."""

import pytest
from django.template import Engine, engines
from django.template.context import make_context
from django.urls import NoReverseMatch, set_script_prefix
from django.utils.safestring import mark_safe
from django.utils.translation import override

from applications import references

FIRST, SECOND = references.new(), references.new()
DJANGO = Engine(libraries={"i18n": "django.templatetags.i18n", "static": "django.templatetags.static"})


def both(source, **context):
    """Return what our tags and Django's make of a source, in each language, for one reader after the other."""
    ours, django = engines["django"].engine.from_string(source), DJANGO.from_string(source)
    return [
        [
            _render(template, language, context, reader)
            for language in ("fi", "sv", "en")
            for reader in ("Aino", "Eino")
        ]
        for template in (ours, django)
    ]


def _render(template, language, context, reader):
    with override(language):
        return template.render(make_context({**context, "reader": reader}))


@pytest.mark.parametrize(
    "source",
    [
        '{% translate "Cookies" as words %}[{{ words }}] {{ reader }}',
        "{% url 'identity:leave' as address %}[{{ address }}] {{ reader }}",
        "{% url 'no-such-page' as address %}[{{ address }}]",
        "{% static 'heka.css' %} {% static 'heka.css' as sheet %}{{ sheet }} {% static reader %}",
        "{% url 'applications:status' number %} {% url 'applications:slip' number place %}",
        "{% url 'applications:status' reference=number %}",
        "{% url 'applications:letter' place as address %}{{ address }}",
        "{% url 'identity:outcome' 'refused' %} {% url 'admin:index' %}",
        "{% blocktranslate with number=place %}Co-applicant {{ number }}{% endblocktranslate %}",
        "{% blocktranslate with number=reader|upper %}Co-applicant {{ number }}{% endblocktranslate %}",
        "{% blocktranslate %}Co-applicant {{ nobody }}{% endblocktranslate %}",
        "{% blocktranslate with number=nobody %}Co-applicant {{ number }}{% endblocktranslate %}",
        "{% blocktranslate with number=markup %}Co-applicant {{ number }}{% endblocktranslate %}",
        "{% blocktranslate with number=text %}100 % of {{ number }} {{ reader }}{% endblocktranslate %}",
        "{% autoescape off %}{% blocktranslate with a=text %}{{ a }}{% endblocktranslate %}{% endautoescape %}",
        "{% blocktranslate with number=amount %}Of {{ number }}{% endblocktranslate %}",
    ],
)
def test_tag_shows_what_django_shows(source):
    ours, django = both(
        "{% load i18n static %}" + source,
        number=FIRST,
        place=3,
        text="<b>&",
        markup=mark_safe("<b>&amp;</b>"),
        amount=1234.5,
    )
    assert ours == django


def test_address_of_somebody_is_never_that_of_another():
    template = engines["django"].from_string("{% url 'applications:slip' number place %}")
    with override("sv"):
        shown = [
            template.render({"number": number, "place": place}) for number in (FIRST, SECOND) for place in (1, 12)
        ]
    assert shown == [
        f"/sv/applications/{references.display(number)}/people/{place}/slip/"
        for number in (FIRST, SECOND)
        for place in (1, 12)
    ]


@pytest.mark.parametrize("place", ["", "x", "-1", None, "../1", "1/2"])
def test_address_that_cannot_be_is_refused_although_its_route_is_known(place):
    template = engines["django"].from_string("{% url 'applications:slip' number place %}")
    template.render({"number": FIRST, "place": 1})
    with pytest.raises(NoReverseMatch):
        template.render({"number": FIRST, "place": place})


def test_address_follows_where_the_service_is_mounted():
    template = engines["django"].from_string("{% url 'front' %} {% url 'applications:status' number %}")
    with override("en"):
        at_root = template.render({"number": FIRST})
        set_script_prefix("/heka/")
        try:
            assert template.render({"number": FIRST}) == at_root.replace("/en/", "/heka/en/")
        finally:
            set_script_prefix("/")
        assert template.render({"number": FIRST}) == at_root


def test_number_as_a_part_of_a_path_is_taken_as_django_takes_it():
    ours, django = both("{% url 'admin:identity_user_change' key %}", key=7)
    assert ours == django
    assert "/fi/admin/identity/user/7/change/" in ours
