// The pieces of the codec in a process of its own: does what the comparison of builds asks for, sample by sample.

import { decode } from "@moldau/protocol-codec";
import { batchMicros, primitiveMicros } from "./micro/batches.js";
import type { MessageSample } from "./micro/message-samples.js";
import { requestSamples } from "./micro/requests.js";
import { responseSamples } from "./micro/responses.js";
import { serveSamples } from "./sample-server.js";
import type { Work } from "./sampler.js";

const pieces = [...primitiveMicros(), ...batchMicros()].map(({ name, run }): [string, Work] => [name, run]);
const messages = [...responseSamples(), ...requestSamples()].flatMap(worksOf);

serveSamples({ title: "the pieces of the codec", works: new Map([...pieces, ...messages]) });

function worksOf({ message, what, version, bytes, encode }: MessageSample): [string, Work][] {
  const name = what === "" ? message.name : `${message.name}, ${what}`;
  return [
    [`${name}: encode`, encode],
    [`${name}: decode`, () => decode(message, version, bytes)],
  ];
}
