/** Any class. */
export type Class = abstract new (...args: never[]) => object;

/**
 * Returns a class that stands for `original` and tells of each instance that is made of it or of a class derived from it, once the constructor of
 * `original` is done. To everybody else it is `original`: its name, its statics, its prototype, `instanceof`, `new.target` and
 * `instance.constructor` answer as before.
 *
 * @param onCreated - must not throw
 */
export function watchedClass<C extends Class>(original: C, onCreated: (instance: InstanceType<C>) => void): C {
  const watched: C = new Proxy(original, {
    construct(target, args, newTarget) {
      const instance = Reflect.construct(target, args, newTarget === watched ? target : newTarget) as InstanceType<C>;
      onCreated(instance);
      return instance;
    },
  });
  // Whoever asks an instance for its class gets the class that is exported.
  const own = Object.getOwnPropertyDescriptor(original.prototype, "constructor");
  if (own?.configurable === true) Object.defineProperty(original.prototype, "constructor", { ...own, value: watched });
  return watched;
}
