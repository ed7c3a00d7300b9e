"""Tries, reports, corrections and stops in any order: no letter is lost, and none leaves again and again."""

import datetime as dt
import random
from collections import Counter

import pytest
from django.utils import timezone

from core.actors import CLOCK
from core.leases import give_back
from mailing import outbox, stops, tracking, tries
from mailing.enums import Failure, Fate
from mailing.models import Letter
from mailing.sending import NotSent
from tests.mailing.letters import queued

pytestmark = pytest.mark.django_db

ADDRESSES = [f"{name}@example.test" for name in ("maija", "matti", "liisa", "olli", "aino", "eero")]
REPORTS = [
    (Fate.DELIVERED, None),
    (Fate.DEFERRED, Failure.BUSY),
    (Fate.COMPLAINED, None),
    *((Fate.BOUNCED, reason) for reason in (None, Failure.NO_ADDRESS, Failure.REFUSED, Failure.FULL)),
    *((Fate.BOUNCED, reason) for reason in (Failure.SENDER, Failure.QUOTA, Failure.ERROR)),
]


class World:
    """A mail server or provider, some workers, and people who correct addresses."""

    def __init__(self, seed, *, provider):
        self.chance = random.Random(seed)  # the same events for the same seed
        self.provider = provider
        self.in_hand = []
        self.taken = []  # (letter, address, number, when)
        self.left_unnoticed = set()
        self.numbers = 0
        for number, address in enumerate(ADDRESSES):
            queued(f"hello:{number}", to=address)

    def any_letters(self):
        return Letter.objects.filter(pk=self.chance.choice(list(Letter.objects.values_list("pk", flat=True))))

    def claim(self):
        if letter := tries.claim_letter():
            self.in_hand.append(letter)

    def take(self, *, is_recorded=True):
        """Let the server take what a worker has in hand, which may die before it has recorded that."""
        if not self.in_hand:
            return
        letter = self.in_hand.pop(self.chance.randrange(len(self.in_hand)))
        self.numbers += 1
        number = f"p-{self.numbers}" if self.provider == "Postmark" else letter.message_id
        self.taken.append((letter, letter.to, number, timezone.now()))
        known = {"provider": self.provider, "provider_message_id": number} if self.provider == "Postmark" else {}
        if not (is_recorded and give_back(letter, to=letter.to, sent_at=timezone.now(), failure="", **known)):
            self.left_unnoticed.add(letter.pk)

    def die(self):
        self.take(is_recorded=False)

    def refuse(self):
        if self.in_hand:
            letter = self.in_hand.pop()
            reason = NotSent(self.chance.choice([Failure.NO_ADDRESS, Failure.SENDER, Failure.BUSY, Failure.FULL]))
            if reason.final:
                changes, _word = tries.give_letter_up(reason.failure)
            else:
                changes, _word = tries.retry_letter(letter, reason.failure)
            give_back(letter, **changes)

    def report(self):
        if not self.taken:
            return
        letter, address, number, when = self.chance.choice(self.taken)
        fate, reason = self.chance.choice(REPORTS)
        at = when + dt.timedelta(seconds=self.chance.choice([0, 1, 60, 3600, 10**9]))
        named = letter.message_id.strip("<>") if self.provider == "smtp" or self.chance.random() < 0.5 else ""
        tracking.keep(
            self.provider, number, fate=fate, reason=reason, recipient=address.upper(), occurred_at=at, letter=named
        )

    def stop(self):
        if standstill := stops.present_stop():
            stops.begin(standstill)

    def resume(self):
        stops.end()

    def wait(self):
        past = timezone.now() - dt.timedelta(minutes=1)
        Letter.objects.update(due_at=past)
        Letter.objects.exclude(lease=None).update(leased_until=past)

    def readdress(self):
        outbox.readdress(self.any_letters(), to=self.chance.choice([*ADDRESSES, ""]), language="fi")

    def send_again(self):
        outbox.send_letters_again(self.any_letters(), chain="staff 1 2027", by=CLOCK)

    def match(self):
        tracking.match_early()


STEPS = ["claim", "claim", "take", "take", "die", "refuse", "report", "report", "report", "stop", "resume", "wait"]
STEPS += ["wait", "readdress", "match", "send_again"]


@pytest.mark.parametrize("provider", ["Postmark", "smtp"])
@pytest.mark.parametrize("seed", range(15))
def test_no_letter_is_lost_whatever_happens(seed, provider):
    world = World(seed, provider=provider)

    gone, came_back = {}, {}  # how often each had left when it was seen as sent, and as to be sent once more
    for _ in range(120):
        getattr(world, world.chance.choice(STEPS))()
        left = [(letter.pk, address) for letter, address, _number, _when in world.taken]
        times = Counter(pk for pk, _address in left)
        for letter in Letter.objects.all():
            if letter.sent_at:
                if letter.delivered_at or letter.complained_at or letter.pk in world.left_unnoticed:
                    came_back.pop(letter.pk, None)
                assert (letter.pk, letter.to) in left, "said to have been sent there, and was not"
                assert times[letter.pk] > came_back.get(letter.pk, 0), "came back and did not leave again"
                assert letter.sent_at <= timezone.now()
                gone[letter.pk] = times[letter.pk]
            elif letter.pk in gone:
                came_back[letter.pk] = gone.pop(letter.pk)
