/** Server-sent events, as the agent and the model server write and read them. */

export interface ServerEvent {
  /** "message" when the stream gives no name. */
  event: string;
  data: string;
}

/** One event as it goes over the wire. */
export function formatEvent(data: unknown, event?: string): string {
  const text = typeof data === "string" ? data : JSON.stringify(data);
  return `${event === undefined ? "" : `event: ${event}\n`}data: ${text}\n\n`;
}

/** The events of a response body, one by one as they come. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = parseBlock(block);
      if (event) yield event;
    }
  }
}

function parseBlock(block: string): ServerEvent | undefined {
  let event = "message";
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const [, field, value] = /^([^:]+):? ?(.*)$/.exec(line) ?? [];
    if (field === "event" && value !== undefined) event = value;
    if (field === "data" && value !== undefined) data.push(value);
  }
  return data.length === 0 ? undefined : { event, data: data.join("\n") };
}
