// Finds the types that the declarations of a package lead to and its door does not name: `node reachable-types.mjs typescript.js package file`.
// Prints them as JSON, each with the way that led to it, and with the text of a library that gives back whatever functions and methods give. `file` is where the package is imported from; it need not exist.
import { createRequire } from "node:module";

const [typescript, name, file] = process.argv.slice(2);
const ts = createRequire(import.meta.url)(typescript);

const options = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
};
const host = ts.createCompilerHost(options);
const { readFile, fileExists } = host;
const text = `import * as all from ${JSON.stringify(name)};\nexport { all };\n`;
host.readFile = (path) => (path === file ? text : readFile(path));
host.fileExists = (path) => path === file || fileExists(path);
const { getSourceFile } = host;
host.getSourceFile = (path, ...rest) =>
  path === file ? ts.createSourceFile(path, text, ...rest) : getSourceFile.call(host, path, ...rest);
const program = ts.createProgram([file], options, host);
const checker = program.getTypeChecker();
const [importing] = program.getSourceFile(file).statements;
const door = checker.getSymbolAtLocation(importing.moduleSpecifier);
if (door === undefined) throw new Error(`${name} is not found from ${file}`);

const resolved = (symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
const named = new Map(checker.getExportsOfModule(door).map((symbol) => [resolved(symbol), symbol.name]));
/** The package alone, but for the client, which is all that its users install. */
const isOurs = (path) =>
  name === "moldau"
    ? /node_modules\/(moldau|@moldau\/[^/]+)\/dist\//.test(path)
    : path.includes(`node_modules/${name}/dist/`);
/** Made by the packages, never by their users: what these constructors take is nobody's business. */
const madeByUs = new Set([
  "Message",
  "MessageBatch",
  "MessageHeaders",
  "LogView",
  "Negotiation",
  "ReferenceBroker",
  "MessageWritable",
  "ConnectionReports",
  "Transaction",
]);
if (name === "moldau")
  for (const each of ["Producer", "Consumer", "ConsumerPartitions", "Admin", "AdminLife", "TransactionsAdmin"])
    madeByUs.add(each);

const missing = new Map();
const seen = new Set();
const open = [...named].map(([symbol, label]) => ({ symbol, way: [label] }));
for (let next = open.shift(); next !== undefined; next = open.shift()) {
  const { symbol, way } = next;
  if (seen.has(symbol)) continue;
  seen.add(symbol);
  if (!named.has(symbol)) missing.set(symbol.name, way.join(" > "));
  for (const declaration of symbol.declarations ?? [])
    if (isOurs(declaration.getSourceFile().fileName)) visit(declaration, way);
}
const library = [...named].flatMap(([symbol, label]) => wrappers(symbol, label));
library.unshift(`import * as all from ${JSON.stringify(name)};`);
console.log(
  JSON.stringify({ named: named.size, missing: Object.fromEntries([...missing].sort()), library: library.join("\n") }),
);

function visit(node, way) {
  if (ts.isConstructorDeclaration(node) && madeByUs.has(way.at(-1))) return;
  if (ts.isClassElement(node) && ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Private) return;
  const reference = ts.isTypeReferenceNode(node)
    ? node.typeName
    : ts.isExpressionWithTypeArguments(node)
      ? node.expression
      : ts.isImportTypeNode(node)
        ? node.qualifier
        : ts.isTypeQueryNode(node)
          ? node.exprName
          : undefined;
  const found = reference && checker.getSymbolAtLocation(nameIn(reference, node));
  if (found) {
    const symbol = resolved(found);
    const isType = (symbol.flags & ts.SymbolFlags.TypeParameter) === 0;
    if (isType && symbol.declarations?.some((each) => isOurs(each.getSourceFile().fileName)))
      open.push({ symbol, way: [...way, symbol.name] });
  }
  ts.forEachChild(node, (child) => visit(child, way));
}

/** `typeof a.b` leads to a; a type a.B to B. */
function nameIn(reference, node) {
  if (!ts.isQualifiedName(reference)) return reference;
  return ts.isTypeQueryNode(node) ? nameIn(reference.left, node) : reference.right;
}

/** Functions without types of their own around what a name stands for: their declarations have to find the names of what comes out. */
function wrappers(symbol, label) {
  if (symbol.flags & ts.SymbolFlags.Function)
    return [`export const ${label} = (...given: Parameters<typeof all.${label}>) => all.${label}(...given);`];
  if ((symbol.flags & ts.SymbolFlags.Class) === 0) return [];
  const members = checker.getDeclaredTypeOfSymbol(symbol).getProperties();
  return members.flatMap(({ name: member, flags, declarations = [] }) => {
    if (!/^[a-z]\w*$/i.test(member) || !declarations.some((each) => isOurs(each.getSourceFile().fileName))) return [];
    if (declarations.some((each) => ts.getCombinedModifierFlags(each) & ts.ModifierFlags.Private)) return [];
    const it = `all.${label}${parameters(symbol)}`;
    const whole = `export const ${label}_${member} = (it: ${it}) => it.${member};`;
    if ((flags & ts.SymbolFlags.Method) === 0) return [whole];
    return [
      whole,
      `export const ${label}_${member}_result = (it: ${it}, ...given: Parameters<${it}["${member}"]>) => it.${member}(...given);`,
    ];
  });
}

function parameters(symbol) {
  const { typeParameters = [] } = checker.getDeclaredTypeOfSymbol(symbol);
  return typeParameters.length === 0 ? "" : `<${typeParameters.map(() => "never").join(", ")}>`;
}
