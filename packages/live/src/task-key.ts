/** One name for a task of a queue, whatever the two hold. */
export function taskKey(queue: string, task: string): string {
  return `${queue.length} ${queue}${task}`;
}
