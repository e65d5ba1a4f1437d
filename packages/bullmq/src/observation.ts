/** Something that is observed until it is detached, or its `using` scope ends. */
export interface Observation extends Disposable {
  /** Takes everything back that the observation added. Idempotent, never throws. */
  detach(): void;
}
