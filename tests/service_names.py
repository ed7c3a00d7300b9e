"""What people know the service by, as the City's leaflets would write it (docs/texts.md), and where pages say it."""

import re

SERVICE_NAMES = {
    "fi": "Hekan asuntohakemuksen vahvistaminen",
    "sv": "Bekräfta din Heka-bostadsansökan",
    "en": "Confirm your Heka housing application",
}
PROGRAM = "Heka Confirm"


def title_of(page):
    return re.search(r"<title>(.*?)</title>", page, re.DOTALL)[1].strip()


def pages_of(client, addresses):
    """Return what these addresses answer, if it is a page."""
    answers = {address: client.get(address) for address in addresses}
    return {
        address: answer.content.decode()
        for address, answer in answers.items()
        if answer.get("Content-Type", "").startswith("text/html") and answer.content
    }


def misnamed(pages, language):
    """Return the titles that do not end with the service's name, or that say it twice."""
    name = SERVICE_NAMES[language]
    return {
        address: title_of(page)
        for address, page in pages.items()
        if not title_of(page).endswith(name) or title_of(page).count(name) != 1
    }
