"""The project's own functions (`toolbox/offline.py`), whose results are computed, never drawn.

Tools without a request here depend on the clock or on time zone files: they are offered, never called.
"""

TEXT = """
== toolbox : invoices banking navigation recipes stocks
@ calculate : -
~ evaluate an arithmetic expression
* expression ARITHMETIC
> What is {expression}?
> What's {expression}?
> How much is {expression}?
> calculate {expression}
> work out {expression}
> compute {expression}
> figure out {expression}
> I have to know {expression}.
< run
! The result is {result}.
@ convert_units : -
~ convert a measurement
* value AMOUNT
* from_unit MEASURE
* to_unit MEASURE
> convert {value} {from_unit} to {to_unit}
> How many {to_unit} are {value} {from_unit}?
> What is {value} {from_unit} in {to_unit}?
> turn {value} {from_unit} into {to_unit}
> I have {value} {from_unit} and need it in {to_unit}.
< run
! {value} {from_unit} are {result_value} {to_unit}.
! That is {result_value} {to_unit}.
@ days_between : -
~ count the days between two dates
* start_date DATE
* end_date DATE
> How many days are there from {start_date} to {end_date}?
> count the days from {start_date} to {end_date}
> How many days lie between {start_date} and {end_date}?
< run
! The difference in days is {result}.
! In days: {result}.
@ add_days : -
~ find a date some days away
* date DATE
* days int(5, 120)
> What date is {days} days after {date}?
> find the date {days} days after {date}
> Which day do I get if I add {days} days to {date}?
< run
! That is {result_weekday}, {result_date}.
@ text_statistics : -
~ count the words of a text
* text TEXT
> How many words are in {text}?
> count the characters of {text}
> How long is the text {text}?
> count the words in {text}
+ How many words do {text+} have?
< run
! It has {result_words} words and {result_characters} characters.
& calculate.result -> convert_units.value > convert the result from {from_unit} to {to_unit}
@ current_time : -
~ tell the time
* timezone CITY
< run
! It is {result_time}.
@ convert_time : -
~ convert a time between time zones
* time TIME
* from_timezone CITY
* to_timezone CITY
< run
! That is {result_time}.
"""
