"""The pointing card: the sentences of a visit, at which two people point who share no language (J4.6).

All languages stand side by side on it, so its sentences are fixed here, those in the service’s own languages too.
docs/texts.md tells how a native speaker reads them and takes the mark away.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple


class CustomerSays(NamedTuple):
    """What the customer points at, in the order of a visit."""

    wants_to_confirm: str
    has_no_bank_codes: str
    has_document: str
    has_no_document: str
    needs_interpreter: str
    yes: str
    no: str


class AdviserSays(NamedTuple):
    """What the adviser points at, in the order of a visit."""

    show_document: str
    are_details_correct: str
    do_you_confirm: str
    is_valid: str
    others_must_confirm: str
    bring_document: str
    interpreter_booked: str


@dataclass(frozen=True)
class Card:
    """The card in one language.

    Its `code` is that of BCP 47, its `name` its own. `read_by_native` tells whether a native speaker has read these
    sentences in their place, and is None for a language of the service, which is edited with all its other texts.
    """

    code: str
    name: str
    read_by_native: bool | None
    point: str
    customer: str
    adviser: str
    customer_says: CustomerSays
    adviser_says: AdviserSays
    direction: Literal["ltr", "rtl"] = "ltr"

    @property
    def is_unread(self) -> bool:
        """Tell whether the page must say that no native speaker has read these sentences."""
        return self.read_by_native is False


FINNISH = Card(
    code="fi",
    name="Suomi",
    read_by_native=None,
    point="Osoita lausetta.",
    customer="Asiakas",
    adviser="Asiakaspalvelija",
    customer_says=CustomerSays(
        wants_to_confirm="Haluan vahvistaa asuntohakemukseni.",
        has_no_bank_codes="Minulla ei ole verkkopankkitunnuksia.",
        has_document="Minulla on passi tai henkilökortti mukana.",
        has_no_document="Minulla ei ole passia eikä henkilökorttia mukana.",
        needs_interpreter="En ymmärrä. Tarvitsen tulkin.",
        yes="Kyllä.",
        no="Ei.",
    ),
    adviser_says=AdviserSays(
        show_document="Näytä passisi tai henkilökorttisi, ole hyvä.",
        are_details_correct="Lue nämä tiedot. Ovatko ne oikein?",
        do_you_confirm="Vahvistatko tämän hakemuksen?",
        is_valid="Hakemuksesi on vahvistettu ja voimassa. Sinun ei tarvitse nyt tehdä mitään muuta.",
        others_must_confirm="Olet vahvistanut hakemuksen. Myös muiden hakijoiden pitää vahvistaa se.",
        bring_document="Tule tänne uudelleen. Ota mukaan passi tai henkilökortti.",
        interpreter_booked="Varaamme tulkin. Tule tänne uudelleen. Kirjoitamme sinulle päivän ja kellonajan.",
    ),
)

SWEDISH = Card(
    code="sv",
    name="Svenska",
    read_by_native=None,
    point="Peka på en mening.",
    customer="Kund",
    adviser="Kundrådgivare",
    customer_says=CustomerSays(
        wants_to_confirm="Jag vill bekräfta min bostadsansökan.",
        has_no_bank_codes="Jag har inga nätbankskoder.",
        has_document="Jag har pass eller identitetskort med mig.",
        has_no_document="Jag har varken pass eller identitetskort med mig.",
        needs_interpreter="Jag förstår inte. Jag behöver en tolk.",
        yes="Ja.",
        no="Nej.",
    ),
    adviser_says=AdviserSays(
        show_document="Visa ditt pass eller identitetskort, tack.",
        are_details_correct="Läs de här uppgifterna. Stämmer de?",
        do_you_confirm="Bekräftar du den här ansökan?",
        is_valid="Din ansökan är bekräftad och gäller. Du behöver inte göra något mer nu.",
        others_must_confirm="Du har bekräftat ansökan. Också de andra sökandena måste bekräfta den.",
        bring_document="Kom tillbaka hit. Ta med pass eller identitetskort.",
        interpreter_booked="Vi bokar en tolk. Kom tillbaka hit. Vi skriver upp dag och klockslag åt dig.",
    ),
)

ENGLISH = Card(
    code="en",
    name="English",
    read_by_native=None,
    point="Point at a sentence.",
    customer="Customer",
    adviser="Customer adviser",
    customer_says=CustomerSays(
        wants_to_confirm="I want to confirm my housing application.",
        has_no_bank_codes="I do not have online banking codes.",
        has_document="I have my passport or identity card with me.",
        has_no_document="I do not have a passport or identity card with me.",
        needs_interpreter="I do not understand. I need an interpreter.",
        yes="Yes.",
        no="No.",
    ),
    adviser_says=AdviserSays(
        show_document="Please show your passport or identity card.",
        are_details_correct="Please read these details. Are they correct?",
        do_you_confirm="Do you confirm this application?",
        is_valid="Your application is confirmed and valid. You do not need to do anything more now.",
        others_must_confirm="You have confirmed the application. The other applicants must also confirm it.",
        bring_document="Please come back here. Bring your passport or identity card.",
        interpreter_booked="We will book an interpreter. Please come back here. "
        "We will write down the day and time for you.",
    ),
)

ARABIC = Card(
    code="ar",
    name="العربية",
    direction="rtl",
    read_by_native=False,
    point="يُرجى الإشارة إلى الجملة المناسبة.",
    customer="متلقّي الخدمة",
    adviser="موظف الخدمة",
    customer_says=CustomerSays(
        wants_to_confirm="أريد تأكيد طلب السكن الخاص بي.",
        has_no_bank_codes="ليست لديّ رموز الدخول إلى الخدمات المصرفية عبر الإنترنت.",
        has_document="معي جواز سفر أو بطاقة هوية.",
        has_no_document="ليس معي جواز سفر ولا بطاقة هوية.",
        needs_interpreter="لا أفهم. أحتاج إلى مترجم شفوي.",
        yes="نعم.",
        no="لا.",
    ),
    adviser_says=AdviserSays(
        show_document="يُرجى إبراز جواز السفر أو بطاقة الهوية.",
        are_details_correct="يُرجى قراءة هذه البيانات. هل هي صحيحة؟",
        do_you_confirm="هل تؤكد هذا الطلب؟",
        is_valid="تم تأكيد طلبك وهو ساري المفعول. لا يلزمك القيام بأي شيء آخر الآن.",
        others_must_confirm="تم تسجيل تأكيدك للطلب. يجب على بقية مقدّمي الطلب تأكيده أيضًا.",
        bring_document="يُرجى الحضور إلى هنا مرة أخرى مع إحضار جواز السفر أو بطاقة الهوية.",
        interpreter_booked="سنحجز مترجمًا شفويًا. يُرجى الحضور إلى هنا مرة أخرى. سنكتب لك اليوم والساعة.",
    ),
)

RUSSIAN = Card(
    code="ru",
    name="Русский",
    read_by_native=False,
    point="Покажите, пожалуйста, на нужную фразу.",
    customer="Клиент",
    adviser="Сотрудник",
    customer_says=CustomerSays(
        wants_to_confirm="Я хочу подтвердить своё заявление на жильё.",
        has_no_bank_codes="У меня нет кодов доступа к интернет-банку.",
        has_document="У меня с собой паспорт или удостоверение личности.",
        has_no_document="У меня нет с собой ни паспорта, ни удостоверения личности.",
        needs_interpreter="Я не понимаю. Мне нужен переводчик.",
        yes="Да.",
        no="Нет.",
    ),
    adviser_says=AdviserSays(
        show_document="Покажите, пожалуйста, паспорт или удостоверение личности.",
        are_details_correct="Прочитайте, пожалуйста, эти данные. Всё верно?",
        do_you_confirm="Вы подтверждаете это заявление?",
        is_valid="Ваше заявление подтверждено и действует. Сейчас вам больше ничего не нужно делать.",
        others_must_confirm="Вы подтвердили заявление. Другие заявители тоже должны его подтвердить.",
        bring_document="Приходите, пожалуйста, сюда ещё раз. Возьмите с собой паспорт или удостоверение личности.",
        interpreter_booked="Мы закажем переводчика. Приходите, пожалуйста, сюда ещё раз. "
        "Мы запишем для вас день и время.",
    ),
)

UKRAINIAN = Card(
    code="uk",
    name="Українська",
    read_by_native=False,
    point="Покажіть, будь ласка, на потрібне речення.",
    customer="Клієнт",
    adviser="Працівник",
    customer_says=CustomerSays(
        wants_to_confirm="Я хочу підтвердити свою заяву на житло.",
        has_no_bank_codes="У мене немає кодів доступу до онлайн-банкінгу.",
        has_document="Я маю із собою паспорт або посвідчення особи.",
        has_no_document="Я не маю із собою ні паспорта, ні посвідчення особи.",
        needs_interpreter="Я не розумію. Мені потрібен перекладач.",
        yes="Так.",
        no="Ні.",
    ),
    adviser_says=AdviserSays(
        show_document="Покажіть, будь ласка, паспорт або посвідчення особи.",
        are_details_correct="Прочитайте, будь ласка, ці дані. Усе правильно?",
        do_you_confirm="Ви підтверджуєте цю заяву?",
        is_valid="Вашу заяву підтверджено, і вона чинна. Зараз вам більше нічого не потрібно робити.",
        others_must_confirm="Ви підтвердили заяву. Інші заявники також мають її підтвердити.",
        bring_document="Прийдіть, будь ласка, сюди ще раз. Візьміть із собою паспорт або посвідчення особи.",
        interpreter_booked="Ми замовимо перекладача. Прийдіть, будь ласка, сюди ще раз. "
        "Ми запишемо для вас день і час.",
    ),
)

SOMALI = Card(
    code="so",
    name="Soomaali",
    read_by_native=False,
    point="Fadlan farta ku fiiq weedha aad rabto.",
    customer="Macmiilka",
    adviser="Shaqaalaha",
    customer_says=CustomerSays(
        wants_to_confirm="Waxaan rabaa inaan xaqiijiyo codsigayga guriga.",
        has_no_bank_codes="Ma haysto koodhadhka lagu galo bangiga internetka.",
        has_document="Waxaan wataa baasaboor ama kaarka aqoonsiga.",
        has_no_document="Ma wato baasaboor, mana wato kaarka aqoonsiga.",
        needs_interpreter="Ma fahmayo. Waxaan u baahanahay turjumaan.",
        yes="Haa.",
        no="Maya.",
    ),
    adviser_says=AdviserSays(
        show_document="Fadlan i tus baasaboorkaaga ama kaarkaaga aqoonsiga.",
        are_details_correct="Fadlan akhri macluumaadkan. Ma sax baa?",
        do_you_confirm="Ma xaqiijinaysaa codsigan?",
        is_valid="Codsigaaga waa la xaqiijiyay, wuuna ansax yahay. Hadda uma baahnid inaad wax kale samayso.",
        others_must_confirm="Waad xaqiijisay codsiga. Codsadayaasha kale waa inay iyaguna xaqiijiyaan.",
        bring_document="Fadlan halkan ku soo noqo. Soo qaado baasaboorkaaga ama kaarkaaga aqoonsiga.",
        interpreter_booked="Waxaan kuu ballansan doonnaa turjumaan. Fadlan halkan ku soo noqo. "
        "Maalinta iyo saacadda waan kuu qori doonnaa.",
    ),
)

ESTONIAN = Card(
    code="et",
    name="Eesti",
    read_by_native=False,
    point="Palun osutage sobivale lausele.",
    customer="Klient",
    adviser="Klienditeenindaja",
    customer_says=CustomerSays(
        wants_to_confirm="Soovin kinnitada oma eluasemetaotluse.",
        has_no_bank_codes="Mul ei ole internetipanga tunnuseid.",
        has_document="Mul on pass või ID-kaart kaasas.",
        has_no_document="Mul ei ole passi ega ID-kaarti kaasas.",
        needs_interpreter="Ma ei saa aru. Mul on vaja tõlki.",
        yes="Jah.",
        no="Ei.",
    ),
    adviser_says=AdviserSays(
        show_document="Palun näidake oma passi või ID-kaarti.",
        are_details_correct="Palun lugege need andmed läbi. Kas need on õiged?",
        do_you_confirm="Kas kinnitate selle taotluse?",
        is_valid="Teie taotlus on kinnitatud ja kehtib. Te ei pea praegu rohkem midagi tegema.",
        others_must_confirm="Olete taotluse kinnitanud. Ka teised taotlejad peavad selle kinnitama.",
        bring_document="Palun tulge siia uuesti. Võtke kaasa pass või ID-kaart.",
        interpreter_booked="Broneerime tõlgi. Palun tulge siia uuesti. Kirjutame teile päeva ja kellaaja üles.",
    ),
)

# In the order in which they are offered: the service's own, then those that customers speak most.
CARDS = {card.code: card for card in (FINNISH, SWEDISH, ENGLISH, ARABIC, RUSSIAN, UKRAINIAN, SOMALI, ESTONIAN)}
