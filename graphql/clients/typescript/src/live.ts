/** Hears what changes, as server-sent events; `perseat.ts` asks once. */
import { Refused, type Operation, type Perseat, type Trouble } from "./perseat.js";

interface Told {
  readonly event: string;
  readonly id: string | null;
  readonly data: string;
}

interface Message<Answer> {
  readonly data?: Answer | null;
  readonly errors?: readonly Trouble[];
}

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;

/**
 * Each answer, until the signal, a log-out or the server ends it. Where the connection breaks it goes on behind
 * what was heard, which may repeat something, and leaves out nothing. Throws `Refused`; its code
 * `READ_ANEW` says to ask for the page again.
 */
export async function* subscribe<Answer, Variables>(
  perseat: Perseat,
  operation: Operation<Answer, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): AsyncGenerator<Answer, void> {
  const over = AbortSignal.any([signal, perseat.gone].filter((each) => each !== undefined));
  let last: string | null = null;
  let renewed = false;
  for (let pause = FIRST_PAUSE; !over.aborted; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      for await (const told of events(perseat, operation, variables, last, over)) {
        if (told.event === "complete") return;
        const { data, errors = [] } = JSON.parse(told.data) as Message<Answer>;
        if (errors.length > 0 || data == null) throw new Refused(200, errors, null);
        last = told.id ?? last;
        renewed = false;
        pause = FIRST_PAUSE;
        yield data;
      }
    } catch (error) {
      if (over.aborted) return;
      if (error instanceof Refused && !again(error)) {
        if (renewed || !ended(error) || !(await perseat.renew())) throw error;
        renewed = true;
        continue;
      }
    }
    await rest(pause * (0.5 + Math.random() / 2), over);
  }
}

/** Not longer than somebody wants to hear more. */
function rest(milliseconds: number, over: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, milliseconds);
    over.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
  });
}

/** A server that restarts, or has no place, has one later. */
function again(error: Refused): boolean {
  return error.status === 429 || error.status >= 500;
}

/** An access token ends after some minutes, a session or a key may too. */
function ended(error: Refused): boolean {
  return error.status === 401 || error.errors.some((each) => each.extensions?.code === "FORBIDDEN");
}

async function* events<Answer, Variables>(
  perseat: Perseat,
  operation: Operation<Answer, Variables>,
  variables: Variables,
  last: string | null,
  signal: AbortSignal,
): AsyncGenerator<Told, void> {
  const from = last === null ? {} : { "last-event-id": last };
  const headers = { accept: "text/event-stream", ...from };
  const response = await perseat.send(operation, variables, headers, signal);
  if (!response.ok || response.body === null) {
    throw new Refused(response.status, [], response.headers.get("x-request-id"));
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    let rest = "";
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      const blocks = (rest + chunk.value).split("\r\n\r\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const told = read(block);
        if (told !== null) yield told;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** An event; null for a comment. */
function read(block: string): Told | null {
  const fields = new Map<string, string>();
  for (const line of block.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trimStart());
  }
  const event = fields.get("event");
  if (event === undefined) return null;
  return { event, id: fields.get("id") ?? null, data: fields.get("data") ?? "" };
}
