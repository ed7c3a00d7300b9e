"""Publish the first terms of use, so that there always are some. The operator publishes later ones in the admin."""

import datetime as dt

FI = """\
Tässä palvelussa vahvistat Heka-asuntohakemuksen. Hakemus tulee voimaan vasta, kun jokainen täysi-ikäinen hakija on tunnistautunut ja vahvistanut sen.

Käytä palvelua vain omissa asioissasi ja omilla tunnuksillasi. Toisen henkilön pankkitunnuksilla ei saa tunnistautua.

Tarkista tiedot ennen kuin vahvistat. Vahvistamalla vakuutat, että sinua koskevat tiedot ovat oikein.

Tallennamme nimesi, henkilötunnuksesi, vahvistamisen ajan ja tunnistautumistavan. Tietoja käytetään asuntohakemuksen käsittelyyn. Tietosuojaselosteessa kerrotaan, miten tietoja käsitellään ja mitä oikeuksia sinulla on.

Jos et voi tai halua tunnistautua verkossa, voit vahvistaa hakemuksen vuokra-asunnon haun neuvonnassa. Ota mukaan passi tai henkilökortti.
"""

SV = """\
I den här tjänsten bekräftar du en bostadsansökan till Heka. Ansökan gäller först när varje myndig sökande har identifierat sig och bekräftat den.

Använd tjänsten bara i dina egna ärenden och med dina egna koder. Det är inte tillåtet att identifiera sig med någon annans bankkoder.

Kontrollera uppgifterna innan du bekräftar. När du bekräftar försäkrar du att uppgifterna om dig är riktiga.

Vi sparar ditt namn, din personbeteckning, tidpunkten för bekräftelsen och identifieringssättet. Uppgifterna används för att behandla bostadsansökan. I dataskyddsbeskrivningen står hur uppgifterna behandlas och vilka rättigheter du har.

Om du inte kan eller vill identifiera dig på nätet kan du bekräfta ansökan hos rådgivningen om ansökan om hyresbostad. Ta med pass eller identitetskort.
"""

EN = """\
In this service you confirm a housing application to Heka. The application becomes valid only when every adult applicant has proved who they are and confirmed it.

Use the service only for your own matters and with your own codes. You may not identify yourself with another person's bank codes.

Check the details before you confirm. By confirming you assure that your own details are correct.

We store your name, your personal identity code, the time of the confirmation and the identification method. The data are used to process the housing application. The privacy notice tells how the data are processed and what rights you have.

If you cannot or do not want to identify yourself online, you can confirm the application at the rental apartment search advisory service. Bring your passport or identity card.
"""


def publish_first_terms(apps, schema_editor):
    apps.get_model("applications", "Terms").objects.create(
        published_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC), text_fi=FI, text_sv=SV, text_en=EN
    )
