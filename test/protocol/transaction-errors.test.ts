import { expect, test } from "vitest";
import { transactionErrorsPage } from "./transaction-errors.js";

test("docs/reference/errors.md says what the producer does", async () => {
  await expect(
    transactionErrorsPage(),
    "The page is out of date. Write it again with: npm run docs",
  ).toMatchFileSnapshot("../../docs/reference/errors.md");
});
