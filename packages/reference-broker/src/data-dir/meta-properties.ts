import type { Storage } from "../storage/storage.js";

/** What Apache Kafka notes of a log directory in `meta.properties` (version 1, KRaft). */
export interface MetaProperties {
  readonly clusterId: string;
  readonly nodeId: number;
  /** Base64url id of this directory; absent in directories that Kafka made before 3.7. */
  readonly directoryId: string | undefined;
}

/** The name of the file. */
export const metaPropertiesFile = "meta.properties";

/** Reads the file of a log directory; undefined when there is none. Throws an Error with a sentence when it is malformed. */
export async function readMetaProperties(storage: Storage, dir: string): Promise<MetaProperties | undefined> {
  const bytes = await storage.readFile(`${dir}/${metaPropertiesFile}`);
  if (bytes === undefined) return undefined;
  const values = parseProperties(bytes.toString("utf8"));
  const clusterId = values.get("cluster.id");
  const nodeId = Number(values.get("node.id") ?? Number.NaN);
  if (values.get("version") !== "1" || clusterId === undefined || !Number.isInteger(nodeId)) {
    throw new Error(
      `${dir}/${metaPropertiesFile} is malformed: version=1, cluster.id and node.id are wanted. Is ${dir} a data directory of this broker?`,
    );
  }
  return { clusterId, nodeId, directoryId: values.get("directory.id") };
}

/** Writes the file as a whole. */
export async function writeMetaProperties(storage: Storage, dir: string, properties: MetaProperties): Promise<void> {
  const { clusterId, nodeId, directoryId } = properties;
  const lines = [
    "#",
    `cluster.id=${clusterId}`,
    `node.id=${nodeId}`,
    "version=1",
    ...(directoryId === undefined ? [] : [`directory.id=${directoryId}`]),
  ];
  await storage.writeFileAtomic(`${dir}/${metaPropertiesFile}`, Buffer.from(`${lines.join("\n")}\n`, "utf8"));
}

/** Java's properties, as far as this file uses them: comments, `key=value`, a backslash before a special character. */
function parseProperties(text: string): ReadonlyMap<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "" && !/^\s*[#!]/.test(line));
  return new Map(
    lines.map((line) => {
      const [, key = "", value = ""] = /^\s*([^=:\s]+)\s*[=:]\s*(.*)$/.exec(line) ?? [];
      return [key, value.replaceAll(/\\(.)/g, "$1")];
    }),
  );
}
