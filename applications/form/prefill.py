"""What a form holds when it is opened: an application as somebody would have typed it, or a person's details."""

from django.db.models import Exists, OuterRef, Q

from applications.document import ApplicantContent, Stored
from applications.document import Resident as ResidentContent
from applications.enums import Transition
from applications.form.data import Answers, FormData, PersonAnswers, empty_data, new_person
from applications.form.fields import day_as_typed, euros_as_typed
from applications.form.home import answers_from_home
from applications.form.money import OwnIncome
from applications.form.wishes import answers_from_wishes
from applications.models import Application, ApplicationQuerySet, Confirmation, StateChange
from core.actors import Source
from identity.models import Person


def data_of_person(person: Person, *, language: str) -> FormData:
    """Return what is known of an identified person, as it stands in their latest application.

    Only applications count that they sent, changed or confirmed themselves, or that the housing system sent: anybody
    may send one with another's code and an address of their own.
    """
    data = empty_data(language=language)
    details: Answers = {
        "first_names": person.first_names,
        "last_name": person.last_name,
        "hetu": person.hetu,
        "language": person.language,
    }
    latest = _own_applications(person).with_people().defer(None).order_by("-sent_at").first()
    if latest:
        slot = latest.applicant_of(person)
        stored = Stored.model_validate_json(latest.version.content or "").applicants[slot.position]
        details |= {
            "email": slot.email,
            "phone": slot.phone,
            "language": slot.language,
            "address": stored.address or "",
            "municipality": stored.municipality or "",
        }
    data["people"][0]["details"] = details
    return data


def _own_applications(person: Person) -> ApplicationQuerySet:
    written = StateChange.objects.filter(transition__in=[Transition.SENT, Transition.CHANGED])
    trusted = written.filter(Q(user=person.user_id) | Q(source=Source.HOUSING_SYSTEM))
    confirmed = Confirmation.objects.filter(applicant__hetu_index__in=person.hetu_indexes, undone_at=None)
    return Application.objects.for_person(person).filter(
        Exists(trusted.filter(application=OuterRef("pk")))
        | Exists(confirmed.filter(applicant__version=OuterRef("current")))
    )


def data_of_document(document: Stored) -> FormData:
    """Return an application as somebody would have typed it, to be changed.

    Contact details are in it if the document has them: what is stored of a version has none.
    """
    data = empty_data(language=document.language)
    data["application_language"] = document.language
    data["people"] = [
        _applicant_answers(data, "main", document.main_applicant, document),
        *(_applicant_answers(data, "co", applicant, document) for applicant in document.co_applicants),
    ]
    for resident in document.others_moving_in:
        details = _identity_answers(resident)
        if resident.due_date:
            names = {name: details[name] for name in ("first_names", "last_name")}
            person = new_person(data, "unborn", {**names, "due_date": day_as_typed(resident.due_date)})
        else:
            person = new_person(data, "resident", details)
        data["people"].append(person)
    data["home"], data["wishes"] = answers_from_home(document.content), answers_from_wishes(document.content)
    return data


def _applicant_answers(data: FormData, kind: str, applicant: ApplicantContent, document: Stored) -> PersonAnswers:
    details = {
        **_identity_answers(applicant),
        "address": applicant.address or "",
        "municipality": applicant.municipality or "",
        "email": applicant.email or "",
        "phone": applicant.phone or "",
        "language": (applicant.language or document.language).value,
        "non_disclosure": applicant.non_disclosure,
    }
    income = {name: euros_as_typed(getattr(applicant.income, name)) for name in OwnIncome.base_fields}
    return {**new_person(data, kind, details), "income": income}


def _identity_answers(human: ApplicantContent | ResidentContent) -> Answers:
    return {
        "first_names": human.first_names or "",
        "last_name": human.last_name or "",
        "hetu": human.hetu or "",
        "birth_date": day_as_typed(human.birth_date),
    }
