import { arqSubject } from "../../../../test/frameworks/arq/arq-subject.ts";
import { exerciseQueueReader } from "../exercise-queue-reader.ts";

exerciseQueueReader(arqSubject);
