"""Brokers' environments for trying things out, where anybody can be anybody, and where they may be used."""

import re
from urllib.parse import urlsplit

from django.conf import settings

# Parts of the hosts isb-test.op.fi, tunnistus-pp.telia.fi, *.sandbox.signicat.com, *.test.idura.broker,
# www.ident-preprod1.nets.eu and samples.criipto.id, and what others are called.
TEST_WORDS = re.compile(r"test\d*|testi|sandbox|pp|preprod\d*|samples|dev|stage|staging|stg|qa|uat")
TEST_DOMAIN = "hel.ninja"  # Helsinki's, such as tunnistus.test.hel.ninja


def allows_tests() -> bool:
    """Tell whether this installation may take people who do not exist."""
    return bool(settings.DEBUG or settings.STAGING)


def is_test_host(address: str) -> bool:
    """Tell whether the host of an address belongs to a test environment, by what such hosts are called."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    return host.endswith(f".{TEST_DOMAIN}") or any(TEST_WORDS.fullmatch(word) for word in re.split(r"[.-]", host))
