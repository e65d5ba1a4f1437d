// The health check of a container: exit code 0 when the address answers 200, 1 otherwise.
const url = process.argv[2] ?? "http://127.0.0.1:8000/healthz";
const ok = await fetch(url, { signal: AbortSignal.timeout(4_000) }).then(
  (response) => response.ok,
  () => false,
);
process.exitCode = ok ? 0 : 1;
