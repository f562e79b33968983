"""Held-out tools: observatory, print shop. The language of the table stands in `grammar.py`."""

TEXT = """
== observatory
= OBJECT word(Saturn, Jupiter, Andromeda, Orion Nebula, Pleiades, Comet Halden, Vega, Neptune, Ring Nebula)
= SCOPE enum(north dome=north, south dome=south, solar tower=solar, radio dish=radio)
@ object_visibility, is_visible : Tell whether an object is visible on a night. | Check if a sky object is up.
~ check whether an object is visible
* target/object OBJECT
* night/date ON_DATE
? from_place/site CITY "from {}"
> Can I see {target}[ {night}]?
> check if {target} is up[ {night}]
> Is {target} in the sky {night}?
+ Can I see {target+} {night}?
< visible enum(yes, no, low); best_hour word(20:40, 22:15, 23:50, 02:10)
! Visibility of {target} on {night}: {visible}, best at {best_hour}.
@ reserve_telescope, telescope_time, request_scope : Reserve a telescope for a target. | Request observing hours.
~ reserve a telescope
* telescope/scope SCOPE
* target OBJECT
* hours int(2, 8)
? filter enum(red, blue, infrared, clear) "through the {} filter"
> reserve the {telescope} for {hours} hours on {target}
> give {hours} hours at the {telescope} to {target}
> We want to watch {target} with the {telescope} for {hours} hours.
< slot_no code(OB-###)
! Slot {slot_no}: {hours} hours on {target}.
@ free_telescope_slot, cancel_slot, hand_back_slot : Hand back a telescope slot. | Free observing time.
~ hand back a telescope slot
* slot_no/slot code(OB-###)
> hand back {slot_no}
> free the slot[ {slot_no}]
> Clouds are coming, we give up {slot_no}.
+ hand back {slot_no+}
< status word(freed)
! Slot {slot_no} is {status}.
@ take_exposure, capture_image : Take an exposure of a target. | Photograph an object for some seconds.
~ take an exposure
* target OBJECT
* seconds/exposure_s int(10, 300, 10)
? frames/count int(2, 20) "repeated {} times"
> expose {target} for {seconds} seconds
> photograph {target}[ for {seconds} seconds]
> take a picture of {target}, {seconds} seconds
< image_no code(IMG-###)
! {image_no} shows {target} after {seconds} seconds.
@ process_image, stack_image, enhance_image : Process an image with a method. | Improve an image.
~ process an image
* image_no/image code(IMG-###)
* method/step enum(sharpening=sharpen, stacking=stack, noise removal=denoise, colouring=colorize)
> run {method} on {image_no}
> process {image_no}[ with {method}]
> {image_no} needs {method}.
+ run {method} on {image_no+}
< result_no code(IMG-###)
! The result of {method} is {result_no}.
@ open_dome, dome_control, move_dome : Open or close a dome. | Control a dome.
~ control a dome
* dome/building enum(north, south)
* command/action enum(open, close, rotate)
> {command} the {dome} dome
> have the {dome} dome {command}
> The {dome} dome has to {command}.
< status word(done)
! The command {command} for the {dome} dome is {status}.
@ moon_phase, phase_of_moon, lunar_phase : Get the phase of the moon on a date. | Tell how full the moon is.
~ look up the moon phase
* date ON_DATE
> How full is the moon[ {date}]?
> look up the moon phase[ {date}]
> Which phase has the moon {date}?
< phase enum(new moon, first quarter, full moon, last quarter)
! The moon on {date}: {phase}.
@ satellite_pass, next_pass : Get the next pass of a satellite over a city. | Tell when a satellite flies over.
~ look up a satellite pass
* satellite/name word(ISS, Tiansat, Envira, Polaris-2, Landview)
* city CITY
> When does {satellite} fly over {city}?
> look up the next pass of {satellite}[ over {city}]
> Can people in {city} see {satellite}?
+ When does {satellite} fly over {city+}?
< at word(19:12, 20:33, 21:47, 04:55); minutes int(2, 7)
! {satellite} passes {city} at {at} for {minutes} minutes.
@ log_observation, note_sighting : Log an observation of an object. | Note a sighting and its brightness.
~ log an observation
* target/object OBJECT
* magnitude/brightness num(1, 9)
? remark/note NOTE "with the remark {}"
> log {target} at magnitude {magnitude}
> I saw {target} with magnitude {magnitude}.
> note {target}, magnitude {magnitude}
< entry_no code(LG-###)
! Entry {entry_no}: {target} at magnitude {magnitude}.
@ calibrate_scope, recalibrate, align_scope : Calibrate a telescope on a star. | Align a telescope.
~ calibrate a telescope
* telescope SCOPE
* star word(Vega, Sirius, Polaris, Capella, Rigel, Altair)
> calibrate the {telescope}[ on {star}]
> align the {telescope} with {star}
> The {telescope} is off, use {star} to align it.
< error_arcsec num(0.1, 4)
! The {telescope} is aligned within {error_arcsec} arcseconds.
@ guide_tour, visitor_tour, plan_star_tour : Plan a tour for visitors. | Book a guided tour by date and group size.
~ plan a visitor tour
* date ON_DATE
* visitors/group_size int(4, 40)
? guide FIRST "led by {}"
? for_school/school flag(for a school / for the public)
> plan a tour for {visitors} visitors[ {date}]
> {visitors} people want to see the domes {date}.
> book a tour {date}, {visitors} people
< tour_no code(VT-##)
! Tour {tour_no} for {visitors} people is on {date}.
@ cloud_cover, seeing_report, sky_quality : Get the cloud cover above a site. | Report how clear the sky is.
~ get the cloud cover
* site/city CITY
* hour/time TIME
> How cloudy is it above {site}[ at {hour}]?
> get the cloud cover over {site} at {hour}
> Will the sky over {site} be clear at {hour}?
< result percent(0, 100)
! The cloud cover over {site} at {hour} is {result} percent.
& take_exposure.image_no -> process_image.image_no > run {method} on the image | process the picture with {method}

== print_shop
= JOB code(PJ-###)
= PAPER enum(matte, glossy, recycled, linen)
@ quote_print_job, price_print, print_quote : Price a print job. | Quote copies of a product.
~ price a print job
* product/article enum(flyers=flyer, posters=poster, booklets=booklet, business cards=card)
* copies/run int(50, 900, 50)
? paper PAPER "on {} paper"
> What do {copies} {product} cost?
> price {copies} {product}
> How much would you charge for {copies} {product}?
< quote_no code(QP-###); price money(20, 700)
! {copies} {product} cost ${price} ({quote_no}).
@ start_print_job, submit_print, new_print_job : Submit a file as a print job. | Start a print run of a file.
~ submit a print job
* file/artwork FILE
* copies/run int(50, 900, 50)
? rush/express flag(as a rush job / as a normal job)
? size/paper_size enum(A3, A4, A5, A6) "in {}"
> run {copies} prints of {file}
> submit {file} with {copies} copies
> The press should make {copies} copies of {file}.
< job_no JOB
! Job {job_no} makes {copies} copies of {file}.
@ job_progress, print_status, follow_job : Get the progress of a print job. | Tell how far a job is.
~ look up a job's progress
* job_no/job JOB
> How far is {job_no}?
> look up the progress[ of {job_no}]
> Is the job {job_no} ready yet?
+ How far are {job_no+}?
< stage enum(prepress, printing, cutting, ready); done_percent int(5, 100)
! {job_no} is in {stage}, {done_percent} percent done.
@ stop_job, abort_print, kill_job : Stop a print job. | Abort a running job.
~ stop a print job
* job_no JOB
? cause REASON "noting {}"
> stop {job_no}
> abort the print job[ {job_no}]
> There is a typo in {job_no}, halt it.
+ stop {job_no+}
< sheets_lost int(0, 400)
! {job_no} is stopped; {sheets_lost} sheets are lost.
@ set_paper, change_paper, pick_paper : Set the paper of a job. | Change what a job is printed on.
~ set the paper of a job
* job_no JOB
* paper/stock PAPER
* grams/weight_gsm int(80, 350, 10)
> print {job_no} on {paper} paper of {grams} grams
> set {job_no} to {grams} gram {paper} paper
> The paper of {job_no} should be {paper}, {grams} grams.
< surcharge money(0, 60)
! {job_no} uses {paper} paper for ${surcharge} more.
@ add_finishing, finish_job, set_finishing : Add a finishing step to a job. | Choose how a job is finished.
~ add a finishing step
* job_no JOB
* finishing/step enum(folding=fold, stapling=staple, laminating=laminate, rounding=round_corners)
> add {finishing}[ to {job_no}]
> {job_no} still needs {finishing}.
> finish {job_no} with {finishing}
< days int(1, 6)
! With {finishing}, {job_no} takes {days} days.
@ approve_proof, release_proof, okay_proof : Approve the proof of a job. | Release a proof for printing.
~ approve a proof
* job_no JOB
* approver/name PERSON
> approve the proof of {job_no}[ as {approver}]
> {approver} says the proof of {job_no} is right.
> release {job_no} in the name of {approver}
< status word(released)
! The proof of {job_no} is {status} by {approver}.
@ ship_prints, deliver_prints, dispatch_job : Deliver a finished job. | Send prints to an address.
~ deliver a print job
* job_no JOB
* address record(street STREET, city CITY : {street}, {city})
? date/deliver_on ON_DATE "{}"
> deliver {job_no}[ to {address}]
> bring the prints of {job_no} to {address}
> {job_no} goes to {address}.
< waybill code(WB-####)
! {job_no} is on its way to {address} with {waybill}.
@ ink_levels, check_ink, toner_level : Get the ink level of a press. | Check how much ink is left.
~ check the ink
* press/machine word(Press 1, Press 2, Heidi, Big Bertha, Offset 4)
* ink/color enum(cyan, magenta, yellow, black)
> How much {ink} is left in {press}?
> check the {ink} ink[ of {press}]
> Does {press} have enough {ink}?
+ How much {ink+} is left in {press}?
< result percent(2, 100)
! The ink {ink} in {press} is at {result} percent.
@ order_ink, restock_ink, buy_ink : Order ink cartridges. | Restock ink of a color.
~ order ink
* ink/color enum(cyan, magenta, yellow, black)
* cartridges/quantity int(2, 24)
> order {cartridges} cartridges of {ink}
> We run low on {ink}, so get {cartridges} cartridges.
> restock {ink} with {cartridges} cartridges
< order_no code(IK-###)
! Order {order_no}: {cartridges} cartridges of {ink}.
@ check_artwork, preflight, validate_artwork : Check a file before printing. | Validate artwork for a size.
~ check artwork
* file/artwork FILE
* size enum(A3, A4, A5, A6)
> check {file} for {size} printing
> Is {file} fit to be printed in {size}?
> validate the artwork {file}[ in {size}]
< result enum(fine, low resolution, fonts missing)
! The check of {file} says: {result}.
@ design_help, book_designer, designer_time : Book a designer for a customer. | Get design help for some hours.
~ book a designer
* customer/client COMPANY
* hours int(2, 12)
* deadline/due DATE
> book {hours} designer hours for {customer} by {deadline}
> {customer} needs {hours} hours of design by {deadline}.
> get design help for {customer}: {hours} hours by {deadline}
< designer FIRST
! {designer} works {hours} hours for {customer}.
& start_print_job.job_no -> add_finishing.job_no > add {finishing} to the job | finish it with {finishing}
& start_print_job.job_no -> ship_prints.job_no > deliver it to {address}
"""
