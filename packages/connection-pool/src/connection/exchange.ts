import type { Api, Fields, StructIn, StructOut } from "@moldau/protocol-codec";

/** Sends one request and waits for its answer; what opening a connection needs of the connection. */
export type Exchange = <Req extends Fields, Res extends Fields>(
  api: Api<Req, Res>,
  version: number,
  body: StructIn<Req>,
) => Promise<StructOut<Res>>;
