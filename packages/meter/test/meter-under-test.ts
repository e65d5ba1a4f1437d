import {
  type BindableMeter,
  type BindableMeterProvider,
  createMeterProvider,
  type MeterProviderOptions,
  type MeterWarning,
  type Refusal,
  type RenderOptions,
} from "../src/index.ts";
import { type ParsedPage, parsePage } from "./parse-page.ts";

export interface MeterUnderTest {
  readonly provider: BindableMeterProvider;
  readonly meter: BindableMeter;
  readonly warnings: MeterWarning[];
  readonly refusals: Refusal[];
  page(options?: RenderOptions): Promise<ParsedPage & { readonly errors: readonly unknown[]; readonly text: string }>;
  samples(options?: RenderOptions): Promise<Record<string, number>>;
}

/** A provider of its own with everything it says collected. */
export function meterUnderTest(options: MeterProviderOptions = {}): MeterUnderTest {
  const warnings: MeterWarning[] = [];
  const refusals: Refusal[] = [];
  const provider = createMeterProvider({
    onWarning: (warning) => warnings.push(warning),
    onRefused: (refusal) => refusals.push(refusal),
    ...options,
  });
  const exposition = provider.createExposition();
  const page: MeterUnderTest["page"] = async (renderOptions) => {
    const rendered = await exposition.render(renderOptions);
    const text = rendered.text();
    return { ...parsePage(text), errors: rendered.errors, text };
  };
  return {
    provider,
    meter: provider.getMeter("test", "1.0"),
    warnings,
    refusals,
    page,
    samples: async (renderOptions) => Object.fromEntries((await page(renderOptions)).samples),
  };
}
