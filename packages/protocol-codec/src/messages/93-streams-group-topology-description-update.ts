import { api, array, int16, int32, int8, message, nullable, string, struct, type Infer } from "../schema/index.js";

const streamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode = {
  name: string,
  nodeType: int8,
  sourceTopics: array(string),
  sinkTopic: nullable(string).default(null),
  stores: array(string),
  successors: array(string),
};

const streamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionGlobalStore = {
  source: struct(streamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode),
  processor: struct(streamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode),
};

const streamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionSubtopology = {
  subtopologyId: string,
  nodes: array(streamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionNode),
};

const streamsGroupTopologyDescriptionUpdateRequestTopologyDescription = {
  subtopologies: array(streamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionSubtopology),
  globalStores: array(streamsGroupTopologyDescriptionUpdateRequestTopologyDescriptionGlobalStore),
};

export const StreamsGroupTopologyDescriptionUpdateRequest = message("StreamsGroupTopologyDescriptionUpdateRequest", { versions: "0", flexible: "0+" }, {
  groupId: string,
  memberId: string,
  topologyEpoch: int32,
  topologyDescription: struct(streamsGroupTopologyDescriptionUpdateRequestTopologyDescription),
});
export type StreamsGroupTopologyDescriptionUpdateRequest = Infer<typeof StreamsGroupTopologyDescriptionUpdateRequest>;

export const StreamsGroupTopologyDescriptionUpdateResponse = message("StreamsGroupTopologyDescriptionUpdateResponse", { versions: "0", flexible: "0+" }, {
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullable(string).default(null),
});
export type StreamsGroupTopologyDescriptionUpdateResponse = Infer<typeof StreamsGroupTopologyDescriptionUpdateResponse>;

/** API 93. */
export const StreamsGroupTopologyDescriptionUpdate = api(93, "StreamsGroupTopologyDescriptionUpdate", { request: StreamsGroupTopologyDescriptionUpdateRequest, response: StreamsGroupTopologyDescriptionUpdateResponse, throttleFrom: 0 });
