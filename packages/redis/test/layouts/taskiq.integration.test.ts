import { taskiqListSubject, taskiqStreamSubject } from "../../../../test/frameworks/taskiq/taskiq-subject.ts";
import { exerciseQueueReader } from "../exercise-queue-reader.ts";

exerciseQueueReader(taskiqListSubject);
exerciseQueueReader(taskiqStreamSubject);
