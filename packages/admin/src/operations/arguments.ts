import { invalidArgument, maxTimerMs, type OperationOptions, type OptionReader } from "@moldau/connection-pool";
import { ErrorCode, KafkaError, kafkaError, type Api } from "@moldau/protocol-codec";

/** Reads what every operation takes. */
export function operationOptions<Options extends OperationOptions>(read: OptionReader<Options>): OperationOptions {
  const timeoutMs = read.integer("timeoutMs", { min: 1, max: maxTimerMs, default: null }) ?? undefined;
  return { timeoutMs, signal: read.signal("signal") };
}

/** Reads a name in a list. @throws {KafkaError} CLIENT_INVALID_ARGUMENT when it is no text. */
export function checkName(value: unknown, path: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw invalidArgument(`${path} must be a name: a text that is not empty.`);
}

/** Refuses a name that stands in a list twice. @throws {KafkaError} CLIENT_INVALID_ARGUMENT naming it. */
export function unique(path: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw invalidArgument(`${path} names "${name}" twice.`);
    seen.add(name);
  }
}

/** Reads the replicas of a partition. @throws {KafkaError} CLIENT_INVALID_ARGUMENT when they are no node ids. */
export function checkReplicas(value: unknown, path: string): readonly number[] {
  if (!Array.isArray(value) || value.length === 0)
    throw invalidArgument(`${path} must be an array of node ids, the preferred leader first.`);
  return value.map((node: unknown) => {
    if (typeof node === "number" && Number.isInteger(node) && node >= 0) return node;
    throw invalidArgument(`${path} must hold node ids: whole numbers of at least 0.`);
  });
}

/** Makes the error for what the version that the broker speaks has no place for; `what` begins a sentence, `since` is a version of Apache Kafka. */
export function tooOld(
  { key: apiKey, name: apiName }: Pick<Api, "key" | "name">,
  what: string,
  since: string,
): KafkaError {
  const { code, ...facts } = kafkaError(ErrorCode.UNSUPPORTED_VERSION, { apiKey, apiName });
  return new KafkaError(code, `${code}: ${what} needs brokers of Apache Kafka ${since} or newer.`, facts);
}
