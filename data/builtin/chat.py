"""Talk for which no function is needed: small talk, thanks, common knowledge, questions about the assistant itself."""

from data.builtin.values import Draw, join

_CAPITALS = {
    "train": "France Paris|Norway Oslo|Japan Tokyo|Italy Rome|Spain Madrid|Egypt Cairo|Peru Lima|Poland Warsaw|"
    "Kenya Nairobi|Greece Athens|Ireland Dublin|Austria Vienna|Cuba Havana|Canada Ottawa|Chile Santiago",
    "heldout": "Portugal Lisbon|Sweden Stockholm|Hungary Budapest|Finland Helsinki|Germany Berlin",
}
_OPPOSITES = {
    "train": "hot cold|early late|open closed|full empty|heavy light|loud quiet|cheap expensive|strong weak|fast slow",
    "heldout": "high low|wet dry|hard soft|young old",
}
_CAPITAL_QUESTION = {"train": "What is the capital of {}?", "heldout": "Which city is the capital of {}?"}
_OPPOSITE_QUESTION = {"train": "What's the opposite of {}?", "heldout": "Give me a word that means the reverse of {}."}
_FACTS = {
    "train": (
        ("How many days are in a leap year?", "A leap year has 366 days."),
        ("Who wrote Hamlet?", "Hamlet was written by William Shakespeare."),
        ("What does CPU stand for?", "CPU stands for central processing unit."),
        ("Why is the sky blue?", "Air scatters blue light more than red light, so the sky looks blue."),
        ("What is photosynthesis?", "It is how plants turn light, water and carbon dioxide into sugar and oxygen."),
        ("How many continents are there?", "There are seven continents."),
        ("What's the largest ocean?", "The Pacific is the largest ocean."),
        ("What is the freezing point of water in Celsius?", "Water freezes at 0 degrees Celsius."),
        ("Which planet is known as the red planet?", "Mars is known as the red planet."),
        ("What colour do you get from blue and yellow?", "Blue and yellow make green."),
        ("What is a haiku?", "A haiku is a short Japanese poem of three lines with 5, 7 and 5 syllables."),
        ("Explain in one line what an API is.", "An API is a set of rules by which programs talk to each other."),
        ("How do I say thank you in French?", 'In French, thank you is "merci".'),
        ("What does RSVP mean?", "RSVP asks guests to reply; it comes from the French for 'please respond'."),
        ("Is a tomato a fruit?", "Yes, botanically a tomato is a fruit."),
        ("What is the plural of mouse?", "The plural of mouse is mice."),
        ("How many legs does a spider have?", "A spider has eight legs."),
        ("What's a synonym for big?", '"Large" is a synonym for "big".'),
    ),
    "heldout": (
        ("Who painted the Mona Lisa?", "The Mona Lisa was painted by Leonardo da Vinci."),
        ("What is the chemical symbol for gold?", "The symbol for gold is Au."),
        ("How many minutes does an hour have?", "An hour has 60 minutes."),
        ("What do bees make?", "Bees make honey."),
        ("What's the past tense of go?", 'The past tense of "go" is "went".'),
        ("What does PDF stand for?", "PDF stands for Portable Document Format."),
    ),
}
# (what the user says, the reply): to open a conversation
_OPENING = {
    "train": (
        ("Hi!", "Hello! How can I help you?"),
        ("hey there", "Hi! What can I do for you?"),
        ("Good morning!", "Good morning! How can I help?"),
        ("Hello, how are you?", "I'm doing well, thank you. How can I help you?"),
        ("Hello there!", "Hello! What can I do for you?"),
        ("Hi, are you there?", "Yes, I am. How can I help?"),
    ),
    "heldout": (
        ("Good evening!", "Good evening! How can I help?"),
        ("Greetings, assistant.", "Hello! What can I do for you?"),
    ),
}
# at any time; "{gists}" is what the offered tools do
_TALK = {
    "train": (
        ("Are you a real person?", "No, I'm an AI assistant."),
        ("What's your favourite colour?", "I don't have one, but many people like blue."),
        ("I'm a bit tired today.", "Sorry to hear that. Do rest."),
        ("Tell me a joke.", "Why did the scarecrow win a prize? He was outstanding in his field."),
        ("What can you do?", "I can {gists}."),
        ("How can you help me?", "I can {gists}."),
        ("Do you ever sleep?", "No, I'm a program, so I never need sleep."),
        ("My day was great so far!", "Glad to hear it! What can I do for you?"),
        ("Give me a word that rhymes with cat.", '"Hat" rhymes with "cat".'),
        ("Write one line about the rain.", "Rain taps softly on the window all night."),
        ("Any tip for sleeping better?", "Keep regular hours and avoid screens late."),
        ("How do I stay focused at work?", "Work in short blocks and silence your phone."),
        ("Wish me luck!", "Good luck! You'll do well."),
        ("Can you keep a secret?", "I won't repeat it, but better share no secrets here."),
        ("I think I made a mistake earlier.", "No problem. What should I do?"),
        ("Hold on a second.", "Of course, take your time."),
        ("Do you like music?", "I can't hear it, but I like talking about it."),
    ),
    "heldout": (
        ("Who made you?", "I'm an AI assistant made by developers."),
        ("What are you able to do?", "I can {gists}."),
        ("It's raining again, how sad.", "A warm tea may help!"),
        ("Say something funny.", "I told my computer a joke, but it did not get it."),
        ("Is it okay to ask you anything?", "Of course, ask away."),
        ("Which word rhymes with moon?", '"Spoon" rhymes with "moon".'),
    ),
}
# only after another turn
_CLOSING = {
    "train": (
        ("Thanks!", "You're welcome!"),
        ("Thank you so much.", "You're welcome! Anything else?"),
        ("great, thanks", "Glad I could help."),
        ("Perfect, that's all.", "Great. Have a nice day!"),
        ("That was quick.", "Happy to help!"),
        ("ok", "Is there anything else I can do?"),
        ("Cool, bye!", "Goodbye!"),
        ("You're really helpful.", "Thank you! Happy to help."),
        ("Never mind the rest.", "All right. Just ask if you need me."),
        ("Good to know.", "Glad that helps."),
    ),
    "heldout": (
        ("Wonderful, cheers.", "You're welcome!"),
        ("Much appreciated!", "Glad I could help."),
        ("I see. Nothing else for now.", "All right. Have a nice day!"),
        ("Nice work.", "Thank you!"),
        ("Got it, see you later.", "See you later!"),
    ),
}


def small_talk(draw: Draw, gists: list[str], started: bool) -> tuple[str, str]:
    """(user, reply) of a turn without a call. `gists` says what the offered tools do."""
    rng, split = draw.rng, draw.split
    style = rng.random()
    if style < 0.4:
        return rng.choice((_CLOSING if started else _OPENING)[split])
    if style < 0.65:
        user, reply = rng.choice(_TALK[split])
        return user, reply.replace("{gists}", join(gists[:4], "or"))
    if style < 0.78:
        country, city = rng.choice(_CAPITALS[split].split("|")).split(" ")
        return _CAPITAL_QUESTION[split].format(country), f"The capital of {country} is {city}."
    if style < 0.86:
        word, opposite = rng.choice(_OPPOSITES[split].split("|")).split(" ")
        return _OPPOSITE_QUESTION[split].format(word), f'The opposite of "{word}" is "{opposite}".'
    user, reply = rng.choice(_FACTS[split])
    return user, reply
