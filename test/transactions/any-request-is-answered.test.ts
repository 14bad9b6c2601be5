import {
  AddOffsetsToTxn,
  AddPartitionsToTxn,
  DescribeTransactions,
  EndTxn,
  FindCoordinator,
  InitProducerId,
  ListTransactions,
  type Api,
  type Fields,
} from "@moldau/protocol-codec";
import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arbitraryMessage } from "../support/arbitrary-messages.js";
import { RawConnection } from "../support/raw-connection.js";

const apis: readonly (readonly [Api<Fields, Fields>, number])[] = [
  [FindCoordinator, 6],
  [InitProducerId, 5],
  [AddPartitionsToTxn, 5],
  [AddOffsetsToTxn, 4],
  [EndTxn, 5],
  [DescribeTransactions, 0],
  [ListTransactions, 2],
];
const everyVersion = apis.flatMap(([api, newest]) =>
  Array.from({ length: newest + 1 }, (_, version) => ({ name: api.name, api, version })),
);

describe("whatever stands in a request about transactions, it is answered", () => {
  let broker: ReferenceBroker;
  let connection: RawConnection;
  const errors: unknown[] = [];

  beforeAll(async () => {
    broker = await startBroker({ topics: ["orders"], configs: { "transaction.state.log.num.partitions": 1 } });
    broker.on("error", (error) => errors.push(error));
    connection = await RawConnection.open(broker.bootstrapServers[0] ?? "", "anybody");
    await connection.request(FindCoordinator, 3, { key: "t", keyType: 1 });
  });
  afterAll(async () => {
    connection.close();
    await broker.close();
  });

  test.each(everyVersion)("$name $version", async ({ api, version }) => {
    await fc.assert(
      fc.asyncProperty(arbitraryMessage(api.request, version), async (body) => {
        await connection.request(api, version, body);
      }),
      { numRuns: 40, seed: 7 },
    );
    expect(errors).toEqual([]);
  });

  test("and whoever behaves is served as before", async () => {
    const given = await connection.request(InitProducerId, 5, { transactionalId: "t", transactionTimeoutMs: 60_000 });
    const { errorCode, ...producer } = given;
    expect(errorCode).toBe(0);
    const topics = [{ name: "orders", partitions: [0] }];
    const transaction = { transactionalId: "t", ...producer, verifyOnly: false, topics };
    const added = await connection.request(AddPartitionsToTxn, 5, { transactions: [transaction] });
    expect(added.resultsByTransaction).toMatchObject([
      { topicResults: [{ resultsByPartition: [{ partitionErrorCode: 0 }] }] },
    ]);
    const ended = await connection.request(EndTxn, 5, { transactionalId: "t", ...producer, committed: true });
    expect(ended).toMatchObject({ errorCode: 0, producerEpoch: 1 });
  });
});
