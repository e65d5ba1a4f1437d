export { loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
export { listMails, type Mail, type MailFile, readMail, UndecodableMailError } from "./corpus.ts";
export { mailFeatures } from "./mail-features.ts";
export { DivergedError, type Example, SpamClassifier, type TrainingOptions } from "./spam-classifier.ts";
