"""Step 3: the income and assets of each applicant."""

from django.utils.translation import gettext_lazy as _

from applications.form.fields import MoneyField, MonthlyField
from applications.form.questions import Questions

NOTHING = _("In euros. Leave this empty if there is nothing.")


class OwnIncome(Questions):
    monthly_gross = MonthlyField(
        label=_("Gross income a month"),
        help_text=_("In euros, before taxes. Write 0 if there is none."),
        message=_("Write the gross income in euros a month, such as 2450. Write 0 if there is none."),
    )
    benefits = MonthlyField(label=_("Benefits and pensions a month"), help_text=NOTHING, required=False)
    assets = MoneyField(label=_("Assets"), help_text=NOTHING, required=False)
    debts = MoneyField(label=_("Debts"), help_text=NOTHING, required=False)
