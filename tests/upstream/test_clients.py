import hashlib

import pytest
from django.core.management import CommandError, call_command

from upstream import clients
from upstream.models import ApiClient

pytestmark = pytest.mark.django_db


def test_token_is_long_random_and_kept_only_as_a_digest():
    client, token = clients.issue("Housing system")
    _other, another = clients.issue("Another system")

    assert token.startswith("heka_")
    assert len(token) == len("heka_") + 43  # 32 bytes
    assert token != another
    assert client.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert token not in str(ApiClient.objects.values().get(pk=client.pk))


def test_token_names_its_client():
    client, token = clients.issue("Housing system")

    assert clients.of_token(token) == client
    assert clients.of_token(token + " ") is None
    assert clients.of_token(client.token_hash) is None


def test_name_stands_once():
    clients.issue("Housing system")

    with pytest.raises(clients.NameTaken):
        clients.issue("Housing system")

    assert ApiClient.objects.count() == 1


def test_revoked_token_is_refused_and_the_time_stays():
    client, token = clients.issue("Housing system")

    assert clients.revoke(client) == 1
    revoked_at = ApiClient.objects.get().revoked_at
    assert clients.of_token(token) is None
    assert clients.revoke(client) == 0
    assert ApiClient.objects.get().revoked_at == revoked_at


def test_replaced_token_is_refused_and_the_new_one_taken():
    client, token = clients.issue("Housing system")
    clients.revoke(client)

    new = clients.replace_token(client)

    assert clients.of_token(token) is None
    assert clients.of_token(new) == client


def test_client_that_comes_back_receives_no_forms_beside_another():
    former, _token = clients.issue("Former system")
    clients.revoke(former)
    clients.settle(former, receives_forms=True)
    present, _token = clients.issue("Present system", receives_forms=True)

    clients.replace_token(former)

    assert list(ApiClient.objects.filter(receives_forms=True)) == [present]


def test_command_prints_the_token_alone(capsys):
    call_command("api_client", "Housing system")

    printed = capsys.readouterr().out
    assert clients.of_token(printed.strip()).name == "Housing system"
    assert printed.count("\n") == 1


def test_command_with_a_known_name():
    clients.issue("Housing system")

    with pytest.raises(CommandError, match="There is a client named Housing system already"):
        call_command("api_client", "Housing system")


def test_command_replaces_and_revokes(capsys):
    _client, token = clients.issue("Housing system")

    call_command("api_client", "Housing system", "--replace")
    new = capsys.readouterr().out.strip()
    replaced = (clients.of_token(token), clients.of_token(new).name)
    call_command("api_client", "Housing system", "--revoke")

    assert replaced == (None, "Housing system")
    assert clients.of_token(new) is None


@pytest.mark.parametrize("option", ["--replace", "--revoke"])
def test_command_with_an_unknown_name(option):
    with pytest.raises(CommandError, match="There is no client named Housing system"):
        call_command("api_client", "Housing system", option)


def test_new_client_has_its_applications_edited_in_both_places_under_its_own_name():
    """J6.4"""
    client, _token = clients.issue("Housing system")

    assert (client.origin.changed_in, client.origin.name, client.origin.change_link) == ("both", "Housing system", "")


def test_command_says_where_applications_are_edited():
    """J6.4"""
    link = "https://housing.example/{language}/{reference}"

    call_command("api_client", "Housing system", "--changed-in", "there", "--change-link", link, "--shown-as", "Homes")

    origin = ApiClient.objects.get().origin
    assert (origin.changed_in, origin.change_link, origin.name) == ("there", link, "Homes")


def test_command_changes_where_the_applications_of_a_known_client_are_edited(capsys):
    """J6.4"""
    client, token = clients.issue(
        "Housing system", origin={"changed_in": "there", "change_link": "https://housing.example/"}
    )

    call_command("api_client", "Housing system", "--set", "--changed-in", "here")

    origin = ApiClient.objects.get().origin
    assert (origin.changed_in, origin.change_link) == ("here", "https://housing.example/")
    assert capsys.readouterr().out == ""
    assert clients.of_token(token) == client


@pytest.mark.parametrize(
    "link",
    [
        "http://housing.example/",
        "https://user@housing.example/",
        "https://{reference}.housing.example/",
        "https://housing.example/{hetu}",
        "https://housing.example/}",
        "javascript:alert(1)",
        "housing.example",
    ],
)
def test_command_refuses_an_address_that_people_should_not_follow(link):
    with pytest.raises(CommandError, match="Enter an address that starts with https://"):
        call_command("api_client", "Housing system", "--changed-in", "there", "--change-link", link)

    assert not ApiClient.objects.exists()


def test_command_says_how_many_requests_a_client_may_make(capsys):
    call_command("api_client", "Housing system")
    call_command("api_client", "Another system", "--requests-a-minute", "1000")
    token = capsys.readouterr().out.split()[1]

    call_command("api_client", "Housing system", "--set", "--requests-a-minute", "20")

    assert dict(ApiClient.objects.values_list("name", "requests_a_minute")) == {
        "Housing system": 20,
        "Another system": 1000,
    }
    assert capsys.readouterr().out == ""
    assert clients.of_token(token).name == "Another system"


@pytest.mark.parametrize("limit", ["0", "-1", "10001"])
def test_command_refuses_a_limit_out_of_bounds(limit):
    with pytest.raises(CommandError, match="1 to 10000 requests"):
        call_command("api_client", "Housing system", "--requests-a-minute", limit)

    assert not ApiClient.objects.exists()


def test_one_client_receives_the_applications_filled_in_here():
    """J8"""
    first, other = clients.issue("Housing system")[0], clients.issue("Another system")[0]
    call_command("api_client", "Housing system", "--set", "--receives-forms", "yes")

    with pytest.raises(CommandError, match="Another client receives the applications filled in here"):
        call_command("api_client", "Another system", "--set", "--receives-forms", "yes")
    clients.revoke(first)
    call_command("api_client", "Another system", "--set", "--receives-forms", "yes")
    clients.replace_token(first)

    assert ApiClient.objects.get(receives_forms=True) == other


@pytest.mark.parametrize("known", [False, True], ids=["new", "known"])
def test_settings_of_which_one_is_refused_are_all_refused(known, capsys):
    """J8"""
    clients.issue("Housing system")
    call_command("api_client", "Housing system", "--set", "--receives-forms", "yes")
    if known:
        clients.issue("Another system")
    before = list(ApiClient.objects.order_by("pk").values("name", "requests_a_minute", "origin__changed_in"))
    settings = ["--requests-a-minute", "5", "--changed-in", "here", "--receives-forms", "yes"]

    with pytest.raises(CommandError, match="Another client receives the applications filled in here"):
        call_command("api_client", "Another system", *settings, *(["--set"] if known else []))

    assert list(ApiClient.objects.order_by("pk").values("name", "requests_a_minute", "origin__changed_in")) == before
    assert capsys.readouterr().out == ""


def test_command_refuses_a_name_that_does_not_fit():
    with pytest.raises(CommandError, match="at most 100 characters"):
        call_command("api_client", "Housing system", "--shown-as", "x" * 101)


def test_settings_are_not_given_with_a_new_token_or_none():
    clients.issue("Housing system")

    with pytest.raises(CommandError, match="with --set"):
        call_command("api_client", "Housing system", "--revoke", "--changed-in", "here")

    assert ApiClient.objects.get().revoked_at is None


@pytest.mark.parametrize("options", [["--replace", "--requests-a-minute", "5"], ["--set"]])
def test_command_takes_no_limit_beside_another_act_and_sets_nothing_of_nothing(options):
    clients.issue("Housing system")

    with pytest.raises(CommandError, match=r"--set|what to set"):
        call_command("api_client", "Housing system", *options)
