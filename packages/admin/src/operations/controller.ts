import type { Cluster, ClusterRequestOptions, RequestBody } from "@moldau/connection-pool";
import type { Api, Fields, StructOut } from "@moldau/protocol-codec";

/**
 * Asks the controller, or the broker that passes requests on to it. What was written is not sent again when the connection breaks: it may
 * have been done, and a second time would fail for that reason.
 */
export async function askController<Req extends Fields, Res extends Fields>(
  cluster: Cluster,
  api: Api<Req, Res>,
  { body, ...options }: Pick<ClusterRequestOptions, "signal" | "timeoutMs"> & { readonly body: RequestBody<Req> },
): Promise<StructOut<Res>> {
  const node = await cluster.controller(options);
  // A cluster without a controller at the moment says -1: any broker will refuse, and the question is made again.
  return cluster.request(api, body, { ...options, ...(node >= 0 ? { node } : {}), repeatable: false });
}
