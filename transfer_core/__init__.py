"""Freeze or fine-tune? The network, the strategies and the statistics, without any user interface."""

from transfer_core.arms import Arm, arm_of
from transfer_core.arrays import Layer, Params
from transfer_core.config import ConfigError, RunConfig, scenario_config
from transfer_core.datasets import Dataset
from transfer_core.experiment import Progress, RunResult, compare, compare_steps, run
from transfer_core.network import accuracy, backward, cross_entropy, forward, init_params, replace_head
from transfer_core.pretraining import Pretrained, pretrain
from transfer_core.scenarios import SCENARIOS, Scenario, Task
from transfer_core.schedules import Phase, Schedule, freeze_to
from transfer_core.strategies import STRATEGIES
from transfer_core.training import TrainState, initial_state, train_step

__all__ = [
    "SCENARIOS",
    "STRATEGIES",
    "Arm",
    "ConfigError",
    "Dataset",
    "Layer",
    "Params",
    "Phase",
    "Pretrained",
    "Progress",
    "RunConfig",
    "RunResult",
    "Scenario",
    "Schedule",
    "Task",
    "TrainState",
    "accuracy",
    "arm_of",
    "backward",
    "compare",
    "compare_steps",
    "cross_entropy",
    "forward",
    "freeze_to",
    "init_params",
    "initial_state",
    "pretrain",
    "replace_head",
    "run",
    "scenario_config",
    "train_step",
]
