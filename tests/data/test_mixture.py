"""`python -m data.mixture`: one file out of several, with thoughts of one form."""

import json
import os
import random
import subprocess
import sys
from collections import Counter

import pytest

from data import Conversation, Message, ToolCall, read_conversations
from data.mixture import MOST_TOOLS, fewer_tools, main, mended, mixture, refused, thoughtful
from data.readers import content_faults
from errors import InputError


def tool(name, description="", **properties):
    parameters = {"type": "object", "properties": {key: {"type": kind} for key, kind in properties.items()}}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


WEATHER = tool("weather", "Tell the weather of a city. It knows most cities.", city="string")
MAIL = tool("send_mail", "Send an email\nto one person", to="string")
BARE = tool("ping", host="string")
THINK_WEATHER = "Tell the weather of a city.\nTell the weather of a city"
THINK_MAIL = "Send an email.\nSend an email: send_mail."


def conversation(*messages, tools=(WEATHER, MAIL, BARE)):
    return Conversation((Message("user", "Hello"), *messages), tools, "x", "test")


def thoughts(*messages, **more):
    return [m.thought for m in thoughtful(conversation(*messages, **more)).messages if m.role == "assistant"]


def call(name, **arguments):
    return ToolCall(name, arguments)


def said(*calls, content="", thought="of another kind"):
    return Message("assistant", content, thought, calls)


def test_a_call_is_thought_of_in_its_descriptions_first_sentence():
    assert thoughts(said(call("weather", city="Rome"))) == [f"{THINK_WEATHER}: weather."]
    assert thoughts(said(call("send_mail", to="Ann"))) == [THINK_MAIL]
    assert thoughts(said(call("ping", host="a"))) == ["Ping.\nPing: ping."]


def test_what_is_wanted_is_how_a_description_begins():
    convert = tool("convert", "Convert an amount from one currency to another, at today's rate.", amount="number")
    expected = "Convert an amount.\nConvert an amount from one currency to another, at today's rate: convert."
    assert thoughts(said(call("convert", amount=3)), tools=(convert,)) == [expected]


def test_several_calls_are_counted_and_told_apart():
    both = said(call("weather", city="Rome"), call("send_mail", to="Ann"))
    wanted, about = THINK_WEATHER.split(".\n")
    assert thoughts(both) == [f"{wanted}, and send an email.\n{about}: weather.\n{THINK_MAIL}"]
    same = said(*(call("weather", day="today", city=city) for city in ("Rome", "Oslo", "Lima")))
    expected = f"{wanted}, three times.\n{about}: weather for Rome, weather for Oslo, weather for Lima."
    assert thoughts(same) == [expected]


def test_what_follows_a_result_says_what_it_takes_from_it_or_done():
    first = said(call("weather", city="Rome"))
    result = Message("tool", {"sky": "sun", "tellWho": "Ann"}, name="weather")
    second, mailed = said(call("send_mail", to="Ann")), Message("tool", "ok", name="send_mail")
    expected = [f"{THINK_WEATHER}: weather.", f"The tell who is Ann.\n{THINK_MAIL}", "Done."]
    assert thoughts(first, result, second, mailed, said(content="Sent.")) == expected
    longer = Message("tool", {"note": "x" * 99, "city": "Rome", "count": 1, "who": "Ann"}, name="weather")
    taken = said(call("send_mail", to="Ann", text="x" * 99, city="Rome", count=1))  # the user has named Rome
    assert thoughts(Message("user", "It is about Rome"), first, longer, taken)[1].startswith("The who is Ann.\n")
    nested = Message("tool", [{"sky": "sun"}, {"for": {"person": "Ann"}}], name="weather")
    assert thoughts(first, nested, second)[1] == f"The person is Ann.\n{THINK_MAIL}"
    assert thoughts(first, Message("tool", "sun for Ann", name="weather"), second)[1] == THINK_MAIL


def test_a_question_is_for_the_call_that_follows_and_for_what_nobody_has_said():
    route = tool("route", "Find a way between two places.", start="string", end="string", via="string")
    route["function"]["parameters"]["required"] = ["start", "end"]
    thought, missing = "Find a way.\nFind a way between two places: route.", "Missing: start"
    due = said(call("route", start="Rome", end="Oslo", via="Bern"))

    def asked(*messages):
        return thoughts(*messages, due, tools=(route,))[:-1]

    assert asked(said(content="Where are you?"), Message("user", "Rome, off to Oslo")) == [f"{thought} {missing}, end."]
    to_oslo = [said(content="Sure?"), Message("user", "To Oslo"), said(content="From where?"), Message("user", "Rome")]
    assert asked(*to_oslo) == [f"{thought} {missing}, end.", f"{thought} {missing}."]
    known = [said(content="Hi."), Message("user", "From Rome to Oslo"), said(content="Please confirm: Rome to Oslo.")]
    assert asked(*known, Message("user", "Yes")) == ["No function is needed.", f"{thought} To be confirmed."]
    assert asked(said(content="Anything else?"), Message("user", "To Oslo")) == ["No function is needed."]
    more = said(content="Could you tell me more about your trip?")
    assert asked(more, Message("user", "Rome to Oslo")) == [f"{thought} {missing}, end."]
    assert asked(said(content="I can't confirm that."), Message("user", "Well")) == ["No function is needed."]


def test_a_question_that_no_call_follows_is_for_none():
    assert thoughts(said(content="Which city?")) == ["A question first."]
    result = Message("tool", "sun", name="weather")
    later = [said(content="Which city?"), result, said(call("weather", city="Rome"))]
    assert thoughts(*later)[0] == "A question first."  # the call after another's result is for something else


def test_an_answer_without_a_call_needs_no_function():
    assert thoughts(said(content="Hello!")) == ["No function is needed."]
    assert thoughts(said(content="Hello!"), tools=()) == ["of another kind"]


def test_text_becomes_the_number_that_a_schema_asks_for():
    rent = tool("rent", price="number", days="integer", code="string")
    asked = said(call("rent", price="50.0", days="3", code="007"), call("rent", price="-2.5", days=4.0, code="8"))
    (_, answer) = mended(conversation(asked, tools=(rent,))).messages
    assert [c.arguments for c in answer.calls] == [
        {"price": 50, "days": 3, "code": "007"},
        {"price": -2.5, "days": 4, "code": "8"},
    ]
    assert type(answer.calls[0].arguments["price"]) is int
    kept = said(call("rent", price="about 5", days="1e3", code="x"), call("unknown", days="3"))
    assert mended(conversation(kept, tools=(rent,))).messages[1] == kept
    for odd in ({"properties": ["days"]}, {"required": 3}, {"properties": {"days": True}, "required": [["x"]]}, None):
        rent["function"]["parameters"] = odd
        assert mended(conversation(kept, tools=(rent,))).messages[1] == kept


def test_what_a_call_leaves_out_is_an_option():
    rent = tool("rent", price="number", days="integer")
    rent["function"]["parameters"]["required"] = ["price", "days"]
    mail = tool("mail", to="string")
    mail["function"]["parameters"]["required"] = ["to"]
    before = conversation(said(call("rent", price=5)), said(call("rent", price=5, days=2)), tools=(rent, mail))
    assert list(content_faults(before))
    after = mended(before)
    assert not list(content_faults(after))
    assert [t["function"]["parameters"]["required"] for t in after.tools] == [["price"], ["to"]]
    assert rent["function"]["parameters"]["required"] == ["price", "days"]  # of the row as it was read


def test_distractors_are_left_out_and_what_is_called_stays():
    tools = (*(tool(f"other_{i}") for i in range(8)), WEATHER)
    sizes = Counter()
    for seed in range(60):
        fewer = fewer_tools(conversation(said(call("weather", city="Rome")), tools=tools), random.Random(seed))
        assert WEATHER in fewer.tools
        sizes[len(fewer.tools)] += 1
    assert set(sizes) == set(range(1, MOST_TOOLS + 1))
    many = conversation(said(*(call(f"other_{i}") for i in range(8))), tools=tools)
    assert len(fewer_tools(many, random.Random(0)).tools) == 8


def test_a_conversation_without_its_tools_is_refused():
    whole = conversation(
        said(call("weather", city="Rome")), Message("tool", "sun", name="weather"), said(content="Sun.")
    )
    without = refused(whole, random.Random(0), ())
    assert without
    assert without.tools == (MAIL, BARE)
    assert without.id == "x-refused"
    assert [m.role for m in without.messages] == ["user", "assistant"]
    assert without.messages[-1].thought == "Tell the weather of a city.\nNo function does that."
    assert not without.messages[-1].calls
    alone = conversation(said(call("weather", city="Rome")), tools=(WEATHER,))
    assert refused(alone, random.Random(0), (WEATHER, MAIL)) is None
    for nothing in (said(content="Hello!"), said(call("weather", city="Rome"), call("ping", host="a"))):
        assert refused(conversation(nothing), random.Random(0), (MAIL,)) is None


def test_what_is_on_offer_where_nothing_fits_is_near_and_not_the_same():
    alone = conversation(said(call("weather", city="Rome")), tools=(WEATHER,))
    near = [tool("weather_alert", "Set an alert for storms"), tool("city_map", "Draw a map of a city and its roads")]
    same = tool("tell_weather", "Tell the weather of a city. It knows most cities.")
    far = [tool(f"other_{i}", f"Count the {i}th kind of things") for i in range(200)]
    offered = set()
    for seed in range(30):
        without = refused(alone, random.Random(seed), (WEATHER, *near, same, *far))
        assert without
        assert len(without.tools) in (1, 2)
        offered |= {each["function"]["name"] for each in without.tools}
    assert offered == {"weather_alert", "city_map"}


@pytest.mark.skipif("CALLORA_DATA" not in os.environ, reason="CALLORA_DATA names no folder with the real data")
def test_the_real_sets_are_mixed_evenly_without_faults():
    folder = os.environ["CALLORA_DATA"]
    sources = [("builtin", 40), *((f"{folder}/{name}.jsonl.gz", 60) for name in ("toolrl", "glaive"))]
    report = Counter()
    mixed = list(mixture(sources, 0, report))
    assert Counter(c.source for c in mixed) == {"builtin": 40, "toolrl": 60, "glaive": 60}
    assert set(Counter(c.source for c in mixed[:40])) == {"builtin", "toolrl", "glaive"}
    assert not [fault for c in mixed for fault in content_faults(c)]
    assert report["faults"]
    for c in mixed:
        for message in c.messages:
            assert message.thought or message.role != "assistant" or not c.tools
    assert 3 <= sum(c.id.endswith("-refused") for c in mixed) <= 20


def test_the_command_writes_a_file_that_trains(tmp_path):
    command = [sys.executable, "-m", "data.mixture", "--output", tmp_path / "mixture.jsonl"]
    result = subprocess.run([*command, "builtin=5"], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stdout.endswith("5 conversations; 5 builtin\n")
    written = [json.loads(line)["id"] for line in (tmp_path / "mixture.jsonl").read_text().splitlines()]
    assert written == [c.id for c in read_conversations(tmp_path / "mixture.jsonl")]
    assert len(written) == 5
    wrong = subprocess.run([*command, "builtin=few"], capture_output=True, text=True)
    assert (wrong.returncode, wrong.stderr) == (
        2,
        "error: 'builtin=few': a count of conversations should follow the =, as in builtin=300\n",
    )


def test_bad_rows_are_counted_and_a_source_without_a_good_one_is_an_error(tmp_path, monkeypatch, capsys):
    row = conversation(said(call("weather", city="Rome"))).to_json()
    (folder := tmp_path / "split=train").mkdir()
    (folder / "half.jsonl").write_text(f"{row}\n{{}}\n")
    (folder / "none.jsonl").write_text("{}\n")
    output = tmp_path / "mixture.jsonl"
    monkeypatch.setattr(
        sys, "argv", ["", "--output", str(output), str(folder / "half.jsonl"), f"{folder}/half.jsonl=1"]
    )
    main()
    assert "2 conversations; 2 bad rows, " in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["", "--output", str(output), str(folder / "none.jsonl")])
    with pytest.raises(InputError, match=r"none.jsonl: no conversation can be used; .*line 1"):
        main()
    assert len(output.read_text().splitlines()) == 2
