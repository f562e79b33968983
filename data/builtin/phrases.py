"""How a request is wrapped and a reply worded. `{x}` is a request as it stands, `{X}` with a capital."""

from data.builtin.values import capital

# split -> sort of request ("" an order, "?" a question, "." a statement) -> wrappers
WRAPPERS: dict[str, dict[str, tuple[str, ...]]] = {
    "train": {
        "": (
            *("{X}.",) * 5,
            *("Please {x}.",) * 2,
            *("{x}",) * 2,
            "Could you {x}?",
            "Can you {x}?",
            "Can you please {x}?",
            "{X}, please.",
            "{x} please",
            "I need you to {x}.",
            "I'd like you to {x}.",
            "I want to {x}.",
            "I'd like to {x}.",
            "I need to {x}.",
            "Hi, {x}.",
            "Hey, can you {x}?",
            "Hello! Could you {x}?",
            "Would you {x}, please?",
            "Go ahead and {x}.",
            "Good morning! Please {x}.",
            "When you have a second, {x}.",
            "Quick one: {x}.",
            "{X}. Thanks!",
            "{X}. Thank you.",
            "I'm in a hurry, so please just {x}.",
            "My boss is waiting: {x}.",
            "Sorry to bother you again. {X}.",
            "Before I forget: {x}.",
            "ok, {x}",
            "Help me {x}.",
            "Let's {x}.",
            "Next, {x}.",
            "I was asked to {x}.",
        ),
        "?": (
            *("{X}?",) * 6,
            *("{x}?",) * 2,
            "{x}",
            "Hi! {X}?",
            "Hello, {x}?",
            "Quick question: {x}?",
            "{X}? Thanks.",
            "Tell me: {x}?",
            "Just wondering: {x}?",
            "I keep forgetting. {X}?",
            "A colleague is asking: {x}?",
            "Hey, {x}?",
            "Sorry, one question. {X}?",
            "ok and {x}?",
        ),
        ".": (
            *("{X}.",) * 4,
            "Hi. {X}.",
            "Hello! {X}.",
            "{x}",
            "{X}. Thanks!",
            "Good morning. {X}.",
            "{X}, please.",
            "Hey. {X}.",
        ),
    },
    "heldout": {
        "": (
            "Kindly {x}.",
            "Do me a favour and {x}.",
            "Could I ask you to {x}?",
            "Please do this: {x}.",
            "Next task: {x}.",
            "Would it be possible to {x}?",
            "Be so kind as to {x}.",
            "Good evening, please {x}.",
            "Now {x}.",
            "I was hoping you could {x}.",
            "{X}, if you can.",
            "can u {x}",
            "You can {x} now.",
            "It is time to {x}.",
            "Right away: {x}.",
            "Mind helping me? I have to {x}.",
        ),
        "?": (
            "Could you check: {x}?",
            "One thing: {x}?",
            "{X}, please?",
            "Good evening. {X}?",
            "I have a question: {x}?",
            "Any idea? {X}?",
            "so {x}",
            "Let me know: {x}?",
            "{X}, do you know?",
            "Just curious: {x}?",
        ),
        ".": (
            "Good evening. {X}.",
            "{X}, thank you.",
            "Here is what I need. {X}.",
            "So: {x}.",
            "{X}. Many thanks.",
            "Good day. {X}.",
        ),
    },
}
# the first two also go before a question or a statement
ALSO = {
    "train": (
        *("Also, {x}", "And {x}", "And another thing: {x}", "Oh, and {x}", "Apart from that, {x}"),
        *("Separately, {x}", "In addition, {x}", "While you are at it, {x}", "At the same time, {x}"),
        *("Another thing: {x}", "Furthermore, {x}", "Also this: {x}", "What is more, {x}"),
    ),
    "heldout": ("On top of that, {x}", "Besides, {x}", "Second: {x}", "Plus, {x}"),
}
THEN = {
    "train": (
        *("{a}, then {b}", "{a} and then {b}", "{a}. Then {b}", "{a}. After that, {b}", "{a}, and after that {b}"),
        *("{a}. Afterwards, {b}", "{a}, and with what comes back, {b}", "{a}. As soon as that is through, {b}"),
        *(
            "{a}, and as soon as you know, {b}",
            "{a}. Use what you find to {b}",
            "{a}. Next, {b}",
            "{a}, and from that {b}",
        ),
        *("{a}, and given the answer, {b}", "{a}, and the moment it is there, {b}", "{a}. If that works, {b}"),
        *("{a}, and right after, {b}", "{a}. With that at hand, {b}", "{a}, so that you can {b}", "{a}, and later {b}"),
        *("{a}. Once it is ready, {b}", "{a}, and when you know it, {b}", "{a}. When this is finished, {b}"),
        *("{a}. With what you found, {b}", "{a}, and once that is known, {b}", "{a}. With its answer, {b}"),
        *("{a}, and when it is there, {b}", "first {a}, then {b}", "first {a}. When you are through, {b}"),
        *("{a}, and once that has come back, {b}", "{a}, and once it is settled, {b}", "{a}, and using that, {b}"),
        *("{a}, and as soon as there is an answer, {b}", "{a}, and when you are done, {b}", "{a}, and next {b}"),
    ),
    "heldout": ("{a}, and once you have it, {b}", "{a}. When that is done, {b}", "{a}. With the result, {b}"),
}
FOLLOW_UP = {
    "train": ("And {x}?", "What about {x}?", "and for {x}?", "Now the same for {x}, please.", "Same for {x}."),
    "heldout": ("How about {x}?", "Do that again for {x}.", "Once more for {x}, please.", "Likewise for {x}."),
}
REPEAT = (  # of the hard split alone, after a request; what differs is named
    *("Do the same for {x}", "The same again with {x}", "Repeat that for {x}", "And once more with {x}"),
    *("Same thing for {x}", "Then do it for {x} as well", "And also for {x}", "Another one: {x}", "And for {x}, too"),
)
REPLY = {
    "train": ("{X}.", "{X}.", "{x}", "{X}, please.", "Make it {x}.", "Sorry, {x}.", "It's {x}.", "Oh, right: {x}."),
    "heldout": ("That would be {x}.", "{X}, thanks.", "Of course: {x}.", "Let me see: {x}."),
}
SYSTEM = {
    "train": (
        "You are the assistant of {company}.",
        "You help the customers of {company}.",
        "You are a helpful assistant. Keep answers short.",
        "Answer briefly and politely.",
        "You are {name}, a friendly assistant.",
        "You work for {name}.",
        "Be concise.",
    ),
    "heldout": (
        "You support the staff of {company}.",
        "Reply in one or two sentences.",
        "Your name is {name}.",
        "You answer questions for {company}.",
    ),
}
DATE_LINES = ("Today is {weekday}, {date}.",) * 4 + ("The date is {date}, a {weekday}.", "Date: {weekday}, {date}")

# Answers are worded in several ways: they follow the thought (see thoughts.py) and decide nothing.
CANNOT = {
    "train": (
        "Sorry, I have no function for that.",
        "Sorry, I can't do that here.",
        "I have no tool for that, sorry.",
        "None of my tools can do that.",
        "I'm afraid I can't do that.",
        "That is not something I can do.",
    ),
    "heldout": (
        "Unfortunately, I can't help with that.",
        "My functions don't cover that.",
        "Sorry, that is beyond my tools.",
        "There is no function for this, sorry.",
    ),
}
QUESTION = {
    "train": (
        "What should I put for {param}?",
        "What is the value for {param}?",
        "One thing is missing: {param}?",
        "I also need this: {param}.",
    ),
    "heldout": ("Please tell me this: {param}.", "What shall I enter for {param}?", "Still missing: {param}?"),
}
FAILED = "I couldn't {gist}: {error}."
PASSING = (
    "service temporarily unavailable, try again",
    "timeout, please retry",
    "connection reset, try again",
    "server busy, retry the request",
    "rate limit reached, retry now",
)
LASTING = (
    "permission denied",
    "the service is down for maintenance",
    "this account has no access",
    "the feature is switched off",
    "the monthly quota is used up",
)


def wrap(pattern: str, text: str, keep: bool = False) -> str:
    """A pattern with a request or a value in place of `{x}` or `{X}`; `keep` leaves the first letter as it is."""
    return pattern.replace("{x}", text).replace("{X}", text if keep else capital(text))
