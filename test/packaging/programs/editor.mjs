// Prints as JSON what an editor would show of a program: its faults, and the text and the documentation of every name behind `/*@*/`.
// usage: node editor.mjs FOLDER_OF_TYPESCRIPT FILE TEXT       The file need not exist; its place decides which packages it finds.
import { createRequire } from "node:module";

const [typescript, file, text] = process.argv.slice(2);
const ts = createRequire(import.meta.url)(typescript);

// The file system with one more file in it.
const read = (name) => (name === file ? text : ts.sys.readFile(name));
const service = ts.createLanguageService({
  ...ts.sys,
  useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
  getScriptFileNames: () => [file],
  getScriptVersion: () => "1",
  getScriptSnapshot: (name) => {
    const content = read(name);
    return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
  },
  getCompilationSettings: () => ({
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    exactOptionalPropertyTypes: true,
    noErrorTruncation: true,
  }),
  getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
  fileExists: (name) => name === file || ts.sys.fileExists(name),
  readFile: read,
});

const marker = "/*@*/";
const shown = Object.fromEntries(
  [...text.matchAll(/\/\*@\*\/(\w+)/g)].map(({ index, 1: name }) => {
    const info = service.getQuickInfoAtPosition(file, index + marker.length);
    return [
      name,
      { text: ts.displayPartsToString(info?.displayParts), says: ts.displayPartsToString(info?.documentation) },
    ];
  }),
);
const faults = [...service.getSyntacticDiagnostics(file), ...service.getSemanticDiagnostics(file)];
console.log(
  JSON.stringify({
    shown,
    faults: faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")),
  }),
);
