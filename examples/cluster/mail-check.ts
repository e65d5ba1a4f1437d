import { type MailFile, mailFeatures, readMail, SpamClassifier } from "taskvitals-example-spam-classifier";

/** Mails that the filter learns from; the same in every process. */
const LEARNED = 400;

/** There is no mail of this number. */
export class MissingMailError extends Error {
  override readonly name = "MissingMailError";
}

/**
 * Learns to tell spam, and returns what tells whether the mail of a number is. That one throws `UndecodableMailError` for one of the 500 mails that cannot be decoded
 * cleanly, and `MissingMailError` for one that is not there.
 */
export async function createMailCheck(mails: readonly MailFile[]): Promise<(number: number) => Promise<boolean>> {
  const filter = new SpamClassifier();
  for (const file of mails.slice(0, LEARNED)) {
    const mail = await readMail(file).catch(() => undefined);
    if (mail !== undefined) filter.learn([{ features: mailFeatures(mail.text), spam: mail.spam }]);
  }
  return async (number) => {
    const file = mails[number];
    if (file === undefined) throw new MissingMailError(`There is no mail ${number}`);
    return filter.isSpam((await readMail(file)).text);
  };
}
