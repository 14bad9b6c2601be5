import { api, array, int16, int32, int8, message, nullable, string, struct, type Infer } from "../schema/index.js";

const topologyDescriptionNode = {
  /** The name of the processor. */
  name: string,
  /** What the processor is: 1 source, 2 processor, 3 sink. */
  nodeType: int8,
  /** The topics that the source reads from. */
  sourceTopics: array(string),
  /** The topic that the sink writes to, or null. */
  sinkTopic: nullable(string).default(null),
  /** The stores that the processor uses. */
  stores: array(string),
  /** The processors behind it. */
  successors: array(string),
};

const topologyDescriptionGlobalStore = {
  /** The source that feeds the store. */
  source: struct(topologyDescriptionNode),
  /** The processor that fills the store. */
  processor: struct(topologyDescriptionNode),
};

const topologyDescriptionSubtopology = {
  /** The id of the part of the topology. */
  subtopologyId: string,
  /** The nodes. */
  nodes: array(topologyDescriptionNode),
};

const topologyDescription = {
  /** The parts of the topology. */
  subtopologies: array(topologyDescriptionSubtopology),
  /** The stores that every instance holds whole. */
  globalStores: array(topologyDescriptionGlobalStore),
};

/** The request of StreamsGroupTopologyDescriptionUpdate. */
export const StreamsGroupTopologyDescriptionUpdateRequest = message(
  "StreamsGroupTopologyDescriptionUpdateRequest",
  { versions: "0", flexible: "0+" },
  () => ({
    /** The group id. */
    groupId: string,
    /** The id of the member. */
    memberId: string,
    /** The epoch of the topology. */
    topologyEpoch: int32,
    /** The topology in full, or null. */
    topologyDescription: struct(topologyDescription),
  }),
);
export type StreamsGroupTopologyDescriptionUpdateRequest = Infer<typeof StreamsGroupTopologyDescriptionUpdateRequest>;

/** The response of StreamsGroupTopologyDescriptionUpdate. */
export const StreamsGroupTopologyDescriptionUpdateResponse = message(
  "StreamsGroupTopologyDescriptionUpdateResponse",
  { versions: "0", flexible: "0+" },
  () => ({
    /** For how long the client is to hold back because of a quota; 0 for not at all. */
    throttleTimeMs: int32,
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** The broker's words on the error, or null. */
    errorMessage: nullable(string).default(null),
  }),
);
export type StreamsGroupTopologyDescriptionUpdateResponse = Infer<typeof StreamsGroupTopologyDescriptionUpdateResponse>;

/** Hands in the description of a streams application's topology. */
export const StreamsGroupTopologyDescriptionUpdate = api(93, "StreamsGroupTopologyDescriptionUpdate", {
  request: StreamsGroupTopologyDescriptionUpdateRequest,
  response: StreamsGroupTopologyDescriptionUpdateResponse,
  throttleFrom: 0,
});
