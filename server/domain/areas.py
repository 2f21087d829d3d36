"""The tree of areas: joint consultation, municipality, school or other place where children are."""

from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    JOINT = "joint"
    MUNICIPALITY = "municipality"
    SCHOOL = "school"
    LIBRARY = "library"
    CLUB = "club"
    AFTERNOON_CARE = "afternoon_care"


PLACES = (Kind.SCHOOL, Kind.LIBRARY, Kind.CLUB, Kind.AFTERNOON_CARE)
"""Where sessions are held; nothing stands below them."""

TOP = (Kind.JOINT, Kind.MUNICIPALITY)
"""What stands below nothing."""

BELOW: Mapping[Kind, tuple[Kind, ...]] = {Kind.JOINT: (Kind.MUNICIPALITY,), Kind.MUNICIPALITY: PLACES}
"""What may stand directly below an area of that kind."""

MOST_NAME = 80
