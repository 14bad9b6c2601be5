import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AddPartitionsToTxn,
  DescribeTransactions,
  EndTxn,
  ErrorCode,
  FindCoordinator,
  InitProducerId,
  writeBatch,
} from "@moldau/protocol-codec";
import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RawConnection } from "../support/raw-connection.js";

interface Producer {
  readonly transactionalId: string;
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/** Speaks with whoever coordinates a transactional id at the moment. */
class Talk {
  readonly #open: RawConnection[] = [];

  async coordinator(address: string, transactionalId: string): Promise<RawConnection> {
    const { host, port } = await this.#found(address, transactionalId);
    return this.#connect(`${host}:${port}`);
  }

  /** Node id of the broker that coordinates. */
  async nodeOf(address: string, transactionalId: string): Promise<number> {
    return (await this.#found(address, transactionalId)).nodeId;
  }

  /** A producer with an open transaction in one partition. */
  async begin(connection: RawConnection, transactionalId: string): Promise<Producer> {
    const given = await connection.request(InitProducerId, 5, { transactionalId, transactionTimeoutMs: 60_000 });
    const producer = { transactionalId, producerId: given.producerId, producerEpoch: given.producerEpoch };
    const added = await connection.request(AddPartitionsToTxn, 3, {
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: producer.producerId,
      v3AndBelowProducerEpoch: producer.producerEpoch,
      v3AndBelowTopics: [{ name: "orders", partitions: [0] }],
    });
    const errorCode = added.resultsByTopicV3AndBelow[0]?.resultsByPartition[0]?.partitionErrorCode;
    if (given.errorCode !== 0 || errorCode !== 0)
      throw new Error(`it does not begin: ${given.errorCode}, ${errorCode}`);
    return producer;
  }

  async state(connection: RawConnection, transactionalId: string): Promise<string> {
    const { transactionStates } = await connection.request(DescribeTransactions, 0, {
      transactionalIds: [transactionalId],
    });
    return transactionStates[0]?.transactionState ?? "";
  }

  async #found(address: string, transactionalId: string) {
    const asked = await this.#connect(address);
    const { coordinators } = await asked.request(FindCoordinator, 6, {
      keyType: 1,
      coordinatorKeys: [transactionalId],
    });
    const [found] = coordinators;
    if (found?.errorCode !== 0) throw new Error(`nobody coordinates ${transactionalId}: ${found?.errorCode}`);
    return found;
  }

  async #connect(address: string): Promise<RawConnection> {
    const connection = await RawConnection.open(address, "transactions");
    this.#open.push(connection);
    return connection;
  }

  close(): void {
    for (const connection of this.#open) connection.close();
  }
}

describe("a transaction outlives its coordinator", () => {
  let dataDir: string;
  let broker: ReferenceBroker | undefined;
  let talk: Talk;

  const start = async (options: Parameters<typeof startBroker>[0] = {}): Promise<string> => {
    broker = await startBroker({ dataDir, topics: ["orders"], ...options });
    return broker.bootstrapServers[0] ?? "";
  };

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), "transactions-"));
    talk = new Talk();
  });
  afterEach(async () => {
    talk.close();
    await broker?.close();
    broker = undefined;
    rmSync(dataDir, { recursive: true, force: true });
  });

  test("that is started anew: what was open is, and can be committed", async () => {
    const address = await start();
    const producer = await talk.begin(await talk.coordinator(address, "t"), "t");
    await broker?.close();

    const again = await talk.coordinator(await start(), "t");
    expect(await talk.state(again, "t")).toBe("Ongoing");
    const ended = await again.request(EndTxn, 5, { ...producer, committed: true });
    expect(ended).toMatchObject({ errorCode: 0, producerId: producer.producerId, producerEpoch: 1 });
    await expect.poll(() => talk.state(again, "t"), { timeout: 20_000 }).toBe("CompleteCommit");
    expect(await again.request(EndTxn, 5, { ...producer, committed: true })).toEqual(ended);
  });

  test("when another broker takes its place, which clients find", async () => {
    const address = await start({ brokers: 2, configs: { "transaction.state.log.num.partitions": 1 } });
    const first = await talk.coordinator(address, "t");
    const producer = await talk.begin(first, "t");
    const before = await talk.nodeOf(address, "t");
    await broker?.moveLeader("__transaction_state", 0, 3 - before);

    expect(await talk.nodeOf(address, "t")).toBe(3 - before);
    expect(await first.request(EndTxn, 5, { ...producer, committed: false })).toMatchObject({
      errorCode: ErrorCode.NOT_COORDINATOR,
    });
    const second = await talk.coordinator(address, "t");
    expect(await talk.state(second, "t")).toBe("Ongoing");
    expect(await second.request(EndTxn, 5, { ...producer, committed: false })).toMatchObject({ errorCode: 0 });
    await expect.poll(() => talk.state(second, "t"), { timeout: 20_000 }).toBe("CompleteAbort");
  });

  test.each(["commit", "abort"] as const)(
    "that is started anew in the middle of a %s: it comes to its end, and the answer stands",
    async (how) => {
      const address = await start();
      const connection = await talk.coordinator(address, "t");
      const producer = await talk.begin(connection, "t");
      broker?.holdMarkers();
      const ended = await connection.request(EndTxn, 5, { ...producer, committed: how === "commit" });
      expect(await talk.state(connection, "t")).toBe(how === "commit" ? "PrepareCommit" : "PrepareAbort");
      await broker?.close();

      const again = await talk.coordinator(await start(), "t");
      const over = how === "commit" ? "CompleteCommit" : "CompleteAbort";
      await expect.poll(() => talk.state(again, "t"), { timeout: 20_000 }).toBe(over);
      expect(await again.request(EndTxn, 5, { ...producer, committed: how === "commit" })).toEqual(ended);
    },
  );

  test("when another broker takes its place in the middle of the end", async () => {
    const address = await start({ brokers: 2, configs: { "transaction.state.log.num.partitions": 1 } });
    const first = await talk.coordinator(address, "t");
    const producer = await talk.begin(first, "t");
    const held = broker?.holdMarkers();
    expect(await first.request(EndTxn, 5, { ...producer, committed: true })).toMatchObject({ errorCode: 0 });
    await broker?.moveLeader("__transaction_state", 0, 3 - (await talk.nodeOf(address, "t")));

    const second = await talk.coordinator(address, "t");
    expect(await talk.state(second, "t")).toBe("PrepareCommit");
    held?.release();
    await expect.poll(() => talk.state(second, "t"), { timeout: 20_000 }).toBe("CompleteCommit");
  });

  test("but for one whose record is damaged: its partition is not served, with the reason, and the others are", async () => {
    const address = await start({ configs: { "transaction.state.log.num.partitions": 2 } });
    const ids = ["a", "b"];
    const connection = await talk.coordinator(address, "a");
    for (const id of ids) await talk.begin(connection, id);
    await broker?.close();
    damage(join(dataDir, folderWith(dataDir, "a")));

    const warnings: string[] = [];
    const note = ({ message }: Error): void => void warnings.push(message);
    process.on("warning", note);
    broker = await startBroker({ dataDir });
    const again = await talk.coordinator(broker.bootstrapServers[0] ?? "", "a");
    const { transactionStates } = await again.request(DescribeTransactions, 0, { transactionalIds: ids });
    expect(transactionStates.map(({ errorCode, transactionState }) => [errorCode, transactionState])).toEqual([
      [16, ""],
      [0, "Ongoing"],
    ]);
    process.off("warning", note);
    expect(warnings).toEqual([expect.stringMatching(/^__transaction_state-\d cannot be read.*producerId/)]);
  });
});

function folderWith(dataDir: string, transactionalId: string): string {
  const folder = readdirSync(dataDir).find(
    (name) =>
      name.startsWith("__transaction_state-") &&
      readFileSync(logIn(join(dataDir, name))).includes(
        Buffer.from([0, 0, 0, transactionalId.length, ...Buffer.from(transactionalId)]),
      ),
  );
  return folder ?? "there is none";
}

function logIn(folder: string): string {
  return join(folder, readdirSync(folder).find((name) => name.endsWith(".log")) ?? "");
}

/** Writes a batch that is whole, of a record that says nothing that can be read. */
function damage(folder: string): void {
  const log = logIn(folder);
  const { size } = statSync(log);
  expect(size).toBeGreaterThan(0);
  const key = Buffer.from([0, 0, 0, 1, 97]);
  writeFileSync(log, writeBatch({}, [{ timestamp: 1, key, value: Buffer.from([0, 0, 1]) }]));
}
