"""Reads a topic as a member of a group, by librdkafka, and prints each message as `read VALUE`. Commits what it has printed when partitions go, and
when it ends, which SIGTERM has it do.

Arguments: bootstrap servers, group id, topic, assignor.
"""

import signal
import sys

from confluent_kafka import Consumer

servers, group, topic, assignor = sys.argv[1:]
is_over = False
done = {}


def end(*_):
    global is_over
    is_over = True


def commit(partitions):
    """Commits what was printed of these partitions."""
    ready = []
    for partition in partitions:
        offset = done.pop((partition.topic, partition.partition), None)
        if offset is not None:
            partition.offset = offset
            ready.append(partition)
    if ready:
        consumer.commit(offsets=ready, asynchronous=False)


def revoked(_, partitions):
    commit(partitions)


def lost(_, partitions):
    for partition in partitions:
        done.pop((partition.topic, partition.partition), None)


signal.signal(signal.SIGTERM, end)
consumer = Consumer(
    {
        "bootstrap.servers": servers,
        "group.id": group,
        "partition.assignment.strategy": assignor,
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
        "heartbeat.interval.ms": 200,
        "topic.metadata.refresh.interval.ms": 1000,
    }
)
consumer.subscribe([topic], on_revoke=revoked, on_lost=lost)
while not is_over:
    message = consumer.poll(0.2)
    if message is None:
        continue
    if message.error():
        print("error", message.error(), flush=True)
        continue
    print("read", message.value().decode(), flush=True)
    done[(message.topic(), message.partition())] = message.offset() + 1
consumer.close()
print("closed", flush=True)
