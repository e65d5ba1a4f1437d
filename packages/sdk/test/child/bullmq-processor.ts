/** What a job of the tests carries. */
export interface ToldJob {
  readonly data: { readonly end: "succeed" | "fail" | "recover" };
  readonly attemptsMade: number;
}

/** Ends as its data say; "recover" fails at its first attempt. */
export async function processor({ data, attemptsMade }: ToldJob): Promise<void> {
  if (data.end === "fail") throw Object.assign(new Error("as told"), { name: "TrainingError" });
  if (data.end === "recover" && attemptsMade === 0) throw new TypeError("as told, once");
}
