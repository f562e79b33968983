"""Tools of talk: chat messages, translation, social media. The language of the table stands in `grammar.py`."""

TEXT = """
== messages : email
= CHANNEL word(#general, #design, #ops, #random, #sales, #launch, #help-desk, #frontend)
@ send_message, post_message, message.send : Send a text message to a person.
~ send a message
* recipient/to/contact PERSON
* text/message/body TEXT
? app/channel enum(SMS=sms, WhatsApp=whatsapp, Signal=signal) "via {}" | "on {}"
> text {recipient} {text}
> send {recipient} the message {text}
> send the message {text}[ to {recipient}]
> let {recipient} know: {text}
> {recipient} should read this: {text}.
< status word(sent, delivered)
! Your message to {recipient} was {status}.
@ read_messages, get_messages, fetch_chat : Read the latest messages of a contact.
~ read messages
* contact/from_person PERSON
? count/limit int(2, 10) "but only the last {}"
> What did {contact} write?
> read the messages[ from {contact}]
> check for new texts[ from {contact}]
+ read the messages from {contact+}
< result list(word(Running late, See you soon, Call me, All done, Thanks a lot), 1, 2)
! {contact} wrote: {result}.
@ post_to_channel, channel_post : Post a text in a team channel.
~ post in a channel
* channel CHANNEL
* text/content TEXT
? mention_all flag(and mention everyone / without mentioning anyone)
> post {text}[ in {channel}]
> write {text} in the channel {channel}
> {channel} should know this: {text}.
< message_id code(MSG###)
! Posted in {channel} as {message_id}.
@ create_channel, open_channel : Create a team channel with members.
~ create a channel
* name CHANNEL
* members/people list(FIRST, 2, 3)
? private/is_private flag(as a private channel / as a public channel)
> create the channel {name} with {members}
> open {name} for {members}
> set up a channel called {name}; the members are {members}
< status word(created)
! The channel {name} with {members} is ready.
@ mute_chat, mute_conversation : Mute a contact for some minutes.
~ mute a chat
* contact PERSON
* minutes/duration MINUTES
> mute {contact}[ for {minutes}]
> silence the chat with {contact} for {minutes}
> I need a break from {contact} for {minutes}.
< muted_until word(11:30, 13:45, 16:10, 19:00)
! {contact} is muted until {muted_until}.
@ start_call, call_contact, place_call : Start a voice or video call.
~ start a call
* contact/person PERSON
* type/mode enum(voice, video)
> start a {type} call with {contact}
> make a {type} call[ to {contact}]
> ring {contact} by {type}
< status word(ringing, connected)
! The {type} call with {contact} is {status}.
@ set_status, update_presence : Set the user's presence status.
~ set the status
* status/presence enum(available, busy, away, offline)
? until TIME "until {}"
? note NOTE "with the note {}"
> set my status to {status}
> show me as {status} to the others.
> Make me {status}.
< result word(updated, saved)
! Your status is now {status}.
@ create_poll, start_poll : Start a poll in a channel.
~ start a poll
* channel CHANNEL
* options/choices list(DISH, 2, 3)
> start a poll in {channel}: {options}
> let {channel} vote on {options}
> ask {channel} to choose between {options}
< poll_id code(P###)
! Poll {poll_id} is open in {channel}.
@ delete_message, unsend_message : Delete a sent message.
~ delete a message
* message_id/id code(MSG###)
? for_everyone flag(for everyone / only for me)
> delete message {message_id}
> take back {message_id}
> I sent the wrong thing. Unsend {message_id}.
+ delete the messages {message_id+}
< status word(deleted)
! Message {message_id} is deleted.
@ add_contact, save_contact, new_contact : Add a person to the contacts.
~ add a contact
* name/full_name PERSON
* phone/number PHONE
? label/group enum(family, work, friend=friends) "as {}"
> add {name} to my contacts[ with the number {phone}]
> save the number {phone} for {name}
> New contact: {name}, {phone}.
< contact_id code(C###)
! {name} is saved with {phone}.
@ search_chat, find_in_chat : Search messages for a word.
~ search messages
* query/text TOPIC
? contact PERSON "in my chat with {}"
? since PAST_DATE "written {}" -- date of the message
> search my messages for {query}
> find texts about {query}
> Where did somebody mention {query}?
< matches int(2, 30)
! I found {matches} messages about {query}.

== translation
= TONGUE enum(Spanish=es, French=fr, German=de, Italian=it)
= GREET by(target : es=buenos días, fr=bonjour, de=guten Morgen, it=buongiorno)
= WHERE by(target : es=dónde está la estación, fr=où est la gare, de=wo ist der Bahnhof, it=dov'è la stazione)
= THANKS by(target : es=muchas gracias, fr=merci beaucoup, de=vielen Dank, it=mille grazie)
= PRICE by(target : es=cuánto cuesta esto, fr=combien ça coûte, de=wie viel kostet das, it=quanto costa questo)
= COFFEE by(target : es=quiero un café, fr=je veux un café, de=ich möchte einen Kaffee, it=voglio un caffè)
= BILL by(target : es=la cuenta por favor, fr=l'addition s'il vous plaît, de=die Rechnung bitte, it=il conto per favore)
= BIRTHDAY by(target : es=feliz cumpleaños, fr=joyeux anniversaire, de=alles Gute zum Geburtstag, it=buon compleanno)
= LOST by(target : es=estoy perdido, fr=je suis perdu, de=ich habe mich verlaufen, it=mi sono perso)
= TICKETS by(target : es=dos billetes por favor, fr=deux billets s'il vous plaît, de=zwei Karten, it=due biglietti)
= HOUR by(target : es=qué hora es, fr=quelle heure est-il, de=wie spät ist es, it=che ore sono)
= BAG by(target : es=falta mi bolsa, fr=il me manque un sac, de=meine Tasche fehlt, it=manca la mia borsa)
= SEAT by(target : es=está libre, fr=cette place est libre, de=ist dieser Platz frei, it=è libero questo posto)
= SAID3 by(text : two tickets please=TICKETS, what time is it=HOUR, my bag is missing=BAG, is this seat free=SEAT)
= SAID2 by(text : I want a coffee=COFFEE, the bill please=BILL, happy birthday=BIRTHDAY, I am lost=LOST, SAID3)
= SAID1 by(text : thank you very much=THANKS, how much is this=PRICE, SAID2)
= SAID by(text : good morning=GREET, where is the station=WHERE, SAID1)
= WORD3 by(word : quaint=charming and old, tepid=lukewarm, zenith=the highest point)
= WORD2 by(word : frugal=careful with money, plinth=the base of a column, austere=plain and strict, WORD3)
= WORD by(word : serendipity=a happy accident, candid=honest and open, ledger=a book of accounts, brisk=quick, WORD2)
= LIKE3 by(word : bright=shiny / brilliant, stern=strict / severe)
= LIKE2 by(word : gentle=mild / soft, rapid=quick / swift, ancient=old / antique, humble=modest / plain, LIKE3)
= LIKE by(word : happy=glad / cheerful, sturdy=solid / strong, clever=smart / bright, narrow=tight / slim, LIKE2)
= DOCUMENT word(manual.docx, letter.txt, menu.pdf, contract.docx, guide.pdf, notes.txt)
= LANG enum(English=en, Spanish=es, French=fr, German=de, Italian=it, Japanese=ja, Polish=pl, Turkish=tr)
@ translate_text, translate, translator : Translate a text into a language. | Translate a phrase.
~ translate a text
* text/phrase PHRASE
* target/target_language/to TONGUE
? formality enum(formal, informal) "in a {} tone"
> translate {text}[ into {target}]
> How do you say {text} in {target}?
> put {text} into {target}
> I need {text} in {target}.
+ translate {text} into {target+}
< result SAID
! That is "{result}".
@ detect_language, identify_language : Detect the language of a text.
~ detect a language
* text TEXT
> Which language is {text}?
> detect the language of {text}
> find out what language {text} is written in
< language word(English)
! The text is in {language}.
@ define_word, dictionary_lookup, get_definition : Look up a word in the dictionary.
~ look up a word
* word/term word(serendipity, candid, ledger, brisk, frugal, plinth, austere, quaint, tepid, zenith)
? language LANGUAGE "in {}" -- language of the definition
> What does {word} mean?
> look up the word {word}
> define {word}
+ What do {word+} mean?
< result WORD
! {word} means {result}.
@ find_synonyms, thesaurus, synonyms : Find synonyms of a word.
~ find synonyms
* word word(happy, sturdy, clever, narrow, gentle, rapid, ancient, humble, bright, stern)
? limit/count int(2, 8) "but only {} of them"
> find synonyms for {word}
> Which words mean the same as {word}?
> look for another word for {word}
+ find synonyms for {word+}
< result LIKE
! Synonyms of {word}: {result}.
@ check_grammar, proofread : Check the grammar of a text.
~ check grammar
* text/sentence CLAIM
* language enum(British English=en_GB, American English=en_US)
> check the {language} grammar of {text}
> proofread this {language} text: {text}
> Is this correct {language}: {text}?
< result word(correct)
! The grammar is {result}.
@ pronounce, speak_text, text_to_speech : Read a text aloud.
~ read a text aloud
* text PHRASE
* voice enum(female, male, child)
? speed/rate enum(slow, normal, fast) "at {} speed"
> read {text} aloud with a {voice} voice
> say {text} in a {voice} voice
> pronounce {text} using the {voice} voice
< seconds int(2, 9)
! Played it with the {voice} voice, {seconds} seconds.
@ translate_document, translate_file : Translate a file into a language. | Translate a document.
~ translate a document
* file/filename DOCUMENT
* target LANG
? keep_layout flag(and keep the layout / without keeping the layout)
> translate the file {file}[ into {target}]
> turn {file} into {target}
> I need {file} in {target}.
< output text({target}_{file}); pages int(2, 30)
! The translation has {pages} pages: {output}.
@ book_interpreter, hire_interpreter : Book an interpreter.
~ book an interpreter
* language LANGUAGE
* date ON_DATE
* hours int(2, 8)
> book a {language} interpreter for {hours} hours {date}
> We need a {language} interpreter {date} for {hours} hours.
> hire somebody who interprets {language} {date} for {hours} hours
< interpreter PERSON; price calc(hours * 60)
! {interpreter} will interpret on {date} for ${price}.
@ start_lesson, language_lesson : Start a language lesson.
~ start a language lesson
* language LANGUAGE
* level enum(beginner, intermediate, advanced)
? topic enum(travel, food, business) "about {}"
> start a {level} lesson in {language}
> I'd like to learn {language} at the {level} level.
> open a {language} lesson for {level} learners
< lesson_id code(LS-##)
! Your {language} lesson {lesson_id} has started.
@ set_learning_goal, daily_goal, study_goal : Set a daily learning goal.
~ set a learning goal
* language LANGUAGE
* minutes/daily_minutes MINUTES
? remind_at/reminder TIME "with a reminder at {}"
> set a goal of {minutes} a day for {language}
> I want to study {language} for {minutes} a day.
> plan {minutes} of {language} a day
< streak int(1, 90)
! Your goal for {language} is {minutes} minutes a day.
& translate_text.result -> pronounce.text > read the translation aloud with a {voice} voice

== social
= PICTURE word(cover.png, beach.jpg, team.jpg, chart.png, launch.png, sunset.jpg)
@ create_post, publish_post, new_post : Publish a post on a network.
~ publish a post
* text/content TEXT
* network/platform enum(Mastodon=mastodon, LinkedIn=linkedin, Bluesky=bluesky, Threads=threads)
? image/photo PICTURE "with the picture {}"
> post {text}[ on {network}]
> publish {text} on {network}
> share {text} with my followers on {network}
+ post {text} on {network+}
< post_id code(PX###)
! Your post {post_id} is live on {network}.
@ schedule_post, plan_post : Schedule a post for a date and time.
~ schedule a post
* draft_id/draft code(DR-###)
* date ON_DATE
* time TIME
> schedule draft {draft_id}[ {date}][ at {time}]
> publish {draft_id} {date} at {time}
> Can {draft_id} go live {date} at {time}?
< status word(scheduled)
! {draft_id} goes live on {date} at {time}.
@ like_post, add_like : Like a post.
~ like a post
* post_id/id code(PX###)
? reaction enum(like, love, laugh, wow) "with a {} reaction"
> like the post {post_id}
> react to {post_id}
> I love {post_id}, so like it.
+ like the posts {post_id+}
< likes int(3, 800)
! {post_id} now has {likes} likes.
@ comment_on_post, add_comment : Comment on a post.
~ comment on a post
* post_id code(PX###)
* text/comment REVIEW
> comment {text}[ on {post_id}]
> write {text} under post {post_id}
> leave the comment {text} on {post_id}
< comment_id code(CM###)
! Your comment {comment_id} is under {post_id}.
@ follow_user, follow_account : Follow an account.
~ follow an account
* handle/username code(sunny_##, the_baker_##, trail_##, pixel_##)
? notifications flag(with notifications on / with notifications off)
> follow {handle}
> add {handle} to the accounts I follow
> I like what {handle} posts, so follow them.
+ follow {handle+}
< followers int(40, 9000)
! You follow {handle}, who has {followers} followers.
@ get_post_stats, post_analytics : Get the statistics of a post.
~ get a post's statistics
* post_id code(PX###)
? metric enum(views, likes, shares) "with a focus on {}"
> How is {post_id} doing?
> get the numbers of {post_id}
> check the statistics[ of {post_id}]
+ How are {post_id+} doing?
< views int(800, 9000); likes int(2, 700)
! {post_id} has {views} views and {likes} likes.
@ search_posts, find_posts : Search posts on a topic.
~ search posts
* topic/query TOPIC
? since/from_date PAST_DATE "posted {}" -- date of the post
? sort enum(newest=new, most liked=top) "with the {} first"
> find posts about {topic}
> search for posts on {topic}
> What do people write about {topic}?
+ find posts about {topic+}
< count int(3, 200); top_post code(PX###)
! There are {count} posts about {topic}; the top one is {top_post}.
@ delete_post, remove_post : Delete a post.
~ delete a post
* post_id code(PX###)
> delete my post[ {post_id}]
> take {post_id} offline
> remove {post_id} from my profile
+ delete {post_id+}
< status word(deleted)
! Post {post_id} is deleted.
@ update_profile, edit_profile : Change a field of the profile. | Edit the user's profile.
~ update the profile
* field enum(bio, headline, motto, mood)
* value NOTE
> set my profile {field} to {value}
> change the {field} in my profile to {value}
> My profile should show {value} as the {field}.
< status word(updated)
! Your {field} is updated.
@ send_direct_message, dm_user : Send a private message to an account.
~ send a direct message
* handle code(sunny_##, the_baker_##, trail_##, pixel_##)
* text TEXT
> send {handle} the direct message {text}
> write {text} privately to {handle}
> DM {handle}: {text}
< status word(sent)
! Your private message to {handle} was sent.
& search_posts.top_post -> like_post.post_id > like the top one
& create_post.post_id -> get_post_stats.post_id > check its numbers
"""
