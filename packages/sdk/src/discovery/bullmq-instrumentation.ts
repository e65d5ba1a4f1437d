import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import {
  InstrumentationBase,
  type InstrumentationConfig,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from "@opentelemetry/instrumentation";
import { type Class, watchedClass } from "./watched-class.ts";

/** What an application did with BullMQ. The listeners must not throw. */
export interface BullmqListener {
  /** A copy of BullMQ was loaded. `early`: before anybody looked, so that what was taken from it by then is not seen. */
  loaded(copy: { readonly version: string; readonly supported: boolean; readonly early: boolean }): void;
  /** An instance of one of its classes was created. */
  created(className: BullmqClassName, instance: object): void;
}

/** The classes that are watched: those that process jobs, and those that a process has that only adds jobs. */
export type BullmqClassName = "Worker" | "Queue" | "FlowProducer";

/** Node.js runs these files whichever way the application imports BullMQ: the package is CommonJS to it. */
const CLASS_FILES: Readonly<Record<string, BullmqClassName>> = {
  "worker.js": "Worker",
  "queue.js": "Queue",
  "flow-producer.js": "FlowProducer",
};
const FOLDER = "bullmq/dist/cjs/classes";
const LOADED_FILE = /^(.*[\\/]bullmq)[\\/]dist[\\/]cjs[\\/]classes[\\/]([a-z-]+\.js)$/;
const SUPPORTED_MAJORS: ReadonlySet<string> = new Set(["5", "6"]);

interface BullmqInstrumentationConfig extends InstrumentationConfig {
  readonly listener?: BullmqListener;
}

/** Puts a watched class in the place of BullMQ's, where its own files export it: every import and `require` gets it from there. */
export class BullmqInstrumentation extends InstrumentationBase<BullmqInstrumentationConfig> {
  readonly #watched = new WeakSet<Class>();

  constructor(listener: BullmqListener) {
    super("taskvitals/bullmq", "1", { enabled: false, listener });
  }

  /** Starts watching, with the copies of BullMQ that are loaded already: of those, whoever asks for the class later gets the watched one. */
  override enable(): void {
    super.enable();
    const { cache } = createRequire(import.meta.url);
    for (const [path, module] of Object.entries(cache)) {
      const [, folder, file = ""] = LOADED_FILE.exec(path) ?? [];
      const name = CLASS_FILES[file];
      // What an ES module is about to import is in the cache too, and has not run.
      if (folder === undefined || name === undefined || module?.loaded !== true) continue;
      this.#watch(module.exports, name, versionIn(folder), true);
    }
  }

  protected override init(): InstrumentationNodeModuleDefinition {
    const files = Object.entries(CLASS_FILES).map(
      ([file, name]) =>
        new InstrumentationNodeModuleFile(
          `${FOLDER}/${file}`,
          ["*"],
          (exports, version) => this.#watch(exports, name, version, false),
          () => {},
        ),
    );
    const definition = new InstrumentationNodeModuleDefinition("bullmq", ["*"], undefined, undefined, files);
    return Object.assign(definition, { includePrerelease: true });
  }

  /** Nothing here may throw: it would come out of the application's import. */
  #watch(exports: unknown, name: BullmqClassName, version = "unknown", early: boolean): unknown {
    const { listener } = this.getConfig();
    try {
      const classes = exports as Partial<Record<BullmqClassName, Class>>;
      const original = classes[name];
      // A file that was loaded before the search comes by again when somebody requires it.
      if (original !== undefined && this.#watched.has(original)) return exports;
      const supported = SUPPORTED_MAJORS.has(version.split(".", 1)[0] ?? "") && typeof original === "function";
      if (supported) {
        const watched = watchedClass(original, (instance) => listener?.created(name, instance));
        this.#watched.add(watched);
        classes[name] = watched;
      }
      if (name === "Worker") listener?.loaded({ version, supported, early });
    } catch {
      if (name === "Worker") listener?.loaded({ version, supported: false, early });
    }
    return exports;
  }
}

function versionIn(folder: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as { version?: unknown };
    return typeof version === "string" ? version : undefined;
  } catch {
    return undefined;
  }
}
