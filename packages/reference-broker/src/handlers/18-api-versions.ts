import { ApiVersions, ErrorCode } from "@moldau/protocol-codec";
import { metadataVersions } from "../cluster/registration.js";
import { handler } from "../network/handler.js";
import { versionsTold } from "../security/authentication.js";

/**
 * ApiVersions 0-4: what this broker can do.
 *
 * From version 3 on the client says what software it is; a name or version that is not one gets INVALID_REQUEST. A version that is not
 * served is answered in version 0 with UNSUPPORTED_VERSION (KIP-511), which the dispatcher does. Produce is shown from version 0 on, as
 * Apache Kafka does, although only 3 and later are served: librdkafka reads the range to choose codecs (KAFKA-18659). Versions 0 to 3 leave
 * out features whose lowest version is 0 (KIP-1022); this broker has none.
 */
export const apiVersions = handler({
  api: ApiVersions,
  versions: { min: 0, max: 4 },
  refuse: (_request, { errorCode }) => ({ errorCode }),
  answer: ({ clientSoftwareName, clientSoftwareVersion }, { broker, session, apiVersion }) => {
    if (apiVersion >= 3 && !(softwarePattern.test(clientSoftwareName) && softwarePattern.test(clientSoftwareVersion))) {
      return { errorCode: ErrorCode.INVALID_REQUEST };
    }
    session.authentication = versionsTold(session.authentication);
    const metadataVersion = broker.cluster.featureLevel("metadata.version");
    const finalized =
      metadataVersion > 0
        ? [{ name: "metadata.version", maxVersionLevel: metadataVersion, minVersionLevel: metadataVersion }]
        : [];
    return {
      apiKeys: broker.apis.map(({ api: { key }, versions: { min, max, advertisedMin = min } }) => ({
        apiKey: key,
        minVersion: advertisedMin,
        maxVersion: max,
      })),
      supportedFeatures: [
        { name: "metadata.version", minVersion: metadataVersions.min, maxVersion: metadataVersions.max },
      ],
      finalizedFeatures: finalized,
      finalizedFeaturesEpoch: broker.controller.offset,
    };
  },
});

const softwarePattern = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;
