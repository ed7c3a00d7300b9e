"""Publish the first terms of use, so that there always are some. The operator publishes later ones in the admin."""

import datetime as dt

FI = """\
Tässä palvelussa vahvistat Hekan asuntohakemuksen. Hakemus tulee voimaan vasta, kun jokainen täysi-ikäinen hakija on tunnistautunut ja vahvistanut sen.

Käytä palvelua vain omissa asioissasi ja omilla tunnuksillasi. Et saa tunnistautua toisen henkilön verkkopankkitunnuksilla tai mobiilivarmenteella.

Tarkista tiedot, ennen kuin vahvistat hakemuksen. Kun vahvistat hakemuksen, vakuutat samalla, että sinua koskevat tiedot ovat oikein.

Tallennamme nimesi, henkilötunnuksesi, vahvistamisen ajan ja tunnistautumistavan. Käytämme tietoja asuntohakemuksen käsittelyyn. Tietosuojaselosteessa kerromme, miten käsittelemme tietojasi ja mitä oikeuksia sinulla on.

Jos et voi tai halua tunnistautua verkossa, voit vahvistaa hakemuksen Vuokra-asunnon haun neuvonnassa, Työpajankatu 8. Ota mukaan passi tai henkilökortti.
"""

SV = """\
I den här tjänsten bekräftar du en Heka-bostadsansökan. Ansökan gäller först när varje myndig sökande har identifierat sig och bekräftat den.

Använd tjänsten bara i dina egna ärenden och med dina egna koder. Du får inte identifiera dig med någon annans nätbankskoder eller mobilcertifikat.

Kontrollera uppgifterna innan du bekräftar ansökan. När du bekräftar ansökan försäkrar du samtidigt att uppgifterna om dig är riktiga.

Vi sparar ditt namn, din personbeteckning, tidpunkten för bekräftelsen och identifieringssättet. Vi använder uppgifterna för att behandla bostadsansökan. I dataskyddsbeskrivningen berättar vi hur vi behandlar dina uppgifter och vilka rättigheter du har.

Om du inte kan eller vill identifiera dig på nätet kan du bekräfta ansökan hos rådgivningen om ansökan om hyresbostad, Verkstadsgatan 8. Ta med pass eller identitetskort.
"""

EN = """\
In this service you confirm a Heka housing application. The application becomes valid only when every adult applicant has proved who they are and confirmed it.

Use the service only for your own matters and with your own codes. You may not identify yourself with another person’s online banking codes or mobile certificate.

Check the details before you confirm the application. By confirming it, you also declare that your own details are correct.

We store your name, your personal identity code, the time of the confirmation and the identification method. We use the data to process the housing application. The privacy notice tells you how we process your data and what rights you have.

If you cannot or do not want to identify yourself online, you can confirm the application at the rental apartment search advisory service, Työpajankatu 8. Bring your passport or identity card.
"""


def publish_first_terms(apps, schema_editor):
    apps.get_model("applications", "Terms").objects.create(
        published_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC), text_fi=FI, text_sv=SV, text_en=EN
    )
