import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Metadata } from "@moldau/protocol-codec";
import type { ConnectionCloseEvent, ConnectionOpenEvent, EventOrigin, MetadataErrorEvent, RequestEvent } from "moldau";
import { afterEach, beforeEach, expect, it } from "vitest";
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
