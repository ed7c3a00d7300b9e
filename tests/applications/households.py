"""Households of the fixed cast in a language, and what became of the letters to them."""

from applications.models import Application, Origin
from mailing import letters
from mailing.models import Letter
from tests import cast
from tests.applications import factories

PROTECTED = {"non_disclosure": True}


def sent(main, *others, language="fi", **more):
    """Send an application of these people, all in one language; `more` goes to each applicant.

    What stands in a person of the cast themselves wins: `{**cast.OLLI, "email": None}`.
    """
    people = [{**cast.applicant(who, language=language, **more), **who} for who in (main, *others)]
    return factories.application(main, language=language, main_applicant=people[0], co_applicants=people[1:])


def fresh(application):
    return Application.objects.with_people().with_emails_held().get(pk=application.pk)


def edit_elsewhere(application):
    """Have people edit an application only in the service in which they filled it in."""
    origin = Origin.objects.create(changed_in="there", name_fi="Asuntohaku", name_en="Home search")
    Application.objects.filter(pk=application.pk).update(origin=origin)


def slot(application, who):
    """Return somebody's slot in the current version."""
    return next(a for a in fresh(application).applicants if a.first_names == who["first_names"])


def invitation(application, who):
    return slot(application, who).live_invitation


def letter(message, who, number=0):
    """Return the n-th letter of that kind to somebody of the cast."""
    return Letter.objects.filter(message=message, to=cast.applicant(who)["email"]).order_by("pk")[number]


def written(letter):
    """Return subject, text and HTML of a letter."""
    message = letters.write_letter(letter)
    return message.subject, message.body, message.alternatives[0][0]


def posted():
    """Return whom which letters were queued for, in order, and forget them."""
    found = [(letter.message, letter.to.split("@")[0]) for letter in Letter.objects.order_by("pk")]
    Letter.objects.all().delete()
    return found
