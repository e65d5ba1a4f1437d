"""A logistic regression over words, in plain Python: slow enough to be seen, and the same on every machine."""

import math
import random

SPAM = ["winner", "casino", "free", "credit", "urgent", "prize", "offer", "cash"]
HAM = ["meeting", "review", "patch", "minutes", "invoice", "holiday", "lunch", "branch"]
BOTH = ["please", "today", "the", "we", "your", "new", "with", "about"]


class DivergedError(Exception):
    """The weights grew until the loss was no longer a number."""


def mails(seed, count):
    """Mails as `[text, is_spam]`, every second one spam."""
    chance = random.Random(seed)
    return [
        [" ".join(chance.choices((SPAM if n % 2 else HAM) + BOTH, k=12)), bool(n % 2)] for n in range(count)
    ]


def spam_score(model, text):
    return 1 / (1 + math.exp(-sum(model.get(word, 0) for word in text.split())))


def train(examples, learning_rate, epochs):
    model = {}
    for _ in range(epochs):
        for text, is_spam in examples:
            try:
                error = is_spam - spam_score(model, text)
            except OverflowError:
                raise DivergedError(f"learning rate {learning_rate}") from None
            for word in text.split():
                model[word] = model.get(word, 0) + learning_rate * error
    return model


def mean(models):
    words = {word for model in models for word in model}
    return {word: sum(model.get(word, 0) for model in models) / len(models) for word in words}


BASE_MODEL = {word: 1 for word in SPAM} | {word: -1 for word in HAM}
