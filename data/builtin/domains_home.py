"""Tools of the home: smart devices, garden, utilities. The language of the table stands in `grammar.py`."""

TEXT = """
== smart_home
= ROOM enum(kitchen, bedroom, living room=living_room, bathroom, hallway, office)
@ set_light, turn_on_light, control_light : Set the brightness of a room's light.
~ set a light
* room ROOM
* brightness/level percent(10, 100)
? color/light_color COLOR "in {}"
> set the {room} light to {brightness}
> dim the light in the {room} to {brightness}
> put the {room} lights at {brightness}
+ set the lights in the {room+} to {brightness}
< status word(on, set)
! The {room} light is at {brightness} percent.
@ turn_off_light, lights_off, switch_off_light : Turn off the light in a room.
~ turn off a light
* room ROOM
> turn off the light[ in the {room}]
> switch the {room} lights off
> It should be dark in the {room}.
> kill the lights in the {room}
+ turn off the lights in the {room+}
< status word(off)
! The light in the {room} is off.
@ set_thermostat, set_temperature, heat_room : Set the temperature of a room.
~ set the temperature
* room/zone ROOM
* celsius/temperature int(16, 26)
? until TIME "until {}"
> set the {room} to {celsius} degrees
> heat the {room} to {celsius} degrees
> Make it {celsius} degrees in the {room}.
+ set the {room+} to {celsius} degrees
< current num(14, 27)
! The {room} is set to {celsius} degrees, now at {current}.
@ read_sensor, get_temperature, sensor_value : Read a sensor of a room.
~ read a sensor
* room ROOM
* sensor/type enum(temperature, humidity, noise, brightness)
> What is the {sensor} in the {room}?
> read the {sensor} sensor[ in the {room}]
> check the {sensor} in the {room}
+ What is the {sensor} in the {room+}?
< result by(sensor : temperature=num(16, 27), humidity=int(30, 70), noise=int(25, 70), int(10, 95))
! The {sensor} in the {room} is {result}.
@ lock_door, door_lock : Lock or unlock a door.
~ lock or unlock a door
* door enum(front door=front, back door=back, garage door=garage, cellar door=cellar)
* action/state enum(lock, unlock)
> {action} the {door}
> Please {action} the {door} now.
> make sure to {action} the {door}
< status word(done)
! Done: {action} the {door}.
@ play_on_speaker, speaker_play : Play a song on a room's speaker.
~ play music in a room
* title/song TITLE
* room ROOM
? volume percent(10, 90) "at {} volume"
> play {title}[ in the {room}]
> put on {title} in the {room}
> I want to hear {title} in the {room}.
< status word(playing)
! "{title}" is playing in the {room}.
@ start_vacuum, robot_clean, vacuum_room : Let the robot vacuum a room. | Clean a room with the robot.
~ vacuum a room
* room ROOM
? mode/power enum(quiet, normal, strong) "in {} mode"
? at/start_time TIME "at {}"
> vacuum the {room}
> send the robot to the {room}
> The {room} is dusty, let the robot clean it.
> have the robot clean[ the {room}]
+ vacuum the {room+}
< minutes int(8, 45)
! The robot cleans the {room} for {minutes} minutes.
@ activate_scene, set_scene : Activate a scene.
~ activate a scene
* scene/name enum(movie night=movie, good night=night, dinner, party, reading)
> activate the {scene} scene
> switch the house to {scene}
> Start {scene} mode.
> set the scene for {scene}
< devices int(3, 14)
! The {scene} scene runs on {devices} devices.
@ camera_snapshot, take_snapshot, show_camera : Take a picture with a camera.
~ take a camera picture
* camera enum(garden, driveway, entrance, garage, balcony)
> take a picture with the {camera} camera
> What does the {camera} camera see?
> get a snapshot[ from the {camera} camera]
+ get snapshots from the {camera+} cameras
< image code(cam_##.jpg); motion enum(a person, a cat, nothing)
! The {camera} camera shows {motion} ({image}).
@ open_blinds, move_blinds, set_blinds : Move the blinds of a room.
~ move the blinds
* room ROOM
* position/open_percent percent(0, 100)
> open the {room} blinds to {position}
> move the blinds in the {room} to {position}
> set the blinds of the {room} at {position}
+ move the blinds in the {room+} to {position}
< status word(moving)
! The {room} blinds go to {position} percent.
@ schedule_device, device_timer : Switch a device on or off at a time. | Set a timer for a device.
~ schedule a device
* device/appliance enum(dishwasher, heater, fan, coffee machine=coffee_machine, washing machine=washing_machine)
* time TIME
* action/state enum(on, off)
> turn the {device} {action}[ at {time}]
> switch {action} the {device} at {time}
> The {device} should go {action} at {time}.
< status word(scheduled)
! The {device} goes {action} at {time}.
@ arm_alarm, set_alarm_mode, alarm_system : Set the mode of the alarm system.
~ set the alarm system
* mode enum(home, away, off)
? delay_seconds/delay int(10, 90, 10) "after {} seconds"
> set the alarm system to {mode}
> switch the alarm to {mode} mode
> The alarm should be in {mode} mode.
< status word(armed, ready)
! The alarm system is in {mode} mode.

== garden : weather
= PLANT word(tomatoes, roses, cucumbers, dahlias, strawberries, peppers, tulips, pumpkins, radishes, sunflowers)
= CROP word(tomatoes, cucumbers, strawberries, peppers, pumpkins, radishes)
= BED enum(front bed=front, back bed=back, greenhouse, balcony, herb bed=herbs)
@ water_zone, start_irrigation, water_plants : Water a part of the garden.
~ water the garden
* zone/area BED
* minutes/duration int(5, 40, 5)
> water the {zone} for {minutes} minutes
> run {minutes} minutes of irrigation in the {zone}
> The {zone} is dry, so give it {minutes} minutes of water.
+ water the {zone+} for {minutes} minutes
< liters calc(minutes * 6)
! The {zone} got {liters} liters.
@ soil_moisture, check_soil, read_moisture : Check how wet the soil is.
~ check the soil
* zone/bed BED
> How wet is the soil in the {zone}?
> check the soil moisture[ in the {zone}]
> Is the {zone} dry?
+ check the soil in the {zone+}
< result percent(8, 90)
! The soil moisture in the {zone} is {result} percent.
@ plant_care, care_tips, get_plant_info : Look up what a plant needs.
~ look up plant care
* plant/species PLANT
? topic enum(watering=water, pruning, feeding, light) "with a focus on {}"
> How do I care for {plant}?
> look up the care of {plant}
> What do {plant} need?
+ How do I care for {plant+}?
< light enum(full sun, half shade, shade); water_days int(2, 10)
! Give {plant} {light} and water every {water_days} days.
@ log_planting, plant_seed, record_planting : Record what was planted where.
~ record a planting
* plant PLANT
* bed/zone BED
* count/quantity int(2, 40)
> record {count} {plant} in the {bed}
> I planted {count} {plant} in the {bed}.
> note {count} new {plant} for the {bed}
< planting_id code(PL-##)
! {count} {plant} in the {bed} are recorded as {planting_id}.
@ diagnose_plant, plant_disease : Diagnose a plant by its symptom.
~ diagnose a plant
* plant PLANT
* symptom enum(yellow leaves=yellow, brown spots=spots, white dust=mildew, holes)
> My {plant} have {symptom}. What is it?
> find out why the {plant} have {symptom}
> What causes {symptom} on {plant}?
< cause word(too much water, a fungus, aphids, lack of iron)
! The likely cause is {cause}.
@ harvest_forecast, estimate_harvest : Estimate the harvest date of a plant.
~ estimate a harvest
* plant/crop CROP
* planted_on/planted PAST_DATE
> When are the {plant} ripe that I planted {planted_on}?
> estimate the harvest of {plant} planted {planted_on}
> I planted {plant} {planted_on}. When can I pick them?
< ripe_on after(today, 5, 60)
! The {plant} should be ripe on {ripe_on}.
@ order_seeds, buy_seeds : Order bags of seeds.
~ order seeds
* plant/variety PLANT
* bags/packets int(2, 20)
? organic flag(in organic quality / in standard quality)
> order {bags} bags of seeds[ for {plant}]
> buy {bags} packets of {plant} seeds
> We need {bags} bags of seeds for {plant}.
< order_id code(SD-###)
! Seed order {order_id}: {bags} bags for {plant}.
@ mow_lawn, start_mower : Mow a lawn at a height.
~ mow the lawn
* lawn/area enum(front lawn=front, back lawn=back, orchard)
* height_cm/height int(2, 8)
> mow the {lawn} at {height_cm} cm
> cut the {lawn} down to {height_cm} cm
> send the mower to the {lawn}, height {height_cm} cm
< minutes int(15, 90)
! The mower needs {minutes} minutes for the {lawn}.
@ set_watering_schedule, irrigation_plan : Set when a bed is watered.
~ set a watering schedule
* zone BED
* time TIME
* every_days/interval int(2, 7) -- days between
> water the {zone} at {time} every {every_days} days
> set up watering for the {zone}: every {every_days} days at {time}
> plan water for the {zone} at {time}, every {every_days} days
< status word(saved)
! The {zone} is watered every {every_days} days at {time}.
@ frost_warning, check_frost : Check the frost risk of a night.
~ check for frost
* city/place CITY
* date ON_DATE
> Will there be frost in {city}[ {date}]?
> check the frost risk for {city}[ {date}]
> Do I have to cover my plants in {city} {date}?
< risk enum(low, medium, high)
! The frost risk in {city} on {date} is {risk}.

== utilities
= METER enum(electricity, gas, water, heating)
@ submit_meter_reading, report_reading : Submit a meter reading.
~ submit a meter reading
* meter/type METER
* value/reading int(1200, 9900)
? date/read_on PAST_DATE "read {}"
> submit {value} for the {meter} meter
> report my {meter} reading[ of {value}]
> The {meter} meter says {value}.
< status word(accepted)
! Your {meter} reading of {value} is {status}.
@ get_usage, energy_usage, consumption : Look up consumption by month.
~ look up usage
* meter/type METER
* month enum(January=1, March=3, May=5, July=7, September=9, November=11)
> How much {meter} did we use in {month}?
> look up the {meter} usage[ for {month}]
> get our {meter} consumption of {month}
+ How much {meter} did we use in {month+}?
< amount int(20, 800); cost calc(amount * 0.3)
! The usage was {amount} units, ${cost}.
@ report_outage, outage_report : Report an outage at an address.
~ report an outage
* service/type enum(power, internet, gas, water)
* address STREET
> report a {service} outage[ at {address}]
> There is no {service} at {address}.
> The {service} is down at {address}, tell them.
< ticket code(OT-###)
! Outage {ticket} for {address} is reported.
@ check_outage, outage_status, outage_map : Check known outages in a city.
~ check for outages
* service enum(power, internet, gas, water)
* city CITY
> Is there a {service} outage[ in {city}]?
> check for {service} outages[ in {city}]
> Are others in {city} without {service} too?
+ Is there a {service} outage in {city+}?
< status enum(known outage, repairs under way); back_at word(14:00, 17:30, 21:00)
! {service} in {city}: {status}, expected back at {back_at}.
@ compare_tariffs, find_tariff : Compare tariffs by yearly usage.
~ compare tariffs
* type/meter enum(electricity, gas)
* yearly_kwh/usage int(1500, 6000, 100)
? green/renewable flag(from renewable sources / from any source)
> compare {type} tariffs for {yearly_kwh} kWh a year
> What is the cheapest {type} tariff at {yearly_kwh} kWh?
> find a {type} plan for {yearly_kwh} kWh
< tariff word(Basic, Flex 12, Green Home); monthly calc(round(yearly_kwh * 0.025))
! The tariff {tariff} costs ${monthly} a month.
@ switch_tariff, change_plan : Switch to another tariff.
~ switch the tariff
* tariff/plan word(Basic, Flex 12, Green Home, Night Saver, Family, Solar Plus)
* start_date/from_date ON_DATE
> switch to the {tariff} tariff[ {start_date}]
> move my contract to {tariff} {start_date}
> I want the plan {tariff} to begin {start_date}.
< status word(confirmed)
! You are on {tariff} from {start_date}.
@ book_technician, schedule_repair : Book a technician for a device.
~ book a technician
* device enum(boiler, router, heater, solar panel=solar_panel, meter)
* date ON_DATE
* time TIME
> send a technician for the {device}[ {date}][ at {time}]
> book a repair of the {device} {date} at {time}
> The {device} is broken. Can someone come {date} at {time}?
< visit_id code(VS-###)
! Visit {visit_id} for the {device}: {date} at {time}.
@ trash_calendar, waste_pickup : Get the next pickup of a kind of waste. | Tell when bins are emptied.
~ look up the waste pickup
* waste/type enum(paper, plastic, glass, organic waste=organic)
* street/address STREET
> When is {waste} collected[ at {street}]?
> look up the {waste} pickup[ for {street}]
> Which day do they take the {waste} at {street}?
+ When are {waste+} collected at {street}?
< result after(today, 1, 14)
! The next pickup of {waste} is on {result}.
@ charge_car, start_charging : Charge an electric car up to a level.
~ charge the car
* target/level percent(50, 100)
? ready_by/until TIME "until {}"
? mode enum(solar power=solar, cheap power=cheap, full power=fast) "with {}"
> charge the car to {target}
> load the car battery up to {target}
> The car needs a charge of {target}.
< minutes calc(target * 3)
! Charging to {target} percent takes {minutes} minutes.
@ solar_yield, solar_production : Look up how much the panels made.
~ look up the solar yield
* date/day PAST_DATE
> How much did the panels produce {date}?
> look up the solar yield[ {date}]
> What did we get from the sun {date}?
< result num(2, 40)
! On {date} the panels made {result} kWh.
& compare_tariffs.tariff -> switch_tariff.tariff > switch to it {start_date} | move my contract to it {start_date}
"""
