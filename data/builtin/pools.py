"""Words that values are made of: names, places, things. Every fifth entry of a pool belongs to the held-out split."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in text.split(",") if phrase.strip())


FIRST_NAMES = _words(
    "Amara Anders Aisha Bruno Beatriz Carla Chidi Clara Daniel Diego Elena Emeka Farah Felix Fiona Gabriel Giulia Grace "
    "Hana Henrik Hugo Ingrid Isaac Ivy Jamal Jonas Julia Kaito Karim Katya Lars Leila Linh Lucas Maria Marek Mei Mina "
    "Nadia Naomi Nikhil Noah Olga Omar Oscar Paula Pedro Priya Quentin Rachel Rafael Rosa Ruth Samir Sara Simon Sofia "
    "Tariq Tessa Theo Uma Victor Wanda Wei Xavier Yara Yusuf Zoe Tomas Stella"
)
LAST_NAMES = _words(
    "Abe Alvarez Bauer Becker Bianchi Brandt Castro Chen Cohen Costa Dahl Diaz Dubois Eriksen Farouk Ferrari Fischer "
    "Fontaine Garcia Grant Gupta Hansen Haddad Hoffman Ito Ivanov Jensen Kapoor Keller Khan Kim Kowalski Larsen Lee "
    "Lindqvist Lopez Mbeki Meyer Moreau Mori Murphy Nakamura Nguyen Novak Okafor Olsen Ortiz Park Patel Petrov Quinn "
    "Reyes Ricci Rossi Sato Schmidt Silva Singh Suzuki Tanaka Torres Varga Vogel Walsh Weber Yilmaz Young Zhang"
)
CITIES = _phrases(
    "Lisbon, Oslo, Nairobi, Toronto, Madrid, Osaka, Berlin, Chicago, Porto, Vienna, Seoul, Denver, Lima, Prague, "
    "Dublin, Hanoi, Boston, Milan, Cairo, Helsinki, Austin, Zurich, Bogota, Warsaw, Sydney, Lyon, Seattle, Athens, "
    "Mumbai, Rotterdam, Montreal, Krakow, Santiago, Bergen, Accra, Naples, Phoenix, Tallinn, Jakarta, Valencia, "
    "Manila, Bristol, Geneva, Quito, Hamburg, Kyoto, Nashville, Riga, Casablanca, Antwerp, Perth, Seville, "
    "Vancouver, Budapest, Taipei, Glasgow, Lagos, Turin, San Diego, Cape Town, New Orleans, Buenos Aires, "
    "Salt Lake City, Ho Chi Minh City, Tel Aviv"
)
COUNTRIES = _phrases(
    "Norway, Brazil, Kenya, Japan, Canada, Portugal, Poland, Vietnam, Chile, Egypt, Ireland, India, Mexico, Greece, "
    "Finland, Peru, Ghana, Austria, Turkey, Morocco, New Zealand, South Korea, Denmark, Colombia, Italy"
)
COMPANIES = tuple(
    f"{first} {second}"
    for first in _words("Northwind Bluefin Cedar Solaris Granite Harbor Juniper Kestrel Lumen Marigold Nimbus Orchid")
    for second in _words("Foods Labs Logistics Partners Software Textiles Energy Studios")
)
STREETS = tuple(
    f"{name} {kind}"
    for name in _words("Maple Oak Elm Mill Station Church Park Lake River Hill Garden Bridge Cedar Market King Queen")
    for kind in _words("Street Avenue Road Lane")
)
MAIL_HOSTS = _words("example.com mailbox.org northwind.io cedarlabs.com postal.net lumen.dev inbox.org harborco.com")
SITES = _words("example.com northwind.io cedarlabs.com docs.lumen.dev harborco.com blog.juniper.org shop.orchid.net")
PAGES = _words("pricing about/team blog/launch docs/setup news/2025 reports/q3 products/42 help/returns careers faq")
COLORS = _words("red blue green black white grey orange purple yellow brown navy beige teal pink")
ADJECTIVES = _words(
    "Silent Golden Hidden Distant Broken Crimson Winter Paper Velvet Hollow Burning Gentle Lost Electric Salt Wild"
)
NOUNS = _words(
    "Harbor River Garden Letters Mountain Lantern Echo Island Orchard Clock Bridge Forest Station Mirror Road Tide"
)
TITLES = tuple(
    pattern.format(adjective=adjective, noun=noun)
    for noun in NOUNS
    for adjective in ADJECTIVES
    for pattern in ("The {adjective} {noun}", "{adjective} {noun}")
)
ARTISTS = tuple(
    f"{a} {b}" for a in _words("Luna Paper Midnight Coral Iron Velvet") for b in _words("Foxes Parade Tides Wolves")
)
DISHES = _phrases(
    "mushroom risotto, chicken curry, lentil soup, beef stew, pad thai, vegetable lasagna, fish tacos, apple pie, "
    "tomato soup, potato gratin, shrimp paella, banana bread, greek salad, pumpkin soup, chili con carne, ramen, "
    "spinach quiche, falafel, carrot cake, beef goulash, pesto pasta, omelette, cheesecake, dumplings, ratatouille"
)
FOODS = _phrases(
    "rice, eggs, tomatoes, chicken, spinach, salmon, potatoes, beans, cheese, mushrooms, carrots, tofu, onions, "
    "lentils, bread, apples, yoghurt, oats, garlic, peppers, lemons, bananas, broccoli, butter, almonds"
)
PRODUCTS = _phrases(
    "desk lamp, wireless mouse, office chair, water bottle, running shoes, coffee grinder, phone case, backpack, "
    "rain jacket, yoga mat, electric kettle, notebook, headphones, winter gloves, toaster, umbrella, camping stove, "
    "keyboard, wall clock, garden hose, travel pillow, bike helmet, bluetooth speaker, air fryer, sleeping bag, "
    "monitor stand, tea pot, picture frame, hand mixer, sun hat"
)
TASKS = _phrases(
    "renew the passport, call the plumber, water the plants, pay the rent, book the dentist, buy printer paper, "
    "clean the garage, send the contract, review the slides, pick up the parcel, back up the laptop, order new chairs, "
    "update the budget, walk the dog, prepare the agenda, return the library books, charge the drill, "
    "sign the lease, wash the car, file the receipts, check the smoke alarm, plan the offsite, fix the bike, "
    "test the backup, write the invoice"
)
SUBJECTS = _phrases(
    "Budget review, Team lunch, Project kickoff, Quarterly report, Design sync, Contract renewal, Travel plans, "
    "Sprint planning, Client call, Safety training, Release notes, Office move, Yearly audit, Hiring update, "
    "Marketing plan, Board meeting, Roadmap draft, Price list, Onboarding, Password policy, Sales pipeline, "
    "Interview panel, Parking rules, Summer party, Data migration"
)
SENTENCES = tuple(
    phrase.strip()
    for phrase in (
        "I am running ten minutes late; See you at the station; The meeting has moved to Room 4; Please send the files "
        "today; Dinner is at my place tonight; The keys are under the mat; Can we talk after lunch?; Thanks for your "
        "help yesterday; I left my laptop at the office; The delivery is on its way; Please call me back; We won the "
        "pitch!; The train is delayed; Don't forget the tickets; I will bring the cake; The report is ready; Happy "
        "birthday!; Could you check the numbers?; Let's meet at the cafe; The door code has changed; Leave it with the "
        "neighbour; The heating is broken again; Everything arrived in good order; Handle with care; No onions, please; "
        "Ring the bell twice; The screen stays black; It stopped working this morning; Great service, very friendly; "
        "Waiting for the signed copy; Needs a second look; Looks good to me"
    ).split(";")
)
FILES = tuple(
    f"{stem}.{ending}"
    for stem in _words("budget notes invoice_march slides photo_12 contract report_q2 todo logo survey backup schedule")
    for ending in _words("pdf txt xlsx csv docx png")
)
FOLDERS = _words("documents photos/2025 projects/alpha archive reports/2026 music shared/team downloads tax/2024 drafts")
LANGUAGES = _words(
    "Spanish French German Italian Portuguese Japanese Korean Dutch Polish Swedish Turkish Greek Hindi Arabic Danish"
)
EXPRESSIONS = _phrases(
    "good morning, where is the station, thank you very much, how much is this, see you tomorrow, I would like a coffee, "
    "the bill please, happy birthday, I am lost, have a nice trip, two tickets please, what time is it, "
    "my bag is missing, is this seat free, nice to meet you"
)
TOPICS = _phrases(
    "solar power, electric cars, chess, inflation, space travel, coffee, climate policy, robotics, housing, cycling, "
    "deep sea life, vaccines, remote work, wine, batteries, football, quantum computing, trade, volcanoes, architecture"
)
TEAMS = tuple(
    f"{a} {b}" for a in _words("Riverside Harbor Northern Capital Valley Lakeside") for b in _words("Rovers Lions Hawks")
)
# for tools that answer that a city's name is ambiguous
COUNTRY_CODES = dict(
    pair.split(":")
    for pair in _phrases(
        "Lisbon:PT, Oslo:NO, Madrid:ES, Berlin:DE, Porto:PT, Vienna:AT, Lima:PE, Prague:CZ, Dublin:IE, Boston:US, Milan:IT, "
        "Athens:GR, Lyon:FR, Valencia:ES, Bristol:UK, Geneva:CH, Perth:AU, Hamburg:DE, Vancouver:CA, Glasgow:UK, Naples:IT"
    )
)
