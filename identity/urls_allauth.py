"""Pages under a language whose names allauth looks for. What is not named here, it does not serve."""

from django.urls import path

from core.rare_addresses import RareViews

logging_in = RareViews("identity.views.logging_in")

urlpatterns = [
    path("log-in/", logging_in.log_in, name="account_login"),
    path("log-in/code/", logging_in.authenticate, name="mfa_authenticate"),
    path("staff/password/", logging_in.password_again, name="account_reauthenticate"),
    path("staff/code/", logging_in.factor_again, name="mfa_reauthenticate"),
    path("staff/key/", logging_in.key_again, name="mfa_reauthenticate_webauthn"),
    path("staff/second-factor/", logging_in.factors, name="mfa_index"),
    path("staff/second-factor/app/", logging_in.activate_app, name="mfa_activate_totp"),
    path("staff/second-factor/app/remove/", logging_in.deactivate_app, name="mfa_deactivate_totp"),
    path("staff/second-factor/keys/", logging_in.keys, name="mfa_list_webauthn"),
    path("staff/second-factor/keys/add/", logging_in.add_key, name="mfa_add_webauthn"),
    path("staff/second-factor/keys/<int:pk>/remove/", logging_in.remove_key, name="mfa_remove_webauthn"),
    path("staff/second-factor/recovery-codes/", logging_in.recovery_codes, name="mfa_view_recovery_codes"),
    path("staff/second-factor/recovery-codes/new/", logging_in.new_recovery_codes, name="mfa_generate_recovery_codes"),
]
