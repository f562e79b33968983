"""Thoughts, in the one form that the built-in data shares with mixtures of other sets.

A thought says what is wanted, in a few plain words; what the function that fits is said to do; and its name. One form a
case, and all of a kind: what a form leaves open is learned in a few steps, what it varies for variety's sake is not.
To say what is wanted makes many requests into one, of words like a description's; to say the description then turns the
choice of a function into copying, which a small model is good at: from the line above and from the schema. So the two
stand together, each on a line of its own with a capital, where they begin with the same token. What is wanted besides
stands after it in small letters: whether it is another call at once (", and") or one that needs the first one's result
(", then") is easier to say with the first thing said, and all else follows from it.
"""

import re
from typing import Any

from data.builtin.values import capital, name_words

CALL = "{Gist}.\n{about}: {tool}."
SAME = "{Gist}, {count} times.\n{about}: {calls}."
ALL = "{Gist}, and {besides}.\n{about}: {tool}.\n{others}"
FIRST = "{Gist}, then {then}.\n{about}: {tool}."
SECOND = "The {field} is {value}.\n" + CALL
NONE = "{Gist}.\nNo function does that."
MISSING = CALL + " Missing: {param}."
CONFIRM = CALL + " To be confirmed."
SUPPLIED = "Now given: {param}: {tool}."
AGAIN = "The same for {x}: {tool}."
RETRY = "A passing error: {tool} again."
CORRECT = "It must be {value}: {tool} again."
TALK = "No function is needed."
DONE = "Done."
GIVE_UP = "It failed."

ABOUT_WORDS = 16  # of a description, what a thought copies at most
# where what is wanted ends, in a description: "Get the price | of a flight", "Convert an amount | from one currency",
# but not in "Search for films"
_GIST_END = re.compile(
    r"(?<=\w)(?:[,:;(]|(?<!earch)(?<!earches)(?<!ook)(?<!ooks)"
    r" (?:for|from|by|in|on|at|with|to|using|based|given|within|between|that|and)\b).*"
)


def thought(pattern: str, function: dict[str, Any], gist: str = "", **more: str) -> str:
    """A thought about a function of a schema: what is wanted of it, its description's first sentence, and its name."""
    return pattern.format(Gist=capital(wanted(function, gist)), about=_about(function), tool=function["name"], **more)


def wanted(function: dict[str, Any], gist: str = "") -> str:
    """`gist`, a verb phrase, if the function's description begins with the same verb.

    If not, the first words of the description stand for it: a copy that sometimes fails is not learned as a copy.
    """
    about = _about(function)
    verb = gist.split(" ")[0].removesuffix("y")  # "copies" begins as "copy" does
    if gist and about.lower().startswith(verb):
        return gist
    words = _GIST_END.sub("", about)
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def _about(function: dict[str, Any]) -> str:
    first = re.split(r"(?<=[.!?;])\s|\n", function.get("description", "").strip())[0]
    return " ".join(first.split()[:ABOUT_WORDS]).rstrip(".,;:") or capital(name_words(function["name"]))
