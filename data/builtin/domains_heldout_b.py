"""Held-out tools: car rental, gym. The language of the table stands in `grammar.py`."""

TEXT = """
== car_rental
= PLATE code(@@-###, @-###-@@)
@ find_rental_car, available_cars, search_cars : Find cars to rent in a city. | Search rental cars by class.
~ find a rental car
* city/pickup_city CITY
* car_class/category enum(compact, estate, convertible, minibus, electric)
* days/duration int(2, 21)
? automatic flag(with an automatic gearbox / with a manual gearbox)
> find a {car_class} to rent in {city} for {days} days
> Which {car_class} could I drive in {city} for {days} days?
> I'm after a {car_class} in {city}, {days} days.
< car_id PLATE; daily money(25, 140)
! The {car_class} {car_id} in {city} is ${daily} a day.
@ rent_car, start_rental, hire_car : Rent a car to a driver. | Start a rental for a driver.
~ rent a car
* car_id/plate PLATE
* driver/driver_name PERSON
? extra_driver PERSON "and {} as second driver"
? child_seats int(2, 3) "with {} child seats"
> rent {car_id}[ to {driver}]
> hand the keys of {car_id} to {driver}
> {driver} takes the car {car_id}.
< contract code(RC-####)
! {driver} drives {car_id} under {contract}.
@ end_rental, close_contract, car_drop_off : End a rental at a mileage. | Close a contract when the car is back.
~ end a rental
* contract/contract_no code(RC-####)
* mileage/odometer int(4000, 90000, 500)
> close {contract} at {mileage} km
> The car of {contract} is back with {mileage} km.
> end the rental {contract}[ at {mileage} km]
< total money(60, 900)
! {contract} is closed at ${total}.
@ prolong_rental, rental_extra_days, keep_car_longer : Prolong a rental by days. | Give a driver more days.
~ prolong a rental
* contract code(RC-####)
* extra_days/days int(2, 9)
> prolong {contract}[ by {extra_days} days]
> Let the driver of {contract} have {extra_days} more days.
> add {extra_days} days to the contract {contract}
< new_end DATE
! {contract} now ends on {new_end}.
@ roadside_help, breakdown_help, send_tow_truck : Send help to a broken car. | Call roadside assistance.
~ send roadside help
* car_id/plate PLATE
* place/location STREET
? problem/fault enum(a flat tire=flat_tire, an empty battery=battery, engine trouble=engine) "for {}"
> send help for {car_id}[ to {place}]
> {car_id} has broken down at {place}.
> get a tow truck to {place} for {car_id}
< arrives_in int(10, 90)
! Help for {car_id} reaches {place} in {arrives_in} minutes.
@ add_insurance_cover, buy_cover, upgrade_cover : Add an insurance cover to a rental. | Buy more cover for a contract.
~ add insurance cover
* contract code(RC-####)
* cover/package enum(basic, plus, full)
> add {cover} cover[ to {contract}]
> put {contract} on the {cover} insurance
> The contract {contract} should have {cover} cover.
< per_day money(4, 40)
! {contract} has {cover} cover for ${per_day} a day.
@ fuel_level, tank_status, read_tank : Read how full a car's tank is. | Get the fuel level of a car.
~ read a fuel level
* car_id/plate PLATE
> How much fuel is in {car_id}?
> read the tank[ of {car_id}]
> Does {car_id} need fuel?
+ How much fuel is in {car_id+}?
< result percent(4, 98)
! The tank of {car_id} is {result} percent full.
@ log_damage, note_scratch : Note damage on a rental car. | Write a damage report for a part of a car.
~ note damage on a car
* car_id/plate PLATE
* part enum(door, bumper, mirror, windscreen, roof)
* size_cm/size int(2, 60)
? photo word(dent.jpg, side_view.png, mark_2.jpg, front.jpg) "with the photo {}"
> note a mark of {size_cm} cm on the {part} of {car_id}
> {car_id} has a {size_cm} cm scratch on the {part}.
> write up damage on {car_id}: {part}, {size_cm} cm
< report_no code(DG-###)
! Report {report_no} notes {size_cm} cm on the {part}.
@ driver_license_check, verify_license : Check a driving license. | Verify a license number of a country.
~ check a driving license
* license_no/number code(DL####, @@####)
* country COUNTRY
> Is license {license_no} from {country} good?
> check the license {license_no}[ from {country}]
> verify {license_no}, issued in {country}
< result enum(valid, expired, suspended)
! License {license_no} is {result}.
@ rental_stations, list_stations, pickup_points : List rental stations in a city. | Tell where cars are handed out.
~ list rental stations
* city CITY
? open_late/late_hours flag(with late hours)
> Where are your stations[ in {city}]?
> list the pickup points[ in {city}]
> Do you have an office in {city}?
+ list the pickup points in {city+}
< result list(STREET, 1, 2)
! In {city} we are at {result}.
@ clean_car, wash_car, car_cleaning : Order the cleaning of a rental car. | Have a car washed.
~ order a car cleaning
* car_id PLATE
* level/program enum(outside, inside, complete)
> order the {level} cleaning[ for {car_id}]
> {car_id} is dirty and needs the {level} program.
> have {car_id} cleaned with the {level} program
< done_at word(11:15, 13:40, 15:25, 17:05)
! {car_id} is clean at {done_at}.
@ loyalty_points, bonus_points, points_balance : Get the bonus points of a customer. | Count loyalty points.
~ look up bonus points
* customer/driver PERSON
> How many points has {customer} collected?
> look up the bonus points[ of {customer}]
> What is the points balance of {customer}?
+ look up the bonus points of {customer+}
< result int(0, 9000)
! {customer} has {result} points.
& find_rental_car.car_id -> rent_car.car_id > rent it to {driver} | give it to {driver}
& rent_car.contract -> add_insurance_cover.contract > add {cover} cover to the contract

== gym
= MEMBER code(GM-###)
@ join_class, book_class_spot, take_class : Book a spot in a gym class. | Put a member into a class.
~ book a gym class
* member_id/member MEMBER
* class_name/session enum(spinning, pilates, boxing, zumba, stretching)
* date ON_DATE
? mat/own_mat flag(with an own mat / without a mat)
> put {member_id} into {class_name}[ {date}]
> get {member_id} a spot in {class_name} {date}
> {member_id} comes to {class_name} {date}.
< spot int(1, 30)
! {member_id} has spot {spot} in {class_name} on {date}.
@ leave_class, give_up_spot, class_cancel : Give up a spot in a class. | Take a member out of a class.
~ give up a class spot
* member_id MEMBER
* class_name enum(spinning, pilates, boxing, zumba, stretching)
> take {member_id} out of {class_name}
> {member_id} can't make it to {class_name}.
> free the {class_name} spot[ of {member_id}]
< status word(freed)
! The {class_name} spot of {member_id} is {status}.
@ sign_up_member, new_member, open_membership : Sign up a new gym member. | Open a membership.
~ sign up a member
* name/full_name PERSON
* plan/tier enum(bronze, silver, gold)
? start_date/begins DATE "beginning {}"
? email EMAIL "under {}"
> sign up {name}[ on the {plan} plan]
> {name} joins the gym with {plan}.
> open a {plan} membership for {name}
< member_id MEMBER
! {name} is member {member_id} on the {plan} plan.
@ freeze_membership, put_membership_on_ice, suspend_member : Freeze a membership for weeks. | Suspend a member.
~ freeze a membership
* member_id MEMBER
* weeks int(2, 16)
> freeze {member_id}[ for {weeks} weeks]
> {member_id} is injured and stops for {weeks} weeks.
> suspend the membership {member_id} for {weeks} weeks
< active_again DATE
! {member_id} is frozen until {active_again}.
@ upgrade_plan, set_member_plan, switch_tier : Change the plan of a member. | Put a member on another tier.
~ change a membership plan
* member_id MEMBER
* plan/tier enum(bronze, silver, gold)
> put {member_id} on {plan}
> {member_id} wants the {plan} tier.
> switch member {member_id} over[ to {plan}]
< monthly money(19, 99)
! {member_id} is on {plan} for ${monthly} a month.
@ hire_trainer, trainer_session, personal_training : Book a personal trainer. | Get a trainer for a member.
~ book a trainer
* member_id MEMBER
* trainer FIRST
* date ON_DATE
* time TIME
> give {member_id} a session with {trainer}[ {date}][ at {time}]
> {member_id} trains with {trainer} {date} at {time}.
> plan {trainer} for {member_id} {date} at {time}
< session_no code(TS-##)
! {trainer} trains {member_id} on {date} at {time}.
@ visit_count, count_visits, attendance : Count the visits of a member in a month. | Tell how often a member came.
~ count visits
* member_id MEMBER
* month enum(January=jan, March=mar, May=may, August=aug, October=oct, December=dec)
> How often was {member_id} here in {month}?
> count the visits of {member_id}[ in {month}]
> Did {member_id} come a lot in {month}?
< result int(0, 31)
! {member_id} came {result} times.
@ locker_rent, assign_locker, get_locker : Rent a locker to a member. | Assign a locker of a size.
~ rent out a locker
* member_id MEMBER
* size enum(small, medium, tall)
? months int(2, 12) "over {} months"
> give {member_id} a {size} locker
> rent a {size} locker[ to {member_id}]
> {member_id} asks for a {size} locker.
< locker_no int(1, 300)
! {member_id} has locker {locker_no}.
@ gym_crowd, how_busy, occupancy : Get how full a gym area is. | Tell how busy an area is now.
~ check how busy the gym is
* area/zone enum(weights, cardio, pool, sauna, courtyard)
> How full is the {area} area?
> check how busy the {area} zone is
> Is there space in the {area} zone?
+ How full are {area+}?
< result percent(3, 100)
! The {area} area is {result} percent full.
@ machine_fault, report_machine, broken_machine : Report a broken machine. | Tell the staff about a fault.
~ report a broken machine
* machine_no/machine code(M-##)
* fault/problem PROBLEM
> report machine {machine_no}: {fault}
> tell the staff {fault} about {machine_no}
> {machine_no} is broken, note {fault}.
< report_no code(FR-###)
! Fault {report_no} is noted for {machine_no}.
@ body_scan, measure_body, add_body_scan : Store a body scan of a member. | Note fat and muscle shares.
~ store a body scan
* member_id MEMBER
* fat_percent/fat percent(8, 38)
* muscle_percent/muscle percent(39, 60)
> store a scan for {member_id}: fat {fat_percent}, muscle {muscle_percent}
> {member_id} has {fat_percent} fat and {muscle_percent} muscle.
> note {fat_percent} fat and {muscle_percent} muscle for {member_id}
< change num(-3, 3)
! The scan of {member_id} is stored, a change of {change} points.
@ guest_pass, day_pass, issue_guest_pass : Issue a guest pass. | Make a day pass for a visitor.
~ issue a guest pass
* guest/visitor PERSON
* date/valid_on ON_DATE
? pool_access/pool flag(including the pool / excluding the pool)
> make a guest pass for {guest}[ {date}]
> {guest} wants to try the gym {date}.
> let {guest} in {date} with a guest pass
< pass_no code(GP-###)
! Pass {pass_no} for {guest} is valid on {date}.
& sign_up_member.member_id -> locker_rent.member_id > give the new member a {size} locker | rent out a {size} locker
& sign_up_member.member_id -> join_class.member_id > put the new member into {class_name} {date}
"""
