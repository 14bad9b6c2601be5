/** What to say of a failure, with what to do about it. */
export function failureSentence(error: unknown): string {
  if (error instanceof AggregateError) return [error.message, ...error.errors.map(failureSentence)].join("\n  ");
  if (!(error instanceof Error)) return String(error);
  const { syscall, code, address, port, hostname } = factsOf(error);
  if (syscall === "listen") return listenSentence(code, `${address ?? "this machine"}`, port) ?? error.message;
  if (syscall === "getaddrinfo")
    return `the host name ${hostname ?? ""} is not known here (${code ?? ""}): is it written right?`;
  return error.message;
}

function listenSentence(code: string | undefined, address: string, port: number | undefined): string | undefined {
  switch (code) {
    case "EADDRINUSE":
      return `something listens on port ${port} of ${address} already. Give another --port (0 takes any free one), or see who it is: ${whoListens(port)}`;
    case "EACCES":
      return `this user may not listen on port ${port} of ${address}: ports below 1024 are kept for the system. Give another --port.`;
    case "EADDRNOTAVAIL":
      return `${address} is no address of this machine: --host takes one of its own, 127.0.0.1, or 0.0.0.0 for all of them.`;
    default:
      return undefined;
  }
}

function whoListens(port: number | undefined): string {
  if (process.platform === "win32") return `netstat -ano | findstr :${port}`;
  return process.platform === "linux" ? `ss -ltnp 'sport = :${port}'` : `lsof -nP -iTCP:${port} -sTCP:LISTEN`;
}

interface SystemFacts {
  readonly syscall?: string | undefined;
  readonly code?: string | undefined;
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  readonly hostname?: string | undefined;
}

/** What the system notes on its errors. */
function factsOf(error: Error): SystemFacts {
  const text = (name: string): string | undefined => {
    const value: unknown = Reflect.get(error, name);
    return typeof value === "string" ? value : undefined;
  };
  const port: unknown = Reflect.get(error, "port");
  return {
    syscall: text("syscall"),
    code: text("code"),
    address: text("address"),
    port: typeof port === "number" ? port : undefined,
    hostname: text("hostname"),
  };
}
