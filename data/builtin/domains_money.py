"""Tools of money: banking, invoices, stocks. The language of the table stands in `grammar.py`."""

TEXT = """
== banking
= DOLLAR by(to_currency : JPY=149.6, CHF=0.88, NOK=10.7, SEK=10.4)
= EURO by(to_currency : JPY=162.3, CHF=0.95, NOK=11.6, SEK=11.3)
= POUND by(to_currency : JPY=189.5, CHF=1.11, NOK=13.5, SEK=13.2)
= ACCOUNT enum(checking, savings, business, joint)
@ get_balance, account_balance, check_balance : Get the balance of an account. | Read the balance of an account.
~ check a balance
* account ACCOUNT
? as_of PAST_DATE "as it was {}"
> How much money is in my {account} account?
> check the balance of my {account} account
> look up the balance[ of the {account} account]
+ check the balance of my {account+} accounts
< result money(40, 9000)
! Your {account} account holds ${result}.
@ transfer_money, make_transfer, send_money : Transfer money to a person.
~ transfer money
* recipient/to/payee PERSON
* amount/sum money(5, 2500)
? note/reference/memo SUBJECT "with the reference {}"
? date/when ON_DATE "{}"
> send {amount}[ to {recipient}]
> transfer {amount} to {recipient}
> pay {recipient} {amount}
> I owe {recipient} {amount}. Please send it.
< transfer_id code(TR####)
! ${amount} was sent to {recipient}.
! Transfer {transfer_id} of ${amount} to {recipient} is done.
@ list_transactions, get_transactions : List the transactions of an account.
~ list transactions
* account ACCOUNT
? limit/count int(3, 20) "but only the last {}"
? order enum(newest=desc, oldest=asc) "with the {} first"
> list the transactions of my {account} account
> What were the payments on my {account} account?
> look through the {account} account
< result list(word(Rent 900, Bakery 12, Train 48, Gym 30, Books 25), 2, 3)
! Recent transactions: {result}.
@ freeze_card, block_card, lock_card : Block a payment card at once.
~ block a card
* card/card_last4 code(####) -- last four digits
? reason enum(it was stolen=stolen, it was lost=lost, it is damaged=damaged) "because {}"
> block my card ending in {card}
> freeze the card {card}
> lock the card with the last digits {card}
< status word(blocked, frozen)
! The card ending in {card} is {status}.
@ set_card_limit, change_card_limit : Set the spending limit of a card.
~ set a card limit
* card code(####)
* limit/amount money(100, 5000)
* period enum(per day=daily, per week=weekly, per month=monthly)
> set the limit of card {card} to {limit} {period}
> allow {limit} {period} on card {card}
> Card {card} should spend no more than {limit} {period}.
< status word(updated)
! Card {card} is limited to ${limit}, {period}.
@ pay_bill, bill_payment : Pay a bill of a company. | Pay a provider's bill.
~ pay a bill
* company/payee COMPANY
* amount money(15, 600)
? account ACCOUNT "from my {} account"
> pay {amount}[ to {company}]
> settle my bill of {amount} at {company}
> I got a bill from {company} over {amount}. Pay it.
< confirmation code(PB###)
! The bill of {company} over ${amount} is paid: {confirmation}.
@ exchange_rate, get_exchange_rate, currency_rate : Look up an exchange rate.
~ look up an exchange rate
* from_currency/base code(USD, EUR, GBP)
* to_currency/quote code(JPY, CHF, NOK, SEK)
> What is the exchange rate from {from_currency} to {to_currency}?
> look up {from_currency} in {to_currency}
> How many {to_currency} do I get for one {from_currency}?
< result by(from_currency : USD=DOLLAR, EUR=EURO, GBP=POUND)
! One {from_currency} is {result} {to_currency}.
@ create_standing_order, schedule_payment, recurring_transfer : Set up a standing order.
~ set up a standing order
* recipient PERSON
* amount money(20, 900)
* frequency enum(every week=weekly, every month=monthly, every quarter=quarterly)
? start_date/start DATE "starting {}"
> pay {recipient} {amount} {frequency}
> set up a standing order of {amount} to {recipient} {frequency}
> {recipient} gets {amount} {frequency} from now on.
< order_id code(SO-###)
! Standing order {order_id}: ${amount} to {recipient}, {frequency}.
@ find_atm, nearest_atm, locate_atm : Find a cash machine near an address.
~ find a cash machine
* address/location STREET
? open_24h flag(that is open all night)
> Where is the nearest cash machine to {address}?
> find an ATM[ near {address}]
> I need cash near {address}.
< street STREET; meters int(50, 900)
! There is one at {street}, {meters} m away.
@ open_savings_goal, create_goal : Open a savings goal.
~ open a savings goal
* name/title word(Summer trip, New bike, Emergency fund, Wedding, Piano, Sailing course, House deposit)
* target/amount money(300, 9000)
? deadline/until LATER_DATE "by {}"
> open a savings goal called {name} over {target}
> start saving {target} for the goal {name}
> I want to put aside {target} under the name {name}.
< goal_id code(G###)
! The goal {name} over ${target} is open.
@ request_loan_quote, loan_quote : Get a quote for a loan.
~ get a loan quote
* amount money(1000, 40000)
* months int(12, 60, 12)
> What would a loan of {amount} over {months} months cost?
> get a quote for {amount} over {months} months
> I want to borrow {amount} for {months} months.
< rate num(2, 9); monthly calc(round(amount * rate / 1200 / (1 - (1 + rate / 1200) ** -months)))
! The rate is {rate} percent, ${monthly} a month.
@ dispute_charge, report_charge : Dispute a card charge.
~ dispute a charge
* transaction_id/transaction code(TX-####)
* reason enum(fraud, a double charge=duplicate, a wrong amount=wrong_amount)
> dispute the charge {transaction_id}[ as {reason}]
> report {transaction_id} because of {reason}
> {transaction_id} looks like {reason}. Dispute it.
< case_id code(CS###)
! Case {case_id} is open for {transaction_id}.

== invoices : toolbox
@ create_invoice, new_invoice, issue_invoice : Create an invoice for a customer.
~ create an invoice
* customer/client COMPANY
* amount/total money(50, 6000)
? due_date/due DATE "due {}" | "payable by {}"
? language LANGUAGE "in {}"
> create an invoice[ for {customer}] over {amount}
> bill {customer} {amount}
> issue an invoice of {amount} to {customer}
> {customer} owes us {amount}, so write the invoice.
< invoice_id code(INV-###)
! Invoice {invoice_id} over ${amount} for {customer} is ready.
@ get_invoice, invoice_status, fetch_invoice : Look up an invoice by number.
~ look up an invoice
* invoice_id/invoice/number code(INV-###)
> What is the status of {invoice_id}?
> look up the invoice[ {invoice_id}]
> Has {invoice_id} been paid?
> pull up {invoice_id}
+ look up {invoice_id+}
< status enum(paid, open, overdue); total money(50, 6000)
! {invoice_id} over ${total} is {status}.
@ send_invoice, email_invoice : Send an invoice by email.
~ send an invoice
* invoice_id code(INV-###)
* email/to EMAIL
? message TEXT "with the message {}"
> send {invoice_id}[ to {email}]
> mail the invoice {invoice_id} to {email}
> {email} is waiting for {invoice_id}.
< status word(sent)
! {invoice_id} was sent to {email}.
@ void_invoice, cancel_invoice : Cancel an issued invoice.
~ cancel an invoice
* invoice_id code(INV-###)
? reason REASON "with the reason {}"
> void {invoice_id}
> cancel the invoice[ {invoice_id}]
> {invoice_id} was a mistake, take it back.
< status word(void)
! {invoice_id} is void now.
@ record_payment, mark_as_paid : Record a payment for an invoice.
~ record a payment
* invoice_id code(INV-###)
* amount money(20, 4000)
* method enum(cash, card, bank transfer=bank_transfer, check)
> record {amount} by {method} for {invoice_id}
> {invoice_id} was paid with {amount} by {method}.
> book a payment of {amount} on {invoice_id}, method {method}
< open_amount money(1, 900)
! Payment recorded; ${open_amount} of {invoice_id} remains open.
@ send_payment_reminder, remind_customer : Send a payment reminder.
~ send a payment reminder
* invoice_id code(INV-###)
* tone/level enum(friendly, firm, final)
> send a {tone} reminder[ for {invoice_id}]
> remind the customer of {invoice_id} in a {tone} way
> {invoice_id} is late. Send a {tone} reminder.
< status word(sent)
! The {tone} reminder for {invoice_id} was sent.
@ add_expense, log_expense, record_expense : Log an expense.
~ log an expense
* amount money(4, 700)
* category enum(travel, meals, office, software, training)
? date/spent_on PAST_DATE "spent {}"
> log {amount} under {category}
> record an expense of {amount} for {category}
> I spent {amount} on {category}.
< expense_id code(EX-###)
! ${amount} for {category} is logged as {expense_id}.
@ list_overdue, overdue_invoices : List overdue invoices of a customer.
~ list overdue invoices
* customer COMPANY
? min_days/days int(10, 90, 10) "by more than {} days"
> Which invoices of {customer} are overdue?
> list what {customer} still has to pay
> check overdue invoices[ of {customer}]
+ Which invoices of {customer+} are overdue?
< result list(code(INV-###), 1, 2)
! {customer} has not paid {result}.
@ apply_discount, give_discount : Apply a discount to an invoice.
~ apply a discount
* invoice_id code(INV-###)
* percent/discount percent(5, 40)
> take {percent} off {invoice_id}
> give {percent} discount[ on {invoice_id}]
> {invoice_id} gets {percent} off.
< amount same(amount, money(50, 4000)); total calc(amount * (100 - percent) / 100)
! With {percent} percent off, {invoice_id} is ${total}.
@ vat_report, tax_report : Get the tax report of a quarter.
~ get a tax report
* quarter enum(first quarter=Q1, second quarter=Q2, third quarter=Q3, fourth quarter=Q4)
* year int(2015, 2023)
> get the tax report for the {quarter} of {year}
> What VAT do we owe for the {quarter} of {year}?
> prepare the VAT numbers of the {quarter} {year}
< result money(200, 9000)
! The tax for the {quarter} of {year} is ${result}.
@ add_customer, create_client : Add a customer with a billing address.
~ add a customer
* name COMPANY
* address record(street STREET, city CITY : {street}, {city})
? email EMAIL "with the mail {}"
> add the customer {name} at {address}
> create a client {name}, address {address}
> New customer: {name}, {address}.
< customer_id code(CU-###)
! {name} is customer {customer_id}.
& create_invoice.invoice_id -> send_invoice.invoice_id > send it to {email} | mail it to {email}
& create_invoice.invoice_id -> apply_discount.invoice_id > take {percent} off it

== stocks
= TICKER code(ACME, NVTR, BLFN, SOLR, KSTL, HRBR, LUMN, JNPR, MRGD, ORCD)
@ get_stock_price, stock_quote, quote : Look up a share price by its ticker.
~ look up a stock price
* ticker/symbol TICKER
? exchange enum(New York=NYSE, London=LSE) "on the {} exchange"
> What is {ticker} trading at?
> get the share price[ of {ticker}]
> look up the quote for {ticker}
> How much is one share of {ticker}?
+ What are {ticker+} trading at?
+ get the prices of {ticker+}
< result num(8, 420)
! {ticker} trades at ${result}.
@ buy_shares, buy_stock, place_buy_order : Buy shares of a stock.
~ buy shares
* ticker/symbol TICKER
* shares/quantity int(2, 90)
? limit_price/limit money(10, 390) "at no more than {}"
> buy {shares} shares[ of {ticker}]
> get {shares} {ticker} for my portfolio
> I want to own {shares} more shares of {ticker}.
< order_id code(B####)
! Order {order_id}: {shares} shares of {ticker} bought.
@ sell_shares, sell_stock, place_sell_order : Sell shares of a stock.
~ sell shares
* ticker/symbol TICKER
* shares/quantity int(2, 90)
? limit_price/limit money(10, 390) "for at least {}"
> sell {shares} shares[ of {ticker}]
> get rid of {shares} {ticker}
> Time to let go of {shares} shares of {ticker}.
< order_id code(S####)
! Order {order_id}: {shares} shares of {ticker} sold.
@ cancel_trade_order, cancel_trade : Cancel an open trade order.
~ cancel a trade order
* order_id code(B####, S####)
> cancel the order[ {order_id}]
> withdraw {order_id}
> I changed my mind about {order_id}, cancel it.
+ cancel the orders {order_id+}
< status word(cancelled)
! Order {order_id} is cancelled.
@ get_portfolio, portfolio_value : Get the value of a portfolio. | Show what a portfolio is worth.
~ check a portfolio
* portfolio/name enum(retirement, growth, dividend, test)
> What is my {portfolio} portfolio worth?
> check the {portfolio} portfolio
> How are things in the {portfolio} portfolio?
+ What are my {portfolio+} portfolios worth?
< value money(900, 90000); change_percent num(-4, 5)
! The {portfolio} portfolio is worth ${value}, a change of {change_percent} percent.
@ set_price_alert, stock_alert : Set an alert on a stock price.
~ set a price alert
* ticker TICKER
* price/threshold money(10, 390)
* direction enum(above, below)
> tell me when {ticker} goes {direction} {price}.
> set an alert on {ticker} {direction} {price}
> watch {ticker} for a move {direction} {price}
< alert_id code(AL-##)
! Alert {alert_id} is set for {ticker} {direction} ${price}.
@ price_history, historical_prices : Get past prices of a stock.
~ get price history
* ticker TICKER
* period/range enum(last week=1w, last month=1m, last year=1y)
> How did {ticker} do over the {period}?
> get the prices of {ticker} for the {period}
> look at {ticker} over the {period}
+ How did {ticker+} do over the {period}?
< low num(8, 200); high num(200, 420)
! {ticker} moved between ${low} and ${high}.
@ dividend_info, get_dividend : Look up what a stock pays.
~ look up a dividend
* ticker TICKER
> What dividend does {ticker} pay?
> look up the dividend[ of {ticker}]
> Does {ticker} pay its shareholders?
+ What dividends do {ticker+} pay?
< per_share num(0.6, 6); paid_on DATE
! {ticker} pays ${per_share} a share on {paid_on}.
@ add_to_watchlist, watch_stock : Add a stock to a watchlist.
~ add a stock to a watchlist
* ticker TICKER
* watchlist/list enum(tech, energy, favourites=favorites)
> add {ticker}[ to my {watchlist} list]
> put {ticker} on the {watchlist} watchlist
> keep an eye on {ticker} in my {watchlist} list
+ put {ticker+} on the {watchlist} watchlist
< status word(added)
! {ticker} is on your {watchlist} list.
@ company_earnings, get_earnings : Look up a quarter's earnings.
~ look up earnings
* ticker/company TICKER
* quarter enum(first quarter=Q1, second quarter=Q2, third quarter=Q3, fourth quarter=Q4)
> What did {ticker} earn in the {quarter}?
> look up the {quarter} earnings of {ticker}
> get the numbers of {ticker} for the {quarter}
< revenue_m int(300, 900); profit_m int(2, 120)
! {ticker} made ${profit_m} million on ${revenue_m} million in the {quarter}.
"""
