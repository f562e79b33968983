"""Tools of trade: orders, inventory, shipping. The language of the table stands in `grammar.py`."""

TEXT = """
== orders : shipping inventory
@ get_order, fetch_order, order_status : Get the status of an order. | Look up an order by its number.
~ check an order
* order_id/order/order_number code(ORD-####, A-####)
? include_items/items flag(including the items / without the items)
> Where is my order {order_id}?
> check order {order_id}
> What's the status of {order_id}?
> look up my order[ {order_id}]
+ check the orders {order_id+}
+ What is the status of {order_id+}?
< status enum(packed, shipped, delayed); arrives after(today, 1, 14)
! Order {order_id} is {status} and arrives on {arrives}.
! It is {status}; expect it on {arrives}.
@ cancel_order, order_cancel : Cancel an order.
~ cancel an order
* order_id/order/order_number code(ORD-####, A-####)
? reason enum(it is too late=late, I ordered twice=duplicate, I found it cheaper=price) "because {}"
> cancel my order[ {order_id}]
> stop order {order_id}
> I don't want {order_id} any more.
+ cancel {order_id+}
< refund money(8, 300)
! Order {order_id} is cancelled; you get ${refund} back.
@ place_order, buy_product, create_order : Order a product.
~ order a product
* product/item PRODUCT
* quantity/count int(2, 12)
? color COLOR "in {}"
? gift_wrap flag(as a gift / without gift wrapping)
> order this: {quantity} x {product}
> buy the {product}, quantity {quantity}
> I need {quantity} pieces of the {product}.
< order_id code(ORD-###); price money(5, 90); total calc(quantity * price)
! Order {order_id} for the {product} is placed, ${total}.
@ return_item, start_return : Start a return of an order. | Send an order back for a reason.
~ return an order
* order_id code(ORD-####, A-####)
* reason enum(damaged, too small=too_small, too large=too_large, not needed=unwanted)
> return {order_id}[ as {reason}]
> send back {order_id}, it is {reason}
> {order_id} is {reason}. I want to return it.
< return_id code(RT-###)
! Return {return_id} is open for {order_id}.
@ change_delivery_address, update_address : Change the delivery address of an order.
~ change a delivery address
* order_id code(ORD-####, A-####)
* address record(street STREET, city CITY : {street}, {city})
> send {order_id} to another address[: {address}]
> change the address of {order_id}[ to {address}]
> {order_id} has to go to {address}.
< status word(updated)
! {order_id} will go to {address}.
@ search_products, product_search, find_product : Search the shop for products.
~ search products
* query/keyword PRODUCT
? max_price/price_limit money(100, 300) "for less than {}" | "under {}"
? sort_by/sort enum(price, rating, newest) "sorted by {}"
> search for a {query}
> Do you have a {query}?
> find a {query}
> I'm looking for a {query}.
< product_id code(P-###); price money(12, 95)
! {product_id} matches {query} and costs ${price}.
@ product_details, get_product : Get the details of a product. | Show the price and the rating of a product.
~ look up product details
* product_id/sku code(P-###)
> tell me more about {product_id}.
> look up the details of {product_id}
> What is known about {product_id}?
+ compare {product_id+}
< price money(12, 280); rating num(3, 5)
! {product_id} costs ${price} and is rated {rating}.
@ add_to_wishlist, wishlist_add : Add a product to a wish list.
~ add to a wish list
* product_id code(P-###)
* list_name/wishlist enum(birthday, holiday, home, someday)
> add {product_id}[ to my {list_name} wish list]
> put {product_id} on the {list_name} wish list
> keep {product_id} in mind for the {list_name} list
< count int(2, 20)
! {product_id} is on your {list_name} list with {count} items.
@ write_product_review, review_product : Review a product.
~ review a product
* product_id code(P-###)
* stars/rating int(2, 5)
* text/comment REVIEW
> review {product_id} with {stars} stars: {text}
> give {product_id} {stars} stars and write {text}
> rate {product_id} {stars} of 5[ with the text {text}]
< status word(published)
! Your review of {product_id} is {status}.
@ request_refund, refund_order : Request a refund of an order. | Get some money back for an order.
~ request a refund
* order_id code(ORD-####, A-####)
* amount money(5, 200)
? method enum(card, store credit=credit, bank transfer=bank) "by {}"
> refund {amount} for {order_id}
> I want {amount} back for {order_id}.
> ask for a refund of {amount}[ on {order_id}]
< refund_id code(RF-###)
! Refund {refund_id} of ${amount} is on its way.
@ gift_card_balance, check_gift_card : Check what is left on a gift card.
~ check a gift card
* card_code/code code(GC-###-@@)
> How much is left on gift card {card_code}?
> check the gift card[ {card_code}]
> Is there money on {card_code}?
+ check the gift cards {card_code+}
< result money(0, 150)
! Gift card {card_code} has ${result} left.
& search_products.product_id -> add_to_wishlist.product_id > put it on my {list_name} wish list
& search_products.product_id -> add_to_wishlist.product_id > save it to the {list_name} list
& place_order.order_id -> change_delivery_address.order_id > send it to {address}

== inventory : orders
= SKU code(SKU-###, IT-###@)
@ get_stock, stock_level, check_inventory : Get the stock of an item in a warehouse. | Count an item in stock.
~ check stock
* sku/item SKU
* warehouse/site enum(north, south, east, west)
> How many {sku} are in the {warehouse} warehouse?
> check the stock of {sku}[ in the {warehouse} warehouse]
> count {sku} at the {warehouse} site
+ How many {sku} are in the {warehouse+} warehouses?
< result int(0, 900)
! There are {result} pieces of {sku}.
@ adjust_stock, update_stock, correct_inventory : Correct the counted stock of an item.
~ correct stock
* sku SKU
* count/quantity int(5, 400)
? reason enum(a recount=recount, breakage=damage, theft) "because of {}"
> set the stock of {sku}[ to {count}]
> correct {sku} to {count} pieces
> We counted {count} pieces of {sku}.
< status word(updated)
! The stock of {sku} is now {count}.
@ transfer_stock, move_stock : Move items between warehouses.
~ move stock
* sku SKU
* quantity int(5, 200)
* from_site/source enum(north, south)
* to_site/target enum(east, west)
> move {quantity} pieces of {sku} from {from_site} to {to_site}
> transfer {quantity} {sku} from the {from_site} to the {to_site} site
> bring {quantity} of {sku} over from {from_site} to {to_site}
< transfer_id code(MV-###)
! Transfer {transfer_id} moves {quantity} pieces of {sku}.
@ reorder_item, create_purchase_order : Reorder an item from a supplier.
~ reorder stock
* sku SKU
* quantity int(10, 500, 10)
? supplier COMPANY "from {}"
? express flag(by express / without express)
> reorder {quantity} pieces of {sku}
> order {quantity} more {sku}
> We are running out of {sku}; buy {quantity}.
< po_number code(PO-###)
! Purchase order {po_number} for {quantity} pieces of {sku} is out.
@ list_low_stock, low_stock_report : List items below a stock level.
~ list low stock
* threshold/below int(5, 60, 5)
? category enum(tools, toys, food, paper) "among {}"
> Which items are below {threshold} pieces?
> list everything with fewer than {threshold} in stock
> find items under {threshold} pieces
< result list(SKU, 1, 3)
! Below {threshold} pieces: {result}.
@ receive_delivery, book_goods_receipt : Receive goods of a purchase order.
~ receive a delivery
* po_number/purchase_order code(PO-###)
* dock/gate int(1, 9)
> book the arrival of {po_number}[ at dock {dock}]
> receive {po_number} at dock {dock}
> {po_number} has just arrived at dock {dock}.
< items same(quantity, int(4, 300))
! {po_number} is received with {items} items.
@ locate_item, find_bin : Find the shelf of an item. | Locate an item in the warehouse.
~ locate an item
* sku SKU
> Where do we keep {sku}?
> locate {sku}
> Which shelf holds {sku}?
> find the shelf[ of {sku}]
+ Where do we keep {sku+}?
< shelf code(@-##)
! {sku} is on shelf {shelf}.
@ add_item, register_item : Register a new item.
~ register an item
* name PRODUCT
* category enum(standard, seasonal, premium, clearance)
* price/unit_price money(2, 180)
> register the {name} under {category} at {price}
> add a new article: {name}, category {category}, {price}
> The catalogue needs the {name} in {category} for {price}.
< sku SKU
! The {name} is now {sku}.
@ set_reorder_level, minimum_stock : Set the minimum stock of an item.
~ set a minimum stock
* sku SKU
* minimum/level int(5, 120, 5)
> set the minimum stock of {sku}[ to {minimum}]
> never let {sku} drop below {minimum}
> We want at least {minimum} of {sku} at all times.
< status word(saved)
! The minimum of {sku} is {minimum}.
@ stocktake_schedule, plan_stocktake : Plan a stocktake.
~ plan a stocktake
* warehouse enum(north, south, east, west)
* date ON_DATE
? staff/people int(2, 12) "with {} people"
> plan a stocktake in the {warehouse} warehouse[ {date}]
> count the whole {warehouse} warehouse {date}
> We do inventory at the {warehouse} site {date}.
< stocktake_id code(ST-##)
! Stocktake {stocktake_id} is planned for {date}.
& reorder_item.po_number -> receive_delivery.po_number > book its arrival at dock {dock}
& add_item.sku -> set_reorder_level.sku > set its minimum stock to {minimum}

== shipping : orders
= PARCEL code(1Z####@@, PX####, JD-####)
@ track_parcel, track_package, parcel_status : Track a parcel.
~ track a parcel
* tracking_number/parcel/tracking_id PARCEL
> Where is parcel {tracking_number}?
> track {tracking_number}
> track my parcel[ {tracking_number}]
> Has {tracking_number} been delivered?
> I am waiting for {tracking_number}.
+ track {tracking_number+}
+ Where are the parcels {tracking_number+}?
< status enum(in transit, out for delivery, delivered, held at customs); city CITY
! {tracking_number} is {status} in {city}.
@ create_label, shipping_label, print_label : Create a shipping label.
~ create a shipping label
* recipient/to_name PERSON
* address/to record(street STREET, city CITY : {street}, {city})
* weight_kg/weight num(0.5, 20)
> make a label for {recipient}, {address}, {weight_kg} kg
> create a shipping label: {recipient}, {address}, weight {weight_kg} kg
> I'm sending {weight_kg} kg to {recipient} at {address} and need a label.
< tracking_number PARCEL
! The label for {recipient} is ready: {tracking_number}.
@ shipping_cost, get_rate, quote_shipping : Get the price of a shipment.
~ get a shipping price
* country/destination COUNTRY
* weight_kg/weight num(0.5, 30)
? speed/service enum(standard, express, overnight) "by {} delivery"
> What does it cost to send {weight_kg} kg to {country}?
> get the price for a parcel of {weight_kg} kg to {country}
> How much is shipping to {country} for {weight_kg} kg?
+ What does it cost to send {weight_kg} kg to {country+}?
< result by(speed : express=calc(12 + weight_kg * 4), overnight=calc(20 + weight_kg * 6), calc(7 + weight_kg * 2))
! Sending {weight_kg} kg to {country} costs ${result}.
@ schedule_pickup, request_pickup, book_courier : Schedule a courier pickup.
~ schedule a pickup
* address/location STREET
* date ON_DATE
? parcels/count int(2, 12) "with {} parcels"
? after/from_time TIME "after {}"
> send a courier to {address}[ {date}]
> schedule a pickup at {address}[ {date}]
> Somebody should collect my parcels at {address} {date}.
< pickup_id code(PU-###)
! Pickup {pickup_id} at {address} is set for {date}.
@ redirect_parcel, reroute_package : Redirect a parcel to a pickup point.
~ redirect a parcel
* tracking_number PARCEL
* target/place enum(a neighbour=neighbor, a parcel shop=shop, a locker=locker, my office=office)
> redirect {tracking_number}[ to {target}]
> deliver {tracking_number} to {target} instead
> I won't be home, so bring {tracking_number} to {target}.
< status word(redirected)
! {tracking_number} is {status}.
@ report_damage, damaged_parcel : Report a damaged parcel.
~ report a damaged parcel
* tracking_number PARCEL
* description/text DEFECT
? value money(10, 500) "worth {}"
> report {tracking_number} as damaged and note {description}
> file a damage claim for {tracking_number}[ saying {description}]
> My parcel {tracking_number} came damaged. Write {description}.
< claim_id code(CL-###)
! Claim {claim_id} for {tracking_number} is filed.
@ find_drop_off, nearest_parcel_shop : Find a drop-off point in a city.
~ find a drop-off point
* city CITY
? open_sunday flag(open on Sundays)
> Where can I drop off a parcel[ in {city}]?
> find a parcel shop[ in {city}]
> look for a drop-off point in {city}
+ find drop-off points in {city+}
< shop word(Corner Kiosk, Station Books, Green Grocer); street STREET
! Drop it at {shop}, {street}.
@ delivery_time, estimate_delivery : Estimate the delivery time between two cities.
~ estimate a delivery time
* origin/from_city CITY
* destination/to_city CITY
> How long does a parcel take from {origin} to {destination}?
> estimate the delivery from {origin} to {destination}
> When would a package from {origin} reach {destination}?
< result int(2, 9)
! From {origin} to {destination} it takes {result} days.
@ customs_form, declare_goods : Fill in a customs form.
~ fill in a customs form
* tracking_number PARCEL
* goods/content PRODUCT
* value money(5, 400)
> declare the {goods} in {tracking_number} at {value}
> fill in the customs form of {tracking_number}: {goods}, {value}
> {tracking_number} holds a {goods} worth {value}. Declare it.
< form_id code(CF-###)
! Form {form_id} declares the {goods} at ${value}.
@ insure_parcel, add_insurance : Insure a parcel up to a value.
~ insure a parcel
* tracking_number PARCEL
* value/amount money(50, 3000)
> insure {tracking_number}[ for {value}]
> add {value} of insurance to {tracking_number}
> The parcel {tracking_number} should be covered up to {value}.
< fee calc(value / 50)
! {tracking_number} is insured up to ${value} for ${fee}.
& create_label.tracking_number -> insure_parcel.tracking_number > insure it for {value} | add {value} of insurance
& create_label.tracking_number -> redirect_parcel.tracking_number > deliver it to {target}
"""
