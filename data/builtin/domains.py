"""All tables of domains, by split."""

from data.builtin import domains_day, domains_food, domains_travel

TRAIN = "".join(module.TEXT for module in (domains_day, domains_food, domains_travel))
HELDOUT = TRAIN
