"""The schools of the demo town and their classes: twelve Swedish and three Finnish ones, all invented."""

import random
from dataclasses import dataclass

from server.store.areas import Area

TOWN = Area("sagodalen", None, "municipality", {"sv": "Sagodalen", "fi": "Satulaakso"}, "sv")


@dataclass(frozen=True)
class School:
    """`lie` is what lies around it, of the zones of the drawn village; `size` is `large`, `village` or `tiny`."""

    name: str
    language: str
    size: str
    lie: str

    @property
    def area(self) -> Area:
        """Its id is the beginning of its name in plain letters."""
        first = self.name.split()[0].lower().translate(_PLAIN)
        return Area(first, TOWN.id, "school", {"sv": self.name, "fi": self.name}, self.language)


@dataclass(frozen=True)
class Group:
    """One session's children: `enrolled` of them, some of whom are ill or say no."""

    school: School
    grades: tuple[int, ...]
    enrolled: int
    special: bool = False


_PLAIN = str.maketrans("åäö", "aao")
# So that any first few of them speak both languages and come in every size.
SCHOOLS = (
    School("Blåbärsbackens skola", "sv", "village", "forest"),
    School("Hiidenkiven koulu", "fi", "village", "forest"),
    School("Sländåns skola", "sv", "tiny", "river"),
    School("Norrskenets skola", "sv", "large", "homes"),
    School("Revontulten koulu", "fi", "large", "shop"),
    School("Stjärnfallets skola", "sv", "large", "field"),
    School("Trollskogens skola", "sv", "village", "forest"),
    School("Måsklippans skola", "sv", "village", "river"),
    School("Igelkottens skola", "sv", "village", "homes"),
    School("Kottebackens skola", "sv", "tiny", "forest"),
    School("Tussilagons skola", "sv", "village", "field"),
    School("Käpytikan koulu", "fi", "tiny", "homes"),
    School("Lingonkullens skola", "sv", "village", "river"),
    School("Kråkvikens skola", "sv", "tiny", "river"),
    School("Vindarnas skola", "sv", "large", "shop"),
)
_CLASSES = {
    "large": ((1,), (2,), (3,), (4,), (5,), (6,)),
    "village": ((1, 2), (3, 4), (5, 6)),
    "tiny": ((1, 2), (3, 4, 5, 6)),
}
_PER_GRADE = {"large": (14, 24), "village": (5, 10), "tiny": (2, 4)}
_SPECIAL = {"large": ((1, 2, 3), 6), "village": ((4, 5, 6), 4)}


def list_groups(rng: random.Random, school: School, number: int) -> list[Group]:
    """The classes of the `number`-th school, and in every third a special group that counts in the school."""
    least, most = _PER_GRADE[school.size]
    groups = [Group(school, grades, sum(rng.randint(least, most) for _ in grades)) for grades in _CLASSES[school.size]]
    if number % 3 == 0 and school.size in _SPECIAL:
        grades, children = _SPECIAL[school.size]
        groups.append(Group(school, grades, children + rng.randint(0, 3), special=True))
    return groups
