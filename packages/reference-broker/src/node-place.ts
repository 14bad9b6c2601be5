import type { ResolvedNode } from "./check-options.js";
import type { Registration } from "./cluster/registration.js";
import type { LogDirectory } from "./data-dir/log-directory.js";
import { RunningNode, type NodeListener, type SharedParts } from "./running-node.js";

/**
 * Whether one broker of the cluster runs.
 *
 * ```
 *   stopped ──prepare──▶ starting ──open──▶ running
 *      ▲                    │                 │
 *      └──────stopping ◀────┴──────stop───────┘
 * ```
 */
type PlaceLife =
  /** `isClean`: whether the directory was left well when it last ran. */
  | { readonly state: "stopped"; readonly isClean: boolean }
  /** It learns of the cluster and takes its addresses, but nobody is answered yet. `isClean`: as the run before left the directory. */
  | { readonly state: "starting"; readonly node: RunningNode; readonly isClean: boolean }
  | { readonly state: "running"; readonly node: RunningNode }
  | { readonly state: "stopping" };

/** What a {@link NodePlace} is made of. */
export interface NodePlaceOptions {
  readonly node: ResolvedNode;
  readonly directory: LogDirectory;
  readonly shared: SharedParts;
  readonly listeners: readonly (NodeListener & { readonly securityProtocol: number })[];
}

/** The place of one broker in the cluster: its directory and addresses stay, while broker after broker runs in it. */
export class NodePlace {
  readonly nodeId: number;
  readonly rack: string | null;
  readonly directory: LogDirectory;
  readonly #options: NodePlaceOptions;
  #listeners: NodePlaceOptions["listeners"];
  #life: PlaceLife;

  constructor(options: NodePlaceOptions) {
    this.nodeId = options.node.nodeId;
    this.rack = options.node.rack;
    this.directory = options.directory;
    this.#options = options;
    this.#listeners = options.listeners;
    this.#life = { state: "stopped", isClean: options.directory.wasCleanlyLeft };
  }

  /** The broker that runs here, also while it starts; undefined while none does. */
  get node(): RunningNode | undefined {
    return this.#life.state === "starting" || this.#life.state === "running" ? this.#life.node : undefined;
  }

  /** Whether clients are answered here. */
  get isRunning(): boolean {
    return this.#life.state === "running";
  }

  /** Whether the directory was left well by the broker that ran here last. */
  get wasLeftWell(): boolean {
    return this.#life.state === "stopped" && this.#life.isClean;
  }

  /**
   * Begins a run: reads the metadata, takes the addresses. Resolves to what is to be registered. Rejects with the system's error when an
   * address cannot be had; nothing runs then.
   */
  async prepare(): Promise<Registration> {
    const { node: resolved, directory, shared } = this.#options;
    if (this.#life.state !== "stopped")
      throw new Error(`the broker ${this.nodeId} is ${this.#life.state}, not stopped`);
    const node = new RunningNode(resolved, directory, shared);
    this.#life = { state: "starting", node, isClean: this.#life.isClean };
    try {
      await node.prepare();
      const bound = await node.bind(this.#listeners);
      // A broker that comes back is found where it was: the next run asks for the very ports that this one got.
      this.#listeners = this.#listeners.map((listener, at) => ({
        ...listener,
        settings: { ...listener.settings, port: bound[at]?.port ?? listener.settings.port },
      }));
      const endpoints = bound.map((endpoint, at) => ({
        ...endpoint,
        securityProtocol: this.#listeners[at]?.securityProtocol ?? 0,
      }));
      return { nodeId: this.nodeId, rack: this.rack, endpoints, directoryId: directory.directoryId };
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Opens its logs and answers. To be called when the broker is registered. */
  async open(): Promise<void> {
    if (this.#life.state !== "starting") return;
    const { node } = this.#life;
    await node.serve();
    this.#life = { state: "running", node };
  }

  /** Ends the run: cuts connections, closes logs. Without effect when nothing runs. */
  async stop(): Promise<void> {
    const life = this.#life;
    if (life.state !== "starting" && life.state !== "running") return;
    this.#life = { state: "stopping" };
    let isClean = false;
    try {
      // A broker that never came to opening its logs leaves them as it found them.
      isClean = (await life.node.close()) && (life.state === "running" || life.isClean);
    } finally {
      this.#life = { state: "stopped", isClean };
    }
  }
}
