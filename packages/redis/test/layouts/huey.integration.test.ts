import { hueySubject, priorityHueySubject } from "../../../../test/frameworks/huey/huey-subject.ts";
import { exerciseQueueReader } from "../exercise-queue-reader.ts";

exerciseQueueReader(hueySubject);
exerciseQueueReader(priorityHueySubject);
