"""Tools that compute or look up: many numbers, options and lists. For `builtin:hard` alone.

The language of the table stands in `grammar.py`.
"""

TEXT = """
== savings : banking toolbox stocks pensions
@ compound_growth, future_value, grow_deposit : Compute what a deposit grows to with compound interest.
~ compute the growth of a deposit
* principal/initial_amount/deposit money(500, 90000) -- starting amount
* annual_rate/rate/interest_rate RATE -- interest a year
* years/term/duration int(1, 40)
? compounds_per_year/n PERIODS "with {} compounding"
? yearly_addition/contribution money(50, 3000) "adding {} each year"
> What does {principal} grow to in {years} years at {annual_rate}?
> compute the value of {principal} after {years} years at {annual_rate} interest
> I put {principal} away for {years} years at {annual_rate}. What will it be worth?
+ compute the growth of {principal} at {annual_rate} over {years+} years
< report code(R-####)
! The numbers are in report {report}.
@ loan_payment, monthly_payment, loan_rate_plan : Compute the monthly payment of a loan.
~ compute a loan's payment
* amount/loan_amount/principal large(20000, 900000) -- of the loan
* rate/interest_rate/annual_interest RATE
* years/term_years/loan_term int(5, 30, 5) -- to pay it back
? down_payment/deposit money(1000, 50000) "with {} paid at once"
? as_table/schedule flag(with the whole schedule)
> What is the monthly payment of a loan of {amount} at {rate} over {years} years?
> compute the payment for {amount} borrowed at {rate} for {years} years
> I borrow {amount} at {rate} interest. What do I pay each month for {years} years?
+ compute the payment of a loan of {amount} at {rate} for {years+} years
< report code(R-####)
! The numbers are in report {report}.
@ present_value, discount_payments, net_present_value : Compute the present value of payments.
~ compute a present value
* payments/cash_flows/flows series(100, 9000, 3, 6, 100) -- one for each year
* discount_rate/rate RATE
? initial_investment/cost money(500, 20000) "after an investment of {}"
> What is the present value of the payments {payments} at a discount rate of {discount_rate}?
> compute the present value of the cash flows {payments}, discounted at {discount_rate}
> I get {payments} over the next years. What is that worth today, discounted at {discount_rate}?
+ compute the present value of the payments {payments} at {discount_rate+}
< report code(R-####)
! The numbers are in report {report}.
@ return_on_investment, investment_return, roi : Compute the return on an investment.
~ compute a return
* invested/cost/initial_investment large(1000, 9000000)
* received/gain/final_value large(1000, 9000000)
? dividends/extra money(10, 900) "with dividends of {}"
> What is the return if {invested} was invested and {received} came back?
> compute the return on {invested} invested with {received} received
> I put in {invested} and got {received} back. Work out my return.
+ compute the return on {invested} with {received+} received
< report code(R-####)
! The numbers are in report {report}.
@ earnings_per_share, share_earnings : Compute a company's earnings per share.
~ compute the earnings per share
* net_income/income/profit large(2000000, 900000000)
* shares/outstanding_shares large(1000000, 500000000)
? preferred_dividends/dividends large(10000, 900000) "after preferred dividends of {}"
> What are the earnings per share with a net income of {net_income} and {shares} shares?
> compute the earnings per share for {shares} shares and an income of {net_income}
> A company earned {net_income} and has {shares} shares. What is that per share?
< report code(R-####)
! The earnings per share are in report {report}.

== pensions : savings banking stocks
@ retirement_savings, pension_forecast, project_pension : Forecast the savings at retirement.
~ forecast retirement savings
* age/current_age int(20, 60)
* savings/current_savings large(5000, 400000)
* monthly_saving/contribution money(50, 2000)
? retirement_age/until_age int(60, 70) "retiring at {}"
? growth/annual_return RATE "with a growth of {}"
> I am {age}, have {savings} saved and add {monthly_saving} a month. What will I have in the end?
> forecast the savings of a {age}-year-old with {savings} who saves {monthly_saving} a month
> At {age} I hold {savings} and save {monthly_saving} every month. Forecast my pension.
< report code(R-####)
! The numbers are in report {report}.
@ inflation_adjust, adjust_for_inflation, price_then : Adjust a price for inflation.
~ adjust a price for inflation
* amount/price/value money(10, 9000)
* start_year/from_year int(1950, 2005)
* end_year/to_year int(2006, 2023)
? country/economy COUNTRY "in {}"
> What would {amount} of {start_year} be in {end_year}?
> adjust {amount} for inflation from {start_year} to {end_year}
> How much is {amount} from {start_year} worth in {end_year} money?
+ adjust {amount+} for inflation from {start_year} to {end_year}
< report code(R-####)
! The numbers are in report {report}.
@ income_tax, tax_due, compute_tax : Compute the income tax.
~ compute an income tax
* income/yearly_income/taxable_income large(20000, 400000)
* status/filing_status enum(single, married, head of household=head_of_household)
? state/location STATE "in {}"
? deduction/deductions money(100, 9000) "deducting {}"
> What income tax does a {status} person pay on {income}?
> compute the tax on an income of {income}, {status}
> I am {status} and earn {income}. How much tax is that?
+ compute the tax of a {status} person for incomes of {income+}
< report code(R-####)
! The numbers are in report {report}.

== geometry : toolbox
@ circle_area, area_of_circle, disc_area : Compute the area of a circle.
~ compute a circle's area
* radius/r num(1, 40)
? unit/units enum(centimeters=cm, meters=m, inches=in, feet=ft) "in {}"
> What is the area of a circle with a radius of {radius}?
> compute the area of a circle, radius {radius}
> A circle has the radius {radius}. How large is it?
+ compute the areas of circles with radii {radius+}
< result calc(3.14159 * radius * radius)
! The area is {result}.
@ triangle_area, area_of_triangle : Compute the area of a triangle.
~ compute a triangle's area
* base/base_length/b int(2, 60)
* height/h int(2, 60)
? unit/units enum(centimeters=cm, meters=m, inches=in, feet=ft) "in {}"
> What is the area of a triangle with base {base} and height {height}?
> compute the area of a triangle {base} wide and {height} high
> How large is a triangle of base {base} and height {height}?
+ compute the areas of triangles with a base of {base} and heights of {height+}
< result calc(base * height / 2)
! The area is {result}.
@ cylinder_volume, volume_of_cylinder, tank_volume : Compute the volume of a cylinder.
~ compute a cylinder's volume
* radius/r int(1, 30)
* height/h int(2, 90)
> What volume has a cylinder with radius {radius} and height {height}?
> compute the volume of a cylinder of height {height} and radius {radius}
> A tank has a radius of {radius} and a height of {height}. How much does it hold?
+ compute the volumes of cylinders of height {height} with radii {radius+}
< result calc(3.14159 * radius * radius * height)
! The volume is {result}.
@ right_triangle, hypotenuse, longest_side : Compute the longest side of a right triangle.
~ compute a longest side
* first_leg/leg_1 int(2, 60)
* second_leg/leg_2 int(2, 60)
? with_angles/angles flag(with the angles)
> A right triangle has the legs {first_leg} and {second_leg}. How long is its longest side?
> compute the hypotenuse for the legs {first_leg} and {second_leg}
> How long is the hypotenuse over legs of {first_leg} and {second_leg}?
< result calc(sqrt(first_leg * first_leg + second_leg * second_leg))
! It is {result} long.
@ line_slope, slope_between, find_slope : Compute the slope of a line through two points.
~ compute a slope
* point1/start/first POINT -- x and y
* point2/end/second POINT -- x and y
? as_fraction/fraction flag(as a fraction / as a decimal)
> What is the slope of the line from {point1} to {point2}?
> compute the slope between the points {point1} and {point2}
> A line goes through {point1} and {point2}. How steep is it?
< report code(R-####)
! The numbers are in report {report}.

== equations : toolbox
@ solve_quadratic, quadratic_roots, find_roots : Solve a quadratic equation.
~ solve a quadratic equation
* square/square_factor int(-9, 12)
* linear/linear_factor int(-30, 30)
* constant/constant_factor int(-40, 40)
> solve the quadratic equation with a = {square}, b = {linear} and c = {constant}
> What are the roots of the quadratic with coefficients {square}, {linear} and {constant}?
> The coefficients of a quadratic are {square}, {linear} and {constant}. Solve it.
< report code(R-####)
! The numbers are in report {report}.
@ derivative, differentiate, find_derivative : Compute the derivative of a function.
~ compute a derivative
* function/expression/f FORMULA -- in Python's syntax
? at/x_value/point int(-5, 9) "at x = {}"
? order/degree int(2, 4) "of order {}"
> What is the derivative of {function}?
> compute the derivative of the function {function}
> differentiate {function}
< report code(R-####)
! The numbers are in report {report}.
@ integral, area_under_curve, integrate : Compute the integral of a function.
~ compute an integral
* function/expression/f FORMULA -- in Python's syntax
* lower/start/x_from int(-5, 1)
* upper/end_point/x_to int(2, 12)
? method/rule enum(the trapezoid rule=trapezoid, the midpoint rule=midpoint, Simpson's rule=simpson) "with {}"
? steps/intervals int(10, 900, 10) "in {} steps"
> What is the area under {function} from x = {lower} to x = {upper}?
> compute the integral of {function} between {lower} and {upper}
> integrate {function} from {lower} to {upper}
< report code(R-####)
! The numbers are in report {report}.
@ common_divisor, gcd, greatest_divisor : Compute the greatest common divisor of numbers.
~ compute a common divisor
* numbers/values series(6, 240, 2, 4, 2)
> What is the greatest common divisor of {numbers}?
> compute the greatest common divisor of {numbers}
> Which is the largest number that divides {numbers}?
< result over(gcd : numbers)
! It is {result}.
@ prime_factors, factorize, factor_number : Factor a number into primes.
~ factor a number
* number/n/value large(30, 9000)
? as_text/formatted flag(as a text / as a plain list)
> What are the prime factors of {number}?
> factor {number} into primes
> Which primes divide {number}?
+ factor {number+}
< report code(R-####)
! The numbers are in report {report}.

== mechanics : toolbox electricity
@ final_speed, compute_velocity, velocity_after : Compute the final velocity of a moving object.
~ compute a final velocity
* initial_velocity/start_velocity/v0 START
* acceleration/acc num(1, 15)
* time/seconds/duration int(2, 60)
? unit/units enum(meters per second=m/s, miles per hour=mph, kilometers per hour=km/h) "in {}"
> How fast is a car that starts {initial_velocity} and accelerates at {acceleration} m/s^2 for {time} seconds?
> compute the final velocity: it starts {initial_velocity}, acceleration {acceleration}, time {time} seconds
> An object starts {initial_velocity}. How fast is it after {time} seconds at {acceleration} m/s^2?
< report code(R-####)
! The numbers are in report {report}.
@ displacement, distance_moved, travel_distance : Compute the displacement of a moving object.
~ compute a displacement
* initial_velocity/start_speed/v0 START
* acceleration/acc num(1, 15)
* time/duration/t int(2, 60)
> How far does something move that starts {initial_velocity} and accelerates at {acceleration} for {time} seconds?
> compute the displacement when it starts {initial_velocity}, with acceleration {acceleration}, after {time} seconds
> It starts {initial_velocity} and speeds up by {acceleration} m/s^2. Where is it after {time} seconds?
+ compute the displacement at an acceleration of {acceleration} for {time+} seconds, starting {initial_velocity}
< result calc(initial_velocity * time + acceleration * time * time / 2)
! The displacement is {result} m.
@ kinetic_energy, motion_energy, energy_of_motion : Compute the kinetic energy of an object.
~ compute a kinetic energy
* mass/weight/m num(1, 90)
* velocity/speed/v num(1, 60)
? unit/output_unit enum(joules=J, kilojoules=kJ, calories=cal) "in {}"
> What is the kinetic energy of {mass} kg at {velocity} m/s?
> compute the kinetic energy of an object of {mass} kg that moves at {velocity} m/s
> A ball of {mass} kg flies at {velocity} m/s. How much energy does it have?
+ compute the kinetic energy of {mass} kg at speeds of {velocity+} m/s
< report code(R-####)
! The numbers are in report {report}.
@ free_fall, fall_time, drop_time : Compute the time of a free fall.
~ compute the time of a fall
* height/drop_height/h int(3, 400)
? gravity/g num(1, 25) "with a gravity of {}"
? air_resistance/drag flag(with air resistance / without air resistance)
> How long does a stone fall from {height} m?
> compute the time that an object takes to fall {height} meters
> I drop a ball from {height} meters. When does it land?
+ compute the time of a fall from {height+} meters
< report code(R-####)
! The numbers are in report {report}.
@ gravity_force, gravitational_force : Compute the gravitational force between two masses.
~ compute a gravitational force
* mass1/m1/first_mass large(10, 900000)
* mass2/m2/second_mass large(10, 900000)
* distance/r int(2, 900)
> What is the gravitational force between {mass1} kg and {mass2} kg, {distance} m apart?
> compute the gravitational force of the masses {mass1} and {mass2} at a distance of {distance}
> Two bodies of {mass1} kg and {mass2} kg are {distance} meters apart. How strongly do they attract?
+ compute the gravitational force between {mass1} kg and {mass2} kg at {distance+} m
< report code(R-####)
! The force is in report {report}.

== electricity : toolbox mechanics
@ ohms_law, electric_current, compute_current : Compute the current through a resistor.
~ compute a current
* voltage/volts/v num(1, 240)
* resistance/ohms/r num(1, 900)
> What current flows at {voltage} volts through {resistance} ohms?
> compute the current for {voltage} V and {resistance} ohms
> A resistor of {resistance} ohms is at {voltage} volts. How much current is that?
+ compute the current at {voltage} volts through {resistance+} ohms
< result calc(voltage / resistance)
! The current is {result} A.
@ wire_resistance, conductor_resistance : Compute the resistance of a wire.
~ compute a wire's resistance
* length/wire_length num(1, 90) -- in meters
* area/cross_section num(1, 6) -- in square millimeters
? material/metal enum(copper, aluminum, silver, gold) "made of {}"
? temperature/temp int(0, 90) "at {} degrees"
> What is the resistance of a wire {length} m long with a cross section of {area}?
> compute the resistance of {length} meters of wire, {area} square millimeters
> I have a wire of {length} m with {area} square millimeters. How large is its resistance?
+ compute the resistance of a wire of {length+} meters with a cross section of {area}
< report code(R-####)
! The numbers are in report {report}.
@ energy_cost, power_cost, running_cost : Compute the cost of running a device.
~ compute a device's cost
* watts/power int(20, 3000, 20)
* hours/hours_per_day num(1, 24)
? days/period_days int(7, 365) "over {} days"
> What does a device of {watts} watts cost that runs {hours} hours a day?
> compute the cost of {watts} W for {hours} hours a day
> My heater of {watts} watts is on for {hours} hours a day. What do I pay?
+ compute the cost of devices of {watts+} watts for {hours} hours a day
< report code(R-####)
! The numbers are in report {report}.
@ wave_speed, wavelength, compute_wavelength : Compute the wavelength of a wave.
~ compute a wavelength
* frequency/freq/hertz large(50, 900000) -- in hertz
? medium/material enum(air, water, steel, vacuum) "in {}"
> What is the wavelength at {frequency} Hz?
> compute the wavelength of a wave of {frequency} hertz
> How long is a wave of {frequency} Hz?
+ compute the wavelengths of {frequency+} Hz
< report code(R-####)
! The numbers are in report {report}.

== statistics : toolbox
@ mean, average, compute_mean : Compute the mean of numbers.
~ compute a mean
* numbers/values/data series(1, 99, 3, 8, 1)
> What is the mean of {numbers}?
> compute the mean of {numbers}
> My scores are {numbers}. What is their average?
< result over(mean : numbers)
! The mean is {result}.
@ standard_deviation, std_dev, spread : Compute the standard deviation of numbers.
~ compute a standard deviation
* data/values/numbers series(1, 99, 3, 8, 1)
> What is the standard deviation of {data}?
> compute the standard deviation of {data}
> How much do {data} spread?
< result over(stdev : data)
! The standard deviation is {result}.
@ draw_probability, event_probability, chance_of : Compute the probability of an event.
~ compute a probability
* favorable/successes/good_outcomes int(1, 20)
* total/outcomes/all_outcomes int(21, 90)
> What is the probability of an event with {favorable} favorable outcomes of {total}?
> compute the probability of {favorable} cases out of {total}
> {favorable} of {total} cases are good. How likely is one?
< result calc(favorable / total)
! The probability is {result}.

== fitness_sums : health recipes
@ body_mass_index, compute_bmi, bmi : Compute the body mass index.
~ compute a body mass index
* weight/weight_kg/mass num(45, 120) -- in kilograms
* height/height_cm int(150, 205) -- in centimeters
> What is the body mass index of someone of {weight} kg and {height} cm?
> compute the body mass index for {height} cm and {weight} kg
> I weigh {weight} kilos at {height} cm. What is my body mass index?
< result calc(weight * 10000 / height / height)
! The body mass index is {result}.
@ calories_needed, daily_calories, calorie_need : Compute the calories that a person needs a day.
~ compute the calories needed
* weight/weight_kg int(45, 120)
* height/height_cm int(150, 205)
* age/years int(18, 80)
* sex/gender enum(woman=female, man=male)
? activity/activity_level enum(hardly active=low, moderately active=moderate, very active=high) "being {}"
? goal/aim enum(lose weight=lose, keep the weight=keep, gain weight=gain) "in order to {}"
> How many calories does a {age}-year-old {sex} of {weight} kg and {height} cm need?
> compute the calories for a {sex}, {age} years old, {height} cm, {weight} kg
> I am a {sex} of {age}, weigh {weight} kg and am {height} cm tall. How much should I eat?
< report code(R-####)
! The numbers are in report {report}.

== places : navigation flights weather restaurants real_estate
= NEAR CITY_STATE
@ find_restaurants, search_restaurants, restaurants_nearby : Find restaurants near a place.
~ find restaurants
* location/city/place NEAR -- city and state
* cuisine/food_type enum(Italian, Thai, Mexican, Indian, Japanese, French)
? diet/dietary_needs list(enum(vegan, vegetarian, gluten-free, halal, kosher), 1, 2) "with {} dishes"
? limit/number/max_results int(2, 10) "with {} results at most"
? max_price/price_limit int(10, 90) "for less than ${} a person"
> Where can I eat {cuisine} food in {location}?
> find {cuisine} restaurants in {location}
> I would like {cuisine} food[ in {location}].
+ find {cuisine} restaurants in {location+}
< result list(word(Blue Door, Olive Tree, Red Lantern, Corner Table), 1, 3)
! I found {result}.
@ find_apartments, search_flats, apartment_search : Find apartments for rent.
~ find apartments
* location/city NEAR -- the city and state, e.g. Denver, CO
* bedrooms/rooms int(1, 5)
? max_rent/budget money(600, 5000) "for at most {} a month"
? amenities/features list(enum(pool, gym, parking, balcony, laundry), 1, 3) "with {}"
? pets/pet_friendly flag(that take pets)
> Which apartments with {bedrooms} bedrooms are for rent in {location}?
> find apartments in {location} with {bedrooms} bedrooms
> I am looking for {bedrooms} bedrooms in {location}.
+ find apartments with {bedrooms} bedrooms in {location+}
< result list(word(12 Elm Street, 9 Harbor Lane, 40 Mill Road, 7 Park View), 1, 3)
! I found {result}.
@ distance_between, city_distance, driving_distance : Compute the distance between two cities.
~ compute a distance
* start/origin/from_city CITY
* to_city/destination/end CITY
? unit/units enum(miles, kilometers) "in {}"
? means/transport enum(by car=car, by train=train, by bike=bicycle, on foot=walking) "{}"
? stops/via list(CITY, 1, 2) "with stops in {}"
> How far is it from {start} to {to_city}?
> compute the distance from {start} to {to_city}
> How far apart are {start} and {to_city}?
+ compute the distances from {start} to {to_city+}
< report code(R-####)
! The way is in report {report}.
@ local_weather, weather_now, current_conditions : Get the current weather of a place.
~ get the weather
* location/city NEAR -- city and state, e.g. Austin, TX
? unit/units enum(Celsius=celsius, Fahrenheit=fahrenheit) "in {}"
? details/include list(enum(humidity, wind, pressure, sunrise), 1, 2) "with {}"
> What is the weather in {location} now?
> get the current weather of {location}
> Do I need a coat in {location}?
+ get the current weather of {location+}
< result int(2, 35)
! It is {result} degrees.

== records : film sports stocks courses
= EVENT word(French Revolution, Battle of Hastings, Fall of Constantinople, Moon Landing, Black Death, Boston Tea Party)
@ historic_event, event_facts, get_event : Look up a historic event.
~ look up a historic event
* event/name/event_name EVENT
? details/fields list(enum(date, place, causes, outcome, people), 1, 3) "with its {}"
? format/style enum(short, detailed) "in a {} form"
> What is known about the {event}?
> look up the {event}
> I have to write about the {event}.
+ look up the {event+}
< page int(2, 90)
! The {event} is described on page {page}.
@ company_stock, stock_history, share_price : Get the share prices of a company.
~ get share prices
* company/name COMPANY
* days/period int(2, 60)
? exchange/market enum(NASDAQ, NYSE, LSE) "on {}"
? price/data_type enum(opening=Open, closing=Close, highest=High, lowest=Low) "taking the {} ones"
> What were the share prices of {company} in the last {days} days?
> get the share prices of {company} for {days} days
> How did the shares of {company} move over {days} days?
+ get the share prices of {company+} for {days} days
< result list(num(20, 400), 2, 3)
! The prices were {result}.
@ match_results, team_matches, game_scores : Get the results of a team.
~ get results
* team/team_name TEAM
* matches/count/number int(2, 12)
? season/year int(2010, 2023) "in {}"
? include_stats/stats flag(with statistics / without statistics)
? league/competition word(the Premier League, the Coastal League, the Northern Cup) "in {}"
> How did {team} do in the last {matches} matches?
> get the last {matches} results of {team}
> I missed the last {matches} matches of {team}.
+ get the last {matches} results of {team+}
< result word(two wins, three draws, one defeat)
! {team} had {result}.
@ schedule_class, course_info, find_courses : Find courses of a subject.
~ find courses
* subject/topic word(physics, painting, law, chemistry, biology, economics, Spanish, music)
* level/grade enum(beginner, intermediate, advanced)
? online/remote flag(online / on site)
? days/weekdays list(enum(Monday, Tuesday, Wednesday, Thursday, Friday), 1, 3) "on {}"
? max_fee/price money(20, 900) "for at most {}"
> Which {level} courses in {subject} are there?
> find {subject} courses for {level} learners
> I want to learn {subject}[ at the {level} level].
+ find {level} courses in {subject+}
< result list(code(C-###), 1, 3)
! I found {result}.
"""
