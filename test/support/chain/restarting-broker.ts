import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ChildProgram } from "../child-program.js";
import { freePort } from "../free-ports.js";
import { repository } from "../repository.js";

const command = join(repository, "packages/reference-broker/bin/reference-broker.js");

/** A broker in a process of its own, on a directory, that is killed (SIGKILL) and started again and again until it is told not to. */
export class RestartingBroker {
  readonly bootstrapServers: string;
  readonly #dataDir = mkdtempSync(join(tmpdir(), "restarted-"));
  readonly #options: readonly string[];
  #program: ChildProgram | undefined;
  #killing: Promise<void> | undefined;
  #isOver = false;
  #kills = 0;

  private constructor(port: number, options: readonly string[]) {
    this.bootstrapServers = `127.0.0.1:${port}`;
    this.#options = ["--port", String(port), "--data", this.#dataDir, ...options];
  }

  /** Starts it, with further options of the command line; nothing is killed yet. */
  static async start(options: readonly string[] = []): Promise<RestartingBroker> {
    const broker = new RestartingBroker(await freePort(), options);
    await broker.#start();
    return broker;
  }

  /** How often it was killed. */
  get kills(): number {
    return this.#kills;
  }

  /** Lets it run for a random time between the two, in milliseconds; kills it; starts it; and so on. The first time comes three times as soon. */
  killAgainAndAgain(leastMs: number, mostMs: number): void {
    this.#killing = (async () => {
      for (let share = 1 / 3; !this.#isOver; share = 1) {
        await sleep(share * (leastMs + Math.random() * (mostMs - leastMs)));
        if (this.#isOver) return;
        await this.#kill();
        await this.#start();
      }
    })();
  }

  /** Lets it live from now on. Rejects with what kept it from starting again. */
  async spare(): Promise<void> {
    this.#isOver = true;
    await this.#killing;
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#killing?.catch(() => {}); // Who wanted to know has asked by `spare`.
    await this.#program?.close();
    rmSync(this.#dataDir, { recursive: true, force: true });
  }

  async #kill(): Promise<void> {
    this.#program?.kill();
    await this.#program?.ended();
    this.#kills += 1;
  }

  async #start(): Promise<void> {
    this.#program = new ChildProgram(process.execPath, [command, ...this.#options]);
    await this.#program.waitFor(/Ready on (\S+)/);
  }
}
