import { ErrorCode, Uuid } from "@moldau/protocol-codec";
import type { Storage } from "../storage/storage.js";
import { LogError } from "./log-error.js";

/** The name of the file that says which topic a partition's directory belongs to. */
export const partitionMetadataFile = "partition.metadata";

/** The topic id in a partition's directory, or undefined when there is none. Throws a {@link LogError} when the file is malformed. */
export async function readPartitionMetadata(storage: Storage, dir: string): Promise<Uuid | undefined> {
  const bytes = await storage.readFile(`${dir}/${partitionMetadataFile}`);
  if (bytes === undefined) return undefined;
  const match = /^version:\s*0\s*\ntopic_id:\s*(\S+)\s*$/.exec(bytes.toString("utf8"));
  if (match?.[1] === undefined)
    throw new LogError(ErrorCode.KAFKA_STORAGE_ERROR, `${dir}/${partitionMetadataFile} is malformed`);
  return Uuid.parse(match[1]);
}

/**
 * Makes sure that the directory belongs to this topic: writes the file when there is none.
 *
 * Throws INCONSISTENT_TOPIC_ID when it names another topic, such as one of the same name that was deleted.
 */
export async function claimPartitionDir(storage: Storage, dir: string, topicId: Uuid): Promise<void> {
  const found = await readPartitionMetadata(storage, dir);
  if (found === undefined) {
    await storage.writeFileAtomic(
      `${dir}/${partitionMetadataFile}`,
      Buffer.from(`version: 0\ntopic_id: ${topicId.toString()}`, "utf8"),
    );
  } else if (!found.equals(topicId)) {
    throw new LogError(
      ErrorCode.INCONSISTENT_TOPIC_ID,
      `${dir} belongs to topic id ${found.toString()}, not to ${topicId.toString()}`,
    );
  }
}
