"""What the children of the demo town wish for, in their own words and motifs. All of it is invented."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.demo_town import drawings
from server.demo_town.drawings import Motif
from server.domain.desk import State


@dataclass(frozen=True)
class Wish:
    """What many wish for alike: its `motifs`, how many of a hundred children wish it, and ways to say it."""

    id: str
    motifs: Sequence[Motif]
    weight: int
    said: Mapping[str, Sequence[str]]


SWINGS = Wish(
    "swings",
    (drawings.swing, drawings.slide, drawings.person),
    17,
    {
        "sv": (
            "Det ska finnas jättehöga gungor.",
            "En gunga där man får plats fyra stycken.",
            "En rutschkana som går ner från ett torn.",
            "En gunga som också går att gunga om man sitter i rullstol.",
            "Gungor åt stora barn, inte bara åt små.",
            "Man gungar så högt att man ser havet.",
            "En linbana över hela parken.",
            "En studsmatta som är stor som ett rum.",
            "Klätterväggar i alla färger.",
        ),
        "fi": (
            "Siellä olisi tosi korkeat keinut.",
            "Keinu johon mahtuu monta kaveria.",
            "Liukumäki joka lähtee tornista.",
            "Keinu jossa voi keinua pyörätuolilla.",
            "Köysirata puiston yli.",
            "Trampoliini johon mahtuu koko luokka.",
            "Kiipeilyseinä jossa on monta väriä.",
        ),
    },
)
EVENING = Wish(
    "evening",
    (drawings.book, drawings.sofa, drawings.house),
    15,
    {
        "sv": (
            "Biblioteket är öppet på kvällen också.",
            "Ett ställe med sköna soffor och böcker. Man får vara tyst.",
            "Ett rum där man kan läsa och ingen springer.",
            "Man kan vänta där tills bussen kommer.",
            "Det är öppet också när det är mörkt.",
            "Man kan göra läxan där och någon hjälper.",
            "Ett rum med kuddar och serietidningar.",
            "Öppet på loven också.",
            "En läskoja med en lampa.",
        ),
        "fi": (
            "Kirjasto olisi auki illallakin.",
            "Pehmeä sohva ja paljon sarjakuvia.",
            "Siellä voisi odottaa bussia sisällä.",
            "Hiljainen huone jossa saa lukea.",
            "Auki myös lomalla.",
            "Lukumaja jossa on lamppu ja tyynyjä.",
        ),
    },
)
FOREST = Wish(
    "forest",
    (drawings.tree, drawings.fir, drawings.fire),
    16,
    {
        "sv": (
            "En koja i skogen som alla får använda.",
            "Man får bygga kojor och de får stå kvar.",
            "Ett vindskydd där man kan grilla korv med klassen.",
            "En trädkoja med stege och flagga.",
            "En stig med lampor så att man vågar gå.",
            "Ett torn där man ser alla fåglar.",
            "En bro över bäcken som gungar.",
            "Ett träd som är allas.",
        ),
        "fi": (
            "Maja metsässä johon kaikki pääsevät.",
            "Saisi rakentaa majoja eikä niitä purettaisi.",
            "Laavu jossa voi paistaa makkaraa.",
            "Valaistu polku metsän läpi.",
            "Lintutorni lapsille.",
            "Riippusilta puron yli.",
        ),
    },
)
BAKING = Wish(
    "baking",
    (drawings.table, drawings.person, drawings.cat),
    14,
    {
        "sv": (
            "Ett kök där barn och gamla bakar bullar ihop.",
            "Man kan laga mat själv och sen äter alla tillsammans.",
            "Någon gammal lär oss sticka och baka.",
            "Mellanmål efter skolan som inte kostar nåt.",
            "Vi gör pizza och alla väljer själva vad som är på.",
            "Ett kafé som barnen sköter.",
            "Farfar kan komma och spela schack med oss.",
        ),
        "fi": (
            "Keittiö jossa leivotaan mummojen kanssa.",
            "Saisi tehdä itse ruokaa ja syötäisiin yhdessä.",
            "Välipala koulun jälkeen ilmaiseksi.",
            "Kahvila jota lapset pitävät.",
            "Vaari voi tulla opettamaan shakkia.",
        ),
    },
)
BALL = Wish(
    "ball",
    (drawings.goal, drawings.ball, drawings.person),
    15,
    {
        "sv": (
            "En fotbollsplan med riktiga nät.",
            "En plan där alla får vara med fast man är dålig.",
            "Isen plogas så att man kan åka skridskor varje dag.",
            "Man kan låna bollar och klubbor.",
            "En skatepark bakom skolan.",
            "En kulle att åka pulka på.",
            "Bordtennis ute.",
            "En hall när det regnar.",
        ),
        "fi": (
            "Jalkapallokenttä jossa on kunnon maalit.",
            "Kenttä jossa myös pienet saavat pelata.",
            "Sieltä saisi lainata palloja ja mailoja.",
            "Luistelukenttä joka aurataan joka päivä.",
            "Pulkkamäki kylän keskellä.",
            "Katos jossa voi pelata sateella.",
        ),
    },
)
SWIMMING = Wish(
    "swimming",
    (drawings.water, drawings.house, drawings.slide),
    11,
    {
        "sv": (
            "En simhall med en stor rutschkana.",
            "En simhall så man slipper åka så långt.",
            "En badstrand med brygga och en bastu.",
            "Vattenrutschbana i ån.",
            "En bassäng där man kan bada på vintern.",
        ),
        "fi": (
            "Uimahalli jossa on vesiliukumäki.",
            "Uimaranta ja laituri, josta saa hypätä.",
            "Oma uimahalli ettei tarvitse ajaa kauas.",
            "Lämmin allas jossa voi uida talvella.",
        ),
    },
)
OTHER = Wish(
    "other",
    (drawings.note, drawings.bike, drawings.flower, drawings.face),
    12,
    {
        "sv": (
            "Ett band som övar och alla får prova trummorna.",
            "En verkstad där man kan laga sin cykel.",
            "Ett hus med katter som man får klappa.",
            "En odling där man får plocka jordgubbar.",
            "Ett ställe utan mobiler.",
            "Ett rum där man får måla på väggarna.",
            "En scen där man kan ha teater.",
            "Ett bibliotek för leksaker.",
            "Ett rymdskepp som är ett hus.",
        ),
        "fi": (
            "Bändihuone jossa kaikki saavat kokeilla rumpuja.",
            "Paja jossa voi korjata oman pyörän.",
            "Talo jossa on kissoja joita saa silittää.",
            "Kasvimaa josta saa poimia mansikoita.",
            "Huone jonka seiniin saa maalata.",
            "Näyttämö jossa voi esittää.",
            "Lelukirjasto.",
            "Avaruusalus joka on talo.",
        ),
    },
)
WISHES = (SWINGS, EVENING, FOREST, BAKING, BALL, SWIMMING, OTHER)

_MORE: Mapping[str, Sequence[str]] = {
    "sv": (
        "Och man får ta med sin hund.",
        "Ingen är utanför.",
        "Det kostar inget.",
        "Det finns alltid en snäll vuxen.",
        "Man får komma fast man inte känner nån.",
        "Och det finns saft.",
        "Alla hjälps åt att städa.",
        "Och det ska vara färgglatt!",
    ),
    "fi": (
        "Ja koira saisi tulla mukaan.",
        "Kukaan ei jäisi yksin.",
        "Se ei maksaisi mitään.",
        "Siellä olisi aina kiva aikuinen.",
        "Ja olisi mehua.",
        "Kaikki siivoaisivat yhdessä.",
        "Ja se olisi värikäs!",
    ),
}


@dataclass(frozen=True)
class Odd:
    """What must not be shown as it is: what a moderator makes of it; `hidden` are the places of the words to cover."""

    state: State
    said: Mapping[str, str]
    reason: str = ""
    hidden: Mapping[str, Sequence[int]] | None = None


ODD = (
    Odd(
        State.COVERED,
        {"sv": "Jag heter Elsa Nyby och vill ha en pool på taket.", "fi": "Olen Eetu Mäki ja haluan katolle altaan."},
        hidden={"sv": (2, 3), "fi": (1, 2)},
    ),
    Odd(State.HIDDEN, {"sv": "bajs bajs bajs", "fi": "kakka kakka kakka"}, reason="no_idea"),
    Odd(
        State.WORRY,
        {
            "sv": "Ett ställe dit man kan gå när de bråkar hemma.",
            "fi": "Paikka jonne voi mennä kun kotona riidellään.",
        },
    ),
    Odd(
        State.COVERED,
        {
            "sv": "Ett ställe där Viggo i femman inte bestämmer allt.",
            "fi": "Paikka jossa vitosluokan Onni ei määräisi.",
        },
        hidden={"sv": (3, 4, 5), "fi": (2, 3)},
    ),
    Odd(
        State.HIDDEN,
        {"sv": "Ett ställe utan Tilda för hon är dum och ful.", "fi": "Paikka ilman Aadaa koska se on tyhmä ja ruma."},
        reason="hurtful",
    ),
    Odd(State.WORRY, {"sv": "Ett ställe där ingen knuffar mig.", "fi": "Paikka jossa kukaan ei töni minua."}),
)


def words(rng: random.Random, wish: Wish, lang: str) -> str:
    """One or two sentences, now and then as a child in a hurry writes them."""
    text = rng.choice(wish.said[lang])
    if rng.random() < 0.45:
        text = f"{text} {rng.choice(_MORE[lang])}"
    if rng.random() < 0.2:
        text = text.lower().rstrip(".")
    return text.rstrip(".") + "!!" if rng.random() < 0.08 else text
