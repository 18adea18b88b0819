/** Somebody who logs in with an e-mail address and a password, and asks as themselves. */
import {
  LogIn,
  LogOut,
  RefreshSession,
  type LogInMutation,
  type RefreshSessionMutation,
} from "./operations.js";
import { Perseat, Refused, type Operation } from "./perseat.js";

const UNAUTHORIZED = 401;
const PATIENCE = 8_000;
/** Pages of one browser share a cookie, and change it one after the other. */
const LOCK = "perseat session";
let queue: Promise<unknown> = Promise.resolve();

/** The access token is kept in memory only; what it is renewed with is a cookie of the browser. */
export class Session extends Perseat {
  #resuming: Promise<boolean> | null = null;
  #person: string | null = null;
  #leaving = new AbortController();

  constructor(url: string) {
    super(url);
  }

  /** What is wrong is in `userErrors`; with SEVERAL_ACCOUNTS send the id of one of `accounts`. */
  async logIn(
    email: string,
    password: string,
    account: string | null = null,
  ): Promise<LogInMutation["logIn"]> {
    const { logIn } = await alone(() =>
      new Perseat(this.url).ask(LogIn, { email, password, account }),
    );
    if (logIn.accessToken != null) this.#take(logIn.accessToken);
    return logIn;
  }

  /**
   * When a page is loaded: whether there is a session to go on with. Two at once are one. A session
   * of somebody else, who has logged in on another page since, is none: load the page anew.
   */
  resume(): Promise<boolean> {
    this.#resuming ??= this.#resume().finally(() => (this.#resuming = null));
    return this.#resuming;
  }

  override renew(): Promise<boolean> {
    return this.resume();
  }

  async #resume(): Promise<boolean> {
    const { refreshSession } = await alone(() => this.#refreshed());
    const token = refreshSession.accessToken ?? null;
    if (token === null) this.bearer = null;
    if (token === null || (this.#person ?? personIn(token)) !== personIn(token)) return false;
    this.#take(token);
    return true;
  }

  /** An answer that was lost is asked for again while the same one is given, which is for 10 s. */
  #refreshed(): Promise<RefreshSessionMutation> {
    const ask = () =>
      new Perseat(this.url).ask(RefreshSession, {}, AbortSignal.timeout(PATIENCE));
    return ask().catch((error: unknown) => {
      if (error instanceof Refused) throw error;
      return ask();
    });
  }

  /** What listens ends first, so that it does not take the end of the session for an error. */
  async logOut(): Promise<void> {
    this.#leaving.abort();
    this.#leaving = new AbortController();
    await alone(() => new Perseat(this.url).ask(LogOut, {}));
    this.bearer = this.#person = null;
  }

  override get gone(): AbortSignal {
    return this.#leaving.signal;
  }

  #take(token: string): void {
    this.bearer = token;
    this.#person = personIn(token);
  }

  /** An access token that is over is renewed, and what it was refused for is asked again. */
  override async ask<Answer, Variables>(
    operation: Operation<Answer, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ): Promise<Answer> {
    try {
      return await super.ask(operation, variables, signal);
    } catch (error) {
      const over = error instanceof Refused && error.status === UNAUTHORIZED;
      if (!over || !(await this.resume())) throw error;
      return await super.ask(operation, variables, signal);
    }
  }
}

/** Where the browser has no locks (it has them over HTTPS), one after the other of this page. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  if (globalThis.navigator?.locks) return await navigator.locks.request(LOCK, work);
  const mine = queue.then(work, work);
  queue = mine;
  return await mine;
}

/** Whose access token it is. */
function personIn(token: string): string {
  const claims = token.split(".")[1]?.replace(/-/g, "+").replace(/_/g, "/") ?? "";
  return (JSON.parse(atob(claims)) as { readonly sub: string }).sub;
}
