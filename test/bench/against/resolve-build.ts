// A hook of Node's module loader, see use-build.ts.

import type { InitializeHook, ResolveHook } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** A place in the build's own tests: from there the names of packages lead to that build. */
let place = "";

/** Takes the build's folder. */
export const initialize: InitializeHook<string> = (folder) => {
  place = pathToFileURL(join(folder, "test/bench/any.js")).href;
};

/** Looks our packages up from the build, when it is the benchmark that asks for them; they find each other by themselves. */
export const resolve: ResolveHook = (specifier, context, next) => {
  const isOurs = /^(moldau$|@moldau\/)/.test(specifier) && context.parentURL?.startsWith(benchmark) === true;
  return next(specifier, isOurs ? { ...context, parentURL: place } : context);
};

const benchmark = new URL("../../", import.meta.url).href;
