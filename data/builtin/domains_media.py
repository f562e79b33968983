"""Tools of media: music, film, news. The language of the table stands in `grammar.py`."""

TEXT = """
== music
@ play_song, play_track, music.play : Play a song.
~ play a song
* title/song/track TITLE
? artist ARTIST "by {}"
? shuffle flag(in shuffle mode / without shuffle)
> play {title}
> put on the song {title}
> play something[ called {title}]
> I'm in the mood for {title}.
< status word(playing)
! Now playing "{title}".
@ create_playlist, new_playlist, make_playlist : Create a playlist.
~ create a playlist
* name/title word(Road Trip, Morning Run, Rainy Days, Deep Focus, Summer Party, Slow Sunday, Old Hits)
? public/is_public flag(that everyone can see / that only I can see)
? genre enum(rock, jazz, pop, classical, hip hop=hip_hop) "for {}"
> create a playlist called {name}
> make a new playlist with the name {name}
> I want a playlist named {name}.
< playlist_id code(PL###)
! The playlist "{name}" is {playlist_id}.
@ add_to_playlist, playlist_add : Add a song to a playlist.
~ add a song to a playlist
* playlist_id/playlist code(PL###)
* title/song TITLE
> add {title}[ to {playlist_id}]
> put {title} on the playlist {playlist_id}
> {title} belongs on {playlist_id}.
+ put {title+} on the playlist {playlist_id}
< status word(added)
! "{title}" is on {playlist_id} now.
@ pause_music, pause_playback, stop_playing : Pause the music on a device.
~ pause the music
* device/speaker enum(phone, laptop, kitchen speaker=kitchen, car)
> pause the music on the {device}
> stop playing[ on my {device}]
> Silence on the {device}, please.
< status word(paused)
! The music on the {device} is paused.
@ set_volume, change_volume, volume : Set the volume of a device.
~ set the volume
* device enum(phone, laptop, kitchen speaker=kitchen, car)
* level/percent percent(5, 100)
> set the volume of the {device}[ to {level}]
> turn the {device} to {level}
> The {device} should play at {level}.
< status word(set)
! The {device} is at {level} percent.
@ find_concerts, search_concerts, upcoming_gigs : Find concerts of an artist.
~ find concerts
* artist/band ARTIST
* city CITY
? after/from_date DATE "after {}"
> When do {artist} play[ in {city}]?
> find concerts of {artist}[ in {city}]
> I'd love to see {artist} in {city}.
+ When do {artist} play in {city+}?
< concert_id code(CC-###); date after(after, 5, 90)
! {artist} play in {city} on {date} ({concert_id}).
@ buy_concert_ticket, concert_tickets : Buy tickets for a concert.
~ buy concert tickets
* concert_id/concert code(CC-###)
* count/tickets int(2, 8)
? seats/area enum(standing, balcony, front row=front) "in the {} area"
> buy {count} tickets for {concert_id}
> get {count} tickets[ to {concert_id}]
> We are {count} and want to go to {concert_id}.
< price money(20, 90); total calc(count * price)
! {count} tickets for {concert_id} cost ${total}.
@ identify_song, recognize_song : Identify a song from an audio file.
~ identify a song
* file/audio word(clip_01.mp3, radio.wav, hum.m4a, street.mp3, party.wav, intro.ogg, tape4.wav)
> Which song is on {file}?
> identify the song[ in {file}]
> listen to {file} and name the track
< title TITLE; artist ARTIST
! That is "{title}" by {artist}.
@ get_lyrics, song_lyrics, find_lyrics : Get the lyrics of a song.
~ get lyrics
* title/song TITLE
* artist ARTIST
> find the lyrics of {title}[ by {artist}]
> What are the words of {title} by {artist}?
> look up the text of {title}, sung by {artist}
< first_line word(I walked along the shore, The night is young, Hold the line, Morning came too soon)
! It begins: "{first_line}".
@ artist_info, get_artist, top_songs : Look up an artist.
~ look up an artist
* artist/name ARTIST
? limit/count int(2, 10) "with {} songs at most"
> What are the biggest songs of {artist}?
> look up the artist {artist}
> list the hits[ of {artist}]
+ What are the hits of {artist+}?
< result list(TITLE, 2, 2)
! The best known songs of {artist} are {result}.
@ sleep_timer, music_sleep_timer : Set a sleep timer.
~ set a sleep timer
* minutes/after MINUTES
? fade_out flag(with a fade out / without a fade out)
> stop the music after {minutes}
> set a sleep timer[ of {minutes}]
> let the songs run for {minutes} more and then stop
< stops_at word(22:40, 23:15, 00:05)
! The music stops at {stops_at}.
& create_playlist.playlist_id -> add_to_playlist.playlist_id > put {title} on it | add {title}
& find_concerts.concert_id -> buy_concert_ticket.concert_id > buy {count} tickets | get {count} tickets for it

== film
= FILM TITLE
@ find_movie, search_movies, movie_search : Find a movie of a genre.
~ find a film
* genre enum(comedy, drama, thriller, horror, science fiction=scifi, western)
? year/released int(1975, 2023) "from {}"
? max_minutes/max_length int(80, 180, 10) "of no more than {} minutes"
> find a {genre} film
> Which {genre} movie can I watch?
> look for a {genre} movie
> I'd like to watch a {genre} tonight.
< title FILM; rating num(5, 10)
! How about "{title}", rated {rating}?
@ movie_details, get_movie, film_info : Look up director and length of a film.
~ look up a film
* title/film FILM
> Who directed {title}?
> How long is the film {title}?
> look up the film[ {title}]
> get the facts about {title}
+ look up the films {title+}
< director PERSON; minutes int(80, 190)
! "{title}" is by {director} and runs {minutes} minutes.
@ showtimes, cinema_times, get_showtimes : Find cinema showings.
~ find showtimes
* title/film FILM
* city CITY
* date ON_DATE
> When is {title} shown in {city}[ {date}]?
> get the showtimes of {title} in {city}[ {date}]
> Can I see {title} {date} in {city}?
< cinema word(Rex, Odeon, Lumiere, Astoria); time word(17:15, 19:30, 20:45, 22:00); show_id code(SH###)
! {cinema} shows "{title}" at {time} ({show_id}).
@ book_cinema_seats, reserve_cinema : Book cinema seats.
~ book cinema seats
* show_id/show code(SH###)
* seats/count int(2, 9)
? row enum(front, middle, back) "in the {} row"
> book {seats} seats[ for {show_id}]
> reserve {seats} seats in show {show_id}
> We'd be {seats} people for {show_id}.
< price money(8, 20); total calc(seats * price)
! {seats} seats for {show_id} cost ${total}.
@ add_to_watch_later, watchlist_add, save_movie : Save a film to watch later.
~ save a film for later
* title/film FILM
? list_name/list enum(weekend, family, classics) "to the {} list"
> save {title} for later
> put {title} on my watch list
> {title} sounds good, remember it.
+ save {title+} for later
< status word(saved)
! "{title}" is saved for later.
@ rate_movie, review_movie : Rate a film.
~ rate a film
* title/film FILM
* points/score int(2, 10)
? review/text REVIEW "and write {}"
> rate {title}[ with {points} points]
> give {title} {points} of 10
> {title} deserves {points} points.
< average num(4, 9)
! You gave "{title}" {points} points; the average is {average}.
@ start_stream, stream_movie, play_movie : Stream a film with subtitles.
~ stream a film
* title/film FILM
* device/screen enum(TV=tv, tablet, laptop, projector)
? subtitles LANGUAGE "with {} subtitles"
> stream {title}[ on the {device}]
> start {title} on the {device}
> Let's see {title} on the {device}.
< status word(playing)
! "{title}" is playing on the {device}.
@ where_to_watch, streaming_services : Find which service has a film.
~ find where to watch a film
* title FILM
* country/region COUNTRY
> Where can I stream {title}[ in {country}]?
> find a service that has {title} in {country}
> Which platform shows {title} in {country}?
+ Where can I stream {title+} in {country}?
< service word(Streamly, FilmBox, Cineplay); price money(2, 16)
! {service} has "{title}" for ${price}.
@ record_show, set_recording, dvr_record : Record a TV show.
~ record a TV show
* channel enum(Channel One=one, Channel Two=two, Sports Plus=sports, Arts TV=arts)
* date ON_DATE
* time/start TIME
> record {channel}[ {date}][ at {time}]
> set a recording on {channel} {date} at {time}
> I miss the show on {channel} {date} at {time}. Record it.
< recording_id code(RC##)
! Recording {recording_id} is set for {date} at {time}.
@ new_episodes, next_episode, series_schedule : Look up new episodes.
~ look up the next episode
* series/show FILM
? season int(2, 9) "of season {}"
> When is the next episode of {series} out?
> look up new episodes of {series}
> Is there more of {series} coming?
+ When are the next episodes of {series+} out?
< date DATE; episode int(1, 12)
! Episode {episode} of "{series}" comes on {date}.
& find_movie.title -> add_to_watch_later.title > save it for later | put it on my watch list
& showtimes.show_id -> book_cinema_seats.show_id > book {seats} seats | reserve {seats} seats for that show

== news
= LIE by(claim : Glass is a liquid=false, Sharks are mammals=false, Cats always land on their feet=false, disputed)
= TRUTH by(claim : Bees sleep at night=true, The moon causes tides=true, Gold never rusts=true, LIE)
@ get_headlines, top_headlines, headlines : Get the top headlines of a section.
~ get the headlines
* section/category enum(world, business, sports, science, culture, health)
? country COUNTRY "from {}"
? limit/count int(2, 9) "but no more than {}"
> What's new in {section}?
> get the {section} headlines
> read the latest {section} news
+ get the headlines in {section+}
< result list(word(Port reopens, New vaccine approved, Rates fall, Museum expands, Storm ends), 1, 2)
! In {section}: {result}.
@ search_news, find_articles, article_search : Search news articles about a topic.
~ search the news
* topic/query TOPIC
? since/from_date PAST_DATE "published {}"
? language LANGUAGE "in {}"
> find news about {topic}
> search for articles on {topic}
> What do the papers say about {topic}?
+ search for articles on {topic+}
< article_id code(AR-###); count int(2, 90)
! {count} articles deal with {topic}; the first is {article_id}.
@ read_article, get_article, open_article : Get the text of an article. | Open an article by its id.
~ read an article
* article_id/id code(AR-###)
> open {article_id}
> What does {article_id} say?
> read the article[ {article_id}]
+ open {article_id+}
< title word(Port reopens, New vaccine approved, Rates fall, Museum expands); words int(200, 1500)
! {article_id} is "{title}", {words} words.
@ summarize_article, article_summary : Summarise an article in some sentences.
~ summarise an article
* article_id code(AR-###)
* sentences/length int(2, 8)
> sum up {article_id} in {sentences} sentences
> shorten {article_id}[ to {sentences} sentences]
> What is {article_id} about, in {sentences} sentences?
< summary_id code(SU-##)
! Summary {summary_id} has {sentences} sentences.
@ follow_topic, subscribe_topic, news_alert : Follow a topic and be notified.
~ follow a topic
* topic TOPIC
* frequency enum(every hour=hourly, every day=daily, every week=weekly)
> keep me posted on {topic} {frequency}.
> follow {topic} with updates {frequency}
> send news about {topic} {frequency}
+ follow {topic+} with updates {frequency}
< status word(subscribed)
! You follow {topic}, updates {frequency}.
@ unfollow_topic, unsubscribe_topic : Stop following a topic.
~ stop following a topic
* topic TOPIC
> stop the updates on {topic}
> unfollow {topic}
> No more news about {topic}.
+ unfollow {topic+}
< status word(unsubscribed)
! You no longer follow {topic}.
@ save_article, bookmark_article : Save an article to a folder.
~ save an article
* article_id code(AR-###)
* folder/collection enum(later, work, research, fun)
> save {article_id}[ in my {folder} folder]
> bookmark {article_id} under {folder}
> put {article_id} into {folder}
< status word(saved)
! {article_id} is in your {folder} folder.
@ fact_check, check_claim, verify_claim : Check whether a claim is true.
~ check a claim
* claim/statement CLAIM
? sources/min_sources int(2, 6) "with at least {} sources"
> Is it true: {claim}?
> fact check {claim}
> verify the statement {claim}
< verdict TRUTH
! The verdict on it is: {verdict}.
@ trending_topics, get_trends : Get the trending topics of a country.
~ get trending topics
* country COUNTRY
* period/window enum(today=day, this week=week, this month=month)
> What is trending in {country} {period}?
> get the top topics of {country} {period}
> find out what people in {country} talk about {period}
+ What is trending {period} in {country+}?
< result list(TOPIC, 1, 3)
! Trending in {country}: {result}.
@ local_bulletin, get_bulletin : Get a local bulletin for a city.
~ get a local bulletin
* city CITY
* kind/type enum(traffic, events, crime, politics)
> get the {kind} bulletin[ for {city}]
> What is the {kind} report of {city}?
> read the local {kind} report of {city}
+ get the {kind} bulletins for {city+}
< result by(kind : traffic=two closures downtown, events=a busy weekend, crime=all quiet, new rules from Monday)
! {kind} in {city}: {result}.
& search_news.article_id -> read_article.article_id > open the first one
& search_news.article_id -> summarize_article.article_id > sum up the first one in {sentences} sentences
"""
