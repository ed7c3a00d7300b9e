// A housing system that knows the types which openapi-typescript makes of the description, and nothing else.
// It sends an application, follows, changes and withdraws it, and polls; what it saw is printed as JSON.

import createClient from "openapi-fetch";

import type { components, paths, webhooks } from "./description.js";

declare const process: { argv: string[] };

type Schemas = components["schemas"];

const [, , address = "", token = "", task = ""] = process.argv;
const client = createClient<paths>({ baseUrl: address, headers: { Authorization: `Bearer ${token}` } });

const application: Schemas["Document"] = {
  reference: "HS-2026-0001",
  sent_at: new Date().toISOString(),
  language: "sv",
  main_applicant: {
    first_names: "Maija Liisa",
    last_name: "Meikäläinen",
    hetu: "010594Y9032",
    email: "maija@example.test",
    income: { monthly_gross: "2450.50", assets: 1200 },
  },
  content: {
    home: { dwelling: "flat", rent: 890.5 },
    need: { reasons: ["too_small"] },
    wishes: { flat_types: ["2", "3"], highest_rent: 1100 },
    assurance: true,
  },
};

// The compiler refuses what the description does not know, and what has to be there and is not.
// @ts-expect-error
export const misspelt: Schemas["Wishes"] = { flat_types: ["2"], highest_rent: 1100, hihgest_floor: 4 };
// @ts-expect-error
export const unknown: Schemas["Need"] = { reasons: ["too_blue"] };
// @ts-expect-error
export const incomplete: Schemas["Income"] = { assets: 1200 };

// Events that are sent to a receiver have types too, each its own.
type Told<Name extends keyof webhooks> =
  webhooks[Name]["post"]["requestBody"]["content"]["application/cloudevents+json"];
export const confirmed: Told<"applicationConfirmed">["type"] = "fi.heka-confirm.application.confirmed";
// @ts-expect-error
export const sentInstead: Told<"applicationConfirmed">["type"] = "fi.heka-confirm.application.sent";

/** Return what an operation answered, or throw what the problem was. */
function answered<Answer>(got: { data?: Answer; error?: Schemas["ProblemDetails"] }): Answer {
  if (got.data === undefined) {
    throw new Error(`${got.error?.status} ${got.error?.type}: ${JSON.stringify(got.error?.errors)}`);
  }
  return got.data;
}

/** Return in whose hands an application is; the compiler knows whether every state is there. */
function inWhoseHands(state: Schemas["State"]): string {
  switch (state) {
    case "awaiting":
      return "its applicants";
    case "valid":
      return "ours";
    case "expired":
    case "lapsed":
    case "replaced":
    case "withdrawn":
      return "nobody's";
  }
}

async function act() {
  const sent = await client.POST("/api/v1/applications", {
    params: { header: { "Idempotency-Key": "b7d2" } },
    body: application,
  });
  const { reference } = answered(sent);
  const path = { reference };

  const asked = await client.GET("/api/v1/applications/{reference}", { params: { path } });
  const [applicant] = answered(asked).applicants;

  const read = await client.GET("/api/v1/applications/{reference}/document", { params: { path } });
  const document = answered(read);
  const known = read.response.headers.get("ETag") ?? "";
  const change = (highest_rent: number) =>
    client.PUT("/api/v1/applications/{reference}", {
      params: { path, header: { "If-Match": known } },
      body: { ...document, content: { ...document.content, wishes: { ...document.content.wishes, highest_rent } } },
    });
  const changed = answered(await change(950));
  const stale = await change(960);

  const withdrawn = await client.POST("/api/v1/applications/{reference}/withdraw", { params: { path } });

  return {
    reference,
    progress: applicant?.progress,
    version: changed.version,
    afterChange: inWhoseHands(changed.state),
    stale: stale.error?.type,
    atLast: inWhoseHands(answered(withdrawn).state),
  };
}

async function poll() {
  const told: [string, string, number][] = [];
  let after: string | undefined;
  for (let more = true; more; ) {
    const query = after === undefined ? { limit: 2 } : { after, limit: 2 };
    const page = answered(await client.GET("/api/v1/events", { params: { query } }));
    for (const { type, data } of page.events) {
      told.push([type.slice(type.lastIndexOf(".") + 1), inWhoseHands(data.state), data.version]);
    }
    after = page.next;
    more = page.more;
  }
  return told;
}

console.log(JSON.stringify(await (task === "poll" ? poll() : act())));
