import {
  invalidArgument,
  isPlainObject,
  OptionReader,
  show,
  type GroupMetadata,
  type GroupOffset,
  type OffsetsConsumer,
  type OffsetsInTransaction,
} from "@moldau/connection-pool";

/** Offsets of a consumer that go with a transaction. */
export interface ConsumerOffsets<Done> {
  /** The consumer that read them; it must not commit by itself. */
  readonly consumer: OffsetsConsumer<Done>;
  /** What `consumer.commit` takes: a message, a batch, or offsets to read next. */
  readonly offsets: Done;
}

/** Offsets that a group is to read next, from whoever has read them. */
export interface OffsetsOfGroup {
  /** The group, and the member that has the right; without a member, those of a group that has none. */
  readonly group: Pick<GroupMetadata, "groupId"> & Partial<GroupMetadata>;
  /** The next offset to read in each partition. */
  readonly offsets: readonly OffsetOfGroup[];
}

/** The offset that a group is to read next in a partition. */
export type OffsetOfGroup = Pick<GroupOffset, "topic" | "partition" | "offset"> &
  Partial<Pick<GroupOffset, "leaderEpoch" | "metadata">>;

/** What is committed with a transaction: as a consumer gives it, or without one. */
export type OffsetsToSend = Pick<OffsetsInTransaction, "group" | "offsets"> &
  Partial<Pick<OffsetsInTransaction, "member" | "ownershipEnded" | "settle">>;

/**
 * Checks the argument of `sendOffsets`, and asks its consumer.
 *
 * @throws {KafkaError} CLIENT_INVALID_ARGUMENT, and what {@link OffsetsConsumer.offsetsInTransaction} throws.
 */
export function readOffsetsToSend<Done>(options: ConsumerOffsets<Done> | OffsetsOfGroup): OffsetsToSend {
  if (!isPlainObject(options)) throw noGroup(`not ${show(options)}`);
  return "consumer" in options ? ofConsumer(options) : ofGroup(options);
}

function ofConsumer<Done>(options: ConsumerOffsets<Done>): OffsetsToSend {
  if ("group" in options)
    throw invalidArgument(
      "sendOffsets: name the consumer or the group, not both: the consumer says itself which group it is of.",
    );
  const read = new OptionReader<ConsumerOffsets<Done>>("sendOffsets", options);
  const { consumer, offsets } = options;
  read.custom("consumer", "a consumer of this client", (value) => (isConsumer(value) ? value : undefined));
  read.custom("offsets", "what consumer.commit takes", (value) => value);
  read.done();
  return consumer.offsetsInTransaction(offsets);
}

function isConsumer(value: unknown): value is object {
  return isPlainObject(value) && typeof Reflect.get(value, "offsetsInTransaction") === "function";
}

function ofGroup(options: OffsetsOfGroup): OffsetsToSend {
  if ("consumerGroupId" in options)
    throw noGroup("consumerGroupId is group: { groupId } here, and topics is offsets: [{ topic, partition, offset }]");
  if (!("group" in options)) throw noGroup("without one there is nobody whose offsets they are");
  const read = new OptionReader<OffsetsOfGroup>("sendOffsets", options);
  const group = read.custom("group", 'an object such as { groupId: "billing" }', (value, path) =>
    isPlainObject(value) ? readGroup(value, path) : undefined,
  );
  const offsets = read.list("offsets", readOffset, { example: '[{ topic: "orders", partition: 0, offset: 42n }]' });
  read.done();
  return { group, offsets };
}

function readGroup(value: object, path: string): GroupMetadata {
  const read = new OptionReader<Partial<GroupMetadata>>(path, value);
  const group = {
    groupId: read.text("groupId", { example: '"billing"' }),
    generationId: read.integer("generationId", { min: -1, default: -1 }),
    memberId: read.custom("memberId", "a text", asText, { default: "" }),
    groupInstanceId: readInstance(read),
  };
  read.done();
  return group;
}

/** A consumer tells null for a member without a static identity. */
function readInstance(read: OptionReader<Partial<GroupMetadata>>): string | null {
  const parse = (value: unknown): { readonly id: string | null } | undefined =>
    value === null || typeof value === "string" ? { id: value } : undefined;
  return read.custom("groupInstanceId", "a text or null", parse, { default: { id: null } }).id;
}

function readOffset(value: unknown, path: string): GroupOffset {
  if (!isPlainObject(value))
    throw invalidArgument(`${path} must be an object such as { topic: "orders", partition: 0, offset: 42n }.`);
  const read = new OptionReader<Partial<GroupOffset>>(path, value);
  const offset = {
    topic: read.text("topic", { example: '"orders"' }),
    partition: read.integer("partition", { min: 0 }),
    offset: read.custom("offset", "a bigint of at least 0n, such as 42n", asOffset),
    leaderEpoch: read.integer("leaderEpoch", { min: -1, default: -1 }),
    metadata: read.custom("metadata", "a text", asText, { default: "" }),
  };
  read.done();
  return offset;
}

function asText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function asOffset(value: unknown): bigint | undefined {
  return typeof value === "bigint" && value >= 0n ? value : undefined;
}

function noGroup(why: string): Error {
  return invalidArgument(
    `sendOffsets: expected { consumer, offsets }, or { group, offsets } with a group such as { groupId: "billing" }: ${why}.`,
  );
}
