/**
 * One event as Celery announces it (`celery/events/event.py`): fields of any type, since anybody who may publish may have written them.
 * Fields that hold a task's arguments, result, message or traceback are never kept.
 */
export type CeleryEvent = Readonly<Record<string, unknown>>;

/** A field that is text and not empty. */
export function textField(event: CeleryEvent, field: string): string | undefined {
  const value = event[field];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A field that is a finite number. */
export function numberField(event: CeleryEvent, field: string): number | undefined {
  const value = event[field];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** A field that is a whole number of at least 0. */
export function countField(event: CeleryEvent, field: string): number | undefined {
  const value = event[field];
  return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined;
}
