import {
  ConsumerGroupDescribe,
  ConsumerGroupHeartbeat,
  CreateTopics,
  DeleteGroups,
  DescribeGroups,
  encodeSubscription,
  FindCoordinator,
  Heartbeat,
  IncrementalAlterConfigs,
  JoinGroup,
  LeaveGroup,
  ListGroups,
  Metadata,
  OffsetCommit,
  OffsetDelete,
  OffsetFetch,
  SyncGroup,
  Uuid,
  type RequestInputOf,
  type ResponseOf,
} from "@moldau/protocol-codec";
import { RawConnection } from "./raw-connection.js";

/** One thing that was asked, and what the broker answered, without what differs from run to run. */
export interface Line {
  readonly asked: string;
  readonly answer: unknown;
}

const loading = new Set([14, 15, 16]);

/**
 * A talk of raw clients with a group coordinator, written down in lines that are the same for every run and every broker that behaves the
 * same: member ids are numbered, topic ids named, lists that have no order are sorted.
 */
export class GroupDialogue {
  readonly lines: Line[] = [];
  readonly group: string;
  readonly #address: string;
  readonly #clients = new Map<string, DialogueClient>();
  readonly #topics: ReadonlyMap<string, string>;
  readonly #memberNames = new Map<string, string>();

  private constructor(address: string, group: string, topics: ReadonlyMap<string, string>) {
    this.#address = address;
    this.group = group;
    this.#topics = topics;
  }

  /** Begins a talk about a group; the topics `orders` and `payments`, of three partitions each, are made if need be. */
  static async open(address: string, group: string): Promise<GroupDialogue> {
    const setUp = await RawConnection.open(address, "set-up");
    try {
      const topics = await prepare(setUp, group);
      return new GroupDialogue(address, group, topics);
    } finally {
      setUp.close();
    }
  }

  /** The client of a name, on a connection of its own. */
  async client(name: string): Promise<DialogueClient> {
    let client = this.#clients.get(name);
    if (client === undefined) {
      client = new DialogueClient(await RawConnection.open(this.#address, name), this.group);
      this.#clients.set(name, client);
    }
    return client;
  }

  /** The id of a topic; an unknown name has an id that no topic has. */
  topicId(name: string): Uuid {
    for (const [id, topic] of this.#topics) if (topic === name) return Uuid.parse(id);
    return Uuid.parse("AAAAAAAAAAAAAAAAAAAA_w");
  }

  /** Waits for an answer and writes it down. */
  async note<Answer>(asked: string, answer: Promise<Answer>): Promise<Answer> {
    const value = await answer;
    this.lines.push({ asked, answer: this.#plain(value) });
    return value;
  }

  /** Writes down whether an answer has come; gives it time to. */
  async noteWaiting(asked: string, answer: Promise<unknown>): Promise<void> {
    const waits = await Promise.race([answer.then(() => false), pause(150).then(() => true)]);
    this.lines.push({ asked, answer: waits ? "waits" : "is answered" });
  }

  /** Ends the talk. */
  close(): void {
    for (const client of this.#clients.values()) client.connection.close();
  }

  #plain(value: unknown, key = ""): unknown {
    if (typeof value === "bigint") return value.toString();
    if (typeof value === "string") return this.#nameMembers(value);
    if (value instanceof Uuid) return this.#topics.get(value.toString()) ?? (value.isZero ? "none" : "unknown");
    if (Buffer.isBuffer(value)) return value.toString("latin1");
    if (Array.isArray(value)) return this.#sorted(key, value);
    if (typeof value !== "object" || value === null) return value;
    const fields = Object.entries(value).map(([name, field]): [string, unknown] => [name, this.#plain(field, name)]);
    // What exactly is wrong with a pattern, libraries say in their own ways.
    return Object.fromEntries(
      fields.map(([name, field]) => (isOfPattern(value, name) ? [name, "about the pattern"] : [name, field])),
    );
  }

  #sorted(key: string, items: readonly unknown[]): unknown {
    const own =
      key === "groups" ? items.filter((item) => !isListed(item) || item.groupId.startsWith(this.group)) : items;
    return own
      .map((item) => this.#plain(item))
      .sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  }

  #nameMembers(text: string): string {
    return text.replace(generatedId, (id: string, prefix: string | undefined) => {
      const known = this.#memberNames.get(id);
      if (known !== undefined) return known;
      const stem = prefix ?? "";
      const count = [...this.#memberNames.values()].filter((name) => name.startsWith(`${stem}#`)).length;
      const name = `${stem}#${count + 1}`;
      this.#memberNames.set(id, name);
      return name;
    });
  }
}

type Join = RequestInputOf<typeof JoinGroup>;
type Joined = ResponseOf<typeof JoinGroup>;
type Beat = RequestInputOf<typeof ConsumerGroupHeartbeat>;

/** One client of a talk. It remembers its member id and generation, and asks in any version; newest by default. */
export class DialogueClient {
  readonly connection: RawConnection;
  readonly group: string;
  memberId = "";
  generationId = -1;
  /** Of a member of a next-generation group. */
  memberEpoch = 0;
  groupInstanceId: string | null = null;

  constructor(connection: RawConnection, group: string) {
    this.connection = connection;
    this.group = group;
  }

  /** What makes it a member, as requests want it. */
  get identity(): { groupId: string; memberId: string; generationId: number; groupInstanceId: string | null } {
    return {
      groupId: this.group,
      memberId: this.memberId,
      generationId: this.generationId,
      groupInstanceId: this.groupInstanceId,
    };
  }

  async join(version = 9, request: Partial<Join> = {}): Promise<Joined> {
    const answer = await this.connection.request(JoinGroup, version, {
      groupId: this.group,
      sessionTimeoutMs: 30_000,
      rebalanceTimeoutMs: version === 0 ? -1 : 20_000,
      memberId: this.memberId,
      groupInstanceId: version >= 5 ? this.groupInstanceId : null,
      protocolType: "consumer",
      protocols: [protocol("range", "orders")],
      ...request,
    });
    if (answer.memberId !== "" && answer.errorCode !== 82) this.memberId = answer.memberId;
    if (answer.errorCode === 0) this.generationId = answer.generationId;
    return answer;
  }

  sync(version = 5, request: Partial<RequestInputOf<typeof SyncGroup>> = {}): Promise<ResponseOf<typeof SyncGroup>> {
    const named = version >= 5 ? { protocolType: "consumer", protocolName: "range" } : {};
    return this.connection.request(SyncGroup, version, {
      ...this.identity,
      groupInstanceId: version >= 3 ? this.groupInstanceId : null,
      ...named,
      assignments: [],
      ...request,
    });
  }

  heartbeat(
    version = 4,
    request: Partial<RequestInputOf<typeof Heartbeat>> = {},
  ): Promise<ResponseOf<typeof Heartbeat>> {
    const groupInstanceId = version >= 3 ? this.groupInstanceId : null;
    return this.connection.request(Heartbeat, version, { ...this.identity, groupInstanceId, ...request });
  }

  leave(version = 5, request: Partial<RequestInputOf<typeof LeaveGroup>> = {}): Promise<ResponseOf<typeof LeaveGroup>> {
    const { memberId, groupInstanceId } = this;
    const who = version < 3 ? { memberId } : { members: [{ memberId, groupInstanceId }] };
    return this.connection.request(LeaveGroup, version, { groupId: this.group, ...who, ...request });
  }

  /** A heartbeat of a next-generation group, of who it is and in the epoch that it knows. */
  async beat(version = 1, request: Partial<Beat> = {}): Promise<ResponseOf<typeof ConsumerGroupHeartbeat>> {
    const { group: groupId, memberId, memberEpoch, groupInstanceId: instanceId } = this;
    const body = { groupId, memberId, memberEpoch, instanceId, ...request };
    const answer = await this.connection.request(ConsumerGroupHeartbeat, version, body);
    if (answer.errorCode !== 0 || body.memberId !== memberId) return answer;
    this.memberId = answer.memberId ?? memberId;
    this.memberEpoch = answer.memberEpoch;
    return answer;
  }

  /** Joins a next-generation group under a name of its own, reading `orders` unless something else is said. */
  enter(version = 1, request: Partial<Beat> = {}): Promise<ResponseOf<typeof ConsumerGroupHeartbeat>> {
    if (version >= 1 && this.memberId === "") this.memberId = `${this.connection.clientId}-1`;
    this.memberEpoch = 0;
    const subscription = request.subscribedTopicRegex === undefined ? { subscribedTopicNames: ["orders"] } : {};
    return this.beat(version, { rebalanceTimeoutMs: 20_000, topicPartitions: [], ...subscription, ...request });
  }

  describeConsumers(
    version = 1,
    groupIds: readonly string[] = [this.group],
    includeAuthorizedOperations = false,
  ): Promise<ResponseOf<typeof ConsumerGroupDescribe>> {
    return this.connection.request(ConsumerGroupDescribe, version, { groupIds, includeAuthorizedOperations });
  }

  /** Sets configurations of the group. */
  async configure(settings: Readonly<Record<string, string>>): Promise<void> {
    const configs = Object.entries(settings).map(([name, value]) => ({ name, value, configOperation: 0 }));
    const resources = [{ resourceType: 32, resourceName: this.group, configs }];
    const { responses } = await this.connection.request(IncrementalAlterConfigs, 1, { resources, validateOnly: false });
    if (responses[0]?.errorCode !== 0)
      throw new Error(`the group could not be configured: ${responses[0]?.errorMessage}`);
    await pause(150);
  }

  describe(version = 6, groups: readonly string[] = [this.group]): Promise<ResponseOf<typeof DescribeGroups>> {
    return this.connection.request(DescribeGroups, version, { groups, includeAuthorizedOperations: version >= 3 });
  }

  list(version = 5, request: RequestInputOf<typeof ListGroups> = {}): Promise<ResponseOf<typeof ListGroups>> {
    return this.connection.request(ListGroups, version, request);
  }

  commit(
    version: number,
    request: Partial<RequestInputOf<typeof OffsetCommit>>,
  ): Promise<ResponseOf<typeof OffsetCommit>> {
    return this.connection.request(OffsetCommit, version, {
      groupId: this.group,
      memberId: "",
      topics: [],
      ...request,
    });
  }

  /** Commits one offset of `orders`, partition 0, as the member that it is. */
  commitAsMember(version: number, offset: bigint): Promise<ResponseOf<typeof OffsetCommit>> {
    return this.commit(version, {
      memberId: this.memberId,
      generationIdOrMemberEpoch: this.generationId,
      groupInstanceId: version >= 7 ? this.groupInstanceId : null,
      topics: [topicToCommit("orders", offset)],
    });
  }

  /** Commits one offset of `orders`, partition 0, in an epoch; from version 10 on the talk says the topic's id. */
  commitEpoch(
    version: number,
    generationIdOrMemberEpoch: number,
    offset: bigint,
    talk?: GroupDialogue,
  ): Promise<ResponseOf<typeof OffsetCommit>> {
    const topic = topicToCommit("orders", offset);
    const byId = version >= 10 && talk !== undefined ? { name: "", topicId: talk.topicId("orders") } : {};
    return this.commit(version, {
      memberId: this.memberId,
      generationIdOrMemberEpoch,
      groupInstanceId: version >= 7 ? this.groupInstanceId : null,
      topics: [{ ...topic, ...byId }],
    });
  }

  /** Commits an offset of some partitions of `orders` in an epoch. */
  commitParts(
    version: number,
    generationIdOrMemberEpoch: number,
    partitions: readonly number[],
  ): Promise<ResponseOf<typeof OffsetCommit>> {
    const [name, committedOffset] = ["orders", 1n];
    const topics = [{ name, partitions: partitions.map((partitionIndex) => ({ partitionIndex, committedOffset })) }];
    return this.commit(version, { memberId: this.memberId, generationIdOrMemberEpoch, topics });
  }

  fetch(version: number, request: RequestInputOf<typeof OffsetFetch>): Promise<ResponseOf<typeof OffsetFetch>> {
    return this.connection.request(OffsetFetch, version, request);
  }

  deleteGroups(version: number, groupsNames: readonly string[]): Promise<ResponseOf<typeof DeleteGroups>> {
    return this.connection.request(DeleteGroups, version, { groupsNames });
  }

  deleteOffsets(
    topics: Readonly<Record<string, readonly number[]>>,
    groupId = this.group,
  ): Promise<ResponseOf<typeof OffsetDelete>> {
    return this.connection.request(OffsetDelete, 0, {
      groupId,
      topics: Object.entries(topics).map(([name, numbers]) => ({
        name,
        partitions: numbers.map((partitionIndex) => ({ partitionIndex })),
      })),
    });
  }
}

/** An assignor of a consumer that reads some topics. */
export function protocol(name: string, ...topics: readonly string[]): { name: string; metadata: Buffer } {
  return { name, metadata: encodeSubscription(1, { topics, userData: null, ownedPartitions: [] }) };
}

/** One offset of a topic's partition 0, as OffsetCommit wants it. */
export function topicToCommit(
  name: string,
  committedOffset: bigint,
  committedMetadata: string | null = null,
): NonNullable<RequestInputOf<typeof OffsetCommit>["topics"]>[number] {
  return { name, partitions: [{ partitionIndex: 0, committedOffset, committedMetadata }] };
}

/** Lets a moment pass: what a broker has to do about the last request, it has done then. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function prepare(connection: RawConnection, group: string): Promise<ReadonlyMap<string, string>> {
  const names = ["orders", "payments"];
  await connection.request(CreateTopics, 5, {
    topics: names.map((name) => ({ name, numPartitions: 3, replicationFactor: 1, assignments: [], configs: [] })),
    timeoutMs: 10_000,
  });
  for (;;) {
    await connection.request(FindCoordinator, 3, { key: group, keyType: 0 });
    const { errorCode } = await connection.request(Heartbeat, 0, {
      groupId: group,
      generationId: 0,
      memberId: "nobody",
    });
    const { topics } = await connection.request(Metadata, 12, { topics: names.map((name) => ({ name })) });
    if (!loading.has(errorCode) && topics.every((topic) => topic.errorCode === 0)) {
      return new Map(topics.map(({ name, topicId }) => [topicId.toString(), name ?? ""]));
    }
    await pause(50);
  }
}

/** Member ids that a broker makes: `client-` and a UUID in classic groups, a UUID in Kafka's own writing in others. */
const generatedId =
  /\b([\w.]+)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|(?<![\w-])(?=[\w-]*[A-Z0-9])[\w-]{22}(?![\w-])/gu;

const invalidPattern = 128;

function isOfPattern(value: object, name: string): boolean {
  return name === "errorMessage" && "errorCode" in value && value.errorCode === invalidPattern;
}

function isListed(item: unknown): item is { readonly groupId: string } {
  return (
    typeof item === "object" &&
    item !== null &&
    "groupId" in item &&
    typeof item.groupId === "string" &&
    "groupType" in item
  );
}
