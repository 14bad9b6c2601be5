export {};

declare global {
  /** The part of WebAssembly's interface that is used here: the types of Node 20 leave it to the browser's. */
  namespace WebAssembly {
    type Imports = Record<string, Record<string, unknown>>;
    class Module {
      constructor(bytes: Uint8Array);
    }
    class Instance<Exports> {
      constructor(module: Module, imports: Imports);
      readonly exports: Exports;
    }
    interface Memory {
      /** Another one after each {@link grow}. */
      readonly buffer: ArrayBuffer;
      /** Adds pages of 64 KiB. Throws a RangeError when there is no more memory. */
      grow(pages: number): number;
    }
  }
}
