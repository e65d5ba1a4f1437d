import type { SomeThresholds, ThresholdSettings } from "@taskvitals/rules";
import { readYamlFile } from "../configuration/yaml-file.ts";
import { explainMistake } from "./explain-mistake.ts";
import { type ThresholdsFile, thresholdsKeysAt, thresholdsSchema } from "./thresholds-schema.ts";

/**
 * Reads a thresholds file: YAML with `thresholds`, `queues`, `tasks`, `forSeconds`, `severities` and `disabled`, each of which may be absent.
 *
 * @param path - the file; relative to the working directory
 * @param namedBy - the flag, variable or key that named it
 * @throws TaskVitalsError `INVALID_OPTION` with every mistake of the file, each on a line of its own with file, line, key, value, what is accepted, and what to do
 */
export function readThresholdsFile(path: string, namedBy = "--thresholds"): ThresholdSettings {
  const { content } = readYamlFile<ThresholdsFile>(path, {
    namedBy,
    schema: thresholdsSchema,
    keysAt: thresholdsKeysAt,
    isPublic: true,
    explain: explainMistake,
  });
  return {
    values: content.thresholds ?? {},
    queues: withoutEmpty(content.queues),
    tasks: withoutEmpty(content.tasks),
    forSeconds: content.forSeconds ?? {},
    severities: content.severities ?? {},
    disabled: content.disabled ?? [],
  };
}

function withoutEmpty(values: ThresholdsFile["queues"]): Readonly<Record<string, SomeThresholds>> {
  return Object.fromEntries(Object.entries(values ?? {}).flatMap(([name, given]) => (given ? [[name, given]] : [])));
}
