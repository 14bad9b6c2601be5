declare module "lz4js" {
  const lz4js: {
    /** Compresses one block and returns its size, 0 when nothing could be matched from the start. */
    compressBlock(
      source: Uint8Array,
      target: Uint8Array,
      start: number,
      length: number,
      hashTable: Uint32Array,
    ): number;
  };
  export default lz4js;
}
