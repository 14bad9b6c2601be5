/**
 * For how long a broker's "there is no such topic" is doubted, in milliseconds: a topic that was created a moment ago is not known to every
 * broker yet, and one that does not exist should not cost the whole time of an operation.
 */
export const newsMs = 1000;
