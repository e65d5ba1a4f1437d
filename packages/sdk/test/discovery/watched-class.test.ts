import { expect, test } from "vitest";
import { watchedClass } from "../../src/discovery/watched-class.ts";

class Base {
  static made = 0;
  readonly given: string;
  readonly target: unknown;
  constructor(given: string) {
    if (given === "") throw new RangeError("empty");
    Base.made += 1;
    this.given = given;
    this.target = new.target;
  }
}

test("each instance is told once, after its constructor, also of derived classes and of Reflect.construct", () => {
  const created: string[] = [];
  const Watched = watchedClass(class extends Base {}, ({ given }) => void created.push(given));
  class Derived extends Watched {
    readonly late = created.length;
  }
  const plain = new Watched("plain");
  const derived = new Derived("derived");
  Reflect.construct(Watched, ["reflected"], Derived);
  expect(created).toEqual(["plain", "derived", "reflected"]);
  expect(derived.late).toBe(2);
  expect([plain instanceof Watched, derived instanceof Watched, derived.constructor === Derived]).toEqual([
    true,
    true,
    true,
  ]);
});

test("new.target is the class itself, or the derived one", () => {
  class Original extends Base {}
  const Watched = watchedClass(Original, () => {});
  class Derived extends Watched {}
  expect(new Watched("a").target).toBe(Original);
  expect(new Derived("b").target).toBe(Derived);
});

test("a constructor that throws tells nothing and throws as before", () => {
  const created: unknown[] = [];
  const Watched = watchedClass(class extends Base {}, (instance) => void created.push(instance));
  expect(() => new Watched("")).toThrow(new RangeError("empty"));
  expect(created).toEqual([]);
});

test("instances lead back to the class that is exported, without a new enumerable property", () => {
  class Original extends Base {}
  const Watched = watchedClass(Original, () => {});
  expect(new Watched("a").constructor).toBe(Watched);
  expect(Object.keys(Watched.prototype)).toEqual([]);
  expect([Watched.name, Watched.length, Watched.made]).toEqual(["Original", 0, Base.made]);
});

test("a class whose prototype cannot be changed is watched all the same", () => {
  class Original extends Base {}
  Object.freeze(Original.prototype);
  const created: string[] = [];
  const Watched = watchedClass(Original, ({ given }) => void created.push(given));
  expect(new Watched("frozen")).toBeInstanceOf(Original);
  expect(created).toEqual(["frozen"]);
});
