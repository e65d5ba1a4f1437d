import type { QueueSpecification } from "../queue-specification.ts";
import { list } from "./list.ts";
import type { QueueLayout } from "./queue-layout.ts";

/** Every layout, by the name that a queue specification gives it. */
export const layouts: Readonly<Record<QueueSpecification["layout"], QueueLayout>> = { list };

/** Whether `name` is the name of a layout. */
export function isLayout(name: unknown): name is QueueSpecification["layout"] {
  return typeof name === "string" && Object.hasOwn(layouts, name);
}
