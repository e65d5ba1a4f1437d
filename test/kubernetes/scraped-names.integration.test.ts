import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { contract } from "@taskvitals/core";
import { startTaskVitals } from "taskvitals";
import { expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { startCollector, startVictoriaMetrics, tempDirectory } from "../services/index.ts";
import { kubernetesFolder } from "./platforms.ts";

const shipped = (name: string) =>
  parse(readFileSync(join(kubernetesFolder, "components/target-allocator/config", name), "utf8"));

/** What the discovery says of a port of a pod, beside its address. */
const discovered = {
  __meta_kubernetes_service_label_taskvitals_metrics: "true",
  __meta_kubernetes_service_label_app_kubernetes_io_name: "finetune-worker",
  __meta_kubernetes_endpointslice_port_name: "metrics",
  __meta_kubernetes_pod_name: "finetune-worker-7c9f-x2x4z",
};

it("what a Collector scrapes arrives in the store under the name of the Service and of the pod, and other ports do not", async () => {
  const folder = tempDirectory("kubernetes-scraper");
  const vitals = await startTaskVitals({
    serviceName: "finetune-worker",
    defaultQueue: "train",
    tasks: ["train_lora"],
    endpoint: { host: "127.0.0.1", port: 0 },
  });
  try {
    const targets = [new URL(vitals.endpoint?.url ?? "").host];
    const [scrape] = shipped("targetallocator.yaml").config.scrape_configs;
    const { kubernetes_sd_configs: _, ...rules } = scrape;
    // As the allocator hands it out, but for the address of the allocator: it needs a cluster.
    const config = shipped("scraper.yaml");
    config.receivers.prometheus = {
      config: {
        scrape_configs: [
          {
            ...rules,
            scrape_interval: "1s",
            scrape_timeout: "1s",
            static_configs: [
              { targets, labels: discovered },
              {
                targets,
                labels: { ...discovered, __meta_kubernetes_endpointslice_port_name: "http", from: "another port" },
              },
            ],
          },
        ],
      },
    };
    const file = join(folder.path, "scraper.yaml");
    writeFileSync(file, stringify(config));
    await using store = await startVictoriaMetrics();
    await using _collector = await startCollector({
      configFiles: [file],
      prometheusExporters: [],
      env: { POD_NAME: "otel-scraper-0", REMOTE_WRITE_ENDPOINT: store.remoteWriteUrl },
    });
    const expected = {
      job: "finetune-worker",
      instance: "finetune-worker-7c9f-x2x4z",
      queue: "train",
      task: "train_lora",
    };
    await expect
      .poll(async () => (await store.query(contract.taskSuccess.name)).map(({ metric }) => metric))
      .toEqual([{ __name__: contract.taskSuccess.name, ...expected }]);
  } finally {
    await vitals.shutdown();
    folder.remove();
  }
});
