// What the documentation is made from; applications have no use for it.
export { spokenApis } from "./apis.js";
export { ruleOf, transactionErrorRules } from "./transaction/error-rules.js";
export type { ApiErrorRules, ErrorRule, TransactionalApi } from "./transaction/error-rules.js";
