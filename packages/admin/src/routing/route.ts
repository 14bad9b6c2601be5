import { ClientErrorCode, type Cluster, type OperationOptions } from "@moldau/connection-pool";
import { KafkaError } from "@moldau/protocol-codec";

/** The rule by which an operation's items find the brokers that can do something about them. */
export interface Route<in Item> {
  /** Kafka's error numbers that say of an item that nothing was done, and that another broker or another moment may do it. */
  readonly refusals: ReadonlySet<number>;
  /**
   * Finds the broker of each item.
   *
   * @throws {KafkaError} when no broker could be asked for any of them.
   */
  find<Each extends Item>(cluster: Cluster, items: readonly Each[], wait: OperationOptions): Promise<Directions<Each>>;
  /** Unlearns where these items are asked for: a refusal or a lost connection has shown that it may be somewhere else by now. */
  forget(cluster: Cluster, items: readonly Item[]): void | Promise<void>;
}

/** Who to ask about which items. */
export interface Directions<Item> {
  /** The items by the node id of their broker; `undefined` stands for any broker. */
  readonly byNode: ReadonlyMap<number | undefined, readonly Item[]>;
  /** The items whose broker could not be found, and why. */
  readonly lost: ReadonlyMap<Item, KafkaError>;
}

/** Sends all items the same way. */
export function together<Item>(node: number | undefined, items: readonly Item[]): Directions<Item> {
  return { byNode: new Map([[node, items]]), lost: new Map() };
}

/** Sends each item where `nodeOf` says; what it throws of one item concerns that item only, unless the caller gave up or it is a bug. */
export async function apart<Item>(
  items: readonly Item[],
  nodeOf: (item: Item) => Promise<number | undefined>,
): Promise<Directions<Item>> {
  const byNode = new Map<number | undefined, Item[]>();
  const lost = new Map<Item, KafkaError>();
  const place = async (item: Item): Promise<void> => {
    try {
      const node = await nodeOf(item);
      const others = byNode.get(node);
      if (others) others.push(item);
      else byNode.set(node, [item]);
    } catch (error) {
      lost.set(item, failureOfOne(error));
    }
  };
  await Promise.all(items.map(place));
  return { byNode, lost };
}

/** Passes on a failure that concerns some items only. @throws whatever ends the whole operation: the caller gave up, the client was closed, a bug. */
export function failureOfOne(error: unknown): KafkaError {
  if (error instanceof KafkaError && error.code !== ClientErrorCode.ABORTED && error.code !== ClientErrorCode.CLOSED)
    return error;
  throw error;
}
