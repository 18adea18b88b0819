/** Asks Perseat. Each operation of `operations.ts` knows its variables and its answer. */

export interface Operation<Answer, Variables> {
  readonly name: string;
  /** The whole document, as it is trusted. */
  readonly document: string;
  readonly types?: (variables: Variables) => Answer;
}

export interface Trouble {
  readonly message: string;
  readonly extensions?: { readonly code?: string; readonly errorId?: string };
}

/** Nothing was answered, or not all of it. What can be mended is in `userErrors` instead. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly errors: readonly Trouble[],
    readonly requestId: string | null,
  ) {
    super(errors.map((each) => each.message).join(" ") || `HTTP ${status}`);
  }
}

export class Perseat {
  constructor(
    /** Such as https://billing.example.com/graphql. */
    readonly url: string,
    /** An API key or an access token; without it only logging in is answered. */
    protected bearer: string | null = null,
  ) {}

  async ask<Answer, Variables>(
    operation: Operation<Answer, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ): Promise<Answer> {
    const response = await this.send(operation, variables, {}, signal);
    const { data, errors = [] } = await body<Answer>(response);
    if (!response.ok || errors.length > 0 || data == null) {
      throw new Refused(response.status, errors, response.headers.get("x-request-id"));
    }
    return data;
  }

  /** The answer as it comes: `ask` and `subscribe` read it. */
  send<Answer, Variables>(
    operation: Operation<Answer, Variables>,
    variables: Variables,
    headers: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<Response> {
    return fetch(this.url, {
      method: "POST",
      credentials: "include",
      headers: {
        ...(this.bearer === null ? {} : { authorization: `Bearer ${this.bearer}` }),
        "content-type": "application/json",
        "perseat-request": "1",
        ...headers,
      },
      body: JSON.stringify({
        query: operation.document,
        operationName: operation.name,
        variables,
      }),
      signal: signal ?? null,
    });
  }

  /** Ends what listens, when nobody is there any more who may; keys are there for ever. */
  get gone(): AbortSignal | undefined {
    return undefined;
  }

  /** Whether there is something new to ask with; keys are not renewed. */
  renew(): Promise<boolean> {
    return Promise.resolve(false);
  }
}

interface Body<Answer> {
  readonly data?: Answer | null;
  readonly errors?: readonly Trouble[];
}

/** Whoever stands between may answer with something else than JSON. */
async function body<Answer>(response: Response): Promise<Body<Answer>> {
  const text = await response.text();
  try {
    return JSON.parse(text) as Body<Answer>;
  } catch {
    return {};
  }
}
