import type { Keys } from "./samples.js";

/** What one row of the comparison does with one message. */
export interface Row {
  /** Unique among the rows: contenders offer their tasks under it. */
  readonly id: string;
  /** What there is in the message. */
  readonly what: string;
  /** Whether the row is about a batch of records. */
  readonly records: boolean;
}

/*
 * Clients encode requests and decode responses, so that is what can be compared. kafkajs stops before the flexible
 * versions and @platformatic/kafka 1 begins with them, so most messages stand here twice: in the newest version of each.
 * Who speaks a version takes part in its row, with the same bytes.
 */
const versions = {
  Metadata: [6, 12],
  Produce: [7, 11],
  Fetch: [11, 17],
  JoinGroup: [5, 9],
  Heartbeat: [3, 4],
  OffsetCommit: [5, 9],
} as const;

/** The APIs that are compared. */
export type ComparedApi = keyof typeof versions;

interface Kind {
  readonly api: ComparedApi;
  readonly direction: "Request" | "Response";
  readonly what: string;
  /** Tells rows of the same message apart. */
  readonly form?: string;
}

/** The rows with a batch of 1,000 records: 100 bytes each, as a value alone or as key and value. */
function recordKinds(keys: Keys): readonly Kind[] {
  const records = keys === "plain" ? "1,000 values of 100 B" : "1,000 keys and values,";
  return [
    { api: "Produce", direction: "Request", form: formOf(keys, "strings"), what: `${records} from strings` },
    { api: "Produce", direction: "Request", form: formOf(keys, "buffers"), what: `${records} from Buffers` },
    { api: "Fetch", direction: "Response", form: formOf(keys, "strings"), what: `${records} to strings` },
    { api: "Fetch", direction: "Response", form: formOf(keys, "buffers"), what: `${records} to Buffers` },
    { api: "Fetch", direction: "Response", form: formOf(keys, "checked"), what: "the same, our CRC checked" },
  ];
}

const kinds: readonly Kind[] = [
  { api: "Metadata", direction: "Request", what: "100 topics" },
  { api: "Metadata", direction: "Response", what: "100 topics x 12 partitions" },
  { api: "Produce", direction: "Response", what: "12 partitions" },
  { api: "Fetch", direction: "Request", what: "12 partitions" },
  ...recordKinds("plain"),
  ...recordKinds("keyed"),
  { api: "JoinGroup", direction: "Request", what: "2 protocols" },
  { api: "JoinGroup", direction: "Response", what: "50 members" },
  { api: "Heartbeat", direction: "Request", what: "one member" },
  { api: "Heartbeat", direction: "Response", what: "one member" },
  { api: "OffsetCommit", direction: "Request", what: "3 partitions" },
  { api: "OffsetCommit", direction: "Response", what: "3 partitions" },
];

/** The rows of the comparison, in the order in which they are printed. */
export const rows: readonly Row[] = kinds.flatMap(({ api, direction, form, what }) =>
  versions[api].map((version) => ({
    id: rowId(`${api}${direction}`, version, form),
    what,
    records: form !== undefined,
  })),
);

/** Tells the rows with records apart: by whether the records have keys, and by what a client hands over or gets. */
export function formOf(keys: Keys, parts: "strings" | "buffers" | "checked"): string {
  return keys === "plain" ? parts : `${keys} ${parts}`;
}

/** The row of a message in a version; `form` says which, where a message has several. */
export function rowId(message: string, version: number, form?: string): string {
  return `${message} v${version}${form === undefined ? "" : ` ${form}`}`;
}
