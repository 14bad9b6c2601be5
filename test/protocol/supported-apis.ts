// Writes docs/reference/supported-apis.md from the tables that the code itself works by. `npm run docs` puts the result into its place.

import { readFileSync } from "node:fs";
import { spokenApis as adminApis } from "@moldau/admin/internal";
import { spokenApis as connectionApis, type SpokenApi } from "@moldau/connection-pool/internal";
import { spokenApis as consumerApis } from "@moldau/consumer/internal";
import { spokenApis as producerApis } from "@moldau/producer/internal";
import {
  apis,
  ConsumerProtocolAssignment,
  ConsumerProtocolSubscription,
  RequestHeader,
  ResponseHeader,
  type Api,
  type Message,
  type VersionRange,
} from "@moldau/protocol-codec";
import * as stateDoor from "@moldau/protocol-codec/state";
import { formatVersions } from "@moldau/protocol-codec/internal";
import { handlers } from "@moldau/reference-broker/internal";
import { goldenFacts } from "../support/golden.js";

/** What each package of the client asks of brokers, by the package's folder. */
export const spokenByPackage: ReadonlyMap<string, readonly SpokenApi[]> = new Map([
  ["connection-pool", connectionApis],
  ["producer", producerApis],
  ["consumer", consumerApis],
  ["admin", adminApis],
]);

interface KafkaApi {
  readonly key: number;
  readonly name: string;
  readonly removed: boolean;
  readonly scope: string;
  readonly clusterAction: boolean;
  readonly validVersions: string;
}

const kafkaApis = goldenFacts<KafkaApi[]>("api-keys.json");
const handlerByKey = new Map(handlers.map((handler) => [handler.api.key, handler]));
/** The module of Kafka that each record schema comes from, by the schema's name. */
const moduleOf = new Map(
  goldenFacts<{ name: string; module: string }[]>("log-schemas.json").map(({ name, module }) => [name, module]),
);
const headersAndEmbedded: readonly Message[] = [
  RequestHeader,
  ResponseHeader,
  ConsumerProtocolSubscription,
  ConsumerProtocolAssignment,
];

/** The whole page. */
export function supportedApisPage(): string {
  const spoken = new Set([...spokenByPackage.values()].flat().map(({ api }) => api.key));
  return [
    "# Supported APIs",
    "<!-- Written by `npm run docs` from the tables of the packages: do not edit. test/protocol/supported-apis.ts says how. -->",
    `Kafka ${kafkaVersion()} has ${kafkaApis.length} API keys. The codec reads and writes the requests and responses of ${apis.length} of them, ` +
      `the client packages speak ${spoken.size}, and the reference broker serves ${handlers.length}. ` +
      "[The others](#what-is-left-out) are left out for the reasons given there.",
    "## APIs",
    legend,
    table(["Key", "API", "Codec", "Flexible from", "Client", "Asked by", "Broker"], apis.map(apiRow)),
    "## What is left out",
    "A frame of one of these keys cannot be decoded: `decodeMessage` throws a `DecodeError` that says so, and `apiByKey` gives `undefined`.",
    table(["Key", "API", "Versions in Kafka", "Why"], leftOut().map(leftOutRow)),
    "## Headers and embedded messages",
    "What stands before every body, and what consumers put into the byte fields of JoinGroup and SyncGroup.",
    table(["Message", "Versions", "Flexible from"], headersAndEmbedded.map(messageRow)),
    "## Records of Kafka's own logs",
    "What brokers and controllers keep about groups, transactions and the cluster is written in records too. " +
      "A record's type is the number that tells what it is: it stands in the key of a coordinator's record, and before the value of a record of the cluster's metadata. " +
      "All of these are behind the door `@moldau/protocol-codec/state`.",
    ...stateSections(),
  ]
    .map((block) => `${block}\n`)
    .join("\n");
}

const legend = [
  "- **Codec**: the versions that can be encoded and decoded. *Unstable*: Kafka does not offer that version yet; it is never negotiated by itself.",
  "- **Flexible from**: the first version with compact lengths and tagged fields, in the request and the response.",
  "- **Client**: the versions that the client takes; it asks each broker for the newest that both have. " +
    "Produce and Fetch versions that name topics by id are asked for only while the ids of all topics in the request are known. **Asked by**: the package that does.",
  "- **Broker**: the versions that the reference broker serves and shows in ApiVersions.",
  "- *Cluster action*: marked so in Kafka's own table; most of these are spoken between brokers only.",
].join("\n");

function apiRow(api: Api): string[] {
  const kafkas = kafkaApis.find(({ key }) => key === api.key);
  const askers = [...spokenByPackage].flatMap(([folder, spoken]) =>
    spoken.filter((one) => one.api.key === api.key).map((one) => ({ folder, versions: clientVersions(one) })),
  );
  return [
    String(api.key),
    kafkas?.clusterAction === true ? `${api.name}, *cluster action*` : api.name,
    codecVersions(api),
    flexibleFrom(api),
    [...new Set(askers.map(({ versions }) => versions))].join("; "),
    askers.map(({ folder }) => folder).join(", "),
    brokerVersions(api),
  ];
}

function codecVersions({ request: { versions }, maxVersion }: Api): string {
  const unstable = { min: maxVersion + 1, max: versions.max };
  return versions.max > maxVersion
    ? `${formatVersions(versions)} (${formatVersions(unstable)} *unstable*)`
    : formatVersions(versions);
}

function flexibleFrom({ request, response }: Api): string {
  const [asked, answered] = [firstOf(request.flexible), firstOf(response.flexible)];
  return asked === answered ? asked : `${asked}; response ${answered}`;
}

function clientVersions({ api, minVersion = api.minVersion, maxVersion = api.maxVersion }: SpokenApi): string {
  return formatVersions({ min: minVersion, max: maxVersion });
}

function brokerVersions({ key }: Api): string {
  const handler = handlerByKey.get(key);
  if (handler === undefined) return "";
  const { min, max, advertisedMin = min } = handler.versions;
  const served = formatVersions({ min, max });
  return advertisedMin === min ? served : `${served} (shown as ${formatVersions({ min: advertisedMin, max })})`;
}

/** The keys of Kafka that the codec does not have. */
function leftOut(): KafkaApi[] {
  const ours = new Set(apis.map(({ key }) => key));
  return kafkaApis.filter(({ key }) => !ours.has(key));
}

function leftOutRow({ key, name, removed, scope, validVersions }: KafkaApi): string[] {
  if (removed) return [String(key), name, "", "removed from the protocol"];
  if (scope !== "controller") throw new Error(`${name} is missing from the codec, and there is no reason for it`);
  return [String(key), name, validVersions, "spoken only by controllers and with them, never on a broker's listener"];
}

function messageRow({ name, versions, flexible }: Message): string[] {
  return [name, formatVersions(versions), firstOf(flexible)];
}

const otherModules = "others";
const titles: Readonly<Record<string, string>> = {
  "group-coordinator": "Groups and committed offsets: `__consumer_offsets`",
  "transaction-coordinator": "Transactions: `__transaction_state`",
  "share-coordinator": "Share groups: `__share_group_state`",
  metadata: "The cluster: `__cluster_metadata`",
  storage: "Files beside a partition's log",
  raft: "Files of the quorum",
  [otherModules]: "Control records, and values that travel inside others",
};

function stateSections(): string[] {
  const messages = Object.values<unknown>(stateDoor).filter(isMessage).filter(isState);
  return Object.entries(titles).flatMap(([module, title]) => {
    const rows = messages
      .filter(({ name }) => (moduleOf.get(name) ?? otherModules) === module)
      .sort((a, b) => (a.recordType ?? 0) - (b.recordType ?? 0) || (a.name < b.name ? -1 : 1));
    const typed = rows.some(({ recordType }) => recordType !== undefined);
    return [
      `### ${title}`,
      typed
        ? table(
            ["Record type", "Schema", "Versions", "Flexible from"],
            rows.map((message) => [String(message.recordType), ...messageRow(message)]),
          )
        : table(["Schema", "Versions", "Flexible from"], rows.map(messageRow)),
    ];
  });
}

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && "fields" in value && "versions" in value && "flexible" in value;
}

function isState(message: Message): boolean {
  return !headersAndEmbedded.includes(message) && !messagesOfApis.has(message);
}

const messagesOfApis = new Set(apis.flatMap(({ request, response }) => [request, response]));

function firstOf({ min, max }: VersionRange): string {
  return max < min ? "never" : String(min);
}

/** The release that test/golden was made with. */
function kafkaVersion(): string {
  const text = readFileSync(new URL("../golden/README.md", import.meta.url), "utf8");
  const version = /kafka-clients:(?<version>[\d.]*\d)/.exec(text)?.groups?.["version"];
  if (version === undefined) throw new Error("test/golden/README.md does not say which Kafka it was made with");
  return version;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `|${cells.map((cell) => (cell === "" ? " " : ` ${cell} `)).join("|")}|`;
  return [line(heads), `|${"---|".repeat(heads.length)}`, ...rows.map(line)].join("\n");
}
