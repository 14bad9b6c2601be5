import { Readable } from "node:stream";
import { asKafkaError } from "@moldau/connection-pool";
import type { Message } from "./message.js";

/**
 * A Node stream of messages that reads nothing ahead: a message is asked for when whoever reads the stream is ready for
 * it, and the one before counts as done then. Destroying the stream ends the loop; what is in hand is not done.
 */
export function messageStream(loop: AsyncIterableIterator<Message, undefined>): Readable {
  return new Readable({
    objectMode: true,
    // With anything more the stream would ask for the next message while its sink is still full.
    highWaterMark: 0,
    read() {
      loop.next().then(
        ({ done, value }) => this.push(done === true ? null : value),
        (error: unknown) => this.destroy(asKafkaError(error)),
      );
    },
    destroy(error, done) {
      // It ends the loop at once, and never fails.
      void loop.return?.();
      done(error);
    },
  });
}
