from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0002_lists_and_contact_details_asked_for"),
    ]

    operations = [
        migrations.AlterField(
            model_name="entry",
            name="event",
            field=models.CharField(
                choices=[
                    ("sent", "Application sent"),
                    ("confirmed", "Application confirmed by all"),
                    ("changed", "Application changed"),
                    ("undone", "Application waits again after a confirmation was undone"),
                    ("renewed", "Application renewed"),
                    ("lapsed", "Application lapsed"),
                    ("expired", "Application expired"),
                    ("withdrawn", "Application withdrawn"),
                    ("replaced", "Application replaced by another one"),
                    ("person_confirmed", "Confirmed by an applicant"),
                    ("person_declined", "Declined by an applicant"),
                    ("confirmation_undone", "Confirmation undone"),
                    ("contact_details_changed", "Contact details changed"),
                    ("error_reported", "Error reported"),
                    ("invitation_sent", "Invitation sent"),
                    ("address_changed", "Address of an invitation changed"),
                    ("search_by_number", "Searched by reference number"),
                    ("search_by_code", "Searched by personal identity code"),
                    ("search_by_name", "Searched by name"),
                    ("application_opened", "Application opened"),
                    ("applicant_opened", "Applicant's details opened"),
                    ("code_shown", "Personal identity code shown"),
                    ("contact_details_asked", "Contact details asked for"),
                    ("protected_details_shown", "Protected contact details shown"),
                    ("trail_read", "Trail read"),
                    ("letters_opened", "Letters opened"),
                    ("list_opened", "List of people opened"),
                    ("check_recorded", "ID check recorded"),
                    ("code_mismatched", "Personal identity code on a document did not match"),
                    ("check_accepted", "ID check accepted after a second look"),
                    ("check_rejected", "ID check rejected after a second look"),
                    ("check_settled", "ID check settled by a later one"),
                    ("check_undone", "ID check undone"),
                    ("account_issued", "Account issued"),
                    ("account_address_changed", "Address of an account changed"),
                    ("account_link_sent", "Link to set a password sent"),
                    ("account_password_set", "Password of an account set"),
                    ("account_closed", "Account closed"),
                    ("protection_set", "Non-disclosure set"),
                    ("protection_removed", "Non-disclosure removed"),
                    ("letter_sent_again", "Letter sent again"),
                    ("staff_changed", "Member of staff added, or their role, password or second factor changed"),
                    ("exported", "Data exported"),
                    ("purged", "Data removed after its retention time"),
                    ("erased", "Data erased"),
                ],
                max_length=40,
            ),
        ),
    ]
