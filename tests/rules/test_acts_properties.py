"""What holds for every history of acts, however wild."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contactable.rules import Channel, Facts, Mailbox, Offer, decide
from contactable.rules.acts import Act, known, opposed

START = datetime(2026, 11, 1, tzinfo=UTC)
instants = st.integers(0, 5).map(lambda hours: START + timedelta(hours=hours))
SAID = {"act": "positive", "to": "us", "proof": True, "complete": True}


@st.composite
def acts(draw: st.DrawFn, kinds: tuple[str, ...] = ("opposition", "release", "consent", "annulment")) -> Act:
    kind = draw(st.sampled_from(kinds))
    return Act(
        id=f"{draw(st.integers(0, 40)):032x}",
        kind=kind,
        on=draw(st.sampled_from(["email", "sms", "phone", "all"])),
        occurred_at=draw(st.one_of(st.none(), instants, instants.map(datetime.date))),
        recorded_at=draw(instants),
        time_quality=draw(st.sampled_from(["event", "arrival", "unknown"])),
        origin=draw(st.sampled_from(["recipient", "complaint", "crm_user", "api"])),
        proof_level=draw(st.sampled_from(["signed", "token", "operator", "path_secret"])),
        ends=f"{draw(st.integers(0, 40)):032x}" if kind == "annulment" else None,
        details=SAID if kind == "consent" else {},
    )


histories = st.lists(acts(), max_size=8, unique_by=lambda act: act.id)


def open_channels(history: list[Act], on: date = date(2026, 11, 20)) -> set[Channel]:
    facts = Facts(
        country="FR", email=Mailbox.PERSONAL, mobile=True, street=True, informed=True, last_contact_on=START,
        **known(history, as_of=on),
    )  # fmt: skip
    return {channel for channel, verdict in decide(facts, Offer(), on).items() if verdict.allowed}


@given(histories, st.randoms())
def test_the_order_in_which_acts_are_read_changes_nothing(history: list[Act], chance: random.Random) -> None:
    shuffled = list(history)
    chance.shuffle(shuffled)

    assert open_channels(shuffled) == open_channels(history)


@given(histories, acts(kinds=("opposition",)))
def test_one_more_opposition_never_opens_a_channel(history: list[Act], objection: Act) -> None:
    history = [act for act in history if act.id != objection.id]

    assert open_channels([*history, objection]) <= open_channels(history)


@given(histories)
def test_a_last_opposition_of_the_person_closes_its_channel_whatever_came_before(history: list[Act]) -> None:
    last = Act(id="f" * 32, kind="opposition", on="email", recorded_at=START + timedelta(days=2))

    assert opposed([*history, last], "email")
    assert Channel.EMAIL not in open_channels([*history, last])


@given(histories)
def test_without_the_persons_own_acts_nothing_is_ever_lifted(history: list[Act]) -> None:
    unproved = [act for act in history if not (act.is_own and act.origin == "recipient")]
    oppositions = [act for act in unproved if act.kind == "opposition"]
    ended = {act.ends for act in unproved if act.kind == "annulment"}
    standing = {act.on for act in oppositions if act.id not in ended or act.is_own}

    closed = set(Channel) if "all" in standing else {Channel(on) for on in standing}

    assert not open_channels(unproved) & closed


@given(histories)
def test_the_dates_given_lead_to_the_verdict_that_the_acts_themselves_tell(history: list[Act]) -> None:
    told = {channel for channel in Channel if opposed(history, channel)}

    assert not open_channels(history) & told
