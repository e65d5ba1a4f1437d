import { registerHooks } from "node:module";

// A child process runs on the sources, as the tests do, whether or not the packages are built.
const packages = new URL("../../../", import.meta.url);

function source(specifier: string): string | undefined {
  const [, name] = /^@taskvitals\/([a-z]+)$/.exec(specifier) ?? [];
  if (name !== undefined) return new URL(`${name}/src/index.ts`, packages).href;
  if (specifier === "taskvitals") return new URL("sdk/src/index.ts", packages).href;
  return specifier === "taskvitals/register" ? new URL("sdk/src/register.ts", packages).href : undefined;
}

registerHooks({ resolve: (specifier, context, next) => next(source(specifier) ?? specifier, context) });
