"""Held-out tools: car rental, gym. The language of the table stands in `grammar.py`."""

TEXT = """
== car_rental
= PLATE code(@@-###, @-###-@@)
@ find_rental_car, available_cars, search_cars : Find a rental car in a city. | Find a rental car of a class.
~ find a rental car
* city/pickup_city CITY
* car_class/category enum(compact, estate, convertible, minibus, electric)
* days/duration int(2, 21)
? automatic flag(with an automatic gearbox / with a manual gearbox)
> find a {car_class} rental car in {city}[ for {days} days]
> Which rental car of the class {car_class} can I find in {city} for {days} days?
> I'm looking for a {car_class} rental car in {city} for {days} days.
< car_id PLATE; daily money(25, 140)
! The {car_class} car {car_id} in {city} is ${daily} a day.
@ rent_car, start_rental, hire_car : Rent a car to a driver. | Rent out a car to a driver.
~ rent a car to a driver
* car_id/plate PLATE
* driver/driver_name PERSON
? extra_driver PERSON "with {} as second driver"
? child_seats int(2, 3) "including {} child seats"
> rent the car {car_id}[ to {driver}]
> start the rental of car {car_id} for the driver {driver}
> The driver {driver} wants to rent the car with plate {car_id}.
< contract code(RC-####)
! {driver} drives {car_id} under {contract}.
@ end_rental, close_contract, car_drop_off : End a rental. | End a rental contract at a mileage.
~ end a rental
* contract/contract_no code(RC-####)
* mileage/odometer int(4000, 90000, 500)
> end the rental with contract {contract}[ at a mileage of {mileage} km]
> close the rental contract {contract} at {mileage} km
> The rental under contract {contract} ends at a mileage of {mileage} km.
< total money(60, 900)
! {contract} is closed at ${total}.
@ prolong_rental, rental_extra_days, keep_car_longer : Prolong a rental. | Prolong a rental contract by some days.
~ prolong a rental
* contract code(RC-####)
* extra_days/days int(2, 9)
> prolong the rental contract {contract}[ by {extra_days} days]
> add {extra_days} extra days to the rental with contract {contract}
> The rental under contract {contract} should be prolonged by {extra_days} days.
< new_end after(today, extra_days, extra_days + 9)
! {contract} now ends on {new_end}.
@ roadside_help, breakdown_help, send_tow_truck : Send roadside help to a car. | Send roadside help to a place.
~ send roadside help to a car
* car_id/plate PLATE
* place/location STREET
? problem/fault enum(flat tire, empty battery, broken engine, lost key) "because of a {}"
> send roadside help for the car {car_id}[ to {place}]
> get roadside help to {place} for the car with plate {car_id}
> The car {car_id} broke down at {place} and needs roadside help.
< arrives_in int(10, 90)
! Help for {car_id} reaches {place} in {arrives_in} minutes.
@ add_insurance_cover, buy_cover, upgrade_cover : Add insurance cover to a rental. | Add insurance cover to a contract.
~ add insurance cover to a rental
* contract code(RC-####)
* cover/package enum(basic, plus, full)
> add {cover} insurance cover[ to contract {contract}]
> put {cover} insurance on the rental contract {contract}
> The rental with contract {contract} needs {cover} insurance cover.
< per_day money(4, 40)
! {contract} has {cover} cover for ${per_day} a day.
@ fuel_level, tank_status, read_tank : Read the fuel level of a car. | Read a rental car's fuel level.
~ read the fuel level of a car
* car_id/plate PLATE
> What is the fuel level of the car {car_id}?
> read the fuel level[ of car {car_id}]
> How much fuel is left in the tank of car {car_id}?
+ read the fuel levels of the cars {car_id+}
< result percent(4, 98)
! The fuel level of {car_id} is {result} percent.
@ log_damage, note_scratch : Log damage to a rental car. | Log damage to a part of a car.
~ log damage to a car
* car_id/plate PLATE
* part enum(door, bumper, mirror, windscreen, roof)
* size_cm/size int(2, 60)
? photo word(dent.jpg, side_view.png, mark_2.jpg, front.jpg) "with the photo {}"
> log damage of {size_cm} cm on the {part} of car {car_id}
> write a damage report for the car {car_id}, part {part}, size {size_cm} cm
> I have to log {size_cm} cm of damage that the car {car_id} has on the {part}.
< report_no code(DG-###)
! Report {report_no} logs {size_cm} cm on the {part}.
@ driver_license_check, verify_license : Check a driving license. | Check whether a driving license is valid.
~ check a driving license
* license_no/number code(DL####, @@####)
* country COUNTRY
> Is the driving license {license_no} from {country} valid?
> check the driving license {license_no}[ from {country}]
> verify the driving license with number {license_no}, issued in {country}
< result enum(valid, expired, suspended)
! License {license_no} is {result}.
@ rental_stations, list_stations, pickup_points : List the rental stations in a city. | List the car rental stations.
~ list the rental stations in a city
* city CITY
? open_late/late_hours flag(that are open late)
> Which rental stations are there in {city}?
> list the car rental stations[ in {city}]
> name all stations for car rental in {city}
+ list the rental stations in {city+}
< result list(STREET, 1, 2)
! In {city} we are at {result}.
@ clean_car, wash_car, car_cleaning : Order a car cleaning. | Order a cleaning of a rental car.
~ order a car cleaning
* car_id PLATE
* level/program enum(outside, inside, complete)
> order a {level} cleaning[ for car {car_id}]
> get the car with plate {car_id} cleaned with the {level} program
> The car {car_id} is dirty and needs a {level} cleaning.
< done_at word(11:15, 13:40, 15:25, 17:05)
! {car_id} is clean at {done_at}.
@ loyalty_points, bonus_points, points_balance : Look up the loyalty points of a customer. | Look up loyalty points.
~ look up loyalty points
* customer/driver PERSON
> How many loyalty points does the customer {customer} have?
> look up the loyalty points[ of {customer}]
> What is the loyalty points balance of {customer}?
+ look up the loyalty points of {customer+}
< result int(20, 9000)
! {customer} has {result} points.
& find_rental_car.car_id -> rent_car.car_id > rent that car to {driver} | rent it to the driver {driver}
& rent_car.contract -> add_insurance_cover.contract > add {cover} insurance cover to the contract

== gym
= MEMBER code(GM-###)
@ join_class, book_class_spot, take_class : Book a gym class for a member. | Book a spot in a gym class.
~ book a gym class
* member_id/member MEMBER
* class_name/gym_class enum(spinning, pilates, boxing, zumba, stretching)
* date ON_DATE
? mat/own_mat flag(with their own mat / without a mat)
> book the {class_name} class for member {member_id}[ {date}]
> reserve a spot in the {class_name} class {date} for member {member_id}
> Member {member_id} wants to book a spot in the gym class {class_name} {date}.
< spot int(1, 30)
! {member_id} has spot {spot} in {class_name} on {date}.
@ leave_class, give_up_spot, class_cancel : Cancel a spot in a gym class. | Cancel a member's class spot.
~ cancel a class spot
* member_id MEMBER
* class_name enum(spinning, pilates, boxing, zumba, stretching)
> cancel the spot in the {class_name} class[ of member {member_id}]
> take member {member_id} out of the {class_name} class
> Member {member_id} gives up the class spot in {class_name}.
< status word(cancelled)
! The {class_name} spot of {member_id} is {status}.
@ sign_up_member, new_member, open_membership : Sign up a new gym member. | Sign up a new member on a plan.
~ sign up a member
* name/full_name PERSON
* plan/tier enum(bronze, silver, gold)
? start_date/begins DATE "starting {}"
? email EMAIL "with the email {}"
> sign up {name} as a new member[ on the {plan} plan]
> open a new gym membership on the {plan} plan for {name}
> {name} wants to sign up at the gym on the {plan} plan.
< member_id MEMBER
! {name} is member {member_id} on the {plan} plan.
@ freeze_membership, put_membership_on_ice, suspend_member : Freeze a membership. | Freeze a membership for some weeks.
~ freeze a membership
* member_id MEMBER
* weeks int(2, 16)
> freeze the membership of member {member_id}[ for {weeks} weeks]
> set up a freeze of {weeks} weeks for the gym membership of {member_id}
> The membership {member_id} should be frozen for {weeks} weeks.
< active_again after(today, weeks * 7)
! {member_id} is frozen until {active_again}.
@ upgrade_plan, set_member_plan, switch_tier : Change the plan of a member. | Change a member to another plan.
~ change the plan of a member
* member_id MEMBER
* plan/tier enum(bronze, silver, gold)
> change the plan of member {member_id}[ to {plan}]
> switch the membership plan of {member_id} over to {plan}
> Member {member_id} wants to change to the {plan} plan.
< monthly by(plan : bronze=int(19, 29), silver=int(35, 49), gold=int(59, 99))
! {member_id} is on {plan} for ${monthly} a month.
@ hire_trainer, trainer_session, personal_training : Book a trainer for a member. | Book a personal trainer.
~ book a trainer
* member_id MEMBER
* trainer FIRST
* date ON_DATE
* time TIME
> book the trainer {trainer} for member {member_id}[ {date}][ at {time}]
> reserve a session with the personal trainer {trainer} for member {member_id} {date} at {time}
> Member {member_id} needs {trainer} as personal trainer {date} at {time}.
< session_no code(TS-##)
! {trainer} trains {member_id} on {date} at {time}.
@ visit_count, count_visits, attendance : Count the visits of a member in a month. | Count a member's gym visits.
~ count the visits of a member
* member_id MEMBER
* month enum(January, March, May, August, October, December)
> How many gym visits did member {member_id} make in {month}?
> count the visits of member {member_id}[ in {month}]
> What was the number of visits by member {member_id} in {month}?
< result int(2, 31)
! {member_id} made {result} visits.
@ locker_rent, assign_locker, get_locker : Rent a locker to a member. | Rent out a locker of a size.
~ rent a locker to a member
* member_id MEMBER
* size enum(small, medium, tall)
? months int(2, 12) "for {} months"
> rent a {size} locker[ to member {member_id}]
> assign a locker of the size {size} to member {member_id}
> Member {member_id} wants to rent a locker, size {size}.
< locker_no int(1, 300)
! {member_id} has locker {locker_no}.
@ gym_crowd, how_busy, occupancy : Check how full a gym area is. | Check how full an area of the gym is.
~ check how full a gym area is
* area/zone enum(weights, cardio, pool, sauna, courtyard)
> How full is the {area} area of the gym?
> check how full the {area} area is now
> Is the gym area {area} full at the moment?
+ How full are the gym areas {area+}?
< result percent(3, 100)
! The {area} area is {result} percent full.
@ machine_fault, report_machine, broken_machine : Report a broken machine. | Report a broken gym machine and its fault.
~ report a broken machine
* machine_no/machine code(M-##)
* fault/problem DEFECT
> report the broken machine {machine_no}[ with the fault {fault}]
> file a report that gym machine {machine_no} is broken: {fault}
> I want to report the fault {fault} of the machine {machine_no}.
< report_no code(FR-###)
! Fault {report_no} is reported for {machine_no}.
@ body_scan, measure_body, add_body_scan : Store a body scan of a member. | Store a body scan with fat and muscle.
~ store a body scan
* member_id MEMBER
* fat_percent/fat percent(8, 38)
* muscle_percent/muscle percent(39, 60)
> store a body scan for member {member_id}: {fat_percent} fat and {muscle_percent} muscle
> save the body scan with {fat_percent} fat and {muscle_percent} muscle for {member_id}
> The body scan of member {member_id} to be stored says {fat_percent} fat, {muscle_percent} muscle.
< change num(-3, 3)
! The scan of {member_id} is stored, a change of {change} points.
@ guest_pass, day_pass, issue_guest_pass : Issue a guest pass. | Issue a guest pass for the gym.
~ issue a guest pass
* guest/visitor PERSON
* date/valid_on ON_DATE
? pool_access/pool flag(including the pool / excluding the pool)
> issue a guest pass to {guest}[ for a visit {date}]
> make a gym guest pass in the name of {guest}, valid {date}
> {guest} needs a guest pass for the gym {date}.
< pass_no code(GP-###)
! Pass {pass_no} for {guest} is valid on {date}.
& sign_up_member.member_id -> locker_rent.member_id > rent a {size} locker to the new member | rent them a {size} locker
& sign_up_member.member_id -> join_class.member_id > book the {class_name} class for the new member {date}
"""
