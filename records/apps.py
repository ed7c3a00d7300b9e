from core import checked_app


class RecordsConfig(checked_app.CheckedApp):
    name = "records"
