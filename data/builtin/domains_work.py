"""Tools of a company: people, sales, support. The language of the table stands in `grammar.py`."""

TEXT = """
== hr : calendar leave_request
@ request_leave, apply_for_leave, book_vacation : Request days off for an employee.
~ request leave
* employee/name PERSON
* start_date/start/from DATE
* end_date/end/to DATE
? type/leave_type enum(vacation, sick leave=sick, parental leave=parental) "as {}"
> request leave for {employee} from {start_date} to {end_date}
> {employee} needs time off from {start_date} to {end_date}.
> book days off for {employee}, {start_date} to {end_date}
< request_id code(LV-###)
! Leave {request_id} for {employee} runs from {start_date} to {end_date}.
@ approve_leave, approve_request : Approve a leave request.
~ approve a leave request
* request_id/request code(LV-###)
? comment NOTE "with the comment {}"
> approve {request_id}
> accept the leave request[ {request_id}]
> {request_id} is fine, give your okay.
+ approve {request_id+}
< status word(approved)
! {request_id} is {status}.
@ leave_balance, vacation_days, remaining_leave : Get the leave days left to an employee. | Count vacation days left.
~ check leave days
* employee PERSON
? year int(2023, 2027) "for {}"
> How many vacation days does {employee} have left?
> check the leave balance[ of {employee}]
> count the remaining days off of {employee}
+ How many days off do {employee+} have left?
< result int(2, 30)
! {employee} has {result} days left.
@ find_employee, lookup_employee, employee_search : Find an employee.
~ find an employee
* name PERSON
> find {name} in the directory
> Which team is {name} in?
> look up the colleague[ {name}]
> Who is {name}?
+ look up {name+} in the directory
< employee_id code(E-###); team enum(sales, design, finance, operations)
! {name} is {employee_id} in {team}.
@ update_salary, change_salary : Change the salary of an employee.
~ change a salary
* employee_id/employee code(E-###)
* salary/amount int(30000, 98000, 1000) -- per year
? from_date/effective DATE "from {}"
> set the salary of {employee_id}[ to {salary}]
> raise {employee_id} to {salary} a year
> {employee_id} will earn {salary}.
< status word(updated)
! {employee_id} now earns {salary} a year.
@ post_job, create_job_opening : Post a job opening.
~ post a job
* title/position word(data analyst, office manager, welder, nurse, cook, truck driver, web designer, translator)
* city/location CITY
? remote flag(with remote work / without remote work)
? contract/type enum(full-time job=full_time, part-time job=part_time, internship) "as a {}"
> post a job for a {title}[ in {city}]
> We are hiring a {title} in {city}.
> publish an opening in {city}: {title}
< job_id code(JB-##)
! The opening for a {title} is {job_id}.
@ schedule_interview, plan_interview : Schedule a job interview.
~ schedule an interview
* candidate/name PERSON
* date ON_DATE
* time TIME
> schedule an interview with {candidate}[ {date}][ at {time}]
> meet the candidate {candidate} {date} at {time}
> {candidate} can come for an interview {date} at {time}.
< interview_id code(IV-##)
! {candidate} is invited on {date} at {time}.
@ log_work_hours, track_time, add_timesheet : Log worked hours on a project.
~ log work hours
* project word(Atlas, Beacon, Comet, Delta, Ember, Falcon, Garnet, Helix)
* hours num(1.6, 9)
? date/day PAST_DATE "worked {}"
> log {hours} hours on {project}
> add {hours} hours[ to project {project}]
> I worked {hours} hours on {project}.
< week_total num(10, 44)
! {hours} hours on {project} are logged; the week is at {week_total}.
@ enroll_training, register_for_training : Enroll an employee in a training.
~ enroll somebody in a training
* employee PERSON
* course/training enum(first aid=first_aid, data privacy=privacy, fire safety=fire_safety, leadership)
> sign {employee} up for the {course} training
> enroll {employee} in {course}
> {employee} has to take the {course} course.
+ sign {employee+} up for the {course} training
< seat int(1, 30)
! {employee} has seat {seat} in the training.
@ order_equipment, request_equipment : Order equipment for an employee.
~ order equipment
* employee PERSON
* item/equipment enum(laptop, monitor, phone, headset, desk)
? deliver_to/address STREET "to {}"
> order a {item} for {employee}
> {employee} needs a new {item}.
> get a {item}[ for {employee}]
< order_id code(EQ-###)
! The {item} for {employee} is ordered: {order_id}.
@ payslip, get_payslip, download_payslip : Get the payslip of an employee.
~ get a payslip
* employee_id code(E-###)
* month enum(January=01, February=02, April=04, June=06, August=08, October=10)
> get the {month} payslip of {employee_id}
> download the payslip of {employee_id}[ for {month}]
> {employee_id} asks for the payslip of {month}.
< net money(1200, 6000)
! The net pay of {employee_id} was ${net}.
& find_employee.employee_id -> payslip.employee_id > get the {month} payslip of that employee
& request_leave.request_id -> approve_leave.request_id > approve it right away | approve that request

== crm
= STAGE enum(contacted, qualified, proposal, negotiation, won, lost)
@ create_lead, add_lead, new_lead : Create a sales lead.
~ create a lead
* name/contact PERSON
* company COMPANY
? email EMAIL "with the mail {}"
? source/origin enum(a referral=referral, the website=website, a trade fair=fair) "from {}"
> create a lead for {name}[ of {company}]
> add {name} from {company} as a lead
> New lead: {name}, {company}.
< lead_id code(LD-###)
! {name} of {company} is lead {lead_id}.
@ update_deal_stage, move_deal, set_deal_stage : Move a deal to a stage.
~ move a deal
* deal_id/deal code(DL-###)
* stage STAGE
> move {deal_id}[ to {stage}]
> set the deal {deal_id} to {stage}
> The new stage of {deal_id} is {stage}.
< status word(updated)
! {deal_id} is in stage {stage}.
@ find_customer, search_customer, customer_lookup : Find a customer by company name.
~ find a customer
* company/name COMPANY
> look up the customer {company}
> Do we have {company} as a customer?
> find the record[ of {company}]
+ look up {company+}
< customer_id code(CU-###); owner PERSON
! {company} is {customer_id}, looked after by {owner}.
@ log_call, record_call, add_call_note : Log a phone call with a customer.
~ log a call
* customer_id/customer code(CU-###)
* minutes/duration MINUTES
* note/summary NOTE
> log a call of {minutes} with {customer_id}: {note}
> I talked to {customer_id} for {minutes}. Note {note}.
> record {minutes} on the phone with {customer_id} and the note {note}
< call_id code(CA-###)
! Call {call_id} with {customer_id} is logged.
@ create_deal, open_deal, new_opportunity : Open a deal with a customer.
~ open a deal
* customer_id/customer code(CU-###)
* value/amount money(500, 40000)
? close_date/expected DATE "expected to close by {}"
> open a deal with {customer_id}[ over {value}]
> create an opportunity of {value} for {customer_id}
> {customer_id} may buy for {value}, open a deal.
< deal_id code(DL-###)
! Deal {deal_id} over ${value} is open.
@ assign_owner, change_owner : Assign a customer to a sales person.
~ assign a customer
* customer_id code(CU-###)
* owner/salesperson PERSON
> assign {customer_id}[ to {owner}]
> {owner} takes over {customer_id}.
> give the customer {customer_id} to {owner}
< status word(assigned)
! {owner} looks after {customer_id} now.
@ schedule_follow_up, plan_follow_up : Plan a follow-up with a customer.
~ plan a follow-up
* customer_id code(CU-###)
* date ON_DATE
* channel/via enum(phone, email, visit)
> plan a follow-up with {customer_id} by {channel}[ {date}]
> contact {customer_id} by {channel} {date}
> We should get back to {customer_id} {date} by {channel}.
< task_id code(FU-##)
! Follow-up {task_id} with {customer_id} is set for {date}.
@ sales_report, get_sales, revenue_report : Get the sales of a region in a quarter.
~ get a sales report
* region enum(north, south, east, west)
* quarter enum(first quarter=Q1, second quarter=Q2, third quarter=Q3, fourth quarter=Q4)
> What did we sell in the {region} in the {quarter}?
> get the {quarter} sales of the {region} region
> report the revenue of the {region} for the {quarter}
+ What did we sell in the {region+} in the {quarter}?
< revenue money(9000, 90000)
! The {region} made ${revenue} in the {quarter}.
@ tag_customer, add_customer_tag : Tag a customer.
~ tag a customer
* customer_id code(CU-###)
* tags list(word(vip, wholesale, newsletter, partner, late payer), 1, 2)
> tag {customer_id} with {tags}
> add {tags} to the tags of {customer_id}
> mark {customer_id} as {tags}
< status word(tagged)
! {customer_id} is tagged {tags}.
@ send_quote, create_quote, make_offer : Send a price quote to a customer.
~ send a quote
* customer_id code(CU-###)
* product PRODUCT
* quantity int(5, 90)
? discount percent(5, 30) "with {} off"
> quote {quantity} of the {product} to {customer_id}
> send {customer_id} an offer for the {product}, {quantity} pieces
> {customer_id} wants a price for {quantity} pieces of the {product}.
< quote_id code(QT-###); price money(5, 90); total calc(quantity * price * (100 - discount) / 100)
! Quote {quote_id} over ${total} went to {customer_id}.
@ merge_contacts, merge_duplicates : Merge two duplicate leads.
~ merge two leads
* keep_id/keep code(LD-###)
* remove_id/duplicate code(LD-###)
> merge {remove_id} into {keep_id}
> keep {keep_id} and merge the duplicate {remove_id} into it
> The lead {remove_id} is a copy of {keep_id}. Merge them.
< status word(merged)
! {remove_id} was merged into {keep_id}.
& create_deal.deal_id -> update_deal_stage.deal_id > set it to {stage} | move it to {stage}
& find_customer.customer_id -> assign_owner.customer_id > assign it to {owner} | give it to {owner}

== support
= TICKET code(TK-####, ####)
@ create_ticket, open_ticket, new_case : Open a support ticket.
~ open a ticket
* subject/title/summary BUG
* priority/severity enum(low, normal, high, critical)
? product/component PRODUCT "about the {}"
> open a {priority} priority ticket {subject}
> create a ticket with {priority} priority: {subject}
> report {subject} with {priority} priority
< ticket_id TICKET
! Ticket {ticket_id} is open with {priority} priority.
@ ticket_status, get_ticket, check_ticket : Get the status of a ticket. | Look up a support ticket.
~ check a ticket
* ticket_id/ticket/id TICKET
> What is happening with ticket {ticket_id}?
> check ticket {ticket_id}
> Is {ticket_id} solved?
> look into the ticket[ {ticket_id}]
+ check the tickets {ticket_id+}
< status enum(open, waiting, solved); agent FIRST
! Ticket {ticket_id} is {status}; {agent} works on it.
@ close_ticket, resolve_ticket : Close a ticket.
~ close a ticket
* ticket_id/id TICKET
? resolution NOTE "with the resolution {}"
> close ticket {ticket_id}
> mark the ticket[ {ticket_id}] as solved
> We are done with {ticket_id}, close it.
+ close {ticket_id+}
< status word(closed)
! Ticket {ticket_id} is closed.
@ assign_ticket, route_ticket : Assign a ticket to a team.
~ assign a ticket
* ticket_id TICKET
* team/queue enum(billing, network, hardware, accounts)
> send ticket {ticket_id} to the {team} team
> assign {ticket_id} to {team}
> {ticket_id} is one for {team}.
< status word(assigned)
! {ticket_id} went to the {team} team.
@ add_ticket_comment, comment_ticket, reply_ticket : Add a comment to a ticket. | Comment on a ticket.
~ comment on a ticket
* ticket_id TICKET
* text/comment NOTE
? internal flag(as an internal note / visible to the customer)
> add {text}[ to ticket {ticket_id}]
> write {text} on {ticket_id}
> comment on {ticket_id}: {text}
< comment_id code(C##)
! The comment is on {ticket_id}.
@ escalate_ticket, escalate : Escalate a ticket to a level.
~ escalate a ticket
* ticket_id TICKET
* level/to_level enum(second level=2, third level=3, management=manager)
> escalate {ticket_id}[ to {level}]
> {ticket_id} has to go up to {level}.
> raise {ticket_id} to {level}
< status word(escalated)
! {ticket_id} is escalated.
@ search_knowledge_base, find_help_article, kb_search : Search the help articles.
~ search the help articles
* query/keywords word(reset password, blue screen, printer offline, slow wifi, two-factor login, lost license)
? limit int(2, 8) "and show {} at most"
> Is there help on {query}?
> search the help pages for {query}
> find an article on {query}
+ search the help pages for {query+}
< article code(KB-###)
! {article} deals with {query}.
@ reset_password, password_reset, send_reset_link : Reset the password of an account.
~ reset a password
* email/account EMAIL
> reset the password[ of {email}]
> {email} can't log in. Send a new password link.
> send a reset link[ to {email}]
+ reset the passwords of {email+}
< status word(sent)
! A reset link went to {email}.
@ remote_session, start_remote_support : Start a remote session on a computer.
~ start a remote session
* computer/device code(PC-###, LT-###)
* minutes/duration MINUTES
> connect to {computer} for {minutes}
> start a remote session on {computer}[ for {minutes}]
> I need access to {computer} for {minutes}.
< session code(RS-##)
! Session {session} on {computer} is open.
@ customer_satisfaction, send_survey : Send a survey for a ticket.
~ send a survey
* ticket_id TICKET
* language LANGUAGE
> send a {language} survey for {ticket_id}
> ask for feedback on {ticket_id} in {language}
> The customer of {ticket_id} should get a survey in {language}.
< status word(sent)
! The {language} survey for {ticket_id} is out.
& create_ticket.ticket_id -> assign_ticket.ticket_id > send it to the {team} team | assign it to {team}
& create_ticket.ticket_id -> escalate_ticket.ticket_id > escalate it to {level}
"""
