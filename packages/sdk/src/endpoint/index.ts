export type { AuthenticationOptions, BasicCredentials } from "./authentication.ts";
export {
  DEFAULT_ENDPOINT_PORT,
  type EndpointLimits,
  type EndpointOptions,
  type EndpointTls,
} from "./endpoint-options.ts";
export { type EndpointDependencies, type EndpointServer, startEndpoint } from "./endpoint-server.ts";
export { createFetchHandler, type FetchHandler, type FetchInput } from "./fetch-handler.ts";
export { createNodeHandler, type NodeHandler, type NodeRequest, type NodeResponse } from "./node-handler.ts";
export {
  type CollectionOptions,
  createPageCollector,
  DEFAULT_COLLECT_TIMEOUT_MS,
  type EndpointErrorListener,
  type EndpointOperation,
  type PageCollector,
  type PageCollectorOptions,
  type PageSource,
} from "./page-collector.ts";
