"""What the platform does. Nothing in here knows that it is measured."""

from . import training
from .celery import app


class MailboxBusyError(Exception):
    """The mailbox is locked by somebody else; later it may not be."""


class UndecodableMailError(Exception):
    """The mail lost bytes on its way."""


@app.task(name="fetch_mails", bind=True, max_retries=2)
def fetch_mails(self, mailbox, free_at_attempt=1):
    """Tries up to three times. A mailbox that is never free makes it fail for good."""
    if self.request.retries + 1 < free_at_attempt:
        raise self.retry(exc=MailboxBusyError(mailbox), countdown=0.3)
    return training.mails(seed=len(mailbox), count=20)


@app.task(name="classify_mail")
def classify_mail(text):
    if "\ufffd" in text:
        raise UndecodableMailError("a mail lost bytes")
    return training.spam_score(training.BASE_MODEL, text) > 0.5


@app.task(name="train_slice")
def train_slice(number, learning_rate=0.5):
    """One slice of the mails; raises DivergedError where the learning rate is far too large."""
    return training.train(training.mails(seed=number, count=40), learning_rate, epochs=60)


@app.task(name="merge_slices")
def merge_slices(models):
    """The callback of a chord: the mean of what the slices have learned."""
    return training.mean(models)


@app.task(name="send_report")
def send_report(requested_at):
    """Sent with a countdown, to be read in the morning."""


@app.task(name="rebuild_index")
def rebuild_index(part):
    """Nobody takes it in the daytime: watch its queue."""
