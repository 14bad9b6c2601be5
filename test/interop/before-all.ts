import { archiveApacheKafkasClasses, missingForApacheKafka } from "../support/apache-kafka.js";
import { missingForKcat } from "../support/kcat.js";
import { missingForLibrdkafka } from "../support/python.js";

/** Before the run: tests that are skipped for want of a program are counted by Vitest, but not explained. And what all of them start from is made once. */
export async function setup(): Promise<void> {
  const java = missingForApacheKafka();
  if (java === undefined) await archiveApacheKafkasClasses();
  else process.stdout.write(`Left out are all tests with Apache Kafka and its tools: ${java}.\n`);
  const kcat = missingForKcat();
  if (kcat !== undefined) process.stdout.write(`Left out are all tests with kcat: ${kcat}.\n`);
  const librdkafka = missingForLibrdkafka();
  if (librdkafka !== undefined) process.stdout.write(`Left out are all tests with librdkafka: ${librdkafka}.\n`);
}
