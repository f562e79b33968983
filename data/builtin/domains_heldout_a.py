"""Held-out tools: vet, library. The language of the table stands in `grammar.py`."""

TEXT = """
== vet
= PET word(Biscuit, Luna, Rocky, Mochi, Pepper, Shadow, Nala, Ziggy, Clover, Bandit)
@ book_checkup, arrange_vet_visit, new_pet_visit : Arrange a check-up for a pet. | Book a pet's visit at the clinic.
~ arrange a check-up for a pet
* pet/pet_name PET
* date ON_DATE
* time TIME
? vet/doctor word(Dr. Hale, Dr. Osei, Dr. Lind, Dr. Moran) "with {}"
> bring {pet} in for a check-up[ {date}][ at {time}]
> get {pet} checked[ {date}] at {time}
> {pet} should be seen {date} at {time}.
> Is there room for {pet} {date} at {time}?
< visit_no code(VV-###)
! {pet} is expected on {date} at {time}; visit {visit_no}.
@ register_pet, new_pet_record, enter_pet : Register a pet at the clinic. | Enter a new pet with its species.
~ register a pet
* pet/name PET
* species/animal enum(dog, cat, rabbit, parrot, hamster)
* owner/owner_name PERSON
? age_years/age int(2, 15) "aged {}"
> register the {species} {pet}[ of {owner}]
> enter {pet} in the files, a {species} owned by {owner}
> {owner} has a new {species} named {pet}.
< chart_no code(PT-###)
! {pet} the {species} has chart {chart_no}.
@ get_vaccinations, shot_history, list_shots : List the vaccinations of a pet. | Look up which shots a pet had.
~ look up vaccinations
* chart_no/chart code(PT-###)
> Which shots does {chart_no} have?
> look up the vaccinations[ of {chart_no}]
> Is chart {chart_no} up to date with its shots?
+ look up the vaccinations of {chart_no+}
< result list(word(rabies, distemper, parvo, flu), 1, 2)
! Chart {chart_no} lists {result}.
@ record_vaccination, add_shot, note_vaccine : Record a vaccination of a pet. | Add a shot to a chart.
~ record a vaccination
* chart_no/chart code(PT-###)
* vaccine/shot enum(rabies, distemper, parvo, flu)
? batch code(LOT-###) "from batch {}"
> note a {vaccine} shot for {chart_no}
> enter the {vaccine} vaccine[ in chart {chart_no}]
> {chart_no} got its {vaccine} shot.
< next_due DATE
! The {vaccine} shot of {chart_no} is noted; the next is due on {next_due}.
@ drop_visit, call_off_visit, void_visit : Call off a vet visit. | Delete a planned visit.
~ call off a vet visit
* visit_no/visit code(VV-###)
> call off the vet visit[ {visit_no}]
> scrap {visit_no}
> My dog is fine again, so drop {visit_no}.
+ call off {visit_no+}
< status word(dropped)
! Visit {visit_no} is off.
@ log_pet_weight, weigh_pet, note_weight : Note the weight of a pet. | Record how heavy a pet is.
~ note a pet's weight
* pet PET
* kilograms/kg num(1, 45)
> {pet} weighs {kilograms} kg.
> note {kilograms} kg as the weight of {pet}
> put down that {pet} has {kilograms} kg
< trend enum(stable, rising, falling)
! {kilograms} kg noted for {pet}; the trend is {trend}.
@ order_pet_food, get_pet_food, feed_order : Order food for a pet by bags. | Get bags of pet food.
~ order pet food
* kind/food_type enum(puppy, adult, senior, diet)
* bags/count int(2, 12)
? pickup/store_pickup flag(for pickup at the clinic / delivered to my home)
> order {bags} bags of {kind} food
> We are out of {kind} food, get {bags} bags.
> send {bags} bags of the {kind} kind
< order_no code(PF-###)
! Order {order_no}: {bags} bags of {kind} food.
@ find_lost_pet, report_missing_pet, lost_pet : Report a pet as lost. | Announce a missing pet in a city.
~ report a lost pet
* pet/pet_name PET
* city/place CITY
* last_seen/seen_on PAST_DATE
> {pet} ran away in {city} {last_seen}.
> report {pet} as lost[ in {city}], seen {last_seen}
> announce that {pet} is missing in {city}, seen {last_seen}
< notice_no code(LN-###)
! Notice {notice_no} for {pet} is out in {city}.
@ board_pet, pet_hotel, reserve_kennel : Reserve a kennel for a pet. | Board a pet for some nights.
~ board a pet
* pet PET
* nights int(2, 14)
* from_date/start DATE
? diet/food_note NOTE "with the note {}"
> board {pet} for {nights} nights from {from_date}
> keep {pet} at the kennel from {from_date}, {nights} nights
> We travel from {from_date} for {nights} nights. Who takes {pet}?
< kennel int(1, 30)
! {pet} has kennel {kennel} for {nights} nights.
@ groom_pet, grooming_session, book_grooming : Book a grooming session. | Have a pet washed or clipped.
~ book a grooming session
* pet PET
* service/treatment enum(bath, haircut, nail trim=nails, full care=full)
* date ON_DATE
> book a {service} for {pet}[ {date}]
> {pet} needs a {service} {date}.
> get {pet} a {service}[ {date}]
< price money(15, 90)
! The {service} for {pet} on {date} costs ${price}.
@ vet_bill, pet_bill, outstanding_bill : Get the open bill of a pet owner. | Look up what an owner owes.
~ look up a vet bill
* owner PERSON
> What does {owner} owe the clinic?
> look up the open bill[ of {owner}]
> How high is the bill of {owner}?
+ look up the bills of {owner+}
< result money(0, 600)
! The open bill of {owner} is ${result}.
@ pet_prescription, prescribe_medicine : Prescribe a medicine for a pet. | Write a pet's prescription.
~ prescribe a medicine
* chart_no code(PT-###)
* medicine word(Vetocil, Pawfen, Felimed, Caninol, Ottosan)
* days/duration int(3, 21)
> prescribe {medicine} for {days} days to {chart_no}
> give {chart_no} {medicine}[ for {days} days]
> {chart_no} has to take {medicine} for {days} days.
< rx_no code(RX-###)
! Prescription {rx_no}: {medicine} for {days} days.
& register_pet.chart_no -> record_vaccination.chart_no > note a {vaccine} shot for it | add the {vaccine} shot

== library
= ISBN code(978-###-##, 979-###-##)
= CARD code(LC-####)
@ search_catalog, find_book, catalog_search : Search the library catalogue by title. | Find a book.
~ find a book
* title TITLE
? format/medium enum(print, audio, e-book=ebook, large print=large_print) "as {}"
? language LANGUAGE "written in {}"
> Does the library have {title}?
> find the book {title}
> look for {title} in the catalogue
> I would love to read {title}.
+ look for {title+} in the catalogue
< isbn ISBN; copies int(1, 9)
! "{title}" ({isbn}) has {copies} copies.
@ borrow_book, check_out_book, loan_book : Lend a book to a card holder. | Check a book out.
~ lend a book
* isbn/book ISBN
* card_no/card CARD
> lend {isbn}[ to card {card_no}]
> check out {isbn} on {card_no}
> Card {card_no} takes {isbn} home.
< due_on DATE
! {isbn} is lent to {card_no} until {due_on}.
@ renew_loan, prolong_loan, extend_loan : Renew a loan by some weeks. | Extend how long a book is kept.
~ renew a loan
* isbn/book ISBN
* weeks int(2, 6)
> renew {isbn}[ for {weeks} weeks]
> I need {weeks} more weeks with {isbn}.
> let me keep {isbn} {weeks} weeks longer.
< due_on DATE
! {isbn} is now due on {due_on}.
@ return_book, check_in_book, take_back_book : Take a book back. | Return a lent book.
~ return a book
* isbn ISBN
? condition enum(good, worn, damaged) "in {} condition"
> take back {isbn}
> I am returning {isbn}.
> book in the return[ of {isbn}]
+ take back {isbn+}
< fine money(0, 9)
! {isbn} is back; the fine is ${fine}.
@ place_hold, hold_book, put_on_hold : Hold a book for a card holder. | Put a hold on a book.
~ place a hold
* isbn ISBN
* card_no CARD
? branch enum(Central=central, Riverside=riverside, Hilltop=hilltop) "at the {} branch"
> hold {isbn}[ for {card_no}]
> put {isbn} aside for card {card_no}
> {card_no} is waiting for {isbn}.
< queue int(1, 12)
! {card_no} is number {queue} for {isbn}.
@ lift_hold, release_hold, unhold : Release a hold on a book. | End a hold.
~ release a hold
* isbn ISBN
* card_no CARD
> release the hold of {card_no} on {isbn}
> {card_no} no longer waits for {isbn}.
> end the hold on {isbn}[ for {card_no}]
< status word(released)
! The hold of {card_no} on {isbn} is released.
@ list_loans, loans_of_card, borrowed_items : List the loans of a card. | Tell what a reader has at home.
~ list loans
* card_no/card CARD
? overdue_only/late_only flag(that are late)
> What has {card_no} borrowed?
> list the loans[ on {card_no}]
> Which books does card {card_no} have?
+ list the loans on {card_no+}
< result list(TITLE, 1, 2)
! {card_no} has {result}.
@ pay_fine, settle_fine, clear_fine : Pay the fines of a card. | Settle an amount of fines.
~ pay a fine
* card_no CARD
* amount/sum money(1, 30)
> pay {amount} of fines[ on {card_no}]
> settle {amount} for {card_no}
> {card_no} pays {amount} for late books.
< remaining money(0, 9)
! ${amount} is paid; ${remaining} remains on {card_no}.
@ issue_card, new_library_card, make_reader_card : Issue a library card. | Make a card for a new reader.
~ issue a library card
* name/reader PERSON
* type/card_type enum(child, adult, student, senior)
? email EMAIL "reachable under {}"
> issue a {type} card[ for {name}]
> {name} wants to join with a {type} card.
> make {name} a reader with a {type} card
< card_no CARD
! {name} has the {type} card {card_no}.
@ reserve_study_room, get_reading_room, study_room : Reserve a study room. | Get a quiet room for some hours.
~ reserve a study room
* date ON_DATE
* time/from_time TIME
* hours int(2, 5)
> reserve a study room {date} at {time} for {hours} hours
> get a quiet room for {hours} hours[ {date}] at {time}
> We want to study {hours} hours {date} from {time} on.
< room_no int(1, 20)
! Study room {room_no} is yours on {date} at {time}.
@ suggest_purchase, request_title, propose_book : Suggest a book for purchase. | Ask the library to buy a title.
~ suggest a book for purchase
* title TITLE
* author PERSON
? reason REASON "giving the reason {}"
> suggest buying {title} by {author}
> The library lacks {title} by {author}.
> propose {title}[ by {author}] for the shelves
< request_no code(SG-##)
! The request {request_no} for "{title}" is noted.
@ recommend_books, book_tips, reading_tips : Recommend books of a genre. | Suggest what to read.
~ recommend books
* genre enum(crime, romance, fantasy, biography, poetry)
? age_group/readers enum(children, teens=teenagers, adults) "for {}"
> What {genre} books are good?
> recommend something from {genre}
> suggest a read from the {genre} shelf
+ recommend something from {genre+}
< result list(TITLE, 1, 2)
! From {genre} I recommend {result}.
@ branch_hours, library_hours, hours_of_branch : Get the hours of a branch on a date. | Tell when a branch opens.
~ look up branch hours
* branch enum(Central=central, Riverside=riverside, Hilltop=hilltop)
* date ON_DATE
> Is the {branch} branch open[ {date}]?
> look up the hours of the {branch} branch[ {date}]
> How late can I visit {branch} {date}?
< opens word(08:30, 09:15, 10:45); closes word(17:15, 18:45, 19:50)
! The {branch} branch is open from {opens} to {closes}.
& search_catalog.isbn -> place_hold.isbn > put a hold on it for {card_no} | hold it for {card_no}
"""
