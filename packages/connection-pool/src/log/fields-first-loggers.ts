import { isPlainObject } from "../options.js";
import { call, hasMethod } from "./method.js";
import type { LogSink } from "./log-line.js";

/** Whether it is a logger of pino: those have the names and numbers of their levels, and their bindings, as pino documents. */
export function isPino(logger: object): boolean {
  const levels: unknown = Reflect.get(logger, "levels");
  return isPlainObject(levels) && "labels" in levels && "values" in levels && hasMethod(logger, "bindings");
}

/** Writes to pino, which takes the fields first, and an error by the name `err`. */
export function pinoSink(logger: object): LogSink {
  return ({ level, message, fields, error }) =>
    call(logger, level, error === undefined ? fields : { ...fields, err: error }, message);
}

/** Whether it is a logger of bunyan: those have streams, to which more can be added, and the fields that all their lines have. */
export function isBunyan(logger: object): boolean {
  return Array.isArray(Reflect.get(logger, "streams")) && hasMethod(logger, "addStream") && "fields" in logger;
}

/** Writes to bunyan, which takes the fields first as well; an error would be `{}` there, unless the logger has been given the serializer `err`. */
export function bunyanSink(logger: object): LogSink {
  const serializers: unknown = Reflect.get(logger, "serializers");
  const serializes = isPlainObject(serializers) && hasMethod(serializers, "err");
  return ({ level, message, fields, error }) => {
    const err = error === undefined || serializes ? error : describe(error);
    call(logger, level, err === undefined ? fields : { ...fields, err }, message);
  };
}

/** What bunyan's own serializer makes of an error. */
function describe({ name, message, stack, ...rest }: Error & { readonly code?: unknown }): object {
  return { message, name, stack, code: rest.code };
}
