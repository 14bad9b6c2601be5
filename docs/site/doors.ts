import { join } from "node:path";
import { repository } from "./repository.js";

/** A door of a published package: what can be imported by one name. */
export interface Door {
  /** By what it is imported, like "@moldau/producer". */
  readonly name: string;
  /** The package's folder, like "packages/producer". */
  readonly folder: string;
  /** The module of its sources that is imported, without its ending: "index", or the name of a further door. */
  readonly module: string;
  /** The folder of its pages below docs/reference. */
  readonly pages: string;
  /** Whether each export has a page to itself, as applications want it; else those of one kind of use share one. */
  readonly isRoomy: boolean;
  /** One sentence about what it is for. */
  readonly purpose: string;
}

/** All public doors, in the order of how often they are opened. What several of them give out is told of at the first. */
export const doors: readonly Door[] = [
  {
    ...door("moldau", "client"),
    isRoomy: true,
    purpose: "The client that applications use: Kafka, producers, consumers, the admin.",
  },
  {
    ...door("@moldau/reference-broker", "reference-broker"),
    isRoomy: true,
    purpose: "The broker for tests and development: options, faults, what it tells.",
  },
  { ...door("@moldau/producer", "producer"), purpose: "The producer by itself, over any cluster that is given to it." },
  {
    ...door("@moldau/consumer", "consumer"),
    purpose: "The consumer by itself, and its ways of sharing out partitions.",
  },
  { ...door("@moldau/admin", "admin"), purpose: "The admin by itself." },
  {
    ...door("@moldau/connection-pool", "connection-pool"),
    purpose: "Connections, metadata, coordinators, logins, attempts: what the clients stand on.",
  },
  {
    ...door("@moldau/protocol-codec", "protocol-codec"),
    purpose: "The protocol as bytes: messages, frames, record batches, compression.",
  },
  {
    ...door("@moldau/protocol-codec", "protocol-codec", "state"),
    purpose: "The records of Kafka's own logs: offsets and groups, transactions, metadata.",
  },
  { ...door("@moldau/platform", "platform"), purpose: "What is taken from the computer: time, chance, sockets." },
];

/** The module that is imported by a door, as a path in the repository. */
export function sourceOf({ folder, module }: Door): string {
  return join(repository, folder, "src", `${module}.ts`);
}

function door(packageName: string, folder: string, module = "index"): Omit<Door, "purpose"> {
  const isIndex = module === "index";
  return {
    name: isIndex ? packageName : `${packageName}/${module}`,
    folder: `packages/${folder}`,
    module,
    pages: isIndex ? packageName.replace("@moldau/", "") : `${folder}-${module}`,
    isRoomy: false,
  };
}
