/** The bookings that count, as they come, for ever: what a transaction has not decided yet, or has aborted, is not among them. */
export async function* readBookings(kafka, groupId = "audit") {
  const consumer = kafka.consumer({
    groupId,
    topics: ["bookings"],
    startFrom: "earliest",
    isolationLevel: "read_committed",
  });
  try {
    for await (const { key, value } of consumer) yield { account: `${key}`, ...JSON.parse(value) };
  } finally {
    await consumer.close();
  }
}
