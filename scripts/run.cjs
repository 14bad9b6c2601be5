"use strict";
// The door of every command in package.json: `npm start`, `npm test` and the rest all come through here.
// Plain old JavaScript, because its first duty is to tell a Node that is too old that it is.

var version = /^(\d+)\.(\d+)/.exec(process.versions.node);
var major = Number(version && version[1]);
var minor = Number(version && version[2]);

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    "Moldau needs Node.js 20.19 or newer, and this is Node.js " +
      process.versions.node +
      ". " +
      "Install a newer one from https://nodejs.org and run the same command again.",
  );
  process.exit(1);
}

import("./run.mjs")
  .then(function (tasks) {
    return tasks.run(process.argv[2], process.argv.slice(3));
  })
  .catch(function (error) {
    console.error(error && error.expected ? "moldau: " + error.message : error);
    process.exitCode = 1;
  });
