import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { startBroker } from "@moldau/reference-broker";
import { afterAll, expect, test } from "vitest";
import { outputOf } from "../support/programs-of-the-docs.js";
import { repository } from "../support/repository.js";

/** Nothing is installed here, nor anywhere above. */
const bare = mkdtempSync(join(tmpdir(), "moldau-bundle-"));
afterAll(() => rmSync(bare, { recursive: true }));

/** Makes one file of a program, with the packages as they were built, as the guide says. */
async function bundled(name: string, program: string): Promise<Buffer> {
  await build({
    stdin: { contents: program, resolveDir: join(repository, "docs/examples") },
    outfile: join(bare, name),
    ...({ bundle: true, minify: true, platform: "node", target: "node20", format: "esm", logLevel: "error" } as const),
  });
  return readFileSync(join(bare, name));
}

test("a bundle of producer, consumer and admin has the size that the guide tells", async () => {
  const bundle = await bundled("all.mjs", `export { Admin, Consumer, Kafka, Producer } from "moldau";`);
  const guide = readFileSync(join(repository, "docs/guides/bundling-and-serverless.md"), "utf8");
  const [, minified, gzipped] = /is (\d+) kB minified by esbuild, (\d+) kB of it gzipped/.exec(guide) ?? [];
  const told = { minified: Number(minified), gzipped: Number(gzipped) };
  const measured = { minified: bundle.length / 1000, gzipped: gzipSync(bundle).length / 1000 };
  for (const kind of ["minified", "gzipped"] as const) {
    expect(measured[kind], kind).toBeGreaterThan(told[kind] * 0.95);
    expect(measured[kind], kind).toBeLessThan(told[kind] * 1.05);
  }
});

test("a minified bundle sends, and its errors have their names", async () => {
  await bundled(
    "app.mjs",
    `import { startBroker } from "@moldau/reference-broker";
     import { Kafka, SendError } from "moldau";
     const broker = await startBroker({ topics: ["orders"] });
     const kafka = new Kafka({ brokers: broker.bootstrapServers });
     console.log(JSON.stringify(await kafka.producer().send({ topic: "orders", messages: [{ value: "apples" }] })));
     broker.intercept({ api: "Produce" }, (request) => request.fail("TOPIC_AUTHORIZATION_FAILED"));
     const error = await kafka.producer().send({ topic: "orders", messages: [{ value: "pears" }] }).catch((reason) => reason);
     console.log(error.name, error instanceof SendError, error.code);
     await kafka.close();
     await broker.close();`,
  );
  expect(await outputOf(["app.mjs"], { cwd: bare })).toEqual({
    code: 0,
    output:
      '[{"topic":"orders","partition":0,"baseOffset":"0","count":1,"indexes":[0],"logStartOffset":"0"}]\n' +
      "SendError true TOPIC_AUTHORIZATION_FAILED\n",
  });
});

test("a process that was frozen while its broker restarted sends on, and writes nothing twice", async () => {
  const broker = await startBroker({ topics: ["orders"] });
  await bundled(
    "function.mjs",
    `import { createInterface } from "node:readline";
     import { Kafka } from "moldau";
     const kafka = new Kafka({ brokers: process.env.KAFKA_BROKERS.split(",") });
     const producer = kafka.producer();
     for await (const value of createInterface({ input: process.stdin })) {
       await producer.send({ topic: "orders", messages: [{ value }], timeoutMs: 20_000 });
       console.log("sent " + value);
     }
     await kafka.close();`,
  );
  const env = { ...process.env, KAFKA_BROKERS: broker.bootstrapServers.join() };
  const program = spawn(process.execPath, ["function.mjs"], { cwd: bare, env, stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(program, "close");
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  const call = async (value: string): Promise<string> => {
    program.stdin.write(`${value}\n`);
    return String((await lines.next()).value);
  };
  expect(await call("first")).toBe("sent first");
  program.kill("SIGSTOP");
  await broker.stopNode(1);
  await broker.startNode(1);
  program.kill("SIGCONT");
  expect(await call("second")).toBe("sent second");
  program.stdin.end();
  expect(await ended).toEqual([0, null]);
  const records = await broker.log("orders", 0).records();
  expect(records.map(({ value }) => String(value))).toEqual(["first", "second"]);
  await broker.close();
});
