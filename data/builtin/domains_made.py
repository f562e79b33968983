"""Tools made of a verb and a thing: "archive a contract", "restart a pump". Each thing is a domain.

The other tables are learned by heart soon: who knows that a table is booked by "Book a table" need not read what is on
offer. Here are hundreds of tools more, and in a conversation some differ by the verb alone, or by the thing alone: only
reading tells which one is meant, or that none is. The language is that of `grammar.py`, with the thing in place of
THING, more of them in place of THINGS, and its identifier as `{id}`. The letters before `@` say which kinds of things a
verb goes with, and `&` what can be asked of one that has just been created or found.
"""

import random
import re

# kind of thing: D documents, R requests, E events, V devices, G goods, F files
THINGS = {
    "D": "contract certificate proposal permit policy statement license blueprint questionnaire guideline quotation "
    "manual menu+card brochure+draft press+release",
    "R": "dispute complaint warranty+claim application order+request work+order refund+case survey+response petition "
    "inquiry leave+request expense+claim bug+report",
    "E": "workshop webinar night+shift guided+tour seminar concert auction charity+run open+day board+meeting lecture "
    "rehearsal tasting",
    "V": "pump generator turbine drone sensor elevator conveyor boiler compressor security+camera ventilator freezer "
    "vending+machine robot+arm",
    "G": "shipment pallet crate sample barrel container batch suitcase instrument+case spare+part mattress gift+box",
    "F": "dashboard slide+deck dataset mood+board spreadsheet wiki+page photo+album mailing+list template notebook",
}
VERBS = """
DREVGF @ THING_status, check_THING, track_THING : Check the status of a THING.
~ check the status of a THING
> What is the status of THING {id}?
> check on THING {id}
> How are things with THING {id}?
+ What is the status of the THINGS {id+}?
< status word(waiting, in progress, all done, on hold)
! THING {id}: {status}.
& check its status

DREVGF @ assign_THING, delegate_THING, set_THING_owner : Assign a THING to a person.
~ assign a THING
* person/assignee/owner PERSON
> assign THING {id}[ to {person}]
> put {person} in charge of THING {id}
> {person} should take care of THING {id} from now on.
< status word(assigned)
! {person} is in charge of THING {id} now.
& assign it to {person}

DREVGF @ create_THING, new_THING, register_THING : Create a THING for a person.
~ create a THING
* person/owner/name PERSON
* date/due_date/day DATE
> create a THING for {person}[, dated {date}]
> register a new THING of {person} for {date}
> We need a new THING for {person}, dated {date}.
< KEY ID
! THING {KEY} was created for {person}.

DREVGF @ list_THINGS, THINGS_of_person, get_THINGS : List the THINGS of a person.
~ list THINGS
* person/owner/name PERSON
> list the THINGS of {person}
> list THINGS[ of {person}]
> list all THINGS that {person} has
+ Which THINGS do {person+} have?
< result list(ID, 2, 3)
! {person} has {result}.

DREF @ find_THING, search_THINGS, THING_lookup : Find a THING by its topic.
~ find a THING
* topic/query TOPIC
> find the THING about {topic}
> search the THINGS for {topic}
> Is there a THING to do with {topic}?
< KEY ID
! The THING about {topic} is {KEY}.

DRF @ archive_THING, shelve_THING : Archive a THING.
~ archive a THING
> archive THING {id}
> move THING {id} into the archive
> THING {id} can go to the archive.
+ archive the THINGS {id+}
< status word(archived)
! THING {id} is in the archive.
& archive it

DRF @ restore_THING, revert_THING : Restore an earlier version of a THING.
~ restore a version of a THING
* version/revision int(2, 20)
> restore version {version} of THING {id}
> go back to version {version} of THING {id}
> undo the changes to THING {id} up to version {version}
< status word(restored)
! THING {id} is back at version {version}.

DREF @ delete_THING, erase_THING, purge_THING : Delete a THING for good.
~ delete a THING
> delete THING {id}
> get rid of THING {id} for good
> erase THING {id}
+ delete the THINGS {id+}
< status word(deleted)
! THING {id} is gone.

DF @ rename_THING, retitle_THING, set_THING_title : Rename a THING.
~ rename a THING
* title/new_name TITLE
> rename THING {id}[ to {title}]
> change the title of THING {id} to {title}
> call THING {id} {title} from now on
< status word(renamed)
! THING {id} is called {title} now.
& rename it to {title}

DF @ share_THING, grant_THING_access, send_THING : Share a THING by email.
~ share a THING
* email/recipient EMAIL
> share THING {id}[ with {email}]
> give {email} access to THING {id}
> let {email} see THING {id}
< status word(shared)
! {email} can see THING {id} now.
& share it with {email}

DF @ export_THING, download_THING, convert_THING : Export a THING as a file.
~ export a THING
* format/file_type enum(PDF=pdf, Word=docx, plain text=txt)
? pages/page_limit int(2, 40) "but only the first {} pages"
> export THING {id}[ as {format}]
> save THING {id} as {format}
> I want THING {id} as {format}.
< file text({id}.{format})
! THING {id} is saved as {format}.
& export it as {format}

DF @ translate_THING, localize_THING : Translate a THING into a language.
~ translate a THING
* language/target LANGUAGE
> translate THING {id}[ into {language}]
> make a {language} version of THING {id}
> I need THING {id} in {language}.
< words int(200, 4000)
! THING {id} is translated into {language}.

DF @ lock_THING, protect_THING, freeze_THING : Protect a THING against changes.
~ protect a THING
> protect THING {id} against changes
> lock THING {id}
> Nobody may change THING {id} any more.
< status word(locked)
! THING {id} is protected.
& lock it

DR @ approve_THING, accept_THING, confirm_THING : Approve a THING.
~ approve a THING
? comment/note NOTE "with the comment {}"
> approve THING {id}
> give THING {id} the green light
> THING {id} is fine, accept it.
+ approve the THINGS {id+}
< status word(approved)
! THING {id} is approved.
& approve it

DR @ reject_THING, decline_THING, refuse_THING : Reject a THING with a reason.
~ reject a THING
* reason/explanation REASON
> reject THING {id}[ because of {reason}]
> decline THING {id}, the reason is {reason}
> turn THING {id} down with the reason {reason}
< status word(rejected)
! THING {id} is rejected.

DR @ renew_THING, prolong_THING, extend_THING : Extend a THING by some days.
~ extend a THING
* days/extra_days int(2, 60)
> extend THING {id}[ by {days} days]
> give THING {id} {days} more days
> THING {id} needs {days} days more.
< new_end after(today, days, days + 60)
! THING {id} runs until {new_end}.
& extend it by {days} days

R @ escalate_THING, set_THING_priority, prioritize_THING : Set how urgent a THING is.
~ set the priority of a THING
* priority/urgency enum(low, normal, high, urgent)
> give THING {id} {priority} priority
> set the priority of THING {id}[ to {priority}]
> change THING {id} to {priority} priority
< status word(updated)
! THING {id} has {priority} priority.
& give it {priority} priority

R @ comment_on_THING, annotate_THING, add_THING_note : Add a comment to a THING. | Write a note on a THING.
~ comment on a THING
* text/comment/note NOTE
> add the comment {text} to THING {id}
> write {text} on THING {id}
> note on THING {id}: {text}
< status word(added)
! The comment is on THING {id}.
& add the comment {text} to it

R @ close_THING, resolve_THING, finish_THING : Close a THING.
~ close a THING
> close THING {id}
> mark THING {id} as resolved
> THING {id} is dealt with, close it.
+ close the THINGS {id+}
< status word(closed)
! THING {id} is closed.
& close it

R @ reopen_THING, resume_THING : Reopen a THING.
~ reopen a THING
> reopen THING {id}
> open THING {id} again
> THING {id} was closed too early, open it again.
< status word(open)
! THING {id} is open again.

RE @ postpone_THING, reschedule_THING, delay_THING : Postpone a THING to a later date.
~ postpone a THING
* date/new_date/until DATE
> postpone THING {id}[ until {date}]
> put off THING {id} until {date}
> move THING {id} to {date}
< status word(moved)
! THING {id} is moved to {date}.

E @ cancel_THING, call_off_THING : Cancel a THING.
~ cancel a THING
? reason REASON "because of {}"
> cancel THING {id}
> call off THING {id}
> THING {id} will not take place.
< status word(cancelled)
! THING {id} is called off.

E @ invite_to_THING, add_THING_guest, send_THING_invitation : Invite to a THING by email.
~ invite somebody to a THING
* email/guest EMAIL
> invite {email} to THING {id}
> send {email} an invitation to THING {id}
> {email} should come to THING {id}, send the invitation.
< status word(invited)
! {email} is invited to THING {id}.
& invite {email} to it

E @ limit_THING, set_THING_capacity, THING_seats : Limit the seats of a THING.
~ limit the seats of a THING
* seats/capacity/max_guests int(15, 90, 5)
> limit the seats of THING {id}[ to {seats}]
> let no more than {seats} people into THING {id}
> set the number of seats of THING {id} to {seats}
< status word(updated)
! THING {id} takes {seats} people.

E @ set_THING_time, move_THING_start, THING_begin : Set when a THING starts.
~ set the start of a THING
* time/start/starts_at TIME
> let THING {id} start at {time}
> set the start of THING {id}[ to {time}]
> THING {id} begins at {time} now.
< status word(updated)
! THING {id} starts at {time}.
& let it start at {time}

E @ rate_THING, review_THING, score_THING : Rate a THING with stars.
~ rate a THING
* stars/rating/score int(2, 5)
> give THING {id} {stars} stars
> rate THING {id}[ with {stars} stars]
> THING {id} was worth {stars} stars.
< average num(2, 5)
! Your {stars} stars for THING {id} are in.

EGV @ THING_price, price_of_THING, get_THING_fee : Look up what a THING costs.
~ look up the price of a THING
> How much does THING {id} cost?
> look up the price of THING {id}
> What do I pay for THING {id}?
+ What do the THINGS {id+} cost?
< result money(15, 900)
! THING {id} costs ${result}.

EGV @ count_THINGS, THINGS_in_city, number_of_THINGS : Count the THINGS in a city.
~ count the THINGS in a city
* city/place CITY
> How many THINGS are there in {city}?
> count the THINGS[ in {city}]
> Tell me the number of THINGS in {city}.
+ How many THINGS are there in {city+}?
< result int(2, 80)
! There are {result} in {city}.

GV @ move_THING, relocate_THING, transfer_THING : Move a THING to another city.
~ move a THING
* city/destination/to_city CITY
? date/day ON_DATE "{}"
> move THING {id}[ to {city}]
> have THING {id} brought to {city}
> THING {id} belongs in {city}, take it there.
< job_id code(MV-###)
! THING {id} goes to {city}, job {job_id}.
& move it to {city}

GV @ reserve_THING, book_THING, hold_THING : Reserve a THING for a person.
~ reserve a THING
* person/customer/name PERSON
? days int(2, 14) "for {} days"
> reserve THING {id}[ for {person}]
> put THING {id} aside for {person}
> {person} would like to have THING {id}, reserve it.
< reservation code(RS####)
! THING {id} is reserved for {person}: {reservation}.
& reserve it for {person}

GV @ inspect_THING, schedule_THING_inspection, THING_checkup : Plan the inspection of a THING.
~ plan an inspection of a THING
* date/day ON_DATE
> plan an inspection of THING {id}[ {date}]
> have THING {id} inspected {date}
> An inspector should look at THING {id} {date}.
< inspector word(Ms. Hale, Mr. Lund, Dr. Iwata)
! {inspector} will look at THING {id} on {date}.

GV @ report_THING_damage, THING_defect, log_THING_fault : Report a defect of a THING.
~ report a defect of a THING
* problem/defect/description DEFECT
> report a defect of THING {id}: {problem}
> log {problem} for THING {id}
> THING {id} has a defect: {problem}.
< report_id code(DF-###)
! The defect of THING {id} is report {report_id}.

V @ start_THING, switch_on_THING, turn_on_THING : Switch a THING on.
~ switch a THING on
? minutes/duration MINUTES "for {}"
> switch on THING {id}
> start THING {id}
> turn THING {id} on
+ start the THINGS {id+}
< state word(running)
! THING {id} is running.
& start it

V @ stop_THING, switch_off_THING, shut_down_THING : Switch a THING off.
~ switch a THING off
> switch off THING {id}
> shut down THING {id}
> turn THING {id} off
+ stop the THINGS {id+}
< state word(stopped)
! THING {id} is off.

V @ restart_THING, reboot_THING, reset_THING : Restart a THING.
~ restart a THING
> restart THING {id}
> reset THING {id}
> THING {id} hangs, reboot it.
< state word(running again)
! THING {id} is running again.
& restart it

V @ set_THING_level, adjust_THING, THING_power : Set the power level of a THING.
~ set the level of a THING
* level/power/value int(2, 9)
> set THING {id} to level {level}
> change the level of THING {id}[ to {level}]
> let THING {id} run at level {level}
< state word(adjusted)
! THING {id} works at level {level}.
& set it to level {level}

V @ update_THING, install_THING_firmware, upgrade_THING : Update a THING's software.
~ update the software of a THING
* version/release code(#.#, #.#.#)
> install version {version} on THING {id}
> update THING {id} to version {version}
> THING {id} needs the software version {version}.
< state word(updated)
! THING {id} has version {version} now.

G @ weigh_THING, THING_weight, measure_THING : Weigh a THING. | Get the weight of a THING in kilograms.
~ weigh a THING
> How heavy is THING {id}?
> weigh THING {id}
> What does THING {id} weigh?
< result num(2, 60)
! THING {id} weighs {result} kg.
& weigh it

G @ ship_THING, dispatch_THING, send_off_THING : Ship a THING to an address.
~ ship a THING
* address/street/destination STREET
? speed/service enum(overnight=overnight, by standard post=standard) "{}"
> ship THING {id}[ to {address}]
> send THING {id} off to {address}
> THING {id} has to go to {address}.
< tracking code(TK######)
! THING {id} is on its way, tracking number {tracking}.
& ship it to {address}

G @ insure_THING, THING_insurance, cover_THING : Insure a THING for an amount.
~ insure a THING
* amount/value/sum money(50, 3000)
> insure THING {id}[ for {amount}]
> take out {amount} of insurance on THING {id}
> If THING {id} gets lost I want {amount}, insure it.
< policy_id code(IN####)
! THING {id} is insured for ${amount}.
& insure it for {amount}

G @ label_THING, mark_THING, tag_THING : Label a THING with a color. | Mark a THING with a color.
~ label a THING
* color/label COLOR
> put a {color} label on THING {id}
> mark THING {id} in {color}
> THING {id} gets a {color} label.
< status word(labelled)
! THING {id} has a {color} label.

G @ split_THING, divide_THING, separate_THING : Split a THING into parts.
~ split a THING
* parts/count/portions int(2, 9)
> split THING {id} into {parts} parts
> divide THING {id}[ into {parts} parts]
> make {parts} parts out of THING {id}
< status word(split)
! THING {id} was split into {parts} parts.
"""
TOOLS_OF_A_THING = 10  # so that what one thing can be asked for, another one cannot


def _plural(words: str) -> str:
    ending = "ies" if words[-1] == "y" and words[-2] not in "aeiou" else "es" if words[-1] in "shx" else "s"
    return (words[:-1] if ending == "ies" else words) + ending


def _table(kind: str, thing: str) -> str:
    """The domain of one thing: some of the verbs of its kind, and identifiers of its own form."""
    rng, things, snake = random.Random(thing), _plural(thing), thing.replace(" ", "_")
    initials = "".join(word[0] for word in f"{thing} {thing[-1]}".split()[:2]).upper()
    code = rng.choice([f"{initials}{form}" for form in ("-###", "-####", "####", "-##")] + ["####", "#####"])
    tools = [tool.splitlines() for tool in VERBS.strip().split("\n\n")]
    tools = rng.sample([tool for tool in tools if kind in tool[0].split(" @ ")[0]], TOOLS_OF_A_THING)
    lines = [f"== {snake}"]
    for head, *rest in tools:
        names, about = head.split(" @ ")[1].split(" : ")
        names = names.replace("THINGS", things.replace(" ", "_")).replace("THING", snake)
        wants_id = any("{id" in line for line in rest if line[0] == ">")
        lines += [f"@ {names} : {about}", *([f"* {snake}_id/{snake}_no/{snake} ID"] if wants_id else []), *rest]
    firsts = {line[2:].split(", ")[0] for line in lines if line[0] == "@"} & {f"create_{snake}", f"find_{snake}"}
    names = ""
    for line in [*lines]:
        names = line[2:].split(",")[0].split(" :")[0] if line[0] == "@" else names
        if line[0] == "&":
            lines.remove(line)
            lines += [f"& {first}.{snake}_id -> {names}.{snake}_id > {line[2:]}" for first in sorted(firsts)]
    text = "\n".join(lines).replace("{id", f"{{{snake}_id").replace("KEY", f"{snake}_id")
    text = re.sub(r"\bID\b", f"code({code})", text)
    text = re.sub(r"\b([aA]) THING\b", r"\1n THING" if thing[0] in "aeiou" else r"\1 THING", text)
    return text.replace("THINGS", things).replace("THING", thing)


TEXT = "".join(
    f"{_table(kind, thing.replace('+', ' '))}\n" for kind, things in THINGS.items() for thing in things.split()
)
