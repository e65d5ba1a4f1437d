import { registerHooks } from "node:module";

// A child process runs on the sources, as the tests do, whether or not the packages are built.
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "@taskvitals/core"
      ? next(new URL("../../../../core/src/index.ts", import.meta.url).href, context)
      : next(specifier, context),
});
