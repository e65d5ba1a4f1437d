import { FEATURE_COUNT, mailFeatures } from "./mail-features.ts";

/** A mail as the classifier sees it. */
export interface Example {
  /** As {@link mailFeatures} returns them. */
  readonly features: Uint32Array;
  readonly spam: boolean;
}

/** How far one step of learning goes. */
export interface TrainingOptions {
  /** Size of a step along the gradient. Default 3. */
  readonly learningRate?: number;
  /** Weight decay (L2): the share of each weight taken off per unit of step. Default 0.000 1. */
  readonly decay?: number;
}

/** Training left the finite numbers: the learning rate was too high for the decay. */
export class DivergedError extends Error {
  override readonly name = "DivergedError";
}

/** Logistic regression over the words of a mail, learned by stochastic gradient descent. */
export class SpamClassifier {
  /** The weights, but for {@link #scale}: decay then touches one number instead of all. */
  readonly #weights: Float64Array;
  #scale = 1;

  /** @param weights kept and changed; all zero when left out, which knows nothing. */
  constructor(weights: Float64Array = new Float64Array(FEATURE_COUNT)) {
    if (weights.length !== FEATURE_COUNT) throw new RangeError(`${weights.length} weights; expected ${FEATURE_COUNT}`);
    this.#weights = weights;
  }

  /** A copy of what it knows. */
  weights(): Float64Array {
    return this.#weights.map((weight) => weight * this.#scale);
  }

  isSpam(mail: string | Uint32Array): boolean {
    return this.#score(typeof mail === "string" ? mailFeatures(mail) : mail) > 0;
  }

  /**
   * Takes one step towards the examples and returns their mean logistic loss before it.
   *
   * @throws DivergedError when that loss is no longer finite.
   */
  learn(examples: readonly Example[], { learningRate = 3, decay = 0.0001 }: TrainingOptions = {}): number {
    const weights = this.#weights;
    const steps: { features: Uint32Array; size: number }[] = [];
    let loss = 0;
    for (const { features, spam } of examples) {
      const score = this.#score(features);
      loss += softplus(spam ? -score : score) / examples.length;
      const error = (spam ? 1 : 0) - 1 / (1 + Math.exp(-score));
      steps.push({ features, size: (learningRate * error) / Math.sqrt(features.length || 1) });
    }
    if (!Number.isFinite(loss)) {
      throw new DivergedError(`Training diverged at learning rate ${learningRate}: the loss is ${loss}`);
    }
    this.#scale *= 1 - learningRate * decay;
    for (const { features, size } of steps) {
      for (const place of features) weights[place] = (weights[place] as number) + size / this.#scale;
    }
    return loss;
  }

  /** The share of the examples that it tells right, 0 to 1. */
  accuracy(examples: readonly Example[]): number {
    const right = examples.filter(({ features, spam }) => this.isSpam(features) === spam);
    return right.length / examples.length;
  }

  #score(features: Uint32Array): number {
    let sum = 0;
    for (const place of features) sum += this.#weights[place] as number;
    return (sum * this.#scale) / Math.sqrt(features.length || 1);
  }
}

/** log(1 + e^x) without overflow. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
