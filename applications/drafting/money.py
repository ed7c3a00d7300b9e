"""Step 3: the income and assets of each applicant."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from applications.document import Income
from applications.drafting.fields import MoneyField, euros_as_typed
from applications.drafting.questions import Questions, Typed, facts_of

NOTHING = _("In euros. Leave this empty if there is nothing.")


class OwnIncome(Questions):
    monthly_gross = MoneyField(
        label=_("Gross income a month"),
        help_text=_("In euros, before taxes. Write 0 if there is none."),
    )
    benefits = MoneyField(label=_("Benefits and pensions a month"), help_text=NOTHING, required=False)
    assets = MoneyField(label=_("Assets"), help_text=NOTHING, required=False)
    debts = MoneyField(label=_("Debts"), help_text=NOTHING, required=False)

    def facts(self) -> dict[str, Any]:
        return facts_of(self.cleaned_data)


def typed(income: Income) -> Typed:
    """Return somebody's income and assets as they would have typed them."""
    return {name: euros_as_typed(getattr(income, name)) for name in OwnIncome.base_fields}
