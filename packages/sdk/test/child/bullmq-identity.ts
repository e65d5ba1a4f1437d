import { createRequire } from "node:module";
import { inspect } from "node:util";
import * as imported from "bullmq";
import { Worker } from "bullmq";

// Asks the class whatever an application could ask it, and says the answers.
const options = { connection: { host: "127.0.0.1", port: Number(process.env.TEST_REDIS_PORT) }, autorun: false };
const targets: unknown[] = [];

class Middle extends Worker {
  constructor(queue: string) {
    super(queue, async () => {}, options);
    targets.push(new.target);
  }
}
class Derived extends Middle {
  readonly field = "own";
  static readonly made = "static";
}

const plain = new Worker("identity", async () => {}, options);
const derived = new Derived("identity");
const reflected: unknown = Reflect.construct(Worker, ["identity", async () => {}, options], Derived);
const again = new (plain.constructor as typeof Worker)("identity", null, options);
const required = createRequire(import.meta.url)("bullmq") as typeof imported;

const answers = {
  name: Worker.name,
  length: Worker.length,
  shown: inspect(Worker),
  statics: Object.getOwnPropertyNames(Worker),
  staticCall: Worker.RateLimitError() instanceof imported.RateLimitError,
  inheritedStatic: Derived.RateLimitError() instanceof imported.RateLimitError,
  sameClass: [required.Worker === Worker, imported.Worker === Worker, plain.constructor === Worker],
  prototypes: [Object.getPrototypeOf(plain) === Worker.prototype, Object.getPrototypeOf(Middle) === Worker],
  backToClass: Worker.prototype.constructor === Worker,
  plain: [plain instanceof Worker, plain instanceof Derived, plain.constructor.name, Object.keys(plain)],
  derived: [
    derived instanceof Worker,
    derived instanceof Middle,
    derived.constructor.name,
    derived.field,
    Derived.made,
  ],
  newTarget: targets.map((target) => target === Derived),
  reflected: [reflected instanceof Derived, Object.getPrototypeOf(reflected) === Derived.prototype],
  again: [again instanceof Worker, again.constructor === Worker],
  calledWithoutNew: attempt(() => (Worker as unknown as () => void)()),
  queue: [imported.Queue.name, imported.FlowProducer.name, imported.Queue.prototype.constructor === imported.Queue],
};
for (const worker of [plain, derived, reflected as Worker, again]) await worker.close();
process.stdout.write(`${JSON.stringify(answers)}\n`);

function attempt(act: () => void): string {
  try {
    act();
    return "nothing";
  } catch (error) {
    return String(error);
  }
}
