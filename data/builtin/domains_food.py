"""Tools of food: restaurants, recipes, groceries. The language of the table stands in `grammar.py`."""

TEXT = """
== restaurants : groceries
= PLACE word(Olive Corner, Blue Basil, Casa Lima, The Copper Pot, Saffron House, Luigi's, Mesa Nine, Kimchi Bar)
@ find_restaurant, search_restaurants : Find a restaurant by cuisine and city.
~ find a restaurant
* city/location CITY
* cuisine/food enum(Italian=italian, Thai=thai, Indian=indian, Mexican=mexican, Greek=greek, Korean=korean)
? open_now flag(that is open right now)
? max_price money(15, 60) "for at most {} a head" -- per person
> find a {cuisine} restaurant[ in {city}]
> Where can I eat {cuisine} food[ in {city}]?
> look for a {cuisine} place[ in {city}]
> I'm hungry for {cuisine} food in {city}.
< restaurant PLACE; rating num(3, 5)
! {restaurant} in {city} is rated {rating}.
! I found {restaurant}, rated {rating}.
@ book_table, reserve_table, table_booking : Book a table at a restaurant.
~ book a table
* restaurant/place PLACE
* people/party_size/guests int(2, 14)
* date ON_DATE
* time TIME
? outdoors/terrace flag(on the terrace / inside)
> book a table at {restaurant} for {people} people[ {date}][ at {time}]
> reserve {restaurant} for {people}[ {date}][ at {time}]
> I'd like a table for {people} at {restaurant}[ {date}] at {time}.
> Can you get us into {restaurant} {date} at {time}? We are {people}.
> Is there a table for {people} at {restaurant} {date} at {time}?
< booking code(T-###)
! Your table for {people} at {restaurant} is booked for {date} at {time}: {booking}.
! Booked: {restaurant}, {date}, {time}, {people} people.
@ cancel_table, cancel_table_booking : Cancel a table booking.
~ cancel a table booking
* booking/booking_id code(T-###)
> cancel my table[ {booking}]
> We can't make it to dinner. Drop booking {booking}.
> call off the table with the code {booking}
+ cancel the tables {booking+}
< status word(cancelled)
! The table {booking} is cancelled.
@ change_party_size, update_guests : Change the number of guests of a booking.
~ change the number of guests
* booking code(T-###)
* people/guests int(2, 14)
> change booking {booking}[ to {people} people]
> We will be {people} instead for booking {booking}.
> make {booking} a table for {people}
< status word(updated, confirmed)
! Booking {booking} is now for {people} people.
@ get_menu, show_menu : Get the menu of a restaurant. | List the dishes of one of its menus.
~ look at a menu
* restaurant PLACE
* menu/course enum(lunch menu=lunch, dinner menu=dinner, kids menu=kids, party menu=party)
> What is on the {menu} of {restaurant}?
> list the {menu}[ at {restaurant}]
> look at the {menu}[ of {restaurant}]
< result list(DISH, 2, 3)
! {restaurant} offers {result}.
@ order_takeaway, order_food, place_food_order : Order a dish for takeaway or delivery. | Order food from a restaurant.
~ order food
* restaurant PLACE
* dish DISH
* quantity/portions int(2, 6)
? note/instructions NOTE "with the note {}"
> order {quantity} portions of {dish}[ from {restaurant}]
> get {quantity} servings of {dish}[ from {restaurant}]
> We want {dish} from {restaurant}, {quantity} portions.
< order_id code(FO-###); minutes int(20, 55)
! Order {order_id} is placed and takes {minutes} minutes.
@ track_delivery, delivery_status : Track a food delivery.
~ track a food delivery
* order_id/order code(FO-###)
> Where is my food[, order {order_id}]?
> track delivery {order_id}
> How long until {order_id} arrives?
< stage enum(in the kitchen, on the road); minutes by(stage : on the road=int(3, 20), int(25, 50))
! Order {order_id} is {stage}, {minutes} minutes to go.
@ rate_restaurant, leave_review : Rate a restaurant. | Post a review of a restaurant.
~ review a restaurant
* restaurant PLACE
* stars/rating int(1, 5)
? comment REVIEW "with the comment {}" | "saying {}"
> give {restaurant} {stars} out of 5 stars
> rate {restaurant} {stars} of 5
> leave a {stars} star review for {restaurant}
< status word(posted, saved)
! Your rating of {stars} for {restaurant} is {status}.
@ allergen_check, check_allergens : Check whether a dish contains an allergen.
~ check a dish for allergens
* dish DISH
* allergen enum(nuts, gluten, dairy, eggs, soy, shellfish)
> Does the {dish} contain {allergen}?
> check the {dish}[ for {allergen}]
> Could the {dish} have {allergen} in it?
< result enum(yes, no, traces)
! The allergen check of {dish} for {allergen} says: {result}.
@ opening_hours : Get the opening hours of a restaurant on a weekday. | Tell when a restaurant is open.
~ check opening hours
* restaurant PLACE
* weekday/day enum(Mondays=monday, Tuesdays=tuesday, Fridays=friday, Saturdays=saturday, Sundays=sunday)
> When is {restaurant} open on {weekday}?
> check the hours of {restaurant}[ on {weekday}]
> Can we eat at {restaurant} on {weekday}?
< opens word(11:00, 11:30, 12:00); closes word(21:30, 22:00, 23:00)
! {restaurant} is open from {opens} to {closes} then.
@ join_waitlist, add_to_waitlist : Join the queue for a table.
~ join a waiting list
* restaurant PLACE
* name/party_name PERSON
* people int(2, 8)
> put {name} on the waiting list of {restaurant} for {people}
> add {name}, {people} people, to the queue at {restaurant}
> {restaurant} is full. Put us on the list: {people} people, {name}.
< position int(1, 9)
! {name} is number {position} on the list of {restaurant}.
& find_restaurant.restaurant -> book_table.restaurant > book a table there for {people} {date} at {time}
& order_takeaway.order_id -> track_delivery.order_id > tell me how far the order is | track it

== recipes
= BAKED word(potato gratin, vegetable lasagna, apple pie, banana bread, carrot cake, cheesecake)
= LEAN by(food : rice=130, beans=127, lentils=116, bananas=89, potatoes=77, tofu=76, yoghurt=61, apples=52, 34)
= RICH by(food : butter=717, cheese=402, oats=389, salmon=208, chicken=165, eggs=155, LEAN)
= LAST by(ingredient : apples=bananas, bananas=apples, lemons=apples, garlic=onions, onions=garlic, peppers)
= MORE by(ingredient : tofu=beans, beans=lentils, lentils=beans, oats=rice, potatoes=carrots, yoghurt=butter, LAST)
= SWAP by(ingredient : eggs=tofu, chicken=tofu, salmon=tofu, butter=yoghurt, cheese=almonds, rice=lentils, MORE)
@ find_recipes, search_recipes, recipe_search : Find recipes that use some ingredients.
~ find a recipe
* ingredients list(FOOD, 2, 3)
? diet enum(vegan, vegetarian, low carb=low_carb, gluten free=gluten_free) "that is {}"
? max_minutes/time_limit MINUTES "ready in {}"
> find a recipe with {ingredients}
> What can I cook with {ingredients}?
> I have {ingredients} at home. What can I make?
> search for a dish made of {ingredients}
< recipe_id code(RC-###)
! {recipe_id} uses {ingredients}.
@ get_recipe, show_recipe, recipe_details : Get a recipe by its id. | Show the steps of a recipe.
~ look at a recipe
* recipe_id/id code(RC-###)
? servings int(2, 8) "for {} people"
> show the recipe[ {recipe_id}]
> open {recipe_id}
> How do I cook {recipe_id}?
+ open the recipes {recipe_id+}
< title DISH; minutes int(15, 90)
! {recipe_id} is {title} and takes {minutes} minutes.
@ nutrition_facts, get_nutrition, calories : Look up nutrition facts by weight.
~ look up nutrition facts
* food/item FOOD
* grams/weight int(50, 500, 50)
> How many calories are in {grams} grams of {food}?
> look up the nutrition of {grams} g of {food}
> What are the calories of {food}, {grams} grams?
< per_100g RICH; calories calc(round(grams * per_100g / 100))
! {grams} g of {food} have {calories} calories.
@ scale_recipe, adjust_servings : Scale a recipe to a number of servings.
~ scale a recipe
* recipe_id code(RC-###)
* servings int(5, 20)
> scale {recipe_id}[ to {servings} servings]
> adjust recipe {recipe_id} for {servings} people
> We are {servings} tonight, so adapt {recipe_id}.
< factor calc(servings / 4)
! {recipe_id} is scaled to {servings} servings, {factor} times the amounts.
@ save_recipe, add_favorite_recipe : Save a recipe to a collection.
~ save a recipe
* recipe_id code(RC-###)
* collection enum(breakfast, weekday, party, desserts)
> save {recipe_id}[ to my {collection} collection]
> add {recipe_id} to the {collection} recipes
> keep {recipe_id} under {collection}
< status word(saved)
! {recipe_id} is in your {collection} collection.
@ substitute_ingredient : Find a substitute for an ingredient.
~ find a substitute
* ingredient FOOD
? reason enum(an allergy=allergy, a vegan diet=vegan, low stock=out_of_stock) "because of {}"
> What can I use instead of {ingredient}?
> find a substitute[ for {ingredient}]
> I have no {ingredient}. What works in its place?
+ What can replace {ingredient+}?
< result SWAP
! Instead of {ingredient} you can use {result}.
@ plan_meal, add_to_meal_plan, schedule_meal : Plan a meal for a day.
~ plan a meal
* dish DISH
* date ON_DATE
* meal enum(breakfast, lunch, dinner)
> plan {dish} for {meal}[ {date}]
> put {dish} into the meal plan as {meal} {date}
> We want {dish} for {meal} {date}.
< status word(planned)
! {dish} is planned for {meal} on {date}.
@ start_cooking_timer, kitchen_timer : Start a kitchen timer.
~ start a kitchen timer
* minutes/duration MINUTES
* label/what FOOD
> time the {label}[ for {minutes}]
> start a kitchen timer of {minutes} for the {label}
> Start the clock for the {label}, {minutes}.
< timer_id code(KT-##)
! Timer {timer_id}: {minutes} minutes for the {label}.
@ oven_settings, oven_temperature : Get the oven setting for a dish. | Look up the oven setting for a dish.
~ look up an oven setting
* dish BAKED
* mode enum(fan, grill, top and bottom heat=conventional)
> How hot should the oven be for {dish} with {mode}?
> look up the {mode} setting for {dish}
> Which temperature does {dish} need with {mode}?
< celsius int(160, 230, 10)
! {dish} needs {celsius} degrees Celsius.
@ rate_recipe, review_recipe : Rate a recipe.
~ rate a recipe
* recipe_id code(RC-###)
* stars int(2, 5)
? comment REVIEW "and comment {}" | "with the comment {}"
> rate {recipe_id} with {stars} stars
> give {recipe_id} {stars} of 5 stars
> {recipe_id} deserves {stars} stars.
< average num(3, 5)
! You gave {recipe_id} {stars} stars; the average is {average}.
& find_recipes.recipe_id -> save_recipe.recipe_id > save it to the {collection} collection
& find_recipes.recipe_id -> scale_recipe.recipe_id > scale it for {servings} people

== groceries : restaurants
@ add_to_cart, cart_add, put_in_basket : Add food to the shopping cart.
~ add groceries to the cart
* item/product FOOD
* quantity/amount int(2, 12)
? organic flag(but only organic ones)
> add {quantity} packs of {item} to the cart
> put {quantity} units of {item} in my basket
> We need {item}, {quantity} packs.
< price num(1, 9); cost calc(quantity * price)
! Added {quantity} packs of {item} for ${cost}.
@ remove_from_cart, cart_remove : Remove an item from the cart.
~ remove an item from the cart
* item FOOD
> remove the {item} from my cart
> take out the {item}
> I don't need {item} any more.
+ take {item+} out of the cart
< status word(removed)
! Removed: {item}.
@ check_price, grocery_price, price_of : Get the price of a grocery item. | Look up what a food costs.
~ check a price
* item FOOD
? store word(Greenway, Fresh Corner, Daily Market, Harvest Hall, Sunmart) "at {}"
> How much does a kilo of {item} cost?
> check the price of {item}
> What do you charge for {item}?
+ What are the prices of {item+}?
< price num(1, 15)
! {item} at ${price} a kilo.
@ book_delivery_slot, schedule_grocery_delivery : Book a delivery slot.
~ book a delivery slot
* date ON_DATE
* time/from_time TIME
? address record(street STREET, city CITY : {street}, {city}) "to {}"
> deliver my groceries[ {date}][ at {time}]
> book the delivery {date}[ at {time}]
> Can the shopping arrive {date} at {time}?
< slot code(SL-###)
! Slot {slot} is booked for {date} at {time}.
@ apply_coupon, redeem_coupon : Apply a coupon to the cart.
~ apply a coupon
* code/coupon code(SAVE##, FRESH##, YUM##)
> apply the coupon[ {code}]
> use the discount code {code}
> I have a coupon: {code}.
< discount money(1, 20)
! Coupon {code} takes off ${discount}.
@ checkout, pay_cart : Check out with a payment method.
~ check out
* payment/method enum(card, cash, gift card=gift_card, bank transfer=transfer)
? tip money(1, 9) "with a tip of {}"
> check out[ with {payment}]
> pay for the cart by {payment}
> finish the order and pay with {payment}
< order_id code(GR-###)
! Order {order_id} is paid by {payment}.
@ find_product_in_store, aisle_lookup : Find the aisle of an item in a store.
~ find an item in the store
* item FOOD
* store word(Greenway, Fresh Corner, Daily Market, Harvest Hall, Sunmart)
> Where do I find {item}[ in {store}]?
> look up the aisle of {item}[ at {store}]
> Which aisle of {store} has the {item}?
< aisle int(1, 20)
! Aisle {aisle} of {store} has the {item}.
@ create_shopping_list, new_shopping_list : Create a shopping list.
~ create a shopping list
* items list(FOOD, 2, 4)
* name/title word(Weekend, Party, Monday, Picnic, Camping, Office)
> make a shopping list called {name} with {items}
> create the list {name}: {items}
> I need {items} on a list named {name}.
< list_id code(SL##)
! The list {name} holds {items}.
@ report_missing_item, missing_item : Report an item missing from a delivery.
~ report a missing item
* order_id/order code(GR-###)
* item FOOD
> report a missing item, {item}[, in order {order_id}]
> Order {order_id} came without {item}.
> I found no {item} in my delivery {order_id}.
< refund money(1, 15)
! You get ${refund} back for the missing {item}.
@ stock_check, is_in_stock : Check whether a store has an item.
~ check the stock of an item
* item FOOD
* store word(Greenway, Fresh Corner, Daily Market, Harvest Hall, Sunmart)
> Does {store} have {item} today?
> check whether {item} can be had[ at {store}]
> look up the stock of {item}[ at {store}]
+ Does {store} have {item+}?
< result enum(in stock, sold out, few left)
! The {item} at {store}: {result}.
& checkout.order_id -> report_missing_item.order_id > report a missing item, {item}
"""
