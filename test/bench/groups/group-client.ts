/** How a member belongs to its group. */
export type Protocol = "eager" | "cooperative" | "next generation";

/** A member to make, and who hears of what it reads. */
export interface MemberToMake {
  readonly brokers: string;
  readonly topic: string;
  readonly group: string;
  readonly protocol: Protocol;
  /** Hears of each message, when the application gets it. */
  readonly read: (partition: number) => void;
}

/** A client in groups: makes a member that reads until the process ends, with the client's own defaults for all but the protocol. */
export interface GroupClient {
  join(member: MemberToMake): Promise<void>;
}

/** Each is loaded only when it is the one: a process has no other client in memory. */
const clients: Readonly<Record<string, () => Promise<GroupClient>>> = {
  moldau: async () => (await import("./members/moldau.js")).moldau,
  kafkajs: async () => (await import("./members/kafkajs.js")).kafkajs,
  platformatic: async () => (await import("./members/platformatic.js")).platformatic,
};

/** The clients that are compared, and how. */
export const contenders: readonly { readonly client: string; readonly protocol: Protocol }[] = [
  ...(["eager", "cooperative", "next generation"] as const).map((protocol) => ({ client: "moldau", protocol })),
  { client: "kafkajs", protocol: "eager" },
  ...(["eager", "next generation"] as const).map((protocol) => ({ client: "platformatic", protocol })),
];

/** Loads one. @throws {Error} when there is none of this name. */
export async function groupClient(name: string): Promise<GroupClient> {
  const client = await clients[name]?.();
  if (client === undefined) throw new Error(`no client ${name}: there are ${Object.keys(clients).join(", ")}`);
  return client;
}
