"""Held-out tools: observatory, print shop. The language of the table stands in `grammar.py`."""

TEXT = """
== observatory
= OBJECT word(Saturn, Jupiter, Andromeda, Mars, Venus, Comet Halden, Vega, Neptune, Uranus)
= SCOPE enum(northern, southern, solar, radio)
@ object_visibility, is_visible : Check whether a sky object is visible. | Check whether an object is visible.
~ check whether a sky object is visible
* target/object OBJECT
* night/date ON_DATE
? from_place/site CITY "from {}"
> Is {target} visible[ {night}]?
> check whether the sky object {target} is visible[ {night}]
> Will {target} be visible in the sky {night}?
+ Are {target+} visible {night}?
< visible enum(good, fair, low); best_hour word(20:40, 22:15, 23:50, 02:10)
! Visibility of {target} on {night}: {visible}, best at {best_hour}.
@ reserve_telescope, telescope_time, request_scope : Reserve a telescope for a target. | Reserve hours at a telescope.
~ reserve a telescope
* telescope/scope SCOPE
* target OBJECT
* hours int(2, 8)
? filter enum(red, blue, infrared, clear) "with the {} filter"
> reserve the {telescope} telescope for the target {target}[ for {hours} hours]
> book {hours} hours at the {telescope} telescope to observe {target}
> We want to reserve the {telescope} telescope for {hours} hours with {target} as the target.
< slot_no code(OB-###)
! Slot {slot_no}: {hours} hours on {target}.
@ free_telescope_slot, cancel_slot, hand_back_slot : Cancel a telescope slot. | Cancel a reserved telescope slot.
~ cancel a telescope slot
* slot_no/slot code(OB-###)
> cancel the telescope slot {slot_no}
> give up the reserved telescope slot[ {slot_no}]
> The slot {slot_no} at the telescope has to be cancelled.
+ cancel the telescope slots {slot_no+}
< status word(cancelled)
! Slot {slot_no} is {status}.
@ take_exposure, capture_image : Take an image of a sky object. | Take an image of an object for some seconds.
~ take an image of a sky object
* target OBJECT
* seconds/exposure_s int(10, 300, 10)
? frames/count int(2, 20) "in {} frames"
> take an image of {target}[ with an exposure of {seconds} seconds]
> capture an image of the sky object {target} for {seconds} seconds
> I'd like an image taken of {target}, exposed for {seconds} seconds.
< image_no code(IMG-###)
! {image_no} shows {target} after {seconds} seconds.
@ process_image, stack_image, enhance_image : Process an image. | Process an image with a method.
~ process an image
* image_no/image code(IMG-###)
* method/step enum(sharpening, stacking, noise removal, colouring)
> process the image {image_no}[ with {method}]
> use the method {method} to process image {image_no}
> The image {image_no} has to be processed with {method}.
+ process the images {image_no+} with {method}
< result_no code(IMG-###)
! The result of {method} is {result_no}.
@ open_dome, dome_control, move_dome : Control a dome. | Control a dome: open, close or rotate it.
~ control a dome
* dome/building enum(north, south)
* command/action enum(open, close, rotate)
> {command} the {dome} dome
> control the {dome} dome with the command {command}
> The {dome} dome of the observatory has to {command}.
< status word(done)
! The command {command} for the {dome} dome is {status}.
@ moon_phase, phase_of_moon, lunar_phase : Look up the moon phase. | Look up the phase of the moon on a date.
~ look up the moon phase
* date ON_DATE
> What is the moon phase[ {date}]?
> look up the phase of the moon[ {date}]
> In which phase is the moon {date}?
< phase enum(new moon, first quarter, full moon, last quarter)
! The moon on {date}: {phase}.
@ satellite_pass, next_pass : Look up the next pass of a satellite. | Look up the next satellite pass over a city.
~ look up the next pass of a satellite
* satellite/name word(ISS, Tiansat, Envira, Polaris-2, Landview)
* city CITY
> When does the satellite {satellite} pass over {city}?
> look up the next pass of the satellite {satellite}[ over {city}]
> At what time is the next {satellite} satellite pass above {city}?
+ When does the satellite {satellite} pass over {city+}?
< at word(19:12, 20:33, 21:47, 04:55); minutes int(2, 7)
! {satellite} passes {city} at {at} for {minutes} minutes.
@ log_observation, note_sighting : Log an observation of a sky object. | Log an observation and its magnitude.
~ log an observation
* target/object OBJECT
* magnitude/brightness num(1, 9)
? remark/note NOTE "with the remark {}"
> log an observation of {target}[ at magnitude {magnitude}]
> add the object {target} with magnitude {magnitude} to the observation log
> I observed {target} at magnitude {magnitude} and want to log it.
< entry_no code(LG-###)
! Entry {entry_no}: {target} at magnitude {magnitude}.
@ calibrate_scope, recalibrate, align_scope : Calibrate a telescope. | Calibrate a telescope on a star.
~ calibrate a telescope
* telescope SCOPE
* star word(Vega, Sirius, Polaris, Capella, Rigel, Altair)
> calibrate the {telescope} telescope[ on the star {star}]
> use the star {star} to calibrate the {telescope} telescope
> The {telescope} telescope needs a calibration on {star}.
< error_arcsec num(1.6, 4)
! The {telescope} telescope is calibrated within {error_arcsec} arcseconds.
@ guide_tour, visitor_tour, plan_star_tour : Plan a visitor tour. | Plan a tour for a group of visitors.
~ plan a visitor tour
* date ON_DATE
* visitors/group_size int(4, 40)
? guide FIRST "led by {}"
? for_school/school flag(for a school / for the public)
> plan a tour for {visitors} visitors[ {date}]
> set up a visitor tour {date} for a group of {visitors} people
> We need a tour of the observatory for {visitors} visitors {date}.
< tour_no code(VT-##)
! Tour {tour_no} for {visitors} people is on {date}.
@ cloud_cover, seeing_report, sky_quality : Look up the cloud cover above a city. | Look up the cloud cover at an hour.
~ look up the cloud cover
* site/city CITY
* hour/time TIME
> What is the cloud cover above {site}[ at {hour}]?
> look up the cloud cover over {site} at {hour}
> How much cloud cover does {site} have at {hour}?
< result percent(0, 100)
! The cloud cover over {site} at {hour} is {result} percent.
& take_exposure.image_no -> process_image.image_no > process the image with {method} | use {method} to process it

== print_shop
= JOB code(PJ-###)
= ART word(flyer.pdf, poster.pdf, card_v2.pdf, brochure.pdf, cover.png, menu.pdf, label.png)
= PAPER enum(matte, glossy, recycled, linen)
@ quote_print_job, price_print, print_quote : Price a print job. | Price a print job by its product and copies.
~ price a print job
* product/article enum(flyers, posters, booklets, business cards)
* copies/quantity int(50, 900, 50)
? paper PAPER "on {} paper"
> What is the price of a print job of {copies} {product}?
> price a print job with the product {product}[ and {copies} copies]
> How much does it cost to print {copies} {product}?
< quote_no code(QP-###); price by(product : posters=calc(copies * 0.8), booklets=calc(copies * 1.5), calc(copies * 0.2))
! {copies} {product} cost ${price} ({quote_no}).
@ start_print_job, submit_print, new_print_job : Submit a print job. | Submit a file as a print job.
~ submit a print job
* file/artwork ART
* copies/quantity int(50, 900, 50)
? rush/express flag(with rush service / without rush service)
? size/paper_size enum(A3, A4, A5, A6) "in size {}"
> submit {file} as a print job[ with {copies} copies]
> start a new print job of {copies} copies from the file {file}
> I want to submit a print job: the file {file}, {copies} copies.
< job_no JOB
! Job {job_no} makes {copies} copies of {file}.
@ job_progress, print_status, follow_job : Look up the progress of a print job. | Look up a print job's progress.
~ look up the progress of a print job
* job_no/job JOB
> What is the progress of print job {job_no}?
> look up the progress[ of print job {job_no}]
> How far has the print job {job_no} progressed?
+ look up the progress of the print jobs {job_no+}
< stage enum(prepress, printing, cutting); done_percent by(stage : prepress=int(5, 20), printing=int(30, 70), 90)
! {job_no} is in {stage}, {done_percent} percent done.
@ stop_job, abort_print, kill_job : Stop a print job. | Stop a running print job.
~ stop a print job
* job_no JOB
? cause REASON "giving the cause {}"
> stop print job {job_no}
> halt the running print job[ {job_no}]
> The print job {job_no} has to be stopped.
+ stop the print jobs {job_no+}
< sheets_lost int(0, 400)
! {job_no} is stopped; {sheets_lost} sheets are lost.
@ set_paper, change_paper, pick_paper : Set the paper of a print job. | Set a print job's paper and its weight.
~ set the paper of a print job
* job_no JOB
* paper/stock PAPER
* grams/weight_gsm int(80, 350, 10)
> set the paper of print job {job_no} to {paper}, {grams} grams
> use {paper} paper with a weight of {grams} grams for print job {job_no}
> The paper of job {job_no} should be set to {paper} with {grams} grams.
< surcharge money(0, 60)
! {job_no} uses {paper} paper for ${surcharge} more.
@ add_finishing, finish_job, set_finishing : Add a finishing step to a print job. | Add finishing to a print job.
~ add a finishing step to a print job
* job_no JOB
* finishing/step enum(folding, stapling, laminating, rounding)
> add the finishing step {finishing}[ to print job {job_no}]
> put {finishing} on print job {job_no} as a finishing step
> The print job {job_no} still needs the finishing {finishing}.
< days int(2, 6)
! With {finishing}, {job_no} takes {days} days.
@ approve_proof, release_proof, okay_proof : Approve the proof of a print job. | Approve a proof in a person's name.
~ approve the proof of a print job
* job_no JOB
* approver/name PERSON
> approve the proof of print job {job_no}[ in the name of {approver}]
> mark the proof of job {job_no} as approved by {approver}
> {approver} approves the proof of the print job {job_no}.
< status word(approved)
! The proof of {job_no} is {status} by {approver}.
@ ship_prints, deliver_prints, dispatch_job : Deliver a print job. | Deliver a finished print job to an address.
~ deliver a print job
* job_no JOB
* address record(street STREET, city CITY : {street}, {city})
? date/deliver_on ON_DATE "{}"
> deliver print job {job_no}[ to {address}]
> arrange the delivery of job {job_no} to the address {address}
> The finished print job {job_no} should be delivered to {address}.
< waybill code(WB-####)
! {job_no} is on its way to {address} with {waybill}.
@ ink_levels, check_ink, toner_level : Check the ink level of a press. | Check how much ink is left in a press.
~ check the ink level of a press
* press/machine word(Heidi, Big Bertha, Rotor, Alba, Gutenberg)
* ink/color enum(cyan, magenta, yellow, black)
> How much {ink} ink is left in the press {press}?
> check the {ink} ink level[ of the press {press}]
> What is the level of {ink} ink in press {press}?
+ How much {ink+} ink is left in the press {press}?
< result percent(2, 100)
! The {ink} ink in {press} is at {result} percent.
@ order_ink, restock_ink, buy_ink : Order ink cartridges. | Order ink cartridges of a color.
~ order ink cartridges
* ink/color enum(cyan, magenta, yellow, black)
* cartridges/quantity int(2, 24)
> order {cartridges} cartridges of {ink} ink
> buy {ink} ink for the print shop, {cartridges} cartridges
> We need to order {ink} ink cartridges, {cartridges} of them.
< order_no code(IK-###)
! Order {order_no}: {cartridges} cartridges of {ink}.
@ check_artwork, preflight, validate_artwork : Check an artwork file. | Check an artwork file for a print size.
~ check an artwork file
* file/artwork ART
* size enum(A3, A4, A5, A6)
> check the artwork file {file}[ for size {size}]
> Is the artwork file {file} good enough to print in size {size}?
> run an artwork check of {file} for the print size {size}
< result enum(fine, low resolution, fonts missing)
! The check of {file} says: {result}.
@ design_help, book_designer, designer_time : Book a designer for a customer. | Book designer hours for a customer.
~ book a designer
* customer/client COMPANY
* hours int(2, 12)
* deadline/due DATE
> book a designer for the customer {customer} for {hours} hours[ by {deadline}]
> reserve {hours} designer hours for {customer}, to be done by {deadline}
> The customer {customer} needs a designer for {hours} hours by {deadline}.
< designer FIRST
! {designer} works {hours} hours for {customer}.
& start_print_job.job_no -> add_finishing.job_no > add the finishing step {finishing}
& start_print_job.job_no -> add_finishing.job_no > add {finishing} as a finishing step
& start_print_job.job_no -> ship_prints.job_no > deliver the print job to {address}
"""
