"""Tools of a working day: calendar, tasks, email. The language of the table stands in `grammar.py`."""

TEXT = """
== calendar : tasks
@ create_event, add_event, schedule_meeting : Create a calendar event.
~ create a calendar event
* title/summary/name SUBJECT
* date ON_DATE
* start/start_time TIME
? duration_minutes/duration MINUTES "for {}" | "lasting {}"
? attendees/guests list(EMAIL, 1, 2) "with {}"
? location/room word(Room 4, the Blue Room, the cafeteria, Hall B, the main office, Studio 2) "in {}"
> add {title} to my calendar[ {date}][ at {start}]
> schedule {title} {date}[ at {start}]
> put {title} in the calendar[ {date}] at {start}
> I need an event called {title} {date} at {start}.
> Can we have {title} {date} at {start}?
< event_id code(EV-###)
! {title} is in your calendar on {date} at {start}.
! Created {event_id}: {title}, {date} at {start}.
@ list_events, get_agenda, show_calendar : List the events of a day. | Get the agenda for a date.
~ see the agenda
* date/day ON_DATE
? calendar/calendar_name enum(work, family, private=personal) "in my {} calendar"
> What do I have planned {date}?
> list my events[ {date}]
> What's in my calendar[ {date}]?
> check what is scheduled {date}
+ What is planned {date+}?
< result list(word(Budget review, Team lunch, Dentist, Design sync, Client call, Gym), 1, 3)
! On {date} you have {result}.
! Your agenda for {date}: {result}.
@ delete_event, cancel_event, remove_event : Delete a calendar event.
~ delete a calendar event
* event_id/id code(EV-###)
? notify/notify_guests flag(and notify the guests / without telling the guests)
> delete the event[ {event_id}]
> remove {event_id} from my calendar
> cancel event {event_id}
+ delete the events {event_id+}
< status word(deleted, removed)
! Event {event_id} is {status}.
@ move_event, reschedule_event : Reschedule an event.
~ reschedule an event
* event_id code(EV-###)
* new_date/date DATE
* new_time/time TIME
> move {event_id} to {new_date}[ at {new_time}]
> reschedule {event_id}[ to {new_date} at {new_time}]
> Can {event_id} be shifted to {new_date} at {new_time}?
< status word(moved, rescheduled)
! {event_id} is now on {new_date} at {new_time}.
@ find_free_slot, free_slots : Find a free slot of some length on a day. | Find open time in the calendar.
~ find a free slot
* date ON_DATE
* minutes/duration MINUTES
> find a free slot of {minutes}[ {date}]
> When am I free for {minutes} {date}?
> look for {minutes} of open time[ {date}]
< start word(09:00, 10:30, 13:15, 15:00, 16:30)
! You are free on {date} at {start}.
@ invite_guest, add_attendee : Invite a person to an event.
~ invite a guest
* event_id code(EV-###)
* email/guest EMAIL
? optional_guest/is_optional flag(as an optional guest / as a required guest)
> invite {email}[ to {event_id}]
> add {email} to the event {event_id}
> {email} should come to {event_id} too.
+ invite {email+} to {event_id}
< status word(invited)
! {email} is invited to {event_id}.
@ set_reminder_for_event, event_reminder : Set a reminder before an event.
~ set an event reminder
* event_id code(EV-###)
* minutes_before/minutes MINUTES
> remind me {minutes_before} before {event_id}.
> set a reminder {minutes_before} ahead of event {event_id}
> give me a notice {minutes_before} before {event_id}.
< status word(set, saved)
! You will be reminded of {event_id} {minutes_before} minutes before.
@ book_room_for_event, reserve_meeting_room : Reserve a meeting room.
~ reserve a meeting room
* date ON_DATE
* time/start TIME
* seats/capacity int(2, 20)
? projector/needs_projector flag(with a projector / without a projector)
> reserve a meeting room for {seats} people[ {date}][ at {time}]
> We need a room with {seats} seats {date} at {time}.
> book a conference room {date} at {time} for {seats}
< room word(Room 4, Blue Room, Hall B, Studio 2)
! {room} is reserved on {date} at {time} for {seats} people.
@ set_out_of_office, create_absence : Set an out-of-office period.
~ set an out-of-office period
* start_date/start DATE
* end_date/end DATE
? message TEXT "with the message {}"
> set me out of office from {start_date} to {end_date}
> mark me as away from {start_date} until {end_date}
> I am away from {start_date} to {end_date}. Note it in the calendar.
< status word(active, saved)
! You are marked as away from {start_date} to {end_date}.
@ share_calendar, grant_calendar_access : Share a calendar with somebody.
~ share a calendar
* email EMAIL
* calendar enum(work, family, personal)
* access/permission enum(read, write=edit)
> share my {calendar} calendar with {email} with {access} access
> give {email} {access} access to my {calendar} calendar
> let {email} into the {calendar} calendar with {access} rights
< status word(shared)
! The {calendar} calendar is shared with {email}.
@ count_meetings, meeting_load : Count the meetings between two dates.
~ count meetings
* from_date/start DATE
* to_date/end DATE
> How many meetings do I have from {from_date} to {to_date}?
> count my meetings between {from_date} and {to_date}
> How busy am I from {from_date} until {to_date}?
< result int(2, 25)
! You have {result} meetings from {from_date} to {to_date}.
& find_free_slot.start -> create_event.start > put {title} there | schedule {title} in that slot
& create_event.event_id -> invite_guest.event_id > invite {email} to it | add {email} as a guest

== tasks : calendar
= GREEN list(word(water plants, mow lawn, prune roses), 1, 2)
= GOODS list(word(buy paint, get batteries, order lamps), 1, 2)
= DUTIES list(word(review slides, call client, send report), 1, 2)
= CHORES list(word(call plumber, clean windows, fix door), 1, 2)
@ add_task, create_task, new_todo : Add a task to a list.
~ add a task
* title/task/text TASK
? due/due_date ON_DATE "due {}"
? priority enum(low, medium, high, urgent) "with {} priority"
? list_name/list enum(home, work, shopping, garden) "on the {} list"
> add a task {title}
> add {title} to my tasks
> note down the to-do {title}
> I have to remember one thing: {title}.
> put {title} down as a task
< task_id code(T##)
! I added "{title}" as {task_id}.
! "{title}" is on your list.
@ complete_task, mark_done, finish_task : Mark a task as done.
~ mark a task as done
* task_id/id code(T##)
> mark task {task_id} as done
> check off {task_id}
> I finished the task[ {task_id}].
> tick off the task[ {task_id}]
+ mark the tasks {task_id+} as done
< status word(done)
! Task {task_id} is done.
@ list_tasks, get_todos, show_tasks : List the tasks of a list.
~ list tasks
* list_name/list enum(home, work, shopping, garden)
? status enum(open, done, overdue) "that are {}"
> What is on my {list_name} list?
> list the tasks[ on the {list_name} list]
> Which items are on the {list_name} list?
+ What is on the {list_name+} lists?
< result by(list_name : garden=GREEN, shopping=GOODS, work=DUTIES, CHORES)
! Your {list_name} list has {result}.
@ delete_task, remove_task : Delete a task.
~ delete a task
* task_id code(T##)
> delete task {task_id}
> remove the to-do[ {task_id}]
> get rid of {task_id}
+ delete {task_id+}
< status word(deleted)
! Task {task_id} is deleted.
@ set_due_date, change_deadline : Change when a task is due.
~ change a due date
* task_id code(T##)
* due/due_date DATE
> set the deadline of {task_id}[ to {due}]
> change the due date of {task_id} to {due}
> Make {task_id} due by {due}.
< status word(updated)
! {task_id} is now due on {due}.
@ assign_task, delegate_task : Assign a task to a person.
~ assign a task
* task_id code(T##)
* person/assignee PERSON
? note NOTE "with the note {}"
> assign {task_id}[ to {person}]
> hand task {task_id} over to {person}
> {person} should do {task_id}.
< status word(assigned)
! {task_id} is assigned to {person}.
@ create_list, new_list : Create a task list.
~ create a task list
* name/title SUBJECT
* color COLOR
? shared flag(shared with everyone / just for me)
> create a {color} list called {name}
> make a new list {name} in {color}
> start a {color} task list with the name {name}
< list_id code(L##)
! The {color} list "{name}" is ready.
@ start_timer, focus_timer : Start a focus timer. | Start a countdown for work.
~ start a timer
* minutes/length MINUTES
? label TASK "labelled {}"
> start a timer for {minutes}
> set a focus timer[ of {minutes}]
> time me for {minutes}
+ start timers for {minutes+}
< timer_id code(TM-##)
! Timer {timer_id} runs for {minutes} minutes.
@ create_reminder, set_reminder, remind : Set a reminder.
~ set a reminder
* text/message TASK
* date ON_DATE
* time TIME
> remind me of {text}[ {date}][ at {time}].
> set a reminder {text} {date}[ at {time}]
> I want a reminder {text}[ {date}] at {time}.
< reminder_id code(RM-##)
! I will remind you of "{text}" on {date} at {time}.
@ repeat_task, make_recurring : Make a task repeat.
~ make a task repeat
* task_id code(T##)
* frequency/interval enum(every day=daily, every week=weekly, every month=monthly, every year=yearly)
> repeat {task_id} {frequency}
> Make task {task_id} come back {frequency}.
> have {task_id} show up {frequency}
< status word(recurring)
! {task_id} now repeats {frequency}.
@ add_subtask, create_subtask : Add a subtask to a task.
~ add a subtask
* task_id/parent_id code(T##)
* title/text TASK
> add {title} under task {task_id}
> add the subtask {title}[ to {task_id}]
> {task_id} needs one more step: {title}.
< subtask_id code(S##)
! "{title}" is a subtask of {task_id} now.
& add_task.task_id -> assign_task.task_id > assign it to {person} | hand it to {person}
& add_task.task_id -> repeat_task.task_id > make it repeat {frequency}

== email : messages
@ send_email, compose_email, mail_send : Send an email.
~ send an email
* to/recipient EMAIL
* subject SUBJECT
* body/text TEXT
? cc EMAIL "with {} in copy"
> email {to} with the subject {subject}[ and the text {body}]
> send a mail to {to}, subject {subject}, saying {body}
> write to {to} about {subject}: {body}
> I need a mail to {to}. The subject is {subject} and the text {body}.
< message_id code(M-###)
! The mail to {to} was sent.
! Sent: {message_id} to {to}.
@ search_emails, find_mail : Search emails by sender.
~ search emails
* sender/from_address EMAIL
? limit/max_results int(2, 10) "showing {} at most"
? unread/unread_only flag(that are still unread)
> find the mails[ from {sender}]
> search my inbox for messages of {sender}
> What has {sender} written to me?
+ search for mails from {sender+}
< count int(2, 9); message_id code(M-###)
! There are {count} mails from {sender}; the latest is {message_id}.
@ delete_email, trash_mail : Delete an email.
~ delete an email
* message_id/id code(M-###)
> delete the mail[ {message_id}]
> trash {message_id}
> throw away the email with the id {message_id}
+ delete the mails {message_id+}
< status word(deleted, in the trash)
! Mail {message_id} is {status}.
@ forward_email, forward_mail : Forward an email to somebody.
~ forward an email
* message_id code(M-###)
* to/recipient EMAIL
? comment/note NOTE "with the comment {}"
> forward {message_id}[ to {to}]
> pass the mail {message_id} on to {to}
> {to} should get a copy of mail {message_id}.
< status word(forwarded)
! {message_id} was forwarded to {to}.
@ reply_to_email, answer_mail : Reply to an email.
~ reply to an email
* message_id code(M-###)
* text/body TEXT
? reply_all flag(to everyone / only to the sender)
> reply {text}[ to mail {message_id}]
> answer {message_id} with {text}
> write back {text}[ on {message_id}]
< status word(sent)
! Your reply to {message_id} was sent.
@ label_email, tag_mail, add_label : Put a label on an email. | Tag a mail.
~ label an email
* message_id code(M-###)
* label/tag enum(work, private, travel, invoices, family)
> label {message_id} as {label}
> tag the mail {message_id} with {label}
> put mail {message_id} under {label}
< status word(labelled)
! {message_id} is labelled {label}.
@ schedule_email, send_later : Schedule an email for later.
~ schedule an email
* draft_id/draft code(D-###)
* date ON_DATE
* time TIME
> send draft {draft_id}[ {date}][ at {time}]
> schedule the draft {draft_id}[ {date}] at {time}
> Could {draft_id} go out {date} at {time}?
< status word(scheduled)
! Draft {draft_id} goes out on {date} at {time}.
@ block_sender, add_to_blocklist : Block mails of an address.
~ block a sender
* address/email EMAIL
> block {address}
> stop all mails from {address}
> I never want to hear from {address} again.
+ block {address+}
< status word(blocked)
! {address} is blocked.
@ create_mail_rule, add_filter : Create a rule that files mails of a sender.
~ create a mail rule
* sender EMAIL
* folder FOLDER
? mark_read flag(and mark them as read / but leave them unread)
> move mails of {sender} to the folder {folder}
> file everything from {sender} under {folder}
> put all mail from {sender} into {folder}
< rule_id code(RL-##)
! Rule {rule_id} moves mails of {sender} to {folder}.
@ count_unread, unread_count : Count the unread mails of a folder.
~ count unread emails
* folder/mailbox enum(inbox, spam, archive, newsletters)
> How many unread mails are in my {folder}?
> count the unread mails[ in the {folder}]
> Is anything new in the {folder}?
+ How many unread mails are in {folder+}?
< result int(2, 60)
! There are {result} unread mails in the {folder}.
& search_emails.message_id -> forward_email.message_id > forward the latest one to {to} | pass it on to {to}
& search_emails.message_id -> label_email.message_id > label the latest one as {label}
"""
