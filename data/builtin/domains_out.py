"""Tools of going out: navigation, sports, events, insurance. The language of the table stands in `grammar.py`."""

TEXT = """
== navigation
= STOP word(Berlin, Prague, Milan, Zurich, Warsaw, Lyon, Krakow, Naples, Geneva, Budapest, Turin)
= FOOT calc(round(km * 12))
= BIKE calc(round(km * 4))
= BUS calc(round(km * 3))
@ get_directions, find_route, navigate : Get directions between two places.
~ get directions
* origin/start/from_address STREET
* destination/to_address STREET
* mode/travel_mode enum(by car=driving, on foot=walking, by bike=cycling, by bus=transit)
? avoid enum(tolls, ferries, highways) "while avoiding {}"
> How do I get from {origin} to {destination} {mode}?
> find a route from {origin} to {destination} {mode}
> take me from {origin} to {destination} {mode}.
< km num(1.6, 9); minutes by(mode : driving=calc(round(km * 2)), walking=FOOT, cycling=BIKE, BUS)
! It takes {minutes} minutes for {km} km.
@ traffic_info, check_traffic, get_traffic : Check for jams on a road.
~ check the traffic
* road code(A##, Route ##, I-##)
? direction enum(northbound=north, southbound=south) "{}"
> How is the traffic on {road}?
> check {road} for jams
> Is there a jam on {road}?
> check the traffic[ on {road}]
+ How is the traffic on {road+}?
< delay_minutes int(2, 50); cause enum(road works, an accident, heavy rain)
! {road} has a delay of {delay_minutes} minutes; cause: {cause}.
@ find_parking, parking_search, nearest_parking : Find parking near an address.
~ find parking
* address/near STREET
? max_price/hourly_limit money(1, 9) "for at most {} an hour"
? covered flag(under a roof)
> Where can I park near {address}?
> find a parking space[ near {address}]
> I need a spot for the car close to {address}.
< garage word(City Garage, Park One, Old Mill Parking); spaces int(2, 90)
! {garage} has {spaces} free spaces.
@ call_taxi, order_taxi, request_ride : Order a taxi to an address.
~ order a taxi
* pickup/from_address STREET
* time/pickup_time TIME
? passengers int(2, 7) "for {} people"
? car_type/class enum(standard car=standard, van, luxury car=luxury) "as a {}"
> order a taxi to {pickup}[ at {time}]
> I need a cab at {pickup}[ at {time}].
> send a car to {pickup} for {time}
< ride_id code(RD-###); driver FIRST
! {driver} picks you up at {pickup} at {time} ({ride_id}).
@ cancel_ride, cancel_taxi : Cancel a ride.
~ cancel a ride
* ride_id/ride code(RD-###)
> cancel the taxi[ {ride_id}]
> call off {ride_id}
> I don't need {ride_id} any more.
+ cancel the rides {ride_id+}
< fee money(0, 9)
! Ride {ride_id} is cancelled; the fee is ${fee}.
@ train_times, next_train, train_departures : Look up departures.
~ look up trains
* from_city/origin STOP
* to_city/destination STOP
* date ON_DATE
? direct/no_changes flag(without changes / even with changes)
> Which trains go from {from_city} to {to_city}[ {date}]?
> look up trains from {from_city} to {to_city}[ {date}]
> I want to take the train from {from_city} to {to_city} {date}.
< train code(IC ###, RE ##); departs word(06:48, 09:12, 14:30, 18:05)
! {train} leaves {from_city} at {departs}.
@ buy_train_ticket, train_ticket : Buy a train ticket.
~ buy a train ticket
* train code(IC ###, RE ##)
* passenger/name PERSON
? class/travel_class enum(first class=1, second class=2) "in {}"
> buy a ticket for {train}[ for {passenger}]
> {passenger} needs a ticket on {train}.
> get {passenger} a seat on the train {train}.
< ticket code(TT-###)
! {passenger} has ticket {ticket} for {train}.
@ find_charging_station, ev_chargers : Find a charging station for electric cars.
~ find a charging station
* city/place CITY
* min_kw/power int(50, 300, 50) -- kW
> find a charger with {min_kw} kW[ in {city}]
> Where in {city} can I charge with {min_kw} kW?
> look for a {min_kw} kW charging station in {city}
< station word(GreenCharge, Volt Point, E-Park); free int(2, 8)
! {station} in {city} has {free} free chargers.
@ share_location, send_location : Share the current location with a person.
~ share the location
* contact/person PERSON
* minutes/duration MINUTES
> share my location with {contact} for {minutes}
> let {contact} see where I am for {minutes}
> {contact} may follow me for {minutes}.
< status word(shared)
! {contact} sees your location for {minutes} minutes.
@ distance_between, get_distance : Get the distance between two cities.
~ get a distance
* city_a/from_city CITY
* city_b/to_city CITY
? unit enum(miles, kilometers=km) "in {}"
> How far is it from {city_a} to {city_b}?
> get the distance from {city_a} to {city_b}
> What is the distance between {city_a} and {city_b}?
< distance int(80, 9000); unit same(unit, word(km))
! It is {distance} {unit} from {city_a} to {city_b}.
& train_times.train -> buy_train_ticket.train > buy a ticket for {passenger} | get {passenger} a ticket for it

== sports
= LEAGUE enum(football, basketball, hockey, handball, rugby)
@ get_score, match_score, live_score : Get the score of a team's latest match.
~ get a score
* team TEAM
? date/match_date PAST_DATE "for the match played {}"
> How did the {team} do?
> get the score of the {team}
> What was the result of the {team}?
+ How did the {team+} do?
< opponent TEAM; score code(#:#)
! The {team} played {score} against the {opponent}.
@ league_table, get_standings, standings : Get the table of a league.
~ get a league table
* sport/league LEAGUE
* season/year int(2010, 2023)
> Who led the {sport} league in {season}?
> get the {sport} table[ of {season}]
> look at the {season} standings in {sport}
+ get the {season} tables in {sport+}
< leader TEAM; points int(30, 90)
! The {leader} led with {points} points.
@ next_match, get_fixtures, upcoming_match : Look up when a team plays.
~ look up the next match
* team TEAM
> When do the {team} play next?
> look up the next match of the {team}
> Who do the {team} meet next?
+ When do the {team+} play next?
< opponent TEAM; date DATE
! The {team} meet the {opponent} on {date}.
@ player_stats, get_player, player_info : Look up goals and games of a player.
~ look up a player
* player/name PERSON
? season int(2010, 2023) "in {}"
> How many goals has {player} scored?
> look up the numbers of {player}
> get the statistics[ of {player}]
+ look up {player+}
< games int(30, 60); goals int(2, 30)
! {player} has {goals} goals in {games} games.
@ buy_match_tickets, match_tickets : Buy tickets for a team's match.
~ buy match tickets
* team TEAM
* date ON_DATE
* count/tickets int(2, 8)
? section/stand enum(north, south, family) "in the {} stand"
> buy {count} tickets for the {team}[ {date}]
> get {count} seats at the {team} match {date}
> We want to see the {team} {date}, {count} tickets.
< price money(12, 60); total calc(count * price); ticket_id code(MX-###)
! {count} tickets for the {team} cost ${total} ({ticket_id}).
@ log_workout, record_workout, add_workout : Record a workout.
~ record a workout
* activity/sport enum(running, swimming, cycling, rowing, yoga)
* minutes/duration MINUTES
? distance_km/distance num(2, 40) "over {} km"
> log {minutes} of {activity}
> I did {minutes} of {activity}.
> record a {activity} session of {minutes}
< calories by(activity : yoga=calc(minutes * 4), running=calc(minutes * 11), calc(minutes * 8))
! {minutes} minutes of {activity} burned {calories} calories.
@ book_court, reserve_court : Book a court.
~ book a court
* sport enum(tennis, squash, badminton, padel)
* date ON_DATE
* time TIME
? indoor flag(indoors / outdoors)
> book a {sport} court[ {date}][ at {time}]
> reserve the {sport} court {date} at {time}
> We want to play {sport} {date} at {time}.
< court int(1, 12)
! Court {court} is yours on {date} at {time}.
@ follow_team, favorite_team : Follow a team.
~ follow a team
* team TEAM
? updates/alerts enum(goals, results, news) "for {} only"
> follow the {team}
> add the {team} to my teams
> I'm a fan of the {team}, keep me updated.
+ follow the {team+}
< fans int(300, 9000)
! You follow the {team} with {fans} others.
@ find_training_partner, partner_search : Find a partner for a sport.
~ find a training partner
* sport enum(tennis, running, chess, climbing, golf)
* city CITY
* level enum(beginner, medium, expert)
> find a {level} {sport} partner[ in {city}]
> Who plays {sport} in {city} at the {level} level?
> I look for a {sport} partner in {city}, level {level}.
< partner PERSON
! {partner} in {city} would join you.
@ create_training_plan, training_plan : Make a training plan.
~ make a training plan
* goal enum(marathon, 10k run=10k, weight loss=weight_loss, more strength=strength)
* weeks int(4, 20)
? days_per_week/sessions int(2, 6) "with {} sessions a week"
> plan {weeks} weeks of training for {goal}
> make a training plan over {weeks} weeks, goal {goal}
> My goal is {goal} in {weeks} weeks.
< plan_id code(TP-##)
! Plan {plan_id} covers {weeks} weeks.

== events : calendar
= EVENT word(Jazz Night, Food Fair, Book Market, Tech Meetup, City Run, Film Week, Art Walk, Science Day)
@ find_events, search_events, whats_on : Find events in a city on a day.
~ find events
* city CITY
* date ON_DATE
? category/kind enum(music, food, art, sports, family) "about {}"
? free_only/free flag(with free entry)
> What's on in {city}[ {date}]?
> find events in {city}[ {date}]
> look for something to do in {city} {date}
+ What is happening {date} in {city+}?
< event EVENT; starts word(10:00, 15:30, 18:00, 20:15)
! {event} starts in {city} at {starts}.
@ buy_event_tickets, event_tickets, get_tickets : Buy tickets for an event.
~ buy event tickets
* event/event_name EVENT
* quantity/tickets int(2, 9)
? ticket_type/type enum(standard, student, VIP=vip) "of the {} kind"
> buy {quantity} tickets[ for {event}]
> get {quantity} tickets to {event}
> We are {quantity} people and want to go to {event}.
< order code(EO-###); price money(8, 60); total calc(quantity * price)
! {quantity} tickets for {event} cost ${total} ({order}).
@ refund_ticket, return_tickets : Return event tickets.
~ return tickets
* order/order_id code(EO-###)
? reason enum(illness, a wrong date=date, no time=time) "because of {}"
> return the tickets[ of {order}]
> refund {order}
> We can't go. Give back {order}.
< refund money(8, 200)
! You get ${refund} for {order}.
@ create_event_page, host_event, publish_event : Publish an event.
~ publish an event
* title/name EVENT
* city CITY
* date ON_DATE
? capacity/seats int(20, 400, 10) "for {} guests"
> publish {title} in {city}[ {date}]
> create an event page {title}, {city}, {date}
> I host {title} in {city} {date}, make a page.
< page URL
! The page of "{title}" is {page}.
@ send_invitations, invite_people, invite_guests : Send invitations.
~ send invitations
* event EVENT
* guests/people list(PERSON, 2, 3)
? message/text TEXT "with the message {}"
> invite {guests} to {event}
> send invitations for {event} to {guests}
> {event} would be nice with {guests}. Invite them.
< status word(sent)
! Invitations to {event} went to {guests}.
@ rsvp, reply_invitation, answer_invitation : Answer an invitation.
~ answer an invitation
* event EVENT
* answer/response enum(yes, no, maybe)
? note/comment NOTE "with the note {}"
> answer {answer} to the invitation[ to {event}]
> reply {answer} for {event}
> My answer for {event} is {answer}.
< status word(saved)
! Your answer for {event} is {answer}.
@ book_venue, reserve_venue, rent_hall : Book a venue.
~ book a venue
* venue/hall word(Rose Hall, The Barn, Harbor Loft, Sky Terrace, Old Cinema, Garden House)
* date ON_DATE
* guests/people int(20, 300, 10)
> book {venue} for {guests} guests[ {date}]
> rent {venue} {date} for {guests} people
> We are {guests} people and want {venue} {date}.
< price money(300, 5000)
! {venue} is booked for {date} at ${price}.
@ order_catering, book_catering, hire_caterer : Order catering for guests.
~ order catering
* menu/style enum(a buffet=buffet, a barbecue=barbecue, finger food=finger_food, three courses=three_course)
* guests/people int(10, 200, 10)
* date ON_DATE
? vegan_meals/vegan int(2, 20) "with {} vegan meals"
> order {menu} for {guests} guests[ {date}]
> We need {menu} {date} for {guests} people.
> book catering {date}: {menu} for {guests}
< caterer COMPANY; price calc(guests * 18)
! {caterer} serves {guests} guests for ${price}.
@ check_ticket_validity, validate_ticket, scan_ticket : Check whether a ticket is valid.
~ check a ticket code
* code/ticket_code code(QX-####)
> Is ticket {code} valid?
> scan {code}
> check the ticket code[ {code}]
+ check the ticket codes {code+}
< result enum(valid, used, unknown)
! Ticket {code} is {result}.
@ hire_band, book_artist, book_band : Hire a band for a day.
~ hire a band
* band/artist ARTIST
* date ON_DATE
* hours/duration int(2, 6)
> hire {band} for {hours} hours[ {date}]
> book {band} {date} for {hours} hours
> {band} should play {date} for {hours} hours.
< fee calc(hours * 250)
! {band} play on {date} for ${fee}.
& find_events.event -> buy_event_tickets.event > buy {quantity} tickets | get {quantity} tickets for it
"""
