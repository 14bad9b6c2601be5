/** Calls a method of somebody else's object by its name. */
export function call(target: object, name: string, ...parameters: readonly unknown[]): void {
  const method: unknown = Reflect.get(target, name);
  if (typeof method === "function") Reflect.apply(method, target, parameters);
}

/** Whether an object has a method of this name. */
export function hasMethod(target: object, name: string): boolean {
  return typeof Reflect.get(target, name) === "function";
}
