import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defaultRetryPolicy } from "@moldau/connection-pool";
import { resolveClusterOptions } from "../../packages/connection-pool/src/cluster/cluster-options.js";
import { resolveConsumerOptions } from "../../packages/consumer/src/options.js";
import { parseTransformOptions } from "../../packages/consumer/src/transform/transform-options.js";
import { resolveProducerOptions } from "../../packages/producer/src/options.js";
import { fieldsOf } from "./declared-fields.js";
import { repository } from "./repository.js";

/** Options as the code has them. */
export interface DocumentedOptions {
  /** Their names, as declared. */
  readonly names: readonly string[];
  /** What each of them is when it is left out, as far as that is a value. */
  readonly defaults: Readonly<Record<string, unknown>>;
}

/** The options that tables of the documentation are about, by what they are options of. */
export const documentedOptions = {
  "new Kafka": {
    names: declared("packages/connection-pool/src/cluster/cluster-options.ts", "ClusterOptions"),
    defaults: { ...resolveClusterOptions({ brokers: ["localhost:9092"] }) },
  },
  retry: {
    names: declared("packages/connection-pool/src/attempts/backoff.ts", "RetryPolicy"),
    defaults: { ...defaultRetryPolicy },
  },
  producer: {
    names: declared("packages/producer/src/options.ts", "ProducerOptions"),
    defaults: { ...resolveProducerOptions({}, { requestTimeoutMs: 30_000 }) },
  },
  startBroker: {
    names: declared("packages/reference-broker/src/options.ts", "BrokerOptions"),
    // Its options are checked where they are used; there is no one place that completes them.
    defaults: {},
  },
  transform: {
    names: declared("packages/consumer/src/transform/transform-options.ts", "TransformOptions"),
    defaults: { ...parseTransformOptions({ producer: { fence: neverCalled, transaction: neverCalled } }) },
  },
  consumer: {
    names: declared("packages/consumer/src/options.ts", "ConsumerOptions"),
    defaults: { ...resolveConsumerOptions({ groupId: "g" }) },
  },
} as const satisfies Readonly<Record<string, DocumentedOptions>>;

/** How a default stands in a table; undefined where words are needed for it. */
export function shownDefault(value: unknown): string | undefined {
  if (value === Infinity) return undefined;
  if (typeof value === "number") return value.toLocaleString("en");
  return typeof value === "string" || typeof value === "boolean" ? `\`${JSON.stringify(value)}\`` : undefined;
}

async function neverCalled(): Promise<never> {
  throw new Error("only options are read");
}

function declared(file: string, name: string): readonly string[] {
  return fieldsOf(readFileSync(join(repository, file), "utf8"), name);
}
