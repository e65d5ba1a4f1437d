import type { FieldOptions, Override, PreviewedPanel } from "./dashboard-model.ts";
import { isKnownUnit } from "./page/value-format.ts";

/** What an override may look for in a field. */
export interface Field {
  /** The name it is shown with. */
  readonly name: string;
  /** The letter of its query; none for a column that several queries gave. */
  readonly refId?: string;
}

/** The properties that an override may set; another one would be shown in Grafana and not here. */
const overridable: readonly string[] = [
  ...["unit", "decimals", "min", "max", "noValue", "color", "thresholds", "mappings", "links"],
  ...["custom.lineStyle", "custom.cellOptions", "custom.thresholdsStyle", "custom.width", "custom.minWidth"],
];

/**
 * The options of one field of a panel: the panel's defaults, and over them every override that the field matches.
 *
 * @throws Error on a matcher, a property or a unit that the preview does not know
 */
export function fieldOptions({ fieldConfig }: PreviewedPanel, field: Field): FieldOptions & { readonly unit: string } {
  let options: FieldOptions = fieldConfig?.defaults ?? {};
  for (const override of fieldConfig?.overrides ?? []) {
    if (!matches(override, field)) continue;
    for (const { id, value } of override.properties) {
      if (!overridable.includes(id)) throw new Error(`The preview does not know the override "${id}"`);
      const [, name] = id.split(".");
      options =
        name === undefined ? { ...options, [id]: value } : { ...options, custom: { ...options.custom, [name]: value } };
    }
  }
  const { unit = "none" } = options;
  if (!isKnownUnit(unit)) throw new Error(`The preview cannot write the unit "${unit}"`);
  return { ...options, unit };
}

function matches({ matcher: { id, options } }: Override, { name, refId }: Field): boolean {
  if (id === "byName") return options === name;
  if (id === "byFrameRefID") return options === refId;
  throw new Error(`The preview does not know the matcher "${id}"`);
}
