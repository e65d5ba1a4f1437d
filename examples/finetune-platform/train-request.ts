/** What `POST /train` asks for. */
export interface TrainRequest {
  /** Slice of the mails to learn from, such as `slice-07`. Whether it exists is found out by the worker. */
  readonly slice: string;
  /** Size of a step, above 0. Too large a one makes the training diverge, and the job fail. */
  readonly learningRate: number;
  /** How often the slice is gone through. */
  readonly epochs: number;
}

/** The JSON schema of {@link TrainRequest}; what is left out of a request is filled in from its defaults. */
export const trainRequestSchema = {
  type: "object",
  required: ["slice"],
  additionalProperties: false,
  properties: {
    slice: { type: "string", pattern: "^slice-\\d\\d$" },
    learningRate: { type: "number", exclusiveMinimum: 0, default: 0.5 },
    epochs: { type: "integer", minimum: 1, maximum: 1_000, default: 5 },
  },
} as const;
