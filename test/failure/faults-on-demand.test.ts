import { Fetch, Heartbeat, JoinGroup, Metadata, OffsetCommit, Produce, writeBatch } from "@moldau/protocol-codec";
import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { pause } from "../support/group-dialogue.js";
import { RawConnection } from "../support/raw-connection.js";

let broker: ReferenceBroker;

beforeEach(async () => {
  broker = await startBroker({ topics: [{ topic: "orders", partitions: 2 }, "other"] });
});
afterEach(async () => {
  await broker.close();
});

async function open(name = "client"): Promise<RawConnection> {
  const connection = await RawConnection.open(broker.bootstrapServers[0] ?? "", name);
  onTestFinished(() => connection.close());
  return connection;
}

async function produce(connection: RawConnection, topic = "orders", index = 0, acks = -1) {
  const records = writeBatch({}, [{ value: "v" }]);
  const { responses } = await connection.request(Produce, 9, {
    acks,
    timeoutMs: 1000,
    topicData: [{ name: topic, partitionData: [{ index, records }] }],
  });
  return responses[0]?.partitionResponses[0];
}

const end = (topic = "orders", partition = 0): bigint => broker.log(topic, partition).logEndOffset;

test("the effect happens and the answer is lost", async () => {
  broker.intercept({ api: "Produce", topic: "orders", nth: 3 }, async (request) => {
    await request.apply();
    request.drop();
  });
  const connection = await open();
  await produce(connection);
  await produce(connection);
  await expect(produce(connection)).rejects.toThrow("was closed");
  expect(end()).toBe(3n);
  await produce(await open());
  expect(end()).toBe(4n);
});

test("the answer is lost before anything happened", async () => {
  broker.intercept({ api: "Produce", times: 1 }, (request) => request.drop());
  await expect(produce(await open())).rejects.toThrow("was closed");
  expect(end()).toBe(0n);
});

test("a request is done as often as it is applied, and looks the same before and after", async () => {
  const seen: unknown[] = [];
  broker.on("response", ({ api, body }) => {
    if (api === "Produce") seen.push(body);
  });
  broker.on("request", ({ api, body }) => {
    if (api === "Produce") seen.push(body);
  });
  const records = writeBatch({}, [{ value: "v" }]);
  const topicData = [{ name: "orders", partitionData: [{ index: 0, records }] }];
  const offsets: unknown[] = [];
  broker.intercept({ api: Produce }, async (request) => {
    for (let time = 0; time < 3; time++) {
      const answer = await request.apply();
      offsets.push(answer?.responses?.[0]?.partitionResponses?.[0]?.baseOffset);
      seen.push(request.body);
    }
  });
  await (await open()).request(Produce, 9, { acks: 1, timeoutMs: 1000, topicData });
  expect(offsets).toEqual([0n, 1n, 2n]);
  expect(end()).toBe(3n);
  expect(seen.length).toBe(5);
  const [asked, ...others] = seen;
  for (const other of others.slice(0, 3)) expect(other).toEqual(asked);
  expect(asked).toMatchObject({ topicData });
});

test("a request that nobody takes looks the same after it was served", async () => {
  const kept: unknown[] = [];
  broker.on("request", ({ body }) => kept.push(body));
  const records = writeBatch({}, [{ value: "v" }]);
  const topicData = [{ name: "orders", partitionData: [{ index: 0, records }] }];
  const connection = await open();
  for (let time = 0; time < 2; time++) await connection.request(Produce, 9, { acks: 1, timeoutMs: 1000, topicData });
  expect(kept).toMatchObject([{ topicData }, { topicData }]);
});

test("what there is not is refused, with what was probably meant", async () => {
  const intercept =
    (rule: object): (() => unknown) =>
    () =>
      broker.intercept(rule, () => undefined);
  expect(intercept({ api: "Produc" })).toThrow('unknown api "Produc": did you mean "Produce"?');
  expect(intercept({ api: { name: "Fetc" } })).toThrow('did you mean "Fetch"?');
  expect(intercept({ api: "AddRaftVoter" })).toThrow("unknown api");
  expect(intercept({ apis: "Produce" })).toThrow('a rule has no option "apis": did you mean "api"?');
  expect(intercept({ topic: 7 })).toThrow("topic must be a text");
  expect(intercept({ partition: "0" })).toThrow("partition must be a whole number");
  expect(intercept({ broker: -1 })).toThrow("broker must be a whole number");
  // @ts-expect-error: as a program without types may call it
  expect(() => broker.intercept({ api: "Fetch" })).toThrow("intercept takes a function");
  // @ts-expect-error: as a program without types may call it
  expect(() => broker.on("topicCreate", () => undefined)).toThrow('did you mean "topicCreated"?');
  // @ts-expect-error: as a program without types may call it
  await expect(broker.waitFor("requests")).rejects.toThrow('did you mean "request"?');
  const controller = new AbortController();
  // @ts-expect-error: as a program without types may call it
  const waiting = broker.waitFor("request", () => true, { signal: controller });
  await expect(waiting).rejects.toThrow("of an AbortController give its signal");
  // @ts-expect-error: as a program without types may call it
  await expect(broker.createTopic("new", { partition: 3 })).rejects.toThrow('did you mean "partitions"?');
  await expect(broker.createTopic("new", { configs: { "retention.m": 3 } })).rejects.toThrow(
    'did you mean "retention.ms"?',
  );
  expect(() => broker.bootstrapServersOf("PLAINTXT")).toThrow('unknown listener "PLAINTXT": did you mean "PLAINTEXT"?');
  expect(broker.topic("new")).toBeUndefined();
});

test("an error that there is not is refused where it is named", async () => {
  const refusals: unknown[] = [];
  broker.intercept({ api: Produce, times: 1 }, (request) => {
    for (const error of ["NOT_LEADER_OR_FOLOWER", "NO_SUCH", 9999, 1.5]) {
      try {
        request.fail(error);
      } catch (refusal) {
        refusals.push(refusal);
      }
    }
    // @ts-expect-error: as a program without types may call it
    expect(() => request.respond("nothing")).toThrow("respond() takes the body of an answer to Produce");
  });
  // As nothing was decided, the request is served.
  expect(await produce(await open())).toMatchObject({ errorCode: 0 });
  expect(refusals.map(String)).toEqual([
    'RangeError: unknown error "NOT_LEADER_OR_FOLOWER": did you mean "NOT_LEADER_OR_FOLLOWER"?',
    expect.stringContaining('unknown error "NO_SUCH": write one such as'),
    expect.stringContaining("unknown error number 9999"),
    expect.stringContaining("unknown error number 1.5"),
  ]);
});

test("a request that has no answer gets none, whatever is decided about it", async () => {
  const answered = broker.intercept({ api: Produce, times: 1 }, (request) => request.respond({ responses: [] }));
  const connection = await open();
  connection.tell(Produce, 9, { acks: 0, timeoutMs: 1000, topicData: [] });
  expect(await connection.request(Metadata, 9, { topics: [] })).toMatchObject({ topics: [] });
  expect(answered.taken).toBe(1);
  broker.intercept({ api: Produce, times: 1 }, (request) => request.fail("NOT_LEADER_OR_FOLLOWER"));
  await expect(produce(connection, "orders", 0, 0)).rejects.toThrow("was closed");
  expect(end()).toBe(0n);
});

test("a request is answered with an error in all its places, without being applied", async () => {
  const rule = broker.intercept({ api: "Produce" }, (request) => request.fail("NOT_LEADER_OR_FOLLOWER"));
  const connection = await open();
  expect(await produce(connection)).toMatchObject({ errorCode: 6, baseOffset: -1n });
  expect(end()).toBe(0n);
  rule.remove();
  expect(await produce(connection)).toMatchObject({ errorCode: 0 });
});

test("an error finds its places in the answer to each API", async () => {
  broker.intercept({}, (request) => request.fail("TOPIC_AUTHORIZATION_FAILED"));
  const connection = await open();
  const partitions = [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1 }];
  expect(await connection.request(Fetch, 12, { topics: [{ topic: "orders", partitions }] })).toMatchObject({
    responses: [{ topic: "orders", partitions: [{ partitionIndex: 0, errorCode: 29 }] }],
  });
  expect(await connection.request(Metadata, 9, { topics: [{ name: "orders" }] })).toMatchObject({
    topics: [{ errorCode: 29, name: "orders" }],
  });
  const committed = [{ name: "orders", partitions: [{ partitionIndex: 0 }] }];
  expect(await connection.request(OffsetCommit, 8, { groupId: "g", topics: committed })).toMatchObject({
    topics: [{ partitions: [{ errorCode: 29 }] }],
  });
  expect(await connection.request(JoinGroup, 5, { groupId: "g", protocolType: "consumer" })).toMatchObject({
    errorCode: 29,
  });
});

test("an answer may be changed, or made up", async () => {
  broker.intercept({ api: Metadata, times: 1 }, async (request) => {
    const answer = await request.apply();
    request.respond({ ...answer, controllerId: 77 });
  });
  broker.intercept({ api: Heartbeat }, (request) =>
    request.respond({ errorCode: request.body.groupId === "g" ? 27 : 0 }),
  );
  const connection = await open();
  expect((await connection.request(Metadata, 9, { topics: null })).controllerId).toBe(77);
  expect((await connection.request(Metadata, 9, { topics: null })).controllerId).toBe(1);
  expect(await connection.request(Heartbeat, 4, { groupId: "g", memberId: "m", generationId: 1 })).toMatchObject({
    errorCode: 27,
  });
});

test("a request may be late, and hold up what is behind it", async () => {
  broker.intercept({ api: "Produce", times: 1 }, (request) => request.delay(200));
  const connection = await open();
  const began = performance.now();
  const late = produce(connection);
  await connection.request(Metadata, 9, { topics: [] });
  expect(performance.now() - began).toBeGreaterThan(190);
  expect(await late).toMatchObject({ errorCode: 0 });
});

test("a request may never be answered, while the connection stays open", async () => {
  broker.intercept({ api: "Produce", times: 1 }, (request) => request.hang());
  const connection = await open();
  const outcome = produce(connection).then(
    () => "answered",
    () => "closed",
  );
  expect(await Promise.race([outcome, pause(200).then(() => "silence")])).toBe("silence");
  connection.close();
  expect(await outcome).toBe("closed");
});

test("rules choose by topic, partition, client and chance", async () => {
  broker.intercept({ topic: "orders", partition: 1 }, (request) => request.fail(3));
  broker.intercept({ api: "Produce", clientId: "unlucky" }, (request) => request.fail(7));
  const never = broker.intercept({ api: "Produce", probability: 0 }, (request) => request.fail(9));
  const [lucky, unlucky] = [await open("lucky"), await open("unlucky")];
  expect(await produce(lucky, "orders", 0)).toMatchObject({ errorCode: 0 });
  expect(await produce(lucky, "orders", 1)).toMatchObject({ errorCode: 3 });
  expect(await produce(lucky, "other", 0)).toMatchObject({ errorCode: 0 });
  expect(await produce(unlucky, "other", 0)).toMatchObject({ errorCode: 7 });
  expect(never.matched).toBe(2);
  expect(never.taken).toBe(0);
  broker.clearIntercepts();
  expect(await produce(unlucky, "orders", 1)).toMatchObject({ errorCode: 0 });
});

test("topics are known by their ids too", async () => {
  const topicId = broker.topic("orders")?.id;
  broker.intercept({ api: "Fetch", topic: "orders" }, (request) => request.fail("KAFKA_STORAGE_ERROR"));
  const connection = await open();
  const answer = await connection.request(Fetch, 17, {
    minBytes: 0,
    topics: [{ ...(topicId && { topicId }), partitions: [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1 }] }],
  });
  expect(answer.responses[0]?.partitions[0]?.errorCode).toBe(56);
});

test("an interceptor that throws ends the connection and is heard of", async () => {
  const heard = broker.waitFor("error");
  broker.intercept({ api: "Produce" }, () => {
    throw new Error("a mistake in the test");
  });
  await expect(produce(await open())).rejects.toThrow("was closed");
  expect(String(await heard)).toContain("a mistake in the test");
});

test("wrong rules are refused with a sentence", async () => {
  expect(() => broker.intercept({ nth: 0 }, () => undefined)).toThrow("nth must be a whole number from 1 on");
  expect(() => broker.intercept({ probability: 2 }, () => undefined)).toThrow("probability must lie between 0 and 1");
  const heard = broker.waitFor("error");
  broker.intercept({ api: "Produce" }, (request) => request.fail("NO_SUCH_ERROR"));
  await expect(produce(await open())).rejects.toThrow("was closed");
  expect(String(await heard)).toContain('unknown error "NO_SUCH_ERROR"');
});

test("every request and answer can be listened to and waited for", async () => {
  const requests: string[] = [];
  broker.on("request", ({ api, apiVersion }) => requests.push(`${api} ${apiVersion}`));
  const answered = broker.waitFor("response", ({ api }) => api === "Produce");
  const connection = await open("listened");
  await connection.request(Metadata, 5, { topics: [] });
  await produce(connection);
  expect(requests).toEqual(["Metadata 5", "Produce 9"]);
  expect(await answered).toMatchObject({ clientId: "listened", broker: 1, body: { responses: [{ name: "orders" }] } });
  await expect(broker.waitFor("topicDeleted", () => true, { timeoutMs: 20 })).rejects.toThrow(
    "no wanted topicDeleted event came within 20 ms",
  );
});
