"""Step 3: the income and assets of each applicant."""

from django.utils.translation import gettext_lazy as _

from applications.form.fields import MoneyField, MonthlyField
from applications.form.questions import Questions

NOTHING = _("In euros. Leave this empty if there is nothing to report.")


class OwnIncome(Questions):
    monthly_gross = MonthlyField(
        label=_("Gross income per month"),
        help_text=_("In euros, before tax. Enter 0 if there is no income."),
        message=_("Enter the gross income in euros per month, for example 2,450. Enter 0 if there is no income."),
    )
    benefits = MonthlyField(label=_("Benefits and pensions per month"), help_text=NOTHING, required=False)
    assets = MoneyField(label=_("Assets"), help_text=NOTHING, required=False)
    debts = MoneyField(label=_("Debts"), help_text=NOTHING, required=False)
