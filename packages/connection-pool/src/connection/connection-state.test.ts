import { ApiVersionsResponse, decode, encode, KafkaError } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { BrokerVersions } from "./api-versions.js";
import { transition, type ConnectionEvent, type ConnectionState } from "./connection-state.js";

const versions = new BrokerVersions(decode(ApiVersionsResponse, 0, encode(ApiVersionsResponse, 0, { apiKeys: [] })));
const error = new KafkaError("CLIENT_CONNECTION_CLOSED", "gone");
const other = new KafkaError("CLIENT_CLOSED", "closed");

function live(...events: ConnectionEvent[]): { state: ConnectionState; commands: string[] } {
  let state: ConnectionState = { name: "connecting" };
  const commands: string[] = [];
  for (const event of events) {
    const step = transition(state, event);
    state = step.state;
    commands.push(...step.commands);
  }
  return { state, commands };
}

describe("the life of a connection", () => {
  it("goes without a login from connecting to ready", () => {
    const { state, commands } = live({ type: "opened" }, { type: "negotiated", versions, login: false });
    expect(state).toEqual({ name: "ready", versions });
    expect(commands).toEqual(["negotiate", "serve"]);
  });

  it("goes through a login, and through it again before the session ends", () => {
    const { state, commands } = live(
      { type: "opened" },
      { type: "negotiated", versions, login: true },
      { type: "authenticated" },
      { type: "sessionExpiring" },
      { type: "authenticated" },
    );
    expect(state.name).toBe("ready");
    expect(commands).toEqual(["negotiate", "login", "serve", "login", "serve"]);
  });

  it("ends once, whatever comes after, and keeps the first reason", () => {
    const { state, commands } = live(
      { type: "opened" },
      { type: "failed", error },
      { type: "failed", error: other },
      { type: "negotiated", versions, login: false },
      { type: "socketClosed", error: other },
      { type: "socketClosed", error: other },
      { type: "sessionExpiring" },
    );
    expect(state).toEqual({ name: "closed", error });
    expect(commands).toEqual(["negotiate", "failRequests", "destroySocket", "announceClosed"]);
  });

  it("fails what waits when the socket closes by itself", () => {
    const { state, commands } = live({ type: "socketClosed", error });
    expect(state).toEqual({ name: "closed", error });
    expect(commands).toEqual(["failRequests", "announceClosed"]);
  });
});
