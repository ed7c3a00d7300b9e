"""Starting the practice day, and starting it again: the applications of its customers, and nobody else's."""

from django.utils import timezone

from applications import application_removal, reading, references, terms
from applications.models import Application, IdCheck
from core import crypto
from core.transactions import atomically
from counter import counter_confirmation, id_checks
from counter.roles import staff_actor
from demo import data, practice_people, staff
from demo.customers import CUSTOMERS, STORY_PREFIX, Customer, Goal
from demo.models import DemoApplication, PracticeDay
from demo.people import DemoPerson
from identity import person_removal
from identity.models import Person, User
from privacy import removal

ADVISER = "neuvoja"


@atomically
def start_day() -> None:
    """Send the applications of all customers anew. What was done with the former ones is gone, but for the trail."""
    staff.ensure()
    _clear()
    for customer in CUSTOMERS:
        for story in customer.stories:
            sent = data.send(story)
            DemoApplication.objects.update_or_create(story=story.key, defaults={"application": sent})
            if customer.confirmed_by and story.key == customer.story:
                data.confirm(sent, who=customer.confirmed_by)
            if customer.goal == Goal.UNDONE:
                _check_the_wrong_person(customer, sent)
    number = references.new()
    while Application.objects.filter(reference=number).exists():
        number = references.new()
    PracticeDay.objects.update_or_create(pk=1, defaults={"begun_at": timezone.now(), "wrong_number": number})


def _clear() -> None:
    """Remove the customers' applications, and what the customers have besides: accounts and sign-ins.

    An application on whose checks another one rests, which a visitor has sent for the same person, is left alone.
    """
    made = DemoApplication.objects.filter(story__startswith=STORY_PREFIX)
    keys = removal.removable(made.values_list("application", flat=True))
    played = [each for each in vars(practice_people).values() if isinstance(each, DemoPerson)]
    indexes = [index for each in played for index in crypto.indexes(each.identity.hetu)]
    known = list(Person.objects.filter(hetu_index__in=indexes))
    reading.lock_several(keys)
    person_removal.remove_accounts(known, with_notices=True)
    application_removal.remove_drafts(known, keys)
    removal.remove_whole(dict(Application.objects.filter(pk__in=keys).values_list("pk", "reference")))
    removal.forget_people(application_removal.without_applications(known))


def _check_the_wrong_person(customer: Customer, sent: Application) -> None:
    """Record the check and the confirmation of somebody who was not the applicant."""
    slot = reading.application(sent.pk).applicants[customer.position]
    shown, by = customer.documents[-1], staff_actor(User.objects.get(username=ADVISER))
    check = IdCheck(
        document_type=shown.kind,
        country=shown.country,
        document_valid_until=shown.valid_until(timezone.now()),
        picture_matches=True,
        name_matches=True,
    )
    digest = slot.version.digest
    id_checks.record(check, applicant=slot, digest=digest, code=shown.code, is_doubtful=False, by=by)
    counter_confirmation.confirm_here(slot, terms_read=terms.current(), digest=digest, by=by)
