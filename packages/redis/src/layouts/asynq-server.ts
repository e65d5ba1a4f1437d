/** What a server of Asynq says of itself in its heartbeat. */
export interface AsynqServer {
  /** The queues that it takes tasks from. */
  readonly queues: readonly string[];
  /** `active` while it takes tasks. */
  readonly status: string;
}

/** Numbers of fields and kinds of values, from `internal/proto/asynq.proto` and the encoding of Protocol Buffers. */
const QUEUES = 5;
const STATUS = 7;
const VARINT = 0;
const EIGHT_BYTES = 1;
const LENGTH_PREFIXED = 2;
const FOUR_BYTES = 5;

/** Reads a heartbeat (the message `ServerInfo`); `undefined` when it is none. */
export function asynqServer(message: Buffer): AsynqServer | undefined {
  const queues: string[] = [];
  let status = "";
  try {
    for (const [field, value] of fieldsOf(message)) {
      if (field === STATUS) status = value.toString();
      if (field !== QUEUES) continue;
      for (const [part, name] of fieldsOf(value)) if (part === 1) queues.push(name.toString());
    }
  } catch {
    return undefined;
  }
  return { queues, status };
}

/** Fields that hold text, a message or bytes, with their numbers; others are skipped. */
function* fieldsOf(message: Buffer): Generator<readonly [field: number, value: Buffer]> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++];
      if (byte === undefined) throw new RangeError("a message that is cut off");
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const kind = tag % 8;
    if (kind === VARINT) varint();
    else if (kind === EIGHT_BYTES) at += 8;
    else if (kind === FOUR_BYTES) at += 4;
    else if (kind === LENGTH_PREFIXED) {
      const length = varint();
      yield [Math.floor(tag / 8), message.subarray(at, at + length)];
      at += length;
    } else throw new RangeError("a kind of value that does not exist");
  }
  if (at > message.length) throw new RangeError("a message that is cut off");
}
