import { api, array, bool, int16, int32, int8, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of DescribeConfigs. */
export const DescribeConfigsRequest = message("DescribeConfigsRequest", { versions: "1-4", flexible: "4+" }, () => ({
  /** The resources. */
  resources: array({
    /** The kind of the resource: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group. */
    resourceType: int8,
    /** The name of the resource. */
    resourceName: string,
    /** The keys to describe, or null for all. */
    configurationKeys: nullable(array(string)),
  }),
  /** Whether to list where else the value could come from. */
  includeSynonyms: bool.in("1+"),
  /** Whether to give the documentation of each key. */
  includeDocumentation: bool.in("3+"),
}));
export type DescribeConfigsRequest = Infer<typeof DescribeConfigsRequest>;
/** One resource of a request of DescribeConfigs. */
export type DescribeConfigsRequestResource = DescribeConfigsRequest["resources"][number];

/** The response of DescribeConfigs. */
export const DescribeConfigsResponse = message("DescribeConfigsResponse", { versions: "1-4", flexible: "4+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32,
  /** The results, one for each item of the request. */
  results: array({
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** The broker's words on the error, or null. */
    errorMessage: nullable(string),
    /** The kind of the resource: 2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group. */
    resourceType: int8,
    /** The name of the resource. */
    resourceName: string,
    /** The configuration's keys and values. */
    configs: array({
      /** The configuration's key. */
      name: string,
      /** The value, or null. */
      value: nullable(string),
      /** Whether the value cannot be changed. */
      readOnly: bool,
      /**
       * Where the value comes from: 1 topic, 2 broker dynamic, 3 default for brokers dynamic, 4 broker static, 5
       * default, 6 logger, 7 client metrics, 8 group.
       */
      configSource: int8.in("1+").default(-1).ignorable,
      /** Whether the value is a secret and therefore not given. */
      isSensitive: bool,
      /** Where else the value could come from, the strongest first. */
      synonyms: array({
        /** The configuration's key. */
        name: string.in("1+"),
        /** The value, or null. */
        value: nullable(string).in("1+"),
        /**
         * Where the value comes from: 1 topic, 2 broker dynamic, 3 default for brokers dynamic, 4 broker static, 5
         * default, 6 logger, 7 client metrics, 8 group.
         */
        source: int8.in("1+"),
      }).in("1+").ignorable,
      /** The kind of value: 1 boolean, 2 string, 3 int, 4 short, 5 long, 6 double, 7 list, 8 class, 9 password. */
      configType: int8.in("3+").ignorable,
      /** What the configuration is for, or null when it was not asked for. */
      documentation: nullable(string).in("3+").ignorable,
    }),
  }),
}));
export type DescribeConfigsResponse = Infer<typeof DescribeConfigsResponse>;

/** Reads configurations of topics, brokers and groups. */
export const DescribeConfigs = api(32, "DescribeConfigs", {
  request: DescribeConfigsRequest,
  response: DescribeConfigsResponse,
  throttleFrom: 2,
});
