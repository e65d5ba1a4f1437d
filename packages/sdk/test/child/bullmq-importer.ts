// An application that does not use --import: the first line of its own takes its place.
import "taskvitals/register";
import "./bullmq-worker.ts";
