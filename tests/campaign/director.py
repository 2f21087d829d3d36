"""One episode of the campaign: a fresh town, random steps of tablets, staff, network and machine, then the reckoning.

Every choice comes from the episode's seed; ids and answers do too. What the machine adds is only which of several
requests of one moment comes first.
"""

from __future__ import annotations

import gzip
import random
import shutil
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from tests.browser.records import Records
from tests.campaign.browsers import Browser
from tests.campaign.children import any_child, any_idea, body_of
from tests.campaign.deck import Deck
from tests.campaign.disk import Disk
from tests.campaign.host import Host
from tests.campaign.ledger import Ledger
from tests.campaign.moments import KILL, MOMENTS
from tests.campaign.network import FAULTS, Network, NoAnswer, send
from tests.campaign.older import make_older
from tests.campaign.storage import NoRoom, PowerGone
from tests.campaign.tablet import CALM, Tablet, Trouble

GROUPS = (("satukallio", (1, 2)), ("satukallio", (3, 4)), ("sagoskogen", (1, 2)), ("manstralen", (5, 6)))
_ROUNDS = 60
_AT_ONCE = 8
_AGAIN_S = 0.3
_SPOILED = 0.4
_OLDER = "0009"
_AWAY_DAYS = 60
_GOOD = 49
_CHILDREN_EACH = 4
"""Turns on each tablet of a town that comes back at once."""


@dataclass(frozen=True)
class Class:
    id: str
    link: str
    profile: str
    made_at: int
    most: int
    """Turns: more would be refused, for somebody stuffs it."""


@dataclass(frozen=True)
class Backup:
    path: Path
    taken_at: int


@dataclass
class Director:
    host: Host
    network: Network
    disk: Disk
    ledger: Ledger
    rng: random.Random
    met: Counter[str]
    folder: Path
    tablet_type: type[Tablet] = Tablet
    crowd_of: int = 300
    only: tuple[str, ...] = ()
    tablets: list[Tablet] = field(default_factory=list)
    classes: dict[str, Class] = field(default_factory=dict)
    backups: list[Backup] = field(default_factory=list)
    now: int = 0
    browsers: list[Browser] = field(default_factory=list)
    crowd: list[Tablet] = field(default_factory=list)
    turns: Counter[str] = field(default_factory=Counter)
    finished: set[str] = field(default_factory=set)
    last_restored: Backup | None = None
    confirmed_at_restore: int = 0
    closed_at: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    _steps: Deck[Step] = field(init=False)
    _moments: Deck[str] = field(init=False)
    _faults: Deck[str] = field(init=False)
    _accidents: Deck[str] = field(init=False)

    def __post_init__(self) -> None:
        self._steps = Deck(self.rng, [one for one in STEPS if not self.only or one.__name__ in self.only])
        self._moments = Deck(self.rng, MOMENTS)
        self._faults = Deck(self.rng, list(FAULTS))
        self._accidents = Deck(self.rng, ("before", "after", "full"))

    # the town

    def start(self, classes: int, tablets: int) -> None:
        self.host.start()
        for _ in range(classes):
            self.new_class()
        for _ in range(tablets):
            self.add_tablet()
        self.upgrade()
        self.back_up()

    def upgrade(self) -> None:
        """All so far was the work of an older program; then nobody was there for 60 days."""
        for tablet in self.tablets:
            for session in tablet.sessions:
                self.play_turn(tablet, session)
        self.host.stop()
        make_older(self.host.database, _OLDER)
        shutil.rmtree(self.host.data / "journal", ignore_errors=True)
        self.host.days_ahead += _AWAY_DAYS
        self.host.sync_all()
        self.host.start()
        self.met["server upgraded while a tablet was away for 60 days"] += 1

    def new_class(self) -> None:
        school, grades = self.rng.choice(GROUPS)
        children = self.rng.choice((0, 0, 0, 4, 20))
        made = self.host.new_class(school, grades, **({"children": str(children)} if children else {}))
        records = Records(self.host.database)
        [(profile,)] = records.rows("SELECT profile FROM sessions WHERE id = ?", made)
        self.classes[made] = Class(
            made, _end(records.find_class(made).link), profile, self.now, 9 * children + 50 if children else 5000
        )

    def add_tablet(self) -> Tablet:
        tablet = self._new_tablet(f"t{len(self.tablets)}")
        self.tablets.append(tablet)
        for each in self.rng.sample(list(self.classes.values()), min(len(self.classes), self.rng.choice((1, 1, 2)))):
            tablet.join(each.link)
        return tablet

    def add_browser(self, name: str) -> None:
        """One more tablet, a real one, that plays beside the scripted ones until the reckoning."""
        rng, folder = random.Random(self.rng.random()), self.folder / name
        browser = Browser(
            name, self.network.url, folder, rng, self.ledger, self.met, self.find_open, self.network.update_worker
        )
        self.network.spoiled = _SPOILED
        self.browsers.append(browser)
        browser.start()

    def find_open(self) -> tuple[str, str, str] | None:
        """Id, link and profile of a class that a tablet may join now; asked by browsers while files are exchanged."""
        over = {*self.ledger.closed, *self.ledger.discarded, *self.finished}
        for each in [*self.classes.values()][::-1]:
            if each.most > 1000 and each.id not in over:
                return each.id, each.link, each.profile
        return None

    def end_browsers(self) -> None:
        for browser in self.browsers:
            browser.end()

    # a step

    def step(self) -> None:
        """One thing happens; afterwards the server runs again."""
        self.now += 1
        self._steps.draw()(self)
        if not self.host.is_running:
            self.host.start()

    def play(self) -> None:
        """Some children answer on a tablet, whatever its state."""
        tablet = self.rng.choice(self.tablets)
        for _ in range(self.rng.randint(1, 24) if tablet.sessions else 0):
            session = self.rng.choice(tablet.sessions)
            if self._room(session) > 0:
                self.play_turn(tablet, session)

    def _room(self, session: str) -> int:
        """How many turns more are not taken for stuffing."""
        return self.classes[session].most - self.turns[session]

    def play_turn(self, tablet: Tablet, session: str, *, draws: bool = True) -> None:
        accident = self._accidents.draw() if self.rng.random() < 0.06 else ""
        child, revision = any_child(self.classes[session].profile, self.rng), self._revision(tablet, session)
        self.turns[session] += 1
        item = tablet.begin(session)
        drawn = {tablet.new_id(): any_idea(session, self.rng)} if draws and self.rng.random() < 0.08 else {}
        self.ledger.begin(item, session, child)
        self.ledger.begin_ideas(session, drawn)
        tablet.storage.crash = accident
        done = body_of(child, revision), drawn
        try:
            if tablet.confirm(session, item, *done):
                self.ledger.tick(item, drawn)
        except PowerGone:
            self.met[f"tablet killed {accident} a transaction"] += 1
        except NoRoom:
            self.met["quota exceeded"] += 1
        # Who comes back, or taps again, finds the draft or the tick.
        if self.rng.random() < 0.3 or accident:
            self.met["double taps"] += not accident
            if tablet.confirm(session, item, *done):
                self.ledger.tick(item, drawn)

    @staticmethod
    def _revision(tablet: Tablet, session: str) -> str:
        return str(tablet.storage.stores["sessions"][session]["revision"])

    def deliver(self) -> None:
        """Several tablets speak at once, each through its own trouble."""
        self._speak([(*each, self._trouble()) for each in self._some(6)])

    def _some(self, most: int) -> list[tuple[Tablet, str]]:
        """Up to so many tablets with their sessions."""
        joined = [tablet for tablet in self.tablets if tablet.sessions]
        some = self.rng.sample(joined, min(len(joined), self.rng.randint(1, most)))
        return [(tablet, session) for tablet in some for session in tablet.sessions]

    def _trouble(self) -> Trouble:
        return Trouble(self._faults.draw()) if self.rng.random() < 0.5 else CALM

    def join(self) -> None:
        """A tablet is used by one more class, or by the same class once more."""
        tablet, each = self.rng.choice(self.tablets), self.rng.choice(list(self.classes.values()))
        trouble = self._trouble()
        if not tablet.join(each.link, trouble) and trouble is CALM and self._state(each.id) in ("open", "prepared"):
            self.problems.append(f"{tablet.name} could not join {each.id}: {tablet.last}")

    def two_tabs(self) -> None:
        """Both send the same outbox at once."""
        tablet = self.rng.choice(self.tablets)
        self.met["two tabs"] += 1
        self._speak([(tablet, session, CALM) for session in tablet.sessions for _ in range(2)])

    def deliver_and_die(self) -> None:
        """The server is killed at a named moment of one of the requests."""
        moment = self._moments.draw()
        last = Trouble(self.rng.choice(("", "", "twice")), moment)
        first, *others = self._some(4)
        self._make_sure_something_is_sent(*first)
        self._speak([(*first, last), *((*each, CALM) for each in others)])
        self._note_death(moment)

    def _make_sure_something_is_sent(self, tablet: Tablet, session: str) -> None:
        if not tablet.unsent(session) and self._room(session) > 0:
            self.play_turn(tablet, session)

    def _note_death(self, moment: str) -> None:
        died = self.host.has_ended()
        self.met[f"server killed: {moment if died else 'at any time'}"] += 1
        if not died:
            self.host.kill()

    def die(self) -> None:
        """Killed while requests are under way, at no moment in particular."""
        timer = threading.Timer(self.rng.uniform(0, 0.05), self.host.kill_now)
        timer.start()
        self._speak([(tablet, session, CALM) for tablet in self.tablets for session in tablet.sessions])
        timer.join()
        self.host.await_end()
        self.met["server killed: at any time"] += 1

    def cut_power(self) -> None:
        """What was not synced is gone."""
        if self.host.platter is not None:
            self.host.cut_power()
            self.met["power cut"] += 1

    def restart(self) -> None:
        """A day passes; then old requests are heard once more."""
        self.host.stop()
        self.host.days_ahead += 1
        self.host.start()
        for tablet in self.tablets:
            for method, path, headers, body in self.rng.sample(tablet.requests, min(len(tablet.requests), 2)):
                with suppress(NoAnswer):
                    send(self.network.port, method, path, headers, body)
                    self.met["replayed a day later"] += 1

    def _speak(self, said: Sequence[tuple[Tablet, str, Trouble]]) -> None:
        """All at once; one tablet's own requests follow each other, unless it is named twice."""
        with ThreadPoolExecutor(max(1, len(said))) as pool:
            for done in [pool.submit(tablet.sync, session, trouble) for tablet, session, trouble in said]:
                done.result()

    def return_of_many(self) -> None:
        """A whole town comes back at once after an outage."""
        if not self.crowd:
            self._gather_crowd()
        for tablet in self.crowd:
            for child in range(_CHILDREN_EACH):
                self.play_turn(tablet, tablet.sessions[0], draws=child == 0)
        self.host.kill()
        self.host.start()
        self.met["server killed: at any time"] += 1
        with ThreadPoolExecutor(self.crowd_of) as pool:
            answered = list(pool.map(lambda tablet: tablet.sync(tablet.sessions[0]), self.crowd))
        self.met[f"{self.crowd_of} tablets at once"] += 1
        if not all(answered):
            said = Counter(tablet.last for tablet, is_well in zip(self.crowd, answered, strict=True) if not is_well)
            self.problems.append(f"of {self.crowd_of} tablets some were not answered: {said}")

    def _gather_crowd(self) -> None:
        while (found := self.find_open()) is None:
            self.new_class()
        _, link, _ = found
        crowd = [self._new_tablet(f"c{number}") for number in range(self.crowd_of)]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            joined = list(pool.map(lambda tablet: tablet.join(link), crowd))
        self.crowd = [tablet for tablet, is_in in zip(crowd, joined, strict=True) if is_in]
        if not all(joined):
            said = Counter(tablet.last for tablet in crowd if not tablet.sessions)
            self.problems.append(f"only {len(self.crowd)} of {self.crowd_of} tablets could join: {said}")

    def _new_tablet(self, name: str) -> Tablet:
        return self.tablet_type(name, self.network.port, random.Random(self.rng.random()))

    # staff

    def staff(self) -> None:
        """A session goes on in its life, sometimes with a server that dies at it."""
        each, step = self.rng.choice(list(self.classes.values())), self.rng.choice(("finish", "close", "close"))
        if self.rng.random() < 0.15:
            step = "discard"
        self.ask_staff(each.id, step, self._moments.draw() if self.rng.random() < 0.4 else "")

    def ask_staff(self, session: str, step: str, moment: str = "") -> None:
        if self._state(session) in ("closed", "discarded"):
            return
        if step == "close" and any(tablet.unsent(session) for tablet in self.tablets if session in tablet.sessions):
            self.met["session closed with answers on a tablet"] += 1
        self._press(f"/staff/sessions/{session}/{step}", moment)
        if moment:
            self._note_death(moment)
            self.host.start()
        if (state := self._state(session)) != "open":
            self.finished.add(session)
        if state == "closed" and session not in self.ledger.closed:
            self.ledger.closed.add(session)
            self.closed_at.append(self.now)
        elif state == "discarded":
            self.ledger.discarded.add(session)

    def _press(self, path: str, moment: str = "", **fields: str) -> int:
        """The answer's status; 0 without any."""
        try:
            client = self.host.staff("administrator")
            return client.post(path, data=fields, headers={KILL: moment} if moment else {}).status_code
        except (httpx2.TransportError, AssertionError):
            # Also when nobody can sign in just now.
            return 0

    def revoke(self) -> None:
        session = self.rng.choice(list(self.classes))
        if self._state(session) in ("open", "closing"):
            self.met["token revoked"] += self._press(f"/staff/sessions/{session}/tablets/0/revoke") == 303

    def decide(self, session: str = "") -> None:
        """A person says what becomes of what is held."""
        session = session or self.rng.choice(list(self.classes))
        fields = {"reason": self.rng.choice(("over_cap", "revoked"))}
        self._press(f"/staff/sessions/{session}/held", **fields, decision=self.rng.choice(("include", "leave_out")))

    def freeze(self, consultation: str) -> None:
        """With a server that may die of it, until it is done."""
        for moment in (self._moments.draw(), ""):
            self._press(f"/staff/consultations/{consultation}/freeze", moment)
            if moment:
                self._note_death(moment)
                self.host.start()
        closed = [session for session in self.classes if self._state(session) != "discarded"]
        self.ledger.closed.update(closed)

    def _state(self, session: str) -> str:
        """As the database file says; nothing when it does not know the session."""
        found = Records(self.host.database).rows("SELECT state FROM sessions WHERE id = ?", session)
        return str(found[0][0]) if found else ""

    # machine

    def fill_disk(self) -> None:
        """No byte more fits while tablets speak and staff close; then there is room again."""
        session = self.rng.choice(list(self.classes))
        with self.disk.full(self.host.pid):
            self.deliver()
            if self.rng.random() < 0.3:
                self.ask_staff(session, "close")
        self.met["disk full"] += 1

    def lock_database(self) -> None:
        """Another program holds the database while tablets speak."""
        with closing(sqlite3.connect(self.host.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            freeing = threading.Timer(0.3, lambda: None)
            freeing.start()
            speaking = threading.Thread(target=self.deliver)
            speaking.start()
            freeing.join()
            other.execute("ROLLBACK")
            speaking.join()
        self.met["database busy"] += 1

    def back_up(self) -> None:
        copy = Backup(self.folder / f"backup-{len(self.backups)}.sqlite3", self.now)
        self.host.copy_database(copy.path)
        self.backups.append(copy)

    def restore(self) -> None:
        """The database goes back to any older copy; keys and journal do not."""
        copy = self.rng.choice(self.backups[-6:] if self.rng.random() < 0.8 else self.backups)
        self._note_restore(copy)
        self.host.kill()
        self.host.put_back(copy.path)
        self.host.start()

    def _note_restore(self, copy: Backup) -> None:
        self.met["restore"] += 1
        if self.last_restored == copy:
            self.met["restore twice"] += 1
        if self.last_restored and self.ledger.confirmed > self.confirmed_at_restore:
            self.met["restore with newer writes on top"] += 1
        if any(each.made_at > copy.taken_at for each in self.classes.values()):
            self.met["restore to before the session existed"] += 1
        if any(closed > copy.taken_at for closed in self.closed_at):
            self.met["restore to before its closing"] += 1
        self.last_restored, self.confirmed_at_restore = copy, self.ledger.confirmed
        self.ledger.went_back_since_freeze |= self.ledger.at_freeze is not None

    # bad days

    def evict(self) -> None:
        """The browser throws a tablet's storage away; it joins again."""
        tablet = self.rng.choice(self.tablets)
        kept = tablet.storage.stores
        self.ledger.excuse([*kept["outbox"], *kept["receipts"], *kept["attention"]])
        sessions = tablet.sessions
        tablet.storage.evict()
        self.met["storage evicted"] += 1
        for session in sessions:
            tablet.join(self.classes[session].link)

    def malform(self) -> None:
        """One broken item among 50 that are good."""
        possible = [
            (tablet, session) for tablet in self.tablets for session in tablet.sessions if self._room(session) >= _GOOD
        ]
        if not possible:
            return
        tablet, session = self.rng.choice(possible)
        while tablet.unsent(session) < _GOOD:
            self.play_turn(tablet, session)
        broken = tablet.new_id()
        self.ledger.attention.add(broken)
        with tablet.storage.transaction() as stores:
            stores["outbox"][broken] = {"id": broken, "session": session, "body": "{" * self.rng.choice((1, 9000))}
        self._speak([(tablet, session, CALM)])
        self.met["one malformed item among 50"] += 1

    def attack(self) -> None:
        """A captured pass: many invented answers, and bytes that are nobody's."""
        tablet = self.rng.choice(self.tablets)
        if not tablet.sessions:
            return
        session = self.rng.choice(tablet.sessions)
        token = tablet.storage.stores["sessions"][session]["token"]
        headers = {"Authorization": f"Bearer {token}", "Content-Encoding": "gzip"}
        bomb = gzip.compress(b" " * 50_000_000, 1)[: 64 * 1024]
        for body in (bomb, gzip.compress(b" " * 300_000), b"\x1f\x8b", b"", b"["):
            with suppress(NoAnswer):
                send(self.network.port, "POST", "/api/v1/sync", headers, body)
        self.met["gzip bomb"] += 1
        self._stuff(tablet, session)

    def _stuff(self, tablet: Tablet, session: str) -> None:
        """What it delivers may count or be held, until somebody sees it and discards the session."""
        if self._state(session) not in ("open", "closing"):
            return
        stuffer = self._new_tablet("stuffer")
        stuffer.storage.stores["sessions"][session] = tablet.storage.stores["sessions"][session]
        for _ in range(1000):
            item, child = stuffer.begin(session), any_child(self.classes[session].profile, stuffer.rng)
            self.ledger.begin(item, session, child)
            stuffer.confirm(session, item, body_of(child, self._revision(tablet, session)), {})
        stuffer.sync(session)
        self.met["1,000 scripted answers"] += 1
        self.ask_staff(session, "discard")

    # the reckoning

    def drain(self) -> None:
        """Everything is well again: tablets speak until nothing waits and nothing that they hold is missing."""
        if not self.host.is_running:
            self.host.start()
        self.network.spoiled = 0
        for browser in self.browsers:
            browser.come_home()
            self.problems += browser.problems
            browser.problems.clear()
            browser.stay_ready()
        everybody = [(tablet, one) for tablet in (*self.tablets, *self.crowd) for one in tablet.sessions]
        for _ in range(_ROUNDS):
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                done = pool.map(lambda each: self._is_done(*each), everybody)
            everybody = [each for each, is_done in zip(everybody, done, strict=True) if not is_done]
            if not everybody:
                return
            # Some asked more often than 20 times in this second.
            time.sleep(_AGAIN_S)
        self.problems += [
            f"never delivered: {tablet.unsent(one)} of {tablet.name}, {one}: {tablet.last}" for tablet, one in everybody
        ]

    @staticmethod
    def _is_done(tablet: Tablet, session: str) -> bool:
        """Whether all it holds of a session was shown to the server, and nothing was missing."""
        return all(tablet.sync(session) and not tablet.unsent(session) for _ in range(tablet.shows_in(session)))

    def waiting(self) -> set[str]:
        return {item for tablet in (*self.tablets, *self.crowd) for item in tablet.storage.stores["outbox"]}

    def check(self, when: str) -> None:
        self.network.await_quiet()
        self.problems += [f"{when}: {problem}" for problem in self.ledger.check(waiting=self.waiting())]


def _end(link: str) -> str:
    return link.rsplit("/", 1)[-1]


Step = Callable[[Director], None]
STEPS: tuple[Step, ...] = (
    *(Director.play,) * 14,
    *(Director.deliver,) * 10,
    *(Director.deliver_and_die,) * 18,
    *(Director.staff,) * 3,
    *(Director.back_up,) * 3,
    *(Director.restore,) * 3,
    *(Director.die,) * 4,
    *(Director.cut_power,) * 2,
    *(Director.two_tabs,) * 2,
    *(Director.join,) * 2,
    *(Director.revoke,) * 2,
    *(Director.new_class,) * 2,
    *(Director.fill_disk,) * 2,
    *(Director.lock_database,) * 2,
    *(Director.evict,) * 2,
    *(Director.malform,) * 2,
    Director.restart,
    Director.decide,
    Director.attack,
)
