/** The module that carries the text, seen from the folder of a package. */
export declare const carrier: string;
/** The name that stands for the text there. */
export declare const nameOfText: string;
/** Makes the text for the package in a folder; undefined for one that has no worker. */
export declare function workerText(
  folder: string,
): Promise<{ readonly text: string; readonly inputs: string[] } | undefined>;
