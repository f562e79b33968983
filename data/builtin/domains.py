"""All tables of domains, by split."""

from data.builtin import (
    domains_day,
    domains_food,
    domains_heldout_a,
    domains_heldout_b,
    domains_heldout_c,
    domains_home,
    domains_life,
    domains_made,
    domains_media,
    domains_money,
    domains_out,
    domains_own,
    domains_shop,
    domains_sums,
    domains_talk,
    domains_tech,
    domains_travel,
    domains_work,
)

_TRAIN = (
    domains_travel,
    domains_food,
    domains_day,
    domains_talk,
    domains_money,
    domains_shop,
    domains_home,
    domains_media,
    domains_work,
    domains_tech,
    domains_life,
    domains_out,
    domains_own,
)
TRAIN = "".join(module.TEXT for module in _TRAIN)
MADE = domains_made.TEXT
HARD = domains_sums.TEXT  # for builtin:hard alone
HELDOUT = domains_heldout_a.TEXT + domains_heldout_b.TEXT + domains_heldout_c.TEXT
