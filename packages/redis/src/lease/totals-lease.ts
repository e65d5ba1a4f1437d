import type { ProblemListener } from "@taskvitals/core";
import type { BrokerConnection } from "../broker-connection.ts";
import { connectBroker } from "../connect-broker.ts";
import { Deadline } from "../deadline.ts";
import type { RedisClientLike } from "../redis-client-like.ts";
import type { RedisReply } from "../redis-reply.ts";

/** What the holder of a lease does with the totals that it keeps. */
export interface TotalsKeeper {
  /**
   * The lease is ours: take up what the last holder kept, `undefined` when nothing was. Must not throw.
   *
   * @param kept - what {@link TotalsKeeper.save} of the last holder returned
   */
  acquired(kept: string | undefined): void;
  /** What to keep now. Must not throw. */
  save(): string;
  /** The lease is not ours any more: show nothing from now on. Must not throw. */
  lost(): void;
}

/** What {@link holdTotalsLease} needs. */
export interface TotalsLeaseOptions {
  /** Name of the lease; replicas that share one take turns. Default `default`. */
  readonly name?: string | undefined;
  /** A `redis://` or `rediss://` URL, or a client of the caller's. */
  readonly connection: string | RedisClientLike;
  /** Path of the option that the connection came from; part of error messages. */
  readonly path: string;
  /** For how long the lease holds without a sign of its holder, in milliseconds, 1000 to 600 000. Default 10 000. */
  readonly ttlMs?: number | undefined;
  /** What takes up and gives away the totals. */
  readonly keeper: TotalsKeeper;
  /** Told when the lease cannot be renewed or the totals cannot be kept. */
  readonly onProblem: ProblemListener;
  /** Loads ioredis, for connections of our own. Default: `import("ioredis")`. */
  readonly importIoredis?: (() => Promise<unknown>) | undefined;
}

/** A lease that is held, or waited for. */
export interface TotalsLease {
  /**
   * Whether the lease is ours at this moment, by a clock that goes on while the process is frozen. When it has run out, `lost` is called
   * before this answers: ask it before anything is shown.
   */
  readonly isHeld: boolean;
  /** Keeps the totals a last time and gives the lease away at once. Idempotent, bounded in time, never rejects. */
  shutdown(): Promise<void>;
}

const DEFAULT_TTL_MS = 10_000;
/** Longest wait for one exchange, in milliseconds. */
const EXCHANGE_MS = 1000;
/** The part of the lease's life that its holder does not use: its clock and the server's need not run alike. */
const MARGIN = 0.2;
/** What a script answers when the server has lost its memory. */
const LOST = 2;

/**
 * One key holds the lease, the other, in the same slot of a Cluster, what its holder keeps. The lease may be ours without our knowing, when the answer
 * came too late.
 */
const ACQUIRE = `
local own=redis.call('GET',KEYS[1])==ARGV[1] and redis.call('PEXPIRE',KEYS[1],ARGV[2])==1
if ARGV[4]=='1' and redis.call('EXISTS',KEYS[1],KEYS[1]..':totals')==0 then return {2} end
if own or redis.call('SET',KEYS[1],ARGV[1],'NX','PX',ARGV[2]) then return {1,redis.call('GET',KEYS[1]..':totals')} end
return {0,'',redis.call('EXISTS',KEYS[1]..':totals')}`;
/** A lease that is gone together with what was kept has not run out: the server lost its memory. Nobody else can have had it meanwhile. */
const RENEW = `
local holder=redis.call('GET',KEYS[1])
if not holder and redis.call('EXISTS',KEYS[1]..':totals')==0 then
  redis.call('SET',KEYS[1],ARGV[1],'PX',ARGV[2])
  if ARGV[3]=='' then return 2 end
elseif holder~=ARGV[1] then return 0 end
if ARGV[3]~='' then redis.call('SET',KEYS[1]..':totals',ARGV[3]) end
redis.call('PEXPIRE',KEYS[1],ARGV[2])
return 1`;
const RELEASE = `
if redis.call('GET',KEYS[1])~=ARGV[1] then return 0 end
if ARGV[3]~='' then redis.call('SET',KEYS[1]..':totals',ARGV[3]) end
redis.call('DEL',KEYS[1])
return 1`;

/**
 * Takes part in a lease: of all replicas with the same name one holds it at a time, and keeps its totals in Redis for the next. A holder that dies
 * or freezes loses it within `ttlMs`, and knows by its own clock that it has. Needs `eval`, `exists`, `get`, `set`, `pexpire` and `del` on the
 * keys `taskvitals:{<name>}:lease` and `taskvitals:{<name>}:lease:totals`.
 *
 * @throws TaskVitalsError `INVALID_OPTION` for a bad URL or client, `MISSING_PACKAGE` when ioredis is not installed
 */
export async function holdTotalsLease(options: TotalsLeaseOptions): Promise<TotalsLease> {
  const importIoredis = options.importIoredis ?? (() => import("ioredis"));
  const connection = await connectBroker(options.connection, options.path, importIoredis);
  return new RedisTotalsLease(connection, options);
}

class RedisTotalsLease implements TotalsLease {
  readonly #connection: BrokerConnection;
  readonly #key: string;
  readonly #ttlMs: number;
  readonly #keeper: TotalsKeeper;
  readonly #onProblem: ProblemListener;
  readonly #id = crypto.randomUUID();
  readonly #timer: NodeJS.Timeout;
  /** Monotonic time until which the lease is ours; `undefined` while it is not. */
  #heldUntil: number | undefined;
  /** What is known to be in Redis, so that it is written only when it has changed. */
  #kept: string | undefined;
  /** Whether somebody keeps totals, as far as we have seen. */
  #hasSeenTotals = false;
  /** Monotonic time until which the holder may take back a lease that the server has lost. */
  #patientUntil: number | undefined;
  #turn: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(connection: BrokerConnection, { name = "default", ttlMs, keeper, onProblem }: TotalsLeaseOptions) {
    this.#connection = connection;
    this.#key = `taskvitals:{${name}}:lease`;
    this.#ttlMs = ttlMs ?? DEFAULT_TTL_MS;
    this.#keeper = keeper;
    this.#onProblem = onProblem;
    this.#timer = setInterval(() => this.#take(), this.#ttlMs / 4).unref();
    this.#take();
  }

  get isHeld(): boolean {
    if (this.#heldUntil === undefined) return false;
    if (performance.now() < this.#heldUntil) return true;
    this.#lose();
    return false;
  }

  async shutdown(): Promise<void> {
    if (this.#closed) return this.#turn;
    this.#closed = true;
    clearInterval(this.#timer);
    this.#turn = this.#turn.then(async () => {
      if (this.isHeld) await this.#ask(RELEASE, this.#keeper.save());
      this.#heldUntil = undefined;
      this.#connection.close();
    });
    return this.#turn;
  }

  /** One step at a time: a slow answer must not be overtaken by the next. */
  #take(): void {
    this.#turn = this.#turn.then(() => (this.isHeld ? this.#renew() : this.#acquire()));
  }

  async #acquire(): Promise<void> {
    if (this.#closed) return;
    const askedAt = performance.now();
    const isPatient = this.#hasSeenTotals && askedAt < (this.#patientUntil ?? Number.POSITIVE_INFINITY);
    const reply = await this.#ask(ACQUIRE, "", isPatient);
    const [taken, kept, seen] = reply?.ok === true && Array.isArray(reply.value) ? reply.value : [0];
    // Its holder still knows the totals that the server has lost; if it is there it takes the lease again.
    if (Number(taken) === LOST) this.#patientUntil ??= askedAt + this.#ttlMs;
    else if (reply?.ok === true) this.#patientUntil = undefined;
    if (Number(seen) === 1) this.#hasSeenTotals = true;
    if (Number(taken) !== 1) return;
    this.#hasSeenTotals = false;
    this.#heldUntil = this.#until(askedAt);
    this.#kept = undefined;
    this.#keeper.acquired(typeof kept === "string" ? kept : undefined);
  }

  async #renew(): Promise<void> {
    const askedAt = performance.now();
    const kept = this.#keeper.save();
    const reply = await this.#ask(RENEW, kept === this.#kept ? "" : kept);
    // An answer that does not come leaves the lease as it is: it runs out by itself.
    if (reply?.ok !== true) return;
    if (Number(reply.value) === LOST) {
      // What was kept is gone as well.
      this.#kept = undefined;
      return this.#renew();
    }
    if (Number(reply.value) === 1) {
      this.#kept = kept;
      if (this.isHeld) this.#heldUntil = this.#until(askedAt);
    } else if (this.#heldUntil !== undefined) this.#lose();
  }

  #until(askedAt: number): number {
    return askedAt + this.#ttlMs * (1 - MARGIN);
  }

  #lose(): void {
    this.#heldUntil = undefined;
    this.#keeper.lost();
  }

  async #ask(script: string, kept = "", isPatient = false): Promise<RedisReply | undefined> {
    using deadline = new Deadline(Math.min(EXCHANGE_MS, this.#ttlMs / 4));
    const [reply] = await this.#connection.exchange(
      [["eval", this.#key, script, this.#id, this.#ttlMs, kept, isPatient ? 1 : 0]],
      deadline,
    );
    if (reply?.ok === false)
      this.#onProblem("lease", `The lease of the totals cannot be kept: ${reply.reason} (${reply.detail}).`);
    return reply;
  }
}
