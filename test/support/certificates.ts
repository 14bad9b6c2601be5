import { readFileSync } from "node:fs";

const read = (name: string): string => readFileSync(new URL(`./certificates/${name}`, import.meta.url), "utf8");

/** The certificate of the authority that signed {@link brokerTls}. */
export const testAuthority = read("ca.pem");

/** Certificate and key of a broker on localhost. */
export const brokerTls = { cert: read("broker.pem"), key: read("broker-key.pem") };
