"""Sends a mixture of tasks, round after round: `python -m spam_filter.produce --rounds 10`."""

import argparse
import itertools
import time

from celery import chord

from . import tasks, training


def send_round(number):
    """Twelve tasks, and three more every third round. What becomes of each is certain."""
    tasks.fetch_mails.delay(f"mailbox-{number}")
    tasks.fetch_mails.delay(f"mailbox-{number}-busy", free_at_attempt=3)
    for n, (text, _) in enumerate(training.mails(seed=number, count=4)):
        # A paying customer's mail overtakes what waits.
        tasks.classify_mail.apply_async([text], priority=0 if n == 0 else 6)
    tasks.classify_mail.apply_async(["caf\ufffd winner"], priority=6)
    chord(tasks.train_slice.s(10 * number + part) for part in range(3))(tasks.merge_slices.s())
    tasks.rebuild_index.apply_async([number], priority=(0, 3, 6, 9)[number % 4])
    if number % 3 == 0:
        tasks.fetch_mails.delay(f"mailbox-{number}-locked", free_at_attempt=9)
        tasks.train_slice.delay(number, learning_rate=1_000_000)
        tasks.rebuild_index.apply_async([number], priority=5)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=0, help="how many; 0 never ends")
    arguments.add_argument("--pause", type=float, default=1.0, help="seconds between two rounds")
    arguments.add_argument("--report-in", type=float, default=30.0, help="seconds until the report is due")
    options = arguments.parse_args()
    for number in itertools.count() if options.rounds == 0 else range(options.rounds):
        if number % 30 == 0:
            tasks.send_report.apply_async(kwargs={"requested_at": time.time()}, countdown=options.report_in)
        send_round(number)
        time.sleep(options.pause)


if __name__ == "__main__":
    main()
