import { join } from "node:path";
import { startBroker } from "@moldau/reference-broker";
import { expect, it } from "vitest";
import { runProgram } from "../support/child-program.js";
import { repository } from "../support/repository.js";

/** Sends one message in a process of its own, and gives what it printed. */
async function printed(environment: Readonly<Record<string, string>>, address: string): Promise<string> {
  const program = `
    import { Kafka } from "moldau";
    const kafka = new Kafka({ clientId: "shop", brokers: ["${address}"] });
    await kafka.producer().send({ topic: "orders", messages: [{ value: "a" }] });
    await kafka.close();
  `;
  const { stdout, stderr } = await runProgram(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: join(repository, "test"),
    env: { ...process.env, ...environment },
  });
  return stdout + stderr;
}

it("NODE_DEBUG=moldau shows connections and requests, one line each, and nothing is printed without it", async () => {
  await using broker = await startBroker({ topics: ["orders"] });
  const [address = ""] = broker.bootstrapServers;
  const lines = (await printed({ NODE_DEBUG: "moldau" }, address)).trim().split("\n");
  const has = (line: RegExp): void => expect(lines).toContainEqual(expect.stringMatching(line));
  has(/^MOLDAU \d+: shop#1 \(client, general\) connection to 127\.0\.0\.1:\d+ opened after \d+ ms$/);
  has(/^MOLDAU \d+: shop#1 \(producer, produce\) Produce v\d+ to broker 1 at 127\.0\.0\.1:\d+: \d+ ms, \d+ bytes$/);
  has(/^MOLDAU \d+: shop#1 \(producer, produce\) connection to broker 1 at .* closed: The producer has been closed\.$/);
  expect(await printed({ NODE_DEBUG: "http" }, address)).toBe("");
});
