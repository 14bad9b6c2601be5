import { expect, test } from "vitest";
import { parseUserFile, parseUserVariable } from "./parse-user.js";

const users = [
  { username: "alice", password: "one two" },
  { username: "bob", password: "p:w" },
];

test("a file of users has one a line, with comments and empty lines between them", () => {
  expect(parseUserFile("# ours\nalice:one two\r\n\nbob:p:w\n", "f")).toEqual(users);
});

test("what is wrong in a file is told by its line, and never shows a password", () => {
  expect(() => parseUserFile("alice:a\nsecret", "users.txt")).toThrow(
    /^line 2 of users.txt takes NAME:PASSWORD: there is no colon in it.$/,
  );
});

test("the environment's users are separated by white space", () => {
  expect(parseUserVariable(" a:b\nc:d e:f ")).toEqual([
    { username: "a", password: "b" },
    { username: "c", password: "d" },
    { username: "e", password: "f" },
  ]);
});
