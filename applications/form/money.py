"""Step 3: the income and assets of each applicant."""

from django.utils.translation import gettext_lazy as _

from applications.form.fields import MoneyField
from applications.form.questions import Questions

NOTHING = _("In euros. Leave this empty if there is nothing.")


class OwnIncome(Questions):
    monthly_gross = MoneyField(
        label=_("Gross income a month"),
        help_text=_("In euros, before taxes. Write 0 if there is none."),
    )
    benefits = MoneyField(label=_("Benefits and pensions a month"), help_text=NOTHING, required=False)
    assets = MoneyField(label=_("Assets"), help_text=NOTHING, required=False)
    debts = MoneyField(label=_("Debts"), help_text=NOTHING, required=False)
