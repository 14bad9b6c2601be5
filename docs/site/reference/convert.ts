import { join } from "node:path";
import { Application, LogLevel, type ProjectReflection } from "typedoc";
import { doors, sourceOf } from "../doors.js";
import { repository, repositoryUrl } from "../repository.js";

/**
 * Reads the doc comments of all doors. Sources are read, not declarations, so that everything knows its line.
 *
 * @throws {Error} after all of them were printed, when there were warnings: a link in a comment that leads nowhere, a type on the public
 * face that is not exported and so has no page.
 */
export async function convert(): Promise<ProjectReflection> {
  const app = await Application.bootstrap({
    entryPoints: doors.map(sourceOf),
    tsconfig: join(repository, "docs/site/reference/tsconfig.sources.json"),
    basePath: repository,
    displayBasePath: repository,
    disableGit: true,
    gitRevision: "main",
    sourceLinkTemplate: `${repositoryUrl}/blob/main/{path}#L{line}`,
    // `npm run types` checks them, with the compiler that builds them.
    skipErrorChecking: true,
    sort: ["source-order"],
    excludePrivate: true,
    excludeExternals: true,
    readme: "none",
    logLevel: LogLevel.Warn,
    validation: { notExported: true, invalidLink: true, invalidPath: false, rewrittenLink: true, notDocumented: false },
    intentionallyNotExported: [],
  });
  const project = await app.convert();
  if (project !== undefined) app.validate(project);
  if (project === undefined || app.logger.hasErrors() || app.logger.hasWarnings()) {
    throw new Error("The reference cannot be made from the doc comments as they are: see the warnings above.");
  }
  return project;
}
