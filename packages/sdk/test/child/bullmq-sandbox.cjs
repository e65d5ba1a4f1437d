// A sandboxed processor: BullMQ runs it in a child process or thread of the worker's.
module.exports = async ({ data, attemptsMade }) => {
  if (data.end === "fail") throw Object.assign(new Error("as told"), { name: "TrainingError" });
  if (data.end === "recover" && attemptsMade === 0) throw new TypeError("as told, once");
};
