import {
  ApiVersions,
  decode,
  decodeResponse,
  DecodeError,
  encode,
  encodeRequest,
  Fetch,
  FrameError,
  KafkaError,
  Metadata,
  Produce,
  writeBatch,
} from "@moldau/protocol-codec";
import { startBroker, type DisconnectionEvent, type ReferenceBroker } from "@moldau/reference-broker";
import { handlers } from "@moldau/reference-broker/internal";
import { afterEach, beforeEach, expect, test } from "vitest";
import { RawBytes } from "../support/raw-bytes.js";
import { RawConnection } from "../support/raw-connection.js";
import { tellingMessage } from "../support/telling-messages.js";

let broker: ReferenceBroker;
let witness: RawConnection;

beforeEach(async () => {
  broker = await startBroker({ topics: ["orders"], configs: { "socket.request.max.bytes": 100_000 } });
  witness = await RawConnection.open(address(), "witness");
});
afterEach(async () => {
  witness.close();
  await broker.close();
});

const address = (): string => broker.bootstrapServers[0] ?? "";

const sizeOf = (bytes: number): Buffer => {
  const size = Buffer.alloc(4);
  size.writeInt32BE(bytes);
  return size;
};

/** Sends something hostile on a connection of its own, and gives the reason that the broker reports for closing it. */
async function reasonAfter(send: (connection: RawBytes) => void): Promise<unknown> {
  const closed = broker.waitFor("disconnected", ({ reason }: DisconnectionEvent) => reason !== undefined);
  const connection = await RawBytes.open(address());
  send(connection);
  expect(await connection.isClosedByPeer()).toBe(true);
  return (await closed).reason;
}

/** A whole Metadata request as one buffer, to be damaged. */
function metadataFrame(): Buffer {
  return Buffer.concat(
    encodeRequest(Metadata, 9, { correlationId: 7, clientId: "raw" }, { topics: [{ name: "orders" }] }),
  );
}

async function othersAreUnharmed(): Promise<void> {
  const { topics } = await witness.request(Metadata, 9, { topics: [{ name: "orders" }] });
  expect(topics[0]?.errorCode).toBe(0);
  expect(broker.log("orders", 0).logEndOffset).toBe(0n);
}

test.each([
  ["of negative size", sizeOf(-1), FrameError],
  ["larger than the limit", sizeOf(100_001), FrameError],
  ["of the largest size there is", sizeOf(0x7fff_ffff), FrameError],
  ["of text from another protocol", Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), FrameError],
  ["without any bytes", sizeOf(0), DecodeError],
  ["that ends within the header", Buffer.concat([sizeOf(3), Buffer.from([0, 3, 0])]), DecodeError],
])("a frame %s ends the connection with a typed error", async (_, bytes, type) => {
  expect(await reasonAfter((connection) => connection.send(bytes))).toBeInstanceOf(type);
  await othersAreUnharmed();
});

test("requests that came whole before an impossible size are answered, then the connection ends", async () => {
  const closed = broker.waitFor("disconnected", ({ reason }: DisconnectionEvent) => reason !== undefined);
  const connection = await RawBytes.open(address());
  connection.send(Buffer.concat([metadataFrame(), metadataFrame(), sizeOf(-1), metadataFrame()]));
  expect((await connection.frame())?.readInt32BE(0)).toBe(7);
  expect((await connection.frame())?.readInt32BE(0)).toBe(7);
  expect(await connection.frame()).toBe(undefined);
  expect((await closed).reason).toBeInstanceOf(FrameError);
  await othersAreUnharmed();
});

test("a request that waits when an impossible size comes is answered, and nothing behind the size is", async () => {
  const closed = broker.waitFor("disconnected", ({ reason }: DisconnectionEvent) => reason !== undefined);
  const connection = await RawBytes.open(address());
  const topics = [{ topic: "orders", partitions: [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1000 }] }];
  connection.request(Fetch, 12, { maxWaitMs: 200, minBytes: 1, topics }, 1);
  connection.request(Metadata, 9, { topics: [] }, 2);
  await new Promise((resolve) => setTimeout(resolve, 50));
  connection.send(sizeOf(100_001));
  connection.request(Metadata, 9, { topics: [] }, 3);
  expect((await connection.frame())?.readInt32BE(0)).toBe(1);
  expect((await connection.frame())?.readInt32BE(0)).toBe(2);
  expect(await connection.frame()).toBe(undefined);
  expect((await closed).reason).toBeInstanceOf(FrameError);
});

test("a client that takes no answers cannot keep a connection open on which an impossible size came", async () => {
  const gone = broker.waitFor("disconnected", ({ reason }: DisconnectionEvent) => reason !== undefined, {
    timeoutMs: 30_000,
  });
  const connection = await RawBytes.open(address());
  const topics = [{ topic: "orders", partitions: [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1000 }] }];
  // The long poll stands for any answer that does not get out.
  connection.request(Fetch, 12, { maxWaitMs: 60_000, minBytes: 1, topics }, 1);
  connection.send(sizeOf(-1));
  expect((await gone).reason).toBeInstanceOf(FrameError);
  await othersAreUnharmed();
});

test("a client that goes away with an impossible size behind a request that waits is let go at once", async () => {
  const connection = await RawBytes.open(address());
  const topics = [{ topic: "orders", partitions: [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1000 }] }];
  connection.request(Fetch, 12, { maxWaitMs: 30_000, minBytes: 1, topics }, 1);
  const gone = broker.waitFor("disconnected");
  connection.send(sizeOf(-1), metadataFrame());
  connection.end();
  await gone;
});

test("a body that is cut short ends the connection, and the error names the field", async () => {
  const whole = metadataFrame();
  const cut = whole.subarray(4, whole.length - 6);
  const reason = await reasonAfter((connection) => connection.send(sizeOf(cut.length), cut));
  expect(reason).toBeInstanceOf(DecodeError);
  expect(String(reason)).toMatch(/MetadataRequest v9: \S+/);
  await othersAreUnharmed();
});

test("a list that claims more elements than there are bytes ends the connection before memory is made for them", async () => {
  const frame = metadataFrame();
  const body = frame.indexOf("orders") - 2;
  // The compact count of topics: five bytes that say 2^31 elements.
  const huge = Buffer.concat([
    frame.subarray(4, body),
    Buffer.from([0xff, 0xff, 0xff, 0xff, 0x07]),
    frame.subarray(body + 1),
  ]);
  expect(await reasonAfter((connection) => connection.send(sizeOf(huge.length), huge))).toBeInstanceOf(DecodeError);
  await othersAreUnharmed();
});

test("bytes behind the last field are passed over, whatever is asked", async () => {
  broker.intercept({}, (request) => request.fail("UNKNOWN_SERVER_ERROR"));
  for (const { api, versions } of handlers) {
    const asked = decode(
      api.request,
      versions.max,
      encode(api.request, versions.max, tellingMessage(api.request, versions.max)),
    );
    await witness.request(api, versions.max, asked, { behind: 3 });
  }
});

test("requests before one that ends the connection have their answers", async () => {
  const connection = await RawConnection.open(address(), "client");
  const asked = { topics: [{ name: "orders" }] };
  const answers = [1, 2, 3].map(() => connection.request(Metadata, 9, asked));
  const last = connection.request({ ...Metadata, key: 999 }, 9, asked);
  expect(await Promise.all(answers)).toMatchObject([asked, asked, asked]);
  await expect(last).rejects.toThrow("was closed");
});

test("an API that is none, and a version that is not served, end the connection", async () => {
  const unknownApi = Buffer.from(metadataFrame());
  unknownApi.writeInt16BE(999, 4);
  expect(await reasonAfter((connection) => connection.send(unknownApi))).toMatchObject({
    code: "BROKER_REQUEST_REFUSED",
    apiKey: 999,
  });
  const tooNew = Buffer.from(metadataFrame());
  tooNew.writeInt16BE(99, 6);
  const reason = await reasonAfter((connection) => connection.send(tooNew));
  expect(reason).toBeInstanceOf(KafkaError);
  expect(String(reason)).toContain("serves versions 0 to 13");
  await othersAreUnharmed();
});

test("an ApiVersions of a version to come is answered in version 0 with what is spoken", async () => {
  const connection = await RawBytes.open(address());
  const frame = Buffer.concat(
    encodeRequest(
      ApiVersions,
      3,
      { correlationId: 5, clientId: "raw" },
      { clientSoftwareName: "a", clientSoftwareVersion: "1" },
    ),
  );
  frame.writeInt16BE(77, 6);
  connection.send(frame);
  const { correlationId, body } = decodeResponse(ApiVersions, 0, (await connection.frame()) ?? Buffer.alloc(0));
  expect(correlationId).toBe(5);
  expect(body).toMatchObject({ errorCode: 35, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }] });
  connection.close();
});

test("every byte of a request may arrive by itself, and many requests at once", async () => {
  const connection = await RawBytes.open(address());
  for (const byte of metadataFrame()) connection.send(Buffer.from([byte]));
  expect((await connection.frame())?.readInt32BE(0)).toBe(7);
  const many = Array.from({ length: 500 }, (_, index) =>
    Buffer.concat(encodeRequest(Metadata, 9, { correlationId: index, clientId: "raw" }, { topics: [] })),
  );
  connection.send(Buffer.concat(many));
  for (let index = 0; index < 500; index++) expect((await connection.frame())?.readInt32BE(0)).toBe(index);
  connection.close();
});

test("requests behind one that waits are answered after it, in order", async () => {
  const connection = await RawBytes.open(address());
  const topics = [{ topic: "orders", partitions: [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1000 }] }];
  connection.request(Fetch, 12, { maxWaitMs: 300, minBytes: 1, topics }, 1);
  connection.request(Metadata, 9, { topics: [] }, 2);
  const began = performance.now();
  expect((await connection.frame())?.readInt32BE(0)).toBe(1);
  expect(performance.now() - began).toBeGreaterThan(250);
  expect((await connection.frame())?.readInt32BE(0)).toBe(2);
  connection.close();
});

test("a client that does not read its answers stops being read itself, and harms nobody", async () => {
  const value = Buffer.alloc(50_000);
  await witness.request(Produce, 9, {
    acks: -1,
    timeoutMs: 1000,
    topicData: [{ name: "orders", partitionData: [{ index: 0, records: writeBatch({}, [{ value }]) }] }],
  });
  const connection = await RawBytes.open(address());
  connection.pause();
  let served = 0;
  broker.on("response", ({ api }) => {
    if (api === "Fetch") served++;
  });
  const topics = [{ topic: "orders", partitions: [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 100_000 }] }];
  for (let index = 0; index < 2000; index++)
    connection.request(Fetch, 12, { maxWaitMs: 0, minBytes: 1, topics }, index);
  // What the kernel's buffers take is answered; then it stops.
  const isStill = async (): Promise<boolean> => {
    const before = served;
    await new Promise((resolve) => setTimeout(resolve, 200));
    return served === before;
  };
  await expect.poll(isStill, { timeout: 20_000 }).toBe(true);
  expect(served).toBeLessThan(1000);
  connection.resume();
  for (let index = 0; index < 2000; index++) expect((await connection.frame())?.readInt32BE(0)).toBe(index);
  connection.close();
});
