// The front end of somebody who logs in; node has no cookies: this keeps the one there is.
import { subscribe } from "./live.js";
import { CreditBalanceChanged, UsersPage } from "./operations.js";
import { Refused } from "./perseat.js";
import { Session } from "./session.js";

declare const process: { readonly argv: readonly string[] };
const [, , url = "", email = "", other = "", password = "", account = ""] = process.argv;
let cookie = "";
let sent = 0;
let refreshing = 0;
let atOnce = 0;
let lost = 0;
const plain = globalThis.fetch;
globalThis.fetch = async (where, how) => {
  sent += 1;
  const refreshes = String(how?.body).includes("refreshSession");
  if (refreshes) atOnce = Math.max(atOnce, ++refreshing);
  const headers = { ...(how?.headers as Record<string, string>), cookie };
  const response = await plain(where, { ...how, headers }).finally(() => {
    if (refreshes) refreshing -= 1;
  });
  if (refreshes && lost-- > 0) throw new TypeError("The answer was lost.");
  cookie = response.headers.get("set-cookie")?.split(";")[0] ?? cookie;
  return response;
};

/** As browsers have them: whoever asks for a name waits for who has it. */
const held = new Map<string, Promise<unknown>>();
const request = (name: string, work: () => Promise<unknown>) => {
  const mine = (held.get(name) ?? Promise.resolve()).then(work, work);
  held.set(name, mine);
  return mine;
};
const lockable = (locks: object | undefined) =>
  Object.defineProperty(globalThis, "navigator", { value: { locks }, configurable: true });

/** Another page of the same browser, with a memory of its own. */
async function tab(name: string): Promise<Session> {
  const page = (await import(`./session.js?${name}`)) as { Session: typeof Session };
  return new page.Session(url);
}

const session = new Session(url);
const wrong = await session.logIn(email, "somebody else's");
const stranger = await session.ask(UsersPage, { account }).then(
  () => null,
  (error: unknown) => (error instanceof Refused ? error.status : null),
);
const right = await session.logIn(email, password);
const page = await session.ask(UsersPage, { account });
const loaded = new Session(url); // the page is loaded anew: its memory is empty
const before = sent;
const pages = await Promise.all([1, 2].map(() => loaded.ask(UsersPage, { account })));
const after = sent;
await new Session(url).logIn(other, password); // on another page of the same browser
const swapped = await loaded.ask(UsersPage, { account }).then(
  () => null,
  (error: unknown) => (error instanceof Refused ? error.status : null),
);

await session.logIn(email, password);
lockable({ request });
atOnce = 0;
const tabs = await Promise.all(["one", "two", "three"].map(tab));
const resumedAtOnce = await Promise.all(tabs.map((each) => each.resume()));
lost = 1;
const anew = await session.resume();
const heard: string[] = [];
const told = (async () => {
  for await (const each of subscribe(session, CreditBalanceChanged, { account })) {
    heard.push(each.creditBalanceChanged.credits.balance.amount);
    await session.logOut();
  }
  return "ended";
})();
const listened = await told.catch(String);
lockable(undefined);

console.log(
  JSON.stringify({
    wrong: wrong.userErrors.map((each) => each.code),
    stranger,
    right: right.userErrors,
    people: [page, ...pages].map((each) => each.account?.users.nodes.length),
    requests: after - before,
    swapped,
    resumedAtOnce,
    atOnce,
    anew,
    heard,
    listened,
    resumed: await loaded.resume(),
  }),
);
