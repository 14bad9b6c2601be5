import { ApiVersions } from "@moldau/protocol-codec";
import { RawConnection } from "./raw-connection.js";

/** What a broker tells of a feature in each version of ApiVersions that speaks of features: `supported 0-2, finalized 1`. */
export async function featureTold(address: string, feature: string): Promise<Readonly<Record<string, string>>> {
  const connection = await RawConnection.open(address, "features");
  const told: Record<string, string> = {};
  const client = { clientSoftwareName: "features", clientSoftwareVersion: "1" };
  for (const version of [3, 4]) {
    const answer = await connection.request(ApiVersions, version, client);
    const supported = answer.supportedFeatures.find(({ name }) => name === feature);
    const finalized = answer.finalizedFeatures.find(({ name }) => name === feature);
    told[`ApiVersions ${version}`] = [
      supported === undefined ? "not supported" : `supported ${supported.minVersion}-${supported.maxVersion}`,
      finalized === undefined ? "not finalized" : `finalized ${finalized.minVersionLevel}-${finalized.maxVersionLevel}`,
    ].join(", ");
  }
  connection.close();
  return told;
}
