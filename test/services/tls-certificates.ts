import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { capture } from "./capture.ts";
import { tempDirectory } from "./temp-directory.ts";

/** A key with its certificate, as files and as text. */
export interface TlsCertificate {
  readonly keyFile: string;
  readonly certFile: string;
  readonly key: string;
  readonly cert: string;
}

/** A certificate authority of the test's own. */
export interface TestAuthority extends Disposable {
  /** Its certificate. */
  readonly caFile: string;
  readonly ca: string;
  /** Makes a certificate for a host name, valid for so many days: 0 is over at once. Default 2. */
  issue(host: string, days?: number): Promise<TlsCertificate>;
}

/** Makes an authority with the openssl of the machine; its files are deleted in the end. */
export async function createTestAuthority(): Promise<TestAuthority> {
  const directory = tempDirectory("tls");
  const file = (name: string): string => join(directory.path, name);
  const openssl = async (...args: string[]): Promise<void> => {
    const { exitCode, stderr } = await capture("openssl", args);
    if (exitCode !== 0) throw new Error(`openssl ${args.join(" ")} failed:\n${stderr}`);
  };
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  let issued = 0;
  try {
    const ca = [...newKey, "-keyout", file("ca.key"), "-out", file("ca.crt"), "-subj", "/CN=authority of a test"];
    await openssl("req", "-x509", "-days", "2", ...ca);
  } catch (error) {
    directory.remove();
    throw error;
  }
  return {
    caFile: file("ca.crt"),
    ca: readFileSync(file("ca.crt"), "utf8"),
    async issue(host, days = 2) {
      const name = `host-${issued}`;
      issued += 1;
      const [keyFile, certFile] = [file(`${name}.key`), file(`${name}.crt`)];
      const [request, extensions] = [file(`${name}.csr`), file(`${name}.ext`)];
      writeFileSync(extensions, `subjectAltName=DNS:${host}\n`);
      await openssl("req", ...newKey, "-keyout", keyFile, "-out", request, "-subj", `/CN=${host}`);
      const by = ["-CA", file("ca.crt"), "-CAkey", file("ca.key"), "-CAcreateserial", "-days", String(days)];
      await openssl("x509", "-req", "-in", request, "-out", certFile, "-extfile", extensions, ...by);
      return { keyFile, certFile, key: readFileSync(keyFile, "utf8"), cert: readFileSync(certFile, "utf8") };
    },
    [Symbol.dispose]: () => directory.remove(),
  };
}
