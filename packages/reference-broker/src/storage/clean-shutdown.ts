import type { Storage } from "./storage.js";

/** The name of the file by which a broker says, as the last thing before it ends, that every log in the directory was closed. */
export const cleanShutdownFile = ".kafka_cleanshutdown";

/**
 * Marks a log directory as cleanly left, in the form that Apache Kafka reads. To be called after the last log was closed.
 */
export async function writeCleanShutdown(storage: Storage, logDir: string, brokerEpoch = -1): Promise<void> {
  const content = JSON.stringify({ version: 0, brokerEpoch });
  await storage.writeFileAtomic(`${logDir}/${cleanShutdownFile}`, Buffer.from(content, "utf8"));
}

/**
 * Whether the log directory was cleanly left, and takes the mark away, so that a crash from now on counts as one.
 *
 * To be called once at the start, before any log is opened; the answer goes to `PartitionLog.open` as `cleanShutdown`.
 */
export async function takeCleanShutdown(storage: Storage, logDir: string): Promise<boolean> {
  const path = `${logDir}/${cleanShutdownFile}`;
  if (!(await storage.exists(path))) return false;
  await storage.remove(path);
  await storage.fsyncDir(logDir);
  return true;
}
