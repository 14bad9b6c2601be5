import { KafkaError } from "@moldau/protocol-codec";
import { expect, it } from "vitest";
import { apart } from "./route.js";

it(
  "sorts a hundred thousand things by their brokers in time that grows with their number only",
  { timeout: 5000 },
  async () => {
    const items = Array.from({ length: 100_000 }, (_, index) => index);
    const { byNode, lost } = await apart(items, (item) => Promise.resolve(item % 2));
    expect([...byNode].map(([node, { length }]) => [node, length])).toEqual([
      [0, 50_000],
      [1, 50_000],
    ]);
    expect(lost.size).toBe(0);
  },
);

it("tells of each thing whose broker cannot be found, and finds the others", async () => {
  const refusal = new KafkaError("GROUP_AUTHORIZATION_FAILED", "no");
  const { byNode, lost } = await apart(["a", "b"], (item) =>
    item === "a" ? Promise.reject(refusal) : Promise.resolve(3),
  );
  expect([...byNode]).toEqual([[3, ["b"]]]);
  expect([...lost]).toEqual([["a", refusal]]);
});

it.each([
  ["the caller has given up", new KafkaError("CLIENT_ABORTED", "aborted")],
  ["the client was closed", new KafkaError("CLIENT_CLOSED", "closed")],
  ["it is a bug", new TypeError("x is not a function")],
])("ends for all of them when %s", async (_, failure) => {
  await expect(apart(["a", "b"], () => Promise.reject(failure))).rejects.toBe(failure);
});
