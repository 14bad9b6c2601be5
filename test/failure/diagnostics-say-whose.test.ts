import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Metadata } from "@moldau/protocol-codec";
import { startBroker } from "@moldau/reference-broker";
import {
  diagnosticsChannels,
  Kafka,
  type ConnectionCloseEvent,
  type ConnectionOpenEvent,
  type EventOrigin,
  type MetadataErrorEvent,
  type RequestEvent,
} from "moldau";
import { afterEach, beforeEach, expect, it, onTestFinished } from "vitest";
import { closeAll, newCluster, until } from "../support/connecting.js";
import { ScriptedBroker } from "../support/scripted-broker.js";

let broker: ScriptedBroker;

beforeEach(async () => {
  broker = await ScriptedBroker.start();
});
afterEach(async () => {
  await closeAll();
  await broker.close();
});

/** Collects the events of a channel until the function returned is called. */
function listen<Event>(channel: string): { readonly events: Event[]; readonly stop: () => void } {
  const events: Event[] = [];
  const listener = (event: unknown): void => void events.push(event as Event);
  subscribe(channel, listener);
  return { events, stop: () => void unsubscribe(channel, listener) };
}

function whose({ clientId, owner, purpose }: EventOrigin): string {
  return `${clientId}, ${owner}, ${purpose}`;
}

it("events of connections and requests name client, owner and purpose, and tell two clients of one name apart", async () => {
  const opened = listen<ConnectionOpenEvent>("moldau:connection:open");
  const closed = listen<ConnectionCloseEvent>("moldau:connection:close");
  const requests = listen<RequestEvent>("moldau:request");
  const clusters = [newCluster([broker], { clientId: "shop" }), newCluster([broker], { clientId: "shop" })];
  for (const cluster of clusters) {
    await cluster.connect();
    const lease = cluster.lease({ name: 'consumer of "billing"' });
    const connection = await lease.connection(7, "fetch");
    await connection.request(Metadata, 12, { topics: [] });
    await cluster.close();
  }
  for (const { stop } of [opened, closed, requests]) stop();
  const instances = new Set(opened.events.map(({ clientInstance }) => clientInstance));
  expect(instances.size).toBe(2);
  for (const instance of instances) {
    const ofOne = <Event extends EventOrigin>(events: readonly Event[]): readonly Event[] =>
      events.filter(({ clientInstance }) => clientInstance === instance);
    const both = ["shop, client, general", 'shop, consumer of "billing", fetch'];
    expect(ofOne(opened.events).map(whose)).toEqual(both);
    expect(ofOne(closed.events).map(whose).toSorted()).toEqual(both);
    expect(ofOne(requests.events).map((event) => `${whose(event)}: ${event.apiName}`)).toEqual([
      "shop, client, general: ApiVersions",
      "shop, client, general: Metadata",
      'shop, consumer of "billing", fetch: ApiVersions',
      'shop, consumer of "billing", fetch: Metadata',
    ]);
  }
});

it("a refresh in the background that fails is told of with the client's name", async () => {
  const failures = listen<MetadataErrorEvent>("moldau:metadata:error");
  const cluster = newCluster([broker], { clientId: "shop", metadataMaxAgeMs: 0, requestTimeoutMs: 100 });
  broker.on(Metadata, ({ topics }) =>
    broker.metadata((topics ?? []).map(({ name }) => ({ name, partitions: [{ partitionIndex: 0, leaderId: 7 }] }))),
  );
  await cluster.topic("orders");
  await broker.close();
  await until(() => {
    cluster.cachedTopic("orders");
    return failures.events.length > 0;
  });
  failures.stop();
  expect(failures.events[0]).toMatchObject({
    clientId: "shop",
    owner: "client",
    purpose: "general",
    topics: ["orders"],
  });
  expect(failures.events[0]?.error.message).toContain("ECONNREFUSED");
});

it("every event of producers and consumers says which client and group it is of, to listeners and on its channel alike", async () => {
  const told: { readonly channel: string; readonly event: object }[] = [];
  for (const [name, channel] of Object.entries(diagnosticsChannels)) {
    const listener = (event: object): void => void told.push({ channel: name, event });
    channel.subscribe(listener);
    onTestFinished(() => void channel.unsubscribe(listener));
  }
  const heard: object[] = [];
  await using reference = await startBroker({ topics: ["orders"] });
  reference.intercept({ api: "Produce", nth: 1 }, (request) => request.fail("NOT_ENOUGH_REPLICAS"));
  reference.intercept({ api: "OffsetFetch", nth: 1 }, (request) => request.fail("COORDINATOR_LOAD_IN_PROGRESS"));
  const kafka = new Kafka({ clientId: "shop", brokers: reference.bootstrapServers, retry: { initialDelayMs: 5 } });
  const producer = kafka.producer();
  for (const name of ["acknowledged", "retry", "failed", "closed"] as const)
    producer.on(name, (event: object) => heard.push(event));
  await producer.send({ topic: "orders", messages: [{ value: "a" }] });
  reference.intercept({ api: "Produce", nth: 1 }, (request) => request.fail("POLICY_VIOLATION"));
  await expect(producer.send({ topic: "orders", messages: [{ value: "b" }] })).rejects.toThrow();
  const consumer = kafka.consumer({ groupId: "billing", topics: ["orders"], startFrom: "earliest" });
  for (const name of ["assigned", "revoked", "committed", "lag", "retrying", "closed"] as const)
    consumer.on(name, (event: object) => heard.push(event));
  for await (const message of consumer) {
    await consumer.commit(message);
    break;
  }
  await kafka.close();

  const ofClients = told.filter(({ channel }) => /^moldau:(producer|consumer):/.test(channel));
  const names = new Set(ofClients.map(({ channel }) => channel));
  for (const name of ["acknowledged", "retry", "failed", "closed"]) expect(names).toContain(`moldau:producer:${name}`);
  for (const name of ["assigned", "revoked", "committed", "lag", "retrying", "closed"])
    expect(names).toContain(`moldau:consumer:${name}`);
  for (const { channel, event } of ofClients) {
    const isOfConsumer = channel.startsWith("moldau:consumer:");
    expect(event).toMatchObject({
      clientId: "shop",
      clientInstance: expect.any(Number) as number,
      ...(isOfConsumer && { groupId: "billing" }),
    });
    expect(heard).toContain(event);
  }
});
