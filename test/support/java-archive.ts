import { existsSync } from "node:fs";
import { delimiter, dirname } from "node:path";

/*
 * Class data sharing (JEP 350): what Java has made of the classes that Apache Kafka loads, kept in a file. With it a broker starts with a third of the
 * processor time, and its tools with half. A file that another Java has made, or another class path, is passed over.
 */

/** Where the archive of the classes of a class path lies, or would lie: beside the folder of its libraries. */
export function archiveOf(classpath: string): string {
  const [first = ""] = classpath.split(delimiter);
  return `${dirname(first)}.jsa`;
}

/** Options of Java for a program that lives for seconds: quick compilation is better than good code, and an archive, if there is one, than loading. */
export function quickJava(classpath: string): readonly string[] {
  const archive = archiveOf(classpath);
  // Without the second option Java writes to a tool's standard output that it cannot use the archive.
  const shared = existsSync(archive) ? [`-XX:SharedArchiveFile=${archive}`, "-Xlog:disable"] : [];
  return ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", ...shared];
}
