import type * as v from "valibot";

/** A schema for each field of an object; forgetting one is a compile-time error. */
export type FieldsOf<T> = Readonly<Record<keyof T, v.GenericSchema>>;
