import {
  AddPartitionsToTxn,
  coordinatorPartition,
  EndTxn,
  errorByCode,
  InitProducerId,
  Produce,
  writeBatch,
} from "@moldau/protocol-codec";
import { startBroker, type BrokerOptions, type ReferenceBroker } from "@moldau/reference-broker";
import { afterEach, expect, test } from "vitest";
import { pause } from "../support/group-dialogue.js";
import { RawConnection } from "../support/raw-connection.js";

const transactionalId = "shop";
const patience = { timeout: 20_000 };
/** Broker 1 leads the topic, broker 2 coordinates the transactions. */
const [leads, coordinates] = [1, 2];

interface Identity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

interface Written {
  readonly name: string;
  readonly message: string | null;
}

let broker: ReferenceBroker;
const open: RawConnection[] = [];

afterEach(async () => {
  for (const connection of open.splice(0)) connection.close();
  await broker.close();
});

async function connect(nodeId: number): Promise<RawConnection> {
  const connection = await RawConnection.open(broker.bootstrapServers[nodeId - 1] ?? "", "shop");
  open.push(connection);
  return connection;
}

async function start(level: 1 | 2, options: BrokerOptions = {}): Promise<void> {
  const { configs = {}, ...rest } = options;
  broker = await startBroker({
    brokers: 2,
    topics: [{ topic: "orders", partitions: 2 }],
    features: { "transaction.version": level },
    configs: { "transaction.state.log.num.partitions": 1, ...configs },
    ...rest,
  });
  for (const partition of [0, 1]) await broker.moveLeader("orders", partition, leads);
}

/** A producer with a transactional id, whose coordinator is broker 2. */
async function producer(): Promise<Identity> {
  const asked = await connect(coordinates);
  const request = { transactionalId, transactionTimeoutMs: 60_000 };
  for (;;) {
    const { errorCode, producerId, producerEpoch } = await asked.request(InitProducerId, 5, request);
    if (errorCode === 0) return { producerId, producerEpoch };
    if (broker.topic("__transaction_state") === undefined) await broker.createTopic("__transaction_state");
    await broker.moveLeader("__transaction_state", coordinatorPartition(transactionalId, 1), coordinates);
    await pause(20);
  }
}

/** Adds partitions as clients do before the newer protocol. */
async function add({ producerId, producerEpoch }: Identity, partitions: number[]): Promise<void> {
  const asked = await connect(coordinates);
  const answer = await asked.request(AddPartitionsToTxn, 3, {
    v3AndBelowTransactionalId: transactionalId,
    v3AndBelowProducerId: producerId,
    v3AndBelowProducerEpoch: producerEpoch,
    v3AndBelowTopics: [{ name: "orders", partitions }],
  });
  for (const { partitionErrorCode } of answer.resultsByTopicV3AndBelow[0]?.resultsByPartition ?? [])
    expect(partitionErrorCode).toBe(0);
}

async function end(who: Identity, committed: boolean, version: number): Promise<Identity> {
  const asked = await connect(coordinates);
  const { errorCode, producerId, producerEpoch } = await asked.request(EndTxn, version, {
    transactionalId,
    ...who,
    committed,
  });
  expect(errorByCode(errorCode).name).toBe("NONE");
  return version < 5 ? who : { producerId, producerEpoch };
}

async function write(
  who: Identity,
  { sequence = 0, partitions = [0], version = 11 }: { sequence?: number; partitions?: number[]; version?: number } = {},
): Promise<readonly Written[]> {
  const asked = await connect(leads);
  const partitionData = partitions.map((index) => ({
    index,
    records: writeBatch({ ...who, baseSequence: sequence, isTransactional: true }, [{ value: "apples" }]),
  }));
  const topicData = [{ name: "orders", partitionData }];
  const { responses } = await asked.request(Produce, version, {
    transactionalId,
    acks: -1,
    timeoutMs: 5000,
    topicData,
  });
  return (responses[0]?.partitionResponses ?? []).map(({ errorCode, errorMessage }) => ({
    name: errorByCode(errorCode).name,
    message: errorMessage,
  }));
}

const isWritten = { name: "NONE", message: null };
const cannotAsk = (why: string): Written => ({
  name: "NOT_ENOUGH_REPLICAS",
  message: `Unable to verify the partition has been added to the transaction. Underlying error: ${why}`,
});

/** The questions that the leader of the topic asks, each with whether it only wants to know. */
function questions(): boolean[] {
  const asked: boolean[] = [];
  broker.intercept({ api: AddPartitionsToTxn, clientId: `broker-${leads}` }, ({ body }) => {
    for (const { verifyOnly } of body.transactions) asked.push(verifyOnly);
  });
  return asked;
}

test("once for a transaction, and for all partitions of a request together", async () => {
  await start(1);
  const who = await producer();
  const asked = questions();
  for (let transaction = 0; transaction < 3; transaction++) {
    await add(who, [0, 1]);
    const first = transaction * 3;
    for (const sequence of [first, first + 1, first + 2])
      expect(await write(who, { sequence, partitions: [0, 1] })).toEqual([isWritten, isWritten]);
    expect(asked).toEqual(Array.from({ length: transaction + 1 }, () => true));
    await end(who, true, 4);
    await expect.poll(() => broker.log("orders", 1).lastStableOffset, patience).toBe(4n * BigInt(transaction + 1));
    await expect.poll(() => broker.log("orders", 0).lastStableOffset, patience).toBe(4n * BigInt(transaction + 1));
  }
});

test("and is added by the question itself under the newer protocol", async () => {
  await start(2);
  const asked = questions();
  let who = await producer();
  for (let transaction = 0; transaction < 3; transaction++) {
    for (const sequence of [0, 1]) expect(await write(who, { sequence, version: 12 })).toEqual([isWritten]);
    expect(asked).toEqual(Array.from({ length: transaction + 1 }, () => false));
    who = await end(who, transaction === 1, 5);
    await expect.poll(() => broker.log("orders", 0).lastStableOffset, patience).toBe(3n * BigInt(transaction + 1));
  }
});

test("and takes nothing while it cannot be asked, which clients of every age try again", async () => {
  await start(1);
  const who = await producer();
  await add(who, [0]);
  await broker.stopNode(coordinates);
  for (const version of [9, 10, 11, 12])
    expect(await write(who, { version })).toEqual([cannotAsk("COORDINATOR_NOT_AVAILABLE")]);
  await broker.startNode(coordinates);
  await expect.poll(() => write(who), patience).toEqual([isWritten]);
  // Now it is known, and nobody has to be asked.
  await broker.stopNode(coordinates);
  expect(await write(who, { sequence: 1 })).toEqual([isWritten]);
});

test("and takes nothing when the answer gets lost, until it is asked again", async () => {
  await start(1);
  const who = await producer();
  await add(who, [0]);
  broker.intercept({ api: "AddPartitionsToTxn", clientId: `broker-${leads}`, nth: 1 }, async (request) => {
    await request.apply();
    request.drop();
  });
  expect(await write(who)).toEqual([cannotAsk("NETWORK_EXCEPTION")]);
  expect(await write(who)).toEqual([isWritten]);
});

test.each([1, 2] as const)(
  "an answer that comes when the transaction is over lets nothing into the next one, at transaction.version %i",
  async (level) => {
    await start(level);
    const [version, endVersion] = level === 2 ? [12, 5] : [11, 4];
    let who = await producer();
    if (level === 1) await add(who, [0]);
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const late = broker.intercept(
      { api: "AddPartitionsToTxn", clientId: `broker-${leads}`, nth: 1 },
      async (request) => {
        await request.apply();
        await gate;
      },
    );
    const writing = write(who, { version });
    await expect.poll(() => late.taken, patience).toBe(1);
    await expect.poll(() => broker.log("orders", 0).logEndOffset, patience).toBe(0n);
    const next = await end(who, false, endVersion);
    // The marker of the transaction that the late batch belongs to.
    await expect.poll(() => broker.log("orders", 0).logEndOffset, patience).toBe(1n);
    go();
    const [outcome] = await writing;
    expect(outcome?.name).toBe("INVALID_TXN_STATE");
    who = next;
    if (level === 1) await add(who, [0]);
    expect(await write(who, { version })).toEqual([isWritten]);
    expect(broker.log("orders", 0).lastStableOffset).toBe(1n);
    await end(who, true, endVersion);
    await expect.poll(() => broker.log("orders", 0).lastStableOffset, patience).toBe(3n);
  },
);

test("the next transaction is waited for while the markers of the one before are on their way", async () => {
  await start(2, { configs: { "add.partitions.to.txn.retry.backoff.max.ms": 20_000 } });
  let who = await producer();
  expect(await write(who, { version: 12 })).toEqual([isWritten]);
  const held = broker.holdMarkers();
  who = await end(who, true, 5);
  const asked = questions();
  const writing = write(who, { version: 12 });
  await expect.poll(() => asked.length, patience).toBeGreaterThan(2);
  held.release();
  expect(await writing).toEqual([isWritten]);
  await end(who, true, 5);
  await expect.poll(() => broker.log("orders", 0).lastStableOffset, patience).toBe(4n);
});

test("and says that it is too early when that takes too long", async () => {
  await start(2);
  const who = await producer();
  expect(await write(who, { version: 12 })).toEqual([isWritten]);
  const held = broker.holdMarkers();
  const next = await end(who, true, 5);
  expect(await write(next, { version: 12 })).toEqual([{ name: "CONCURRENT_TRANSACTIONS", message: null }]);
  held.release();
  await expect.poll(() => write(next, { version: 12 }), patience).toEqual([isWritten]);
});

test("nobody is asked where that is switched off", async () => {
  await start(1, { configs: { "transaction.partition.verification.enable": false } });
  const asked = questions();
  expect(await write({ producerId: 4000n, producerEpoch: 0 })).toEqual([isWritten]);
  expect(asked).toEqual([]);
});
