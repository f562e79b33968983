"""Words that values are made of: names, places, things. Every fifth entry of a pool belongs to the held-out split."""


def words(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split())


def _phrases(text: str, sign: str = ",") -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in text.split(sign) if phrase.strip())


FIRST_NAMES = words(
    "Amara Anders Aisha Bruno Beatriz Carla Chidi Clara Daniel Diego Elena Emeka Farah Felix Fiona Gabriel "
    "Giulia Grace Hana Henrik Hugo Ingrid Isaac Ivy Jamal Jonas Julia Kaito Karim Katya Lars Leila Linh Lucas "
    "Maria Marek Mei Mina Nadia Naomi Nikhil Noah Olga Omar Oscar Paula Pedro Priya Quentin Rachel Rafael Rosa "
    "Ruth Samir Sara Simon Sofia Tariq Tessa Theo Uma Victor Wanda Wei Xavier Yara Yusuf Zoe Tomas Stella"
)
LAST_NAMES = words(
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
    for first in words("Northwind Bluefin Cedar Solaris Granite Harbor Juniper Kestrel Lumen Marigold Nimbus Orchid")
    for second in words("Foods Labs Logistics Partners Software Textiles Energy Studios")
)
STREETS = tuple(
    f"{name} {kind}"
    for name in words("Maple Oak Elm Mill Station Church Park Lake River Hill Garden Bridge Cedar Market King Queen")
    for kind in words("Street Avenue Road Lane")
)
MAIL_HOSTS = words("example.com mailbox.org northwind.io cedarlabs.com postal.net lumen.dev inbox.org harborco.com")
SITES = words("example.com northwind.io cedarlabs.com docs.lumen.dev harborco.com blog.juniper.org shop.orchid.net")
PAGES = words("pricing about/team blog/launch docs/setup news/2025 reports/q3 products/42 help/returns careers faq")
COLORS = words("red blue green black white grey orange purple yellow brown navy beige teal pink")
ADJECTIVES = words(
    "Silent Golden Hidden Distant Broken Crimson Winter Paper Velvet Hollow Burning Gentle Lost Electric Salt Wild"
)
NOUNS = words(
    "Harbor River Garden Letters Mountain Lantern Echo Island Orchard Clock Bridge Forest Station Mirror Road Tide"
)
TITLES = tuple(
    pattern.format(adjective=adjective, noun=noun)
    for noun in NOUNS
    for adjective in ADJECTIVES
    for pattern in ("The {adjective} {noun}", "{adjective} {noun}")
)
ARTISTS = tuple(
    f"{a} {b}" for a in words("Luna Paper Midnight Coral Iron Velvet") for b in words("Foxes Parade Tides Wolves")
)
DISHES = _phrases(
    "mushroom risotto, chicken curry, lentil soup, beef stew, pad thai, vegetable lasagna, fish stew, apple pie, "
    "tomato soup, potato gratin, shrimp paella, banana bread, greek salad, pumpkin soup, chili con carne, ramen, "
    "spinach quiche, falafel, carrot cake, beef goulash, pesto pasta, omelette, cheesecake, dumpling soup, ratatouille"
)
FOODS = _phrases(
    "rice, eggs, tomatoes, chicken, spinach, salmon, potatoes, beans, cheese, mushrooms, carrots, tofu, onions, "
    "lentils, bread, apples, yoghurt, oats, garlic, peppers, lemons, bananas, broccoli, butter, almonds"
)
PRODUCTS = _phrases(
    "desk lamp, wireless mouse, office chair, water bottle, desk fan, coffee grinder, phone case, backpack, "
    "rain jacket, yoga mat, electric kettle, notebook, alarm clock, winter scarf, toaster, umbrella, camping stove, "
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
MESSAGES = _phrases(
    "I am running ten minutes late; See you at the station; The meeting has moved to Room 4; "
    "Please send the files today; Dinner is at my place tonight; The keys are under the mat; "
    "Can we talk after lunch?; Thanks for your help yesterday; I left my laptop at the office; "
    "The delivery is on its way; Please call me back; We won the pitch!; The train is delayed; "
    "Don't forget the tickets; I will bring the cake; The report is ready; Happy birthday!; "
    "Could you check the numbers?; Let's meet at the cafe; The door code has changed; "
    "Your table is ready; The contract is signed; We start at nine sharp; Bring warm clothes; "
    "I sent the photos; The class is full; Have a safe trip; Let me know by Friday; "
    "The bus leaves at noon; We need two more chairs",
    sign=";",
)
NOTES = _phrases(
    "Handle with care; No onions, please; Ring the bell twice; Leave it with the neighbour; "
    "Waiting for the signed copy; Needs a second look; Looks good to me; Call before you come; "
    "Third floor, left door; Only after six; Ask for the manager; Back on Monday; Not urgent; "
    "First draft; Talked about prices; Wants a new offer; Keep it dry; Very satisfied so far; "
    "Send a copy to finance; Allergic to nuts",
    sign=";",
)
REVIEWS = _phrases(
    "Great service, very friendly; Too salty for me; Worth every penny; A bit slow in the middle; "
    "Would come again; Smaller than expected; Simply the best; Not bad at all; Everything was fresh; "
    "Better than the first one; I expected more; Perfect for a rainy day; Good value; My kids loved it; "
    "It broke after a week",
    sign=";",
)
BUGS = _phrases(
    "The page does not load; The login fails; The button does nothing; Prices are shown twice; The screen stays black; "
    "It crashes on start; The colours look wrong; The search finds nothing; Mails arrive twice; The menu is empty; "
    "The clock is an hour late; Photos are upside down; The upload never ends; The sound is gone; It forgets my name",
    sign=";",
)
DEFECTS = _phrases(
    "A corner is crushed; One screw is missing; It smells of smoke; It does not switch on; The belt is torn; "
    "The lid is cracked; It came without a cable; The box was open; It leaks; It makes a strange noise; "
    "The glass is broken; A wheel is bent; It is all wet; The paint is scratched; The handle is loose",
    sign=";",
)
REASONS = _phrases(
    "Our plans have changed; It was entered twice; We found a better date; The customer asked for it; "
    "The numbers were wrong; Somebody is ill; It is no longer needed; There was a mistake; "
    "Too many errors; Many people ask for it",
    sign=";",
)
CLAIMS = _phrases(
    "Bees sleep at night; Coffee comes from Brazil; Glass is a liquid; The moon causes tides; "
    "Bananas are berries; Cats always land on their feet; Gold never rusts; Sharks are mammals; "
    "Snow is colder than ice; Honey never spoils",
    sign=";",
)
FILES = tuple(
    f"{stem}.{ending}"
    for stem in words("budget notes invoice_march slides photo_12 contract report_q2 todo logo survey backup schedule")
    for ending in words("pdf txt xlsx csv docx png")
)
FOLDERS = words("documents photos/2025 projects/alpha archive reports/2026 music shared/team downloads tax/2024")
LANGUAGES = words(
    "Spanish French German Italian Portuguese Japanese Korean Dutch Polish Swedish Turkish Greek Hindi Arabic Danish"
)
EXPRESSIONS = _phrases(
    "good morning, where is the station, thank you very much, how much is this, see you tomorrow, I want a coffee, "
    "the bill please, happy birthday, I am lost, have a nice trip, two tickets please, what time is it, "
    "my bag is missing, is this seat free, nice to meet you"
)
TOPICS = _phrases(
    "solar power, electric cars, chess, inflation, space travel, coffee, climate policy, robotics, housing, cycling, "
    "deep sea life, vaccines, remote work, wine, batteries, football, quantum computing, trade, volcanoes, architecture"
)
TEAMS = tuple(
    f"{a} {b}" for a in words("Riverside Harbor Northern Capital Valley Lakeside") for b in words("Rovers Lions Owls")
)
# for tools that answer that a city's name is ambiguous
COUNTRY_CODES = dict(
    pair.split(":")
    for pair in _phrases(
        "Lisbon:PT, Oslo:NO, Madrid:ES, Berlin:DE, Porto:PT, Vienna:AT, Lima:PE, Prague:CZ, Dublin:IE, Milan:IT, "
        "Athens:GR, Lyon:FR, Valencia:ES, Bristol:UK, Geneva:CH, Perth:AU, Hamburg:DE, Vancouver:CA, Naples:IT"
    )
)
# units that convert into each other, as the toolbox's `convert_units` takes them
UNITS = tuple(
    _phrases(line)
    for line in (
        "km, miles, meters, feet, yards, kilometers, inches, centimeters",
        "kg, pounds, ounces, grams, kilograms",
        "liters, gallons, cups, pints, milliliters",
        "celsius, fahrenheit, kelvin",
        "hours, minutes, seconds, days",
        "km/h, mph, knots",
        "GB, MB",
        "acres, hectares, square meters, square feet",
    )
)
US_CITIES = tuple(
    tuple(entry.rsplit(" ", 1))
    for entry in _phrases(
        "New York NY, Los Angeles CA, Chicago IL, Houston TX, Phoenix AZ, Philadelphia PA, San Antonio TX, "
        "San Diego CA, Dallas TX, Austin TX, San Jose CA, San Francisco CA, Seattle WA, Denver CO, Boston MA, "
        "Nashville TN, Detroit MI, Portland OR, Las Vegas NV, Memphis TN, Baltimore MD, Milwaukee WI, Atlanta GA, "
        "Miami FL, Oakland CA, Minneapolis MN, New Orleans LA, Cleveland OH, Honolulu HI, Salt Lake City UT"
    )
)
US_STATES = _phrases(
    "California, Texas, Florida, Ohio, Oregon, Colorado, Georgia, Illinois, Nevada, Utah, Maine, Vermont"
)
