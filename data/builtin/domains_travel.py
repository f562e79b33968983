"""Tools of travel: weather, flights, hotels. The language of the table stands in `grammar.py`."""

TEXT = """
== weather : garden
@ get_forecast, weather_forecast, forecast : Get the weather forecast for a city.
~ get a weather forecast
* city/location CITY
* date/day ON_DATE
? units enum(Celsius=celsius, Fahrenheit=fahrenheit) "in {}"
> What will the weather be like in {city}[ {date}]?
> get the forecast for {city}[ {date}]
> look up the weather for {city}[ {date}]
> Will I need a coat in {city}[ {date}]?
> How warm does it get in {city}[ {date}]?
+ What will the weather be in {city+} {date}?
+ compare the forecast {date} for {city+}
< sky enum(sunny, cloudy, rainy, windy); high by(units : fahrenheit=int(40, 88), int(4, 31))
! {city} on {date}: {sky}, with a high of {high} degrees.
! It will be {sky} in {city}, up to {high} degrees.
@ current_weather, get_current_conditions : Get the current weather in a city. | Read the weather right now.
~ check the current weather
* city/place CITY
> What's the weather in {city} right now?
> check the current weather[ in {city}]
> How is the weather at the moment[ in {city}]?
> Is it raining in {city} now?
+ What's the weather right now in {city+}?
< sky enum(clear, cloudy, rainy, windy); temperature int(2, 32)
! In {city} it is {sky} at {temperature} degrees.
! Currently {temperature} degrees and {sky} in {city}.
@ get_air_quality, air_quality_index, aqi_lookup : Get the air quality index of a city. | Measure how clean the air is.
~ check the air quality
* city CITY
? pollutant enum(ozone=o3, fine dust=pm25, nitrogen dioxide=no2) "for {} only" | "with a focus on {}"
> How is the air quality[ in {city}]?
> check the air quality[ in {city}]
> Is the air clean enough in {city} for a run?
+ How is the air in {city+}?
< level enum(good, moderate, poor); index by(level : good=int(12, 50), moderate=int(51, 100), poor=int(101, 160))
! The air in {city} is {level}, with an index of {index}.
@ sun_times, get_sunrise_sunset : Look up when the sun rises and sets.
~ look up sunrise and sunset
* city CITY
* date ON_DATE
> When does the sun rise in {city}[ {date}]?
> find out sunrise and sunset in {city}[ {date}]
> How long is it light in {city} {date}?
< sunrise word(05:48, 06:31, 07:15, 07:52); sunset by(sunrise : 05:48=21:03, 06:31=20:12, 07:15=18:40, 07:52=17:05)
! In {city} the sun rises at {sunrise} and sets at {sunset}.
@ storm_alerts, get_weather_alerts : List active weather warnings for a country. | Get severe weather alerts.
~ check weather warnings
* country COUNTRY
? severity enum(minor, moderate, severe) "but only {} ones"
> Are there any storm warnings in {country}?
> list the weather alerts[ for {country}]
> check for active warnings[ in {country}]
< result list(word(gale, flood, frost, heat, thunderstorm, heavy snow), 1, 2)
! Active warnings in {country}: {result}.
@ rain_chance : Get the chance of rain for a city and hour.
~ get the chance of rain
* city CITY
* time/hour TIME
> How likely is rain in {city}[ at {time}]?
> get the chance of rain in {city}[ at {time}]
> What's the rain probability at {time} in {city}?
< result int(0, 95)
! The chance of rain in {city} at {time} is {result} percent.
@ pollen_report, get_pollen : Get pollen levels in a city. | Report the level of a pollen in a city.
~ check pollen levels
* city CITY
* plant/type enum(grass, birch, ragweed, hazel)
> How bad is the {plant} pollen[ in {city}]?
> check {plant} pollen levels[ in {city}]
> I have hay fever. How much {plant} pollen is there in {city}?
< level enum(low, medium, high)
! The {plant} pollen level in {city} is {level}.
@ ski_report, snow_conditions : Get the snow depth at a ski resort.
~ get a snow report
* resort word(Alta Ridge, Mont Clair, Silverhorn, Bear Pass, Val Torens, Frost Peak, Eagle Bowl)
> How much snow is there[ at {resort}]?
> get the snow report[ for {resort}]
> Can we ski at {resort} this week?
+ compare the snow at {resort+}
< depth_cm int(20, 210); open_lifts int(3, 24)
! {resort} has {depth_cm} cm of snow and {open_lifts} open lifts.
@ set_weather_alarm : Notify the user when a weather event is expected. | Create a weather notification.
~ set a weather notification
* city CITY
* event enum(rain, snow, frost, storms=storm, strong wind=wind)
* hours_ahead/notice_hours int(2, 12) -- hours of notice
> warn me {hours_ahead} hours before {event} in {city}.
> set an alert for {event} in {city}, {hours_ahead} hours ahead
> Notify me {hours_ahead} hours ahead of {event} in {city}.
< alert_id code(WX-###)
! Done: alert {alert_id} will warn you of {event} in {city}.
@ historical_weather, past_weather : Look up recorded weather.
~ look up past weather
* city CITY
* date PAST_DATE
> What was the weather in {city}[ {date}]?
> look up the recorded weather in {city}[ {date}]
> How warm was it in {city} {date}?
< high int(2, 33); rain_mm int(0, 25)
! On {date}, {city} had a high of {high} degrees and {rain_mm} mm of rain.
@ tide_times, get_tides : Look up the tides of a port.
~ look up the tides
* port word(Port Ellis, Grayhaven, Saltmouth, Cape Wren, Norlund, Tidewell, Stonehaven)
* date ON_DATE
> When is high tide at {port}[ {date}]?
> look up the tides at {port}[ {date}]
> What are the tides for {port}[ {date}]?
< high word(04:10, 09:35, 11:50, 16:20); low by(high : 04:10=10:25, 09:35=15:50, 11:50=18:05, 16:20=22:30)
! At {port}, high tide is at {high} and low tide at {low}.

== flights
@ search_flights, find_flights, flight_search : Find a flight.
~ find a flight
* origin/from_city CITY
* destination/to_city CITY
* date/departure_date ON_DATE
? cabin/class enum(economy, business, first class=first) "in {}"
? direct/nonstop flag(without stops / even with stops)
> find a flight from {origin} to {destination}[ {date}]
> search flights from {origin} to {destination}[ {date}]
> Which flights go from {origin} to {destination}[ {date}]?
> I have to fly from {origin} to {destination} {date}.
> What can I fly from {origin} to {destination}[ {date}]?
< flight_id code(LH-###, KL-###, UA-###); price int(79, 640)
! Flight {flight_id} from {origin} to {destination} costs ${price}.
! I found {flight_id} for ${price}.
@ book_flight, reserve_seat_on_flight : Book seats on a flight.
~ book a flight
* flight_id/flight code(LH-###, KL-###, UA-###)
* passenger/passenger_name PERSON
? bags/checked_bags int(2, 4) "with {} checked bags"
> book flight {flight_id}[ for {passenger}]
> reserve {flight_id} for {passenger}
> Can {passenger} get a seat on {flight_id}?
< booking code(BK###)
! {passenger} is booked on {flight_id}; the booking is {booking}.
@ flight_status, get_flight_status, track_flight : Check whether a flight is on time.
~ check a flight's status
* flight_number/flight code(LH ###, KL ###, UA ###, AZ ###)
> Is flight {flight_number} on time?
> check the status of flight {flight_number}
> Has {flight_number} landed yet?
+ Are {flight_number+} on time?
+ check the status of flights {flight_number+}
< status enum(on time, delayed, boarding, landed); gate code(@##)
! Flight {flight_number} is {status}, gate {gate}.
@ cancel_flight_booking, cancel_reservation : Cancel a flight booking.
~ cancel a flight booking
* booking/booking_code code(BK###)
? reason REASON "giving the reason {}"
> cancel my flight booking[ {booking}]
> call off booking {booking}
> I can't travel. Please cancel {booking}.
< refund int(40, 480)
! Booking {booking} is cancelled; the refund is ${refund}.
@ change_seat, select_seat : Change the seat of a booking.
~ change a seat
* booking/booking_code code(BK###)
* seat code(#A, 1#C, 2#F, 3#D)
> change the seat on booking {booking}[ to {seat}]
> move me to seat {seat} on {booking}.
> put booking {booking} in seat {seat}
< status word(confirmed, changed)
! Your seat on {booking} is now {seat}.
@ online_check_in, check_in_passenger : Check in a passenger online.
~ check in for a flight
* booking code(BK###)
* last_name/surname word(Keller, Moreau, Silva, Novak, Park, Okafor, Hansen, Rossi, Grant, Weber)
> check in booking {booking}[ under the name {last_name}]
> check me in for {booking}; my last name is {last_name}.
> do the online check-in for {booking}, last name {last_name}
< boarding_group enum(A, B, C); gate code(@##)
! You are checked in for {booking}: boarding group {boarding_group}, gate {gate}.
@ baggage_rules, baggage_allowance : Get the baggage allowance of an airline. | Tell what luggage may be taken.
~ look up baggage rules
* airline word(Skyways, Aerolux, Norfly, Pacific Wing, Blue Condor, Jetline, Air Meridian)
? cabin enum(economy, business, first class=first) "in {}"
> How much luggage can I take[ on {airline}]?
> look up the baggage rules[ of {airline}]
> What is the baggage allowance with {airline}?
+ compare the luggage rules of {airline+}
< bags int(2, 3); max_kg int(20, 32)
! {airline} allows {bags} bags of up to {max_kg} kg.
@ add_meal, request_special_meal : Order a meal for a flight.
~ order a flight meal
* booking code(BK###)
* meal enum(vegan, vegetarian, halal, kosher, gluten free=gluten_free)
> add a {meal} meal to booking {booking}
> order a {meal} meal[ for booking {booking}]
> I'd like the {meal} meal on {booking}.
< status word(added, confirmed)
! A {meal} meal was added to booking {booking}.
@ airport_wait, security_wait_time : Get the waiting time at an airport's security. | Estimate the security queue.
~ check the security queue
* airport code(JFK, LHR, FRA, CDG, NRT, SFO, MAD, OSL, YYZ, GRU)
> How long is the security line[ at {airport}]?
> check the security wait[ at {airport}]
> How busy is security at {airport}?
+ How long are the security lines at {airport+}?
< result int(5, 55)
! The security wait at {airport} is about {result} minutes.
@ price_alert, watch_fare : Set a fare alert.
~ set a fare alert
* origin CITY
* destination CITY
* max_price/limit money(90, 900)
> tell me when flights from {origin} to {destination} drop below {max_price}.
> set a fare alert from {origin} to {destination} at {max_price}
> watch the fare from {origin} to {destination} up to {max_price}
< alert_id code(FA-###)
! Alert {alert_id} watches {origin} to {destination} below ${max_price}.
@ lounge_access, find_lounge : Find a lounge at an airport.
~ find an airport lounge
* airport code(JFK, LHR, FRA, CDG, NRT, SFO, MAD, OSL, YYZ, GRU)
? has_showers flag(with showers)
> Is there a lounge[ at {airport}]?
> find a lounge[ at {airport}]
> Where can I relax at {airport} before my flight?
< lounge word(Sky Lounge, Horizon Club, The Nest); fee int(25, 60)
! {lounge} at {airport} costs ${fee}.
& search_flights.flight_id -> book_flight.flight_id > book it for {passenger} | reserve it for {passenger}
& book_flight.booking -> change_seat.booking > put the booking in seat {seat} | choose seat {seat}
& book_flight.booking -> add_meal.booking > add a {meal} meal | order a {meal} meal for it

== hotels
@ search_hotels, find_hotel, hotel_search : Find a hotel room for some nights.
~ find a hotel
* city/destination CITY
* check_in/arrival DATE
* nights int(2, 9)
? max_price money(260, 390) "for at most {} a night" -- per night
? stars int(3, 5) "with at least {} stars"
> find a hotel in {city} from {check_in} for {nights} nights
> search for a room in {city} for {nights} nights from {check_in}
> Which hotels in {city} are free for {nights} nights from {check_in}?
> I need a place to stay in {city} for {nights} nights, from {check_in} on.
< hotel_id code(H-###); name word(Hotel Aurora, Park Inn, The Lantern, Casa Verde); price int(70, 260)
! {name} in {city} has rooms at ${price} a night.
@ book_room, reserve_room, room.reserve : Book a hotel room for a guest.
~ book a hotel room
* hotel_id/hotel code(H-###)
* guest/guest_name PERSON
? room_type enum(single room=single, double room=double, suite) "in a {}"
? breakfast flag(with breakfast / without breakfast)
> book a room at hotel {hotel_id}[ for {guest}]
> reserve a room in {hotel_id} for {guest}
> {guest} needs a room at {hotel_id}.
< reservation code(R####)
! A room at {hotel_id} is reserved for {guest}: {reservation}.
@ cancel_room, cancel_hotel_booking : Cancel a room reservation.
~ cancel a room reservation
* reservation/reservation_id code(R####)
> cancel my hotel reservation[ {reservation}]
> drop the room under {reservation}
> We won't come, so please cancel {reservation}.
+ cancel the reservations {reservation+}
< fee int(0, 60)
! Reservation {reservation} is cancelled; the fee is ${fee}.
@ extend_stay, add_nights : Extend a stay by some nights.
~ extend a hotel stay
* reservation code(R####)
* nights/extra_nights int(2, 6)
> extend reservation {reservation} by {nights} nights
> add {nights} nights to {reservation}
> Can I stay {nights} more nights under {reservation}?
< total int(120, 900)
! The stay {reservation} is {nights} nights longer; the new total is ${total}.
@ order_room_service, room_service : Order food to a hotel room.
~ order room service
* room/room_number code(###)
* dish/item DISH
? quantity int(2, 4) "for {} people"
> bring {dish} to room {room}
> order {dish}[ to room {room}]
> Could room {room} get {dish}?
< minutes int(15, 50)
! The {dish} will reach room {room} in {minutes} minutes.
@ wake_up_call, schedule_wake_up : Schedule a wake-up call.
~ schedule a wake-up call
* room code(###)
* time MORNING
> wake room {room}[ at {time}]
> schedule a wake-up call for room {room}[ at {time}]
> Can I have a wake-up call at {time} in room {room}?
< status word(scheduled, set)
! Room {room} will be called at {time}.
@ request_housekeeping, send_housekeeping : Send housekeeping to a room with an item.
~ send housekeeping to a room
* room code(###)
* item enum(towels, pillows, blankets, soap, slippers)
? count/quantity int(2, 5) "({} pieces)"
> bring {item} to room {room}
> send {item} up[ to room {room}]
> We need {item} in room {room}.
< minutes int(5, 30)
! Housekeeping brings {item} to room {room} in {minutes} minutes.
@ hotel_reviews, get_reviews_of_hotel : Get the guest rating of a hotel. | Summarise what guests say of a hotel.
~ check a hotel's rating
* hotel/hotel_name word(Hotel Aurora, Park Inn, The Lantern, Casa Verde, Grand Pacific, Villa Rosa, Northgate Lodge)
> What do guests think of {hotel}?
> check the reviews[ of {hotel}]
> How is {hotel} rated?
+ compare the ratings of {hotel+}
< rating num(3, 5); praised word(breakfast, location, staff, quiet rooms)
! {hotel} is rated {rating}; guests praise the {praised}.
@ late_checkout, request_late_checkout : Request a later check-out time. | Move the check-out time.
~ get a late check-out
* room code(###)
* time/until AFTERNOON
> arrange a late check-out for room {room}[ at {time}]
> Can room {room} check out at {time}?
> move the check-out of room {room} to {time}
< fee int(0, 45)
! Room {room} may check out at {time}; the fee is ${fee}.
@ hotel_amenities, list_amenities : List the amenities of a hotel. | Tell what a hotel offers.
~ look up a hotel's amenities
* hotel word(Hotel Aurora, Park Inn, The Lantern, Casa Verde, Grand Pacific, Villa Rosa, Northgate Lodge)
> What does {hotel} offer?
> list the amenities[ of {hotel}]
> Does {hotel} have a pool?
< result list(word(pool, gym, sauna, bar, parking, spa), 2, 3)
! {hotel} offers {result}.
@ airport_shuttle, book_shuttle : Book a shuttle between a hotel and the airport.
~ book a shuttle
* hotel word(Hotel Aurora, Park Inn, The Lantern, Casa Verde, Grand Pacific, Villa Rosa, Northgate Lodge)
* time/pickup_time TIME
* passengers/seats int(2, 8)
> book the shuttle of {hotel} for {passengers} people at {time}
> reserve {passengers} shuttle seats at {hotel} for {time}
> order a pickup at {time} from {hotel} for {passengers}
< shuttle code(SH-##)
! Shuttle {shuttle} leaves {hotel} at {time} with {passengers} seats for you.
& search_hotels.hotel_id -> book_room.hotel_id > book a room there for {guest} | reserve it for {guest}
& book_room.reservation -> extend_stay.reservation > add {nights} nights to that reservation
"""
