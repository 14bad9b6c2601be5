// Makes docs/reference/consumer-options.md of the doc comments of the consumer's options. `npm run docs` puts the result into its place.

/** The options by use, in the order of the page; each stands in one place. */
const sections: readonly Section[] = [
  {
    heading: "What to read, and where to begin",
    options: [
      "groupId",
      "topics",
      "topicPattern",
      "startFrom",
      "onDataLoss",
      "isolationLevel",
      "allowAutoTopicCreation",
    ],
  },
  { heading: "What counts as done", options: ["autoCommit", "autoCommitIntervalMs"] },
  {
    heading: "Sharing partitions with others",
    about: "How the protocols differ, and how to change from one to another: [groups](../guides/groups.md).",
    options: ["protocol", "assignors", "remoteAssignor", "groupInstanceId"],
  },
  {
    heading: "Staying a member",
    about: "What takes long, and what happens then: [slow work](../guides/consuming.md#bodies-that-take-long).",
    options: ["sessionTimeoutMs", "heartbeatIntervalMs", "heartbeat", "rebalanceTimeoutMs", "maxPollIntervalMs"],
  },
  {
    heading: "Fetching",
    about: "What trades what for what: [tuning](../guides/tuning.md).",
    options: ["fetchMaxWaitMs", "fetchMinBytes", "fetchMaxBytes", "partitionMaxBytes", "maxBufferedBytes"],
  },
  { heading: "Compression", options: ["codecs", "maxDecompressedBytes"] },
];

interface Section {
  readonly heading: string;
  /** A sentence that stands below the heading. Default: none. */
  readonly about?: string;
  /** Names of options; those that there are not are passed over. */
  readonly options: readonly string[];
}

/** An option as the source declares it. */
interface Option {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  /** Its doc comment, as Markdown. */
  readonly comment: string;
}

const beginning = `# Options of the consumer

<!-- Written by \`npm run docs\` from the doc comments of the sources: do not edit. docs/site/consumer-options.ts says how. -->

What \`kafka.consumer({ … })\` takes. Times are in milliseconds, sizes in bytes; an option that there is not is refused by name, and so is one that the
chosen protocol leaves to the broker. What they are for, with programs: [consuming](../guides/consuming.md).
`;

/** Makes the page. @throws {Error} when an option stands in no section. */
export function consumerOptionsPage(source: string): string {
  const options = new Map(declaredIn(source).map((option) => [option.name, option]));
  const placed = new Set(sections.flatMap((section) => section.options));
  const forgotten = [...options.keys()].filter((name) => !placed.has(name));
  if (forgotten.length > 0)
    throw new Error(`docs/site/consumer-options.ts gives no place to: ${forgotten.join(", ")}.`);
  const written = sections.map(({ heading, about, options: names }) => {
    const entries = names.flatMap((name) => options.get(name) ?? []).map(entry);
    return [`## ${heading}\n`, ...(about === undefined ? [] : [`${about}\n`]), ...entries].join("\n");
  });
  return [beginning, ...written].join("\n");
}

function entry({ name, type, isRequired, comment }: Option): string {
  return `### \`${name}\`\n\n\`${type}\`${isRequired ? ", required" : ""}\n\n${comment}\n`;
}

/** Reads the interface of the options, as the sources write it. */
function declaredIn(source: string): readonly Option[] {
  const declared = /^export interface ConsumerOptions \{\n(?<body>.*?)^\}/ms.exec(source)?.groups?.["body"];
  if (declared === undefined) throw new Error("There is no declaration of ConsumerOptions.");
  const found = [
    ...declared.matchAll(/\/\*\*(?<comment>.*?)\*\/\s+readonly (?<name>\w+)(?<mark>\??): (?<type>.*?);$/gms),
  ];
  const names = [...declared.matchAll(/^ {2}readonly (?<name>\w+)/gm)];
  if (found.length !== names.length) throw new Error("An option of ConsumerOptions has no doc comment.");
  return found.map(({ groups: { comment = "", name = "", mark = "", type = "" } = {} }) => ({
    ...{ name, type: type.replaceAll(/\s+/g, " "), isRequired: mark === "" },
    comment: markdownOf(comment),
  }));
}

function markdownOf(comment: string): string {
  return comment
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trim())
    .join("\n")
    .trim()
    .replaceAll(/\{@link (?<name>[^}]+)\}/g, "`$<name>`");
}
