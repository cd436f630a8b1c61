"""The reference checkers: lm_eval's own functions, as reproducible as they can be made.

Needs lm_eval 0.4.13, nltk 3.9.1, langdetect 1.0.9, immutabledict and packaging (no torch), and punkt_tab's English files
where nltk looks for them (environment variable NLTK_DATA).
"""

import importlib
import importlib.util
import logging
import os
import random
import sys
import types
from importlib.metadata import version

PACKAGES = ("lm_eval", "nltk", "langdetect")


def load():
    """lm_eval.tasks.ifeval.utils, with all seeds set.

    The checkers draw what a row doesn't say (the letter of keys 1122 and 1129); langdetect has a generator of its own. Importing lm_eval.tasks would import all of the harness; only its folder is wanted here.
    """
    for name in ("lm_eval", "lm_eval.tasks"):
        if name in sys.modules:
            continue
        parent, _, last = name.rpartition(".")
        if parent:
            folder = os.path.join(sys.modules[parent].__path__[0], last)
        else:
            folder = importlib.util.find_spec(name).submodule_search_locations[0]
        module = types.ModuleType(name)
        module.__path__ = [folder]
        sys.modules[name] = module
    logging.disable(logging.CRITICAL)  # every text without a language is an error in the log
    import langdetect

    langdetect.DetectorFactory.seed = 0
    random.seed(0)
    return importlib.import_module("lm_eval.tasks.ifeval.utils")


def versions():
    """What the verdicts depend on."""
    found = {name: version(name) for name in PACKAGES}
    found["python"] = sys.version.split()[0]
    found["seed"] = 0
    return found


def verdicts(utils, row, response):
    """Strict and loose verdict of each instruction of a row."""
    result = utils.process_results(row, [response])
    return result["inst_level_strict_acc"], result["inst_level_loose_acc"]
