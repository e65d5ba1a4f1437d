export type { AuthenticationOptions, BasicCredentials } from "./authentication.ts";
export type {
  ClientCertificates,
  EndpointLimits,
  EndpointOptions,
  EndpointTls,
  LivePageOptions,
  TlsVersion,
} from "./endpoint-options.ts";
export { type EndpointServer, startEndpoint } from "./endpoint-server.ts";
export { createFetchHandler, type FetchHandler, type FetchInput } from "./fetch-handler.ts";
export { createLiveHandler } from "./live-handler.ts";
export type { LivePage } from "./live-page.ts";
export { createNodeHandler, type NodeHandler, type NodeRequest, type NodeResponse } from "./node-handler.ts";
export { createPageCollector, type PageCollector, type PageSource } from "./page-collector.ts";
export { PageUnavailable } from "./page-unavailable.ts";
