// A receiver of events with the package `standardwebhooks` of npm: `WEBHOOK_SECRET=whsec_… node receiver.mjs PORT`.
// It prints a line once it listens, and one for each event that it takes.

import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.WEBHOOK_SECRET);

async function read(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces);
}

const server = createServer(async (request, response) => {
  try {
    const event = webhook.verify(await read(request), request.headers);
    console.log(`${event.id} ${event.type} ${event.subject}`);
    response.writeHead(204).end();
  } catch (error) {
    response.writeHead(error.name === "WebhookVerificationError" ? 401 : 500).end(error.message);
  }
});
server.listen(Number(process.argv[2]), "127.0.0.1", () => console.log("listens"));
