/**
 * Who this client says it is in ApiVersions (KIP-511), so that operators can tell clients apart.
 *
 * A broker refuses names and versions that do not match `[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?`: no npm scope, no spaces.
 */
export const clientSoftware = { name: "moldau", version: "0.0.0" } as const;
