/** Names that kombu gives to what it publishes and stores (`kombu/transport/redis.py`, `kombu/pidbox.py`). */
export interface CeleryNames {
  /** Pattern of the channels on which events come, one per kind of event. */
  readonly eventPattern: string;
  /** The one channel of events where `fanout_patterns` is off. */
  readonly eventChannel: string;
  /** Channel on which workers take requests. */
  readonly controlChannel: string;
  /** Exchange of that channel. */
  readonly controlExchange: string;
  /** Exchange of the replies. */
  readonly replyExchange: string;
  /** Set of the queues that replies go to. */
  readonly replyBindings: string;
  /** List of the replies to one who asks. */
  replyList(asker: string): string;
  /** Entry of that list in the set. */
  replyBinding(asker: string): string;
}

const SEPARATOR = "\x06\x16";

/** The names in one database; channels carry its number because pub/sub knows no databases. */
export function celeryNames(options: {
  readonly database: number;
  readonly keyprefix: string;
  readonly eventExchange: string;
  readonly controlExchange: string;
}): CeleryNames {
  const { database, keyprefix, eventExchange } = options;
  const fanout = `${keyprefix}/${database}.`;
  const controlExchange = `${options.controlExchange}.pidbox`;
  const replyExchange = `reply.${controlExchange}`;
  return {
    eventPattern: `${literal(`${fanout}${eventExchange}`)}/*`,
    eventChannel: `${fanout}${eventExchange}`,
    controlChannel: `${fanout}${controlExchange}`,
    controlExchange,
    replyExchange,
    replyBindings: `${keyprefix}_kombu.binding.${replyExchange}`,
    replyList: (asker) => `${keyprefix}${asker}.${replyExchange}`,
    replyBinding: (asker) => `${asker}${SEPARATOR}${SEPARATOR}${asker}.${replyExchange}`,
  };
}

/** A text as a pattern that matches it alone. */
function literal(text: string): string {
  return text.replace(/[\\*?[\]]/g, "\\$&");
}
