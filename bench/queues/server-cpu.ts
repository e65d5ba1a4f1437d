import type { Redis } from "ioredis";

/** Processor time that the server behind the client has used so far, in milliseconds. */
export async function serverCpuMs(server: Redis): Promise<number> {
  const info = await server.info("cpu");
  const seconds = (field: string): number => Number(new RegExp(`^${field}:([\\d.]+)`, "m").exec(info)?.[1]);
  return 1000 * (seconds("used_cpu_user") + seconds("used_cpu_sys"));
}
