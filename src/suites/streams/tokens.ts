import type { Exchange } from "../target.ts";

/** Content came. */
export function countToken(exchange: Exchange, at: number): void {
  if (exchange.firstToken === undefined) {
    exchange.firstToken = at;
    exchange.tokenTimes = [];
  } else exchange.tokenTimes?.push(at);
}

/** How many pieces of content came: of the answers that tell no count of tokens. */
export function countedTokens({ firstToken, tokenTimes }: Exchange): number {
  return firstToken === undefined ? 0 : 1 + (tokenTimes?.length ?? 0);
}
