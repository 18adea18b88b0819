// The program of somebody who uses the typed client: who is there, and somebody new.
import { subscribe } from "./live.js";
import { CreateUser, CreditBalanceChanged, Dashboard } from "./operations.js";
import { Perseat, Refused } from "./perseat.js";

declare const process: { readonly argv: readonly string[] };
const [, , url = "", key = "", account = ""] = process.argv;
const perseat = new Perseat(url, key);

const person = { firstName: "Grace", lastName: "Hopper", email: "grace@example.com" };
const { createUser } = await perseat.ask(CreateUser, { input: { accountId: account, ...person } });
const again = await perseat.ask(CreateUser, { input: { accountId: account, ...person } });
const page = await perseat.ask(Dashboard, { account });
const held: number | undefined = page.account?.licenses.held;
const balance: string | undefined = page.account?.credits.balance.amount;

const refused = await new Perseat(url, "nobody's").ask(Dashboard, { account }).then(
  () => null,
  (error: unknown) => (error instanceof Refused ? error : null),
);

const heard: string[] = [];
for await (const told of subscribe(perseat, CreditBalanceChanged, { account })) {
  heard.push(told.creditBalanceChanged.credits.balance.amount);
  if (heard.length > 1) break;
  const listening = { ...person, email: "listening@example.com" };
  await perseat.ask(CreateUser, { input: { accountId: account, ...listening } });
}
const unheard = await subscribe(new Perseat(url, "nobody's"), CreditBalanceChanged, { account })
  .next()
  .catch((error: unknown) => (error instanceof Refused ? error.status : null));

// @ts-expect-error a variable of another name
export const misnamed = () => perseat.ask(Dashboard, { company: account });
// @ts-expect-error a variable that is missing
export const missing = () => perseat.ask(Dashboard, {});
// @ts-expect-error money is text: sums of numbers are not exact
export const inexact: number | undefined = page.account?.credits.balance.amount;
// @ts-expect-error a field that nobody asked for
export const unasked = createUser.user?.createdAt;

console.log(
  JSON.stringify({
    name: page.account?.name,
    emails: page.account?.users.nodes.map((each) => each.email),
    created: createUser.user?.email,
    again: again.createUser.userErrors.map((each) => each.field),
    held,
    balance,
    heard,
    unheard,
    refused: [refused?.status, refused?.errors[0]?.extensions?.code, refused?.requestId?.length],
  }),
);
