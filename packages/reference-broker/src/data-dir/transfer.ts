import type { ClusterState } from "../cluster/state.js";
import type { Storage } from "../storage/storage.js";

/**
 * Brings the folders of partitions to the brokers that lead them now: a leader that moved takes its records along, because there is no
 * other replica. A crash between the two finds them in the old place, so this is done at every start as well.
 */
export async function bringFoldersHome(
  storage: Storage,
  {
    directories,
    cluster,
    topics,
  }: {
    readonly directories: ReadonlyMap<number, string>;
    readonly cluster: ClusterState;
    readonly topics: Iterable<string>;
  },
): Promise<void> {
  if (directories.size < 2) return;
  for (const topic of topics) {
    for (const { partition, replicas } of cluster.topic(topic)?.partitions ?? []) {
      const home = directories.get(replicas[0] ?? -1);
      if (home !== undefined) await bringHome(storage, { home, directories, folder: `${topic}-${partition}` });
    }
  }
}

/** Brings the folder of one partition into the directory `home`, from wherever it lies; without effect when it is there or nowhere. */
export async function bringHome(
  storage: Storage,
  {
    home,
    directories,
    folder,
  }: { readonly home: string; readonly directories: ReadonlyMap<number, string>; readonly folder: string },
): Promise<void> {
  if (await storage.exists(`${home}/${folder}`)) return;
  for (const other of directories.values()) {
    if (other === home || !(await storage.exists(`${other}/${folder}`))) continue;
    await storage.rename(`${other}/${folder}`, `${home}/${folder}`);
    await storage.fsyncDir(home);
    await storage.fsyncDir(other);
    return;
  }
}
