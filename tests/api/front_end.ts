// The front end of somebody who logs in; node has no cookies: this keeps the one there is.
import { UsersPage } from "./operations.js";
import { Refused } from "./perseat.js";
import { Session } from "./session.js";

declare const process: { readonly argv: readonly string[] };
const [, , url = "", email = "", other = "", password = "", account = ""] = process.argv;
let cookie = "";
let sent = 0;
const plain = globalThis.fetch;
globalThis.fetch = async (where, how) => {
  sent += 1;
  const headers = { ...(how?.headers as Record<string, string>), cookie };
  const response = await plain(where, { ...how, headers });
  cookie = response.headers.get("set-cookie")?.split(";")[0] ?? cookie;
  return response;
};

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
await loaded.logOut();

console.log(
  JSON.stringify({
    wrong: wrong.userErrors.map((each) => each.code),
    stranger,
    right: right.userErrors,
    people: [page, ...pages].map((each) => each.account?.users.nodes.length),
    requests: after - before,
    swapped,
    resumed: await loaded.resume(),
  }),
);
