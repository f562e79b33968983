"""Held-out tools: vet, library. The language of the table stands in `grammar.py`."""

TEXT = """
== vet
= PET word(Biscuit, Luna, Rocky, Mochi, Pepper, Shadow, Nala, Ziggy, Clover, Bandit)
@ book_checkup, arrange_vet_visit, new_pet_visit : Book a check-up for a pet. | Book a check-up at the vet for a pet.
~ book a check-up for a pet
* pet/pet_name PET
* date ON_DATE
* time TIME
? vet/doctor word(Dr. Hale, Dr. Osei, Dr. Lind, Dr. Moran) "with {}"
> book a check-up for {pet}[ {date}][ at {time}]
> arrange a vet check-up[ {date}] at {time} for the pet {pet}
> {pet} needs a check-up at the vet {date} at {time}.
> Could {pet} have a vet check-up {date} at {time}?
< visit_no code(VV-###)
! {pet} is expected on {date} at {time}; visit {visit_no}.
@ register_pet, new_pet_record, enter_pet : Register a pet at the clinic. | Register a new pet with its owner.
~ register a pet
* pet/name PET
* species/animal enum(dog, cat, rabbit, parrot, hamster)
* owner/owner_name PERSON
? age_years/age int(2, 15) "and the pet is {} years old"
> register the {species} {pet}[ owned by {owner}]
> enter a {species} named {pet} in the pet register, with {owner} as its owner
> {owner} is the owner of a {species} named {pet} and wants to register this pet.
< chart_no code(PT-###)
! {pet} the {species} has chart {chart_no}.
@ get_vaccinations, shot_history, list_shots : List the vaccinations of a pet. | List the vaccinations in a pet's chart.
~ list the vaccinations of a pet
* chart_no/chart code(PT-###)
> Which vaccinations does the pet with chart {chart_no} have?
> list the vaccinations[ in chart {chart_no}]
> look up all vaccinations of the pet in chart {chart_no}
+ list the vaccinations in the charts {chart_no+}
< result list(word(rabies, distemper, parvo, flu), 1, 2)
! Chart {chart_no} lists {result}.
@ record_vaccination, add_shot, note_vaccine : Record a vaccination of a pet. | Record a vaccination in a pet's chart.
~ record a vaccination
* chart_no/chart code(PT-###)
* vaccine/shot enum(rabies, distemper, parvo, flu)
? batch code(LOT-###) "using batch {}"
> record a {vaccine} vaccination[ in chart {chart_no}]
> add the {vaccine} vaccination that the pet just got to chart {chart_no}
> A {vaccine} vaccination has to be recorded for the pet with chart {chart_no}.
< next_due after(today, 180, 365)
! The {vaccine} vaccination is recorded in chart {chart_no}; the next is due on {next_due}.
@ drop_visit, call_off_visit, void_visit : Cancel a vet visit. | Cancel a planned visit at the vet.
~ cancel a vet visit
* visit_no/visit code(VV-###)
> cancel the vet visit[ {visit_no}]
> call off the visit at the vet with number {visit_no}
> The vet visit {visit_no} has to be cancelled.
+ cancel the vet visits {visit_no+}
< status word(cancelled)
! Visit {visit_no} is {status}.
@ log_pet_weight, weigh_pet, note_weight : Record the weight of a pet. | Record a pet's weight in kilograms.
~ record the weight of a pet
* pet PET
* kilograms/kg num(1, 45)
> record the weight of {pet}[ as {kilograms} kg]
> log {kilograms} kg as the weight of the pet {pet}
> The weight of {pet} is {kilograms} kg and should be recorded.
< trend enum(stable, rising, falling)
! {kilograms} kg recorded for {pet}; the trend is {trend}.
@ order_pet_food, get_pet_food, feed_order : Order pet food. | Order bags of pet food.
~ order pet food
* kind/food_type enum(puppy, adult, senior, diet)
* bags/count int(2, 12)
? pickup/store_pickup flag(for pickup at the clinic / delivered to my home)
> order {bags} bags of {kind} pet food
> buy pet food of the {kind} kind, {bags} bags
> We need an order of {bags} bags of pet food of the kind {kind}.
< order_no code(PF-###)
! Order {order_no}: {bags} bags of {kind} food.
@ report_lost_pet, report_missing_pet, lost_pet : Report a lost pet. | Report a pet as lost in a city.
~ report a lost pet
* pet/pet_name PET
* city/place CITY
* last_seen/seen_on PAST_DATE
> report {pet} as lost[ in {city}], last seen {last_seen}
> file a lost pet report for {pet} in the city {city}, last seen {last_seen}
> I want to report that my pet {pet} got lost in {city}, last seen {last_seen}.
< notice_no code(LN-###)
! Notice {notice_no} for {pet} is out in {city}.
@ board_pet, pet_hotel, reserve_kennel : Reserve a kennel for a pet. | Reserve a kennel for a pet for some nights.
~ reserve a kennel for a pet
* pet PET
* nights int(2, 14)
* from_date/start DATE
? diet/food_note NOTE "with the diet note {}"
> reserve a kennel for {pet} from {from_date}[ for {nights} nights]
> board the pet {pet} in a kennel for {nights} nights[ from {from_date}]
> {pet} needs a kennel reserved for {nights} nights starting {from_date}.
< kennel int(1, 30)
! {pet} has kennel {kennel} for {nights} nights.
@ groom_pet, grooming_session, book_grooming : Book a grooming session. | Book a grooming session for a pet.
~ book a grooming session
* pet PET
* service/treatment enum(bath, haircut, nail trim, brushing)
* date ON_DATE
> book a {service} grooming session for {pet}[ {date}]
> arrange grooming for the pet {pet} {date} with the service {service}
> {pet} needs a {service} from the groomer {date}.
< price money(15, 90)
! The {service} for {pet} on {date} costs ${price}.
@ vet_bill, pet_bill, outstanding_bill : Look up the vet bill of a pet owner. | Look up an owner's open vet bill.
~ look up a vet bill
* owner PERSON
> look up the vet bill[ of {owner}]
> How high is the open vet bill of the owner {owner}?
> How much does {owner} still have to pay on the vet bill?
+ look up the vet bills of {owner+}
< result money(0, 600)
! The open bill of {owner} is ${result}.
@ pet_prescription, prescribe_medicine : Prescribe a medicine for a pet. | Prescribe a medicine to a pet for some days.
~ prescribe a medicine
* chart_no code(PT-###)
* medicine word(Vetocil, Pawfen, Felimed, Caninol, Ottosan)
* days/duration int(3, 21)
> prescribe {medicine} for {days} days to the pet with chart {chart_no}
> write a prescription of the medicine {medicine} for chart {chart_no}[ for {days} days]
> The pet with chart {chart_no} needs a prescription of {medicine} for {days} days.
< rx_no code(RX-###)
! Prescription {rx_no}: {medicine} for {days} days.
& register_pet.chart_no -> record_vaccination.chart_no > record a {vaccine} vaccination in its chart
& register_pet.chart_no -> record_vaccination.chart_no > add a {vaccine} vaccination to the chart

== library
= ISBN code(978-###-##, 979-###-##)
= CARD code(LC-####)
@ search_catalog, find_book, catalog_search : Search the library catalogue by title. | Search the catalogue for a book.
~ search the library catalogue
* title TITLE
? format/medium enum(print, audio, e-book, large print) "in {} format"
? language LANGUAGE "written in {}"
> search the library catalogue for {title}
> find the book {title} in the catalogue
> Is a book with the title {title} in the library catalogue?
> I'd like a catalogue search for the title {title}.
+ search the library catalogue for {title+}
< isbn ISBN; copies int(2, 9)
! "{title}" ({isbn}) has {copies} copies.
@ borrow_book, check_out_book, loan_book : Lend a book to a card holder. | Lend a book to a library card.
~ lend a book
* isbn/book ISBN
* card_no/card CARD
> lend the book with isbn {isbn}[ to card {card_no}]
> check out the book with the isbn {isbn} on library card {card_no}
> The holder of card {card_no} wants to borrow the book with isbn {isbn}.
< due_on after(today, 14, 28)
! {isbn} is lent to {card_no} until {due_on}.
@ renew_loan, prolong_loan, extend_loan : Renew the loan of a book. | Renew a book loan by some weeks.
~ renew the loan of a book
* isbn/book ISBN
* weeks int(2, 6)
> renew the loan of the book with isbn {isbn}[ by {weeks} weeks]
> extend the book loan with isbn {isbn} by {weeks} weeks
> I'd like to renew the book with isbn {isbn} for {weeks} more weeks.
< due_on after(today, weeks * 7, weeks * 7 + 14)
! {isbn} is now due on {due_on}.
@ return_book, check_in_book, take_back_book : Return a book. | Return a lent book to the library.
~ return a book
* isbn ISBN
? condition enum(good, worn, damaged) "in {} condition"
> return the book with isbn {isbn}
> take back the returned book[ with isbn {isbn}]
> I want to return the lent book, isbn {isbn}.
+ return the books with isbn {isbn+}
< fine money(0, 9)
! {isbn} is returned; the fine is ${fine}.
@ place_hold, hold_book, put_on_hold : Place a hold on a book. | Place a hold on a book for a card holder.
~ place a hold on a book
* isbn ISBN
* card_no CARD
? branch enum(Central, Riverside, Hilltop) "at the {} branch"
> place a hold on the book with isbn {isbn}[ for card {card_no}]
> put the book with isbn {isbn} on hold for library card {card_no}
> Card {card_no} wants a new hold on isbn {isbn}.
< queue int(1, 12)
! {card_no} is number {queue} for {isbn}.
@ lift_hold, release_hold, unhold : Release a hold on a book. | Release the hold of a card on a book.
~ release a hold on a book
* isbn ISBN
* card_no CARD
> release the hold of card {card_no} on the book with isbn {isbn}
> remove the hold on isbn {isbn}[ for card {card_no}]
> The hold that card {card_no} has on the book with isbn {isbn} can be released.
< status word(released)
! The hold of {card_no} on {isbn} is {status}.
@ list_loans, loans_of_card, borrowed_items : List the loans of a library card. | List the book loans of a card.
~ list the loans of a card
* card_no/card CARD
? overdue_only/late_only flag(counting only overdue loans)
> list the loans[ of card {card_no}]
> Which book loans does library card {card_no} have?
> show the books now on loan to card {card_no}
+ list the loans of the cards {card_no+}
< result list(TITLE, 1, 2)
! {card_no} has {result}.
@ pay_fine, settle_fine, clear_fine : Pay the fines of a library card. | Pay an amount of a card's fines.
~ pay a fine
* card_no CARD
* amount/sum money(1, 30)
> pay {amount} of the fines[ on card {card_no}]
> settle library fines of {amount} for card {card_no}
> The holder of card {card_no} wants to pay {amount} in fines.
< remaining money(0, 9)
! ${amount} is paid; ${remaining} remains on {card_no}.
@ issue_card, new_library_card, make_reader_card : Issue a library card. | Issue a library card to a new reader.
~ issue a library card
* name/reader PERSON
* type/card_type enum(child, adult, student, senior)
? email EMAIL "with the email address {}"
> issue a {type} library card[ to {name}]
> make out a new library card of the type {type} for {name}
> {name} needs a new {type} card for the library.
< card_no CARD
! {name} has the {type} card {card_no}.
@ reserve_study_room, get_reading_room, study_room : Reserve a study room. | Reserve a study room at the library.
~ reserve a study room
* date ON_DATE
* time/from_time TIME
* hours int(2, 5)
> reserve a study room {date} at {time}[ for {hours} hours]
> book a library study room for {hours} hours[ {date}] at {time}
> We need a study room {date} from {time}, for {hours} hours.
< room_no int(1, 20)
! Study room {room_no} is yours on {date} at {time}.
@ suggest_purchase, request_title, propose_book : Suggest a book for purchase. | Suggest the purchase of a book.
~ suggest a book for purchase
* title TITLE
* author PERSON
? copies int(2, 6) "in {} copies"
> suggest the purchase of the book {title} by {author}
> propose that the library buys the book {title}[ by {author}]
> I'd like to suggest {title} by the author {author} for purchase.
< request_no code(SG-##)
! The request {request_no} for "{title}" is noted.
@ recommend_books, book_tips, reading_tips : Recommend books of a genre. | Recommend library books by genre.
~ recommend books
* genre enum(crime, romance, fantasy, biography, poetry)
? age_group/readers enum(children, teens, adults) "for {}"
> Which {genre} books do you recommend?
> recommend books of the genre {genre}
> give a recommendation of {genre} books
+ recommend books of the genres {genre+}
< result list(TITLE, 1, 2)
! From {genre} I recommend {result}.
@ branch_hours, library_hours, hours_of_branch : Look up the opening hours of a branch. | Look up when a branch is open.
~ look up the opening hours of a branch
* branch enum(Central, Riverside, Hilltop)
* date ON_DATE
> look up the opening hours of the {branch} branch[ {date}]
> What are the hours of the {branch} branch of the library[ {date}]?
> When is the {branch} branch open {date}?
< opens word(08:30, 09:15, 10:45); closes word(17:15, 18:45, 19:50)
! The {branch} branch is open from {opens} to {closes}.
& search_catalog.isbn -> place_hold.isbn > place a hold on it for card {card_no} | put it on hold for card {card_no}
"""
