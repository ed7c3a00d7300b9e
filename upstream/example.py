"""An application as the API's description shows it. The code in it is a fictitious test code."""

EXAMPLE = {
    "reference": "HS-2026-0001",
    "sent_at": "2026-11-20T10:00:00+02:00",
    "language": "fi",
    "main_applicant": {
        "first_names": "Maija Liisa",
        "last_name": "Meikäläinen",
        "hetu": "010594Y9032",
        "address": "Esimerkkikatu 1 A 2, 00100 Helsinki",
        "email": "maija@example.com",
        "phone": "040 123 4567",
        "language": "fi",
        "municipality": "Helsinki",
        "income": {"monthly_gross": "2450.50", "assets": "1200.00"},
    },
    "co_applicants": [
        {
            "first_names": "Olli",
            "last_name": "Öhman",
            "birth_date": "1994-05-02",
            "address": "poste restante",
            "income": {"monthly_gross": "1800.00"},
        }
    ],
    "others_moving_in": [{"due_date": "2027-03-01"}],
    "content": {
        "home": {"dwelling": "flat", "rooms": 1, "area": "28.5", "residents": 2, "tenure": "rented"},
        "need": {"reasons": ["too_small"]},
        "wishes": {"areas": ["Kallio"], "flat_types": ["2", "3"], "highest_rent": "1100.00"},
        "assurance": True,
    },
}
