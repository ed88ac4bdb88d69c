import { ErrorCodes, ResponseError } from "vscode-jsonrpc/node";

/** Lets a failure reach the client in its own words; the library would put the method's name before them. */
export function told<P, R>(handler: (params: P) => R | Promise<R>): (params: P) => Promise<R> {
  return async (params) => {
    try {
      return await handler(params);
    } catch (error) {
      throw new ResponseError(ErrorCodes.InternalError, error instanceof Error ? error.message : String(error));
    }
  };
}
