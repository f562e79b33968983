"""Tools of life: health, courses, real estate. The language of the table stands in `grammar.py`."""

TEXT = """
== health
= DRUG word(ibuprofen, amoxicillin, metformin, loratadine, aspirin, lisinopril, omeprazole, paracetamol)
@ book_appointment, schedule_appointment, make_appointment : Book a doctor's appointment.
~ book a doctor's appointment
* specialty/doctor_type enum(dentist, eye doctor=ophthalmologist, skin doctor=dermatologist, GP=general, cardiologist)
* date ON_DATE
* time TIME
? reason enum(a yearly check=checkup, a second opinion=second_opinion, a first visit=first_visit) "for {}"
> book a {specialty} appointment[ {date}][ at {time}]
> I need to see a {specialty}[ {date}] at {time}.
> get an appointment with a {specialty} {date} at {time}
> Can I see the {specialty} {date} at {time}?
< appointment_id code(AP-###); doctor PERSON
! {doctor} expects you on {date} at {time} ({appointment_id}).
@ cancel_appointment, drop_appointment : Cancel an appointment.
~ cancel an appointment
* appointment_id/appointment code(AP-###)
> cancel my appointment[ {appointment_id}]
> I can't come to {appointment_id}.
> call off {appointment_id}
+ cancel the appointments {appointment_id+}
< status word(cancelled)
! Appointment {appointment_id} is cancelled.
@ refill_prescription, order_refill, renew_prescription : Refill a prescription.
~ refill a prescription
* medicine/drug/medication DRUG
* packs/quantity int(2, 5)
? pharmacy word(Park Pharmacy, Sun Pharmacy, Station Pharmacy, Elm Pharmacy, City Pharmacy) "at {}"
> refill my {medicine}, {packs} packs
> order {packs} more packs of {medicine}
> I need my prescription of {medicine} again, quantity {packs}.
< ready_on after(today, 1, 4)
! {packs} packs of {medicine} are ready on {ready_on}.
@ check_interaction, drug_interaction : Check whether two medicines go together.
~ check a drug interaction
* first/drug_a DRUG
* second/drug_b DRUG
> Can I take {first} with {second}?
> check {first} together with {second}
> Is it safe to mix {first} and {second}?
< risk enum(none, mild, serious)
! The risk of {first} with {second} is {risk}.
@ log_weight, record_weight, add_weight : Record the body weight.
~ record a weight
* weight_kg/kilograms num(48, 110)
? date/measured_on PAST_DATE "measured {}"
> log my weight: {weight_kg} kg
> I weigh {weight_kg} kg.
> record {weight_kg} kg as my weight
< change_kg num(-2, 2)
! {weight_kg} kg is recorded, a change of {change_kg} kg.
@ log_blood_pressure, record_blood_pressure : Record a blood pressure.
~ record a blood pressure
* systolic/upper int(101, 165)
* diastolic/lower int(61, 99)
? arm enum(left, right) "on the {} arm"
> log a blood pressure of {systolic} over {diastolic}
> my blood pressure is {systolic} over {diastolic}.
> record {systolic} over {diastolic} as my pressure
< status word(recorded)
! {systolic} over {diastolic} is {status}.
@ set_pill_reminder, medication_reminder : Set a daily pill reminder.
~ set a pill reminder
* medicine DRUG
* time TIME
> remind me to take {medicine}[ at {time}].
> set a pill reminder for {medicine}[ at {time}]
> I have to take {medicine} daily at {time}. Remind me.
< status word(set)
! You will be reminded of {medicine} at {time}.
@ find_pharmacy, nearest_pharmacy : Find a pharmacy in a city.
~ find a pharmacy
* city/location CITY
? open_at/time TIME "open at {}"
> Where is a pharmacy[ in {city}]?
> find a pharmacy[ in {city}]
> I need medicine in {city}, where can I go?
+ find pharmacies in {city+}
< name word(Park Pharmacy, Sun Pharmacy, Station Pharmacy); street STREET
! {name} is at {street}.
@ get_test_results, lab_results : Get the result of a lab test.
~ get test results
* test/test_type enum(iron, cholesterol, blood sugar=glucose, vitamin D=vitamin_d, thyroid)
? date/taken_on PAST_DATE "taken {}"
> What is the result of my {test} test?
> get my {test} results
> check the lab for my {test} value
+ get the results of my {test+} tests
< rating enum(low, normal, high)
! Your {test} value is {rating}.
@ log_sleep, record_sleep, track_sleep : Record hours of sleep.
~ record sleep
* hours/duration num(3, 10)
* quality enum(bad, fair, good)
> log {hours} hours of {quality} sleep
> I slept {hours} hours and it was {quality}.
> record my night: {hours} hours, {quality}
< average num(5, 9)
! {hours} hours are logged; your average is {average}.
@ symptom_check, check_symptoms : Check symptoms.
~ check symptoms
* symptoms list(word(headache, cough, fever, sore throat, dizziness, back pain), 1, 3)
* days/duration_days int(2, 14)
> I've had {symptoms} for {days} days.
> check my symptoms: {symptoms} for {days} days
> What should I do about {symptoms}, now for {days} days?
< advice word(rest and drink, see a doctor, call the hotline)
! The advice for {symptoms}: {advice}.

== courses
= COURSE word(Algebra 1, Art History, Chemistry, World Music, Statistics, Poetry, Robotics, Economics)
@ enroll_course, register_course, join_course : Enroll a student in a course.
~ enroll in a course
* student/name PERSON
* course/class COURSE
? waitlist flag(with a place on the waiting list if it is full)
> enroll {student}[ in {course}]
> register {student} for {course}
> {student} wants to take {course}.
+ enroll {student+} in {course}
< enrollment_id code(EN-###)
! {student} is enrolled in {course}: {enrollment_id}.
@ drop_course, withdraw_course, leave_course : Drop a course.
~ drop a course
* student PERSON
* course COURSE
> take {student} out of {course}
> {student} wants to drop {course}.
> withdraw {student}[ from {course}]
< status word(withdrawn)
! {student} is no longer in {course}.
@ get_grades, student_grades, grade_lookup : Look up grades in a course.
~ look up grades
* student PERSON
? course/subject COURSE "in {}"
> What grades does {student} have?
> look up the grades[ of {student}]
> How well does {student} do?
+ look up the grades of {student+}
< average num(1, 10); exams int(2, 8)
! {student} has an average of {average} in {exams} exams.
@ record_grade, enter_grade, set_grade : Enter a grade of a student.
~ enter a grade
* student PERSON
* course COURSE
* points/score int(21, 99)
> give {student} {points} points in {course}
> enter {points} points for {student} in {course}
> {student} got {points} points in {course}.
< status word(saved)
! {points} points for {student} in {course} are saved.
@ submit_homework, hand_in_assignment, upload_assignment : Hand in a file for a course.
~ hand in homework
* course COURSE
* file/attachment FILE
? comment NOTE "with the comment {}"
> hand in {file}[ for {course}]
> submit {file} as my homework in {course}
> upload {file} to {course}
< receipt code(HW-###)
! {file} is handed in for {course}: {receipt}.
@ course_schedule, get_timetable, class_times : Look up when a class meets.
~ look up class times
* course COURSE
? week enum(this week=current, next week=next) "for {}"
> When does {course} meet?
> look up the times of {course}
> Which days is {course}?
+ When do {course+} meet?
< day enum(Monday, Tuesday, Thursday); time word(08:15, 10:00, 13:30)
! {course} meets on {day} at {time}.
@ create_quiz, make_quiz, generate_quiz : Make a quiz on a topic.
~ make a quiz
* topic/subject TOPIC
* questions/count int(3, 20)
? level/difficulty enum(easy, medium, hard) "at the {} level"
> make a quiz on {topic} with {questions} questions
> create {questions} questions about {topic}
> test my class on {topic} with {questions} questions
< quiz_id code(QZ-##)
! Quiz {quiz_id} on {topic} has {questions} questions.
@ book_tutor, find_tutor, hire_tutor : Book a tutor. | Book a tutoring session on a day.
~ book a tutor
* subject enum(math, physics, English=english, biology, history)
* date ON_DATE
* minutes/length MINUTES
> book a {subject} tutor for {minutes}[ {date}]
> I need help with {subject} {date} for {minutes}.
> get a {subject} tutor {date}, {minutes}
< tutor PERSON
! {tutor} will tutor {subject} on {date}.
@ issue_student_card, order_student_card : Issue a student card.
~ issue a student card
* student/name PERSON
* valid_until/until LATER_DATE
> issue a student card for {student} until {valid_until}
> {student} needs a card valid until {valid_until}.
> order an id card for {student}, valid to {valid_until}
< card code(ST-####)
! Card {card} for {student} is valid until {valid_until}.
@ message_teacher, contact_teacher : Write to the teacher of a course.
~ write to a teacher
* course COURSE
* text/question TEXT
> ask the teacher of {course}: {text}
> write {text}[ to the {course} teacher]
> The teacher of {course} should know: {text}.
< status word(sent)
! The teacher of {course} has your message.
@ pay_tuition, tuition_payment : Pay a course fee. | Pay tuition for a term.
~ pay tuition
* amount money(100, 3000)
* term enum(spring, summer, autumn, winter)
? plan/installments int(2, 6) "in {} installments"
> pay {amount} of tuition for the {term} term
> pay the {term} fee of {amount}
> My {term} fees are {amount}, pay them.
< receipt code(TU-###)
! ${amount} for {term} is paid: {receipt}.

== real_estate
= HOME code(HS-###, APT-###)
@ search_homes, find_homes, property_search : Search homes for sale or rent.
~ search for a home
* city/location CITY
* type/deal enum(sale, rent)
? max_price/budget money(900, 9000) "up to {}"
? bedrooms/rooms int(2, 6) "with {} bedrooms"
> find a home for {type}[ in {city}]
> Which homes are for {type}[ in {city}]?
> look for a place for {type} in {city}
< home_id HOME; square_meters int(35, 240)
! {home_id} in {city} is for {type}, with {square_meters} square meters.
@ home_details, get_property, listing_details : Get the details of a home. | Show a listing.
~ look up a home
* home_id/property_id HOME
> tell me about {home_id}.
> get the details[ of {home_id}]
> How big is {home_id}?
+ compare {home_id+}
< square_meters int(35, 240); year_built int(1890, 2023)
! {home_id} has {square_meters} square meters and dates from {year_built}.
@ schedule_viewing, book_viewing, arrange_visit : Schedule a viewing of a home.
~ schedule a viewing
* home_id/property_id HOME
* date ON_DATE
* time TIME
? visitors/people int(2, 5) "for {} people"
> show me {home_id}[ {date}] at {time}.
> schedule a viewing of {home_id}[ {date}][ at {time}]
> Can we visit {home_id} {date} at {time}?
< viewing_id code(VW-###)
! You can view {home_id} on {date} at {time}.
@ mortgage_offer, get_mortgage_rate : Get a mortgage offer from a bank.
~ get a mortgage offer
* bank word(Harbor Bank, First Union, Granite Credit, Orchid Savings, Cedar Bank)
* amount/loan money(20000, 90000)
* years/term int(5, 30, 5)
> What does {bank} offer for {amount} over {years} years?
> get a mortgage offer of {bank}: {amount}, {years} years
> ask {bank} for a loan of {amount} over {years} years
+ What do {bank+} offer for {amount} over {years} years?
< rate num(2, 7)
! {bank} offers {rate} percent.
@ contact_agent, message_agent, write_to_agent : Contact the agent of a listing.
~ contact an agent
* home_id HOME
* message/text TEXT
? phone PHONE "with my number {}"
> write {message}[ to the agent of {home_id}]
> tell the agent of {home_id}: {message}
> send the agent of {home_id} the text {message}
< agent PERSON
! {agent} has your message about {home_id}.
@ save_home, favorite_home, bookmark_listing : Save a home as a favourite.
~ save a home
* home_id HOME
? note NOTE "with the note {}"
> save {home_id}
> add {home_id} to my favourites
> {home_id} is nice, keep it.
+ save {home_id+}
< status word(saved)
! {home_id} is saved.
@ estimate_home_value, value_home, appraise : Estimate the value of a home.
~ estimate a home's value
* address record(street STREET, city CITY : {street}, {city})
* square_meters/area int(40, 220)
> What is the home at {address} worth, {square_meters} square meters?
> estimate the value of {address} with {square_meters} square meters
> appraise {square_meters} square meters at {address}
< per_meter int(2000, 5000, 100); value calc(square_meters * per_meter)
! The home at {address} is worth about ${value}.
@ make_bid, submit_offer, offer_on_home : Submit an offer for a home. | Make an offer for a home.
~ make an offer for a home
* home_id HOME
* amount/price money(10000, 90000)
? valid_until/expires DATE "valid until {}"
> offer {amount}[ for {home_id}]
> bid {amount} on {home_id}
> I would pay {amount} for {home_id}. Send the offer.
< offer_id code(OF-###)
! Offer {offer_id} of ${amount} for {home_id} is in.
@ neighborhood_info, area_info : Look up schools, noise or crime of an area.
~ look up a neighborhood
* area/neighborhood word(Old Town, Riverside, Hillcrest, Docklands, Westend, Maple Park, Northgate)
* topic enum(schools, noise, crime, transport, shops)
> How is {area} rated for {topic}?
> look up {topic}[ in {area}]
> get facts on {topic} for {area}
+ look up {topic} in {area+}
< rating enum(poor, fair, good, excellent)
! {topic} in {area}: {rating}.
@ report_repair, request_repair, maintenance_request : Report a repair in a rented home.
~ report a repair
* home_id/unit HOME
* problem/issue enum(a leak=leak, broken heating=heating, a blocked drain=drain, a broken lock=lock)
? urgent flag(as urgent / as not urgent)
> report {problem}[ in {home_id}]
> {home_id} has {problem}.
> send maintenance to {home_id} for {problem}
< ticket code(MT-###)
! Repair {ticket} for {home_id} is reported.
@ rent_payment, pay_rent : Pay the rent of a home.
~ pay rent
* home_id/unit HOME
* amount money(400, 3000)
* month enum(January=1, February=2, April=4, June=6, September=9, December=12)
> pay {amount} rent for {home_id} for {month}
> pay the {month} rent of {home_id}, {amount}
> The {month} rent of {home_id} is {amount}. Pay it.
< receipt code(RP-###)
! The rent of ${amount} for {home_id} is paid.
& search_homes.home_id -> schedule_viewing.home_id > schedule a viewing of it {date} at {time}
& search_homes.home_id -> schedule_viewing.home_id > book a visit {date} at {time}
& search_homes.home_id -> save_home.home_id > save it | add it to my favourites
"""
