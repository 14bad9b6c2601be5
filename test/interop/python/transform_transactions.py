"""Reads messages in a group, writes each to another topic, and commits both as one, by librdkafka; aborts every third round and reads
it again. Ends when so many messages were committed. Prints how many rounds were committed and aborted.

Arguments: bootstrap servers, topic to read, topic to write, group id (and transactional id), messages.
"""

import sys

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer

servers, source, target, name, messages = sys.argv[1:]

consumer = Consumer(
    {
        "bootstrap.servers": servers,
        "group.id": name,
        "isolation.level": "read_committed",
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
    }
)
producer = Producer({"bootstrap.servers": servers, "transactional.id": name})


def rewind():
    """Goes back to where the group stands."""
    for partition in consumer.committed(consumer.assignment(), 10):
        if partition.offset < 0:
            partition.offset = OFFSET_BEGINNING
        consumer.seek(partition)


consumer.subscribe([source])
producer.init_transactions(30)
done = commits = aborts = 0
while done < int(messages):
    batch = consumer.consume(20, 0.5)
    if not batch:
        continue
    failed = next((message.error() for message in batch if message.error()), None)
    if failed:
        sys.exit(str(failed))
    producer.begin_transaction()
    for message in batch:
        producer.produce(target, value=message.value() + b"!", key=message.key())
    producer.send_offsets_to_transaction(
        consumer.position(consumer.assignment()), consumer.consumer_group_metadata(), 30
    )
    if (commits + aborts) % 3 == 2:
        producer.abort_transaction(30)
        rewind()
        aborts += 1
    else:
        producer.commit_transaction(30)
        done += len(batch)
        commits += 1
consumer.close()
print(f"commits {commits} aborts {aborts}")
