import { ApiVersions, ErrorCode } from "@moldau/protocol-codec";
import { features } from "../cluster/features.js";
import { handler } from "../network/handler.js";
import { versionsTold } from "../security/authentication.js";

/**
 * ApiVersions 0-4: what this broker can do.
 *
 * From version 3 on the client says what software it is; a name or version that is not one gets INVALID_REQUEST. A version that is not
 * served is answered in version 0 with UNSUPPORTED_VERSION (KIP-511), which the dispatcher does. Produce is shown from version 0 on, as
 * Apache Kafka does, although only 3 and later are served: librdkafka reads the range to choose codecs (KAFKA-18659). Versions 0 to 3 leave
 * out supported features whose lowest version is 0 (KIP-1022), such as `transaction.version`; what is finalised is told in each. A feature at
 * level 0 is not finalised.
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
    return {
      apiKeys: broker.apis.map(({ api: { key }, versions: { min, max, advertisedMin = min } }) => ({
        apiKey: key,
        minVersion: advertisedMin,
        maxVersion: max,
      })),
      supportedFeatures: features
        .filter(({ min }) => min > 0 || apiVersion >= firstVersionWithLevelZero)
        .map(({ name, min, max }) => ({ name, minVersion: min, maxVersion: max })),
      finalizedFeatures: features
        .map(({ name }) => ({ name, level: broker.cluster.featureLevel(name) }))
        .filter(({ level }) => level > 0)
        .map(({ name, level }) => ({ name, maxVersionLevel: level, minVersionLevel: level })),
      finalizedFeaturesEpoch: broker.controller.offset,
    };
  },
});

const firstVersionWithLevelZero = 4;
const softwarePattern = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;
