"""What is compared: the strategies, and a schedule of the visitor's own; what each is called, and where it starts."""

from __future__ import annotations

from transfer_core import STRATEGIES

OWN = "own_schedule"
TITLES = {name: strategy.title for name, strategy in STRATEGIES.items()} | {OWN: "Your schedule"}
SHORTS = {name: strategy.short for name, strategy in STRATEGIES.items()} | {OWN: "Yours"}
FROM_PRETRAINED = {name for name, strategy in STRATEGIES.items() if strategy.pretrained} | {OWN}
