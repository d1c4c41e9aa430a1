"""Home: whose access, or whose check of identity, ends; told before it does, to whoever can do something about it."""

from __future__ import annotations

from dataclasses import replace

from countersign.domain.ledger.governance import Evidence, Role
from countersign.presentation.home_access import access_items
from countersign.presentation.inbox_ground import Ground
from countersign.testing.fake_sharing import Colleague, Office, member_like
from countersign.testing.fakes import DAY_MS, START_MS, ZONE
from tests.unit.presentation.team_desk import four, member_named
from tests.unit.presentation.test_home_incidents import home, waiting

NOW = START_MS - 60 * DAY_MS


def ground_of(who: Colleague, now: int = NOW) -> Ground:
    return Ground(who.vault.rules, who.vault.identity, now, may_sign=True)


def test_an_administrator_is_told_whose_access_ends_before_it_does() -> None:
    mei = four()  # Ravi's ends five days after START_MS
    assert access_items(ground_of(mei), ZONE) == ()
    (soon,) = access_items(ground_of(mei, START_MS), ZONE)
    assert soon.title == "The access of \u2066Ravi Singh\u2069 ends on \u206627 November 2026\u2069"
    assert (soon.chip, soon.tone) == ("Lapses soon", "warn")
    assert soon.text.startswith("Confirm it for another quarter, or let it end")
    (over,) = access_items(ground_of(mei, START_MS + 5 * DAY_MS), ZONE)
    assert over.title.startswith("The access of \u2066Ravi Singh\u2069 lapsed on")
    assert (over.chip, over.tone) == ("Access lapsed", "danger")


def test_it_is_on_the_first_page_and_leads_to_the_member() -> None:
    mei = four()
    mei.world.clock.advance(60 * DAY_MS)
    presenter, view, went = home(mei.world)
    (item,) = waiting(view, "access")
    presenter.open_waiting(item)
    assert went.to == [("member", member_named(mei, "Ravi Singh"))]


def test_others_are_told_of_their_own_and_whom_to_ask() -> None:
    office = Office()
    mei = four(office)
    ravi, anna = (office.present(mei, name) for name in ("Ravi Singh", "Anna Weiss"))
    mine = Ground(ravi.rules, ravi.identity, START_MS, may_sign=True)
    (item,) = access_items(mine, ZONE)
    assert item.title.startswith("Your access ends on")
    assert "Mei Chen" in item.text
    assert "Tom Okoro" in item.text
    assert access_items(replace(mine, now=START_MS + 5 * DAY_MS), ZONE)[0].title.startswith("Your access lapsed on")
    assert access_items(Ground(anna.rules, anna.identity, START_MS, may_sign=True), ZONE) == ()


def test_who_left_is_no_matter_and_no_more_than_three_are_listed() -> None:
    people = [member_like(f"Member {place}", Role.REQUESTER, access_until=NOW + place + 1) for place in range(5)]
    left = replace(people[0][0], roles=())
    members = [left, *(member for member, _device in people[1:])]
    mei = Office().begin(members=members, devices=[device for _member, device in people])
    found = access_items(ground_of(mei), ZONE)
    assert [item.about for item in found] == [member.member for member in members[1:4]]


def test_a_check_of_identity_that_is_over_is_a_task() -> None:
    tom, device = member_like("Tom Okoro", Role.APPROVER)
    evidence = Evidence("Passport seen in person", tom.member, NOW - DAY_MS, NOW + 20 * DAY_MS)
    office = Office()
    mei = office.begin(members=[replace(tom, evidence=evidence)], devices=[device])
    assert access_items(ground_of(mei), ZONE) == ()
    (soon,) = access_items(ground_of(mei, NOW + 7 * DAY_MS), ZONE)
    assert soon.title.startswith("The check of the identity of \u2066Tom Okoro\u2069 ends on")
    assert soon.chip == "Identity check ends soon"
    own = Ground(mei.vault.rules, office.present(mei, "Tom Okoro").identity, NOW + 7 * DAY_MS, may_sign=True)
    (mine,) = access_items(own, ZONE)
    assert mine.title.startswith("The check of you ends on")
    assert mine.text.startswith("Ask \u2066Mei Chen\u2069 to look at your document again")
    (late,) = access_items(replace(own, now=NOW + 20 * DAY_MS), ZONE)
    assert late.title.startswith("Your identity was to be checked again by")
    (item,) = access_items(ground_of(mei, NOW + 20 * DAY_MS), ZONE)
    assert item.title.startswith("The identity of \u2066Tom Okoro\u2069 was to be checked again by")
    assert item.chip == "Identity check expired"
