export {};

declare global {
  /** The part of WebAssembly's interface that is used here: the types of Node 20 leave it to the browser's. */
  namespace WebAssembly {
    type Imports = Record<string, Record<string, unknown>>;
    class Module {
      constructor(bytes: Uint8Array);
    }
    class Instance {
      constructor(module: Module, imports: Imports);
    }
  }
}
