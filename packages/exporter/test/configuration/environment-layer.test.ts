import { describe, expect, it } from "vitest";
import { readEnvironmentLayer } from "../../src/configuration/environment-layer.ts";

describe("the environment", () => {
  it("says what the flags say", () => {
    const { file, layer, scraped } = readEnvironmentLayer({
      REDIS_URL: "redis://a",
      TASKVITALS_REDIS_CA_FILE: "ca",
      TASKVITALS_QUEUES: "rq:a, list:x%2Cy",
      TASKVITALS_TASKS: "train,eval",
      TASKVITALS_CELERY_EVENTS: "true",
      TASKVITALS_CELERY_INSPECT: "false",
      TASKVITALS_BULLMQ_EVENTS: "true",
      TASKVITALS_WEB_LISTEN_ADDRESS: ":9",
      TASKVITALS_LOG_FORMAT: "json",
      TASKVITALS_CONFIG: "file.yaml",
    });
    expect(file).toEqual({ value: "file.yaml", where: "TASKVITALS_CONFIG" });
    expect(scraped).toBe(true);
    expect(layer).toMatchObject({
      brokers: {
        default: {
          location: { kind: "url", url: "redis://a", where: "REDIS_URL" },
          tls: { ca: { value: "ca", where: "TASKVITALS_REDIS_CA_FILE" } },
        },
      },
      queues: [
        { value: "rq:a", where: "TASKVITALS_QUEUES" },
        { value: "list:x,y", where: "TASKVITALS_QUEUES" },
      ],
      tasks: { value: ["train", "eval"] },
      celeryEvents: [{ value: {}, where: "TASKVITALS_CELERY_EVENTS" }],
      celeryInspect: { value: false },
      bullmqEvents: [{ value: {}, where: "TASKVITALS_BULLMQ_EVENTS" }],
      listenAddress: { value: { host: "0.0.0.0", port: 9 } },
      logFormat: { value: "json" },
    });
  });

  it("an empty variable is none", () => {
    const { layer } = readEnvironmentLayer({ REDIS_URL: " ", TASKVITALS_QUEUES: "", TASKVITALS_CELERY_EVENTS: "" });
    expect(layer.queues).toBeUndefined();
    expect(layer.celeryEvents).toBeUndefined();
    expect(layer.brokers.default?.location).toBeUndefined();
  });

  it.each([
    [{ OTEL_EXPORTER_PROMETHEUS_PORT: "9" }, { host: "127.0.0.1", port: 9 }],
    [{ OTEL_EXPORTER_PROMETHEUS_HOST: "::1" }, { host: "::1", port: 10_464 }],
    [
      { OTEL_EXPORTER_PROMETHEUS_PORT: "9", TASKVITALS_WEB_LISTEN_ADDRESS: ":1" },
      { host: "0.0.0.0", port: 1 },
    ],
  ])("%j is where to listen", (environment, address) => {
    expect(readEnvironmentLayer(environment).layer.listenAddress?.value).toEqual(address);
  });

  it("OTEL_METRICS_EXPORTER without prometheus asks for no page", () => {
    expect(readEnvironmentLayer({ OTEL_METRICS_EXPORTER: "otlp" }).scraped).toBe(false);
    expect(readEnvironmentLayer({ OTEL_METRICS_EXPORTER: "otlp, prometheus" }).scraped).toBe(true);
  });

  it.each([
    [{ TASKVITALS_CELERY_EVENTS: "yes" }, 'TASKVITALS_CELERY_EVENTS: got "yes"; expected "true" or "false".'],
    [{ TASKVITALS_ALSO_EMIT: "flower" }, 'TASKVITALS_ALSO_EMIT: got "flower"; expected "celery-exporter".'],
    [{ TASKVITALS_LOG_FORMAT: "xml" }, 'TASKVITALS_LOG_FORMAT: got "xml"; expected "logfmt" or "json".'],
    [
      { TASKVITALS_QUEUES: "redis://:pw@h%" },
      "TASKVITALS_QUEUES: expected valid percent-encoding. Write a comma as %2C and a percent sign as %25.",
    ],
    [
      { REDIS_URL: "redis://a", TASKVITALS_REDIS_URL_FILE: "f" },
      "TASKVITALS_REDIS_URL_FILE: expected this variable or REDIS_URL, not both.",
    ],
  ])("%j is refused", (environment, message) => {
    expect(() => readEnvironmentLayer(environment)).toThrow(message);
  });

  it("warns of a variable that is nearly one of ours, and not of those that Kubernetes makes", () => {
    const { warnings } = readEnvironmentLayer({
      TASKVITALS_QUEUE: "rq:a",
      TASKVITALS_EXPORTER_SERVICE_HOST: "10.0.0.1",
      TASKVITALS_EXPORTER_PORT_10464_TCP_ADDR: "10.0.0.1",
      TASKVITALS_EXPOSITION: "standard",
    });
    expect(warnings).toEqual(['TASKVITALS_QUEUE: there is no such variable. Did you mean "TASKVITALS_QUEUES"?']);
  });
});
