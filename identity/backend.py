from django.contrib.auth.backends import ModelBackend as BrokerBackend
