/** What keys of the exporter's file mean, where their source does not say it: those that mean what an option of the same name means in code. */
export const FILE_KEYS: Readonly<Record<string, string>> = {
  serviceName: "As [in code](#starttaskvitals). Default: `taskvitals-exporter`.",
  resourceAttributes: "As [in code](#starttaskvitals).",
  brokers: "The brokers by name: a URL, or a mapping with the keys below.",
  queues:
    "Queues and counters: `<layout>:<name>`, or a mapping with the fields of [queues](#queues) or [counters](#counters).",
  tasks: "Tasks that exist at 0 from the start: a name, or [task and queue](#tasks).",
  celeryEvents:
    "Count tasks by the events of Celery's workers: `true`, a mapping with the keys below, or a list of them for several brokers. Default: `false`.",
  bullmqEvents:
    "Count jobs by the event streams of BullMQ's queues: `true`, a mapping with the keys below, or a list of them. Default: `false`.",
  buckets: "Bounds of histograms, as [in code](#buckets).",
  endpoint: "Where the page is served, with the keys below.",
  livePage:
    "The [live page](live-page.md) at `/`: `false` for none, or a mapping with the keys below. Default: `true`, for whoever may see the metrics.",
  "livePage.thresholds":
    "Thresholds file that its verdicts rest on, as `doctor --thresholds` takes it. Default: the shipped thresholds.",
  "livePage.username": "Who may see it, in the place of the users of the web configuration file. Default: none.",
  "livePage.password": "Its password; never shown. Better in a file.",
  "livePage.passwordFile": "File that holds that password.",
  log: "`log.format` is how lines of the log are written: `logfmt` or `json`. Default: `logfmt`.",
  readDeadlineMs: "Deadline of one reading of a broker, 10 to 10 000. Default: 250.",
  maxSeries: "Most live pairs of task and queue, 1 to 100 000. Default: 2000.",
  maxQueues: "Most queues, declared and discovered, 1 to 100 000. Default: 10 000.",
  hostVitals: "Report CPU and memory. Default: `true`.",
  runtimeMetrics: "Report event loop, garbage collection and heap. Default: `true`.",
  "endpoint.listenAddress": "`host:port`, `[ipv6]:port`, or `:port` for all addresses. Default: `127.0.0.1:10464`.",
  "endpoint.path": "Path of the page. Default: `/metrics`.",
  "endpoint.webConfigFile": "TLS and users, in the form of Prometheus' exporter-toolkit. Default: none.",
  "brokers.<name>.url":
    "One server, `redis://` or `rediss://`. One of `url`, `urlFile`, `cluster` and `sentinels` is needed.",
  "brokers.<name>.urlFile": "File that holds that URL; read again when it changes.",
  "brokers.<name>.cluster": "Nodes of a Cluster, `host:port`; at least one.",
  "brokers.<name>.sentinels": "Sentinels, `host:port`; at least one, with `name`.",
  "brokers.<name>.db": "Number of the database behind Sentinels. Default: 0.",
  "brokers.<name>.username": "User of the servers. Default: none.",
  "brokers.<name>.password": "Its password; never shown. Better in a file.",
  "brokers.<name>.passwordFile": "File that holds that password; read again when it changes.",
  "brokers.<name>.sentinelUsername": "User of the Sentinels. Default: none.",
  "brokers.<name>.sentinelPassword": "Its password; never shown.",
  "brokers.<name>.sentinelPasswordFile": "File that holds that password.",
  "brokers.<name>.tls": "`true`, or the files below. Default: as the URL says (`rediss://`).",
  "brokers.<name>.tls.caFile": "Authorities of the server's certificate, PEM.",
  "brokers.<name>.tls.certFile": "Certificate to show the server, PEM, with `keyFile`.",
  "brokers.<name>.tls.keyFile": "Key of that certificate, PEM.",
  "brokers.<name>.tls.serverName": "Name that the server's certificate must have. Default: the host.",
};
