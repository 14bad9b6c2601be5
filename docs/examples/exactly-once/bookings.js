// The work: a transfer becomes two bookings, one for each account, which have to count together. It knows nothing of Kafka.

/** What is written for a transfer: its bookings, each to the account's own key; or, of one that makes no sense, the transfer with the reason. */
export function bookingsOf({ key, value }) {
  try {
    const { from, to, amount } = check(JSON.parse(value));
    return [
      { key: from, value: JSON.stringify({ transfer: `${key}`, amount: -amount }) },
      { key: to, value: JSON.stringify({ transfer: `${key}`, amount }) },
    ];
  } catch (error) {
    return [{ topic: "transfers.refused", key, value, headers: { reason: error.message } }];
  }
}

function check(transfer) {
  const { from, to, amount } = transfer;
  if (typeof from !== "string" || typeof to !== "string") throw new Error("an account is missing");
  if (!Number.isInteger(amount) || amount <= 0) throw new Error("the amount is no whole number of cents");
  return transfer;
}
